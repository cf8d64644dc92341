//! The two sheets, the phone's and the desks': the part of the NHS design system's compiled CSS
//! that each uses, the font, then our own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::workshop::{Effort, Workshop};

/// The design system's CSS is published under the MIT licence, which asks for this.
const NOTICE: &str = "/*! nhsuk-frontend 10.6.1, (c) NHS England, MIT licence: \
                      permission to use, copy, modify and share it with this notice; \
                      provided as is, without warranty of any kind. */\n";
const NHS_FONTS: &str = "Frutiger W01,arial,sans-serif";

const CLASS: &str = "nhsuk-";
const FONT: &str = "client/font.css";

/// What a sheet is made of.
pub struct Sheet {
    /// What names classes of the design system, each whole: a name that is put together when the
    /// app runs would not be found.
    users: &'static [&'static str],
    own: &'static str,
}

pub const PHONE: Sheet =
    Sheet { users: &["client/index.html", "client/src"], own: "client/style.css" };
/// The server's own pages: a phone does not carry what only they show.
pub const DESK: Sheet =
    Sheet { users: &["server/src", "server/desk/desk.js"], own: "server/desk/desk.css" };

/// Everything that the sheets are made of.
pub fn sources() -> impl Iterator<Item = &'static str> {
    let of_sheet = |sheet: Sheet| sheet.users.iter().copied().chain([sheet.own]);
    [FONT].into_iter().chain([PHONE, DESK].into_iter().flat_map(of_sheet))
}

pub fn sheet(workshop: &Workshop, of: &Sheet) -> Result<String, String> {
    let dist = workshop.node_modules().join("nhsuk-frontend").join("dist").join("nhsuk");
    let sheet = dist.join("nhsuk-frontend.min.css");
    let nhs = fs::read_to_string(&sheet)
        .map_err(|error| format!("cannot read {}: {error}", sheet.display()))?;
    if !nhs.contains(NHS_FONTS) {
        return Err(format!(
            "nhsuk-frontend no longer names {NHS_FONTS}: see server/build/style.rs"
        ));
    }
    // The web font is licensed to the NHS alone, and asking for it would tell another host who
    // uses Fingerpost where. `--font` is set in client/font.css.
    let nhs = without_font_faces(&nhs).replace(NHS_FONTS, "var(--font)");
    let nhs = nhs.trim_start_matches("@charset \"UTF-8\";");
    let nhs = without_settings(nhs)?;
    let mut used = BTreeSet::new();
    for sources in of.users {
        collect_classes(&workshop.root().join(sources), &mut used)?;
    }
    let nhs = only_used(nhs, &used)?;
    let nhs = with_images_inside(&nhs, |name| {
        let path = dist.join("assets").join("images").join(name);
        fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))
    })?;
    if nhs.contains("url(http") || nhs.contains("url(/") {
        return Err("nhsuk-frontend's CSS asks for a file that is not embedded: see \
                    server/build/style.rs"
            .to_owned());
    }
    let (font, own) = (workshop.read(FONT)?, workshop.read(of.own)?);
    let sheet = format!("@charset \"UTF-8\";\n{NOTICE}{nhs}\n{font}\n{own}");
    match workshop.effort {
        Effort::Quick => Ok(sheet),
        Effort::Full => minify(workshop, &sheet),
    }
}

/// The sheet with rules that say the same as one, and without what only its reader needs.
fn minify(workshop: &Workshop, sheet: &str) -> Result<String, String> {
    let lock = workshop.read_client("package-lock.json")?;
    let minified = workshop.kept(&[sheet.as_bytes(), lock.as_bytes(), b"csso"], || {
        let csso = workshop.node_modules().join("csso-cli").join("bin").join("csso");
        let arguments = |node: &mut Command, before: &Path, after: &Path| {
            node.arg(&csso).arg(before).arg("--output").arg(after);
        };
        let if_failed = "csso could not make the style sheet smaller";
        workshop.through_node("css", sheet.as_bytes(), arguments, if_failed)
    })?;
    String::from_utf8(minified).map_err(|error| error.to_string())
}

/// The rules for what is on no screen and no page left out: most of the design system.
fn only_used(css: &str, used: &BTreeSet<String>) -> Result<String, String> {
    let mut kept = String::new();
    let mut rest = css;
    while let Some(opens) = rest.find('{') {
        let closes = closing_brace(rest).ok_or("a rule of nhsuk-frontend's CSS does not end")?;
        let (prelude, body) = (rest[..opens].trim_start(), &rest[opens + 1..closes]);
        let is_group = prelude.starts_with("@media") || prelude.starts_with("@supports");
        let (prelude, body) = match () {
            () if is_group => (prelude.to_owned(), only_used(body, used)?),
            () if prelude.starts_with('@') => (prelude.to_owned(), body.to_owned()),
            () => (selectors_used(prelude, used), body.to_owned()),
        };
        if !(prelude.is_empty() || body.is_empty()) {
            kept.push_str(&format!("{prelude}{{{body}}}"));
        }
        rest = &rest[closes + 1..];
    }
    Ok(kept)
}

/// Where the first block ends.
fn closing_brace(css: &str) -> Option<usize> {
    let mut depth = 0;
    css.char_indices().find_map(|(at, c)| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => return None,
        }
        (depth == 0).then_some(at)
    })
}

fn selectors_used(list: &str, used: &BTreeSet<String>) -> String {
    let mut depth = 0;
    let selectors = list.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    let can_apply = |selector: &&str| {
        // What a selector excludes need not be there.
        let wanted = selector.split(":not(").enumerate().map(|(at, part)| match at {
            0 => part,
            _ => part.split_once(')').map_or("", |(_, rest)| rest),
        });
        classes_of(&wanted.collect::<Vec<_>>().join(" ")).all(|class| used.contains(class))
    };
    selectors.filter(can_apply).collect::<Vec<_>>().join(",")
}

fn collect_classes(path: &Path, into: &mut BTreeSet<String>) -> Result<(), String> {
    let failed = |error| format!("cannot read {}: {error}", path.display());
    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(failed)? {
            collect_classes(&entry.map_err(failed)?.path(), into)?;
        }
    } else if let Ok(text) = fs::read_to_string(path) {
        into.extend(classes_of(&text).map(str::to_owned));
    }
    Ok(())
}

/// The design system's classes that a text names.
fn classes_of(text: &str) -> impl Iterator<Item = &str> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let names = text.split(move |c| !is_of_name(c));
    names.filter(|name| name.starts_with(CLASS))
}

/// Without the first rule, which lists the system's colours and sizes by name for whoever builds on them:
/// no other rule may refer to it.
fn without_settings(css: &str) -> Result<&str, String> {
    let rest = css.strip_prefix(":root{--nhsuk").and_then(|rest| rest.split_once('}'));
    match rest {
        Some((_, rest)) if !rest.contains("var(--nhsuk") => Ok(rest),
        _ => Err("nhsuk-frontend's CSS begins otherwise, or uses its own settings: see \
                  server/build/style.rs"
            .to_owned()),
    }
}

fn without_font_faces(css: &str) -> String {
    let mut parts = css.split("@font-face{");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    kept
}

/// Icons of a few hundred bytes travel inside the sheet, which is then complete by itself.
fn with_images_inside(
    css: &str,
    read: impl Fn(&str) -> Result<String, String>,
) -> Result<String, String> {
    let mut parts = css.split("url(/assets/images/");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(')').ok_or("an url() in the CSS does not end")?;
        let image = read(name)?.replace('\n', "").replace('%', "%25").replace('#', "%23");
        let image = image.replace('"', "'").replace('<', "%3c").replace('>', "%3e");
        whole.push_str("url(\"data:image/svg+xml,");
        whole.push_str(&image);
        whole.push_str("\")");
        whole.push_str(rest);
    }
    Ok(whole)
}
