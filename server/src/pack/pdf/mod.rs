//! Summaries as PDF, for rows whose person agreed to more than the code: one document for each
//! person, and one of all.
//!
//! They are real text with a tagged structure, so that a practice can search them and read them
//! aloud. The same rows give the same bytes.

mod content;
mod file;
mod font;
mod layout;
mod message;
mod sheet;
mod tags;
#[cfg(test)]
mod tests;
mod write;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    iter, slice,
};

use self::{
    font::Fonts,
    sheet::{Message, Sheet},
};
use super::{about::About, summary::Summary};
use crate::store::{asks::Ask, worklist::WorklistRow};

/// One person's episode, with all its entries in the pack. There is at least one.
#[derive(Debug, Clone)]
pub struct PersonSummary<'a> {
    first: &'a WorklistRow,
    others: Vec<&'a WorklistRow>,
    summary: Summary,
}

impl<'a> PersonSummary<'a> {
    /// The name of the document's file, which names nobody: the identifier of the first row.
    pub fn file_name(&self) -> String {
        format!("{}.pdf", self.first.row_id)
    }

    fn rows(&self) -> impl Iterator<Item = &'a WorklistRow> {
        iter::once(self.first).chain(self.others.iter().copied())
    }
}

/// Everybody who agreed to a summary and of whom there is one, by name, each episode once: however
/// many of its entries there are in the pack.
pub fn people<'a>(asks: impl IntoIterator<Item = &'a Ask>) -> Vec<PersonSummary<'a>> {
    let mut by_episode: BTreeMap<(&[u8], &str), PersonSummary<'a>> = BTreeMap::new();
    for ask in asks {
        let row = &ask.row;
        if row.consent_scope != "code_and_summary" {
            continue;
        }
        match by_episode.entry((&row.case, &row.episode)) {
            Entry::Occupied(known) => known.into_mut().others.push(row),
            Entry::Vacant(place) => {
                if let Some(summary) = Summary::from_text(&ask.summary) {
                    place.insert(PersonSummary { first: row, others: Vec::new(), summary });
                }
            }
        }
    }
    let mut people: Vec<PersonSummary<'a>> = by_episode.into_values().collect();
    people.sort_by_key(|one| {
        let person = &one.first.person;
        (&person.family_name, &person.given_names, &person.birth_date, &one.first.row_id)
    });
    people
}

/// The documents of a pack: laid out and drawn, and written when they are asked for. Several
/// threads may write at once.
pub struct Documents<'a> {
    about: &'a About<'a>,
    fonts: Fonts,
    sheets: Vec<Sheet>,
}

impl<'a> Documents<'a> {
    /// Lays out the documents of these people.
    pub fn new(about: &'a About<'a>, people: &[PersonSummary<'_>]) -> Self {
        let messages: Vec<Message> = people.iter().map(|one| Message::new(about, one)).collect();
        let footer = format!("{}    {}", about.facts.name, message::closed(about));
        let texts = messages.iter().flat_map(Message::texts);
        let fonts = Fonts::for_texts(texts.chain([footer.as_str()]));
        let draw = |message| Sheet::new(about, &fonts, &footer, message);
        let sheets = messages.into_iter().map(draw).collect();
        Self { about, fonts, sheets }
    }

    /// The document of one person: the one at this place among the people, counted from 0.
    ///
    /// # Panics
    /// Where there is nobody at that place.
    pub fn person(&self, at: usize) -> Vec<u8> {
        let sheet = &self.sheets[at];
        write::document(&sheet.title(), self.about, &self.fonts, slice::from_ref(sheet))
    }

    /// The document of all, each beginning on a page of their own and named among the bookmarks.
    /// None where there is nobody.
    pub fn combined(&self) -> Option<Vec<u8>> {
        let title = format!("Social prescribing summaries for {}", self.about.practice_name());
        let some = !self.sheets.is_empty();
        some.then(|| write::document(&title, self.about, &self.fonts, &self.sheets))
    }
}
