//! A report as tables: the same rows on the page and in the file.

use maud::{Markup, html};

use super::chart::Chart;

/// One report over one period.
pub(super) struct Report {
    /// In order.
    pub(super) tables: Vec<Table>,
    /// What is no table and stands after them: on the page alone.
    pub(super) beside: Option<Markup>,
}

/// One table, which says what it counts.
pub(super) struct Table {
    /// Its name in the file and in the page's addresses.
    pub(super) key: &'static str,
    /// What it is called.
    pub(super) caption: &'static str,
    /// What is counted, what is not, and where that comes from.
    pub(super) counted: String,
    /// The first one heads its row.
    pub(super) columns: &'static [Column],
    /// As many fields as there are columns.
    pub(super) rows: Vec<Vec<String>>,
    /// Everything together, where that means something.
    pub(super) total: Option<Vec<String>>,
    /// The same in bars.
    pub(super) chart: Option<Chart>,
    /// What is said where there is no row.
    pub(super) empty: &'static str,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its name in the file.
    key: &'static str,
    heading: &'static str,
    is_figure: bool,
}

/// A column of words.
pub(super) const fn words(key: &'static str, heading: &'static str) -> Column {
    Column { key, heading, is_figure: false }
}

/// A column of numbers.
pub(super) const fn figure(key: &'static str, heading: &'static str) -> Column {
    Column { key, heading, is_figure: true }
}

impl Column {
    fn class(self) -> Option<&'static str> {
        self.is_figure.then_some("fp-desk-figure")
    }
}

impl Report {
    /// On the page.
    pub(super) fn markup(&self) -> Markup {
        html! {
            @for table in &self.tables { (table.markup()) }
            @if let Some(beside) = &self.beside { (beside) }
        }
    }

    /// The columns of the file: which table, and then every column that some table has.
    pub(super) fn header(&self) -> Vec<&'static str> {
        let mut header = vec!["table"];
        for column in self.tables.iter().flat_map(|table| table.columns) {
            if !header.contains(&column.key) {
                header.push(column.key);
            }
        }
        header
    }

    /// The rows of the file. What a table has no column for stays empty.
    pub(super) fn records(&self) -> Vec<Vec<&str>> {
        let header = self.header();
        let mut records = Vec::new();
        for table in &self.tables {
            for row in table.rows.iter().chain(&table.total) {
                let mut record = vec![""; header.len()];
                record[0] = table.key;
                for (column, field) in table.columns.iter().zip(row) {
                    let at = header.iter().position(|key| *key == column.key);
                    record[at.expect("the header has every column")] = field;
                }
                records.push(record);
            }
        }
        records
    }
}

impl Table {
    fn markup(&self) -> Markup {
        html! {
            section aria-labelledby=(self.key) class="fp-desk-report" {
                h2 id=(self.key) { (self.caption) }
                p { (self.counted) }
                @if self.rows.is_empty() {
                    p { (self.empty) }
                } @else {
                    @if let Some(chart) = self.chart.as_ref().filter(|chart| !chart.bars.is_empty()) {
                        (chart.markup(self.caption))
                    }
                    table class="nhsuk-table fp-desk-table" {
                        caption class="nhsuk-u-visually-hidden" { (self.caption) }
                        thead { tr {
                            @for column in self.columns {
                                th scope="col" class=[column.class()] { (column.heading) }
                            }
                        } }
                        tbody { @for row in &self.rows { tr { (self.fields(row)) } } }
                        @if let Some(total) = &self.total { tfoot { tr { (self.fields(total)) } } }
                    }
                }
            }
        }
    }

    fn fields(&self, row: &[String]) -> Markup {
        html! {
            @for (at, (column, field)) in self.columns.iter().zip(row).enumerate() {
                @if at == 0 {
                    th scope="row" { (field) }
                } @else {
                    td class=[column.class()] { (field) }
                }
            }
        }
    }
}
