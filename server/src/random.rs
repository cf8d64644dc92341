//! Random bytes from the operating system.

/// Draws `N` random bytes, for an identifier or a token.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("an operating system without randomness cannot run TLS");
    bytes
}
