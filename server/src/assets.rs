//! Serves the client's files, which build.rs has compressed and embedded in this binary.

use axum::Router;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY as CSP_HEADER,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// What the client's page may do: run and style itself from this server, talk to this server.
/// Leaving out inline styles means that a view must not write a `style` attribute as text.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; manifest-src 'self'; worker-src 'self'; font-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Names hold the hash of the content, so what they name never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, but asked about each time: the answer is mostly 304.
const ASK_EACH_TIME: &str = "no-cache";

struct File {
    path: &'static str,
    hash: &'static str,
    media_type: &'static str,
    identity: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// Routes of the client: its screens, its files and its service worker.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let screens = SCREENS.iter().fold(Router::new(), |router, screen| {
        let path = screen.replace('*', "{*rest}");
        router.route(&path, get(|headers: HeaderMap| async move { answer("/", &headers) }))
    });
    FILES.iter().filter(|file| file.path != "/").fold(screens, |router, file| {
        router.route(
            file.path,
            get(|uri: Uri, headers: HeaderMap| async move { answer(uri.path(), &headers) }),
        )
    })
}

fn answer(path: &str, asked: &HeaderMap) -> Response {
    // A score of files: a search in order is as quick as any other.
    let Some(file) = FILES.iter().find(|file| file.path == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (encoding, content) = choose_encoding(file, asked);
    let tag = format!("\"{}-{}\"", file.hash, encoding.unwrap_or("identity"));
    let mut response = if already_has(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(content))
    };
    let headers = response.headers_mut();
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    let tag = HeaderValue::try_from(tag).expect("hex digits and a word make a header value");
    headers.insert(ETAG, tag);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let caching = if path.starts_with("/assets/") { FOR_EVER } else { ASK_EACH_TIME };
    let fixed = [
        (CACHE_CONTROL, caching),
        (CONTENT_TYPE, file.media_type),
        (CSP_HEADER, CONTENT_SECURITY_POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    if path == "/sw.js" {
        let name = HeaderName::from_static("service-worker-allowed");
        headers.insert(name, HeaderValue::from_static("/"));
    }
    response
}

fn choose_encoding(file: &File, asked: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let offers = [("br", file.brotli), ("gzip", file.gzip)];
    offers
        .into_iter()
        .filter(|(name, _)| accepts(asked, name))
        .find_map(|(name, content)| content.map(|content| (Some(name), content)))
        .unwrap_or((None, file.identity))
}

fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    words(asked, &ACCEPT_ENCODING).any(|word| {
        let (name, weight) = word.split_once(';').unwrap_or((word, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>().unwrap_or(0.0);
        name.trim().eq_ignore_ascii_case(encoding) && weight > 0.0
    })
}

fn already_has(asked: &HeaderMap, tag: &str) -> bool {
    words(asked, &IF_NONE_MATCH).any(|word| word == "*" || word.trim_start_matches("W/") == tag)
}

fn words<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The goal is 500 KB; past this limit a first visit from a village hall takes too long.
    const MAX_CLIENT_BROTLI_BYTES: usize = 600_000;

    fn ask(path: &str, headers: &[(HeaderName, &str)]) -> Response {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        answer(path, &headers.collect())
    }

    fn header(response: &Response, name: HeaderName) -> Option<&str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn the_smallest_encoding_that_the_browser_knows_is_sent() {
        for (asked, sent) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=1.0, br;q=0", Some("gzip")),
            ("GZIP", Some("gzip")),
            ("brand-new", None),
            ("", None),
        ] {
            let response = ask(DESK_STYLE_PATH, &[(ACCEPT_ENCODING, asked)]);
            assert_eq!(header(&response, CONTENT_ENCODING), sent, "{asked}");
        }
    }

    #[test]
    fn a_browser_that_has_the_file_is_told_so() {
        let first = ask("/sw.js", &[(ACCEPT_ENCODING, "br")]);
        let tag = header(&first, ETAG).unwrap().to_owned();
        let again = ask("/sw.js", &[(ACCEPT_ENCODING, "br"), (IF_NONE_MATCH, &tag)]);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let otherwise_encoded = ask("/sw.js", &[(IF_NONE_MATCH, &tag)]);
        assert_eq!(otherwise_encoded.status(), StatusCode::OK);
    }

    #[test]
    fn only_names_that_hold_a_hash_are_cached_for_ever() {
        for file in FILES {
            let hashed = file.path.starts_with("/assets/") && file.path.contains(file.hash);
            let sent = header(&ask(file.path, &[]), CACHE_CONTROL).unwrap().to_owned();
            assert_eq!(sent == FOR_EVER, hashed, "{}", file.path);
        }
    }

    #[test]
    fn a_path_that_is_no_file_is_not_found() {
        assert_eq!(ask("/assets/../Cargo.toml", &[]).status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn the_page_and_the_sheet_ask_no_other_host_and_run_nothing_inline() {
        let text = |path| {
            let file = FILES.iter().find(|file| file.path == path).unwrap();
            std::str::from_utf8(file.identity).unwrap()
        };
        let shell = text("/");
        assert!(!shell.contains("http") && !shell.contains("{{") && !shell.contains("<style"));
        assert!(!shell.contains("style=\"") && !shell.contains("onclick"));
        let sheets: Vec<_> = FILES.iter().filter(|file| file.path.ends_with(".css")).collect();
        assert_eq!(sheets.len(), 2);
        for sheet in sheets.into_iter().map(|sheet| text(sheet.path)) {
            assert!(!sheet.contains("url(http") && !sheet.contains("@font-face"));
            assert!(!sheet.contains("@import") && !sheet.contains("Frutiger"));
        }
    }

    #[test]
    fn the_worker_keeps_every_other_file_but_what_is_for_the_desks() {
        let worker = FILES.iter().find(|file| file.path == "/sw.js").unwrap();
        let worker = std::str::from_utf8(worker.identity).unwrap();
        for file in FILES.iter().filter(|file| !["/sw.js", DESK_STYLE_PATH].contains(&file.path)) {
            let entry = format!("{:?}: {:?}", file.path, file.hash);
            assert!(worker.contains(&entry), "{entry}");
        }
        assert!(!worker.contains(DESK_STYLE_PATH));
        assert!(!worker.contains("{{"), "a name in braces was left");
    }

    /// A debug build embeds the client unoptimised, which says nothing about what people receive.
    #[test]
    fn the_client_stays_small() {
        let bytes = CLIENT_BROTLI_BYTES;
        assert!(cfg!(debug_assertions) || bytes < MAX_CLIENT_BROTLI_BYTES, "{bytes} bytes");
    }
}
