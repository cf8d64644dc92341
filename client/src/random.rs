//! Randomness from the browser, for identifiers.

/// Draws random bytes.
///
/// # Panics
/// When the browser has no source of randomness: an identifier that is used twice would mix up two
/// people, so nothing may be written then.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    web_sys::window()
        .and_then(|window| window.crypto().ok())
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).ok())
        .expect("every browser that runs WebAssembly has crypto.getRandomValues");
    bytes
}
