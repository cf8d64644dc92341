//! What PROTOCOL.md says of statuses, against what errors become.

use axum::response::IntoResponse;

use crate::error::Error;

const TEXT: &str = include_str!("../../../shared/src/sync/PROTOCOL.md");

#[test]
fn every_status_of_an_error_is_described() {
    let words = String::new;
    let errors = [
        Error::BadRequest(words()),
        Error::SignedOut,
        Error::TakenOff,
        Error::Forbidden,
        Error::NotFound,
        Error::Conflict(words()),
        Error::TooLarge,
        Error::UpgradeRequired,
        Error::TooMany,
        Error::internal("for this test"),
    ];
    for error in errors {
        let said = format!("{error:?}");
        let row = format!("\n| {} | ", error.into_response().status().as_u16());
        assert!(TEXT.contains(&row), "PROTOCOL.md does not describe {said}: {row}");
    }
}
