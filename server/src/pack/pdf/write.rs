//! Documents of one person and of all, from pages that were made once for both.

use jiff::{Timestamp, tz::TimeZone};
use pdf_writer::{Chunk, Date, Finish, Name, Rect, Ref, TextStr};

use super::{
    content::{self, FONT_NAME},
    file::{File, number},
    font::{Fonts, OBJECTS},
    layout::PAGE,
    sheet::Sheet,
    tags,
};
use crate::pack::about::About;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const OUTLINE: Ref = Ref::new(4);
/// The root of the tags.
pub const TAGS: Ref = Ref::new(5);
/// The first object of the fonts.
pub const FONTS: i32 = 6;
/// The first object that has no number of its own.
const FIRST: i32 = FONTS + 2 * OBJECTS;

/// A document of these sheets, each beginning on a page of its own. Of several there are bookmarks.
pub fn document(title: &str, about: &About<'_>, fonts: &Fonts, sheets: &[Sheet]) -> Vec<u8> {
    let mut file = File::new(FIRST);
    for font in fonts.used_by(sheets) {
        font.objects().iter().for_each(|(id, object)| file.whole(*id, object));
    }
    let count = sheets.iter().map(|sheet| sheet.pages.len()).sum();
    let pages: Vec<Ref> = (0..count).map(|_| file.number()).collect();
    write_pages(&mut file, fonts, sheets, &pages);
    tags::write(&mut file, sheets, &pages);
    let kids = pages.iter().copied();
    file.small(PAGES).pages(PAGES).kids(kids).count(number(count));
    if sheets.len() > 1 {
        write_outline(&mut file, sheets, &pages);
    }
    write_info(file.small(INFO), title, about);
    write_catalog(file.small(CATALOG), sheets.len() > 1);
    file.finish(CATALOG, INFO)
}

fn write_pages(file: &mut File, fonts: &Fonts, sheets: &[Sheet], pages: &[Ref]) {
    let of_sheets = sheets.iter().flat_map(|sheet| sheet.pages.iter().map(move |of| (sheet, of)));
    for (at, ((sheet, page), id)) in of_sheets.zip(pages).enumerate() {
        let (body, foot) = (file.number(), file.number());
        let font = fonts.get(sheet.font);
        file.stream(body, &page.content);
        let mut chunk = Chunk::new();
        chunk.stream(foot, &content::page_number(font, at + 1, pages.len()));
        file.whole(foot, &chunk);
        let mut object = file.small(*id).page(*id);
        object.parent(PAGES).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1));
        object.contents_array([body, foot]).struct_parents(number(at));
        object.resources().fonts().pair(FONT_NAME, font.id());
    }
}

/// A bookmark for each person, at the first of their pages.
fn write_outline(file: &mut File, sheets: &[Sheet], pages: &[Ref]) {
    let items: Vec<Ref> = sheets.iter().map(|_| file.number()).collect();
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return };
    file.small(OUTLINE).outline(OUTLINE).first(*first).last(*last).count(number(items.len()));
    let mut begins = 0;
    for (at, sheet) in sheets.iter().enumerate() {
        let mut item = file.small(items[at]).outline_item(items[at]);
        item.title(TextStr(&sheet.name)).parent(OUTLINE);
        if at > 0 {
            item.prev(items[at - 1]);
        }
        if let Some(next) = items.get(at + 1) {
            item.next(*next);
        }
        item.dest().page(pages[begins]).fit();
        begins += sheet.pages.len();
    }
}

fn write_info(chunk: &mut Chunk, title: &str, about: &About<'_>) {
    let mut info = chunk.indirect(INFO).dict();
    info.pair(Name(b"Title"), TextStr(title)).pair(Name(b"Producer"), TextStr("Fingerpost"));
    info.pair(Name(b"Author"), TextStr(&about.facts.name));
    // The document was made at the cut-off, whenever its bytes are put together.
    if let Ok(at) = about.cut_off.parse() {
        info.pair(Name(b"CreationDate"), date(at));
    }
}

/// An instant as the format writes it, in UTC.
fn date(at: Timestamp) -> Date {
    let at = TimeZone::UTC.to_datetime(at);
    let small = |part: i8| u8::try_from(part).unwrap_or_default();
    Date::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn write_catalog(chunk: &mut Chunk, bookmarks: bool) {
    let mut catalog = chunk.indirect(CATALOG).dict();
    catalog.pair(Name(b"Type"), Name(b"Catalog")).pair(Name(b"Pages"), PAGES);
    catalog.pair(Name(b"Lang"), TextStr("en-GB")).pair(Name(b"StructTreeRoot"), TAGS);
    catalog.insert(Name(b"MarkInfo")).dict().pair(Name(b"Marked"), true);
    catalog.insert(Name(b"ViewerPreferences")).dict().pair(Name(b"DisplayDocTitle"), true);
    if bookmarks {
        catalog.pair(Name(b"Outlines"), OUTLINE);
    }
    catalog.finish();
}
