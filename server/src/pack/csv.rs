//! CSV that Excel, LibreOffice and a strict reader open unharmed: UTF-8 with a byte order mark,
//! CRLF, every field quoted, and nothing that a spreadsheet would take for a formula.

use csv::{QuoteStyle, Terminator, WriterBuilder};

/// Tells a spreadsheet that the bytes are UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes a table.
pub fn write<'a>(header: &[&str], rows: impl IntoIterator<Item = Vec<&'a str>>) -> Vec<u8> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    let in_memory = "writing into memory does not fail, and every row has the header's length";
    writer.write_record(header).expect(in_memory);
    for row in rows {
        writer.write_record(row.into_iter().map(harmless)).expect(in_memory);
    }
    writer.into_inner().expect(in_memory)
}

/// A field that a spreadsheet shows and does not run: an apostrophe goes before what would begin
/// a formula. A number with a sign before it is text here too.
fn harmless(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{field}")
    } else {
        field.to_owned()
    }
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
}
