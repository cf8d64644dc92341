//! The client's Rust to wasm and the JavaScript glue around it.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::order;
use crate::unused;
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
    let is_quick: &[u8] = if workshop.effort == Effort::Quick { b"quick" } else { b"full" };
    let bound = workshop
        .kept(&[&compiled, &pins, b"wasm-bindgen, and no checksums", is_quick], || {
            bind(workshop, &compiled)
        })?;
    let end =
        bound.iter().position(|&byte| byte == 0).ok_or("the glue and the wasm run together")?;
    let glue = String::from_utf8(bound[..end].to_vec()).map_err(|error| error.to_string())?;
    let wasm = bound[end + 1..].to_vec();
    match workshop.effort {
        Effort::Quick => Ok(Client { wasm, glue }),
        Effort::Full => {
            let (wasm, glue) = (optimise(workshop, &wasm)?, minify(workshop, &glue)?);
            Ok(Client { wasm, glue })
        }
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
fn bind(workshop: &Workshop, compiled: &[u8]) -> Result<Vec<u8>, String> {
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
    let mut glue = output.js().to_owned();
    let wasm = output.wasm_mut();
    unused::exports(wasm);
    // Each name ends in digits of its own: a twentieth of the glue, and nothing to compress.
    for (at, import) in wasm.imports.iter_mut().enumerate() {
        let short = format!("i{at}");
        glue = glue.replace(&import.name, &short);
        import.name = short;
    }
    if workshop.effort == Effort::Full {
        unused::messages(wasm);
        unused::checksums(wasm);
    }
    Ok([glue.as_bytes(), &[0], &wasm.emit_wasm()].concat())
}

/// The glue without what only its reader needs.
fn minify(workshop: &Workshop, glue: &str) -> Result<String, String> {
    let lock = workshop.read_client("package-lock.json")?;
    let minified = workshop.kept(&[glue.as_bytes(), lock.as_bytes(), b"terser"], || {
        let terser = workshop.node_modules().join("terser").join("bin").join("terser");
        let arguments = |node: &mut Command, before: &Path, after: &Path| {
            node.arg(&terser).args(["--module", "--compress", "--mangle", "--output"]);
            node.arg(after).arg(before);
        };
        let if_failed = "terser could not make the glue smaller";
        workshop.through_node("js", glue.as_bytes(), arguments, if_failed)
    })?;
    String::from_utf8(minified).map_err(|error| error.to_string())
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
    // code shows the next round what the first could not see, so do arguments that nobody reads, copies
    // of a function cost more than calls, and neighbours of one crate compress together, where
    // `order` finds none that are more alike.
    const PASSES: [&str; 19] = [
        "-Os",
        "--flatten",
        "--rereloop",
        "-Os",
        "--dae-optimizing",
        "--directize",
        "--simplify-globals-optimizing",
        "-Os",
        "--always-inline-max-function-size=1",
        "--flexible-inline-max-function-size=1",
        "--one-caller-inline-max-function-size=30",
        "--local-cse",
        "--coalesce-locals",
        "--reorder-locals",
        "--merge-locals",
        "--vacuum",
        "--reorder-functions-by-name",
        "--strip-debug",
        "--strip-producers",
    ];
    // By the names that `order` gave, which then go again.
    const ORDER: [&str; 2] = ["--reorder-functions-by-name", "--strip-debug"];
    let optimiser = workshop.node_modules().join("binaryen").join("bin").join("wasm-opt");
    let lock = workshop.read_client("package-lock.json")?;
    let pass = |wasm: &[u8], passes: &[&str]| {
        let arguments = |node: &mut Command, before: &Path, after: &Path| {
            node.arg(&optimiser).args(passes).args(FEATURES).arg(before).arg("-o").arg(after);
        };
        let if_failed = "wasm-opt could not make the client smaller";
        workshop.through_node("wasm", wasm, arguments, if_failed)
    };
    let small = workshop
        .kept(&[wasm, lock.as_bytes(), PASSES.concat().as_bytes()], || pass(wasm, &PASSES))?;
    let named = order::with_names_in_order(&small)?;
    workshop.kept(&[&named, lock.as_bytes(), ORDER.concat().as_bytes()], || pass(&named, &ORDER))
}
