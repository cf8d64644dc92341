//! The command line, on the program that ships.

use std::{fs, path::Path, process::Output};

use tests::{Scratch, Server, fingerpost};

fn run(arguments: &[&str]) -> (bool, String) {
    let output: Output = fingerpost(arguments);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn demo_data(scratch: &Scratch) -> String {
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    server.stop();
    data.display().to_string()
}

/// Flips one bit of a stored change in the file itself, and says where the change is in the log.
/// SQLite leaves stale copies behind in its pages, so every copy is flipped.
fn flip_a_byte_of_a_change(database: &Path) -> u32 {
    let sql = "SELECT position, bytes FROM change ORDER BY position LIMIT 1 OFFSET 10";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?));
    let connection = rusqlite::Connection::open(database).unwrap();
    let (position, change) = connection.query_row(sql, [], read).unwrap();
    drop(connection);
    let part = &change[20..100];
    let mut file = fs::read(database).unwrap();
    let copies: Vec<usize> =
        (0..file.len() - part.len()).filter(|at| file[*at..].starts_with(part)).collect();
    assert!(!copies.is_empty());
    copies.into_iter().for_each(|at| file[at + 40] ^= 1);
    fs::write(database, file).unwrap();
    position
}

#[test]
fn verify_finds_no_difference_and_then_the_one_flipped_byte() {
    let scratch = Scratch::new("verify");
    let data = demo_data(&scratch);
    let (fine, said) = run(&["verify", "--data", &data]);
    assert!(fine, "{said}");
    let database = Path::new(&data).join("fingerpost.db");
    let position = flip_a_byte_of_a_change(&database);
    let (fine, said) = run(&["verify", "--data", &data]);
    assert!(!fine, "{said}");
    assert!(said.contains(&format!("change at position {position} of case")), "{said}");
}

#[test]
fn the_official_directory_goes_in_with_every_refusal_explained() {
    let scratch = Scratch::new("services_import");
    let data = demo_data(&scratch);
    let list =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../server/demo/open-referral-uk/service_list.json");
    let (fine, said) = run(&["services", "import", "--data", &data, list]);
    assert!(fine, "{said}");
    assert!(said.contains("128 entries read: 1 taken"), "{said}");
    let refused = said.lines().filter(|line| line.starts_with("Refused entry ")).count();
    assert_eq!(refused, 127);
}

#[test]
fn referrals_go_in_once_beside_a_running_server() {
    let scratch = Scratch::new("referrals_import");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let data = data.display().to_string();
    let file = scratch.path("referrals.csv");
    fs::write(
        &file,
        "NHS number,Surname,Forename,DOB,Practice code,Reason\n\
         999 000 5001,Nobody,Ann,3/11/1956,A99001,lonely\n\
         ,Nobody,Bob,4 Dec 1960,a99002,in debt\n\
         ,Nobody,,31/02/1960,B00000,x\n",
    )
    .unwrap();
    let path = file.display().to_string();
    let (fine, said) = run(&["referrals", "import", "--data", &data, &path]);
    assert!(fine, "{said}");
    let refused = fs::read_to_string(scratch.path("referrals-refused.csv")).unwrap();
    for problem in ["given names: is missing", "date of birth", "B00000 is not a practice"] {
        assert!(refused.contains(problem), "{refused}");
    }
    let (fine, again) = run(&["referrals", "import", "--data", &data, &path]);
    assert!(fine && again.contains("0 cases added"), "{again}");
    server.stop();
}

#[test]
fn a_mistake_on_the_command_line_says_what_to_do() {
    let scratch = Scratch::new("mistakes");
    let nowhere = scratch.path("nowhere").display().to_string();
    let (fine, said) = run(&["verify", "--data", &nowhere]);
    assert!(!fine && said.contains("There is no Fingerpost data in"), "{said}");
    let data = demo_data(&scratch);
    let (fine, said) = run(&["pack", "--data", &data, "--practice", "B82002", "--out", &nowhere]);
    assert!(!fine && said.contains("B82002 is not a practice of this service"), "{said}");
}
