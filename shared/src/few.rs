//! Ordered maps and sets for what is never many: sorted lists.
//!
//! The standard library's are compiled anew for each type of key and value: six kilobytes of the app
//! that a phone fetches, each time. Putting one in here moves those behind it, which is nothing for
//! a few hundred small ones, and nothing at all when they come in order.

use std::{cmp::Ordering, mem, ops::Index, slice, vec};

use crate::ordered;

/// A few values by their keys, in the order of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Few<K, V> {
    /// Where a key is, or else belongs.
    fn place(&self, key: &K) -> Result<usize, usize> {
        match self.0.last().map(|(last, _)| last.cmp(key)) {
            None | Some(Ordering::Less) => Err(self.0.len()),
            Some(_) => self.0.binary_search_by(|(own, _)| own.cmp(key)),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    /// The value of the key that compares as equal.
    pub fn get_by(&self, compare: impl Fn(&K) -> Ordering) -> Option<&V> {
        self.0.binary_search_by(|(own, _)| compare(own)).ok().map(|at| &self.0[at].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.place(key).ok().map(|at| &mut self.0[at].1)
    }

    /// Whether the key has a value.
    pub fn contains_key(&self, key: &K) -> bool {
        self.place(key).is_ok()
    }

    /// Gives a key its value, in place of any that it had.
    pub fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// The value of a key, which is the default one where it had none.
    pub fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = self.place(&key).unwrap_or_else(|at| {
            self.0.insert(at, (key, V::default()));
            at
        });
        &mut self.0[at].1
    }

    /// Takes a key's value away.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.place(key).ok().map(|at| self.0.remove(at).1)
    }

    /// Takes away whatever does not hold.
    pub fn retain(&mut self, mut holds: impl FnMut(&K, &V) -> bool) {
        self.0.retain(|(key, value)| holds(key, value));
    }
}

impl<K, V> Few<K, V> {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by key.
    pub fn iter(&self) -> slice::Iter<'_, (K, V)> {
        self.0.iter()
    }

    /// All of them, by key, for their values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values, by key.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, by key.
    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.0.into_iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> Index<&K> for Few<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("the key has a value")
    }
}

/// Of two pairs with one key the later stays.
impl<K: Ord, V> FromIterator<(K, V)> for Few<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut pairs: Vec<(K, V)> = pairs.into_iter().collect();
        if !pairs.is_sorted_by(|(one, _), (next, _)| one < next) {
            ordered::sort_by(&mut pairs, |(one, _), (other, _)| one.cmp(other));
            pairs.dedup_by(|later, earlier| {
                let is_same = later.0 == earlier.0;
                if is_same {
                    mem::swap(later, earlier);
                }
                is_same
            });
        }
        Self(pairs)
    }
}

impl<K, V, const N: usize> From<[(K, V); N]> for Few<K, V>
where
    K: Ord,
{
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<K, V> IntoIterator for Few<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a Few<K, V> {
    type Item = &'a (K, V);
    type IntoIter = slice::Iter<'a, (K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// A few different ones, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FewOf<T>(Few<T, ()>);

impl<T> Default for FewOf<T> {
    fn default() -> Self {
        Self(Few::new())
    }
}

impl<T: Ord> FewOf<T> {
    /// Whether it is one of them.
    pub fn contains(&self, item: &T) -> bool {
        self.0.contains_key(item)
    }

    /// Puts one in. Whether it was not there before.
    pub fn insert(&mut self, item: T) -> bool {
        let is_new = !self.contains(&item);
        self.0.insert(item, ());
        is_new
    }

    /// Takes one away. Whether it was there.
    pub fn remove(&mut self, item: &T) -> bool {
        self.0.remove(item).is_some()
    }

    /// Whether none of these is one of the others.
    pub fn is_disjoint(&self, others: &Self) -> bool {
        self.iter().all(|item| !others.contains(item))
    }

    /// Takes away whatever does not hold.
    pub fn retain(&mut self, mut holds: impl FnMut(&T) -> bool) {
        self.0.retain(|item, ()| holds(item));
    }
}

impl<T> FewOf<T> {
    /// None yet.
    pub const fn new() -> Self {
        Self(Few::new())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.keys()
    }
}

impl<T: Ord> FromIterator<T> for FewOf<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().map(|item| (item, ())).collect())
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for FewOf<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Ord> Extend<T> for FewOf<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T> IntoIterator for FewOf<T> {
    type Item = T;
    type IntoIter = std::iter::Map<vec::IntoIter<(T, ())>, fn((T, ())) -> T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(item, ())| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_one_value_for_each_key_in_the_order_of_the_keys() {
        let mut few = Few::default();
        for (key, value) in [(2, "b"), (1, "a"), (3, "c"), (2, "d")] {
            few.insert(key, value);
        }
        assert_eq!(few.iter().copied().collect::<Vec<_>>(), [(1, "a"), (2, "d"), (3, "c")]);
        assert_eq!((few.get(&2), few.get(&4)), (Some(&"d"), None));
        assert_eq!((few.remove(&1), few.remove(&1)), (Some("a"), None));
        few.retain(|key, _| *key != 3);
        assert_eq!((few.contains_key(&2), few.contains_key(&3)), (true, false));
        *few.or_default(9) = "z";
        assert_eq!(*few.or_default(2), "d");
        assert_eq!(few.into_values().collect::<Vec<_>>(), ["d", "z"]);
    }

    #[test]
    fn of_two_pairs_with_one_key_the_later_stays() {
        let few: Few<_, _> = [(2, 'a'), (1, 'b'), (2, 'c'), (2, 'd')].into_iter().collect();
        assert_eq!(few.iter().copied().collect::<Vec<_>>(), [(1, 'b'), (2, 'd')]);
        let few: Few<_, _> = [(1, 'a'), (1, 'b'), (2, 'c')].into_iter().collect();
        assert_eq!(few.values().copied().collect::<String>(), "bc");
    }

    #[test]
    fn a_set_holds_each_of_them_once() {
        let mut set = FewOf::from([3, 1, 3]);
        assert!(!set.insert(1) && set.insert(2) && set.remove(&3) && !set.remove(&3));
        assert_eq!(set.into_iter().collect::<Vec<_>>(), [1, 2]);
        assert!(FewOf::from([1, 2]).is_disjoint(&FewOf::from([3])));
        assert!(!FewOf::from([1, 2]).is_disjoint(&FewOf::from([2])));
    }
}
