//! What each part of a document is, for programs that read it aloud: headings, paragraphs, lists.

use pdf_writer::{Finish, Name, Ref, types::StructRole};

use super::{
    file::{File, number},
    sheet::{Role, Sheet},
    write::TAGS,
};

/// Where a part of a block stands: the page, and the number of its marked content there.
type Place = (Ref, i32);

/// Writes the tags. Content is marked by the number of its fragment on its page.
pub fn write(file: &mut File, sheets: &[Sheet], pages: &[Ref]) {
    let document = file.number();
    let mut of_pages = Vec::with_capacity(pages.len());
    let mut children = Vec::new();
    let mut begins = 0;
    for sheet in sheets {
        let own = &pages[begins..begins + sheet.pages.len()];
        begins += own.len();
        let leaves: Vec<Ref> = sheet.roles.iter().map(|_| file.number()).collect();
        let mut places: Vec<Vec<Place>> = sheet.roles.iter().map(|_| Vec::new()).collect();
        for (id, page) in own.iter().zip(&sheet.pages) {
            let elements = file.number();
            let of_marks = page.blocks.iter().map(|block| leaves[*block]);
            file.small(elements).indirect(elements).array().items(of_marks);
            of_pages.push(elements);
            for (mark, block) in page.blocks.iter().enumerate() {
                places[*block].push((*id, number(mark)));
            }
        }
        if sheets.len() == 1 {
            children = write_sheet(file, document, sheet, &leaves, &places);
        } else {
            let section = file.number();
            let elements = write_sheet(file, section, sheet, &leaves, &places);
            element(file, section, StructRole::Sect, document, &elements);
            children.push(section);
        }
    }
    element(file, document, StructRole::Document, TAGS, &children);
    write_root(file, document, &of_pages);
}

/// Writes the elements of one person; gives those that are not part of a list, and the lists.
fn write_sheet(
    file: &mut File,
    parent: Ref,
    sheet: &Sheet,
    leaves: &[Ref],
    places: &[Vec<Place>],
) -> Vec<Ref> {
    let mut children = Vec::new();
    let mut list: Option<(Ref, Vec<Ref>)> = None;
    for (at, role) in sheet.roles.iter().enumerate() {
        let role = match role {
            Role::Title => StructRole::H1,
            Role::Heading => StructRole::H2,
            Role::Paragraph => StructRole::P,
            Role::Item => {
                let (list, items) = list.get_or_insert_with(|| (file.number(), Vec::new()));
                let item = file.number();
                leaf(file, leaves[at], StructRole::LBody, item, &places[at]);
                element(file, item, StructRole::LI, *list, &leaves[at..=at]);
                items.push(item);
                continue;
            }
        };
        children.extend(list.take().map(|list| close(file, parent, list)));
        leaf(file, leaves[at], role, parent, &places[at]);
        children.push(leaves[at]);
    }
    children.extend(list.take().map(|list| close(file, parent, list)));
    children
}

fn close(file: &mut File, parent: Ref, (list, items): (Ref, Vec<Ref>)) -> Ref {
    element(file, list, StructRole::L, parent, &items);
    list
}

fn element(file: &mut File, id: Ref, role: StructRole, parent: Ref, children: &[Ref]) {
    let mut element = file.small(id).struct_element(id);
    element.kind(role).parent(parent);
    let mut kids = element.children();
    for child in children {
        kids.struct_element(*child);
    }
}

/// An element of text, on one page or on several.
fn leaf(file: &mut File, id: Ref, role: StructRole, parent: Ref, places: &[Place]) {
    let mut element = file.small(id).struct_element(id);
    element.kind(role).parent(parent);
    match places {
        [(page, mark)] => {
            element.page(*page).pair(Name(b"K"), *mark);
        }
        several => {
            let mut kids = element.children();
            for (page, mark) in several {
                kids.marked_content_ref().page(*page).marked_content_id(*mark);
            }
        }
    }
}

/// The root, with the elements of the marks of each page.
fn write_root(file: &mut File, document: Ref, of_pages: &[Ref]) {
    let mut root = file.small(TAGS).indirect(TAGS).dict();
    root.pair(Name(b"Type"), Name(b"StructTreeRoot")).pair(Name(b"K"), document);
    let mut tree = root.insert(Name(b"ParentTree")).dict();
    let mut numbers = tree.insert(Name(b"Nums")).array();
    for (at, elements) in of_pages.iter().enumerate() {
        numbers.item(number(at)).item(*elements);
    }
    numbers.finish();
    tree.finish();
    root.pair(Name(b"ParentTreeNextKey"), number(of_pages.len()));
}
