//! Who waits for which transaction, and what else is written with it.
//!
//! A transaction that failed is made good by the next one, since the replica writes what it could
//! not write before with whatever it writes next. So whoever waits moves on to that one as well.

use shared::few::Few;

use crate::vault::Write;

/// What belongs to one transaction: `W` waits for it, the riders are written with it.
struct Load<W> {
    waiting: Vec<W>,
    riders: Vec<Write>,
}

/// Transactions under way, by ticket `T`.
pub struct Pending<T, W> {
    under_way: Few<T, Load<W>>,
    missed: Load<W>,
}

impl<W> Default for Load<W> {
    fn default() -> Self {
        Self { waiting: Vec::new(), riders: Vec::new() }
    }
}

impl<T, W> Default for Pending<T, W> {
    fn default() -> Self {
        Self { under_way: Few::default(), missed: Load::default() }
    }
}

impl<T: Ord, W> Pending<T, W> {
    /// Adds somebody who waits, and riders, to a transaction that is about to begin.
    pub fn board(&mut self, ticket: T, waiting: Option<W>, riders: Vec<Write>) {
        let load = self.under_way.or_default(ticket);
        load.waiting.extend(waiting);
        load.riders.extend(riders);
    }

    /// The transaction begins: takes in whoever missed an earlier one, and returns the riders.
    pub fn begin(&mut self, ticket: T) -> Vec<Write> {
        let missed = std::mem::take(&mut self.missed);
        let load = self.under_way.or_default(ticket);
        load.waiting.splice(..0, missed.waiting);
        // The newest write of a record comes last, and so stands.
        load.riders.splice(..0, missed.riders);
        load.riders.clone()
    }

    /// The transaction is on disk: returns who waited for it.
    pub fn stored(&mut self, ticket: &T) -> Vec<W> {
        self.under_way.remove(ticket).unwrap_or_default().waiting
    }

    /// The transaction failed: everybody waits for the next one.
    pub fn not_stored(&mut self, ticket: &T) {
        let load = self.under_way.remove(ticket).unwrap_or_default();
        self.missed.waiting.extend(load.waiting);
        self.missed.riders.extend(load.riders);
    }

    /// Nothing will be written any more: returns everybody who waits.
    pub fn give_up(&mut self) -> Vec<W> {
        let under_way = std::mem::take(&mut self.under_way).into_values();
        let missed = std::mem::take(&mut self.missed);
        under_way.chain([missed]).flat_map(|load| load.waiting).collect()
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::{CaseId, EventId};

    use super::*;
    use crate::vault::Name;

    fn delete(number: u8) -> Write {
        let case = CaseId::from_random([number; 16]);
        Write::Delete(Name::Working(case, EventId::new(0, 0)))
    }

    #[test]
    fn whoever_missed_a_transaction_waits_for_the_next_one_with_what_was_to_be_written() {
        let mut pending = Pending::default();
        pending.board(1, Some("first"), vec![delete(1)]);
        assert_eq!(pending.begin(1), [delete(1)]);
        pending.not_stored(&1);
        pending.board(2, Some("second"), vec![delete(2)]);
        assert_eq!(pending.begin(2), [delete(1), delete(2)]);
        assert_eq!(pending.stored(&2), ["first", "second"]);
        assert_eq!(pending.begin(3), []);
        assert!(pending.stored(&3).is_empty());
    }

    #[test]
    fn giving_up_leaves_nobody_waiting() {
        let mut pending = Pending::default();
        pending.board(1, Some("failed"), Vec::new());
        pending.not_stored(&1);
        pending.board(2, Some("under way"), Vec::new());
        assert_eq!(pending.give_up(), ["under way", "failed"]);
        assert!(pending.give_up().is_empty());
    }
}
