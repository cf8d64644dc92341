//! CSV that Excel, LibreOffice and a strict reader open unharmed: UTF-8 with a byte order mark,
//! CRLF, every field quoted, and nothing that a spreadsheet would take for a formula.

use std::borrow::Cow;

use csv::{QuoteStyle, Terminator, WriterBuilder};

/// Tells a spreadsheet that the bytes are UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes a table in which every field is text.
pub fn write<'a>(header: &[&str], rows: impl IntoIterator<Item = Vec<&'a str>>) -> Vec<u8> {
    write_fields(header, rows, harmless)
}

/// Writes a table to be reckoned with: a number with a sign before it stays one.
pub fn write_figures<'a>(header: &[&str], rows: impl IntoIterator<Item = Vec<&'a str>>) -> Vec<u8> {
    let field = |field: &'a str| if is_number(field) { field.into() } else { harmless(field) };
    write_fields(header, rows, field)
}

fn write_fields<'a>(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<&'a str>>,
    as_field: impl Fn(&'a str) -> Cow<'a, str>,
) -> Vec<u8> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    let in_memory = "writing into memory does not fail, and every row has the header's length";
    writer.write_record(header).expect(in_memory);
    for row in rows {
        writer
            .write_record(row.into_iter().map(|field| as_field(field).into_owned()))
            .expect(in_memory);
    }
    writer.into_inner().expect(in_memory)
}

/// What begins a formula in some spreadsheet: the signs, their full-width forms, and what a
/// spreadsheet skips before it looks for one.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A field that a spreadsheet shows and does not run: an apostrophe goes before what would begin
/// a formula. A number with a sign before it is text here too.
fn harmless(field: &str) -> Cow<'_, str> {
    let begins_formula = field.trim_start_matches(' ').starts_with(FORMULA);
    if begins_formula { format!("'{field}").into() } else { field.into() }
}

/// Digits, with a sign before them or not, and with a point among them or not.
fn is_number(field: &str) -> bool {
    let digits = field.strip_prefix(['+', '-']).unwrap_or(field);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part].iter().all(|one| !one.is_empty() && one.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The field as it was before [`write`]: for a file of ours that comes back, put right.
pub fn as_written(field: &str) -> &str {
    let rest = field.strip_prefix('\'').unwrap_or(field);
    if rest.trim_start_matches(' ').starts_with(FORMULA) { rest } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_quoted_text_and_no_formula_runs() {
        let rows = [vec!["O\"Neill, Siân", "=HYPERLINK(\"x\")"], vec!["+44", "two\nlines"]];
        let written = write(&["name", "note"], rows);
        let expected = "\u{feff}\"name\",\"note\"\r\n\"O\"\"Neill, Siân\",\"'=HYPERLINK(\"\"x\"\")\"\
            \r\n\"'+44\",\"two\nlines\"\r\n";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    #[test]
    fn among_figures_a_number_with_a_sign_stays_one_and_no_formula_runs() {
        let figures = ["+0.6", "-0.4", "12", "-1", "+1-1", "-1.2.3", "-", "+.5", "-1e9", "-2 "];
        let written = write_figures(&["figure"], figures.map(|figure| vec![figure]));
        let expected = "\u{feff}\"figure\" \"+0.6\" \"-0.4\" \"12\" \"-1\" \"'+1-1\" \"'-1.2.3\" \
            \"'-\" \"'+.5\" \"'-1e9\" \"'-2 \" ";
        assert_eq!(String::from_utf8(written).unwrap().replace("\r\n", " "), expected);
    }

    #[test]
    fn whatever_begins_a_formula_gets_an_apostrophe_and_loses_it_on_the_way_back() {
        for formula in ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1"] {
            let written = harmless(formula);
            assert_eq!(written, format!("'{formula}"));
            assert_eq!(as_written(&written), formula);
        }
        for plain in ["", "a=1", "O'Neill", "'tis", "871731000000106", "3-3-4", "'"] {
            assert_eq!(harmless(plain), plain);
            assert_eq!(as_written(plain), plain);
        }
    }
}
