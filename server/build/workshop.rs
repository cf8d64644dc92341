//! Where the build works: its folders, its effort, the commands it runs, and what it keeps.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

/// How much time to spend on a small client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// For a release: smallest files.
    Full,
    /// For a debug build: soonest finished.
    Quick,
}

pub struct Workshop {
    root: PathBuf,
    pub out: PathBuf,
    pub effort: Effort,
    /// False when the developer asked for a server without its client.
    pub with_client: bool,
}

impl Workshop {
    pub fn open() -> Result<Self, String> {
        let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
        let root = manifest.parent().ok_or("the server's folder has no parent")?.to_path_buf();
        let effort = if variable("PROFILE")? == "release" { Effort::Full } else { Effort::Quick };
        tell_cargo("cargo::rerun-if-env-changed=FINGERPOST_CLIENT");
        tell_cargo(&format!("cargo::rerun-if-env-changed={}", catalogue::VARIABLE));
        let with_client = env::var("FINGERPOST_CLIENT").as_deref() != Ok("none");
        Ok(Self { root, out: PathBuf::from(variable("OUT_DIR")?), effort, with_client })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The client's builds have a target directory of their own: the outer cargo holds the lock of
    /// the usual one while this script runs.
    pub fn target(&self) -> PathBuf {
        self.root.join("target").join("client")
    }

    pub fn client(&self) -> PathBuf {
        self.root.join("client")
    }

    pub fn node_modules(&self) -> PathBuf {
        self.client().join("node_modules")
    }

    /// Tells cargo which changes make this script run again.
    pub fn watch_sources(&self) {
        let mut watched = vec![
            "Cargo.lock",
            "Cargo.toml",
            "server/build.rs",
            "server/build",
            "client/icons",
            "client/index.html",
            "client/manifest.webmanifest",
            "client/package-lock.json",
            "client/start.js",
            "client/sw.js",
            "shared/catalogue",
        ];
        watched.extend(crate::style::sources());
        if self.with_client {
            watched.extend(["client/Cargo.toml", "client/macros", "client/src"]);
            watched.extend(["shared/Cargo.toml", "shared/src", "shared/wording"]);
        }
        for path in watched {
            tell_cargo(&format!("cargo::rerun-if-changed={}", self.root.join(path).display()));
        }
    }

    /// What a program that Node runs makes of some content. `arguments` gets the files that it is to read
    /// and to write; `kind` ends their names.
    pub fn through_node(
        &self,
        kind: &str,
        content: &[u8],
        arguments: impl FnOnce(&mut Command, &Path, &Path),
        if_failed: &str,
    ) -> Result<Vec<u8>, String> {
        let [before, after] =
            ["before", "after"].map(|stem| self.out.join(format!("{stem}.{kind}")));
        fs::write(&before, content).map_err(|error| error.to_string())?;
        let mut node = Command::new("node");
        arguments(&mut node, &before, &after);
        run(&mut node, "node was not found: install Node.js 20 or newer", if_failed)?;
        fs::read(&after).map_err(|error| error.to_string())
    }

    /// Runs `npm ci` unless what is installed came from the same lock.
    pub fn install_npm_packages(&self) -> Result<(), String> {
        let lock = name_of(self.read_client("package-lock.json")?.as_bytes());
        let stamp = self.node_modules().join(".fingerpost-installed-from");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(self.client());
        let found = "npm was not found: install Node.js 20 or newer, which brings it";
        run(&mut npm, found, "npm could not install the client's packages: is there a network?")?;
        write(&stamp, lock.as_bytes())
    }

    /// What `make` makes, or what it made of the same input before: `inputs` must name everything
    /// that the result depends on.
    pub fn kept(
        &self,
        inputs: &[&[u8]],
        make: impl FnOnce() -> Result<Vec<u8>, String>,
    ) -> Result<Vec<u8>, String> {
        let names: Vec<String> = inputs.iter().map(|input| name_of(input)).collect();
        let path = self.target().join("made").join(name_of(names.join(" ").as_bytes()));
        if let Ok(bytes) = fs::read(&path) {
            return Ok(bytes);
        }
        let bytes = make()?;
        write(&path, &bytes)?;
        Ok(bytes)
    }

    pub fn read_client(&self, name: &str) -> Result<String, String> {
        self.read(&format!("client/{name}"))
    }

    /// A file, by its path from the project's root.
    pub fn read(&self, name: &str) -> Result<String, String> {
        let path = self.root.join(name);
        fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))
    }

    pub fn read_icons(&self) -> Result<Vec<(String, Vec<u8>)>, String> {
        let folder = self.client().join("icons");
        let failed = |error| format!("cannot read {}: {error}", folder.display());
        let mut icons = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            icons.push((name, fs::read(entry.path()).map_err(failed)?));
        }
        icons.sort(); // the same client from the same sources, whatever the file system's order
        Ok(icons)
    }
}

/// The first 16 hex digits of the content's SHA-256.
pub fn name_of(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Runs a command whose standard error goes to cargo, which shows it when the build fails.
pub fn run(command: &mut Command, if_missing: &str, if_failed: &str) -> Result<(), String> {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("{if_missing} ({error})"))?;
    if status.success() { Ok(()) } else { Err(if_failed.to_owned()) }
}

/// Writes whole or not at all: another build may be reading.
pub fn write(path: &Path, content: &[u8]) -> Result<(), String> {
    let failed = |error| format!("cannot write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let unfinished = path.with_added_extension(std::process::id().to_string());
    fs::write(&unfinished, content).map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)
}

pub fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: run this through cargo"))
}

/// Cargo reads a build script's standard output.
pub fn tell_cargo(instruction: &str) {
    println!("{instruction}");
}
