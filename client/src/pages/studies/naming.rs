//! What in an account may say who somebody is: looked for before it is saved, said, never refused.

use shared::{ordered, text};

/// Family names this short are words of the language more often than not.
const NAME_CHARACTERS_MIN: usize = 3;
/// Digits of an NHS number.
const NUMBER_DIGITS: usize = 10;

/// The numbers like an NHS number, and the family names of these, that are in a text.
pub fn named<'a>(written: &str, family_names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found = numbers(written);
    let words = spaced(written);
    let mut names = Vec::new();
    for name in family_names {
        let folded = spaced(name);
        let folded = folded.trim();
        let is_there = folded.chars().count() >= NAME_CHARACTERS_MIN
            // "Okafor's" is folded to "okafors".
            && (words.contains(&format!(" {folded} ")) || words.contains(&format!(" {folded}s ")));
        if is_there {
            names.push(name.to_owned());
        }
    }
    ordered::sort(&mut names);
    names.dedup();
    found.append(&mut names);
    found
}

/// Folded words with one space around each.
fn spaced(written: &str) -> String {
    let folded = text::folded(written);
    let mut spaced = String::from(" ");
    for word in folded.split_whitespace() {
        spaced.push_str(word);
        spaced.push(' ');
    }
    spaced
}

/// Runs of ten digits, as they are written with spaces or hyphens between.
fn numbers(written: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut run, mut digits) = (String::new(), 0);
    for c in written.chars().chain(['.']) {
        let goes_on = c.is_ascii_digit() || (digits > 0 && matches!(c, ' ' | '-'));
        if goes_on {
            run.push(c);
            digits += usize::from(c.is_ascii_digit());
            continue;
        }
        if digits == NUMBER_DIGITS {
            found.push(run.trim_end_matches([' ', '-']).to_owned());
        }
        run.clear();
        digits = 0;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(written: &str) -> Vec<String> {
        named(written, ["Okafor", "O'Neill", "ap Rhys", "Ng", "Okafor", ""].into_iter())
    }

    #[test]
    fn a_number_of_ten_digits_is_named_as_it_is_written() {
        assert_eq!(of("Her number is 999 000 0018."), ["999 000 0018"]);
        assert_eq!(of("9990000018"), ["9990000018"]);
        assert_eq!(of("999-000-0018, she said"), ["999-000-0018"]);
        assert!(of("12 walks, 3 of them in 2026").is_empty());
        // A telephone number of eleven digits is none.
        assert!(of("Ring 01632 960 000").is_empty());
    }

    #[test]
    fn a_family_name_of_the_caseload_is_found_as_a_word_of_its_own() {
        assert_eq!(of("Mrs OKAFOR walks"), ["Okafor"]);
        assert_eq!(of("Okafor's allotment"), ["Okafor"]);
        assert_eq!(of("Mr o’neill and Mr Ap-Rhys"), ["O'Neill", "ap Rhys"]);
        assert!(of("An Okaforian walk to Ng").is_empty());
        assert!(of("She walks again").is_empty());
    }
}
