//! Values of the domain out of columns of the database.

use rusqlite::{Error, Row, types::Type};
use shared::{
    case::Role,
    ids::{CaseId, DeviceId, IdError, UserId},
    ods::OdsCode,
};

fn id<T>(
    row: &Row<'_>,
    column: usize,
    read: impl FnOnce(&[u8]) -> Result<T, IdError>,
) -> Result<T, Error> {
    let bytes = row.get_ref(column)?.as_blob()?;
    read(bytes).map_err(|error| wrong(column, Type::Blob, error))
}

fn wrong(
    column: usize,
    kind: Type,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::FromSqlConversionFailure(column, kind, error.into())
}

/// The case in this column.
///
/// # Errors
/// When it holds something else.
pub fn case(row: &Row<'_>, column: usize) -> Result<CaseId, Error> {
    id(row, column, CaseId::from_slice)
}

/// The user in this column.
///
/// # Errors
/// When it holds something else.
pub fn user(row: &Row<'_>, column: usize) -> Result<UserId, Error> {
    id(row, column, UserId::from_slice)
}

/// The user in this column, where there is one.
///
/// # Errors
/// When it holds something else.
pub fn user_if_any(row: &Row<'_>, column: usize) -> Result<Option<UserId>, Error> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    let read = |bytes: Vec<u8>| UserId::from_slice(&bytes);
    bytes.map(read).transpose().map_err(|error| wrong(column, Type::Blob, error))
}

/// The device in this column.
///
/// # Errors
/// When it holds something else.
pub fn device(row: &Row<'_>, column: usize) -> Result<DeviceId, Error> {
    id(row, column, DeviceId::from_slice)
}

/// The practice in this column, where there is one.
///
/// # Errors
/// When it holds something else.
pub fn practice(row: &Row<'_>, column: usize) -> Result<Option<OdsCode>, Error> {
    let text: Option<String> = row.get(column)?;
    let read = |text: String| OdsCode::parse(&text);
    text.map(read).transpose().map_err(|error| wrong(column, Type::Text, error))
}

/// The role in this column, by the name that the case document uses too.
///
/// # Errors
/// When it holds something else.
pub fn role(row: &Row<'_>, column: usize) -> Result<Role, Error> {
    let text = row.get_ref(column)?.as_str()?;
    Role::named(text).ok_or_else(|| wrong(column, Type::Text, "there is no such role"))
}
