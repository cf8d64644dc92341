//! What was just done with this person's contact, and what is begun and not finished.

use jiff::civil::Time;
use leptos::prelude::*;
use shared::{ids::CaseId, written::Written};

use crate::{
    address::Address,
    components::{disclose::focus, show::Show},
    draw::view,
    engine::Engine,
    memo::{follow, memo},
    pages::today::draft_words,
};

const DONE: &str = "done";

/// "Signed. Saved on this phone 14:02.", after the check led here. It takes the focus, so that
/// whoever hears the screen hears it first.
#[component]
pub(super) fn Done() -> impl IntoView {
    let address = Address::here();
    let signed = memo(move || signed_at(&address.query("signed")?));
    follow(move || {
        if signed.read().is_some() {
            focus(DONE.to_owned());
        }
    });
    let line = move || {
        signed.get().map(|time| {
            view! {
                <div class="fp-done" id=DONE tabindex="-1" role="status">
                    <p>
                        <strong>"Signed. "</strong>
                        "Saved on this phone "
                        {time}
                        ". It goes by itself when there is a signal."
                    </p>
                </div>
            }
        })
    };
    view! { {line} }
}

/// The time of an address, where it is one: an address is anybody's to write.
fn signed_at(text: &str) -> Option<String> {
    Time::read(text).map(|_| text.to_owned())
}

/// Contacts with this person that are begun on this phone and not signed.
#[component]
pub(super) fn Unfinished(case: CaseId) -> impl IntoView {
    let engine = Engine::here();
    let drafts = engine.working_drafts();
    let own = memo(move || {
        drafts.with(|drafts| {
            let own = drafts.iter().filter(|draft| draft.case == case);
            own.copied().collect::<Vec<_>>()
        })
    });
    let lines = move || {
        let lines = own.get().into_iter().map(|draft| {
            let href = format!("/person/{case}/contact/{}", draft.draft);
            view! {
                <li>
                    <a href=href>"Finish the contact that you began"</a>
                    <p class="nhsuk-hint">{draft_words(draft, engine.now())}</p>
                </li>
            }
        });
        lines.collect::<Vec<_>>()
    };
    view! {
        <Show when=move || !own.read().is_empty()>
            <ul class="fp-list" aria-label="Not finished">{lines}</ul>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::signed_at;

    #[test]
    fn only_a_time_is_read_from_the_address() {
        assert_eq!(signed_at("14:02").as_deref(), Some("14:02"));
        assert_eq!(signed_at("Call 0900 123456"), None);
        assert_eq!(signed_at("99:99"), None);
    }
}
