//! What somebody hostile would send is refused, and what once crashed a fuzzer does not any more.
//! How fast and with how little memory is measured elsewhere: `cargo run --release -p tests --bin
//! hostile`.

use std::{
    cell::Cell,
    fs,
    panic::{set_hook, take_hook},
    path::PathBuf,
    sync::Once,
};

use tests::{
    doors::{Door, Outcome},
    hostile::{GOLDEN, attacks, golden},
};

thread_local! {
    /// Panics on this thread, those included that somebody catches.
    static PANICS: Cell<u32> = const { Cell::new(0) };
    /// Whether they are expected, and so say nothing.
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Brings the bytes in and says what became of them. A panic fails the test even where the program
/// contains it, unless that is what the program is to do.
#[track_caller]
fn bring_in(door: Door, bytes: &[u8], what: &str) -> Outcome {
    static COUNTED: Once = Once::new();
    COUNTED.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            PANICS.set(PANICS.get() + 1);
            if !CONTAINED.get() {
                usual(panic);
            }
        }));
    });
    PANICS.set(0);
    CONTAINED.set(door.panics_are_contained());
    let outcome = door.bring_in_mended(bytes);
    CONTAINED.set(false);
    let is_calm = PANICS.get() == 0 || door.panics_are_contained();
    assert!(is_calm, "a panic: {what}, at the door for {door}");
    outcome
}

#[test]
fn hostile_inputs_are_refused_without_a_panic() {
    for attack in attacks() {
        for (index, input) in attack.inputs.iter().enumerate() {
            let what = format!("{} ({index})", attack.kind);
            let outcome = bring_in(attack.door, input, &what);
            let is_right = outcome == Outcome::Refused || !attack.must_be_refused;
            assert!(is_right, "{what} is let in at the door for {}", attack.door);
        }
    }
}

#[test]
fn hostile_inputs_would_be_let_in_were_they_honest() {
    for (door, name) in GOLDEN {
        assert_eq!(bring_in(door, &golden(name), name), Outcome::Taken, "{name}");
    }
}

#[test]
fn what_fuzzers_found_does_no_harm() {
    let fuzz = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for door in Door::ALL {
        for folder in ["crashers", "corpus"] {
            let Ok(files) = fs::read_dir(fuzz.join(folder).join(door.to_string())) else {
                continue;
            };
            for file in files {
                let path = file.unwrap().path();
                bring_in(door, &fs::read(&path).unwrap(), &path.display().to_string());
            }
        }
    }
}
