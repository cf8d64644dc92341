//! What may be wrong with a signed entry: its parts as a person types them, and back.

use jiff::civil::{Date, DateTime, Time};
use shared::{
    case::{
        Event, Fact,
        event::{Consent, Contact, ContactMode, ContactOutcome, ContactPurpose},
    },
    limits,
    personal::Personal,
    written::Written,
};

/// A part of an entry that may be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Day,
    Time,
    Outcome,
    Mode,
    Purpose,
    WithThem,
    Preparation,
    WriteUp,
    Research,
    Consent,
    Words,
}

/// Each part with what is typed there; of a choice, its number in the list.
pub(super) type Typed = Vec<(Part, String)>;

/// Why a correction cannot be signed, and at which part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub part: Option<Part>,
    pub words: String,
}

impl Part {
    /// What is asked.
    pub fn label(self) -> &'static str {
        match self {
            Self::Day => say!("Day"),
            Self::Time => say!("Time"),
            Self::Outcome => say!("Outcome"),
            Self::Mode => say!("How"),
            Self::Purpose => say!("What it was for"),
            Self::WithThem => say!("Minutes with them"),
            Self::Preparation => say!("Minutes of preparation"),
            Self::WriteUp => say!("Minutes of write-up"),
            Self::Research => say!("Minutes of research"),
            Self::Consent => say!("May go to the practice"),
            Self::Words => say!("What it should say"),
        }
    }

    /// What may be chosen; nothing where it is typed.
    pub fn choices(self) -> Vec<&'static str> {
        match self {
            Self::Outcome => ContactOutcome::ALL.map(ContactOutcome::words).to_vec(),
            Self::Mode => ContactMode::ALL.map(ContactMode::words).to_vec(),
            Self::Purpose => ContactPurpose::ALL.map(ContactPurpose::words).to_vec(),
            Self::Consent => Consent::ALL.map(Consent::words).to_vec(),
            _ => Vec::new(),
        }
    }

    /// The type of its input where it is typed in one line; nothing where it is chosen or long.
    pub fn input(self) -> Option<&'static str> {
        match self {
            Self::Day => Some("date"),
            Self::Time => Some("time"),
            Self::WithThem | Self::Preparation | Self::WriteUp | Self::Research => Some("text"),
            _ => None,
        }
    }
}

/// The parts of an entry as it reads now; none where it can only be withdrawn.
pub(super) fn parts_of(event: &Event) -> Typed {
    let day = (Part::Day, event.at.date().to_string());
    match &event.fact {
        Fact::Contact(contact) => contact_parts(day, event.at.time(), contact),
        Fact::Accepted(decision) | Fact::Declined(decision) => {
            vec![day, (Part::Consent, place(&Consent::ALL, decision.consent))]
        }
        Fact::GoalSet(goal) => vec![(Part::Words, goal.words.reveal().clone())],
        Fact::SignpostOutcome(outcome) => vec![(Part::Words, outcome.words.reveal().clone())],
        Fact::UrgentConcern(concern) => vec![(Part::Words, concern.words.reveal().clone())],
        _ => Vec::new(),
    }
}

fn contact_parts(day: (Part, String), time: Time, contact: &Contact) -> Typed {
    let minutes = contact.minutes;
    vec![
        day,
        (Part::Time, shared::calendar::clock_words(time)),
        (Part::Outcome, place(&ContactOutcome::ALL, contact.outcome)),
        (Part::Mode, place(&ContactMode::ALL, contact.mode)),
        (Part::Purpose, place(&ContactPurpose::ALL, contact.purpose)),
        (Part::WithThem, minutes.session.to_string()),
        (Part::Preparation, minutes.preparation.to_string()),
        (Part::WriteUp, minutes.write_up.to_string()),
        (Part::Research, minutes.research.to_string()),
        (Part::Words, contact.note.reveal().clone()),
    ]
}

fn place<T: PartialEq>(all: &[T], one: T) -> String {
    all.iter().position(|of| *of == one).unwrap_or_default().to_string()
}

/// The entry as it should have been. What nobody touched stays as it was, to the letter.
/// `may_stay`: it may also be confirmed as it reads, which settles corrections that compete.
///
/// # Errors
/// What is to be put right first.
pub(super) fn corrected(
    event: &Event,
    typed: &[(Part, String)],
    today: Date,
    may_stay: bool,
) -> Result<(DateTime, Fact), Refusal> {
    let (mut at, mut fact) = (event.at, event.fact.clone());
    let mut has_changed = false;
    for ((part, before), (_, now)) in parts_of(event).iter().zip(typed) {
        if before == now {
            continue;
        }
        has_changed = true;
        let put = put(&mut at, &mut fact, *part, now.trim(), today);
        put.map_err(|words| Refusal { part: Some(*part), words: words.to_owned() })?;
    }
    if has_changed || may_stay {
        return Ok((at, fact));
    }
    let words = say!("Nothing is changed yet. Change what was wrong.").to_owned();
    Err(Refusal { part: None, words })
}

fn put(
    at: &mut DateTime,
    fact: &mut Fact,
    part: Part,
    typed: &str,
    today: Date,
) -> Result<(), &'static str> {
    match part {
        Part::Day => {
            let day = Date::read(typed).ok_or(say!("Choose the day on which it was"))?;
            if day > today {
                return Err(say!("This day is in the future. Choose the day on which it was."));
            }
            *at = day.to_datetime(at.time());
        }
        Part::Time => {
            let time = Time::read(typed).ok_or(say!("Choose the time at which it was"))?;
            *at = at.date().to_datetime(time);
        }
        _ => return put_in_fact(fact, part, typed),
    }
    Ok(())
}

fn put_in_fact(fact: &mut Fact, part: Part, typed: &str) -> Result<(), &'static str> {
    match fact {
        Fact::Contact(contact) => return put_in_contact(contact, part, typed),
        Fact::Accepted(decision) | Fact::Declined(decision) => {
            decision.consent = chosen(&Consent::ALL, typed)?;
        }
        Fact::GoalSet(goal) => goal.words = paragraph(typed)?,
        Fact::SignpostOutcome(outcome) => outcome.words = paragraph(typed)?,
        Fact::UrgentConcern(concern) => concern.words = paragraph(typed)?,
        _ => return Err(say!("This entry can only be withdrawn.")),
    }
    Ok(())
}

fn put_in_contact(contact: &mut Contact, part: Part, typed: &str) -> Result<(), &'static str> {
    match part {
        Part::Outcome => contact.outcome = chosen(&ContactOutcome::ALL, typed)?,
        Part::Mode => contact.mode = chosen(&ContactMode::ALL, typed)?,
        Part::Purpose => contact.purpose = chosen(&ContactPurpose::ALL, typed)?,
        Part::WithThem => contact.minutes.session = minutes(typed)?,
        Part::Preparation => contact.minutes.preparation = minutes(typed)?,
        Part::WriteUp => contact.minutes.write_up = minutes(typed)?,
        Part::Research => contact.minutes.research = minutes(typed)?,
        _ if typed.chars().count() > limits::NOTE_CHARACTERS_MAX => {
            return Err(say!(
                "The note is over 20,000 characters. Write the rest in another contact."
            ));
        }
        _ => contact.note = Personal::new(typed.to_owned()),
    }
    Ok(())
}

fn chosen<T: Copy>(all: &[T], typed: &str) -> Result<T, &'static str> {
    let at = typed.parse::<usize>().ok();
    at.and_then(|at| all.get(at)).copied().ok_or(say!("Choose one of these"))
}

fn minutes(typed: &str) -> Result<u16, &'static str> {
    let minutes = if typed.is_empty() { Some(0) } else { typed.parse().ok() };
    let fits = minutes.filter(|minutes| *minutes <= limits::MINUTES_MAX);
    fits.ok_or(say!("Write a whole number of minutes, at most 1,440"))
}

fn paragraph(typed: &str) -> Result<Personal<String>, &'static str> {
    if typed.is_empty() {
        return Err(say!("Write what it should say, or withdraw the entry"));
    }
    if typed.chars().count() > limits::PARAGRAPH_CHARACTERS_MAX {
        return Err(say!("This is too long. Write at most 2,000 characters."));
    }
    Ok(Personal::new(typed.to_owned()))
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};
    use shared::{
        case::{
            ContactDraft, Role,
            event::{Decision, GoalSet},
        },
        ids::{EventId, UserId},
    };

    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 23);

    fn event(fact: Fact) -> Event {
        Event {
            id: EventId::new(5, 5),
            device: None,
            at: date(2026, 11, 20).at(14, 5, 10, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact,
        }
    }

    fn contact(note: &str) -> Event {
        let at = date(2026, 11, 20).at(14, 5, 10, 0);
        let by = UserId::from_random([1; 16]);
        let mut draft = ContactDraft::new(by, EventId::new(1, 1), at, "Hall".into());
        draft.note = Personal::new(note.to_owned());
        let id = || EventId::new(5, 5);
        draft.sign(Role::LinkWorker, TODAY, Timestamp::UNIX_EPOCH, id).unwrap().remove(0)
    }

    fn retyped(event: &Event, changes: &[(Part, &str)]) -> Result<(DateTime, Fact), Refusal> {
        let mut typed = parts_of(event);
        for (part, now) in changes {
            let held = typed.iter_mut().find(|(own, _)| own == part).expect("it has this part");
            held.1 = (*now).to_owned();
        }
        corrected(event, &typed, TODAY, false)
    }

    #[test]
    fn every_part_of_a_contact_can_be_put_right_and_the_rest_stays_to_the_letter() {
        let signed = contact(" Came with her sister.\n");
        let changes = [
            (Part::Day, "2026-11-19"),
            (Part::Outcome, "2"),
            (Part::Mode, "1"),
            (Part::Purpose, "3"),
            (Part::WithThem, ""),
            (Part::Preparation, "1"),
            (Part::WriteUp, "2"),
            (Part::Research, "3"),
        ];
        let (at, fact) = retyped(&signed, &changes).unwrap();
        let (Fact::Contact(before), Fact::Contact(now)) = (&signed.fact, &fact) else {
            panic!("contacts: {fact:?}")
        };
        assert_eq!(at, date(2026, 11, 19).at(14, 5, 10, 0));
        assert_eq!((now.outcome, now.mode), (ContactOutcome::DidNotAttend, ContactMode::Telephone));
        assert_eq!(now.purpose, ContactPurpose::WelfareCall);
        let minutes = now.minutes;
        let all = [minutes.session, minutes.preparation, minutes.write_up, minutes.research];
        assert_eq!(all, [0, 1, 2, 3]);
        assert_eq!(
            (&now.note, &now.venue, now.episode),
            (&before.note, &before.venue, before.episode)
        );
    }

    #[test]
    fn an_answer_is_corrected_in_its_day_and_in_what_is_shared() {
        let episode = EventId::new(1, 1);
        let accepted = Decision { episode, contact: None, consent: Consent::CodeOnly };
        let signed = event(Fact::Accepted(accepted.clone()));
        let (at, fact) =
            retyped(&signed, &[(Part::Day, "2026-11-02"), (Part::Consent, "2")]).unwrap();
        assert_eq!(at.date(), date(2026, 11, 2));
        assert_eq!(fact, Fact::Accepted(Decision { consent: Consent::Withheld, ..accepted }));
    }

    #[test]
    fn what_cannot_be_signed_says_so_at_its_part() {
        let signed = contact("Fine.");
        for (part, typed) in [
            (Part::Day, "2026-11-24"),
            (Part::Day, ""),
            (Part::Time, "25:00"),
            (Part::WithThem, "an hour"),
            (Part::WithThem, "1441"),
            (Part::Mode, "9"),
        ] {
            let refusal = retyped(&signed, &[(part, typed)]).expect_err(typed);
            assert_eq!(refusal.part, Some(part), "{typed}");
        }
        let goal = event(Fact::GoalSet(GoalSet { words: Personal::new("Walk".into()) }));
        assert_eq!(retyped(&goal, &[(Part::Words, " ")]).unwrap_err().part, Some(Part::Words));
    }

    #[test]
    fn only_corrections_that_compete_may_be_settled_by_what_stands_already() {
        let signed = contact("Fine.");
        let refusal = retyped(&signed, &[]).unwrap_err();
        assert!(refusal.words.starts_with("Nothing is changed yet"));
        let stays = corrected(&signed, &parts_of(&signed), TODAY, true);
        assert_eq!(stays, Ok((signed.at, signed.fact)));
    }
}
