//! Why the vault could not keep something, in words for the person.

/// Why the vault could not keep or read something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The phone's storage is full.
    #[error(
        "{}", say!(
            "This phone's storage is full. Make room by deleting photos or apps. Keep Fingerpost \
             open: it goes on trying."
        )
    )]
    Full,
    /// Fingerpost was opened in another tab, which writes from now on.
    #[error("{}", say!("Fingerpost is open in another tab. Go on there, or use it here."))]
    OpenElsewhere,
    /// The browser removed everything that Fingerpost had stored.
    #[error(
        "{}", say!(
            "The browser removed what Fingerpost had stored on this phone. Keep this page open: \
             Fingerpost stores it again and sends it."
        )
    )]
    Lost,
    /// The browser's storage does not answer.
    #[error(
        "{}", say!(
            "The browser's storage does not answer. Keep Fingerpost open: it goes on trying. If \
             this stays, write down what matters and restart the phone."
        )
    )]
    Unavailable,
    /// The browser has no cryptography for this page.
    #[error(
        "{}", say!(
            "This browser cannot lock what it stores, so Fingerpost cannot work in it. Open the \
             address that begins with https, in an up-to-date browser."
        )
    )]
    NoCryptography,
    /// The browser has no storage for this page at all.
    #[error(
        "{}", say!(
            "This browser window cannot store anything, so Fingerpost cannot work in it. Private \
             windows often cannot: use an ordinary one."
        )
    )]
    NoStorage,
}
