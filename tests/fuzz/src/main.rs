//! Brings libFuzzer's bytes to the door that `FUZZ_DOOR` names.

#![no_main]

use std::{panic, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use tests::doors::Door;

static DOOR: LazyLock<Door> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_DOOR").expect("FUZZ_DOOR names a door");
    let door = Door::named(&name).expect("FUZZ_DOOR names a door that there is");
    if door.panics_are_contained() {
        // libFuzzer's own hook ends the process at any panic. One that nobody catches still does,
        // since it would leave a function that C calls.
        panic::set_hook(Box::new(|_| {}));
    }
    door
});

fuzz_target!(|bytes: &[u8]| {
    DOOR.bring_in_mended(bytes);
});
