//! What the lead's desk says of the form that led to it, as the address carries it: never a name.

use axum::response::Redirect;
use maud::{Markup, html};

use crate::{page::counted, store::duplicates, take_in::kept_apart};

/// What came of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    /// Both records go on; so many people gave one back that had been given to them.
    DifferentPeople(u32),
    /// One record goes on, and so many people were given it.
    SamePerson(u32),
    /// Somebody was quicker.
    Stale,
    /// There is nothing to decide.
    Gone,
    /// A third record is the one to compare.
    SetAside,
    /// The other record is the one that has to go on.
    SentFromOther,
    ReasonMissing,
    /// So many changes went in, and so many did not.
    TakenIn(u32, u32),
    LeftAside(u32),
    TooMuch,
    /// So many people were given to a colleague, and so many were not.
    Given(u32, u32),
    /// So many people were taken off a caseload, and so many were not.
    TakenOff(u32, u32),
    NobodyChosen,
    ColleagueMissing,
}

impl Told {
    pub(super) fn of_pair(outcome: duplicates::Outcome, verdict: duplicates::Verdict) -> Self {
        use duplicates::{Outcome, Verdict};
        match (outcome, verdict) {
            (Outcome::Kept { taken, .. }, Verdict::DifferentPeople) => Self::DifferentPeople(taken),
            (Outcome::Kept { given, .. }, Verdict::SamePerson(_)) => Self::SamePerson(given),
            (Outcome::Stale, _) => Self::Stale,
            (Outcome::Gone, _) => Self::Gone,
            (Outcome::SetAside, _) => Self::SetAside,
            (Outcome::SentFromOther, _) => Self::SentFromOther,
        }
    }

    pub(super) fn of_kept_apart(outcome: kept_apart::Outcome) -> Self {
        use kept_apart::Outcome;
        match outcome {
            Outcome::TakenIn { taken, left } => Self::TakenIn(taken, left),
            Outcome::LeftAside(changes) => Self::LeftAside(changes),
            Outcome::Stale => Self::Stale,
            Outcome::TooMuch => Self::TooMuch,
        }
    }

    pub(super) fn of(query: Option<&str>) -> Self {
        let query = query.unwrap_or_default();
        let value = query.split('&').find_map(|part| part.strip_prefix("told="));
        let mut parts = value.unwrap_or_default().split('-');
        let kind = parts.next().unwrap_or_default();
        let numbers: Vec<u32> = parts.filter_map(|part| part.parse().ok()).collect();
        match (kind, numbers.as_slice()) {
            ("different", [taken]) => Self::DifferentPeople(*taken),
            ("same", [given]) => Self::SamePerson(*given),
            ("stale", _) => Self::Stale,
            ("gone", _) => Self::Gone,
            ("aside", _) => Self::SetAside,
            ("sent", _) => Self::SentFromOther,
            ("reason", _) => Self::ReasonMissing,
            ("taken", [taken, left]) => Self::TakenIn(*taken, *left),
            ("left", [changes]) => Self::LeftAside(*changes),
            ("much", _) => Self::TooMuch,
            ("given", [done, left]) => Self::Given(*done, *left),
            ("off", [done, left]) => Self::TakenOff(*done, *left),
            ("nobody", _) => Self::NobodyChosen,
            ("colleague", _) => Self::ColleagueMissing,
            _ => Self::Nothing,
        }
    }

    /// The page at this address, saying this.
    pub(super) fn at(self, path: &str) -> Redirect {
        let told = match self {
            Self::Nothing => return Redirect::to(path),
            Self::DifferentPeople(taken) => format!("different-{taken}"),
            Self::SamePerson(given) => format!("same-{given}"),
            Self::Stale => "stale".to_owned(),
            Self::Gone => "gone".to_owned(),
            Self::SetAside => "aside".to_owned(),
            Self::SentFromOther => "sent".to_owned(),
            Self::ReasonMissing => "reason".to_owned(),
            Self::TakenIn(taken, left) => format!("taken-{taken}-{left}"),
            Self::LeftAside(changes) => format!("left-{changes}"),
            Self::TooMuch => "much".to_owned(),
            Self::Given(done, left) => format!("given-{done}-{left}"),
            Self::TakenOff(done, left) => format!("off-{done}-{left}"),
            Self::NobodyChosen => "nobody".to_owned(),
            Self::ColleagueMissing => "colleague".to_owned(),
        };
        Redirect::to(&format!("{path}?told={told}"))
    }

    pub(super) fn banner(self) -> Markup {
        let words = self.words();
        html! {
            @if !words.is_empty() { p role="status" class="nhsuk-inset-text" { (words) } }
        }
    }

    fn words(self) -> String {
        let people = |count: u32| counted(count as usize, "person", "people");
        let changes = |count: u32| counted(count as usize, "change", "changes");
        match self {
            Self::DifferentPeople(taken) if taken > 0 => format!(
                "{} {} gave back the record that the earlier decision had given them.",
                Self::DifferentPeople(0).words(),
                people(taken)
            ),
            Self::SamePerson(given) => format!(
                "Decided: one record goes on, and {} more can open it. What was sent of the other \
                 one is taken back where this one gives it again.",
                people(given)
            ),
            Self::TakenIn(taken, 0) => format!("{} went into the record.", changes(taken)),
            Self::TakenIn(taken, left) => format!(
                "{} went into the record. {} could not: what came before is missing, or does not \
                 fit. Nothing of that is lost.",
                changes(taken),
                changes(left)
            ),
            Self::LeftAside(left) => format!("{} left aside, and kept.", changes(left)),
            Self::Given(done, 0) => format!("{} given.", people(done)),
            Self::Given(done, left) => format!(
                "{} given. {} not: they are not on this caseload any more, or your colleague has \
                 them already.",
                people(done),
                people(left)
            ),
            Self::TakenOff(done, 0) => format!("{} taken off this caseload.", people(done)),
            Self::TakenOff(done, left) => format!(
                "{} taken off this caseload. {} not: nobody else has them, so hand them over \
                 instead.",
                people(done),
                people(left)
            ),
            _ => self.fixed_words().to_owned(),
        }
    }

    fn fixed_words(self) -> &'static str {
        match self {
            Self::DifferentPeople(_) => {
                "Decided: they are different people, and both records go on."
            }
            Self::Stale => {
                "Somebody decided or more came since you opened the page, so nothing was done. \
                 This is how it stands."
            }
            Self::Gone => "There is nothing to decide any more, so nothing was done.",
            Self::SetAside => {
                "One of the two was set aside for a third record, so nothing was done. Compare \
                 with the one that goes on."
            }
            Self::SentFromOther => {
                "Nothing was done: the same entry was sent from the other record, and cannot be \
                 sent twice. Let the other one go on."
            }
            Self::ReasonMissing => {
                "Nothing was decided yet: give a reason, in at most 2,000 characters."
            }
            Self::TooMuch => {
                "Nothing was done: it is too much for one step. Tell the service administrator."
            }
            Self::NobodyChosen => "Nothing was done yet: choose at least one person.",
            Self::ColleagueMissing => "Nothing was done yet: choose the colleague.",
            _ => "",
        }
    }
}
