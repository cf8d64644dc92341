//! What a service costs, as far as the words of its entry allow to say.

use super::Service;
use crate::text;

/// What a service costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// The entry does not say, which is not the same as nothing.
    NotGiven,
    /// Nothing, for everybody and every time.
    Nothing,
    /// Something, or nothing only for some.
    Something,
}

/// Words that take back what "free" gives: for some people, for some times, for a part of it.
const CONDITIONS: [&str; 25] = [
    "but",
    "concession",
    "concessions",
    "else",
    "except",
    "first",
    "from",
    "if",
    "initially",
    "join",
    "may",
    "member",
    "members",
    "most",
    "not",
    "otherwise",
    "some",
    "sometimes",
    "taster",
    "then",
    "trial",
    "unless",
    "usually",
    "when",
    "with",
];

impl Service {
    /// What it costs. Whoever sends a person somewhere as free must not be wrong, so any amount
    /// and any condition beside the word make it something.
    pub fn cost(&self) -> Cost {
        let words = text::folded(&self.fees);
        let words: Vec<&str> = words.split_whitespace().collect();
        if words.is_empty() {
            return Cost::NotGiven;
        }
        let is_without = |pair: &[&str]| {
            matches!(pair, ["no" | "without", of]
                if matches!(*of, "charge" | "charges" | "cost" | "costs" | "fee" | "fees"))
        };
        let is_zero = |word: &&str| word.chars().all(|c| c == '0');
        let says_nothing = words.contains(&"free")
            || words.windows(2).any(is_without)
            || words.iter().any(is_zero);
        let takes_back = words
            .iter()
            .any(|word| word.chars().any(|c| matches!(c, '1'..='9')) || CONDITIONS.contains(word));
        if says_nothing && !takes_back { Cost::Nothing } else { Cost::Something }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_so_without_a_condition_costs_nothing() {
        let cost = |fees: &str| Service { fees: fees.into(), ..Service::default() }.cost();
        for fees in ["free", "Free of charge", "No charge", "There is no cost.", "£0.00"] {
            assert_eq!(cost(fees), Cost::Nothing, "{fees}");
        }
        for fees in [
            "£3, first time free",
            "free with benefits, else £20 a term",
            "free to join",
            "Free for members",
            "Not free",
            "Free £0.00 (until Sat 31 Dec 2022)",
            "Free for over 60s",
            "pay what you can",
            "donation",
            "£10.00",
        ] {
            assert_eq!(cost(fees), Cost::Something, "{fees}");
        }
        assert_eq!(cost(" "), Cost::NotGiven);
    }
}
