//! Builds the client and the desks' sheet, and embeds them: npm, cargo for wasm32, the glue, the names, the compression.
//!
//! The finished server needs no file beside it. A file's name holds the hash of its content, so
//! that a browser may keep it for ever. A debug build of the server takes the quick way: it skips
//! wasm-opt and compresses lightly. `FINGERPOST_CLIENT=none` leaves the client out altogether, for
//! work on the server alone.

#[path = "build/compile.rs"]
mod compile;
#[path = "build/embed.rs"]
mod embed;
#[path = "build/order.rs"]
mod order;
#[path = "build/style.rs"]
mod style;
#[path = "build/unused.rs"]
mod unused;
#[path = "build/workshop.rs"]
mod workshop;

use std::process::ExitCode;

use catalogue::{Language, shell};
use embed::Bundle;
use workshop::Workshop;

/// Paths of the client's own screens, all answered with the same shell; a trailing `*` stands for
/// anything. The router of the client decides what each one shows.
const SCREENS: [&str; 13] = [
    "/",
    "/today",
    "/people",
    "/person/*",
    "/refer",
    "/services",
    "/services/suggest",
    "/more",
    "/activity",
    "/studies",
    "/week",
    "/sync",
    "/urgent",
];

fn main() -> ExitCode {
    match Workshop::open().and_then(|workshop| build(&workshop)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            for line in reason.lines() {
                workshop::tell_cargo(&format!("cargo::error={line}"));
            }
            ExitCode::FAILURE
        }
    }
}

fn build(workshop: &Workshop) -> Result<(), String> {
    workshop.watch_sources();
    workshop.install_npm_packages()?;
    let client = compile::client(workshop)?;

    let mut bundle = Bundle::default();
    let style =
        bundle.add_asset("style", "css", style::sheet(workshop, &style::PHONE)?.into_bytes());
    let wasm = bundle.add_asset("client", "wasm", client.wasm);
    let glue = bundle.add_asset("client", "js", client.glue.into_bytes());
    let start =
        workshop.read_client("start.js")?.replace("{{glue}}", &glue).replace("{{wasm}}", &wasm);
    let start = bundle.add_asset("start", "js", start.into_bytes());
    let language = Language::chosen()?;
    let page = shell(&language, &workshop.read_client("index.html")?)?
        .replace("{{style}}", &style)
        .replace("{{wasm}}", &wasm)
        .replace("{{glue}}", &glue)
        .replace("{{start}}", &start);
    bundle.add("/", "html", page.into_bytes());
    let manifest = shell(&language, &workshop.read_client("manifest.webmanifest")?)?;
    bundle.add("/manifest.webmanifest", "webmanifest", manifest.into_bytes());
    for (name, bytes) in workshop.read_icons()? {
        let extension = name.rsplit('.').next().unwrap_or_default().to_owned();
        bundle.add(&format!("/icons/{name}"), &extension, bytes);
    }
    let worker = bundle.service_worker(&workshop.read_client("sw.js")?, &SCREENS);
    bundle.add("/sw.js", "js", worker.into_bytes());
    let desk_style = style::sheet(workshop, &style::DESK)?.into_bytes();
    let desk_style = bundle.add_asset("desk", "css", desk_style);
    bundle.write(workshop, &SCREENS, &desk_style)
}
