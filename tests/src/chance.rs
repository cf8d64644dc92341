//! Chance: every random decision of a test, drawn from its seed.

/// A source of random decisions that repeats for the same seed.
#[derive(Debug, Clone)]
pub struct Chance(fastrand::Rng);

impl Chance {
    /// The decisions of this seed.
    pub fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A number from 0 to one below the bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0.usize(..bound)
    }

    /// A number from 0 to one below the bound, of microseconds or of changes.
    pub fn below_u64(&mut self, bound: u64) -> u64 {
        self.0.u64(..bound)
    }

    /// A duration between the two, in milliseconds.
    pub fn ms(&mut self, least: i64, most: i64) -> i64 {
        self.0.i64(least..=most)
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.0.usize(..times) == 0
    }

    /// One of several.
    pub fn pick<'s, T>(&mut self, several: &'s [T]) -> Option<&'s T> {
        (!several.is_empty()).then(|| &several[self.0.usize(..several.len())])
    }

    /// Bytes of an identifier.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }

    /// Random bits of an event's identifier.
    pub fn bits(&mut self) -> u128 {
        self.0.u128(..)
    }
}
