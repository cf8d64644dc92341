//! A pack as a practice opens it.

use std::{collections::BTreeMap, fs::File, io::Read, path::Path};

use tests::fingerpost;
use zip::ZipArchive;

/// Closes a practice's next pack and gives the rows of one of its files, by column.
pub fn close(data: &Path, practice: &str, out: &Path) -> Pack {
    let (data, out_text) = (data.display().to_string(), out.display().to_string());
    let output = fingerpost(&["pack", "--data", &data, "--practice", practice, "--out", &out_text]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let path = said.split(": ").next().unwrap();
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut rows = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap();
        csv::Reader::from_reader(text.as_bytes())
            .deserialize()
            .map(Result::unwrap)
            .collect::<Vec<Row>>()
    };
    Pack { worklist: rows("worklist.csv"), exceptions: rows("exceptions.csv") }
}

/// One row: its fields by the name of the column.
pub type Row = BTreeMap<String, String>;

/// The tables of a pack.
pub struct Pack {
    pub worklist: Vec<Row>,
    pub exceptions: Vec<Row>,
}
