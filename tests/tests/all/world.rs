//! Simulated worlds in which everything goes wrong, and nothing may be lost.

use tests::world::{Settings, many::live_through, shrink::shrink};

/// As many as take a minute: `simulate --seeds 10000` lives through more.
const SEEDS: u64 = 500;

#[test]
fn whatever_goes_wrong_in_500_worlds_nothing_is_lost_and_nobody_sees_what_is_not_theirs() {
    let sum = live_through(1, SEEDS, Settings::of_seed);
    if let Some((settings, violation)) = sum.failed.first() {
        let seed = settings.seed;
        panic!("seed {seed}: {}\nRepeat it with: {}", violation.0, shrink(settings));
    }
    let kinds = tests::world::Fault::ALL.len();
    assert_eq!(sum.faults.len(), kinds, "every kind of fault has to happen: {:?}", sum.faults);
}
