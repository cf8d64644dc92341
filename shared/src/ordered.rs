//! Ordered lists, with one sort for all of them.
//!
//! The standard library compiles its sort anew for each type and each way to compare: four kilobytes
//! of the app that a phone fetches, each time. Here they share one, which sorts places rather than
//! values.

use std::cmp::Ordering;

/// Sorts; what is equal stays in its order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts by a key, which is worked out at each comparison; what is equal stays in its order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by a comparison; what is equal stays in its order.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let order = order_of(items.len(), &|a, b| compare(&items[a], &items[b]));
    arrange(items, &order);
}

/// The same as [`sort_by_key`] for a key that takes long to work out: once for each item.
pub fn sort_by_cached_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    let keys: Vec<K> = items.iter().map(key).collect();
    let order = order_of(items.len(), &|a, b| keys[a].cmp(&keys[b]));
    arrange(items, &order);
}

fn arrange<T>(items: &mut [T], order: &[usize]) {
    for (to, from) in order.iter().enumerate() {
        // What was put aside for an earlier place lies where that one came from.
        let mut from = *from;
        while from < to {
            from = order[from];
        }
        items.swap(to, from);
    }
}

/// For each place, where its item comes from.
fn order_of(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_as_the_standard_library_does() {
        // Every list of up to six items of three kinds, each item marked with where it was.
        for length in 0..=6 {
            for number in 0..3_usize.pow(length) {
                let kind = |at| number / 3_usize.pow(at) % 3;
                let mut items: Vec<_> = (0..length).map(|at| (kind(at), at)).collect();
                let mut expected = items.clone();
                expected.sort_by_key(|(kind, _)| *kind);
                sort_by_key(&mut items, |(kind, _)| *kind);
                assert_eq!(items, expected);
            }
        }
    }

    #[test]
    fn a_long_list_is_sorted_too() {
        let mut items: Vec<u64> = (0..1_000).map(|at| at * 7_919 % 1_000).collect();
        sort(&mut items);
        assert!(items.iter().copied().eq(0..1_000));
        sort_by_cached_key(&mut items, |item| item.to_string());
        assert_eq!(items[..4], [0, 1, 10, 100]);
    }
}
