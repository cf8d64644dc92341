//! Open Referral UK 3.0 feeds: each entry is read on its own, and each refusal says what and why.
//!
//! What a sound entry is, `rules` says. The standard also asks that every service has a unique
//! identifier, so one identifier is one service: of several entries with the same identifier in one
//! feed the first is taken, and each later one is refused with the entry that it repeats and what
//! would be lost with it. Taking the last would silently overwrite what came before; taking all
//! would list one service many times; and mixing them would make a service that nobody described.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Service, ServiceStatus, rules};
use crate::calendar;

/// A feed, in bytes. The largest known is under 5 MB.
pub const FEED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Entries of a feed.
pub const ENTRIES_MAX: usize = 20_000;
/// Values of a feed, counted before it is parsed, since each takes far more memory than bytes. A
/// feed of the most bytes, as dense as the official whole example, has 415,000.
const VALUES_MAX: usize = 1_000_000;
/// Places of one service that are named; the others are counted.
const PLACES_MAX: usize = 10;
/// Names of fields in one reason; the others are counted.
const NAMED_FIELDS_MAX: usize = 8;

/// A feed that could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// Too many bytes.
    #[error("the feed is over {} MB: import it page by page", FEED_BYTES_MAX / 1_048_576)]
    TooLong,
    /// Too many entries.
    #[error("the feed has over {ENTRIES_MAX} entries: import it page by page")]
    TooMany,
    /// Too many values in few bytes.
    #[error("the feed has over {VALUES_MAX} values: import it page by page")]
    TooDense,
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
    /// Where, such as `organization.email` or `phones[0].number`.
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
    if !has_bounded_values(feed) {
        return Err(FeedError::TooDense);
    }
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

/// Counts what begins or separates values, outside texts.
fn has_bounded_values(feed: &[u8]) -> bool {
    let (mut values, mut in_text, mut is_escaped) = (0_usize, false, false);
    for byte in feed {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    values <= VALUES_MAX
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

/// What would be lost with an entry whose identifier was taken before, by its outermost fields. The
/// work is bounded by the entry itself, however long the first one is.
fn repeated(position: usize, first: &Value, entry: &Value) -> Problem {
    let none = Map::new();
    let before = first.as_object().unwrap_or(&none);
    let after = entry.as_object().unwrap_or(&none);
    let added: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    let other = |name: &&String| before.get(*name).is_some_and(|value| *value != after[*name]);
    let changed: Vec<&String> = after.keys().filter(other).collect();
    let lacking = before.keys().filter(|name| !after.contains_key(*name));
    let lacking: Vec<&String> = lacking.take(NAMED_FIELDS_MAX).collect();
    let loses_nothing = added.is_empty() && changed.is_empty();
    let kinds = [("has another", changed), ("adds", added), ("lacks", lacking)];
    let differences: Vec<String> = kinds
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(verb, names)| format!("{verb} {}", named(&names)))
        .collect();
    let number = position + 1;
    let differences = differences.join("; ");
    let reason = match (loses_nothing, differences.as_str()) {
        (true, "") => format!("repeats entry {number} word for word, which was taken"),
        (true, lacks) => format!(
            "has the identifier of entry {number}, which was taken, and says nothing more: it \
             {lacks}"
        ),
        (false, differences) => format!(
            "has the identifier of entry {number}, which was taken, and differs: it {differences}. \
             Give it an identifier of its own, or correct entry {number}"
        ),
    };
    Problem { field: "id".into(), reason }
}

fn named(names: &[&String]) -> String {
    let shown: Vec<String> =
        names.iter().take(NAMED_FIELDS_MAX).map(|name| cut(name, 80)).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Reads an entry that keeps the rules: nothing that is looked for here has another type or is
/// over its limit.
fn read(entry: &Value) -> Result<Service, Vec<Problem>> {
    let problems = rules::problems(entry);
    if !problems.is_empty() {
        return Err(problems);
    }
    let (address, postcode) = place(entry);
    Ok(Service {
        id: text(entry, "id").to_lowercase(),
        name: text(entry, "name"),
        description: text(entry, "description"),
        organisation: entry.get("organization").map(|o| text(o, "name")).unwrap_or_default(),
        url: text(entry, "url"),
        email: text(entry, "email"),
        phone: phone(entry),
        address,
        postcode,
        fees: fees(entry),
        alert: text(entry, "alert"),
        minimum_age: age(entry, "minimum_age"),
        maximum_age: age(entry, "maximum_age"),
        status: match text(entry, "status").as_str() {
            "inactive" => ServiceStatus::Inactive,
            "defunct" => ServiceStatus::Defunct,
            "temporarily closed" => ServiceStatus::TemporarilyClosed,
            _ => ServiceStatus::Active,
        },
        assured_on: rules::day(&text(entry, "assured_date")),
        keywords: keywords(entry),
        eligibility: text(entry, "eligibility_description"),
        last_modified: text(entry, "last_modified").parse().ok(),
    })
}

/// A text; empty where the field is missing or null.
fn text(object: &Value, field: &str) -> String {
    object.get(field).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn age(entry: &Value, field: &str) -> Option<u16> {
    let years = entry.get(field).and_then(Value::as_f64)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an age is 0 to 150 by the rules; half years are dropped"
    )]
    let whole = years as u16;
    Some(whole)
}

/// The first telephone number of the service, of its contacts, or of its places.
fn phone(entry: &Value) -> String {
    let at_locations = list(entry, "service_at_locations");
    let holders = std::iter::once(entry)
        .chain(list(entry, "contacts"))
        .chain(at_locations)
        .chain(at_locations.iter().filter_map(|at| at.get("location")));
    let numbers = holders.flat_map(|holder| list(holder, "phones")).map(|p| text(p, "number"));
    numbers.into_iter().find(|number| !number.is_empty()).unwrap_or_default()
}

/// The first place in one line and its postcode; the line goes on with the other places.
fn place(entry: &Value) -> (String, String) {
    let mut places: Vec<(String, String)> = Vec::new();
    let at = list(entry, "service_at_locations").iter().filter_map(|at| at.get("location"));
    for location in at.chain(list(entry, "locations")) {
        let name = text(location, "name");
        let addresses = list(location, "addresses");
        if addresses.is_empty() && !name.is_empty() {
            places.push((name.clone(), String::new()));
        }
        for address in addresses {
            let part = |field| text(address, field);
            let mut parts = vec![name.clone(), part("address_1"), part("address_2"), part("city")];
            parts.retain(|part| !part.is_empty());
            parts.dedup();
            places.push((parts.join(", "), part("postal_code")));
        }
    }
    let count = places.len();
    let mut places = places.into_iter();
    let Some((mut line, postcode)) = places.next() else { return Default::default() };
    for (place, postcode) in places.take(PLACES_MAX - 1) {
        line.push_str(&format!("; also {place} {postcode}"));
        line.truncate(line.trim_end().len());
    }
    if count > PLACES_MAX {
        line.push_str(&format!("; and {} more places", count - PLACES_MAX));
    }
    (line, postcode)
}

/// What it costs: the plain field, and the options, each with its last day, since feeds go on
/// naming prices that are over.
fn fees(entry: &Value) -> String {
    let option = |option: &Value| {
        let amount = option.get("amount").and_then(Value::as_f64);
        let amount = amount.map(|pounds| format!("£{pounds:.2}")).unwrap_or_default();
        let until = rules::day(&text(option, "valid_to"));
        let until = until.map(|until| format!("(until {})", calendar::words(until)));
        let (name, description) = (text(option, "option"), text(option, "amount_description"));
        let mut parts = vec![name, amount, description, until.unwrap_or_default()];
        parts.retain(|part| !part.is_empty());
        parts.join(" ")
    };
    let mut all = vec![text(entry, "fees"), text(entry, "fees_description")];
    all.extend(list(entry, "cost_options").iter().map(option));
    all.retain(|part| !part.is_empty());
    all.dedup();
    all.join("; ")
}

/// The names of the taxonomy terms that it is filed under.
fn keywords(entry: &Value) -> Vec<String> {
    let terms = list(entry, "attributes").iter().filter_map(|a| a.get("taxonomy_term"));
    terms.map(|term| text(term, "name")).filter(|name| !name.is_empty()).collect()
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
        // All of them keep the schema: nothing is wrong with them but the identifier.
        let mut problems = import.refused.iter().flat_map(|refused| &refused.problems);
        assert!(problems.all(|p| p.field == "id" && p.reason.contains("of entry 1,")));
        let loses_nothing =
            |refused: &&Refused| refused.problems[0].reason.contains("nothing more");
        assert_eq!(import.refused.iter().filter(loses_nothing).count(), 23);
    }

    #[test]
    fn the_whole_example_is_taken_with_place_and_cost() {
        let import = parse(FULL).unwrap();
        assert_eq!(import.refused, []);
        let service = &import.taken[0];
        assert_eq!(service.address, "MyCity Civic Center, 1-30 Main Street, MyCity");
        assert_eq!(service.postcode, "ABC 1234");
        assert!(service.fees.starts_with("fees_description; Under 18s"), "{}", service.fees);
        assert!(service.fees.ends_with("£35.00 per 1 hour session (until Sat 31 Dec 2022)"));
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
    fn identifiers_are_uuids_with_hyphens_so_that_one_is_not_written_in_two_ways() {
        check_refused(json!({"id": "ac148810d857441c9679408f346de14b"}), &["id"]);
        check_refused(json!({"id": "{ac148810-d857-441c-9679-408f346de14b}"}), &["id"]);
        let mut capital = sound();
        capital["id"] = json!("AC148810-D857-441C-9679-408F346DE14B");
        let import = parse(json!([sound(), capital]).to_string().as_bytes()).unwrap();
        assert_eq!((import.taken.len(), import.refused.len()), (1, 1));
    }

    #[test]
    fn the_parts_that_a_phone_shows_are_held_to_the_schema_and_others_are_not() {
        check_refused(json!({"phones": [{"number": 123}]}), &["phones[0].number"]);
        check_refused(json!({"phones": [7]}), &["phones[0]"]);
        check_refused(json!({"assured_date": "2026-11-03 and so on"}), &["assured_date"]);
        check_refused(json!({"assured_date": "2026-11-03T09:00:00Z"}), &[]);
        check_refused(json!({"alert": "a\u{7}b"}), &["alert"]);
        check_refused(json!({"schedules": [{"freq": 1}], "funding": 7}), &[]);
        check_refused(
            json!({"cost_options": vec![json!({"id": sound()["id"]}); 201]}),
            &["cost_options"],
        );
        let mut whole: Value = serde_json::from_slice(FULL).unwrap();
        let address = &mut whole["service_at_locations"][0]["location"]["addresses"][0];
        address.as_object_mut().unwrap().remove("postal_code");
        let problems = &parse(whole.to_string().as_bytes()).unwrap().refused[0].problems;
        assert_eq!(problems[0].field, "service_at_locations[0].location.addresses[0].postal_code");
    }

    #[test]
    fn no_place_of_a_service_is_dropped_without_a_word() {
        let mut whole: Value = serde_json::from_slice(FULL).unwrap();
        let places = whole["service_at_locations"].as_array_mut().unwrap();
        let mut second = places[0].clone();
        second["location"]["name"] = json!("Library");
        places.extend(vec![second; 11]);
        let service = &parse(whole.to_string().as_bytes()).unwrap().taken[0];
        assert!(service.address.starts_with("MyCity Civic Center, 1-30 Main Street, MyCity; also"));
        assert!(service.address.contains("; also Library, 1-30 Main Street, MyCity ABC 1234"));
        assert!(service.address.ends_with("; and 2 more places"), "{}", service.address);
    }

    #[test]
    fn a_repeated_identifier_is_refused_with_what_differs() {
        let mut other = sound();
        other["fees"] = json!("free");
        let mut whole = sound();
        whole["url"] = json!("https://example.org");
        let feed = json!([sound(), sound(), other, 5]);
        let import = parse(feed.to_string().as_bytes()).unwrap();
        let reasons: Vec<_> = import.refused.iter().map(|r| &*r.problems[0].reason).collect();
        assert_eq!(reasons[0], "repeats entry 1 word for word, which was taken");
        assert!(reasons[1].contains("differs: it adds fees."), "{}", reasons[1]);
        assert_eq!(import.refused[2].problems[0].field, "(entry)");
        let import = parse(json!([whole, sound()]).to_string().as_bytes()).unwrap();
        let reason = &import.refused[0].problems[0].reason;
        assert!(reason.ends_with("says nothing more: it lacks url"), "{reason}");
    }

    #[test]
    fn what_is_no_feed_is_refused_as_a_whole() {
        assert!(matches!(parse(b"<html>"), Err(FeedError::NotJson { line: 1, .. })));
        assert_eq!(parse(b"{}"), Err(FeedError::NotAFeed));
        assert_eq!(parse(b"{\"contents\": 5}"), Err(FeedError::NotAFeed));
        assert_eq!(parse(&vec![b' '; FEED_BYTES_MAX + 1]), Err(FeedError::TooLong));
        let dense = format!("[{}0]", "0,".repeat(VALUES_MAX));
        assert_eq!(parse(dense.as_bytes()), Err(FeedError::TooDense));
        let long = format!("[\"\\\"{}\"]", ",".repeat(VALUES_MAX));
        assert_eq!(parse(long.as_bytes()).unwrap().refused.len(), 1);
        let deep = "[".repeat(100_000);
        assert!(matches!(parse(deep.as_bytes()), Err(FeedError::NotJson { .. })));
    }
}
