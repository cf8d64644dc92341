//! Plain bars, drawn by the server, with their numbers beside them: they print, and need no script.

use maud::{Markup, html};

/// Bars in one chart. The table below has the rest.
const BARS_MAX: usize = 20;
/// Characters of a label's line: as many as have room before the bars.
const LINE_CHARACTERS_MAX: usize = 34;

/// The whole chart's width, in its own units: one is a pixel of a wide screen.
const WIDTH: u64 = 720;
/// Where the bars begin.
const BARS_AT: u64 = 270;
/// The longest bar. What is left is for its number.
const BAR_MAX: u64 = 370;
/// From one bar to the next.
const STEP: u64 = 26;
/// From one line of a label to the next.
const LINE_STEP: u64 = 16;
/// A bar's own height.
const BAR_HEIGHT: u64 = 18;
/// From a bar's upper edge to the line on which its words stand.
const BASELINE: u64 = 14;

/// Bars of one kind.
pub(super) struct Chart {
    /// What a bar's length counts, such as "people".
    pub(super) unit: &'static str,
    /// In the order of the table.
    pub(super) bars: Vec<Bar>,
    /// What the bars are compared with, and what that is called.
    pub(super) mark: Option<(u32, &'static str)>,
}

/// One bar.
pub(super) struct Bar {
    /// What it is of.
    pub(super) label: String,
    /// How long it is, next to the others.
    pub(super) length: u32,
    /// Its number, in the words of the table.
    pub(super) number: String,
}

impl Bar {
    /// A bar as long as its number.
    pub(super) fn of(label: &str, number: u32) -> Self {
        Self { label: label.to_owned(), length: number, number: number.to_string() }
    }
}

impl Chart {
    /// Draws it. The table of the same name says the same.
    pub(super) fn markup(&self, caption: &str) -> Markup {
        let shown = &self.bars[..self.bars.len().min(BARS_MAX)];
        let longest = shown.iter().map(|bar| bar.length).chain(self.mark.map(|(at, _)| at)).max();
        let longest = u64::from(longest.unwrap_or_default().max(1));
        let length = |length: u32| u64::from(length) * BAR_MAX / longest;
        // What the bars count stands above them, the mark's own words below.
        let (placed, bars_high) = placed(shown, STEP);
        let height = bars_high + if self.mark.is_some() { STEP } else { 0 };
        let label = format!("{caption}: {}. The table below says the same.", self.unit);
        html! {
            svg class="fp-desk-chart" role="img" aria-label=(label)
                viewBox={ "0 0 " (WIDTH) " " (height) } width=(WIDTH) height=(height) {
                text x=(BARS_AT) y=(BASELINE) { (self.unit) }
                @for Placed { bar, lines, y } in placed {
                    @for (line, place) in lines.iter().zip(0..) {
                        text x=(BARS_AT - 10) y=(y + BASELINE + place * LINE_STEP)
                            text-anchor="end" { (line) }
                    }
                    rect x=(BARS_AT) y=(y) width=(length(bar.length)) height=(BAR_HEIGHT) {}
                    text x=(BARS_AT + length(bar.length) + 8) y=(y + BASELINE) { (bar.number) }
                }
                @if let Some((at, words)) = self.mark {
                    @let x = BARS_AT + length(at);
                    line x1=(x) x2=(x) y1=(STEP) y2=(bars_high) {}
                    text x=(x) y=(bars_high + BASELINE) text-anchor="middle" { (words) }
                }
            }
            @if self.bars.len() > BARS_MAX {
                p class="fp-desk-quiet" {
                    "The bars are of the first " (BARS_MAX) " rows of " (self.bars.len()) "."
                }
            }
        }
    }
}

/// A bar where it is drawn.
struct Placed<'a> {
    bar: &'a Bar,
    /// Its label in lines.
    lines: Vec<String>,
    /// Its upper edge.
    y: u64,
}

/// The bars one below the other, from this height on, and where they end.
fn placed(bars: &[Bar], from: u64) -> (Vec<Placed<'_>>, u64) {
    let mut y = from;
    let mut placed = Vec::new();
    for bar in bars {
        let lines = lines(&bar.label);
        let more = u64::try_from(lines.len().saturating_sub(1)).unwrap_or_default();
        placed.push(Placed { bar, lines, y });
        y += STEP + more * LINE_STEP;
    }
    (placed, y)
}

/// A label in lines that fit before the bars, whole words on each.
fn lines(label: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in label.split_whitespace() {
        match lines.last_mut() {
            Some(line)
                if line.chars().count() + 1 + word.chars().count() <= LINE_CHARACTERS_MAX =>
            {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[u32]) -> String {
        let bars = values.iter().map(|value| Bar::of("A & B", *value)).collect();
        let chart = Chart { unit: "people", bars, mark: Some((250, "250 in a year")) };
        chart.markup("Caseload").into_string()
    }

    #[test]
    fn every_bar_has_its_number_as_text_and_its_length_by_the_longest() {
        let drawn = chart(&[500, 0, 125]);
        assert!(drawn.contains("aria-label=\"Caseload: people. The table below says the same.\""));
        for (length, number) in [(370, 500), (0, 0), (92, 125)] {
            assert!(drawn.contains(&format!("width=\"{length}\" height=\"18\"")), "{drawn}");
            assert!(drawn.contains(&format!(">{number}</text>")), "{drawn}");
        }
        assert!(drawn.contains("A &amp; B") && drawn.contains("<line x1=\"455\""), "{drawn}");
        assert!(!drawn.contains("style="));
    }

    #[test]
    fn a_chart_says_what_it_counts_and_a_long_label_goes_on_in_the_next_line() {
        assert!(chart(&[1]).contains("<text x=\"270\" y=\"14\">people</text>"));
        let label = "A contact is not coded. Only the first yes or no to a referral is, once.";
        assert_eq!(
            lines(label),
            ["A contact is not coded. Only the", "first yes or no to a referral is,", "once."]
        );
        let bars = [Bar::of(label, 1), Bar::of("short", 2)];
        let (placed, end) = placed(&bars, 26);
        assert_eq!(placed.iter().map(|placed| placed.y).collect::<Vec<_>>(), [26, 84]);
        assert_eq!(end, 110);
    }

    #[test]
    fn a_long_chart_ends_and_says_so() {
        let drawn = chart(&[1; 21]);
        assert_eq!(drawn.matches("<rect").count(), 20);
        assert!(drawn.contains("The bars are of the first 20 rows of 21."), "{drawn}");
    }
}
