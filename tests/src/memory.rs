//! What lies in a browser's memory: the program's own, and everything that the processes which show
//! pages hold, read past the browser as a thief with the unlocked machine would.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use serde_json::{Value, json};

use crate::{Browser, must};

/// Counts words in every memory that a program in the page still has.
const COUNT_IN_PROGRAMS: &str = r"
    function (...words) {
        const texts = this.map((memory) => new TextDecoder('latin1').decode(memory.buffer));
        const count = (word) => texts.reduce((sum, text) => sum + text.split(word).length - 1, 0);
        return words.map(count);
    }";

impl Browser {
    /// How often each of these words lies in the memories of the page's programs: of all that the
    /// browser has not thrown away, whether or not anything in the page can reach them.
    #[track_caller]
    pub fn count_in_programs(&self, words: &[&str]) -> Vec<u64> {
        let all = json!({ "expression": "WebAssembly.Memory.prototype" });
        let all = self.devtools("Runtime.evaluate", &all);
        let all = json!({ "prototypeObjectId": all["result"]["objectId"] });
        let found = self.devtools("Runtime.queryObjects", &all);
        let words: Vec<_> = words.iter().map(|word| json!({ "value": word })).collect();
        let call = json!({
            "objectId": found["objects"]["objectId"], "functionDeclaration": COUNT_IN_PROGRAMS,
            "arguments": words, "returnByValue": true,
        });
        let counts = self.devtools("Runtime.callFunctionOn", &call);
        let counts = counts["result"]["value"].as_array().cloned().unwrap_or_default();
        assert_eq!(counts.len(), words.len(), "the page has no program");
        counts.iter().map(|count| count.as_u64().unwrap_or(u64::MAX)).collect()
    }

    /// Every text in the page's heap, once everything in it that nothing reaches was thrown away: out
    /// of a snapshot as DevTools saves it. What the programs hold is not in it: see
    /// [`Browser::count_in_programs`].
    #[track_caller]
    pub fn texts_in_heap(&self) -> String {
        let snapshot = must(self.session().heap_snapshot(), "no snapshot of the heap");
        let snapshot = snapshot.as_str().expect("a snapshot is a text");
        let snapshot: Value = serde_json::from_str(snapshot).expect("a snapshot is JSON");
        let texts = snapshot["strings"].as_array().expect("a snapshot lists its texts");
        texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
    }

    /// How often each of these words lies in the memory of the processes that show pages, in narrow
    /// or in wide letters.
    ///
    /// Words that a test hands to the page, to look for them there or to type them, are in memory for
    /// that reason alone.
    #[track_caller]
    pub fn count_in_memory(&self, words: &[&str]) -> Vec<usize> {
        let forms: Vec<[Vec<u8>; 2]> = words.iter().map(|word| forms(word)).collect();
        let mut counts = vec![0; words.len()];
        for pid in self.renderers() {
            let pid = pid.as_raw_pid();
            let memory = must(File::open(format!("/proc/{pid}/mem")), "its memory is closed");
            let maps = fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap_or_default();
            for (from, to) in held(&maps) {
                count_in(&memory, from, to, &forms, &mut counts);
            }
        }
        counts
    }
}

fn forms(word: &str) -> [Vec<u8>; 2] {
    let wide = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [word.as_bytes().to_vec(), wide]
}

/// The ranges of addresses that are written to and that anything lies in.
fn held(maps: &str) -> Vec<(u64, u64)> {
    let mut ranges = Vec::new();
    let mut range = None;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(first), Some(second)) = (words.next(), words.next()) else { continue };
        if let Some((from, to)) = first.split_once('-') {
            let parsed = (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16));
            // Files that the program is mapped from are the same on every phone.
            range = match parsed {
                (Ok(from), Ok(to)) if second.starts_with("rw") => Some((from, to)),
                _ => None,
            };
        } else if (first == "Rss:" || first == "Swap:") && second != "0" {
            ranges.extend(range.take());
        }
    }
    ranges
}

/// How much is read at a time.
const PIECE_BYTES: u64 = 1 << 20;
/// What is read twice, so that no word is cut in two.
const OVERLAP_BYTES: u64 = 256;
/// A page that nothing was written to.
const PAGE: [u8; 4096] = [0; 4096];

fn count_in(memory: &File, from: u64, to: u64, forms: &[[Vec<u8>; 2]], counts: &mut [usize]) {
    let mut begins = [false; 256];
    for form in forms.iter().flatten() {
        begins[usize::from(form[0])] = true;
    }
    let mut piece = vec![0; (PIECE_BYTES + OVERLAP_BYTES) as usize];
    for begin in (from..to).step_by(PIECE_BYTES as usize) {
        let room = (to - begin).min(PIECE_BYTES + OVERLAP_BYTES) as usize;
        // What goes away while it is read is not there any more.
        let Ok(read) = memory.read_at(&mut piece[..room], begin) else { continue };
        let begun_here = read.min(PIECE_BYTES as usize);
        for page in (0..begun_here).step_by(PAGE.len()) {
            let end = (page + PAGE.len()).min(begun_here);
            // Most of it was never written to, and comparing that costs next to nothing.
            if piece[page..end] == PAGE[..end - page] {
                continue;
            }
            for at in page..end {
                // One look at most bytes, since this is a test's unoptimised build.
                if begins[usize::from(piece[at])] {
                    let rest = &piece[at..read];
                    for (count, forms) in counts.iter_mut().zip(forms) {
                        *count += usize::from(forms.iter().any(|form| rest.starts_with(form)));
                    }
                }
            }
        }
    }
}
