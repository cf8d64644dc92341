//! A small HTTP client: one connection, perhaps one cookie, answers as bytes.

use std::time::Duration;

use http::{
    Method, Request,
    header::{CONTENT_TYPE, COOKIE, SET_COOKIE},
};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Far longer than any answer takes: more means that the server hangs.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);

/// The server's bytes in memory.
pub use hyper::body::Bytes;

/// Speaks to one server as one device.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    origin: String,
    cookie: Option<String>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status, such as 200.
    pub status: u16,
    /// The body, as it came.
    pub body: Bytes,
    /// The session that the server began, as `name=value`.
    cookie: Option<String>,
}

/// No answer, or half of one.
#[derive(Debug)]
pub struct Unreachable(pub String);

impl std::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no answer: {}", self.0)
    }
}

impl Http {
    /// Speaks to the server at this address, such as `http://127.0.0.1:41234`, as nobody yet.
    pub fn new(origin: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, origin: origin.to_owned(), cookie: None }
    }

    /// Uses a sign-in link up, from its path, and is signed in from then on.
    ///
    /// # Errors
    /// When there is no answer, or not the one that signs in.
    pub async fn sign_in(&mut self, path: &str) -> Result<(), Unreachable> {
        let answer = self.post(path, Vec::new()).await?;
        let cookie = answer.cookie.ok_or_else(|| {
            Unreachable(format!("the link did not sign in (status {})", answer.status))
        })?;
        self.cookie = Some(cookie);
        Ok(())
    }

    /// Gets a path.
    ///
    /// # Errors
    /// When there is no whole answer in time.
    pub async fn get(&self, path: &str) -> Result<Answer, Unreachable> {
        self.ask(Method::GET, path, None, Vec::new()).await
    }

    /// Posts a body to a path.
    ///
    /// # Errors
    /// When there is no whole answer in time.
    pub async fn post(&self, path: &str, body: Vec<u8>) -> Result<Answer, Unreachable> {
        self.ask(Method::POST, path, None, body).await
    }

    /// Posts a file to a path, as a form of a page does.
    ///
    /// # Errors
    /// When there is no whole answer in time.
    pub async fn post_file(&self, path: &str, text: &str) -> Result<Answer, Unreachable> {
        const BOUNDARY: &str = "fingerpost-form";
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"receipt.csv\"";
        let body = format!("--{BOUNDARY}\r\n{head}\r\n\r\n{text}\r\n--{BOUNDARY}--\r\n");
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.ask(Method::POST, path, Some(&kind), body.into_bytes()).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Answer, Unreachable> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let request = request.body(Full::from(body)).map_err(unreachable)?;
        let asking = async {
            let response = self.client.request(request).await.map_err(unreachable)?;
            let (parts, body) = response.into_parts();
            let cookie = parts.headers.get(SET_COOKIE).and_then(|value| value.to_str().ok());
            let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
            let body = body.collect().await.map_err(unreachable)?.to_bytes();
            Ok(Answer { status: parts.status.as_u16(), body, cookie })
        };
        tokio::time::timeout(ANSWER_TIME_MAX, asking).await.map_err(unreachable)?
    }
}

fn unreachable(error: impl std::fmt::Display) -> Unreachable {
    Unreachable(error.to_string())
}
