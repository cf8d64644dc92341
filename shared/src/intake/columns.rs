//! Walks over automerge's columns without unpacking them: how many rows they claim is known before
//! anything is made of them.

use std::borrow::Cow;

/// What is wrong with a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is not in the format.
    Damaged,
    /// It claims more than the limits allow.
    TooMany,
    /// It is in the format, but holds what a case record has no use for.
    Foreign,
}

/// The bytes that are still to be read.
pub(super) struct Reader<'b>(pub(super) &'b [u8]);

/// How the values of a column are written.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Numbers from zero.
    Unsigned,
    /// Numbers, or the differences between them.
    Signed,
    /// Text of at most so many bytes.
    Text(u64),
}

/// A value of a column, repeated `count` times.
pub(super) struct Run {
    pub(super) count: u64,
    pub(super) value: Value,
}

/// One value. What a text says is nobody's business here.
#[derive(Clone, Copy)]
pub(super) enum Value {
    Null,
    Unsigned(u64),
    Signed(i64),
    Text,
}

impl<'b> Reader<'b> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, bytes: u64) -> Result<&'b [u8], Flaw> {
        let bytes = usize::try_from(bytes).map_err(|_| Flaw::Damaged)?;
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(Flaw::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Flaw> {
        self.take(1).map(|taken| taken[0])
    }

    /// A LEB128 number from zero, in its one shortest spelling.
    pub(super) fn unsigned(&mut self) -> Result<u64, Flaw> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && byte > 1 || shift > 0 && byte == 0 {
                return Err(Flaw::Damaged);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Flaw::Damaged)
    }

    /// A LEB128 number with its sign.
    pub(super) fn signed(&mut self) -> Result<i64, Flaw> {
        let mut value = 0;
        for shift in (0..i64::BITS).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte != 0 && byte != 0x7f {
                return Err(Flaw::Damaged);
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let width = shift + 7;
                let is_negative = byte & 0x40 != 0;
                return Ok(if is_negative && width < i64::BITS {
                    value | -1 << width
                } else {
                    value
                });
            }
        }
        Err(Flaw::Damaged)
    }

    /// How many of something follow.
    pub(super) fn count(&mut self, max: usize) -> Result<usize, Flaw> {
        let count = usize::try_from(self.unsigned()?).map_err(|_| Flaw::TooMany)?;
        if count > max { Err(Flaw::TooMany) } else { Ok(count) }
    }

    fn value(&mut self, kind: Kind) -> Result<Value, Flaw> {
        match kind {
            Kind::Unsigned => self.unsigned().map(Value::Unsigned),
            Kind::Signed => self.signed().map(Value::Signed),
            Kind::Text(bytes_max) => {
                let bytes = self.unsigned()?;
                if bytes > bytes_max {
                    return Err(Flaw::TooMany);
                }
                self.take(bytes).map(|_| Value::Text)
            }
        }
    }
}

/// Hands on each run of a run-length encoded column, and says how many rows there are.
pub(super) fn runs(
    column: &[u8],
    kind: Kind,
    rows_max: u64,
    mut each: impl FnMut(Run) -> Result<(), Flaw>,
) -> Result<u64, Flaw> {
    let mut reader = Reader(column);
    let mut rows: u64 = 0;
    while !reader.is_empty() {
        let length = reader.signed()?;
        let count = if length == 0 { reader.unsigned()? } else { length.unsigned_abs() };
        if count == 0 {
            return Err(Flaw::Damaged);
        }
        rows = rows.checked_add(count).filter(|rows| *rows <= rows_max).ok_or(Flaw::TooMany)?;
        match length {
            0 => each(Run { count, value: Value::Null })?,
            1.. => each(Run { count, value: reader.value(kind)? })?,
            _ => {
                for _ in 0..count {
                    each(Run { count: 1, value: reader.value(kind)? })?;
                }
            }
        }
    }
    Ok(rows)
}

/// How many rows a column has that says yes and no in turns.
pub(super) fn boolean_rows(column: &[u8], rows_max: u64) -> Result<u64, Flaw> {
    let mut reader = Reader(column);
    let mut rows: u64 = 0;
    while !reader.is_empty() {
        rows = rows
            .checked_add(reader.unsigned()?)
            .filter(|rows| *rows <= rows_max)
            .ok_or(Flaw::TooMany)?;
    }
    Ok(rows)
}

/// Whether rows of a column may be empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    MayBeEmpty,
    AllFull,
}

/// How many rows a column of numbers has, none of them above `value_max`.
pub(super) fn number_rows(
    column: &[u8],
    rows: Rows,
    rows_max: u64,
    value_max: u64,
) -> Result<u64, Flaw> {
    runs(column, Kind::Unsigned, rows_max, |run| match run.value {
        Value::Unsigned(value) if value <= value_max => Ok(()),
        Value::Null if rows == Rows::MayBeEmpty => Ok(()),
        _ => Err(Flaw::Damaged),
    })
}

/// How many rows a column of differences has, where no sum leaves the range.
pub(super) fn delta_rows(
    column: &[u8],
    rows: Rows,
    rows_max: u64,
    value_max: u64,
) -> Result<u64, Flaw> {
    let mut sum: i64 = 0;
    runs(column, Kind::Signed, rows_max, |run| {
        let step = match run.value {
            Value::Signed(step) => step,
            _ if rows == Rows::MayBeEmpty => return Ok(()),
            _ => return Err(Flaw::Damaged),
        };
        // A run only rises or only falls, so that its end is its extreme.
        let next = i64::try_from(run.count)
            .ok()
            .and_then(|count| step.checked_mul(count))
            .and_then(|way| sum.checked_add(way))
            .filter(|next| u64::try_from(*next).is_ok_and(|next| next <= value_max));
        sum = next.ok_or(Flaw::Damaged)?;
        Ok(())
    })
}

/// Columns of one table, by their specification.
pub(super) struct Columns<'b>(Vec<(u32, Cow<'b, [u8]>)>);

/// The bit of a specification that says the column is deflated.
const DEFLATED: u32 = 0b1000;

/// What the head of a table says: specifications and lengths. Only known columns, each once.
pub(super) fn layout(reader: &mut Reader<'_>, known: &[u32]) -> Result<Vec<(u32, u64)>, Flaw> {
    let columns = reader.count(known.len())?;
    let mut layout: Vec<(u32, u64)> = Vec::with_capacity(columns);
    for _ in 0..columns {
        let specification = u32::try_from(reader.unsigned()?).map_err(|_| Flaw::Damaged)?;
        let bytes = reader.unsigned()?;
        let plain = specification & !DEFLATED;
        if !known.contains(&plain) {
            return Err(Flaw::Foreign);
        }
        if layout.last().is_some_and(|(last, _)| last & !DEFLATED >= plain) {
            return Err(Flaw::Damaged);
        }
        layout.push((specification, bytes));
    }
    Ok(layout)
}

impl<'b> Columns<'b> {
    /// The columns as they lie there. `inflate` is given those that are deflated.
    pub(super) fn read(
        reader: &mut Reader<'b>,
        layout: &[(u32, u64)],
        mut inflate: impl FnMut(&'b [u8]) -> Result<Vec<u8>, Flaw>,
    ) -> Result<Self, Flaw> {
        let mut columns = Vec::with_capacity(layout.len());
        for (specification, bytes) in layout {
            let data = reader.take(*bytes)?;
            let plain = specification & !DEFLATED;
            let data = if plain == *specification {
                Cow::Borrowed(data)
            } else {
                Cow::Owned(inflate(data)?)
            };
            columns.push((plain, data));
        }
        Ok(Self(columns))
    }

    /// How many bytes all of them have.
    pub(super) fn bytes(&self) -> u64 {
        self.0.iter().map(|(_, data)| data.len() as u64).sum()
    }

    /// A column; empty where it is absent.
    pub(super) fn get(&self, specification: u32) -> &[u8] {
        let found = self.0.iter().find(|(name, _)| *name == specification);
        found.map_or(&[], |(_, data)| data)
    }
}
