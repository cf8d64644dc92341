//! One sheet: the NHS design system's compiled CSS, then our own.

use std::fs;

use crate::workshop::Workshop;

/// The design system's CSS is published under the MIT licence, which asks for this.
const NOTICE: &str = "/*! nhsuk-frontend 10.6.1, (c) NHS England, MIT licence: \
                      permission to use, copy, modify and share it with this notice; \
                      provided as is, without warranty of any kind. */\n";
const NHS_FONTS: &str = "Frutiger W01,arial,sans-serif";

pub fn sheet(workshop: &Workshop) -> Result<String, String> {
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
    // uses Fingerpost where. `--font` is set in client/style.css.
    let nhs = without_font_faces(&nhs).replace(NHS_FONTS, "var(--font)");
    let nhs = with_images_inside(&nhs, |name| {
        let path = dist.join("assets").join("images").join(name);
        fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))
    })?;
    let nhs = nhs.trim_start_matches("@charset \"UTF-8\";");
    if nhs.contains("url(http") || nhs.contains("url(/") {
        return Err("nhsuk-frontend's CSS asks for a file that is not embedded: see \
                    server/build/style.rs"
            .to_owned());
    }
    Ok(format!("@charset \"UTF-8\";\n{NOTICE}{nhs}\n{}", workshop.read_client("style.css")?))
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
