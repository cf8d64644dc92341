//! The finished files: named by content, compressed, listed for the phone, embedded in the binary.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::workshop::{Effort, Workshop, name_of, write};

struct File {
    path: String,
    extension: String,
    hash: String,
    content: Vec<u8>,
}

#[derive(Default)]
pub struct Bundle {
    files: Vec<File>,
}

impl Bundle {
    /// Adds a file whose name holds its hash, and returns its path.
    pub fn add_asset(&mut self, stem: &str, extension: &str, content: Vec<u8>) -> String {
        let path = format!("/assets/{stem}-{}.{extension}", name_of(&content));
        self.add(&path, extension, content);
        path
    }

    pub fn add(&mut self, path: &str, extension: &str, content: Vec<u8>) {
        let hash = name_of(&content);
        self.files.push(File {
            path: path.to_owned(),
            extension: extension.to_owned(),
            hash,
            content,
        });
    }

    /// The worker with the list of what to keep: everything added so far is one version.
    pub fn service_worker(&self, template: &str, screens: &[&str]) -> String {
        let entries =
            self.files.iter().map(|file| format!("  {:?}: {:?},\n", file.path, file.hash));
        let files = format!("{{\n{}}}", entries.collect::<String>());
        let screens = format!("{screens:?}");
        let version = name_of(format!("{template}{files}{screens}").as_bytes());
        template
            .replace("\"{{files}}\"", &files)
            .replace("\"{{screens}}\"", &screens)
            .replace("{{version}}", &version)
    }

    /// Writes every file and its compressed twins to `OUT_DIR`, with the Rust that embeds them.
    pub fn write(
        &self,
        workshop: &Workshop,
        screens: &[&str],
        desk_style: &str,
    ) -> Result<(), String> {
        let mut rust = String::new();
        let mut brotli_bytes = 0;
        for (number, file) in self.files.iter().enumerate() {
            let name = format!("file-{number}");
            let effort = [workshop.effort as u8];
            let brotli = workshop.kept(&[&file.content, &effort, BROTLI.as_bytes()], || {
                with_brotli(workshop, &file.content)
            })?;
            let gzip = with_gzip(&file.content, workshop.effort)?;
            if file.path != desk_style {
                brotli_bytes += brotli.len().min(file.content.len());
            }
            let include = |suffix: &str, bytes: &[u8]| {
                let path = workshop.out.join(format!("{name}{suffix}"));
                write(&path, bytes)
                    .map(|()| format!("include_bytes!({:?})", path.display().to_string()))
            };
            let identity = include("", &file.content)?;
            // A picture is compressed already: its twins would only be bigger.
            let is_worth_it = brotli.len() + brotli.len() / 10 < file.content.len();
            let (brotli, gzip) = if is_worth_it {
                let (brotli, gzip) = (include(".br", &brotli)?, include(".gz", &gzip)?);
                (format!("Some({brotli})"), format!("Some({gzip})"))
            } else {
                ("None".to_owned(), "None".to_owned())
            };
            let (path, hash) = (&file.path, &file.hash);
            let media_type = media_type(&file.extension)?;
            writeln!(
                rust,
                "    File {{\n        path: {path:?},\n        hash: {hash:?},\n        \
                 media_type: {media_type:?},\n        identity: {identity},\n        \
                 brotli: {brotli},\n        gzip: {gzip},\n    }},"
            )
            .expect("writing to a string cannot fail");
        }
        let rust = format!(
            "/// The whole client as it travels: the brotli sizes of all its files, added up.\n\
             pub const CLIENT_BROTLI_BYTES: usize = {brotli_bytes};\n\
             /// The sheet of the server's own pages, which no phone keeps.\n\
             pub const DESK_STYLE_PATH: &str = {desk_style:?};\n\
             /// Paths of the client's own screens; a trailing `*` stands for anything.\n\
             pub const SCREENS: &[&str] = &{screens:?};\n\
             static FILES: &[File] = &[\n{rust}];\n"
        );
        write(&workshop.out.join("assets.rs"), rust.as_bytes())
    }
}

/// Node has the reference encoder, which makes the app a kilobyte smaller than its ports do.
const BROTLI: &str = "
    const { brotliCompressSync, constants } = require('node:zlib');
    const { readFileSync, writeFileSync } = require('node:fs');
    const [, from, to, quality] = process.argv;
    const content = readFileSync(from);
    const params = {
        [constants.BROTLI_PARAM_QUALITY]: Number(quality),
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    };
    writeFileSync(to, brotliCompressSync(content, { params }));
";

fn with_brotli(workshop: &Workshop, content: &[u8]) -> Result<Vec<u8>, String> {
    let quality = match workshop.effort {
        Effort::Full => "11",
        Effort::Quick => "2",
    };
    let arguments = |node: &mut Command, before: &Path, after: &Path| {
        node.args(["-e", BROTLI]).arg(before).arg(after).arg(quality);
    };
    workshop.through_node("br", content, arguments, "node could not compress a file")
}

fn with_gzip(content: &[u8], effort: Effort) -> Result<Vec<u8>, String> {
    let level = match effort {
        Effort::Full => Compression::best(),
        Effort::Quick => Compression::fast(),
    };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content).and_then(|()| encoder.finish()).map_err(|error| error.to_string())
}

fn media_type(extension: &str) -> Result<&'static str, String> {
    match extension {
        "css" => Ok("text/css; charset=utf-8"),
        "html" => Ok("text/html; charset=utf-8"),
        "js" => Ok("text/javascript; charset=utf-8"),
        "png" => Ok("image/png"),
        "svg" => Ok("image/svg+xml"),
        "wasm" => Ok("application/wasm"),
        "webmanifest" => Ok("application/manifest+json"),
        other => Err(format!("no media type is known for .{other}: see server/build/embed.rs")),
    }
}
