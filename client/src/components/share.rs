//! What a person takes with them about a service: as a text message, off the screen, on paper.
//! Nothing of it is about the person.

use jiff::civil::Date;
use leptos::prelude::*;

use crate::{draw::view, memo::Live};
use shared::directory::Service;

use super::{disclose::Disclose, qr, service_card::Checked, shown};

/// A line that is given, in characters: a text message stays short, and a QR code coarse enough
/// for an old camera.
const LINE_CHARACTERS_MAX: usize = 160;

/// What is given about a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    name: String,
    lines: Vec<String>,
}

impl Given {
    /// From its entry as it is today.
    pub fn of(service: &Service, today: Date) -> Self {
        let checked = match Checked::of(service.assured_on, today) {
            Checked::Lately(words) => words,
            Checked::Stale(_) => say!("Not checked lately. Ask before you go.").into(),
        };
        let warning = service.status.warning().unwrap_or_default().to_owned();
        // Further places come after the first, without which its postcode would stand alone.
        let first = service.address.split("; ").next().unwrap_or_default();
        let place = [first, &service.postcode].map(str::trim);
        let place = place.into_iter().filter(|part| !part.is_empty());
        let place = place.collect::<Vec<_>>().join(", ");
        Self::new(&service.name, [warning, reached(service), place, checked])
    }

    /// From what was named on a day, where the directory has no entry any more.
    pub fn as_named(name: &str, phone: &str, on: Date) -> Self {
        let phone = if phone.is_empty() { String::new() } else { said!("Phone: {phone}") };
        let since = said!("As it was on {day}. Ask before you go.", day = shown::date(on));
        Self::new(name, [phone, since, String::new(), String::new()])
    }

    fn new(name: &str, lines: [String; 4]) -> Self {
        let lines = lines.iter().map(|line| cut(line)).filter(|line| !line.is_empty());
        Self { name: cut(name), lines: lines.collect() }
    }

    fn rest(&self) -> String {
        self.lines.join("\n")
    }

    /// The whole text.
    fn text(&self) -> String {
        format!("{}\n{}", self.name, self.rest())
    }

    /// What opens a text message with it, to nobody yet. The `?&` is for iPhones and Androids
    /// alike: each ignores what the other wants.
    fn message_link(&self) -> String {
        format!("sms:?&body={}", escaped(&self.text()))
    }
}

/// How it is reached: by phone, else by what else there is.
fn reached(service: &Service) -> String {
    let ways = [
        (say!("Phone"), &service.phone),
        (say!("Web"), &service.url),
        (say!("Email"), &service.email),
    ];
    let way = ways.into_iter().find(|(_, way)| !way.trim().is_empty());
    way.map(|(name, way)| format!("{name}: {}", way.trim())).unwrap_or_default()
}

/// The beginning of a line that is too long.
fn cut(line: &str) -> String {
    let line = line.trim();
    if line.chars().count() <= LINE_CHARACTERS_MAX {
        return line.to_owned();
    }
    line.chars().take(LINE_CHARACTERS_MAX - 1).chain(['…']).collect()
}

/// A text as a part of an address.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// "Share with a person", and the sheet that it opens.
#[component]
pub fn Share(
    /// Unique on its screen.
    id: String,
    given: Given,
) -> impl IntoView {
    let of = given.name.clone();
    let sheet_id = format!("{id}-sheet");
    let focus_on = sheet_id.clone();
    view! {
        <Disclose
            id
            button=say!("Share with a person")
            about=of
            class="fp-link-button"
            is_open=Live::new(false)
            focus_on
        >
            {sheet(sheet_id.clone(), &given)}
        </Disclose>
    }
}

fn sheet(id: String, given: &Given) -> AnyView {
    let own = id.clone();
    view! {
        <div class="fp-sheet" id=id tabindex="-1">
            <h3 class="fp-sheet__name">{given.name.clone()}</h3>
            <p class="fp-sheet__lines">{given.rest()}</p>
            {qr::code(&given.text())}
            <p class="nhsuk-hint fp-sheet__way">
                "The camera of their phone reads these lines off the square. They say nothing \
                 about the person."
            </p>
            <a class="nhsuk-button fp-button fp-sheet__way" href=given.message_link()>
                "Send as a text message"
            </a>
            <button
                type="button"
                class="nhsuk-button nhsuk-button--secondary fp-button fp-sheet__way"
                on:click=move |_| print(&own)
            >
                "Print"
            </button>
        </div>
    }
    .into_any()
}

/// Prints one sheet and nothing else of the screen: see the print rules of the stylesheet, which
/// look for the mark. It stays until another sheet is printed, since not every browser says when
/// it has finished.
fn print(sheet: &str) {
    const MARK: &str = "data-printed";
    let document = document();
    if let Ok(Some(earlier)) = document.query_selector(".fp-sheet[data-printed]") {
        // A mark that is not there need not be taken away.
        let _ = earlier.remove_attribute(MARK);
    }
    if let Some(sheet) = document.get_element_by_id(sheet) {
        // The name of the attribute is a valid one.
        let _ = sheet.set_attribute(MARK, "");
    }
    // A browser that cannot print does nothing, and the sheet is still on the screen.
    let _ = window().print();
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shared::directory::ServiceStatus;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    fn walks() -> Service {
        Service {
            name: "Caffi Siân & friends".into(),
            phone: "01632 960201".into(),
            address: "Moss Road Library; also Mill Lane Hall EV1 9ZZ".into(),
            postcode: "EV1 2AB".into(),
            assured_on: Some(date(2026, 9, 14)),
            ..Service::default()
        }
    }

    #[test]
    fn a_message_holds_name_number_place_and_when_it_was_checked() {
        let given = Given::of(&walks(), TODAY);
        assert_eq!(
            given.text(),
            "Caffi Siân & friends\nPhone: 01632 960201\nMoss Road Library, EV1 2AB\n\
             Last checked 14 Sep 2026"
        );
        let link = given.message_link();
        assert!(link.starts_with("sms:?&body=Caffi%20Si%C3%A2n%20%26%20friends%0APhone%3A%20016"));
        assert_eq!(link.matches('&').count(), 1);
    }

    #[test]
    fn nobody_is_sent_to_a_doubtful_service_without_a_word() {
        let service = Service {
            status: ServiceStatus::TemporarilyClosed,
            phone: String::new(),
            url: "https://example.org".into(),
            assured_on: None,
            ..walks()
        };
        let text = Given::of(&service, TODAY).text();
        assert!(text.contains("\nClosed for a time\nWeb: https://example.org\n"), "{text}");
        assert!(text.ends_with("\nNot checked lately. Ask before you go."), "{text}");
        let named = Given::as_named("Walks", "", date(2026, 11, 3));
        assert_eq!(named.text(), "Walks\nAs it was on 3 Nov 2026. Ask before you go.");
    }

    #[test]
    fn a_message_stays_short_whatever_the_feed_says() {
        let service = Service { address: "x".repeat(5_000), ..walks() };
        let text = Given::of(&service, TODAY).text();
        assert!(text.chars().count() < 5 * LINE_CHARACTERS_MAX && text.contains('…'));
    }
}
