//! Small numbers that are not shown, and what else has to go so that nobody can work them out.

use std::fmt;

/// The smallest number of people that is shown: the custom for figures that leave a service.
pub(super) const SHOWN_MIN: u32 = 5;

/// A number as a reader sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// As it is.
    Number(u32),
    /// Too small to show.
    FewerThanFive,
    /// Not small, and not shown, since a small one follows from it.
    Withheld,
}

impl Shown {
    /// One number that no other is the sum or a part of.
    pub(super) fn alone(number: u32) -> Self {
        if number < SHOWN_MIN { Self::FewerThanFive } else { Self::Number(number) }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::FewerThanFive => f.write_str("fewer than 5"),
            Self::Withheld => f.write_str("not shown"),
        }
    }
}

/// Parts of a whole with their sum, as a reader sees them. First every small part is hidden; then,
/// for as long as some small part follows from the rest, the smallest part that is left, and the
/// sum last.
pub(super) fn parts<const N: usize>(numbers: [u32; N]) -> ([Shown; N], Shown) {
    let sum: u32 = numbers.iter().sum();
    let mut shown = numbers.map(Shown::alone);
    if sum < SHOWN_MIN {
        return (shown, Shown::FewerThanFive);
    }
    while follows(&shown, sum) {
        let left = (0..N).filter(|at| matches!(shown[*at], Shown::Number(_)));
        match left.min_by_key(|at| numbers[*at]) {
            Some(at) => shown[at] = Shown::Withheld,
            None => return (shown, Shown::Withheld),
        }
    }
    (shown, Shown::Number(sum))
}

/// Whether somebody who knows the sum, what is shown, and that small numbers alone are marked as
/// such, can tell a small one.
fn follows(shown: &[Shown], sum: u32) -> bool {
    let bounds: Vec<(u32, u32)> = shown.iter().map(|shown| bounds(*shown, sum)).collect();
    let lowest: u32 = bounds.iter().map(|(low, _)| low).sum();
    let highest: u32 = bounds.iter().map(|(_, high)| high).sum();
    shown.iter().zip(&bounds).any(|(shown, (low, high))| {
        let at_least = sum.saturating_sub(highest - high).max(*low);
        let at_most = sum.saturating_sub(lowest - low).min(*high);
        *shown == Shown::FewerThanFive && at_least == at_most
    })
}

/// Between which numbers it lies, for all that its own mark says.
fn bounds(shown: Shown, sum: u32) -> (u32, u32) {
    match shown {
        Shown::Number(number) => (number, number),
        Shown::FewerThanFive => (0, SHOWN_MIN - 1),
        Shown::Withheld => (SHOWN_MIN, sum),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(numbers: [u32; 3]) -> String {
        let (parts, sum) = parts(numbers);
        let parts: Vec<String> = parts.iter().map(Shown::to_string).collect();
        format!("{} of {sum}", parts.join(", "))
    }

    #[test]
    fn a_small_number_is_hidden_with_another_that_it_would_follow_from() {
        for (numbers, expected) in [
            ([10, 6, 5], "10, 6, 5 of 21"),
            // Twenty less ten less six would be four.
            ([10, 6, 4], "10, not shown, fewer than 5 of 20"),
            ([3, 12, 2], "fewer than 5, 12, fewer than 5 of 17"),
            // Seven of seven would say that nobody was the same or worse.
            ([7, 0, 0], "not shown, fewer than 5, fewer than 5 of 7"),
            // The two small ones can only be four each.
            ([8, 4, 4], "not shown, fewer than 5, fewer than 5 of 16"),
            ([1, 1, 1], "fewer than 5, fewer than 5, fewer than 5 of fewer than 5"),
            // Twelve in three small numbers can only be four in each.
            ([4, 4, 4], "fewer than 5, fewer than 5, fewer than 5 of not shown"),
        ] {
            assert_eq!(words(numbers), expected, "{numbers:?}");
        }
    }

    /// Beyond the sum of any three parts below.
    const SUM_END: u32 = 28;

    /// Every way in which the parts could be read off what is shown.
    fn readings(shown: &[Shown; 3], sum: Shown) -> Vec<[u32; 3]> {
        let fits = |shown: Shown, number: u32| match shown {
            Shown::Number(shown) => shown == number,
            Shown::FewerThanFive => number < SHOWN_MIN,
            Shown::Withheld => number >= SHOWN_MIN,
        };
        let mut found = Vec::new();
        for a in (0..SUM_END).filter(|a| fits(shown[0], *a)) {
            for b in (0..SUM_END).filter(|b| fits(shown[1], *b)) {
                let all = (0..SUM_END).filter(|c| fits(shown[2], *c) && fits(sum, a + b + c));
                found.extend(all.map(|c| [a, b, c]));
            }
        }
        found
    }

    #[test]
    fn no_small_number_can_be_worked_out_whatever_the_numbers_are() {
        for numbers in (0..1_000).map(|all| [all / 100, all / 10 % 10, all % 10]) {
            let (shown, sum) = parts(numbers);
            let readings = readings(&shown, sum);
            assert!(readings.contains(&numbers), "{numbers:?}: {shown:?} of {sum:?}");
            for at in (0..3).filter(|at| numbers[*at] < SHOWN_MIN) {
                let another = readings.iter().any(|reading| reading[at] != numbers[at]);
                assert!(another, "{numbers:?}: {shown:?} of {sum:?}");
            }
        }
    }
}
