//! The fields of a form, as a desk's pages send them.

/// The fields of a form, which may name one several times.
pub type Fields = axum::Form<Vec<(String, String)>>;

/// The value of a field without the space around it; empty where the form has no such field.
pub fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
}
