//! What a new referral needs before it can be saved, and who may be on this phone already.

use jiff::civil::{Date, DateTime};
use shared::{
    calendar,
    case::{
        Fact, Field, Person, Register,
        event::{Referral, ReferralSource},
    },
    coding::match_keys,
    personal::Personal,
};

use super::SEXES;
use crate::{
    components::{checks::Checks, error_summary::FormProblem, kept, shown},
    engine::CaseLine,
    memo::Live,
};

/// What was typed and chosen so far.
#[derive(Clone, Copy)]
pub struct Form {
    pub nhs_number: Live<String>,
    pub family_name: Live<String>,
    pub given_names: Live<String>,
    pub birth_date: Live<String>,
    pub sex: Live<Option<&'static str>>,
    pub practice: Live<Option<String>>,
    pub phone: Live<String>,
    pub communication: Live<String>,
    pub source: Live<Option<ReferralSource>>,
    pub reason: Live<String>,
    pub referred_on: Live<String>,
}

/// A referral that can be saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Ready {
    /// The fields of the person that are known, as they are stored.
    pub fields: Vec<(Field, String)>,
    /// When they were referred.
    pub at: DateTime,
    /// Who asked, and why.
    pub fact: Fact,
}

impl Form {
    /// An empty form, for a referral of today.
    pub fn new(today: Date) -> Self {
        let text = || Live::new(String::new());
        Self {
            nhs_number: text(),
            family_name: text(),
            given_names: text(),
            birth_date: text(),
            sex: Live::new(None),
            practice: Live::new(None),
            phone: text(),
            communication: text(),
            source: Live::new(None),
            reason: text(),
            referred_on: Live::new(shown::date(today)),
        }
    }

    /// Every field, to be kept while it is not saved.
    pub fn fields(&self) -> Vec<kept::Field> {
        let practice = kept::Field::of(self.practice, Option::unwrap_or_default, |ods| {
            Some(ods.to_owned()).filter(|ods| !ods.is_empty())
        });
        vec![
            self.nhs_number.into(),
            self.family_name.into(),
            self.given_names.into(),
            self.birth_date.into(),
            kept::Field::one_of(self.sex, SEXES.map(|(sex, _)| sex).to_vec(), |sex| sex),
            practice.chosen(),
            self.phone.into(),
            self.communication.into(),
            kept::Field::one_of(self.source, ReferralSource::ALL.to_vec(), ReferralSource::words),
            self.reason.into(),
            // It stands there without being typed, and is not to become another day's.
            kept::Field::from(self.referred_on).chosen(),
        ]
    }

    /// What can be saved, or everything that is to be put right first.
    pub fn check(&self, now: DateTime) -> Result<Ready, Vec<FormProblem>> {
        let mut checks = Checks::new(now.date());
        let nhs_number = checks.nhs_number("nhs-number", &trimmed(self.nhs_number));
        let family_name = trimmed(self.family_name);
        if family_name.is_empty() {
            checks.refuse("family-name", say!("Write the family name"));
        }
        let birth_date =
            checks.birth_date("birth-date", say!("The date of birth"), &trimmed(self.birth_date));
        let fields = [
            (Field::NhsNumber, nhs_number),
            (Field::FamilyName, checks.line("family-name", family_name)),
            (Field::GivenNames, checks.line("given-names", trimmed(self.given_names))),
            (Field::BirthDate, birth_date.map(|date| date.to_string()).unwrap_or_default()),
            (Field::Sex, self.sex.get_untracked().unwrap_or_default().to_owned()),
            (Field::PracticeOds, self.practice.get_untracked().unwrap_or_default()),
            (Field::Phone, checks.line("phone", trimmed(self.phone))),
            (Field::Communication, checks.paragraph("communication", trimmed(self.communication))),
        ];
        let why = self.why(&mut checks, now, birth_date);
        match (why, checks.problems()) {
            (Some((at, fact)), problems) if problems.is_empty() => {
                let fields = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
                Ok(Ready { fields, at, fact })
            }
            (_, problems) => Err(problems),
        }
    }

    /// What can be saved of somebody who was here before: when they were referred again, and the
    /// referral. `from`: the day on which the last one ended.
    pub fn check_again(
        &self,
        now: DateTime,
        birth_date: Option<Date>,
        from: Date,
    ) -> Result<(DateTime, Fact), Vec<FormProblem>> {
        let mut checks = Checks::new(now.date());
        let why = self.why(&mut checks, now, birth_date);
        if let Some((at, _)) = &why
            && at.date() < from
        {
            let day = calendar::words(from);
            checks.refuse(
                "referred-on",
                said!("Their last referral ended on {day}: this one cannot be before that"),
            );
        }
        match (why, checks.problems()) {
            (Some(why), problems) if problems.is_empty() => Ok(why),
            (_, problems) => Err(problems),
        }
    }

    /// Who asked, why and when.
    fn why(
        &self,
        checks: &mut Checks,
        now: DateTime,
        birth_date: Option<Date>,
    ) -> Option<(DateTime, Fact)> {
        let source = self.source.get_untracked();
        if source.is_none() {
            checks.refuse("source", say!("Choose who referred them"));
        }
        let reason = Personal::new(checks.paragraph("reason", trimmed(self.reason)));
        let typed = trimmed(self.referred_on);
        let on = checks.date("referred-on", say!("The date of the referral"), &typed);
        if typed.is_empty() {
            checks.refuse("referred-on", say!("Write the date of the referral"));
        }
        if on.is_some_and(|on| birth_date.is_some_and(|birth| on < birth)) {
            checks.refuse("referred-on", say!("The referral is before the person was born"));
        }
        let (source, on) = (source?, on?);
        // Nobody knows the hour of an earlier day's referral: it comes first on its day.
        let at = if on == now.date() { now } else { on.at(0, 0, 0, 0) };
        Some((at, Fact::Referred(Referral { source, reason })))
    }
}

fn trimmed(text: Live<String>) -> String {
    text.with_untracked(|text| text.trim().to_owned())
}

/// The people on this phone who share the NHS number, or the name and date of birth.
pub fn alike(lines: &[CaseLine], fields: &[(Field, String)]) -> Vec<CaseLine> {
    let own = match_keys(&person_of(fields.iter().map(|(field, value)| (*field, value.clone()))));
    let is_alike = |line: &&CaseLine| {
        let row = &line.row;
        let held = [
            (Field::NhsNumber, row.nhs_number.reveal().clone()),
            (Field::FamilyName, row.family_name.reveal().clone()),
            (Field::GivenNames, row.given_names.reveal().clone()),
            (Field::BirthDate, row.birth_date.map(|on| on.to_string()).unwrap_or_default()),
        ];
        !match_keys(&person_of(held.into_iter())).is_disjoint(&own)
    };
    lines.iter().filter(is_alike).cloned().collect()
}

fn person_of(fields: impl Iterator<Item = (Field, String)>) -> Person {
    let mut person = Person::default();
    for (field, value) in fields {
        person.set(field, Register::of([value]));
    }
    person
}

#[cfg(test)]
mod tests {
    use leptos::prelude::Owner;

    use super::*;

    const NOW: DateTime = DateTime::constant(2026, 11, 23, 14, 5, 0, 0);

    fn filled() -> Form {
        let form = Form::new(NOW.date());
        form.family_name.set("Okafor".into());
        form.given_names.set(" Ada ".into());
        form.birth_date.set("3 11 1956".into());
        form.nhs_number.set("999 000 0018".into());
        form.source.set(Some(ReferralSource::Gp));
        form
    }

    #[test]
    fn what_is_known_is_stored_in_its_stored_form() {
        let owner = Owner::new();
        owner.set();
        let ready = filled().check(NOW).expect("it can be saved");
        let value = |field| {
            ready.fields.iter().find(|(own, _)| *own == field).map(|(_, value)| value.as_str())
        };
        assert_eq!(value(Field::NhsNumber), Some("9990000018"));
        assert_eq!(value(Field::BirthDate), Some("1956-11-03"));
        assert_eq!(value(Field::GivenNames), Some("Ada"));
        assert_eq!(value(Field::Phone), None);
        assert_eq!(ready.at, NOW);
    }

    #[test]
    fn everything_to_put_right_is_named_at_once() {
        let owner = Owner::new();
        owner.set();
        let form = filled();
        form.family_name.set(String::new());
        form.nhs_number.set("999 000 0019".into());
        form.birth_date.set("31 2 1956".into());
        form.source.set(None);
        form.referred_on.set("24 Nov 2026".into());
        let problems = form.check(NOW).expect_err("it cannot be saved");
        let fields: Vec<_> = problems.iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["nhs-number", "family-name", "birth-date", "source", "referred-on"]);
    }

    #[test]
    fn a_referral_of_somebody_who_was_here_is_not_before_the_last_one_ended() {
        let owner = Owner::new();
        owner.set();
        let form = Form::new(NOW.date());
        let from = Date::constant(2026, 11, 20);
        let check = || form.check_again(NOW, Some(Date::constant(1956, 11, 3)), from);
        let refused = |found: Result<_, Vec<FormProblem>>| {
            let problems: Vec<FormProblem> = found.err().unwrap_or_default();
            problems.into_iter().map(|problem| problem.words).collect::<Vec<_>>()
        };
        assert_eq!(refused(check()), ["Choose who referred them"]);
        form.source.set(Some(ReferralSource::Person));
        assert_eq!(check().map(|(at, _)| at), Ok(NOW));
        form.referred_on.set("20 11 2026".into());
        assert_eq!(check().map(|(at, _)| at), Ok(from.at(0, 0, 0, 0)));
        form.referred_on.set("19 11 2026".into());
        let words = refused(check());
        assert!(words[0].starts_with("Their last referral ended on Fri 20 Nov 2026"), "{words:?}");
    }
}
