//! What stands in front of a server and answers some paths itself: a new version of a file, or a
//! server that has moved on.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// Passes everything on to a server but what it was told to answer.
#[derive(Clone)]
pub struct Front {
    server: String,
    address: String,
    answers: Arc<Mutex<BTreeMap<&'static str, Answer>>>,
}

#[derive(Clone)]
struct Answer {
    status: &'static str,
    media_type: &'static str,
    body: String,
}

impl Front {
    /// Stands in front of the server at this address (`127.0.0.1:41234`) until the test's process
    /// ends.
    pub fn of(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket").to_string();
        let front = Self { server: server.to_owned(), address, answers: Arc::default() };
        let serving = front.clone();
        thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                let front = serving.clone();
                // A connection that fails is a bad network, which every page stands up to.
                thread::spawn(move || front.pass_on(browser).ok());
            }
        });
        front
    }

    /// Where browsers find the server.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers this path itself from now on.
    pub fn answer(
        &self,
        path: &'static str,
        status: &'static str,
        media_type: &'static str,
        body: &str,
    ) {
        let answer = Answer { status, media_type, body: body.to_owned() };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(path, answer);
    }

    /// Passes this path on again.
    pub fn pass(&self, path: &'static str) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Carries one request and its answer.
    fn pass_on(&self, mut browser: TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(browser.try_clone()?);
        let mut head = String::new();
        let mut body_bytes = 0;
        while reader.read_line(&mut head)? > 2 {
            let line = head.lines().next_back().unwrap_or_default().to_ascii_lowercase();
            if let Some(length) = line.strip_prefix("content-length:") {
                body_bytes = length.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; body_bytes];
        reader.read_exact(&mut body)?;
        let path = head.split(' ').nth(1).unwrap_or_default();
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let own = answers.get(path).cloned();
        drop(answers);
        if let Some(Answer { status, media_type, body }) = own {
            return write!(
                browser,
                "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\
                 cache-control: no-store\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
        let mut server = TcpStream::connect(&self.server)?;
        // One request for each connection, so that none hides behind another.
        let head = head.replace("Connection: keep-alive", "Connection: close");
        server.write_all(head.as_bytes())?;
        server.write_all(&body)?;
        io::copy(&mut server, &mut browser)?;
        browser.shutdown(Shutdown::Both)
    }
}
