//! Simulated worlds in which everything goes wrong, and nothing may be lost.

use tests::{
    world::{Settings, many::live_through, shrink::shrink},
    year,
};

/// People of a short year: `year --people 5000` is a whole network's.
const PEOPLE: usize = 120;

#[test]
fn in_a_networks_year_every_entry_is_filed_once_or_accounted_for_in_any_order_of_merging() {
    let live = |merge_order| year::live(year::Settings { seed: 1, people: PEOPLE, merge_order });
    let (first, second) = (live(1), live(2));
    let is_sound = first.is_sound() && second.is_sound();
    assert!(is_sound, "{:#?} {:#?}", first.differences, second.differences);
    // A year in which nothing went wrong would show nothing.
    let figures = first.json();
    assert!(first.filed > PEOPLE / 2 && first.refused > 0 && first.taken_back > 0, "{figures}");
    assert!(first.rows == second.rows, "another order of merging gave other rows");
}

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
