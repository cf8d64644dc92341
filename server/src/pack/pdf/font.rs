//! The typeface of the summaries, and the part of it that one document carries.
//!
//! Nearly every document gets by with the same few letters. That part is cut out and compressed
//! once, so that a document costs the copying of some kilobytes. For names with other letters a
//! pack has one part more.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    sync::LazyLock,
};

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::{
    Chunk, Filter, Name, Rect, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

use super::{file::COMPACT, sheet::Sheet, write::FONTS};

/// How many objects carry a font.
pub const OBJECTS: i32 = 5;

static TYPEFACE: &[u8] = include_bytes!("../../../fonts/NotoSans-Regular.ttf");
static FACE: LazyLock<Face<'static>> =
    LazyLock::new(|| Face::parse(TYPEFACE, 0).expect("the typeface in the repository is a font"));
static PLAIN: LazyLock<Font> = LazyLock::new(|| Font::new(FONTS, plain()));

/// What most documents are written with.
fn plain() -> BTreeSet<char> {
    let letters = ('a'..='z').chain('A'..='Z').chain('0'..='9');
    letters.chain(" !&'(),-./:;?•–’é".chars()).collect()
}

/// What stands for a character that the typeface does not have: a sign that something is missing.
const MISSING: char = '\u{fffd}';

/// The fonts of a pack: the plain one, and one with everything that any of its documents needs.
pub struct Fonts {
    wide: Option<Font>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FontChoice {
    /// The letters that nearly every document gets by with.
    Plain,
    /// Those, and others.
    Wide,
}

impl Fonts {
    /// Fonts with which these texts can be written.
    pub fn for_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let others: BTreeSet<char> = texts.into_iter().flat_map(unusual).collect();
        let wide = (!others.is_empty())
            .then(|| Font::new(FONTS + OBJECTS, plain().into_iter().chain(others).collect()));
        Self { wide }
    }

    /// The font for texts that must look alike.
    pub fn choose<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> FontChoice {
        let plain = texts.into_iter().all(|text| unusual(text).next().is_none());
        if plain { FontChoice::Plain } else { FontChoice::Wide }
    }

    /// A font.
    pub fn get(&self, choice: FontChoice) -> &Font {
        match (choice, &self.wide) {
            (FontChoice::Wide, Some(wide)) => wide,
            _ => &PLAIN,
        }
    }

    /// The fonts that these sheets are drawn with.
    pub fn used_by(&self, sheets: &[Sheet]) -> impl Iterator<Item = &Font> {
        let choices = [FontChoice::Plain, FontChoice::Wide].into_iter();
        choices
            .filter(|choice| sheets.iter().any(|sheet| sheet.font == *choice))
            .map(|choice| self.get(choice))
    }
}

/// The characters that the plain font does not have.
fn unusual(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(shown).filter(|one| PLAIN.known(*one).is_none())
}

/// Part of the typeface, with the objects that put it into a document.
pub struct Font {
    first: i32,
    ascii: [Glyph; 128],
    others: BTreeMap<char, Glyph>,
    missing: Glyph,
    objects: Vec<(Ref, Chunk)>,
}

/// One character's shape.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Glyph {
    number: u16,
    /// How far it moves the pen, in ems.
    pub width: f32,
}

impl Glyph {
    /// Adds it to a string of glyphs: its number, with a backslash before what would end the string
    /// or be taken for the end of a line.
    pub fn write(self, out: &mut Vec<u8>) {
        for byte in self.number.to_be_bytes() {
            match byte {
                b'(' | b')' | b'\\' => out.extend([b'\\', byte]),
                b'\r' => out.extend(br"\r"),
                _ => out.push(byte),
            }
        }
    }
}

impl Font {
    /// A part of the typeface with these characters, in objects from this number on.
    fn new(first: i32, characters: BTreeSet<char>) -> Self {
        let mut numbers = GlyphRemapper::new();
        let mut cmap = UnicodeCmap::<u16>::new(Name(b"Fingerpost"), SYSTEM);
        let mut glyph = |one: char| {
            let whole = FACE.glyph_index(one).or(FACE.glyph_index(MISSING)).unwrap_or_default();
            let number = numbers.remap(whole.0);
            cmap.pair(number, if FACE.glyph_index(one).is_some() { one } else { MISSING });
            Glyph { number, width: width(whole) }
        };
        let mut ascii = [Glyph::default(); 128];
        let missing = glyph(MISSING);
        let mut others = BTreeMap::new();
        for one in characters {
            match ascii.get_mut(one as usize) {
                Some(place) => *place = glyph(one),
                None => {
                    others.insert(one, glyph(one));
                }
            }
        }
        let objects = objects(first, &numbers, &cmap.finish());
        Self { first, ascii, others, missing, objects }
    }

    /// The shape of a character.
    pub fn glyph(&self, one: char) -> Glyph {
        self.known(shown(one)).unwrap_or(self.missing)
    }

    fn known(&self, one: char) -> Option<Glyph> {
        match self.ascii.get(one as usize) {
            Some(glyph) => (*glyph != Glyph::default()).then_some(*glyph),
            None => self.others.get(&one).copied(),
        }
    }

    /// How wide a text is, in points, at a size in points.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|one| self.glyph(one).width).sum::<f32>() * size
    }

    /// The object that pages refer to.
    pub fn id(&self) -> Ref {
        Ref::new(self.first)
    }

    /// The objects that carry the font, each on its own.
    pub fn objects(&self) -> &[(Ref, Chunk)] {
        &self.objects
    }
}

const SYSTEM: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A line break or a tab is a space on paper.
fn shown(one: char) -> char {
    if one.is_control() { ' ' } else { one }
}

fn width(glyph: GlyphId) -> f32 {
    let advance = f32::from(FACE.glyph_hor_advance(glyph).unwrap_or_default());
    advance / f32::from(FACE.units_per_em())
}

fn objects(first: i32, numbers: &GlyphRemapper, cmap: &[u8]) -> Vec<(Ref, Chunk)> {
    let ids: [Ref; OBJECTS as usize] = std::array::from_fn(|at| Ref::new(first + at as i32));
    let [font, descendant, descriptor, file, to_unicode] = ids;
    let name = base_name(numbers);
    let name = Name(name.as_bytes());
    let object = |id: Ref, write: &dyn Fn(&mut Chunk)| {
        let mut chunk = Chunk::with_settings(COMPACT);
        write(&mut chunk);
        (id, chunk)
    };
    let bytes = subsetter::subset(TYPEFACE, 0, numbers).expect("the typeface can be cut");
    let length = i32::try_from(bytes.len()).expect("a font is smaller than two gigabytes");
    let bytes = squeezed(&bytes);
    let cmap = squeezed(cmap);
    vec![
        object(font, &|chunk| {
            chunk
                .type0_font(font)
                .base_font(name)
                .encoding_predefined(Name(b"Identity-H"))
                .descendant_font(descendant)
                .to_unicode(to_unicode);
        }),
        object(descendant, &|chunk| {
            let mut cid_font = chunk.cid_font(descendant);
            cid_font.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM);
            cid_font.font_descriptor(descriptor).default_width(0.0);
            cid_font.cid_to_gid_map_predefined(Name(b"Identity"));
            let widths = numbers.remapped_gids().map(|glyph| width(GlyphId(glyph)) * 1000.0);
            cid_font.widths().consecutive(0, widths.map(f32::round));
        }),
        object(descriptor, &|chunk| write_descriptor(chunk, descriptor, name, file)),
        object(file, &|chunk| {
            let mut stream = chunk.stream(file, &bytes);
            stream.filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
        }),
        object(to_unicode, &|chunk| {
            chunk.cmap(to_unicode, &cmap).filter(Filter::FlateDecode);
        }),
    ]
}

fn write_descriptor(chunk: &mut Chunk, id: Ref, name: Name<'_>, file: Ref) {
    let bounds = FACE.global_bounding_box();
    let [left, bottom, right, top] =
        [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(f32::from);
    chunk
        .font_descriptor(id)
        .name(name)
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(0.0)
        .ascent(f32::from(FACE.ascender()))
        .descent(f32::from(FACE.descender()))
        .cap_height(f32::from(FACE.capital_height().unwrap_or_default()))
        .stem_v(80.0)
        .font_file2(file);
}

/// The name that tells this part of the typeface from any other one: six letters before it.
fn base_name(numbers: &GlyphRemapper) -> String {
    let mut hasher = Sha256::new();
    for glyph in numbers.remapped_gids() {
        hasher.update(glyph.to_be_bytes());
    }
    let letters = hasher.finalize();
    let letters: String = letters[..6].iter().map(|byte| char::from(b'A' + byte % 26)).collect();
    format!("{letters}+NotoSans-Regular")
}

/// Bytes as small as they get: this is done once, and every document carries them.
fn squeezed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let in_memory = "writing into memory does not fail";
    encoder.write_all(bytes).expect(in_memory);
    encoder.finish().expect(in_memory)
}
