//! Text as people type it, made comparable.

/// Lower case, with punctuation turned into spaces, so that "O'Neill" is found by "o neill" and by
/// "oneill" alike, and accents of the Latin alphabet set aside.
pub fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\'' | '’'))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { unaccented(c) } else { ' ' })
        .collect()
}

/// The letter without its accent, for the letters of Welsh, Irish and the neighbouring languages.
fn unaccented(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn names_are_found_as_people_type_them() {
        assert_eq!(folded("O’Neill"), "oneill");
        assert_eq!(folded("Siân-Llŷr"), "sian llyr");
    }
}
