//! Dates in words (placeholder until the full module lands).
#![expect(missing_docs, reason = "replaced by the full module")]
use jiff::civil::Date;
pub fn words(date: Date) -> String {
    date.strftime("%a %-d %b %Y").to_string()
}
pub fn words_short(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}
pub fn age_years(birth: Date, on: Date) -> i16 {
    on.year() - birth.year() - i16::from((on.month(), on.day()) < (birth.month(), birth.day()))
}
