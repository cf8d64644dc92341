//! What can go wrong with a request: one variant per meaning in HTTP, and the words a person reads.

use axum::{
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};

use crate::store::StoreError;

/// What can go wrong with a request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be understood. The words say what to change; they hold no personal data.
    #[error("{0}")]
    BadRequest(String),
    /// Nobody is signed in, or no longer.
    #[error("You are signed out. Open a sign-in link; ask your service for a new one.")]
    SignedOut,
    /// The device was taken off the service, or its owner has left.
    #[error(
        "This device was taken off the service. What it had not sent can still be handed over. Ask \
         your service for a new sign-in link."
    )]
    TakenOff,
    /// Somebody is signed in, and may not do this.
    #[error("Your role does not allow this. Ask your service's administrator.")]
    Forbidden,
    /// There is no such page, or none for this person.
    #[error("There is nothing here for you. Check the address, or go back.")]
    NotFound,
    /// The state has changed since the page was opened. The words say what to do.
    #[error("{0}")]
    Conflict(String),
    /// The body is over a limit.
    #[error("This is more than the server takes at once: send it in parts.")]
    TooLarge,
    /// The client speaks another version of the protocol.
    #[error("This version of the app is too old or too new for the server: update it.")]
    UpgradeRequired,
    /// Too much at once from one person.
    #[error("There are too many requests from you at once. Wait a moment.")]
    TooMany,
    /// The disk takes no more. Nothing of the request was kept.
    #[error(
        "The server has no room to keep anything new. What is on a phone stays there and is sent \
         later. Tell whoever runs the server."
    )]
    NoRoom,
    /// The server's own trouble: the cause is logged and never sent.
    #[error("The server has trouble. Nothing was lost; try again in a moment.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The server's own trouble.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::TakenOff => StatusCode::GONE,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UpgradeRequired => StatusCode::UPGRADE_REQUIRED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match &self {
            // Causes come from the database and the operating system, which name no person.
            Self::Internal(cause) => tracing::error!(%cause, "a request failed"),
            Self::NoRoom => tracing::error!("the disk takes no more: make room on it"),
            _ => {}
        }
        (self.status(), [(CACHE_CONTROL, "no-store")], self.to_string()).into_response()
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.is_lack_of_room() { Self::NoRoom } else { Self::internal(error) }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}
