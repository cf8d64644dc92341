//! `fingerpost services import`: the directory, from Open Referral UK.

use std::path::Path;

use shared::directory::open_referral::{self, FEED_BYTES_MAX, Refused};

use crate::{
    commands::Failure,
    named_file::read_bounded,
    page::counted,
    store::{Store, directory},
};

/// Takes Open Referral UK in. Entries that are known by their identifier are brought up to date.
///
/// # Errors
/// In words for the person at the keyboard.
pub fn services(store: &Store, file: &Path, say: &mut dyn FnMut(&str)) -> Result<(), Failure> {
    let import = open_referral::parse(&read_bounded(file, FEED_BYTES_MAX)?)?;
    for refused in &import.refused {
        say(&refusal(refused));
    }
    let (taken, refused) = (import.taken.len(), import.refused.len());
    let changed = store.write_now(move |tx| directory::put(tx, &import.taken))?;
    say(&format!(
        "{} read: {taken} taken ({changed} new or changed), {refused} refused.",
        counted(taken + refused, "entry", "entries"),
    ));
    Ok(())
}

/// One line: which entry, then each field with what is wrong.
fn refusal(refused: &Refused) -> String {
    let name = refused.name.as_deref().unwrap_or("without a name");
    let problems: Vec<String> = refused
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.field, problem.reason))
        .collect();
    format!("Refused entry {} ({name}): {}", refused.position, problems.join("; "))
}
