//! A small chart of a few answers from 0 to 10, each with its number and its day as text.

use leptos::prelude::*;

use crate::draw::view;

/// One answer.
pub(super) struct Point {
    /// From 0 to 10.
    pub value: u8,
    /// When it was given, in words.
    pub words: String,
}

/// The chart's height for 0, and for each step above it, of 100 by 50: what touches an edge is cut.
const GROUND: u16 = 45;
const STEP: u16 = 4;

/// Where each point lies, of 100 by 50: in the middle of a column that its number shares.
fn places(values: &[u8]) -> Vec<(usize, u16)> {
    let columns = values.len().max(1);
    let place = |(at, value): (usize, &u8)| {
        let up = u16::from(*value).min(10) * STEP;
        ((2 * at + 1) * 50 / columns, GROUND - up)
    };
    values.iter().enumerate().map(place).collect()
}

/// A line through the places, and a dot at each: a stroke of no length with a round end.
fn strokes(places: &[(usize, u16)]) -> (String, String) {
    let (mut line, mut dots) = (String::new(), String::new());
    for (at, (x, y)) in places.iter().enumerate() {
        line += &format!("{}{x} {y}", if at == 0 { "M" } else { "L" });
        dots += &format!("M{x} {y}h0");
    }
    (line, dots)
}

/// The chart. Whoever does not see it hears the numbers with their days.
pub(super) fn chart(points: Vec<Point>) -> AnyView {
    let values: Vec<u8> = points.iter().map(|point| point.value).collect();
    let (line, dots) = strokes(&places(&values));
    let labels = points.into_iter().map(|Point { value, words }| {
        view! {
            <li>
                <strong>{value.to_string()}</strong>
                " "
                <span class="fp-quiet">{words}</span>
            </li>
        }
    });
    view! {
        <div class="fp-chart" aria-hidden="true">
            <span>"10"</span>
            <span>"0"</span>
            <svg viewBox="0 0 100 50" preserveAspectRatio="none" focusable="false">
                <path class="fp-chart__line" d=line />
                <path class="fp-chart__dots" d=dots />
            </svg>
        </div>
        <ol class="fp-points">{labels.collect::<Vec<_>>()}</ol>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_in_the_middle_of_their_columns_and_as_high_as_their_number() {
        assert_eq!(places(&[]), []);
        assert_eq!(places(&[0]), [(50, 45)]);
        assert_eq!(places(&[10, 5]), [(25, 5), (75, 25)]);
        // A number that no form gives, as another client might write it, stays in the picture.
        assert_eq!(places(&[200]), [(50, 5)]);
    }

    #[test]
    fn the_line_goes_through_every_dot() {
        let (line, dots) = strokes(&[(25, 5), (75, 25)]);
        assert_eq!(line, "M25 5L75 25");
        assert_eq!(dots, "M25 5h0M75 25h0");
    }
}
