//! The frame of the server's own pages: they work without a script, and print.

use axum::{
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use jiff::civil::{Date, DateTime};
use maud::{DOCTYPE, Markup, html};
use shared::calendar;

use crate::{assets, clock, desk_script, session::SignedIn, store::urgent::UrgentRow};

/// A whole page.
pub fn page(title: &str, signed_in: &SignedIn, service: &str, body: &Markup) -> Markup {
    framed((title, title), signed_in, service, body, None)
}

/// A whole page that copies and is gone through with keys where the browser runs scripts. Everything
/// on it works without.
pub fn with_script(title: &str, signed_in: &SignedIn, service: &str, body: &Markup) -> Markup {
    framed((title, title), signed_in, service, body, Some(desk_script::PATH))
}

/// The same about somebody, who is named on the page and not in its title.
pub fn about_somebody(
    title: &str,
    heading: &str,
    signed_in: &SignedIn,
    service: &str,
    body: &Markup,
) -> Markup {
    framed((title, heading), signed_in, service, body, Some(desk_script::PATH))
}

fn framed(
    (title, heading): (&str, &str),
    signed_in: &SignedIn,
    service: &str,
    body: &Markup,
    script: Option<&str>,
) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en-GB" class="fp-desk" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " - Fingerpost" }
                link rel="stylesheet" href=(assets::DESK_STYLE_PATH);
                link rel="icon" href="/icons/icon.svg" type="image/svg+xml";
                @if let Some(script) = script { script src=(script) defer {} }
            }
            body {
                a class="nhsuk-skip-link" href="#main" { "Skip to main content" }
                header class="fp-desk-header" {
                    span class="fp-desk-name" { "Fingerpost" }
                    span { (service) }
                    form method="post" action="/sign-out" class="fp-desk-sign-out" {
                        span { (signed_in.name) " " }
                        button type="submit" class="fp-desk-link" { "Sign out" }
                    }
                }
                main id="main" class="fp-desk-main" {
                    h1 { (heading) }
                    (body)
                }
            }
        }
    }
}

/// A page that no browser keeps.
pub fn shown(markup: Markup) -> Response {
    ([(CACHE_CONTROL, "no-store")], markup).into_response()
}

/// A date of the store in words; what is no date stays as it is.
pub fn date(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), calendar::words)
}

/// Whom somebody told of an urgent concern, and when.
pub fn told(row: &UrgentRow) -> String {
    let at: Option<DateTime> = row.informed_at.parse().ok();
    match at {
        None if row.informed.is_empty() => "Nobody is recorded".to_owned(),
        None => row.informed.clone(),
        Some(at) => {
            let (day, time) = (calendar::words(at.date()), calendar::clock_words(at.time()));
            format!("{}, {day}, {time}", row.informed)
        }
    }
}

/// A date of birth in words: its day of the week helps nobody to find a record.
pub fn birth_date(text: &str) -> String {
    let words = |date: Date| format!("{} {}", calendar::words_short(date), date.year());
    text.parse().map_or_else(|_| text.to_owned(), words)
}

/// An instant of the store in London's time.
pub fn instant(text: &str) -> String {
    text.parse().map_or_else(
        |_| text.to_owned(),
        |at| {
            let at = clock::london().to_datetime(at);
            format!("{}, {}", calendar::words(at.date()), at.strftime("%H:%M"))
        },
    )
}

/// The time now in London.
pub fn time_now() -> String {
    clock::london().to_datetime(clock::now()).strftime("%H:%M").to_string()
}

/// An NHS number as it is shown; what is none stays as it is.
pub fn nhs_number(text: &str) -> String {
    shared::nhs_number::NhsNumber::parse(text)
        .map_or_else(|_| text.to_owned(), |number| number.spaced())
}

/// "1 entry", "2 entries".
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
