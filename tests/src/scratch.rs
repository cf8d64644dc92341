//! A directory of its own for each test, under `target/`, kept when the test fails.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{fs, thread};

/// Where one test keeps its data directories, browser profiles and logs.
///
/// Declare it first in a test: what is declared first is dropped last, when nothing uses it.
#[derive(Debug)]
pub struct Scratch {
    test: String,
    path: PathBuf,
}

impl Scratch {
    /// An empty directory for the test of this name, which also names its failure screenshots.
    /// The name is given and not asked of the thread, whose name is `main` when tests run singly.
    pub fn new(test: &str) -> Self {
        let first = NAMES.lock().unwrap_or_else(PoisonError::into_inner).insert(test.to_owned());
        assert!(first, "two tests are called {test} and would share a directory");
        let path = target().join("scratch").join(test);
        // What an earlier failure left for looking at goes when the test runs again.
        fs::remove_dir_all(&path).ok();
        fs::create_dir_all(&path).unwrap_or_else(|e| panic!("cannot make {}: {e}", path.display()));
        Self { test: test.to_owned(), path }
    }

    /// The test's name.
    pub fn test(&self) -> &str {
        &self.test
    }

    /// A path inside the directory; nothing is created.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// The names given out, because a name used twice would wipe a directory that is in use.
static NAMES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

impl Drop for Scratch {
    fn drop(&mut self) {
        if !thread::panicking() {
            fs::remove_dir_all(&self.path).ok();
        }
    }
}

/// The workspace's target directory, wherever the tests are started from.
pub(crate) fn target() -> PathBuf {
    workspace().join("target")
}

/// The top of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("this crate is a folder of the workspace").to_owned()
}
