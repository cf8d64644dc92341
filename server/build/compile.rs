//! The client's Rust to wasm and the JavaScript glue around it.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::workshop::{Effort, Workshop, run, variable};

/// What the phone's browser runs.
const TARGET: &str = "wasm32-unknown-unknown";

pub struct Client {
    pub wasm: Vec<u8>,
    pub glue: String,
}

pub fn client(workshop: &Workshop) -> Result<Client, String> {
    if !workshop.with_client {
        let glue = "export default async function init() {}\n".to_owned();
        return Ok(Client { wasm: Vec::new(), glue });
    }
    install_target(workshop)?;
    let compiled = compile(workshop)?;
    // The pin in Cargo.toml names the version that binds.
    let pins = fs::read(workshop.root().join("Cargo.toml")).map_err(|error| error.to_string())?;
    let bound = workshop.kept(&[&compiled, &pins, b"wasm-bindgen"], || bind(&compiled))?;
    let end =
        bound.iter().position(|&byte| byte == 0).ok_or("the glue and the wasm run together")?;
    let glue = String::from_utf8(bound[..end].to_vec()).map_err(|error| error.to_string())?;
    let wasm = bound[end + 1..].to_vec();
    match workshop.effort {
        Effort::Quick => Ok(Client { wasm, glue }),
        Effort::Full => Ok(Client { wasm: optimise(workshop, &wasm)?, glue }),
    }
}

/// Has rustup fetch the standard library for wasm32, where it has not done so by itself: some
/// machines switch its automatic installation off.
fn install_target(workshop: &Workshop) -> Result<(), String> {
    let mut rustc = Command::new(variable("RUSTC")?);
    let printed = rustc.args(["--print", "target-libdir", "--target", TARGET]).output();
    let printed = printed.map_err(|error| format!("rustc did not run ({error})"))?;
    if Path::new(String::from_utf8_lossy(&printed.stdout).trim()).is_dir() {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]).current_dir(workshop.root());
    let remedy = "Rust's standard library for wasm32-unknown-unknown is missing: install rustup, \
                  or with your own Rust that library";
    run(&mut rustup, remedy, remedy)
}

/// Leaves out where in the source a mistake of the program is, and what `{:?}` would write: a twentieth
/// of what a phone fetches, and nobody reads it there; Clippy sees to it that nothing depends on it.
/// A debug build has both. Rust has not settled the flags, so that they need `RUSTC_BOOTSTRAP`.
const LEANER: [&str; 2] = ["-Zlocation-detail=none", "-Zfmt-debug=none"];

/// Whether this compiler has them: one that has not builds a larger client.
fn knows_leaner_flags() -> Result<bool, String> {
    let mut rustc = Command::new(variable("RUSTC")?);
    rustc.args(LEANER).args(["--print", "cfg"]);
    let printed = rustc.env("RUSTC_BOOTSTRAP", "1").output();
    Ok(printed.map_err(|error| format!("rustc did not run ({error})"))?.status.success())
}

/// Runs cargo inside cargo, in a target directory of its own.
fn compile(workshop: &Workshop) -> Result<Vec<u8>, String> {
    let profile = match workshop.effort {
        Effort::Full => "client",
        Effort::Quick => "client-dev",
    };
    let mut cargo = Command::new(variable("CARGO")?);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_about_the_outer_build) {
            cargo.env_remove(name);
        }
    }
    if workshop.effort == Effort::Full && knows_leaner_flags()? {
        let [places, words] = LEANER;
        let config = format!("target.{TARGET}.rustflags = ['{places}', '{words}']");
        cargo.args(["--config", &config]).env("RUSTC_BOOTSTRAP", "1");
    }
    cargo
        .args(["build", "--locked", "--package", "client", "--target", TARGET])
        .args(["--profile", profile])
        .env("CARGO_TARGET_DIR", workshop.target())
        .current_dir(workshop.root());
    let if_failed = "the client did not build: see above. To work on the server alone, set \
                     FINGERPOST_CLIENT=none";
    run(&mut cargo, "cargo was not found", if_failed)?;
    let wasm = workshop.target().join(TARGET).join(profile).join("client.wasm");
    fs::read(&wasm).map_err(|error| format!("cannot read {}: {error}", wasm.display()))
}

/// Settings that cargo and clippy give this script about the server, and that would make cargo
/// build the client for the wrong machine or build all of it anew. Settings of the network and of
/// the job server stay.
fn is_about_the_outer_build(name: &str) -> bool {
    const KEPT: [&str; 7] = [
        "CARGO_HOME",
        "CARGO_HTTP_",
        "CARGO_MAKEFLAGS",
        "CARGO_NET_",
        "CARGO_REGISTR",
        "CARGO_SOURCE_",
        "CARGO_TERM_",
    ];
    const DROPPED: [&str; 12] = [
        "CLIPPY_ARGS",
        "DEBUG",
        "HOST",
        "NUM_JOBS",
        "OPT_LEVEL",
        "OUT_DIR",
        "PROFILE",
        "RUSTC",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTDOC",
        "RUSTFLAGS",
        "TARGET",
    ];
    let is_cargos = name.starts_with("CARGO_") || name.starts_with("DEP_");
    let is_kept = KEPT.iter().any(|kept| name.starts_with(kept));
    DROPPED.contains(&name) || (is_cargos && !is_kept)
}

/// The glue, a zero byte, and the wasm: the two share their numbering, so they are kept as one.
fn bind(compiled: &[u8]) -> Result<Vec<u8>, String> {
    let failed = |error| format!("wasm-bindgen could not read the client: {error:#}");
    let mut bindgen = Bindgen::new();
    let bindgen = bindgen.input_bytes("client", compiled.to_vec()).web(true).map_err(failed)?;
    let bindgen = bindgen.typescript(false).remove_producers_section(true);
    let mut output = bindgen.generate_output().map_err(failed)?;
    let (snippets, modules) = (output.snippets(), output.local_modules());
    if snippets.values().any(|inline| !inline.is_empty()) || !modules.is_empty() {
        return Err(format!(
            "a crate of the client brings JavaScript of its own, which nothing serves: teach \
             server/build/compile.rs to embed {snippets:?} {modules:?}"
        ));
    }
    let wasm = output.wasm_mut().emit_wasm();
    Ok([output.js().as_bytes(), &[0], &wasm].concat())
}

fn optimise(workshop: &Workshop, wasm: &[u8]) -> Result<Vec<u8>, String> {
    // What rustc lets itself use for wasm32, and every browser since 2022 knows.
    const FEATURES: [&str; 6] = [
        "--enable-bulk-memory",
        "--enable-multivalue",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
    ];
    // Each was measured by what a phone fetches, which is not what takes least room on its disk: flat
    // code shows the second round what the first could not see, copies of a function cost more than
    // calls, and neighbours of one crate compress together.
    const PASSES: [&str; 10] = [
        "-Os",
        "--flatten",
        "--rereloop",
        "-Os",
        "--always-inline-max-function-size=1",
        "--flexible-inline-max-function-size=1",
        "--one-caller-inline-max-function-size=1",
        "--reorder-functions-by-name",
        "--strip-debug",
        "--strip-producers",
    ];
    let optimiser = workshop.node_modules().join("binaryen").join("bin").join("wasm-opt");
    let lock = workshop.read_client("package-lock.json")?;
    workshop.kept(&[wasm, lock.as_bytes(), PASSES.concat().as_bytes()], || {
        let (before, after) = (workshop.out.join("before.wasm"), workshop.out.join("after.wasm"));
        fs::write(&before, wasm).map_err(|error| error.to_string())?;
        let mut node = Command::new("node");
        node.arg(&optimiser).args(PASSES).args(FEATURES).arg(&before).arg("-o").arg(&after);
        let if_missing = "node was not found: install Node.js 20 or newer";
        run(&mut node, if_missing, "wasm-opt could not make the client smaller")?;
        fs::read(&after).map_err(|error| error.to_string())
    })
}
