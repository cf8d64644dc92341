//! The page: what waits, what stands now beside what is suggested, and what was decided.

use maud::{Markup, html};
use shared::{calendar, directory::Service, ids::UserId, limits};

use super::{Desk, Said};
use crate::{
    clock,
    page::{self, counted},
    session::SignedIn,
    store::suggestions::{Decided, Suggestion},
};

pub(super) fn page(desk: &Desk, said: Said, signed_in: &SignedIn) -> Markup {
    let body = html! {
        (banner(said))
        p class="fp-desk-balance" {
            (counted(desk.waiting.len(), "suggestion waits", "suggestions wait")) " for you."
        }
        @if desk.waiting.is_empty() {
            p { "Nothing to decide. Last looked " (page::time_now()) "." }
        } @else {
            p {
                "Workers found these wrong or missing. What you accept reaches every phone. What you "
                "set aside changes nothing, and is kept with your reason."
            }
        }
        @for suggestion in &desk.waiting { (waiting(desk, suggestion)) }
        (decided(desk))
    };
    page::page("Directory of services", signed_in, &desk.facts.name, &body)
}

fn banner(said: Said) -> Markup {
    let words = match said {
        Said::Nothing => return html! {},
        Said::Changed => "It has changed since you looked, so nothing was done. Look again below.",
        Said::Gone => "It was withdrawn by whoever suggested it, so nothing was done.",
        Said::Standing => "Somebody had decided already. That stands: see Decided below.",
        Said::ReasonMissing => "Nothing was set aside yet: write why, in at most 2,000 characters.",
    };
    html! { p role="alert" class="nhsuk-inset-text" { (words) } }
}

fn name(desk: &Desk, user: UserId) -> &str {
    desk.facts.names.get(&user).map_or("Somebody no longer on the team", |(name, _)| name)
}

fn waiting(desk: &Desk, suggestion: &Suggestion) -> Markup {
    let then = suggestion.outcome(clock::now());
    let id = format!("suggestion-{}", suggestion.event);
    let heading = match (&suggestion.suggested.service, &suggestion.now) {
        (_, Some(now)) => format!("Correction of {}", now.name),
        (Some(_), None) => format!("{}, which is no longer in the directory", then.name),
        (None, None) => format!("New: {}", then.name),
    };
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (heading) }
            p class="fp-desk-quiet" {
                "Suggested by " (name(desk, suggestion.author)) ", "
                (calendar::words(suggestion.on)) "."
            }
            (comparison(suggestion.now.as_ref(), &then))
            @if !suggestion.suggested.words.trim().is_empty() {
                p { strong { "How they know, and what else: " } (suggestion.suggested.words) }
            }
            (left_out(suggestion, &then))
            (forms(suggestion, &then.name))
        }
    }
}

/// What a link could not be made of is said, rather than dropped in silence.
fn left_out(suggestion: &Suggestion, then: &Service) -> Markup {
    let suggested = &suggestion.suggested;
    let lost = |typed: &str, kept: &str| !typed.trim().is_empty() && !kept.contains(typed.trim());
    html! {
        @if lost(&suggested.url, &then.url) {
            p { "“" (suggested.url) "” is no web address, so the website stays as it is." }
        }
        @if lost(&suggested.email, &then.email) {
            p { "“" (suggested.email) "” is no email address, so that stays as it is." }
        }
    }
}

fn comparison(now: Option<&Service>, then: &Service) -> Markup {
    let none = Service::default();
    let before = now.unwrap_or(&none);
    let lines = [
        ("Name", &before.name, &then.name),
        ("Phone", &before.phone, &then.phone),
        ("Address", &before.address, &then.address),
        ("Postcode", &before.postcode, &then.postcode),
        ("Website", &before.url, &then.url),
        ("Email", &before.email, &then.email),
        ("Cost", &before.fees, &then.fees),
        ("Who it is for", &before.eligibility, &then.eligibility),
    ];
    html! {
        table class="nhsuk-table fp-desk-table" {
            caption class="nhsuk-u-visually-hidden" { "What stands now, and what is suggested" }
            thead { tr {
                th scope="col" { "What" } th scope="col" { "Now" } th scope="col" { "Suggested" }
            } }
            tbody { @for (what, before, then) in lines { tr {
                th scope="row" { (what) }
                td { (shown(before)) }
                td { @if before == then { span class="fp-desk-quiet" { "As now" } }
                    @else { strong { (shown(then)) } } }
            } } }
        }
    }
}

fn shown(text: &str) -> &str {
    if text.is_empty() { "Nothing" } else { text }
}

fn forms(suggestion: &Suggestion, service: &str) -> Markup {
    let Suggestion { case, event, .. } = suggestion;
    let seen = suggestion.seen();
    let reason_id = format!("reason-{event}");
    html! {
        @if let Some(words) = suggestion.objection() {
            p { (words) }
        } @else {
            form method="post" action={ "/directory/" (case) "/" (event) "/accept" } {
                input type="hidden" name="seen" value=(seen);
                button class="nhsuk-button" type="submit" {
                    "Accept " span class="nhsuk-u-visually-hidden" { (service) }
                }
            }
        }
        form method="post" action={ "/directory/" (case) "/" (event) "/set-aside" } {
            input type="hidden" name="seen" value=(seen);
            label class="nhsuk-label" for=(reason_id) { "Why it is set aside" }
            textarea class="nhsuk-textarea" id=(reason_id) name="reason" rows="2" required
                maxlength=(limits::PARAGRAPH_CHARACTERS_MAX) {}
            button class="nhsuk-button nhsuk-button--secondary" type="submit" {
                "Set aside " span class="nhsuk-u-visually-hidden" { (service) }
            }
        }
    }
}

fn decided(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="decided" {
            h2 id="decided" { "Decided" }
            @if desk.decided.is_empty() {
                p { "Nothing has been decided yet." }
            } @else {
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Decided" }
                    thead { tr {
                        th scope="col" { "Service" } th scope="col" { "Suggested by" }
                        th scope="col" { "Decided by" } th scope="col" { "When" }
                        th scope="col" { "What" }
                    } }
                    tbody { @for line in &desk.decided { (decided_line(desk, line)) } }
                }
            }
        }
    }
}

fn decided_line(desk: &Desk, line: &Decided) -> Markup {
    html! {
        tr {
            td { (line.name) } td { (name(desk, line.author)) } td { (name(desk, line.by)) }
            td { (page::instant(&line.at.to_string())) }
            td { @match &line.set_aside {
                None => "Accepted",
                Some(reason) => { "Set aside: " (reason) }
            } }
        }
    }
}
