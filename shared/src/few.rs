//! An ordered map for what is never many: a sorted list.
//!
//! The standard library's map is compiled anew for each type of key and value: six kilobytes of the
//! app that a phone fetches, each time. Putting one in here moves those behind it, which is nothing
//! for a few hundred small ones.

use std::slice;

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
        self.0.binary_search_by(|(own, _)| own.cmp(key))
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).ok().map(|at| &self.0[at].1)
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
    pub fn retain(&mut self, mut holds: impl FnMut(&K) -> bool) {
        self.0.retain(|(key, _)| holds(key));
    }
}

impl<K, V> Few<K, V> {
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

    /// The values, by key.
    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.0.into_iter().map(|(_, value)| value)
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
        few.retain(|key| *key != 3);
        assert_eq!((few.contains_key(&2), few.contains_key(&3)), (true, false));
        *few.or_default(9) = "z";
        assert_eq!(*few.or_default(2), "d");
        assert_eq!(few.into_values().collect::<Vec<_>>(), ["d", "z"]);
    }
}
