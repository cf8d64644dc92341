//! Brings libFuzzer's bytes to the door that `FUZZ_DOOR` names.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tests::doors::Door;

static DOOR: LazyLock<Door> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_DOOR").expect("FUZZ_DOOR names a door");
    Door::named(&name).expect("FUZZ_DOOR names a door that there is")
});

fuzz_target!(|bytes: &[u8]| {
    DOOR.bring_in_mended(bytes);
});
