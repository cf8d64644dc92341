//! Where time went: one line for each kind, with its sum.

use leptos::prelude::*;

use crate::draw::view;

/// "45 min", "2 h 15 min".
pub fn spent(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => said!("{minutes} min"),
        (hours, 0) => said!("{hours} h"),
        (hours, minutes) => said!("{hours} h {minutes} min"),
    }
}

/// The table; kinds that took no time are to be left out by whoever asks.
pub fn time_table(caption: String, lines: Vec<(&'static str, u32)>) -> AnyView {
    let total = lines.iter().map(|(_, minutes)| minutes).sum();
    let rows = lines.into_iter().map(|(kind, minutes)| {
        view! {
            <tr>
                <th scope="row">{kind}</th>
                <td>{spent(minutes)}</td>
            </tr>
        }
    });
    view! {
        <table class="fp-time-table">
            <caption>{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Kind"</th>
                    <th scope="col">"Time"</th>
                </tr>
            </thead>
            <tbody>{rows.collect::<Vec<_>>()}</tbody>
            <tfoot>
                <tr>
                    <th scope="row">"In all"</th>
                    <td>{spent(total)}</td>
                </tr>
            </tfoot>
        </table>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::spent;

    #[test]
    fn time_is_said_in_hours_and_minutes() {
        assert_eq!(spent(0), "0 min");
        assert_eq!(spent(45), "45 min");
        assert_eq!(spent(120), "2 h");
        assert_eq!(spent(135), "2 h 15 min");
    }
}
