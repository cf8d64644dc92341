//! What became of a file of unsent work, case by case, naming nobody.

use shared::{
    ids::CaseId,
    sync::{
        exchange::JudgedPush,
        wire::{CaseReceipt, Verdict},
    },
};

use crate::page::counted;

/// What became of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Each case that it had something of.
    pub cases: Vec<CaseReport>,
}

/// What became of the changes of one case.
#[derive(Debug, PartialEq, Eq)]
pub struct CaseReport {
    /// The case.
    pub case: CaseId,
    /// Changes that are in the record now, and were not before.
    pub taken: usize,
    /// Changes that were in the record before.
    pub known: usize,
    /// Changes that are kept for the lead.
    pub kept_apart: usize,
    /// Changes that were refused, and why.
    pub refused: Vec<Verdict>,
}

impl Report {
    /// Adds what became of one push, which is on disk.
    pub fn add(&mut self, push: &JudgedPush, receipt: &CaseReceipt) {
        let at = self.cases.iter().position(|report| report.case == receipt.case);
        let at = at.unwrap_or_else(|| {
            let (taken, known, kept_apart, refused) = Default::default();
            self.cases.push(CaseReport { case: receipt.case, taken, known, kept_apart, refused });
            self.cases.len() - 1
        });
        let report = &mut self.cases[at];
        let taken = push.taken().count();
        report.taken += taken;
        let mut stored = 0;
        for verdict in &receipt.verdicts {
            match verdict {
                Verdict::Stored => stored += 1,
                Verdict::Quarantined => report.kept_apart += 1,
                refused => report.refused.push(*refused),
            }
        }
        report.known += stored - taken;
    }

    /// The whole file in one sentence.
    pub fn summary(&self) -> String {
        let sum = |of: fn(&CaseReport) -> usize| self.cases.iter().map(of).sum::<usize>();
        let (taken, known) = (sum(|case| case.taken), sum(|case| case.known));
        let (apart, refused) = (sum(|case| case.kept_apart), sum(|case| case.refused.len()));
        format!(
            "{} in {}: {taken} taken in, {known} already here, {apart} kept apart for the lead, \
             {refused} refused.",
            counted(taken + known + apart + refused, "change", "changes"),
            counted(self.cases.len(), "case", "cases"),
        )
    }
}

impl CaseReport {
    /// One line on this case.
    pub fn line(&self) -> String {
        let Self { case, taken, known, kept_apart, refused } = self;
        let mut line = format!(
            "Case {case}: {taken} taken in, {known} already here, {kept_apart} kept apart, {} refused.",
            refused.len()
        );
        let mut told: Vec<Verdict> = Vec::new();
        for verdict in refused {
            if !told.contains(verdict) {
                line.push(' ');
                line.push_str(why(*verdict));
                told.push(*verdict);
            }
        }
        line
    }
}

/// Why a change was refused, for whoever took the file in.
fn why(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Stored | Verdict::Quarantined => "",
        Verdict::Early => "Something that was written before it is not here: take that in first.",
        Verdict::NotYours => "It was written by somebody else, whose own phone has to send it.",
        Verdict::Damaged => "It could not be read.",
        Verdict::TooLarge => "It is larger than the server takes.",
        Verdict::SecondBeginning => "There is another record under this name.",
        Verdict::NotAllowed => "The role of whoever wrote it may not add people.",
        Verdict::DoesNotFit => "It does not fit the record, and is kept apart.",
    }
}
