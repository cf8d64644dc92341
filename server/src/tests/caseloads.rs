//! Who carries whom: shared for cover, handed over, taken off, and never left with nobody.

use axum::http::StatusCode;
use shared::{
    case::{Fact, Field, Role},
    ids::{CaseId, UserId},
};

use super::{
    Server,
    phone::Phone,
    team::{catch_up, lead, post, section, text, told},
};
use crate::{
    store::{caseloads, cases, snapshots},
    verify,
};

/// A lead at the desk, two workers with a phone each, and one person on Amina's caseload.
struct Team {
    server: Server,
    gwen: String,
    workers: [UserId; 2],
    amina: Phone,
    ben: Phone,
    case: CaseId,
}

impl Team {
    async fn new() -> Self {
        let server = Server::new();
        let gwen = lead(&server, "Gwen").await;
        let workers = [
            server.add_user("Amina", Role::LinkWorker).await,
            server.add_user("Ben", Role::HealthAndWellbeingCoach).await,
        ];
        let mut amina = Phone::new(&server, workers[0]).await;
        let ben = Phone::new(&server, workers[1]).await;
        let case = amina.begin("Okafor");
        amina.sync(&server).await;
        catch_up(&server).await;
        Self { server, gwen, workers, amina, ben, case }
    }

    /// What the page of this worker's caseload says after a form with these fields; "{case}" and
    /// "{ben}" stand for who they are.
    async fn decide(&self, worker: Option<UserId>, form: &str) -> String {
        let form = form
            .replace("{case}", &self.case.to_string())
            .replace("{ben}", &self.workers[1].to_string());
        let answer = post(&self.server, &path(worker), &self.gwen, &form).await;
        let (to, said) = told(&answer);
        assert_eq!(to, path(worker));
        let page = text(&self.server, &format!("{to}?told={said}"), &self.gwen).await;
        catch_up(&self.server).await;
        page
    }

    async fn holders(&self) -> Vec<UserId> {
        let case = self.case;
        self.server.store.read(move |tx| cases::holders(tx, case)).await.unwrap()
    }

    async fn assert_sound(&self) {
        let store = self.server.store.clone();
        let report = tokio::task::spawn_blocking(move || verify::verify(&store).unwrap());
        assert_eq!(report.await.unwrap().differences, Vec::<String>::new());
    }
}

fn path(worker: Option<UserId>) -> String {
    let worker = worker.map_or_else(|| "nobody".to_owned(), |worker| worker.to_string());
    format!("/team/caseloads/{worker}")
}

#[tokio::test]
async fn somebody_who_covers_has_the_record_beside_their_colleague_who_reads_who_it_is() {
    let mut team = Team::new().await;
    let amina = team.workers[0];
    let page = text(&team.server, "/team", &team.gwen).await;
    assert!(section(&page, "caseloads").contains(&path(Some(amina))), "{page}");
    let form = "case={case}&to={ben}&reason=Her+leave&decision=share";
    let page = team.decide(Some(amina), form).await;
    for words in ["1 person given.", "Okafor", "1 person of Amina: shared with Ben. Her leave"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    team.ben.sync(&team.server).await;
    assert_eq!(team.ben.read(team.case, Field::FamilyName).as_deref(), Some("Okafor"));
    team.ben.write(team.case, Field::WhatMatters, "Walking");
    team.ben.sync(&team.server).await;
    team.amina.sync(&team.server).await;
    assert_eq!(team.amina.read(team.case, Field::WhatMatters).as_deref(), Some("Walking"));
    let case = team.case;
    let read = team.server.store.read(move |tx| snapshots::as_projected(tx, case)).await.unwrap();
    let notes: Vec<UserId> = read
        .unwrap()
        .standing()
        .filter_map(|entry| match &entry.current.fact {
            Fact::AssignedNote(note) => Some(note.to),
            _ => None,
        })
        .collect();
    assert_eq!(notes, [team.workers[1]]);
    // Given once more, it is not done twice.
    let page = team.decide(Some(amina), form).await;
    assert!(page.contains("0 people given. 1 person not"), "{page}");
    team.assert_sound().await;
}

#[tokio::test]
async fn a_record_that_is_handed_over_leaves_the_phone_that_had_it_with_all_that_was_written() {
    let mut team = Team::new().await;
    let [amina, ben] = team.workers;
    team.amina.write(team.case, Field::WhatMatters, "Walking");
    team.amina.sync(&team.server).await;
    let form = "everybody=yes&to={ben}&reason=She+leaves&decision=hand-over";
    let page = team.decide(Some(amina), form).await;
    assert!(page.contains("Amina has nobody on their caseload."), "{page}");
    assert_eq!(team.holders().await, [ben]);
    team.amina.sync(&team.server).await;
    team.ben.sync(&team.server).await;
    assert_eq!((team.amina.cases(), team.ben.cases()), (0, 1));
    assert_eq!(team.ben.read(team.case, Field::WhatMatters).as_deref(), Some("Walking"));
    team.assert_sound().await;
}

#[tokio::test]
async fn a_record_is_not_taken_off_the_last_who_has_it_and_one_that_nobody_has_can_be_given() {
    let team = Team::new().await;
    let [amina, ben] = team.workers;
    let off = "case={case}&reason=Mistake&decision=take-off";
    let page = team.decide(Some(amina), off).await;
    assert!(page.contains("1 person not: nobody else has them"), "{page}");
    team.decide(Some(amina), "case={case}&to={ben}&reason=Cover&decision=share").await;
    let page = team.decide(Some(amina), off).await;
    assert!(page.contains("1 person taken off this caseload."), "{page}");
    assert_eq!(team.holders().await, [ben]);

    let case = team.case;
    team.server.write(move |tx| cases::revoke(tx, case, ben)).await;
    let nobody = text(&team.server, &path(None), &team.gwen).await;
    assert!(nobody.contains("Okafor"), "{nobody}");
    let page = team.decide(None, "case={case}&to={ben}&reason=New&decision=share").await;
    assert!(page.contains("1 person given."), "{page}");
    assert!(page.contains("1 person whom nobody had: given to Ben"), "{page}");
    assert_eq!(team.holders().await, [ben]);
    team.assert_sound().await;
}

#[tokio::test]
async fn nothing_is_done_before_the_form_says_whom_to_whom_and_why() {
    let team = Team::new().await;
    let amina = team.workers[0];
    let helen = team.server.add_user("Helen", Role::PracticeStaff).await;
    for (form, said) in [
        ("to={ben}&reason=Leave&decision=share", "choose at least one person"),
        ("case={case}&to=&reason=Leave&decision=share", "choose the colleague"),
        ("case={case}&to={ben}&reason=+&decision=share", "give a reason"),
        (&format!("case={{case}}&to={helen}&reason=Leave&decision=share"), "choose the colleague"),
    ] {
        let page = team.decide(Some(amina), form).await;
        assert!(page.contains(said), "{said}: {page}");
    }
    // Somebody else's caseload than that on which the person is.
    let ben = team.workers[1];
    let form = format!("case={{case}}&to={amina}&reason=Leave&decision=hand-over");
    let page = team.decide(Some(ben), &form).await;
    assert!(page.contains("0 people given. 1 person not"), "{page}");
    assert_eq!(team.holders().await, [amina]);
    let count = team.server.store.read(|tx| caseloads::decisions(tx, None, 9)).await.unwrap().len();
    assert_eq!((count, team.server.count("caseload_decision").await), (0, 0));
}

#[tokio::test]
async fn only_a_lead_sees_and_moves_caseloads() {
    let team = Team::new().await;
    let [amina, ben] = team.workers;
    for role in [Role::LinkWorker, Role::PracticeStaff, Role::ServiceAdministrator] {
        let other = team.server.add_user("Somebody", role).await;
        let cookie = team.server.sign_in(other).await;
        let page = team.server.get(&path(Some(amina)), &cookie).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{role:?}");
        let form = format!("case={}&to={ben}&reason=Mine&decision=hand-over", team.case);
        let answer = post(&team.server, &path(Some(amina)), &cookie, &form).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role:?}");
    }
    assert_eq!(team.holders().await, [amina]);
    let unknown = path(Some(UserId::from_random([9; 16])));
    let page = team.server.get(&unknown, &team.gwen).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
