//! The marks on one page: its header, its lines and its footer.

use std::io::Write;

use pdf_writer::Name;

use super::{
    font::Font,
    layout::{self, BODY, Fragment, MARGIN, PAGE, Run, Style},
    sheet::Message,
};
use crate::pack::about::About;

/// What a page calls the font.
pub const FONT_NAME: Name<'static> = Name(b"F");

/// Operators for the dark blue of headings, 10 to 1 against white, in letters and outlines.
const HEADING_COLOUR: &str = "0 .188 .529 rg 0 .188 .529 RG 2 Tr";
/// Operators for what is not a heading.
const PLAIN_COLOUR: &str = "0 g 0 G 0 Tr";
/// How much heavier headings are drawn: the width of the letters' outlines, in sizes.
const HEADING_OUTLINE: f32 = 0.03;
/// The letters of the footer, in points.
const SMALL: f32 = 9.0;
/// Where the lines of the footer stand, in points.
const FOOTER: [f32; 2] = [38.0, 27.0];
/// The width that is kept for the number of the page, in points.
const PAGE_NUMBER: f32 = 130.0;
/// The lines of a name in the header; all of it is in the document itself.
const NAME_LINES_MAX: usize = 2;

const IN_MEMORY: &str = "writing into memory does not fail";

/// What every page of a document shares.
pub struct Marks<'a> {
    /// What it is written with.
    pub font: &'a Font,
    /// The pack.
    pub about: &'a About<'a>,
    /// What stands at the foot, besides the number of the page.
    pub footer: &'a str,
}

impl Marks<'_> {
    /// The marks of a page, but for its number.
    pub fn page(&self, message: &Message, fragments: &[Fragment<'_>]) -> Vec<u8> {
        let mut out = Vec::with_capacity(16_384);
        // The header and the footer belong to the sheet of paper: nobody wants them read aloud
        // on every page.
        out.extend(b"/Artifact BMC\n");
        self.header(&mut out, message);
        let width = PAGE.0 - 2.0 * MARGIN - PAGE_NUMBER;
        let lines = layout::wrapped(self.font, self.footer, SMALL, width);
        let runs = lines.iter().zip(FOOTER).map(|(text, y)| Run { x: MARGIN, y, text });
        let style = Style { size: SMALL, ..BODY };
        write(self.font, &mut out, style, &runs.collect::<Vec<_>>());
        out.extend(b"EMC\n");
        for (mark, fragment) in fragments.iter().enumerate() {
            writeln!(out, "/Span <</MCID {mark}>> BDC").expect(IN_MEMORY);
            write(self.font, &mut out, fragment.style, &fragment.runs);
            out.extend(b"EMC\n");
        }
        out
    }

    fn header(&self, out: &mut Vec<u8>, message: &Message) {
        let width = PAGE.0 - 2.0 * MARGIN;
        let mut lines = layout::wrapped(self.font, &message.name, BODY.size, width);
        lines.truncate(NAME_LINES_MAX);
        let identity = match self.about.facts.demonstration {
            true => &format!("{}    DEMONSTRATION: invented people", message.identity),
            false => &message.identity,
        };
        lines.push(identity);
        let mut y = PAGE.1 - 42.0;
        let mut runs = Vec::new();
        for text in lines {
            runs.push(Run { x: MARGIN, y, text });
            y -= 15.0;
        }
        write(self.font, out, BODY, &runs);
        let (under, end) = (PAGE.1 - 82.0, PAGE.0 - MARGIN);
        writeln!(out, ".75 w {MARGIN} {under} m {end} {under} l S").expect(IN_MEMORY);
    }
}

/// The marks of a page's number, counted from 1.
pub fn page_number(font: &Font, page: usize, pages: usize) -> Vec<u8> {
    let text = format!("Page {page} of {pages}");
    let x = PAGE.0 - MARGIN - font.width(&text, SMALL);
    let mut out = b"/Artifact BMC\n".to_vec();
    write(font, &mut out, Style { size: SMALL, ..BODY }, &[Run { x, y: FOOTER[0], text: &text }]);
    out.extend(b"EMC");
    out
}

fn write(font: &Font, out: &mut Vec<u8>, style: Style, runs: &[Run<'_>]) {
    let size = style.size;
    writeln!(out, "BT /F {size} Tf").expect(IN_MEMORY);
    if style.heading {
        writeln!(out, "{HEADING_COLOUR} {} w", size * HEADING_OUTLINE).expect(IN_MEMORY);
    }
    let (mut x, mut y) = (0.0, 0.0);
    for run in runs {
        write!(out, "{:.2} {:.2} Td (", run.x - x, run.y - y).expect(IN_MEMORY);
        (x, y) = (run.x, run.y);
        // The space is for programs that put the runs together without looking where they are.
        for one in run.text.chars().chain([' ']) {
            font.glyph(one).write(out);
        }
        out.extend(b") Tj\n");
    }
    if style.heading {
        writeln!(out, "{PLAIN_COLOUR}").expect(IN_MEMORY);
    }
    out.extend(b"ET\n");
}
