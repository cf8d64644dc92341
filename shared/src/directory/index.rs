//! The directory made ready to be searched at each keystroke: its words are folded once.

use std::sync::Arc;

use super::{Directory, Service, ServiceStatus};
use crate::{ordered, text};

/// A directory with its words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Index {
    directory: Arc<Directory>,
    /// For each service, its name and everything that it is found by, each word after a space.
    words: Vec<(String, String)>,
}

impl Index {
    /// Folds the words of every service.
    pub fn of(directory: Arc<Directory>) -> Self {
        let words = |service: &Service| (spaced(&service.name), spaced(&held(service)));
        let words = directory.services.iter().map(words).collect();
        Self { directory, words }
    }

    /// How many services there are.
    pub fn count(&self) -> usize {
        self.directory.services.len()
    }

    /// The services in which every typed word begins some word: those with the words in their
    /// name first, those that do not run last, else by name.
    pub fn search(&self, typed: &str) -> Vec<&Service> {
        let typed = text::folded(typed);
        let typed: Vec<String> = typed.split_whitespace().map(|word| format!(" {word}")).collect();
        let has_all = |words: &str| typed.iter().all(|word| words.contains(word));
        let mut found: Vec<(bool, bool, &Service)> = self
            .directory
            .services
            .iter()
            .zip(&self.words)
            .filter(|(_, (_, all))| has_all(all))
            .map(|(service, (name, _))| {
                (service.status != ServiceStatus::Active, !has_all(name), service)
            })
            .collect();
        ordered::sort_by(&mut found, |a, b| (a.0, a.1, &a.2.name).cmp(&(b.0, b.1, &b.2.name)));
        found.into_iter().map(|(_, _, service)| service).collect()
    }
}

/// Everything that a service is found by.
fn held(service: &Service) -> String {
    let held = [&service.name, &service.description, &service.organisation, &service.address]
        .into_iter()
        .chain([&service.alert, &service.postcode, &service.eligibility])
        .chain(&service.keywords);
    held.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The folded words, each after one space, so that a word is found from its beginning.
fn spaced(words: &str) -> String {
    let mut spaced = String::new();
    for word in text::folded(words).split_whitespace() {
        spaced.push(' ');
        spaced.push_str(word);
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, description: &str) -> Service {
        let (name, description) = (name.to_owned(), description.to_owned());
        Service { name, description, ..Service::default() }
    }

    #[test]
    fn search_takes_all_words_and_puts_names_first_and_closed_ones_last() {
        let closed =
            Service { status: ServiceStatus::Defunct, ..service("Walking for health", "") };
        let allotment = Service {
            address: "Mill Lane".into(),
            postcode: "EV1 4CD".into(),
            ..service("Allotment", "Gardening, and a walk to it")
        };
        let services = vec![
            closed,
            allotment,
            service("Moss Road walkers", "Every Tuesday"),
            service("Debt advice", "By appointment"),
        ];
        let index = Index::of(Arc::new(Directory { version: 1, services }));
        let names = |typed| -> Vec<&str> {
            index.search(typed).iter().map(|service| service.name.as_str()).collect()
        };
        assert_eq!(names("walk"), ["Moss Road walkers", "Allotment", "Walking for health"]);
        assert_eq!(names("TUES walk"), ["Moss Road walkers"]);
        assert_eq!(names("walk ev1 4"), ["Allotment"]);
        assert_eq!(names("").len(), 4);
        assert!(names("alk").is_empty());
        assert!(names("swim").is_empty());
        assert_eq!(index.count(), 4);
    }
}
