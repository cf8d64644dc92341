//! Automerge chunks with any content and the right checksum.

use crate::doors::mended;

/// A change, part by part; each part as in an honest one until it is replaced.
#[derive(Debug, Clone)]
pub(super) struct RawChange {
    pub(super) dependencies: Vec<u8>,
    pub(super) sequence: u64,
    pub(super) first_operation: u64,
    pub(super) message: Vec<u8>,
    pub(super) others: Vec<u8>,
    pub(super) columns: Vec<(u32, Vec<u8>)>,
}

impl RawChange {
    /// One operation that sets `a` in the root to nothing.
    pub(super) fn honest() -> Self {
        Self {
            dependencies: unsigned(0),
            sequence: 1,
            first_operation: 1,
            message: unsigned(0),
            others: unsigned(0),
            columns: vec![
                (0x15, vec![0x7f, 1, b'a']),
                (0x34, vec![1]),
                (0x42, vec![0x7f, 1]),
                (0x56, vec![0x7f, 0]),
                (0x70, vec![0x7f, 0]),
            ],
        }
    }

    /// With this column in the place of its own.
    pub(super) fn with(mut self, specification: u32, column: Vec<u8>) -> Self {
        self.columns.retain(|(own, _)| *own != specification);
        self.columns.push((specification, column));
        self.columns.sort();
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut content = self.dependencies.clone();
        content.extend(unsigned(24));
        content.extend([7; 24]);
        content.extend(unsigned(self.sequence));
        content.extend(unsigned(self.first_operation));
        content.extend(signed(0));
        content.extend(&self.message);
        content.extend(&self.others);
        content.extend(table(&self.columns));
        content.extend(self.columns.iter().flat_map(|(_, column)| column));
        if self.sequence == 1 {
            content.extend([1, 16]);
            content.extend([3; 16]);
        }
        chunk(1, &content)
    }
}

/// A document with these columns of changes and of operations, by one actor.
pub(super) fn document(changes: &[(u32, Vec<u8>)], operations: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut content = unsigned(1);
    content.extend(unsigned(24));
    content.extend([7; 24]);
    content.extend(unsigned(1));
    content.extend([9; 32]);
    content.extend(table(changes));
    content.extend(table(operations));
    content.extend(changes.iter().chain(operations).flat_map(|(_, column)| column));
    content.extend(unsigned(0));
    chunk(0, &content)
}

fn table(columns: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut head = unsigned(columns.len() as u64);
    for (specification, column) in columns {
        head.extend(unsigned(u64::from(*specification)));
        head.extend(unsigned(column.len() as u64));
    }
    head
}

/// A chunk of this type with this content.
pub(super) fn chunk(chunk_type: u8, content: &[u8]) -> Vec<u8> {
    let mut chunk = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, chunk_type];
    chunk.extend(unsigned(content.len() as u64));
    chunk.extend(content);
    mended(&chunk)
}

/// LEB128, from zero.
pub(super) fn unsigned(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// LEB128, with a sign.
pub(super) fn signed(mut number: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !(-0x40..0x40).contains(&number) {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
    bytes
}

/// A run of `count` times one value, as a column.
pub(super) fn run(count: i64, value: Vec<u8>) -> Vec<u8> {
    [signed(count), value].concat()
}
