//! What the directory says to what was asked of it.

use jiff::civil::Date;
use shared::directory::{Cost, Index, Service};

use crate::components::service_card::Checked;

/// What somebody looks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Words of a need, a name or a place.
    pub typed: String,
    /// Only what costs nothing.
    pub free: bool,
    /// Only what somebody made sure of within a year.
    pub checked: bool,
    /// For somebody of this age, in years.
    pub age: Option<u16>,
}

impl Wanted {
    fn fits_but_for_cost(&self, service: &Service, today: Date) -> bool {
        let is_lately = || matches!(Checked::of(service.assured_on, today), Checked::Lately(_));
        let fits_age = |age: u16| {
            service.minimum_age.is_none_or(|from| from <= age)
                && service.maximum_age.is_none_or(|to| age <= to)
        };
        (!self.checked || is_lately()) && self.age.is_none_or(fits_age)
    }

    fn is_filtered(&self) -> bool {
        self.free || self.checked || self.age.is_some()
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// The first ones.
    pub shown: Vec<Service>,
    /// How many there are.
    pub found: usize,
    /// How many the directory holds.
    of: usize,
    is_filtered: bool,
    /// How many more would fit, were it known what they cost.
    cost_not_given: usize,
    /// How many of those found do not say for which ages they are, when somebody asked.
    ages_not_given: usize,
}

impl Results {
    pub fn of(index: &Index, wanted: &Wanted, most: usize, today: Date) -> Self {
        let mut found = index.search(&wanted.typed);
        found.retain(|service| wanted.fits_but_for_cost(service, today));
        let mut cost_not_given = 0;
        if wanted.free {
            found.retain(|service| {
                let cost = service.cost();
                cost_not_given += usize::from(cost == Cost::NotGiven);
                cost == Cost::Nothing
            });
        }
        let is_silent =
            |service: &&&Service| service.minimum_age.is_none() && service.maximum_age.is_none();
        Self {
            shown: found.iter().take(most).copied().cloned().collect(),
            found: found.len(),
            of: index.count(),
            is_filtered: wanted.is_filtered(),
            cost_not_given,
            ages_not_given: wanted.age.map_or(0, |_| found.iter().filter(is_silent).count()),
        }
    }

    /// How many there are, or why there are none.
    pub fn words(&self, is_arriving: bool) -> String {
        let mut words: String = match (self.of, self.found) {
            (0, _) if is_arriving => {
                say!("The directory is on its way to this phone. It needs a signal.").into()
            }
            (0, _) => say!(
                "No directory is on this phone yet. It comes with a signal; where it does not, ask \
                 your service administrator to take a feed of local services in."
            )
            .into(),
            (_, 0) if self.is_filtered => {
                say!("No service fits all of this. Try fewer words, or take a choice back.").into()
            }
            (_, 0) => {
                say!("No service has all these words. Try fewer words, or another one.").into()
            }
            (all, found) if all == found => counted!(all, "{all} service", "{all} services"),
            (all, found) => counted!(all, "{found} of {all} service", "{found} of {all} services"),
        };
        // What is not known is said: it is neither counted as free nor as out of the question.
        match self.cost_not_given {
            0 => {}
            more => words.push_str(&counted!(
                more,
                ". {more} more does not say what it costs.",
                ". {more} more do not say what they cost."
            )),
        }
        match self.ages_not_given {
            0 => {}
            some => words.push_str(&counted!(
                some,
                ". {some} of them does not say for which ages.",
                ". {some} of them do not say for which ages."
            )),
        }
        words.replace("..", ".")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;
    use shared::directory::Directory;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    fn index(services: Vec<Service>) -> Index {
        Index::of(Arc::new(Directory { version: 1, services }))
    }

    fn walks(count: usize) -> Index {
        let walk = |number: usize| Service { name: format!("Walk {number}"), ..Service::default() };
        index((0..count).map(walk).collect())
    }

    fn typed(typed: &str) -> Wanted {
        Wanted { typed: typed.into(), ..Wanted::default() }
    }

    #[test]
    fn the_count_says_how_many_or_why_none() {
        let words =
            |count, words| Results::of(&walks(count), &typed(words), 50, TODAY).words(false);
        assert_eq!(words(60, ""), "60 services");
        assert_eq!(words(60, "59"), "1 of 60 services");
        assert!(words(60, "swim").starts_with("No service has all these words"));
        assert!(words(0, "").starts_with("No directory is on this phone yet"));
        assert!(Results::default().words(true).contains("on its way"));
    }

    #[test]
    fn only_so_many_are_shown_at_once() {
        let results = Results::of(&walks(60), &typed(""), 20, TODAY);
        assert_eq!((results.shown.len(), results.found), (20, 60));
    }

    #[test]
    fn what_gives_no_cost_is_not_free_and_is_counted() {
        let fees = ["free", "£2", "", "", "No charge"];
        let service = |fees: &&str| Service { fees: (*fees).into(), ..Service::default() };
        let index = index(fees.iter().map(service).collect());
        let free = Wanted { free: true, ..Wanted::default() };
        let results = Results::of(&index, &free, 50, TODAY);
        assert_eq!(results.found, 2);
        assert_eq!(results.words(false), "2 of 5 services. 2 more do not say what they cost.");
    }

    #[test]
    fn ages_and_dates_leave_out_what_does_not_fit() {
        let service = |name: &str, ages: (Option<u16>, Option<u16>), checked| Service {
            name: name.into(),
            minimum_age: ages.0,
            maximum_age: ages.1,
            assured_on: checked,
            ..Service::default()
        };
        let lately = Some(date(2026, 9, 1));
        let index = index(vec![
            service("Hub", (Some(16), Some(25)), lately),
            service("Football", (Some(50), None), None),
            service("Café", (None, None), Some(date(2024, 9, 1))),
        ]);
        let names = |wanted: Wanted| -> Vec<String> {
            let results = Results::of(&index, &wanted, 50, TODAY);
            results.shown.into_iter().map(|service| service.name).collect()
        };
        let aged = |age| Wanted { age: Some(age), ..Wanted::default() };
        assert_eq!(names(aged(25)), ["Café", "Hub"]);
        assert_eq!(names(aged(50)), ["Café", "Football"]);
        assert_eq!(names(Wanted { checked: true, ..Wanted::default() }), ["Hub"]);
        let words = Results::of(&index, &aged(25), 50, TODAY).words(false);
        assert_eq!(words, "2 of 3 services. 1 of them does not say for which ages.");
        let none = Results::of(&index, &Wanted { checked: true, ..aged(70) }, 50, TODAY);
        assert_eq!(
            none.words(false),
            "No service fits all of this. Try fewer words, or take a choice back."
        );
    }
}
