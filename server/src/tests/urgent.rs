//! Urgent concerns as practices and the lead meet them, and whom a phone is told to ring.

use axum::http::StatusCode;
use jiff::civil::{Date, DateTime};
use shared::{
    case::{
        Event, Fact, Field, Role,
        event::{
            Handover, Informed, Referral, ReferralSource, UrgentAction, UrgentConcern,
            UrgentConsent, UrgentRecord,
        },
    },
    cbor,
    document::{Author, Document},
    ids::{CaseId, EventId, UserId},
    intake::IncomingChange,
    ods::OdsCode,
    personal::Personal,
    profile::{Profile, ServiceNumber},
};

use super::Server;
use crate::{
    clock, demo, projector, random,
    store::{
        StoreError, cases, numbers,
        people::{self, NewUser},
        urgent::{self, UrgentRow},
    },
};

const SAID: &str = "No point in waking up";

fn words(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

fn ods(code: &str) -> OdsCode {
    OdsCode::parse(code).unwrap()
}

/// A service with two practices, their staff, a lead and a link worker.
struct Service {
    server: Server,
    author: Author,
    lead: UserId,
    staff: [UserId; 2],
}

/// One person whose record has a concern, as their worker's phone has it.
struct Record {
    case: CaseId,
    document: Document,
    concern: EventId,
}

impl Service {
    async fn new() -> Self {
        let server = Server::new();
        let hire = |tx: &rusqlite::Transaction<'_>| {
            people::put_practice(tx, &ods("A81001"), "Hill Street")?;
            people::put_practice(tx, &ods("B82002"), "Mill Lane")?;
            let add = |name: &str, role, practice: Option<&str>| {
                let practice = practice.map(ods);
                let new = NewUser { name: name.to_owned(), role, practice, gp_username: None };
                people::add_user(tx, &new)
            };
            let user = add("Amina", Role::LinkWorker, None)?;
            let device = people::enrol_device(tx, user, clock::now_ms())?;
            let author = Author { user, device, session: random::bytes() };
            let lead = add("Gwen", Role::LeadLinkWorker, None)?;
            let hill = add("Helen", Role::PracticeStaff, Some("A81001"))?;
            let mill = add("Daniel", Role::PracticeStaff, Some("B82002"))?;
            Ok::<_, StoreError>((author, lead, [hill, mill]))
        };
        let (author, lead, staff) = server.write(hire).await;
        Self { server, author, lead, staff }
    }

    fn event(&self, at: DateTime, fact: Fact) -> Event {
        let unix_ms = u64::try_from(clock::now_ms()).unwrap();
        Event {
            id: EventId::new(unix_ms, u128::from_le_bytes(random::bytes())),
            device: None,
            at,
            recorded_at: clock::now(),
            by: self.author.user,
            role: Role::LinkWorker,
            fact,
        }
    }

    async fn append(&self, case: CaseId, bytes: Vec<u8>) {
        let (change, user) = (IncomingChange::parse(&bytes).unwrap(), self.author.user);
        self.server
            .write(move |tx| cases::append_server_changes(tx, case, &[change], &[user]))
            .await;
        let store = self.server.store.clone();
        tokio::task::spawn_blocking(move || projector::catch_up(&store).unwrap()).await.unwrap();
    }

    /// Somebody of Hill Street who said something on that day.
    async fn concern(&self, on: Date, family_name: &str) -> Record {
        let case = CaseId::from_random(random::bytes());
        let referral = Referral { source: ReferralSource::Gp, reason: words("lonely") };
        let referred = self.event(on.at(9, 0, 0, 0), Fact::Referred(referral));
        let action = UrgentAction::SameDayClinician;
        let concern = UrgentConcern { words: words(SAID), action };
        let concern = self.event(on.at(14, 5, 0, 0), Fact::UrgentConcern(concern));
        let (document, bytes) = Document::create(case, &self.author, 0, |writer| {
            writer.put_field(Field::FamilyName, family_name)?;
            writer.put_field(Field::GivenNames, "Ann")?;
            writer.put_field(Field::Sex, "female")?;
            writer.put_field(Field::PracticeOds, "A81001")?;
            writer.put_event(&referred)?;
            writer.put_event(&concern)
        })
        .unwrap();
        self.append(case, bytes).await;
        Record { case, document, concern: concern.id }
    }

    async fn put(&self, record: &mut Record, at: DateTime, fact: Fact) {
        let event = self.event(at, fact);
        let written = record.document.commit(&self.author, 0, |writer| writer.put_event(&event));
        self.append(record.case, written.unwrap()).await;
    }

    async fn page(&self, user: UserId, path: &str) -> String {
        let cookie = self.server.sign_in(user).await;
        let answer = self.server.get(path, &cookie).await;
        assert_eq!(answer.status, StatusCode::OK);
        String::from_utf8(answer.body.to_vec()).unwrap()
    }

    async fn of_service(&self, today: Date) -> Vec<UrgentRow> {
        self.server.store.read(move |tx| urgent::of_service(tx, today)).await.unwrap()
    }
}

#[tokio::test]
async fn the_lead_sees_a_concern_until_it_has_an_owner_and_then_when_its_check_is_missed() {
    let service = Service::new().await;
    let today = clock::today();
    let yesterday = today.yesterday().unwrap();
    let mut late = service.concern(yesterday, "Late").await;
    service.concern(today, "Fresh").await;
    let page = service.page(service.lead, "/team").await;
    assert!(page.contains("2 urgent concerns have no owner."), "{page}");
    assert_eq!(page.matches("Past its day").count(), 1, "{page}");
    for words in ["Ann Late", "Ann Fresh", "Hill Street", "Amina", ", 14:05", "Nobody is recorded"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains(SAID));

    let target = late.concern;
    let informed = Informed { target, who: words("Dr Osei, duty GP") };
    service.put(&mut late, yesterday.at(14, 20, 0, 0), Fact::Informed(informed)).await;
    let page = service.page(service.lead, "/team").await;
    // Who was told is not yet who took over.
    assert!(page.contains("Dr Osei, duty GP, ") && page.contains(", 14:20"), "{page}");
    assert_eq!(page.matches("Past its day").count(), 1);

    let handover = Handover { target, to: words("Dr Osei, duty GP") };
    service.put(&mut late, yesterday.at(14, 30, 0, 0), Fact::Handover(handover)).await;
    let record = UrgentRecord {
        target,
        given: words("Helplines"),
        told: words("The GP rings"),
        consent: UrgentConsent::Agreed,
        why: words(""),
        next_check: Some(today),
    };
    service.put(&mut late, yesterday.at(15, 0, 0, 0), Fact::UrgentRecord(record)).await;
    let families = |rows: Vec<UrgentRow>| {
        rows.into_iter().map(|row| row.person.family_name).collect::<Vec<_>>()
    };
    assert_eq!(families(service.of_service(today).await), ["Fresh"]);
    let tomorrow = today.tomorrow().unwrap();
    assert_eq!(families(service.of_service(tomorrow).await), ["Fresh", "Late"]);
    assert!(service.of_service(tomorrow).await.iter().any(|row| row.is_check_missed(tomorrow)));
}

#[tokio::test]
async fn a_practice_sees_its_own_concern_first_even_if_it_was_taken_over_and_never_what_was_said() {
    let service = Service::new().await;
    let today = clock::today();
    let mut record = service.concern(today, "Own").await;
    let [own, other] = service.staff;
    let page = service.page(own, "/practice/A81001").await;
    assert!(page.contains("1 concern that nobody is recorded to have taken over"), "{page}");
    assert!(page.contains(", female"), "{page}");
    assert!(page.contains("The service keeps no number of its own here"), "{page}");
    service.server.write(|tx| numbers::replace(tx, &service_numbers())).await;
    let with_numbers = service.page(own, "/practice/A81001").await;
    assert!(with_numbers.contains("If you do not reach them: Gwen, "), "{with_numbers}");
    assert!(with_numbers.contains(">01632 960001<"), "{with_numbers}");
    assert!(!with_numbers.contains("01632 960002"), "{with_numbers}");
    let places = ["id=\"urgent\"", "OWN", "id=\"to-do\""].map(|words| page.find(words));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{page}");
    let target = record.concern;
    let handover = Handover { target, to: words("Dr Osei, duty GP") };
    service.put(&mut record, today.at(14, 30, 0, 0), Fact::Handover(handover)).await;
    let page = service.page(own, "/practice/A81001").await;
    assert!(page.contains("OWN") && page.contains("Dr Osei, duty GP"), "{page}");
    assert!(!page.contains("nobody is recorded to have taken over"));
    assert!(!page.contains(SAID) && !page.contains("<details"));
    // Answered as well, it is one line that opens.
    let (case, event, practice) = (record.case, record.concern.to_string(), ods("A81001"));
    let answer = move |tx: &rusqlite::Transaction<'_>| {
        urgent::answer(tx, &practice, (case, &event), (own, 0), "Dr Osei looks in at four")
    };
    assert!(service.server.write(answer).await);
    let page = service.page(own, "/practice/A81001").await;
    let folded = page.split("<details").nth(1).unwrap();
    assert!(folded.contains("taken over by Dr Osei, duty GP, and answered</summary>"), "{folded}");
    assert!(folded.contains("Dr Osei looks in at four"), "{folded}");
    let page = service.page(other, "/practice/B82002").await;
    assert!(!page.contains("OWN") && !page.contains("Urgent concerns"), "{page}");
    // Some days later it is no news any more.
    let later = today.saturating_add(jiff::Span::new().days(8));
    let practice = ods("A81001");
    let read = move |tx: &rusqlite::Transaction<'_>| urgent::of_practice(tx, &practice, later);
    assert!(service.server.store.read(read).await.unwrap().is_empty());
}

/// The manager's number, and one that a practice has of its own.
fn service_numbers() -> Vec<ServiceNumber> {
    [("Gwen", "01632 960001", "manager"), ("Duty", "01632 960002", "duty_line")]
        .map(|(name, phone, kind)| ServiceNumber {
            name: name.into(),
            phone: phone.into(),
            kind: kind.into(),
            practice: String::new(),
            checked_on: clock::today(),
        })
        .into()
}

#[tokio::test]
async fn whoever_works_with_people_has_the_services_numbers_and_nobody_else() {
    let server = Server::new();
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || demo::seed(&store).unwrap()).await.unwrap();
    let kept = server.store.read(numbers::list).await.unwrap();
    assert!(kept.len() > 5);
    for (name, expected) in [("Bronwen Adeyemi", kept), ("Helen Okonkwo", Vec::new())] {
        let users: Vec<UserId> =
            server.store.read(move |tx| people::users_named(tx, name)).await.unwrap();
        let cookie = server.sign_in(users[0]).await;
        let answer = server.get("/api/me", &cookie).await;
        let profile: Profile = cbor::decode(&answer.body).unwrap();
        assert_eq!(profile.numbers, Some(expected), "{name}");
    }
}
