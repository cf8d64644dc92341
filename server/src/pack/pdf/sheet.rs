//! One person's pages, laid out and drawn once: for their own document, and for that of all.

use super::{
    PersonSummary,
    content::Marks,
    file::compressed,
    font::{FontChoice, Fonts},
    layout::{self, Block},
    message,
};
use crate::pack::about::About;

/// What is said of one person, in words.
pub struct Message {
    /// Who it is, on every page.
    pub name: String,
    /// What else tells them from others, on every page.
    pub identity: String,
    /// What is said.
    pub blocks: Vec<Block>,
}

impl Message {
    /// What a document says of a person.
    pub fn new(about: &About<'_>, one: &PersonSummary<'_>) -> Self {
        Self {
            name: message::name(one.first),
            identity: message::identity(one.first),
            blocks: message::blocks(about, one),
        }
    }

    /// All that is written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().map(Block::text).chain([self.name.as_str(), self.identity.as_str()])
    }
}

/// One person's pages.
pub struct Sheet {
    /// Who it is.
    pub name: String,
    /// What each block is.
    pub roles: Vec<Role>,
    /// The font that the pages are drawn with.
    pub font: FontChoice,
    /// The pages; at least one.
    pub pages: Vec<Page>,
}

/// One page, but for its number.
pub struct Page {
    /// Its marks, compressed.
    pub content: Vec<u8>,
    /// The block of each piece of marked content, in order.
    pub blocks: Vec<usize>,
}

/// What a block is to a program that reads it aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The title.
    Title,
    /// A heading.
    Heading,
    /// One of a list.
    Item,
    /// A paragraph.
    Paragraph,
}

impl Sheet {
    /// Draws a message.
    pub fn new(about: &About<'_>, fonts: &Fonts, footer: &str, message: Message) -> Self {
        let choice = fonts.choose(message.texts());
        let font = fonts.get(choice);
        let marks = Marks { font, about, footer };
        let pages = layout::pages(font, &message.blocks)
            .into_iter()
            .map(|fragments| Page {
                content: compressed(&marks.page(&message, &fragments)),
                blocks: fragments.iter().map(|fragment| fragment.block).collect(),
            })
            .collect();
        let role = |block: &Block| match block {
            Block::Title(_) => Role::Title,
            Block::Heading(_) => Role::Heading,
            Block::Item(_) => Role::Item,
            Block::Field(..) | Block::Words(_) => Role::Paragraph,
        };
        let roles = message.blocks.iter().map(role).collect();
        Self { name: message.name, roles, font: choice, pages }
    }

    /// The title of a document of this one person.
    pub fn title(&self) -> String {
        format!("Social prescribing summary: {}", self.name)
    }
}
