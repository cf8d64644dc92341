//! A text as a QR code: what the camera of the person's own phone reads off this one.

use leptos::prelude::*;

use crate::draw::view;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

/// Light modules around the code, without which cameras do not find it.
const QUIET: i32 = 4;

/// The code, black on white in the dark as well: many cameras read no other.
pub fn code(text: &str) -> AnyView {
    let Some((side, dark)) = drawn(text) else { return ().into_any() };
    view! {
        <svg class="fp-qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label="QR code">
            <rect width=side.to_string() height=side.to_string() fill="#fff" />
            <path d=dark fill="#000" shape-rendering="crispEdges" />
        </svg>
    }
    .into_any()
}

/// The side of the code with what is around it, in modules, and the outline of its dark ones. None
/// where the text does not fit into any code.
fn drawn(text: &str) -> Option<(i32, String)> {
    let segment = QrSegment::make_bytes(text.as_bytes());
    let code = QrCode::encode_segments(&[segment], QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let mut dark = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            // Whatever lies beyond the code counts as light.
            let run = (x..=size).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).unwrap_or(size);
            if run > 0 {
                dark.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
            x += run + 1;
        }
    }
    Some((size + 2 * QUIET, dark))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code that OpenCV's detector reads as `Ring 01632 960201`.
    const READ: &[&str] = &[
        "#######..##...#...#######",
        "#.....#...#.#...#.#.....#",
        "#.###.#.##...#.##.#.###.#",
        "#.###.#..#..#.##..#.###.#",
        "#.###.#.###.####..#.###.#",
        "#.....#.#.#..##...#.....#",
        "#######.#.#.#.#.#.#######",
        "..........#.#.###........",
        ".#..#.#.###.###.##.##.#..",
        "#####...#.##...#.#.####..",
        ".##.####....######.###...",
        "..###..##.####..###...#..",
        "....###.#..###..#.#...#..",
        "#.###..#...#..##...###...",
        "...#..#.#..##.####..#....",
        "...##.....#.#.####.#.####",
        "###.#.##..###.#.#####.#.#",
        "........#....####...#..##",
        "#######...#..#..#.#.###..",
        "#.....#.....#####...###..",
        "#.###.#.#.##..#.#######.#",
        "#.###.#...#.#...#.#....##",
        "#.###.#..####...#.#..###.",
        "#.....#.#...#.#..###.###.",
        "#######....#.....########",
    ];

    #[test]
    fn a_text_is_drawn_as_the_code_that_a_camera_reads_as_it() {
        let (side, dark) = drawn("Ring 01632 960201").expect("it is short");
        assert_eq!(side, 25 + 2 * QUIET);
        let mut modules = vec![vec!['.'; 25]; 25];
        for run in dark.split_terminator('z') {
            let numbers: Vec<usize> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|number| number.parse().ok())
                .collect();
            for x in numbers[0]..numbers[0] + numbers[2] {
                modules[numbers[1] - 4][x - 4] = '#';
            }
        }
        let modules: Vec<String> = modules.into_iter().map(String::from_iter).collect();
        assert_eq!(modules, READ);
    }

    #[test]
    fn what_fits_into_no_code_is_not_drawn() {
        assert!(drawn(&"x".repeat(500)).is_some());
        assert!(drawn(&"x".repeat(5_000)).is_none());
    }
}
