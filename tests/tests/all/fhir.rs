//! The bundle of a pack, held against the schema that HL7 publishes with FHIR R4.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
    process::Command,
};

use serde_json::{Value, json};
use tests::{Scratch, Server, fingerpost};
use zip::ZipArchive;

/// What a validator that is not ours says of a bundle.
fn validated(bundle: &Path) -> Value {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/js/fhir.mjs");
    let output = Command::new("node").arg(program).arg(bundle).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&said).unwrap()
}

/// Closes a practice's next pack and gives its bundle.
fn bundle(data: &Path, practice: &str, out: &Path) -> String {
    let (data, out) = (data.display().to_string(), out.display().to_string());
    let output = fingerpost(&["pack", "--data", &data, "--practice", practice, "--out", &out]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let mut archive =
        ZipArchive::new(File::open(said.split(": ").next().unwrap()).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name("bundle.json").unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_packs_bundle_is_fhir_r4_and_the_validator_would_say_if_it_were_not() {
    let scratch = Scratch::new("fhir");
    let data = scratch.path("data");
    drop(Server::demo(&data));
    let text = bundle(&data, "A99001", &scratch.path("packs"));
    let path = scratch.path("bundle.json");
    fs::write(&path, &text).unwrap();
    let valid = validated(&path);
    assert_eq!((&valid["unfit"], &valid["findings"]), (&json!(0), &json!([])), "{valid}");
    let count = |kind: &str| valid["kinds"][kind].as_u64().unwrap_or(0);
    assert!(count("Patient") > 10 && count("Organization") == 2, "{valid}");
    assert_eq!(count("Procedure") + count("Observation"), count("Provenance"), "{valid}");

    fs::write(&path, text.replacen("\"birthDate\"", "\"birthday\"", 1)).unwrap();
    let broken = validated(&path);
    assert_eq!(broken["unfit"], json!(2), "the bundle and its patient: {broken}");
    assert!(broken["findings"].to_string().contains("additional properties"), "{broken}");
}
