//! What becomes of an entry of the directory when a worker's suggestion is accepted.

use jiff::{Timestamp, civil::Date};

use super::{Service, rules};
use crate::case::event::ServiceSuggested;

impl Service {
    /// This entry as the suggestion, which was made on a day, would have it. A website or an email
    /// address that is none stays as it was: phones make links of them.
    pub fn corrected(&self, suggested: &ServiceSuggested, on: Date, now: Timestamp) -> Self {
        let line = |text: &String| text.trim().to_owned();
        Self {
            name: line(&suggested.name),
            phone: line(&suggested.phone),
            address: line(&suggested.address),
            postcode: line(&suggested.postcode),
            url: web_address(suggested.url.trim()).unwrap_or_else(|| self.url.clone()),
            email: email(suggested.email.trim()).unwrap_or_else(|| self.email.clone()),
            fees: line(&suggested.fees),
            eligibility: line(&suggested.eligibility),
            // Whoever wrote it made sure of it that day.
            assured_on: self.assured_on.max(Some(on)),
            last_modified: Some(now),
            ..self.clone()
        }
    }
}

/// As people write it down, often without the scheme; none where it is no web address.
fn web_address(text: &str) -> Option<String> {
    let with_scheme = format!("https://{text}");
    match text {
        "" => Some(String::new()),
        text if rules::is_web_address(text) => Some(text.to_owned()),
        text if text.contains('.') && !text.contains(':') => {
            rules::is_web_address(&with_scheme).then_some(with_scheme)
        }
        _ => None,
    }
}

fn email(text: &str) -> Option<String> {
    (text.is_empty() || rules::is_email(text)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn suggested(url: &str, email: &str) -> ServiceSuggested {
        ServiceSuggested {
            service: Some("1".into()),
            name: " Walks ".into(),
            phone: "01632 960001".into(),
            address: "Library".into(),
            postcode: "EV1 1AA".into(),
            url: url.into(),
            email: email.into(),
            fees: String::new(),
            eligibility: "Anybody".into(),
            words: "I rang them".into(),
        }
    }

    #[test]
    fn an_accepted_suggestion_is_the_entry_and_what_it_does_not_speak_of_stays() {
        let assured_on = Some(date(2025, 1, 1));
        let description = "Gentle".to_owned();
        let before = Service {
            id: "1".into(),
            description,
            assured_on,
            fees: "£2".into(),
            ..Service::default()
        };
        let (on, now) = (date(2026, 11, 3), Timestamp::UNIX_EPOCH);
        let after = before.corrected(&suggested("walks.example", "w@walks.example"), on, now);
        assert_eq!((after.name.as_str(), after.fees.as_str()), ("Walks", ""));
        assert_eq!((after.id.as_str(), after.description.as_str()), ("1", "Gentle"));
        assert_eq!(after.url, "https://walks.example");
        assert_eq!((after.assured_on, after.last_modified), (Some(on), Some(now)));
        let earlier = after.corrected(&suggested("", ""), date(2026, 1, 1), now);
        assert_eq!(earlier.assured_on, Some(on), "what was assured later stays so");
    }

    #[test]
    fn what_a_phone_must_not_make_a_link_of_is_not_taken_over() {
        let before = Service {
            url: "https://walks.example".into(),
            email: "a@b.example".into(),
            ..Service::default()
        };
        for url in
            ["javascript:alert(1)", "javascript://walks.example", "ask at the desk", "data:x.y"]
        {
            let after = before.corrected(
                &suggested(url, "no address"),
                date(2026, 1, 1),
                Timestamp::UNIX_EPOCH,
            );
            assert_eq!(
                (after.url, after.email),
                (before.url.clone(), before.email.clone()),
                "{url}"
            );
        }
    }
}
