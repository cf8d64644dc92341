//! Logbooks on the server: in no caseload and no practice's list, in the lead's report, and their
//! suggestions at the administrator's desk.

use axum::{
    body::Body,
    http::{
        Request, StatusCode,
        header::{CONTENT_TYPE, COOKIE, LOCATION},
    },
};
use shared::{
    case::{
        Event, Fact, Role,
        event::{Activity, ActivityKind, CaseStudy, Retracted, ServiceSuggested},
    },
    directory::{Directory, Service},
    ids::{CaseId, EventId},
    personal::Personal,
};

use super::{Answer, Server, phone::Phone};
use crate::{
    projector,
    store::{directory, held, suggestions},
    verify,
};

fn words(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

fn walks() -> Service {
    Service {
        id: "walks".into(),
        name: "Walks".into(),
        phone: "01632 960001".into(),
        description: "Gentle".into(),
        ..Service::default()
    }
}

fn suggested(service: Option<&str>, name: &str, phone: &str) -> Fact {
    Fact::ServiceSuggested(ServiceSuggested {
        service: service.map(str::to_owned),
        name: name.into(),
        phone: phone.into(),
        address: String::new(),
        postcode: String::new(),
        url: String::new(),
        email: String::new(),
        fees: String::new(),
        eligibility: String::new(),
        words: "I rang them".into(),
    })
}

fn activity() -> Fact {
    let words = words("With the practice");
    Fact::Activity(Activity { what: ActivityKind::TeamMeeting, minutes: 45, words })
}

/// A worker with a phone, a lead and two administrators, over a directory of one service.
struct World {
    server: Server,
    phone: Phone,
    logbook: Option<CaseId>,
    written: u64,
    lead: String,
    administrators: [String; 2],
}

impl World {
    async fn new() -> Self {
        let server = Server::new();
        let worker = server.add_user("Amina Yusuf", Role::LinkWorker).await;
        let lead = server.add_user("Gwen Pritchard", Role::LeadLinkWorker).await;
        let ruth = server.add_user("Ruth Abernethy", Role::ServiceAdministrator).await;
        let owen = server.add_user("Owen Blake", Role::ServiceAdministrator).await;
        server.write(|tx| directory::put(tx, &[walks()])).await;
        let phone = Phone::new(&server, worker).await;
        let administrators = [server.sign_in(ruth).await, server.sign_in(owen).await];
        let lead = server.sign_in(lead).await;
        Self { server, phone, logbook: None, written: 0, lead, administrators }
    }

    /// Writes an entry, sends it, and has it worked out.
    async fn log(&mut self, fact: Fact) -> EventId {
        self.written += 1;
        let event = Event {
            id: EventId::new(1_800_000_000_000 + self.written, 1),
            device: None,
            at: jiff::civil::date(2026, 11, 3).at(14, 0, 0, 0),
            recorded_at: jiff::Timestamp::UNIX_EPOCH,
            by: self.phone.author.user,
            role: Role::LinkWorker,
            fact,
        };
        self.logbook = Some(self.phone.log(self.logbook, &event));
        self.phone.sync(&self.server).await;
        let store = self.server.store.clone();
        tokio::task::spawn_blocking(move || projector::catch_up(&store).unwrap()).await.unwrap();
        event.id
    }

    async fn page(&self, path: &str, cookie: &str) -> String {
        text(&self.server.get(path, cookie).await)
    }

    async fn desk(&self) -> String {
        self.page("/directory", &self.administrators[0]).await
    }

    async fn directory(&self) -> Directory {
        self.server.store.read(directory::load).await.unwrap()
    }

    /// Sends the form of a suggestion as its page has it, and follows to what the page says then.
    async fn decide(
        &self,
        who: usize,
        page: &str,
        event: EventId,
        how: &str,
        reason: &str,
    ) -> String {
        let seen = seen_on(page, event);
        let path = format!("/directory/{}/{event}/{how}", self.logbook.unwrap());
        let body = format!("seen={seen}&reason={reason}");
        let cookie = &self.administrators[who];
        let request = Request::post(path)
            .header(COOKIE, cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        self.page(answer.headers[LOCATION].to_str().unwrap(), cookie).await
    }

    async fn assert_rebuilds(&self) {
        let store = self.server.store.clone();
        let report = tokio::task::spawn_blocking(move || verify::verify(&store).unwrap());
        assert_eq!(report.await.unwrap().differences, Vec::<String>::new());
    }
}

fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// The mark in the forms of a suggestion.
fn seen_on(page: &str, event: EventId) -> String {
    let form = page.split(&format!("/{event}/accept\"")).nth(1).expect("it waits on the page");
    form.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_logbook_is_in_no_caseload_and_nothing_of_it_is_held_or_coded() {
    let mut world = World::new().await;
    world.phone.begin("Okafor");
    world.log(activity()).await;
    let page = world.page("/team", &world.lead).await;
    assert!(page.contains("1 person carries a caseload."), "{page}");
    let row = page.split("Amina Yusuf</a></td>").nth(1).unwrap();
    assert!(row.starts_with("<td>1 of 250</td><td>0</td><td>0</td>"), "{row}");
    let held = world.server.store.read(|tx| held::held(tx, None)).await.unwrap();
    assert!(held.is_empty());
    for table in ["coded_entry", "held_entry", "activity", "match_key"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE case_id = ?1");
        let logbook = world.logbook.unwrap();
        let count = world.server.write(move |tx| {
            Ok(tx.query_row(&sql, [logbook.as_bytes()], |row| row.get::<_, u32>(0))?)
        });
        assert_eq!(count.await, 0, "{table}");
    }
    world.assert_rebuilds().await;
}

#[tokio::test]
async fn the_lead_reads_activity_and_case_studies_until_they_are_withdrawn() {
    let mut world = World::new().await;
    let meeting = world.log(activity()).await;
    world.log(activity()).await;
    let (title, account) = (words("Walks <b>"), words("How it\nbegan"));
    world.log(Fact::CaseStudy(CaseStudy { title, words: account })).await;
    let report = "/reports/activity?from=2026-11&to=2026-11";
    let page = world.page(report, &world.lead).await;
    let figures = "<td class=\"fp-desk-figure\">2</td><td class=\"fp-desk-figure\">90</td>";
    let row = format!("<td>Amina Yusuf</td><td>Team meeting</td>{figures}");
    assert!(page.contains(&row), "{page}");
    assert!(page.contains("Walks &lt;b&gt;") && page.contains("How it\nbegan"), "{page}");
    let file = "/reports/activity.csv?from=2026-11&to=2026-11";
    let csv = world.page(file, &world.lead).await;
    let line = "\"without_person\",\"\",\"2\",\"90\",\"2026-11\",\"Amina Yusuf\",\"Team meeting\"";
    assert!(csv.contains(line), "{csv}");
    world.log(Fact::Retracted(Retracted { target: meeting, reason: words("Twice") })).await;
    let csv = world.page(file, &world.lead).await;
    let line = "\"1\",\"45\",\"2026-11\",\"Amina Yusuf\",\"Team meeting\"";
    assert!(csv.contains(line), "{csv}");
    let before = world.page("/reports/activity?from=2026-09&to=2026-10", &world.lead).await;
    assert!(!before.contains("Team meeting") && !before.contains("Walks"), "{before}");
    world.assert_rebuilds().await;
}

#[tokio::test]
async fn an_accepted_correction_changes_the_entry_once_and_phones_hear_of_it() {
    let mut world = World::new().await;
    let event = world.log(suggested(Some("walks"), "Walks", "01632 960277")).await;
    let page = world.desk().await;
    assert!(page.contains("1 suggestion waits for you.") && page.contains("Correction of Walks"));
    assert!(page.contains("01632 960001") && page.contains("01632 960277"), "{page}");
    let before = world.directory().await;
    let after_page = world.decide(0, &page, event, "accept", "").await;
    assert!(after_page.contains("0 suggestions wait for you."), "{after_page}");
    assert!(after_page.contains("<td>Ruth Abernethy</td>"), "{after_page}");
    let after = world.directory().await;
    assert_eq!(after.version, before.version + 1);
    let entry = after.service("walks").unwrap();
    assert_eq!((entry.phone.as_str(), entry.description.as_str()), ("01632 960277", "Gentle"));
    // The other administrator still has the page from before, and so may the first one.
    let stale = world.decide(1, &page, event, "set-aside", "No").await;
    assert!(stale.contains("Somebody had decided already."), "{stale}");
    world.decide(0, &page, event, "accept", "").await;
    assert_eq!(world.directory().await, after);
    assert_eq!(world.server.count("suggestion_decision").await, 1);
    world.assert_rebuilds().await;
}

#[tokio::test]
async fn a_new_service_is_added_and_what_is_set_aside_changes_nothing_and_keeps_its_reason() {
    let mut world = World::new().await;
    let added = world.log(suggested(None, "Repair Café", "01632 960288")).await;
    let aside = world.log(suggested(Some("walks"), "Wlaks", "01632 960001")).await;
    let page = world.desk().await;
    let missing = world.decide(0, &page, aside, "set-aside", "++").await;
    assert!(missing.contains("Nothing was set aside yet: write why"), "{missing}");
    let page = world.decide(0, &page, aside, "set-aside", "A+slip+of+the+pen").await;
    assert!(page.contains("Set aside: A slip of the pen"), "{page}");
    world.decide(1, &page, added, "accept", "").await;
    let directory = world.directory().await;
    assert_eq!(directory.services.len(), 2);
    let café = directory.services.iter().find(|service| service.name == "Repair Café").unwrap();
    assert_eq!((café.id.len(), café.phone.as_str()), (36, "01632 960288"));
    assert_eq!(directory.service("walks"), Some(&walks()));
}

#[tokio::test]
async fn nothing_is_done_to_what_changed_or_went_since_it_was_seen() {
    let mut world = World::new().await;
    let first = world.log(suggested(Some("walks"), "Walks", "01632 960277")).await;
    let second = world.log(suggested(Some("walks"), "Walks", "01632 960288")).await;
    let page = world.desk().await;
    world.decide(0, &page, first, "accept", "").await;
    // The page from before shows an entry that is no longer so.
    let stale = world.decide(1, &page, second, "accept", "").await;
    assert!(stale.contains("It has changed since you looked"), "{stale}");
    let phone = |directory: &Directory| directory.service("walks").unwrap().phone.clone();
    assert_eq!(phone(&world.directory().await), "01632 960277");
    let page = world.desk().await;
    world.log(Fact::Retracted(Retracted { target: second, reason: words("Wrong") })).await;
    let gone = world.decide(1, &page, second, "accept", "").await;
    assert!(gone.contains("It was withdrawn by whoever suggested it"), "{gone}");
    assert_eq!(world.server.count("suggestion_decision").await, 1);
}

#[tokio::test]
async fn what_no_form_would_let_through_cannot_be_accepted() {
    let mut world = World::new().await;
    world.log(suggested(None, " ", "01632 960288")).await;
    let page = world.desk().await;
    assert!(page.contains("It has no name, so it cannot be accepted."), "{page}");
    assert!(!page.contains("/accept\""), "{page}");
    let waiting = world.server.store.read(suggestions::waiting).await.unwrap();
    let (case, event, seen) = (waiting[0].case, waiting[0].event, waiting[0].seen());
    let outcome = world.server.write(move |tx| {
        let by = shared::ids::UserId::from_random([1; 16]);
        let accept = suggestions::Verdict::Accept;
        suggestions::decide(tx, (case, event), &seen, by, jiff::Timestamp::UNIX_EPOCH, &accept)
    });
    assert_eq!(outcome.await, suggestions::Outcome::Changed);
}

#[tokio::test]
async fn nobody_but_the_service_administrator_reads_or_decides_suggestions() {
    let mut world = World::new().await;
    let event = world.log(suggested(Some("walks"), "Walks", "01632 960277")).await;
    let worker = world.phone.cookie.clone();
    for (cookie, status) in [
        (world.lead.as_str(), StatusCode::NOT_FOUND),
        (worker.as_str(), StatusCode::NOT_FOUND),
        ("", StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(world.server.get("/directory", cookie).await.status, status);
        for how in ["accept", "set-aside"] {
            let path = format!("/directory/{}/{event}/{how}", world.logbook.unwrap());
            let request = Request::post(path)
                .header(COOKIE, cookie)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let request = request.body(Body::from("seen=x&reason=y")).unwrap();
            assert_eq!(world.server.send(request).await.status, status, "{how}");
        }
    }
    assert_eq!(world.server.count("suggestion_decision").await, 0);
    let team = world.server.get("/team", &world.administrators[0]).await;
    assert_eq!(team.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn two_phones_of_one_worker_hold_each_others_logbook_and_nobody_else_does() {
    let mut world = World::new().await;
    world.log(activity()).await;
    let logbook = world.logbook.unwrap();
    let mut second = Phone::new(&world.server, world.phone.author.user).await;
    second.sync(&world.server).await;
    assert!(second.replica.rows().any(|(case, row, _)| case == logbook && row.logbook.is_some()));
    let other = world.server.add_user("Ben Hughes", Role::LinkWorker).await;
    let mut other = Phone::new(&world.server, other).await;
    other.sync(&world.server).await;
    assert_eq!(other.cases(), 0);
}
