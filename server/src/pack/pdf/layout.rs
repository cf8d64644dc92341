//! Where each line of a document stands on which page.

use super::font::Font;

/// A4, in points.
pub const PAGE: (f32, f32) = (595.28, 841.89);
/// The space at the sides: two centimetres.
pub const MARGIN: f32 = 56.7;

/// Below the header of each page.
const TOP: f32 = PAGE.1 - 90.0;
/// Above the footer of each page.
const BOTTOM: f32 = 60.0;
/// Where the values stand, beside their labels.
const VALUES: f32 = MARGIN + 170.0;
/// The indent of an item.
const INDENT: f32 = 14.0;
/// The height of a line, in sizes of its letters.
const LEADING: f32 = 1.35;

/// What is said, without any place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The document's title, or one person's in a document of many.
    Title(String),
    /// What the next blocks are about.
    Heading(&'static str),
    /// A value with its label.
    Field(&'static str, String),
    /// One of a list.
    Item(String),
    /// Plain words.
    Words(String),
}

impl Block {
    /// What it says, besides its label.
    pub fn text(&self) -> &str {
        match self {
            Self::Heading(text) => text,
            Self::Title(text) | Self::Field(_, text) | Self::Item(text) | Self::Words(text) => text,
        }
    }
}

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// The size of the letters, in points.
    pub size: f32,
    /// Whether they are drawn heavier and in the colour of headings.
    pub heading: bool,
    /// The free space above, in points.
    pub above: f32,
}

/// What is read.
pub const BODY: Style = Style { size: 11.0, heading: false, above: 1.5 };
const HEADING: Style = Style { size: 12.5, heading: true, above: 8.5 };
const TITLE: Style = Style { size: 17.0, heading: true, above: 0.0 };

/// A run of letters on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Run<'a> {
    /// From the left edge of the page, in points.
    pub x: f32,
    /// From the bottom edge of the page, in points.
    pub y: f32,
    /// What is written.
    pub text: &'a str,
}

/// The part of a block that stands on one page.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment<'a> {
    /// Which block it is, counted from 0.
    pub block: usize,
    /// How its letters look.
    pub style: Style,
    /// Its runs, in the order of reading.
    pub runs: Vec<Run<'a>>,
}

/// The fragments of each page, in the order of reading. There is at least one page.
pub fn pages<'a>(font: &Font, blocks: &'a [Block]) -> Vec<Vec<Fragment<'a>>> {
    let mut pages = vec![Vec::new()];
    let mut y = TOP;
    for (block, content) in blocks.iter().enumerate() {
        let (style, x, beside) = match content {
            Block::Title(_) => (TITLE, MARGIN, None),
            Block::Heading(_) => (HEADING, MARGIN, None),
            Block::Field(label, _) => (BODY, VALUES, Some(*label)),
            Block::Item(_) => (BODY, MARGIN + INDENT, Some("•")),
            Block::Words(_) => (BODY, MARGIN, None),
        };
        let lines = wrapped(font, content.text(), style.size, PAGE.0 - MARGIN - x);
        let height = style.size * LEADING;
        // A heading does not stay behind alone at the foot of a page.
        let needed = if style.heading { 3.0 * height } else { height };
        y -= style.above;
        if y - needed < BOTTOM && y < TOP - style.above {
            pages.push(Vec::new());
            y = TOP;
        }
        let mut fragment = Fragment { block, style, runs: Vec::new() };
        if let Some(text) = beside {
            fragment.runs.push(Run { x: MARGIN, y: y - height, text });
        }
        for text in lines {
            if y - height < BOTTOM {
                let rest = Fragment { block, style, runs: Vec::new() };
                let full = std::mem::replace(&mut fragment, rest);
                pages.last_mut().expect("there is at least one page").push(full);
                pages.push(Vec::new());
                y = TOP;
            }
            y -= height;
            fragment.runs.push(Run { x, y, text });
        }
        pages.last_mut().expect("there is at least one page").push(fragment);
    }
    pages
}

/// A text as lines that are no wider than this, in points. What has no space to be parted at is
/// parted anywhere: nothing of a name is cut off.
pub fn wrapped<'a>(font: &Font, text: &'a str, size: f32, width: f32) -> Vec<&'a str> {
    let mut lines = Vec::new();
    let (mut start, mut space, mut used) = (0, None, 0.0);
    for (at, one) in text.char_indices() {
        let advance = font.glyph(one).width * size;
        if one != ' ' && used + advance > width && at > start {
            let end = space.filter(|space| *space > start).unwrap_or(at);
            lines.push(text[start..end].trim_end());
            start = if end == at { at } else { end + 1 };
            used = font.width(&text[start..at], size);
            space = None;
        }
        if one == ' ' {
            space = Some(at);
        }
        used += advance;
    }
    lines.push(text[start..].trim_end());
    lines
}

#[cfg(test)]
mod tests {
    use super::{
        super::font::{FontChoice, Fonts},
        *,
    };

    fn lines(text: &str, width: f32) -> Vec<String> {
        let fonts = Fonts::for_texts([text]);
        let font = fonts.get(FontChoice::Wide);
        let lines = wrapped(font, text, 11.0, width);
        assert!(lines.iter().all(|line| font.width(line, 11.0) <= width), "{lines:?}");
        lines.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_text_is_parted_at_its_spaces_and_else_anywhere() {
        assert_eq!(lines("", 60.0), [""]);
        assert_eq!(lines("one two three", 60.0), ["one two", "three"]);
        assert_eq!(lines("Llanfairpwllgwyngyll", 60.0).concat(), "Llanfairpwllgwyngyll");
        assert_eq!(lines("ŵ ŷ ŵ ŷ ŵ ŷ ŵ ŷ", 30.0).join(" "), "ŵ ŷ ŵ ŷ ŵ ŷ ŵ ŷ");
    }

    #[test]
    fn a_long_document_goes_on_with_no_line_outside_the_page_and_no_heading_left_behind() {
        let blocks: Vec<Block> = (0..200)
            .map(|at| match at % 5 {
                0 => Block::Heading("What it is about"),
                1 => Block::Words("many words ".repeat(40)),
                _ => Block::Field("Label", format!("Value {at}")),
            })
            .collect();
        let fonts = Fonts::for_texts([]);
        let pages = pages(fonts.get(FontChoice::Plain), &blocks);
        assert!(pages.len() > 5);
        for page in &pages {
            let runs = page.iter().flat_map(|fragment| &fragment.runs);
            assert!(runs.into_iter().all(|run| run.y >= BOTTOM && run.y < TOP));
            assert!(!page.last().unwrap().style.heading);
        }
        let last = pages.iter().flatten().last().unwrap();
        assert_eq!((last.block, last.runs.last().unwrap().text), (199, "Value 199"));
    }
}
