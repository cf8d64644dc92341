//! A PDF file, put together from its objects: streams as they are, and all others packed together
//! and compressed, which makes a document of many small objects less than half as big.

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress, Status};
use pdf_writer::{Chunk, Filter, Finish, Name, Ref, Settings};

/// Every chunk is written compactly.
pub const COMPACT: Settings = Settings { pretty: false };

/// Objects in one packed stream. A reader unpacks all of one to get at any of them.
const PACKED_MAX: usize = 400;

/// The header: the version, and bytes that tell the file from a text.
const HEADER: &[u8] = b"%PDF-1.7\n%\x80\x80\x80\x80\n";

/// Where an object is, as the file's last part lists it.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Nowhere: nothing uses the number.
    Free,
    /// So many bytes after the file's beginning.
    At(usize),
    /// In a packed stream, so many objects after its first.
    In(Ref, usize),
}

/// A file that is being written.
pub struct File {
    bytes: Vec<u8>,
    places: Vec<Place>,
    small: Chunk,
    begins: Vec<(Ref, usize)>,
    next: i32,
}

impl File {
    /// An empty file. The first number that it hands out is this one.
    pub fn new(first: i32) -> Self {
        Self {
            bytes: HEADER.to_vec(),
            places: Vec::new(),
            small: Chunk::with_settings(COMPACT),
            begins: Vec::new(),
            next: first,
        }
    }

    /// A number for an object.
    pub fn number(&mut self) -> Ref {
        let id = Ref::new(self.next);
        self.next += 1;
        id
    }

    /// Where to write this object, and nothing else; not for streams.
    pub fn small(&mut self, id: Ref) -> &mut Chunk {
        if self.begins.len() == PACKED_MAX {
            self.pack();
        }
        self.begins.push((id, self.small.len()));
        &mut self.small
    }

    /// Writes a chunk that holds this one object.
    pub fn whole(&mut self, id: Ref, object: &Chunk) {
        self.put(id, Place::At(self.bytes.len()));
        self.bytes.extend(object.as_bytes());
    }

    /// Writes a stream that is compressed already.
    pub fn stream(&mut self, id: Ref, data: &[u8]) {
        let mut chunk = Chunk::with_settings(COMPACT);
        chunk.stream(id, data).filter(Filter::FlateDecode);
        self.whole(id, &chunk);
    }

    fn put(&mut self, id: Ref, place: Place) {
        let at = index(id);
        if self.places.len() <= at {
            self.places.resize(at + 1, Place::Free);
        }
        self.places[at] = place;
    }

    /// Packs the small objects that were written since the last time.
    fn pack(&mut self) {
        if self.begins.is_empty() {
            return;
        }
        let stream = self.number();
        let small = std::mem::replace(&mut self.small, Chunk::with_settings(COMPACT));
        let begins = std::mem::take(&mut self.begins);
        let (mut list, mut bodies) = (String::new(), Vec::with_capacity(small.len()));
        for (at, (id, begin)) in begins.iter().enumerate() {
            let end = begins.get(at + 1).map_or(small.len(), |(_, next)| *next);
            list += &format!("{} {} ", id.get(), bodies.len());
            bodies.extend(body(&small.as_bytes()[*begin..end]));
            bodies.push(b'\n');
            self.put(*id, Place::In(stream, at));
        }
        let first = list.len();
        let data = compressed(&[list.as_bytes(), &bodies].concat());
        let mut chunk = Chunk::with_settings(COMPACT);
        let mut object = chunk.stream(stream, &data);
        object.filter(Filter::FlateDecode).pair(Name(b"Type"), Name(b"ObjStm"));
        object.pair(Name(b"N"), number(begins.len())).pair(Name(b"First"), number(first));
        object.finish();
        self.whole(stream, &chunk);
    }

    /// Writes what is left, and where everything is.
    pub fn finish(mut self, catalog: Ref, info: Ref) -> Vec<u8> {
        self.pack();
        let own = self.number();
        let begins = self.bytes.len();
        self.put(own, Place::At(begins));
        let mut table = Vec::with_capacity(self.places.len() * 7);
        for place in &self.places {
            let (kind, field, further) = match *place {
                Place::Free => (0, 0, u16::MAX),
                Place::At(begin) => (1, begin, 0),
                Place::In(stream, at) => (2, index(stream), narrow(at)),
            };
            table.push(kind);
            table.extend(u32::try_from(field).expect(SMALL).to_be_bytes());
            table.extend(further.to_be_bytes());
        }
        let table = compressed(&table);
        let mut chunk = Chunk::with_settings(COMPACT);
        let mut object = chunk.stream(own, &table);
        object.filter(Filter::FlateDecode).pair(Name(b"Type"), Name(b"XRef"));
        object.insert(Name(b"W")).array().items([1, 4, 2]);
        object.pair(Name(b"Size"), number(self.places.len()));
        object.pair(Name(b"Root"), catalog).pair(Name(b"Info"), info);
        object.finish();
        self.bytes.extend(chunk.as_bytes());
        self.bytes.extend(format!("startxref\n{begins}\n%%EOF").into_bytes());
        self.bytes
    }
}

const SMALL: &str = "a pack's documents are smaller than two gigabytes";

/// A count as the format has it.
pub fn number(count: usize) -> i32 {
    i32::try_from(count).expect(SMALL)
}

fn narrow(at: usize) -> u16 {
    u16::try_from(at).expect("few objects are packed together")
}

fn index(id: Ref) -> usize {
    usize::try_from(id.get()).expect("the number of an object is above zero")
}

/// An object without the "7 0 obj" and "endobj" around it, which a packed one does not have.
fn body(object: &[u8]) -> &[u8] {
    let begin = object.windows(3).position(|three| three == b"obj").map_or(0, |at| at + 3);
    let body = object[begin..].trim_ascii();
    body.strip_suffix(b"endobj").unwrap_or(body).trim_ascii()
}

thread_local! {
    /// Most of the time that a few kilobytes take to compress would go into making one of these.
    static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), true));
}

/// Bytes as a document's streams carry them.
pub fn compressed(bytes: &[u8]) -> Vec<u8> {
    COMPRESS.with_borrow_mut(|compress| {
        compress.reset();
        let mut out = Vec::with_capacity(bytes.len() / 2 + 64);
        loop {
            let read = usize::try_from(compress.total_in()).expect(SMALL);
            let status = compress.compress_vec(&bytes[read..], &mut out, FlushCompress::Finish);
            match status.expect("compressing does not fail") {
                Status::StreamEnd => return out,
                Status::Ok | Status::BufError => out.reserve(bytes.len() / 2 + 64),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::ZlibDecoder;

    use super::*;

    #[test]
    fn what_is_compressed_comes_back_whatever_was_compressed_before_it() {
        let noise = (0..100_000_u64)
            .map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
            .collect();
        for bytes in [b"some words ".repeat(1_000), noise, Vec::new(), b"x".to_vec()] {
            let compressed = compressed(&bytes);
            let mut back = Vec::new();
            ZlibDecoder::new(compressed.as_slice()).read_to_end(&mut back).unwrap();
            assert!(back == bytes, "{} bytes", bytes.len());
        }
    }
}
