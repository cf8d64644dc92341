//! The quartiles of numbers, worked out from how often each occurs.

use std::{collections::BTreeMap, fmt};

/// Minutes or days with how often each occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spread(BTreeMap<u32, u32>);

/// A number in quarters, since a quartile lies between two whole numbers. Exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quarters(u64);

impl Spread {
    /// Adds a number that occurs so often.
    pub(super) fn add(&mut self, value: u32, times: u32) {
        *self.0.entry(value).or_default() += times;
    }

    /// Adds the numbers of another.
    pub(super) fn join(&mut self, other: &Self) {
        other.0.iter().for_each(|(value, times)| self.add(*value, *times));
    }

    /// How many numbers there are.
    pub(super) fn count(&self) -> u32 {
        self.0.values().sum()
    }

    /// How many of them are in this range.
    pub(super) fn within(&self, range: impl std::ops::RangeBounds<u32>) -> u32 {
        self.0.range(range).map(|(_, times)| times).sum()
    }

    /// All of them together.
    pub(super) fn sum(&self) -> u64 {
        self.0.iter().map(|(value, times)| u64::from(*value) * u64::from(*times)).sum()
    }

    /// The lower quartile, the median and the upper quartile, as a spreadsheet's QUARTILE.INC has
    /// them; none of no numbers.
    pub(super) fn quartiles(&self) -> Option<[Quarters; 3]> {
        let last = u64::from(self.count().checked_sub(1)?);
        Some([1, 2, 3].map(|quartile| {
            let place = last * quartile;
            let (below, quarters) = (place / 4, place % 4);
            let (low, high) = (self.nth(below), self.nth(below + 1));
            Quarters(low * (4 - quarters) + high * quarters)
        }))
    }

    /// The lower quartile, the median and the upper quartile as fields; dashes of no numbers.
    pub(super) fn fields(&self) -> [String; 3] {
        match self.quartiles() {
            Some(quartiles) => quartiles.map(|quartile| quartile.to_string()),
            None => [NONE; 3].map(str::to_owned),
        }
    }

    /// The number in this place, from the smallest; beyond the last, the largest.
    fn nth(&self, place: u64) -> u64 {
        let mut passed = 0;
        for (value, times) in &self.0 {
            passed += u64::from(*times);
            if place < passed {
                return u64::from(*value);
            }
        }
        self.0.last_key_value().map_or(0, |(value, _)| u64::from(*value))
    }
}

/// What stands where there is nothing to work out. No hyphen: a file would neutralise it.
pub(super) const NONE: &str = "–";

impl Quarters {
    /// How many quarters it is.
    pub(super) fn quarters(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }
}

impl fmt::Display for Quarters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = ["", ".25", ".5", ".75"][usize::try_from(self.0 % 4).unwrap_or_default()];
        write!(f, "{}{rest}", self.0 / 4)
    }
}

/// "25%": how many of how many, rounded half up.
pub(super) fn share(part: u32, of: u32) -> String {
    let (part, of) = (u64::from(part), u64::from(of));
    let percent = (part * 200 + of).checked_div(of * 2);
    percent.map_or_else(|| NONE.to_owned(), |percent| format!("{percent}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(numbers: &[u32]) -> [String; 3] {
        let mut spread = Spread::default();
        numbers.iter().for_each(|number| spread.add(*number, 1));
        spread.fields()
    }

    #[test]
    fn quartiles_are_those_of_a_spreadsheet() {
        for (numbers, expected) in [
            (&[][..], ["–", "–", "–"]),
            (&[45], ["45", "45", "45"]),
            (&[10, 20], ["12.5", "15", "17.5"]),
            (&[1, 2, 3, 4], ["1.75", "2.5", "3.25"]),
            (&[1, 2, 3, 4, 5], ["2", "3", "4"]),
            (&[60, 45, 30, 45, 50, 45], ["45", "45", "48.75"]),
        ] {
            assert_eq!(fields(numbers), expected, "{numbers:?}");
        }
    }

    #[test]
    fn how_often_a_number_occurs_is_the_same_as_adding_it_so_often() {
        let mut spread = Spread::default();
        spread.add(30, 2);
        spread.add(60, 1);
        spread.add(30, 1);
        assert_eq!((spread.count(), spread.sum(), spread.within(..=30)), (4, 150, 3));
        assert_eq!(spread.fields(), fields(&[30, 30, 30, 60]));
    }

    #[test]
    fn shares_are_rounded_half_up_and_none_of_nothing() {
        assert_eq!([share(1, 3), share(1, 8), share(2, 2)], ["33%", "13%", "100%"]);
        assert_eq!([share(0, 4), share(0, 0)], ["0%", "–"]);
    }
}
