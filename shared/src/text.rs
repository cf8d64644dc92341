//! Text as people type it, made comparable.

/// Lower case, with punctuation turned into spaces, so that "O'Neill" is found by "o neill" and by
/// "oneill" alike, and accents of the Latin alphabet set aside.
pub fn folded(text: &str) -> String {
    text.chars()
        // Accents that some keyboards write as characters of their own.
        .filter(|c| !matches!(c, '\'' | '’' | '\u{300}'..='\u{36f}'))
        .map(lower)
        .map(|c| if is_of_a_word(c) { unaccented(c) } else { ' ' })
        .collect()
}

/// The capital of a letter of the Latin alphabet, with or without an accent; any other character as it
/// is. The standard library's tables of all alphabets are eight kilobytes of the app that a phone
/// fetches, and the names of its records are written in this one.
pub fn upper(c: char) -> char {
    match c {
        'a'..='z' => c.to_ascii_uppercase(),
        'à'..='ö' | 'ø'..='þ' => shifted(c, -32),
        'ÿ' => 'Ÿ',
        // Pairs, the capital first.
        'Ā'..='į' | 'Ĳ'..='ķ' | 'Ŋ'..='ŷ' if !is_even(c) => shifted(c, -1),
        'Ĺ'..='ň' | 'Ź'..='ž' if is_even(c) => shifted(c, -1),
        other => other,
    }
}

/// The small letter of a capital, as [`upper`] has them.
fn lower(c: char) -> char {
    match c {
        'A'..='Z' => c.to_ascii_lowercase(),
        'À'..='Ö' | 'Ø'..='Þ' => shifted(c, 32),
        'Ÿ' => 'ÿ',
        'Ā'..='į' | 'Ĳ'..='ķ' | 'Ŋ'..='ŷ' if is_even(c) => shifted(c, 1),
        'Ĺ'..='ň' | 'Ź'..='ž' if !is_even(c) => shifted(c, 1),
        other => other,
    }
}

fn is_even(c: char) -> bool {
    u32::from(c).is_multiple_of(2)
}

fn shifted(c: char, by: i32) -> char {
    u32::from(c).checked_add_signed(by).and_then(char::from_u32).unwrap_or(c)
}

/// Letters and digits; of other alphabets whatever is none of the general marks.
fn is_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || (c >= 'À' && !matches!(c, '×' | '÷' | '\u{2000}'..='\u{2bff}' | '\u{3000}'..='\u{303f}'))
}

/// What the letters from Ā to ſ are without their accents, capitals and small ones.
const EXTENDED: &[u8; 128] = b"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkk\
    llllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/// The letter without its accent, for the languages that are written in the Latin alphabet.
fn unaccented(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'Ș' | 'ș' => 's',
        'Ț' | 'ț' => 't',
        'Ā'..='ſ' => char::from(EXTENDED[(u32::from(c) - u32::from('Ā')) as usize]),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_people_type_them() {
        assert_eq!(folded("O’Neill"), "oneill");
        assert_eq!(folded("Siân-Llŷr"), "sian llyr");
        assert_eq!(folded("Sia\u{302}n"), "sian");
        assert_eq!(folded("Łukasz Ćwięka"), "lukasz cwieka");
        assert_eq!(folded("Şeker Žižková Ţepeș Ürgüp"), "seker zizkova tepes urgup");
    }

    #[test]
    fn letters_have_the_capitals_that_the_standard_library_gives_them() {
        // These are of no pair of two letters.
        for c in ('\0'..='ž').filter(|c| !matches!(c, 'ß' | 'µ' | 'ı' | 'İ' | 'ŉ' | 'ſ')) {
            assert_eq!(upper(c).to_string(), c.to_uppercase().to_string(), "{c}");
            assert_eq!(lower(c).to_string(), c.to_lowercase().to_string(), "{c}");
        }
    }

    #[test]
    fn marks_part_words_and_letters_of_any_alphabet_do_not() {
        assert_eq!(folded("Ŵyn—Ifan, 2×3"), "wyn ifan  2 3");
        assert_eq!(folded("Ζωή"), "Ζωή");
    }
}
