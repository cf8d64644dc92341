//! Files that a phone gets beside its code, with texts in them: `{{say Opening Fingerpost}}`.

use crate::Language;

const OPENS: &str = "{{say ";
const CLOSES: &str = "}}";
const LANGUAGE: &str = "{{language}}";

/// The file in a language.
///
/// # Errors
/// A text that does not end, or a translation that holds what means something in the file.
pub fn shell(language: &Language, file: &str) -> Result<String, String> {
    let mut parts = file.split(OPENS);
    let mut whole = parts.next().unwrap_or_default().replace(LANGUAGE, language.tag());
    for part in parts {
        let (text, rest) = part.split_once(CLOSES).ok_or("a text of the shell does not end")?;
        let said = language.say(&on_one_line(text))?;
        if said.contains(['<', '>', '&', '"', '\\']) {
            return Err(format!(
                "“{said}” would be markup in a page: leave out <, >, &, \" and \\"
            ));
        }
        whole.push_str(&said);
        whole.push_str(&rest.replace(LANGUAGE, language.tag()));
    }
    Ok(whole)
}

/// A text that was wrapped to fit its file.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts of a file.
#[cfg(test)]
pub fn texts(file: &str) -> Vec<String> {
    let parts = file.split(OPENS).skip(1).filter_map(|part| part.split_once(CLOSES));
    parts.map(|(text, _)| on_one_line(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_file_are_said_and_the_rest_stays() {
        let file = "<html lang=\"{{language}}\"><p>{{say Opening\n   it}}</p>{{style}}";
        let english = "<html lang=\"en-GB\"><p>Opening it</p>{{style}}";
        assert_eq!(shell(&Language::English, file).unwrap(), english);
        assert!(shell(&Language::Pseudo, file).unwrap().contains("<p>⟦Opening it⟧</p>"));
        assert_eq!(texts(file), ["Opening it"]);
    }

    #[test]
    fn what_would_be_markup_is_refused() {
        assert!(shell(&Language::Pseudo, "{{say a < b}}").is_err());
    }
}
