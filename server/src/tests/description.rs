//! What PROTOCOL.md says of statuses, against what errors become.

use axum::response::IntoResponse;

use crate::error::Error;

const TEXT: &str = include_str!("../../../shared/src/sync/PROTOCOL.md");

#[test]
fn every_status_of_an_error_is_described() {
    for error in std::iter::successors(Some(Error::BadRequest(String::new())), next) {
        let said = format!("{error:?}");
        let row = format!("\n| {} | ", error.into_response().status().as_u16());
        assert!(TEXT.contains(&row), "PROTOCOL.md does not describe {said}: {row}");
    }
}

/// The error after this one, so that each of them comes: a new one has to be placed here.
fn next(error: &Error) -> Option<Error> {
    Some(match error {
        Error::BadRequest(_) => Error::SignedOut,
        Error::SignedOut => Error::TakenOff,
        Error::TakenOff => Error::Forbidden,
        Error::Forbidden => Error::NotFound,
        Error::NotFound => Error::Conflict(String::new()),
        Error::Conflict(_) => Error::TooLarge,
        Error::TooLarge => Error::UpgradeRequired,
        Error::UpgradeRequired => Error::TooMany,
        Error::TooMany => Error::NoRoom,
        Error::NoRoom => Error::internal("for this test"),
        Error::Internal(_) => return None,
    })
}
