//! After a restore: no pack is closed until the lead says that every phone has been in touch.

use axum::{extract::State, response::Redirect};
use maud::{Markup, html};

use super::{Desk, check};
use crate::{app::App, error::Error, page, service, session::SignedIn, store::StoreError};
use shared::policy::Action;

/// Where it is said.
pub(super) const PATH: &str = "/team/packs-go-on";

pub(super) fn section(desk: &Desk) -> Markup {
    html! {
        @if let Some(at) = desk.facts.restored_at {
            section aria-labelledby="restored" class="fp-desk-urgent" {
                h2 id="restored" { "No pack is closed: a backup was restored" }
                p {
                    "That was on " (page::instant(&at.to_string())) ". Until a phone has been in touch, "
                    "the records that it wrote to may be older than what practices were told. Ask "
                    "everybody to open the app on each of their phones until it says that all is sent."
                }
                form method="post" action=(PATH) {
                    button type="submit" class="nhsuk-button" {
                        "Every phone has been in touch: close packs again"
                    }
                }
            }
        }
    }
}

pub(super) async fn go_on(State(app): State<App>, signed_in: SignedIn) -> Result<Redirect, Error> {
    check(&signed_in, Action::LetPacksGoOn)?;
    app.store.write::<_, StoreError>(|tx| service::set_restored(tx, None)).await?;
    Ok(Redirect::to("/team"))
}
