//! Open Referral UK 3.0 feeds: each entry is read on its own, and each refusal says what and why.
//!
//! The rules are those of the standard's JSON schema for a service (required fields, formats,
//! choices), and two of sense: ages in order, and texts of bounded length. One identifier is one
//! service: of several entries with the same identifier in one feed the first is taken, and each
//! later one is refused with the entry that it repeats and the fields in which it differs, since
//! taking the last would silently overwrite what came before.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Service, ServiceStatus};

/// A feed, in bytes. The largest known is under 5 MB.
pub const FEED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Entries of a feed.
pub const ENTRIES_MAX: usize = 20_000;
/// A name or another line, in characters.
const LINE_CHARACTERS_MAX: usize = 300;
/// A description, in characters.
const TEXT_CHARACTERS_MAX: usize = 5_000;
/// Terms of the taxonomy that are kept of one service.
const KEYWORDS_MAX: usize = 20;
/// The oldest that a service can be for, in years.
const AGE_MAX: f64 = 150.0;

/// A feed that could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// Too many bytes.
    #[error("the feed is over {} MB: import it page by page", FEED_BYTES_MAX / 1_048_576)]
    TooLong,
    /// Too many entries.
    #[error("the feed has over {ENTRIES_MAX} entries: import it page by page")]
    TooMany,
    /// Not JSON.
    #[error("this is not a JSON file (line {line}, column {column}): export it again")]
    NotJson {
        /// Where reading ended.
        line: usize,
        /// Where reading ended.
        column: usize,
    },
    /// JSON of another shape.
    #[error(
        "this is no Open Referral UK feed: it needs a list under “contents”, a list of services, \
         or one service"
    )]
    NotAFeed,
}

/// What came of a feed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// The services that can go in.
    pub taken: Vec<Service>,
    /// The entries that cannot.
    pub refused: Vec<Refused>,
}

/// An entry that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which entry of the feed, from 1.
    pub position: usize,
    /// Its identifier, where it has one.
    pub id: Option<String>,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Everything that is wrong with it.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, such as `organization.email`.
    pub field: String,
    /// What, and what to do.
    pub reason: String,
}

/// Reads a feed: a list or page (`contents`), a bare list, or one service.
///
/// # Errors
/// When it cannot be read as a feed at all.
pub fn parse(feed: &[u8]) -> Result<Import, FeedError> {
    if feed.len() > FEED_BYTES_MAX {
        return Err(FeedError::TooLong);
    }
    // Feeds saved by a spreadsheet or an editor may begin with a byte order mark.
    let feed = feed.strip_prefix(b"\xef\xbb\xbf").unwrap_or(feed);
    let value: Value = serde_json::from_slice(feed)
        .map_err(|error| FeedError::NotJson { line: error.line(), column: error.column() })?;
    let entries = match value {
        Value::Array(entries) => entries,
        Value::Object(mut page) => match page.remove("contents") {
            Some(Value::Array(entries)) => entries,
            Some(_) => return Err(FeedError::NotAFeed),
            None if page.contains_key("name") => vec![Value::Object(page)],
            None => return Err(FeedError::NotAFeed),
        },
        _ => return Err(FeedError::NotAFeed),
    };
    if entries.len() > ENTRIES_MAX {
        return Err(FeedError::TooMany);
    }
    Ok(take_in(&entries))
}

fn take_in(entries: &[Value]) -> Import {
    let mut import = Import::default();
    let mut positions: BTreeMap<String, usize> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let outcome = read(entry).and_then(|service| match positions.get(&service.id) {
            Some(first) => Err(vec![repeated(*first, &entries[*first], entry)]),
            None => Ok(service),
        });
        match outcome {
            Ok(service) => {
                positions.insert(service.id.clone(), index);
                import.taken.push(service);
            }
            Err(problems) => import.refused.push(Refused {
                position: index + 1,
                id: entry.get("id").and_then(Value::as_str).map(|id| cut(id, 40)),
                name: entry.get("name").and_then(Value::as_str).map(|name| cut(name, 80)),
                problems,
            }),
        }
    }
    import
}

/// The start of a text, for a report.
fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// What an entry with an identifier that was taken before differs in.
fn repeated(position: usize, first: &Value, entry: &Value) -> Problem {
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
    };
    let mut differing: Vec<String> = keys(first)
        .into_iter()
        .chain(keys(entry))
        .filter(|key| first.get(key) != entry.get(key))
        .collect();
    differing.sort();
    differing.dedup();
    let number = position + 1;
    let reason = if differing.is_empty() {
        format!("repeats entry {number} word for word, which was taken")
    } else {
        format!(
            "has the identifier of entry {number}, which was taken, and differs in {}: give it \
             an identifier of its own, or correct entry {number}",
            differing.join(", ")
        )
    };
    Problem { field: "id".into(), reason }
}

/// Collects what is wrong while an entry is read field by field.
struct Reader<'a> {
    entry: &'a Map<String, Value>,
    prefix: String,
    problems: Vec<Problem>,
}

fn read(entry: &Value) -> Result<Service, Vec<Problem>> {
    let Some(entry) = entry.as_object() else {
        let reason = "is not an object with the fields of a service".to_owned();
        return Err(vec![Problem { field: "(entry)".into(), reason }]);
    };
    let mut reader = Reader { entry, prefix: String::new(), problems: Vec::new() };
    let service = reader.service();
    if reader.problems.is_empty() { Ok(service) } else { Err(reader.problems) }
}

impl Reader<'_> {
    fn service(&mut self) -> Service {
        let id = self.required("id");
        self.check_uuid("id", &id);
        let organization_id = self.text("organization_id", LINE_CHARACTERS_MAX);
        self.check_uuid("organization_id", &organization_id);
        let (minimum_age, maximum_age) = (self.age("minimum_age"), self.age("maximum_age"));
        if let (Some(from), Some(to)) = (minimum_age, maximum_age)
            && from > to
        {
            self.refuse("minimum_age", "is above maximum_age: exchange or correct them");
        }
        let (address, postcode) = self.place();
        let assurer = self.text("assurer_email", LINE_CHARACTERS_MAX);
        self.check_email("assurer_email", &assurer);
        let modified = self.text("last_modified", LINE_CHARACTERS_MAX);
        if !modified.is_empty() && modified.parse::<jiff::Timestamp>().is_err() {
            self.refuse("last_modified", "is not a date with a time, as 2026-11-03T10:30:00Z");
        }
        Service {
            id: id.to_lowercase(),
            name: self.required("name"),
            description: self.text("description", TEXT_CHARACTERS_MAX),
            organisation: self.organisation(),
            url: self.uri("url"),
            email: self.email("email"),
            phone: self.phone(),
            address,
            postcode,
            fees: self.fees(),
            alert: self.text("alert", TEXT_CHARACTERS_MAX),
            minimum_age,
            maximum_age,
            status: self.status(),
            assured_on: self.date("assured_date"),
            keywords: self.keywords(),
        }
    }

    fn refuse(&mut self, field: &str, reason: &str) {
        let field = format!("{}{field}", self.prefix);
        self.problems.push(Problem { field, reason: reason.to_owned() });
    }

    /// A text; empty where the field is missing or null.
    fn text(&mut self, field: &str, characters_max: usize) -> String {
        match self.entry.get(field) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if text.chars().count() > characters_max => {
                self.refuse(field, &format!("is over {characters_max} characters: shorten it"));
                String::new()
            }
            Some(Value::String(text)) if text.contains('\0') => {
                self.refuse(field, "holds a NUL character: remove it");
                String::new()
            }
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(_) => {
                self.refuse(field, "is not text");
                String::new()
            }
        }
    }

    fn required(&mut self, field: &str) -> String {
        let before = self.problems.len();
        let text = self.text(field, LINE_CHARACTERS_MAX);
        if text.is_empty() && self.problems.len() == before {
            self.refuse(field, "is missing: the standard requires it");
        }
        text
    }

    fn check_uuid(&mut self, field: &str, text: &str) {
        if !text.is_empty() && Uuid::try_parse(text).is_err() {
            self.refuse(field, "is not a UUID, as ac148810-d857-441c-9679-408f346de14b");
        }
    }

    fn check_email(&mut self, field: &str, text: &str) {
        let is_email = text.split_once('@').is_some_and(|(name, host)| {
            let sound = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
            sound(name) && sound(host) && !host.contains('@') && host.contains('.')
        });
        if !text.is_empty() && !is_email {
            self.refuse(field, "is not an e-mail address, as name@example.org");
        }
    }

    fn email(&mut self, field: &str) -> String {
        let text = self.text(field, LINE_CHARACTERS_MAX);
        self.check_email(field, &text);
        text
    }

    /// A web address. Only http and https are taken: phones make a link of it.
    fn uri(&mut self, field: &str) -> String {
        let text = self.text(field, 2_000);
        let rest = text.strip_prefix("https://").or(text.strip_prefix("http://"));
        let is_address =
            rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
        if !text.is_empty() && !is_address {
            self.refuse(field, "is not a web address, as https://example.org");
        }
        text
    }

    fn age(&mut self, field: &str) -> Option<u16> {
        match self.entry.get(field) {
            None | Some(Value::Null) => None,
            Some(Value::Number(number)) => {
                let years = number.as_f64().filter(|years| (0.0..=AGE_MAX).contains(years));
                let whole = years.map(f64::floor);
                if whole.is_none() {
                    self.refuse(field, "is not an age in years, from 0 to 150");
                }
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "bounded above"
                )]
                whole.map(|years| years as u16)
            }
            Some(_) => {
                self.refuse(field, "is not a number of years");
                None
            }
        }
    }

    fn date(&mut self, field: &str) -> Option<jiff::civil::Date> {
        let text = self.text(field, LINE_CHARACTERS_MAX);
        let day = text.get(..10).unwrap_or(&text);
        match day.parse() {
            Ok(date) => Some(date),
            Err(_) if text.is_empty() => None,
            Err(_) => {
                self.refuse(field, "is not a date, as 2026-11-03");
                None
            }
        }
    }

    fn status(&mut self) -> ServiceStatus {
        match self.required("status").as_str() {
            "active" | "" => ServiceStatus::Active,
            "inactive" => ServiceStatus::Inactive,
            "defunct" => ServiceStatus::Defunct,
            "temporarily closed" => ServiceStatus::TemporarilyClosed,
            _ => {
                let known = "is not one of active, inactive, defunct, temporarily closed";
                self.refuse("status", known);
                ServiceStatus::Active
            }
        }
    }

    /// The organisation's name. Where an organisation is given, the standard requires an
    /// identifier, a name and a description.
    fn organisation(&mut self) -> String {
        let organisation = match self.entry.get("organization") {
            None | Some(Value::Null) => return String::new(),
            Some(Value::Object(organisation)) => organisation,
            Some(_) => {
                self.refuse("organization", "is not an object");
                return String::new();
            }
        };
        let prefix = "organization.".to_owned();
        let mut reader = Reader { entry: organisation, prefix, problems: Vec::new() };
        let id = reader.required("id");
        reader.check_uuid("id", &id);
        let name = reader.required("name");
        if reader.text("description", TEXT_CHARACTERS_MAX).is_empty() {
            reader.refuse("description", "is missing: the standard requires it");
        }
        reader.email("email");
        reader.uri("website");
        self.problems.append(&mut reader.problems);
        name
    }

    /// The first telephone number of the service, of one of its contacts, or of its place.
    fn phone(&mut self) -> String {
        let entry = Value::Object(self.entry.clone());
        let paths = [
            "/phones/0/number",
            "/contacts/0/phones/0/number",
            "/service_at_locations/0/phones/0/number",
            "/service_at_locations/0/location/phones/0/number",
        ];
        let found = paths.iter().find_map(|path| entry.pointer(path)?.as_str());
        found.map(|number| cut(number.trim(), LINE_CHARACTERS_MAX)).unwrap_or_default()
    }

    /// The first address, in one line, and its postcode.
    fn place(&mut self) -> (String, String) {
        let entry = Value::Object(self.entry.clone());
        let location = entry
            .pointer("/service_at_locations/0/location")
            .or_else(|| entry.pointer("/locations/0"));
        let Some(location) = location else { return Default::default() };
        let line = |value: Option<&Value>| {
            value.and_then(Value::as_str).map(|text| cut(text.trim(), LINE_CHARACTERS_MAX))
        };
        let address = location.pointer("/addresses/0");
        let part = |name: &str| line(address.and_then(|address| address.get(name)));
        let parts =
            [line(location.get("name")), part("address_1"), part("address_2"), part("city")];
        let mut parts: Vec<String> =
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        parts.dedup();
        (parts.join(", "), part("postal_code").unwrap_or_default())
    }

    /// What it costs: the plain field, or the options.
    fn fees(&mut self) -> String {
        let plain = self.text("fees", TEXT_CHARACTERS_MAX);
        let plain = if plain.is_empty() {
            self.text("fees_description", TEXT_CHARACTERS_MAX)
        } else {
            plain
        };
        let Some(Value::Array(options)) = self.entry.get("cost_options") else { return plain };
        let option = |option: &Value| {
            let text = |name| option.get(name).and_then(Value::as_str).unwrap_or("").trim();
            let amount = option.get("amount").and_then(Value::as_f64);
            let amount = amount.map(|pounds| format!("£{pounds:.2}")).unwrap_or_default();
            let parts = [text("option"), &amount, text("amount_description")];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            cut(&parts.join(" "), LINE_CHARACTERS_MAX)
        };
        let options = options.iter().take(5).map(option).filter(|option| !option.is_empty());
        let all: Vec<String> =
            Some(plain).filter(|plain| !plain.is_empty()).into_iter().chain(options).collect();
        all.join("; ")
    }

    /// The names of the taxonomy terms that it is filed under.
    fn keywords(&mut self) -> Vec<String> {
        let Some(Value::Array(attributes)) = self.entry.get("attributes") else {
            return Vec::new();
        };
        let name = |attribute: &Value| {
            attribute.pointer("/taxonomy_term/name").and_then(Value::as_str).map(|n| cut(n, 80))
        };
        attributes.iter().filter_map(name).take(KEYWORDS_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIST: &[u8] = include_bytes!("../../../server/demo/open-referral-uk/service_list.json");
    const FULL: &[u8] = include_bytes!("../../../server/demo/open-referral-uk/service_full.json");

    fn sound() -> Value {
        json!({"id": "ac148810-d857-441c-9679-408f346de14b", "name": "Walks", "status": "active"})
    }

    /// The fields that are refused once `change` has been made to a sound entry.
    fn check_refused(change: Value, expected: &[&str]) {
        let mut entry = sound();
        let fields = entry.as_object_mut().unwrap();
        fields.extend(change.as_object().unwrap().clone());
        let import = parse(entry.to_string().as_bytes()).unwrap();
        let refused = import.refused.iter().flat_map(|refused| &refused.problems);
        let fields: Vec<_> = refused.map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, expected, "{change}");
    }

    #[test]
    fn of_the_official_list_every_entry_is_taken_or_explained() {
        let import = parse(LIST).unwrap();
        assert_eq!(import.taken.len() + import.refused.len(), 128);
        // The whole list bears one identifier: it is one service in 128 spellings.
        assert_eq!(import.taken.len(), 1);
        let explained = |refused: &Refused| {
            refused.problems.iter().all(|p| !p.field.is_empty() && !p.reason.is_empty())
                && !refused.problems.is_empty()
        };
        assert!(import.refused.iter().all(explained));
        assert_eq!(import.refused[0].position, 2);
    }

    #[test]
    fn the_whole_example_is_taken_with_place_and_cost() {
        let import = parse(FULL).unwrap();
        assert_eq!(import.refused, []);
        let service = &import.taken[0];
        assert_eq!(service.address, "MyCity Civic Center, 1-30 Main Street, MyCity");
        assert_eq!(service.postcode, "ABC 1234");
        assert!(service.fees.contains("£35.00 per 1 hour session"), "{}", service.fees);
        assert_eq!((service.minimum_age, service.maximum_age), (Some(12), Some(100)));
    }

    #[test]
    fn a_list_a_page_and_a_single_service_are_all_feeds() {
        for feed in [sound(), json!([sound()]), json!({"contents": [sound()], "size": 1})] {
            assert_eq!(parse(feed.to_string().as_bytes()).unwrap().taken.len(), 1);
        }
        let page = format!("\u{feff}{}", sound());
        assert_eq!(parse(page.as_bytes()).unwrap().taken.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_named_by_field() {
        check_refused(json!({}), &[]);
        check_refused(json!({"url": null, "organization": null}), &[]);
        check_refused(json!({"id": "12"}), &["id"]);
        check_refused(json!({"name": " ", "status": "open"}), &["name", "status"]);
        check_refused(json!({"email": "at example", "url": "javascript:1"}), &["url", "email"]);
        check_refused(json!({"minimum_age": 60, "maximum_age": 18}), &["minimum_age"]);
        check_refused(
            json!({"minimum_age": "12", "maximum_age": -1}),
            &["minimum_age", "maximum_age"],
        );
        check_refused(json!({"assured_date": "yesterday"}), &["assured_date"]);
        check_refused(json!({"last_modified": "2023-03-15"}), &["last_modified"]);
        check_refused(json!({"description": "long ".repeat(2_000)}), &["description"]);
        check_refused(
            json!({"organization": {"name": "Us"}}),
            &["organization.id", "organization.description"],
        );
        check_refused(json!({"organization": 7}), &["organization"]);
    }

    #[test]
    fn a_repeated_identifier_is_refused_with_what_differs() {
        let mut other = sound();
        other["fees"] = json!("free");
        let feed = json!([sound(), sound(), other, 5]);
        let import = parse(feed.to_string().as_bytes()).unwrap();
        let reasons: Vec<_> = import.refused.iter().map(|r| &*r.problems[0].reason).collect();
        assert_eq!(reasons[0], "repeats entry 1 word for word, which was taken");
        assert!(reasons[1].contains("differs in fees"), "{}", reasons[1]);
        assert_eq!(import.refused[2].problems[0].field, "(entry)");
    }

    #[test]
    fn what_is_no_feed_is_refused_as_a_whole() {
        assert!(matches!(parse(b"<html>"), Err(FeedError::NotJson { line: 1, .. })));
        assert_eq!(parse(b"{}"), Err(FeedError::NotAFeed));
        assert_eq!(parse(b"{\"contents\": 5}"), Err(FeedError::NotAFeed));
        assert_eq!(parse(&vec![b' '; FEED_BYTES_MAX + 1]), Err(FeedError::TooLong));
        let deep = "[".repeat(100_000);
        assert!(matches!(parse(deep.as_bytes()), Err(FeedError::NotJson { .. })));
    }
}
