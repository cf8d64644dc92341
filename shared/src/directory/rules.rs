//! What the Open Referral UK 3.0 schema asks of a service, as a table, and the check against it.
//!
//! The table follows `service.schema.json` for every object that Fingerpost reads: the fields that
//! the schema requires of it, and the formats and choices of those that are read. Beyond the schema
//! are the limits of length, ages in order, and web addresses that a phone can open. Looser than
//! the schema is that null and an empty text count as left out. What no phone shows (schedules,
//! funding, languages, areas, a place's latitude) is not judged: a flaw there takes no service from
//! anybody.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use serde_json::Value;
use uuid::Uuid;

use super::open_referral::Problem;

/// A name or another line, in characters.
const LINE_CHARACTERS_MAX: usize = 300;
/// A description, in characters.
const TEXT_CHARACTERS_MAX: usize = 5_000;
/// A web address, in characters: what browsers take.
const ADDRESS_CHARACTERS_MAX: usize = 2_000;
/// Elements of a list: the largest is a service with a venue in each library of a county.
const LIST_ENTRIES_MAX: usize = 200;
/// The oldest that a service can be for, in years.
const AGE_MAX: f64 = 150.0;

/// What a field holds.
#[derive(Clone, Copy)]
enum Kind {
    /// Text of at most so many characters.
    Text(usize),
    Uuid,
    Email,
    /// An address of any scheme, which nobody is sent to.
    Uri,
    /// An address that becomes a link: http or https.
    WebAddress,
    Number,
    /// Years of age.
    Age,
    /// A date, with or without a time.
    Day,
    /// A date with a time and its offset.
    Instant,
    Choice(&'static [&'static str]),
    Object,
    List,
}

/// Whether a field may be left out of the object that it belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    Optional,
    /// Must be there, and may be an empty text.
    Present,
    /// Must be there and say something.
    Filled,
}

use Kind::{Age, Choice, Day, Email, Instant, List, Number, Object, Text, Uri, WebAddress};
use Need::{Filled, Optional, Present};

const UUID: Kind = Kind::Uuid;
const LINE: Kind = Text(LINE_CHARACTERS_MAX);
const TEXT: Kind = Text(TEXT_CHARACTERS_MAX);
const STATUS: Kind = Choice(&["active", "inactive", "defunct", "temporarily closed"]);
const PLACE: Kind = Choice(&["physical", "postal", "virtual"]);

/// One row for each field; `[]` stands for every element of a list.
const RULES: &[(&str, Kind, Need)] = &[
    ("id", UUID, Filled),
    ("organization_id", UUID, Optional),
    ("name", LINE, Filled),
    ("description", TEXT, Optional),
    ("url", WebAddress, Optional),
    ("email", Email, Optional),
    ("status", STATUS, Filled),
    ("fees", TEXT, Optional),
    ("fees_description", TEXT, Optional),
    ("eligibility_description", TEXT, Optional),
    ("accreditations", TEXT, Optional),
    ("minimum_age", Age, Optional),
    ("maximum_age", Age, Optional),
    ("assured_date", Day, Optional),
    ("assurer_email", Email, Optional),
    ("alert", TEXT, Optional),
    ("last_modified", Instant, Optional),
    ("organization", Object, Optional),
    ("organization.id", UUID, Filled),
    ("organization.name", LINE, Filled),
    ("organization.description", TEXT, Present),
    ("organization.email", Email, Optional),
    ("organization.website", Uri, Optional),
    ("organization.logo", Uri, Optional),
    ("organization.uri", Uri, Optional),
    ("organization.parent_organization_id", UUID, Optional),
    ("phones", List, Optional),
    ("phones[]", Object, Present),
    ("phones[].number", LINE, Optional),
    ("contacts", List, Optional),
    ("contacts[]", Object, Present),
    ("contacts[].id", UUID, Filled),
    ("contacts[].phones", List, Optional),
    ("contacts[].phones[]", Object, Present),
    ("contacts[].phones[].number", LINE, Optional),
    ("service_at_locations", List, Optional),
    ("service_at_locations[]", Object, Present),
    ("service_at_locations[].id", UUID, Filled),
    ("service_at_locations[].phones", List, Optional),
    ("service_at_locations[].phones[]", Object, Present),
    ("service_at_locations[].phones[].number", LINE, Optional),
    ("service_at_locations[].location", Object, Optional),
    ("service_at_locations[].location.id", UUID, Filled),
    ("service_at_locations[].location.location_type", PLACE, Filled),
    ("service_at_locations[].location.name", LINE, Optional),
    ("service_at_locations[].location.phones", List, Optional),
    ("service_at_locations[].location.phones[]", Object, Present),
    ("service_at_locations[].location.phones[].number", LINE, Optional),
    ("service_at_locations[].location.addresses", List, Optional),
    ("service_at_locations[].location.addresses[]", Object, Present),
    ("service_at_locations[].location.addresses[].id", UUID, Filled),
    ("service_at_locations[].location.addresses[].address_1", LINE, Present),
    ("service_at_locations[].location.addresses[].address_2", LINE, Optional),
    ("service_at_locations[].location.addresses[].city", LINE, Present),
    ("service_at_locations[].location.addresses[].state_province", LINE, Present),
    ("service_at_locations[].location.addresses[].postal_code", LINE, Present),
    ("service_at_locations[].location.addresses[].country", LINE, Present),
    ("service_at_locations[].location.addresses[].address_type", PLACE, Filled),
    ("cost_options", List, Optional),
    ("cost_options[]", Object, Present),
    ("cost_options[].id", UUID, Filled),
    ("cost_options[].valid_to", Day, Optional),
    ("cost_options[].option", LINE, Optional),
    ("cost_options[].amount", Number, Optional),
    ("cost_options[].amount_description", LINE, Optional),
    ("attributes", List, Optional),
    ("attributes[]", Object, Present),
    ("attributes[].id", UUID, Filled),
    ("attributes[].taxonomy_term", Object, Optional),
    ("attributes[].taxonomy_term.id", UUID, Filled),
    ("attributes[].taxonomy_term.name", LINE, Filled),
    ("attributes[].taxonomy_term.description", TEXT, Present),
];

/// Everything that is wrong with an entry, in the order of the table; none for a sound one.
pub(super) fn problems(entry: &Value) -> Vec<Problem> {
    if !entry.is_object() {
        let reason = "is not an object with the fields of a service".to_owned();
        return vec![Problem { field: "(entry)".into(), reason }];
    }
    let mut problems = Vec::new();
    for (path, kind, need) in RULES {
        visit(entry, "", path, &mut |field, value| {
            if let Some(reason) = wrong(value, *kind, *need) {
                problems.push(Problem { field, reason });
            }
        });
    }
    let years = |field| entry.get(field).and_then(Value::as_f64);
    if let (Some(from), Some(to)) = (years("minimum_age"), years("maximum_age"))
        && from > to
    {
        let reason = "is above maximum_age: exchange or correct them".to_owned();
        problems.push(Problem { field: "minimum_age".into(), reason });
    }
    problems
}

/// Finds what a path of the table names, and gives each place its own path (`phones[0].number`).
/// Stops where the object around it is left out: that is the business of the object's own row.
fn visit(value: &Value, at: &str, path: &str, found: &mut dyn FnMut(String, Option<&Value>)) {
    let (segment, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(object) = value.as_object() else { return };
    let (name, is_list) = match segment.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (segment, false),
    };
    let here = if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    let child = object.get(name).filter(|child| !child.is_null());
    let mut go = |here: String, child: Option<&Value>| match (rest, child) {
        ("", child) => found(here, child),
        (rest, Some(child)) => visit(child, &here, rest, found),
        (_, None) => {}
    };
    if !is_list {
        return go(here, child);
    }
    let elements = child.and_then(Value::as_array).into_iter().flatten();
    for (index, element) in elements.take(LIST_ENTRIES_MAX).enumerate() {
        go(format!("{here}[{index}]"), Some(element));
    }
}

/// What is wrong with a field, and what to do.
fn wrong(value: Option<&Value>, kind: Kind, need: Need) -> Option<String> {
    const MISSING: &str = "is missing: the standard requires it";
    let Some(value) = value else {
        return (need != Optional).then(|| MISSING.to_owned());
    };
    let fault = |is_sound: bool, reason: &str| (!is_sound).then(|| reason.to_owned());
    match kind {
        Object => return fault(value.is_object(), "is not an object"),
        Number => return fault(value.is_number(), "is not a number"),
        Age => {
            let is_age = value.as_f64().is_some_and(|years| (0.0..=AGE_MAX).contains(&years));
            return fault(is_age, "is not a number of years from 0 to 150");
        }
        List => {
            let Some(elements) = value.as_array() else { return Some("is not a list".into()) };
            let is_short = elements.len() <= LIST_ENTRIES_MAX;
            return fault(is_short, "has over 200 elements: divide the service");
        }
        _ => {}
    }
    let Some(text) = value.as_str() else { return Some("is not text".into()) };
    let text = text.trim();
    if text.is_empty() {
        return (need == Filled).then(|| MISSING.to_owned());
    }
    wrong_text(text, kind)
}

fn wrong_text(text: &str, kind: Kind) -> Option<String> {
    let characters_max = match kind {
        Text(max) => max,
        Uri | WebAddress => ADDRESS_CHARACTERS_MAX,
        _ => LINE_CHARACTERS_MAX,
    };
    if text.chars().count() > characters_max {
        return Some(format!("is over {characters_max} characters: shorten it"));
    }
    if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Some("holds characters that cannot be shown: remove them".into());
    }
    let (is_sound, reason) = match kind {
        Kind::Uuid => {
            // Without the length, forms with braces or without hyphens would pass.
            let is_uuid = text.len() == 36 && Uuid::try_parse(text).is_ok();
            (is_uuid, "is not a UUID, as ac148810-d857-441c-9679-408f346de14b")
        }
        Email => (is_email(text), "is not an email address, as name@example.org"),
        Uri => (is_uri(text), "is not an address, as https://example.org"),
        WebAddress => (is_web_address(text), "is not a web address, as https://example.org"),
        Day => (day(text).is_some(), "is not a date, as 2026-11-03"),
        Instant => {
            let is_instant = text.parse::<Timestamp>().is_ok();
            (is_instant, "is not a date with a time, as 2026-11-03T10:30:00Z")
        }
        Choice(choices) => {
            let reason = format!("is not one of {}", choices.join(", "));
            return (!choices.contains(&text)).then_some(reason);
        }
        Text(_) | Number | Age | Object | List => return None,
    };
    (!is_sound).then(|| reason.to_owned())
}

pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        let sound = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        sound(name) && sound(host) && !host.contains('@') && host.contains('.')
    })
}

fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        let is_scheme_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(is_scheme_letter)
            && !rest.is_empty()
            && !text.contains(char::is_whitespace)
    })
}

/// Only http and https, since phones make a link of it and other schemes can run code.
pub(super) fn is_web_address(text: &str) -> bool {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_web && !rest.is_empty() && !text.contains(char::is_whitespace)
}

/// The day that a text of the form 2026-11-03 names, whatever time follows it.
pub(super) fn day(text: &str) -> Option<Date> {
    let date = text.get(..10)?;
    let is_whole =
        text.len() == 10 || text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok();
    if is_whole { date.parse().ok() } else { None }
}
