//! A few fixed pages on a port of their own, for the tests of the harness.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// A path, its media type and what is there.
pub type Page = (&'static str, &'static str, &'static str);

/// Serves the pages until the test's process ends, and says from which origin.
pub fn serve(pages: &'static [Page]) -> String {
    serve_with_policy(pages, STRICT)
}

/// As [`serve`], under a content security policy of the test's choice.
pub fn serve_with_policy(pages: &'static [Page], policy: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("a bound socket"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream, pages, policy));
        }
    });
    origin
}

/// Lets a service worker be registered without a policy for Trusted Types.
pub const OWN_ORIGIN: &str = "default-src 'self'";

/// As strict as the product's own, so that what the harness puts into a page is known to work there.
const STRICT: &str = "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

fn answer(mut stream: TcpStream, pages: &[Page], policy: &str) -> io::Result<()> {
    let mut head = BufReader::new(stream.try_clone()?).lines();
    let request = head.next().transpose()?.unwrap_or_default();
    for line in head {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let page = pages.iter().find(|&&(at, ..)| at == path);
    let (status, kind, body) = match page {
        Some((_, kind, body)) => ("200 OK", *kind, *body),
        None => ("404 Not Found", "text/plain", "nothing here"),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {}\r\n\
         content-security-policy: {policy}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
