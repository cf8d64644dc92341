//! Each report over a few people whose figures were worked out by hand.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};
use rusqlite::{Transaction, params};
use shared::{
    case::{
        Case, Event, Fact, Person, Role,
        event::{
            Amended, ClosingReason, Consent, Contact, ContactMode, ContactOutcome, ContactPurpose,
            Decision, EpisodeClosed, Minutes, NeedNoted, NothingFound, OutcomeMeasured, Referral,
            ReferralSource, Retracted, SignpostOutcome, Signposted,
        },
        picklist::Need,
    },
    few::Few,
    ids::{CaseId, EventId, UserId},
    personal::Personal,
};

use super::{Kind, Question, period::Period};
use crate::{
    service::ServiceFacts,
    store::{
        StoreError,
        bare::BareStore,
        ledger,
        people::{self, NewUser},
    },
};

const YEAR: &str = "from=2026-01&to=2026-12";

fn day(month: i8, day: i8) -> Date {
    date(2026, month, day)
}

fn words(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

/// Amina is 1, Ben is 2.
fn worker(number: u8) -> UserId {
    UserId::from_random([number; 16])
}

/// What happened to one person.
struct Story {
    case: CaseId,
    by: UserId,
    episode: EventId,
    events: Vec<Event>,
}

impl Story {
    fn referred(number: u8, on: Date) -> Self {
        let case = CaseId::from_random([number; 16]);
        let mut story =
            Self { case, by: worker(1), episode: EventId::new(0, 0), events: Vec::new() };
        story.refer(on);
        story
    }

    fn refer(&mut self, on: Date) {
        let reason = words("lonely");
        self.episode =
            self.put(on, Fact::Referred(Referral { source: ReferralSource::Gp, reason }));
    }

    fn put(&mut self, on: Date, fact: Fact) -> EventId {
        let unix_ms = 1_767_225_600_000 + u64::try_from(self.events.len()).unwrap();
        let number = u128::from(self.case.as_bytes()[0]);
        let event = Event {
            id: EventId::new(unix_ms, number),
            device: None,
            at: on.at(10, 0, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: self.by,
            role: Role::LinkWorker,
            fact,
        };
        self.events.push(event.clone());
        event.id
    }

    fn contact(&self) -> Contact {
        Contact {
            episode: self.episode,
            mode: ContactMode::Telephone,
            outcome: ContactOutcome::Seen,
            purpose: ContactPurpose::Support,
            venue: String::new(),
            minutes: Minutes { session: 30, ..Minutes::default() },
            needs: Vec::new(),
            note: words("said in confidence"),
            next_step: words(""),
            next_on: None,
        }
    }

    fn met(&mut self, on: Date, minutes: u16) -> EventId {
        let minutes = Minutes { preparation: 10, session: minutes, write_up: 5, research: 0 };
        self.put(on, Fact::Contact(Contact { minutes, ..self.contact() }))
    }

    fn tried(&mut self, on: Date) -> EventId {
        let outcome = ContactOutcome::NoAnswer;
        self.put(on, Fact::Contact(Contact { outcome, ..self.contact() }))
    }

    fn met_about(&mut self, on: Date, needs: &[&str]) -> EventId {
        let needs = needs.iter().copied().map(Need::new).collect();
        self.put(on, Fact::Contact(Contact { needs, ..self.contact() }))
    }

    fn named(&mut self, on: Date, contact: Option<EventId>, service: &str) -> EventId {
        self.put(
            on,
            Fact::Signposted(Signposted {
                contact,
                service: service.into(),
                name: format!("The {service}"),
                phone: String::new(),
                introduced: contact.is_none(),
                code: None,
            }),
        )
    }

    fn answered(&mut self, on: Date, accepted: bool) {
        let consent = Consent::CodeOnly;
        let decision = Decision { episode: self.episode, contact: None, consent };
        let fact = if accepted { Fact::Accepted(decision) } else { Fact::Declined(decision) };
        self.put(on, fact);
    }

    fn closed(&mut self, on: Date) {
        let reason = ClosingReason::Completed;
        self.put(on, Fact::EpisodeClosed(EpisodeClosed { episode: self.episode, reason }));
    }

    fn measured(&mut self, on: Date, satisfaction: u8, anxiety: u8) {
        let measured = OutcomeMeasured { satisfaction, worthwhile: 5, happiness: 5, anxiety };
        self.put(on, Fact::OutcomeMeasured(measured));
    }

    fn withdrawn(&mut self, target: EventId) {
        self.put(day(11, 1), Fact::Retracted(Retracted { target, reason: words("Twice") }));
    }

    fn case(&self) -> Case {
        let (person, events) = (Person::default(), self.events.clone());
        Case::fold(self.case, person, events, Few::new(), &mut Vec::new())
    }
}

fn hire(tx: &Transaction<'_>) -> Result<(), StoreError> {
    for (number, name) in [(1, "Amina"), (2, "Ben")] {
        let (name, role) = (name.to_owned(), Role::LinkWorker);
        let new = NewUser { name, role, practice: None, gp_username: None };
        people::put_user(tx, worker(number), &new)?;
    }
    Ok(())
}

/// The rows of a report's file in this period, as on 26 November 2026, after `also` was done.
fn rows_after(kind: Kind, query: &str, stories: &[Story], also: &str) -> Vec<String> {
    let store = BareStore::new().unwrap();
    let rows = store.read(|tx| {
        hire(tx)?;
        let mut facts = ServiceFacts::load(tx)?;
        facts.today = day(11, 26);
        for story in stories {
            ledger::project(tx, &story.case(), &[], &facts)?;
            let sql = "INSERT INTO access VALUES (?1, ?2, 1, NULL, 1)";
            tx.execute(sql, params![story.case.as_bytes(), story.by.as_bytes()])?;
        }
        tx.execute_batch(also)?;
        let period = Period::of(Some(query), facts.today).unwrap();
        let report = kind.read(&Question { tx, facts: &facts, period })?;
        let records = report.records();
        Ok(records.iter().map(|record| record.join(" | ")).collect())
    });
    rows.unwrap()
}

fn rows(kind: Kind, query: &str, stories: &[Story]) -> Vec<String> {
    rows_after(kind, query, stories, "")
}

/// The rows of one table, without its name and the fields that others have.
fn table(kind: Kind, stories: &[Story], key: &str) -> Vec<String> {
    let own = format!("{key} | ");
    let rows = rows(kind, YEAR, stories);
    let of_table = rows.iter().filter_map(|row| row.strip_prefix(&own));
    of_table
        .map(|row| row.trim_end_matches(['|', ' ']).trim_start_matches(['|', ' ']).to_owned())
        .collect()
}

#[test]
fn an_episode_has_the_sessions_of_its_first_three_months_and_nothing_else() {
    let mut seven = Story::referred(1, day(2, 1));
    seven.answered(day(2, 10), true);
    for week in 0..7 {
        seven.met(day(2, 10).saturating_add((week * 7).days()), 30);
    }
    // Three months later to the day, an attempt, a welfare call, one that was withdrawn, and one
    // before the referral: none of them counts.
    seven.met(day(5, 10), 30);
    seven.tried(day(3, 1));
    let purpose = ContactPurpose::WelfareCall;
    seven.put(day(3, 2), Fact::Contact(Contact { purpose, ..seven.contact() }));
    let twice = seven.met(day(3, 3), 30);
    seven.withdrawn(twice);
    seven.met(day(1, 20), 30);
    let mut left = Story::referred(2, day(9, 1));
    left.answered(day(9, 5), true);
    left.met(day(9, 5), 30);
    left.met(day(9, 12), 30);
    left.closed(day(9, 20));
    let mut running = Story::referred(3, day(11, 1));
    running.answered(day(11, 4), true);
    running.met(day(11, 4), 30);
    let mut declined = Story::referred(4, day(11, 1));
    declined.met(day(11, 4), 30);
    declined.answered(day(11, 4), false);
    let before = Story::referred(5, date(2025, 12, 31));
    let stories = [seven, left, running, declined, before];
    assert_eq!(
        table(Kind::Contacts, &stories, "against_usual"),
        [
            "Fewer than 6 | 1 | 50% | 1",
            "6 to 12 | 1 | 50% | 0",
            "More than 12 | 0 | 0% | 0",
            "All | 2 | 100% | 1",
        ]
    );
    let distribution = table(Kind::Contacts, &stories, "distribution");
    assert_eq!(distribution.len(), 14);
    assert_eq!(distribution[1..3], ["1 | 0 | 0% | 1", "2 | 1 | 50% | 0"]);
    assert_eq!(distribution[7], "7 | 1 | 50% | 0");
    let closed = "1 |  |  |  | Closed: What was planned is done";
    assert_eq!(
        table(Kind::Contacts, &stories, "standing"),
        [
            "2 |  |  | Accepted".to_owned(),
            closed.replace("|  |  |  |", "|  |  |"),
            "1 |  |  | Declined".to_owned(),
            "4 |  |  | All".to_owned(),
        ]
    );
}

#[test]
fn minutes_are_those_of_sessions_as_they_were_corrected() {
    let mut one = Story::referred(1, day(2, 1));
    one.tried(day(2, 2));
    let first = one.met(day(2, 3), 90);
    let minutes = Minutes { preparation: 10, session: 50, write_up: 5, research: 20 };
    let corrected = Fact::Contact(Contact { minutes, ..one.contact() });
    one.put(
        day(2, 4),
        Fact::Amended(Amended {
            target: first,
            replaces: first,
            corrected_at: day(2, 3).at(10, 0, 0, 0),
            corrected: Box::new(corrected),
            reason: words("Mistyped"),
        }),
    );
    one.met(day(2, 10), 20);
    one.by = worker(2);
    one.met(day(2, 17), 40);
    let withdrawn = one.met(day(2, 18), 999);
    one.withdrawn(withdrawn);
    let mut other = Story::referred(2, day(2, 1));
    other.by = worker(2);
    other.met(day(2, 9), 40);
    let stories = [one, other];
    assert_eq!(
        table(Kind::Time, &stories, "first_sessions"),
        [
            "Amina | 1 | 50 | 50 | 50 | 0 | 1 | 0 | 100%",
            "Ben | 1 | 40 | 40 | 40 | 1 | 0 | 0 | 0%",
            "Everybody | 2 | 42.5 | 45 | 47.5 | 1 | 1 | 0 | 50%",
        ]
    );
    assert_eq!(
        table(Kind::Time, &stories, "follow_ups"),
        [
            "Amina | 1 | 20 | 20 | 20 | 0 | 1 | 0 | 100%",
            "Ben | 1 | 40 | 40 | 40 | 0 | 0 | 1 | 0%",
            "Everybody | 2 | 25 | 30 | 35 | 0 | 1 | 1 | 50%",
        ]
    );
    // 40 of preparation, 50 + 20 + 40 + 40, 20 of writing up, 20 of research: 230 in all.
    let by_kind = table(Kind::Time, &stories, "by_kind");
    assert_eq!(by_kind[0], "10 | 10 | 10 |  |  |  |  | Preparation | 40 | 17%");
    assert_eq!(by_kind[1], "35 | 40 | 42.5 |  |  |  |  | Session | 150 | 65%");
    assert_eq!(by_kind[3], "0 | 0 | 5 |  |  |  |  | Research | 20 | 9%");
}

#[test]
fn a_need_is_unmet_where_nothing_was_named_for_it_in_its_episode() {
    let mut one = Story::referred(1, day(2, 1));
    let contact = one.met_about(day(2, 3), &["debt", "housing"]);
    one.put(day(2, 3), Fact::NeedNoted(NeedNoted { need: Need::new("loneliness") }));
    for on in [day(2, 4), day(2, 9)] {
        one.put(on, Fact::NothingFound(NothingFound { need: Need::new("loneliness") }));
    }
    // For debt alone: the contact in which it was named is about that.
    let later = one.met_about(day(2, 10), &["debt"]);
    let named = one.named(day(2, 10), Some(later), "advice line");
    let outcome = SignpostOutcome { target: named, words: words("Went twice") };
    one.put(day(2, 20), Fact::SignpostOutcome(outcome));
    let twice = one.named(day(2, 3), Some(contact), "advice line");
    one.withdrawn(twice);
    one.closed(day(3, 1));
    let mut other = Story::referred(2, day(2, 1));
    other.met_about(day(2, 5), &["debt"]);
    // It names no contact, so it is for all that came to light by then.
    other.named(day(2, 6), None, "choir");
    other.met_about(day(2, 7), &["housing"]);
    let stories = [one, other];
    assert_eq!(
        table(Kind::Signposting, &stories, "by_service"),
        [
            "The advice line | 1 | 0 | 1 | 0",
            "The choir | 1 | 1 | 0 | 1",
            "All services | 2 | 1 | 1 | 1",
        ]
    );
    assert_eq!(
        table(Kind::Signposting, &stories, "by_need"),
        ["2 | 1 | 1 |  | Debt | 2", "0 | 0 | 0 |  | Housing | 2", "0 | 0 | 0 |  | Loneliness | 1",]
    );
    assert_eq!(
        table(Kind::Signposting, &stories, "unmet"),
        [
            "Debt | 2 | 0 | 0 | 0 | 0%",
            "Housing | 2 | 0 | 1 | 1 | 100%",
            "Loneliness | 1 | 1 | 1 | 0 | 100%",
        ]
    );
}

/// So many people, each measured twice, with satisfaction and anxiety by their number.
fn measured(people: u8, of: impl Fn(u8) -> [(u8, u8); 2]) -> Vec<Story> {
    let story = |number: u8| {
        let mut story = Story::referred(number, day(2, 1));
        let [first, latest] = of(number);
        story.measured(day(2, 3), first.0, first.1);
        story.measured(day(3, 3), 0, 0);
        story.measured(day(4, 3), latest.0, latest.1);
        story
    };
    (1..=people).map(story).collect()
}

#[test]
fn wellbeing_is_from_first_to_latest_and_small_numbers_are_kept_back() {
    // Of eleven, six are better by two; five are as they were. Anxiety falls for all.
    let mut stories = measured(11, |number| match number {
        1..=6 => [(4, 7), (6, 5)],
        _ => [(5, 7), (5, 5)],
    });
    let mut once = Story::referred(12, day(2, 1));
    once.measured(day(2, 3), 1, 1);
    // Another episode is another story, and this one has one measurement.
    once.refer(day(5, 1));
    once.measured(day(5, 3), 9, 9);
    stories.push(once);
    let hidden = "fewer than 5 | not shown | fewer than 5 | not shown";
    assert_eq!(
        table(Kind::Wellbeing, &stories, "wellbeing"),
        [
            "Satisfied with life | 11 | 4.5 | 5.5 | +1.1 | not shown | not shown | fewer than 5 \
             | not shown"
                .to_owned(),
            format!("Things done are worthwhile | 11 | 5.0 | 5.0 | 0.0 | {hidden}"),
            format!("Happy yesterday | 11 | 5.0 | 5.0 | 0.0 | {hidden}"),
            "Anxious (lower is better) | 11 | 7.0 | 5.0 | -2.0 | not shown | fewer than 5 \
             | fewer than 5 | not shown"
                .to_owned(),
        ]
    );
}

#[test]
fn shares_stand_where_every_part_may_be_shown_and_nothing_of_four_people_does() {
    let fifteen = measured(15, |number| match number {
        1..=5 => [(4, 7), (6, 5)],
        6..=10 => [(5, 7), (5, 7)],
        _ => [(5, 5), (4, 7)],
    });
    let rows = table(Kind::Wellbeing, &fifteen, "wellbeing");
    assert_eq!(rows[0], "Satisfied with life | 15 | 4.7 | 5.0 | +0.3 | 5 | 5 | 5 | 33%");
    assert_eq!(rows[3], "Anxious (lower is better) | 15 | 6.3 | 6.3 | 0.0 | 5 | 5 | 5 | 33%");
    let four = measured(4, |_| [(4, 7), (6, 5)]);
    let rows = table(Kind::Wellbeing, &four, "wellbeing");
    let hidden = "fewer than 5 | not shown | not shown | not shown | fewer than 5 | fewer than 5 | \
                  fewer than 5 | not shown";
    assert_eq!(rows[0], format!("Satisfied with life | {hidden}"));
}

#[test]
fn people_wait_for_the_first_attempt_and_for_the_first_session() {
    let mut tried = Story::referred(1, day(3, 1));
    let purpose = ContactPurpose::Administrative;
    tried.put(day(3, 2), Fact::Contact(Contact { purpose, ..tried.contact() }));
    tried.tried(day(3, 5));
    tried.met(day(3, 21), 30);
    let mut answered = Story::referred(2, day(3, 1));
    answered.answered(day(3, 31), true);
    let mut ended = Story::referred(3, day(3, 1));
    let withdrawn = ended.met(day(3, 3), 30);
    ended.withdrawn(withdrawn);
    ended.closed(day(3, 11));
    let waiting = Story::referred(4, day(11, 6));
    let stories = [tried, answered, ended, waiting];
    // Reached in 4 and 30 days; one ended after 10; one has waited 20.
    assert_eq!(
        table(Kind::Waits, &stories, "first_contact"),
        [
            "Not known | 4 | 2 | 10.5 | 17 | 23.5 | 33% | 50% | 1 | 1",
            "All practices | 4 | 2 | 10.5 | 17 | 23.5 | 33% | 50% | 1 | 1",
        ]
    );
    // Met in 20 and 30 days.
    let met = table(Kind::Waits, &stories, "first_met");
    assert_eq!(met[1], "All practices | 4 | 2 | 22.5 | 25 | 27.5 | 0% | 50% | 1 | 1");
}

#[test]
fn a_caseload_is_who_is_carried_now_and_who_was_in_the_period() {
    let open = Story::referred(1, day(2, 1));
    let mut closed = Story::referred(2, date(2025, 6, 1));
    closed.closed(day(1, 1));
    let mut long_ago = Story::referred(3, date(2025, 6, 1));
    long_ago.closed(date(2025, 12, 31));
    let mut bens = Story::referred(4, day(3, 1));
    bens.by = worker(2);
    let stories = [open, closed, long_ago, bens];
    // Ben has Amina's first person as well.
    let also = "INSERT INTO access
        SELECT case_id, (SELECT id FROM user WHERE name = 'Ben'), 2, NULL, 2
        FROM report_episode WHERE referred_on = '2026-02-01'";
    assert_eq!(
        rows_after(Kind::Caseload, YEAR, &stories, also),
        [
            "caseload | Amina | 1 | 1 | 2 | 1%",
            "caseload | Ben | 2 | 2 | 2 | 1%",
            "caseload | Everybody | 2 | 2 | 3 | ",
        ]
    );
    // A record that was set aside is one person's second one.
    let aside = format!(
        "{also};
         INSERT INTO duplicate_decision (one, other, goes_on, by, at, reason)
         SELECT min(a.case_id, b.case_id), max(a.case_id, b.case_id), a.case_id,
             (SELECT id FROM user WHERE name = 'Ben'), 0, ''
         FROM report_episode AS a JOIN report_episode AS b
         WHERE a.referred_on = '2026-02-01' AND b.referred_on = '2026-03-01'"
    );
    let rows = rows_after(Kind::Caseload, YEAR, &stories, &aside);
    assert_eq!(
        rows[1..],
        ["caseload | Ben | 1 | 1 | 1 | 0%", "caseload | Everybody | 1 | 1 | 2 | "]
    );
}

#[test]
fn a_report_of_a_service_without_anybody_has_no_rows_and_says_so() {
    for kind in Kind::ALL {
        let rows = rows(kind, YEAR, &[]);
        let sums = rows.iter().filter(|row| {
            row.split(" | ").any(|field| field.parse::<u32>().is_ok_and(|number| number > 0))
        });
        assert_eq!(sums.count(), 0, "{rows:?}");
    }
}
