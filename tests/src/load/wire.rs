//! A lean HTTP client: whole requests made beforehand, answers read by their length. It shares two
//! cores with the server that it measures, so it does nothing that it need not.

use std::io::{self, Write as _};

use flate2::{Compression, write::GzEncoder};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::fixture::Enrolled;

/// As the phone does: smaller bodies only grow.
const GZIP_FROM_BYTES: usize = 256;
/// The head of an answer. The server's is under 1 KB.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// One request, ready to be written to a connection.
#[derive(Debug, Clone)]
pub struct Request {
    bytes: Vec<u8>,
    body_bytes: usize,
}

impl Request {
    /// A sync request of this phone, compressed as the phone compresses it.
    pub fn sync(phone: &Enrolled, body: &[u8]) -> Self {
        let compressed = (body.len() >= GZIP_FROM_BYTES).then(|| gzip(body));
        let encoding = if compressed.is_some() { "content-encoding: gzip\r\n" } else { "" };
        let body = compressed.as_deref().unwrap_or(body);
        let head = format!(
            "POST /api/sync HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: fingerpost={}\r\n\
             fingerpost-device: {}\r\naccept: application/cbor\r\naccept-encoding: gzip, deflate, br, zstd\r\n\
             content-type: application/cbor\r\n{encoding}content-length: {}\r\n\r\n",
            phone.token,
            phone.author.device,
            body.len()
        );
        Self { bytes: [head.as_bytes(), body].concat(), body_bytes: body.len() }
    }

    /// What goes over the wire, in bytes.
    pub fn wire_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Its body on the wire, in bytes.
    pub fn body_bytes(&self) -> usize {
        self.body_bytes
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// What came over the wire, in bytes.
    pub wire_bytes: usize,
    /// Its body on the wire, in bytes.
    pub body_bytes: usize,
    zstd: bool,
    body: Vec<u8>,
}

impl Answer {
    /// The body, inflated where it was compressed.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn body(&self) -> io::Result<Vec<u8>> {
        if self.zstd { zstd::decode_all(self.body.as_slice()) } else { Ok(self.body.clone()) }
    }
}

/// A connection that is kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(2_048) })
    }

    /// One exchange.
    ///
    /// # Errors
    /// When the connection breaks, or the answer is no HTTP.
    pub async fn exchange(&mut self, request: &Request) -> io::Result<Answer> {
        self.stream.write_all(&request.bytes).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(head) = Head::read(&self.buffer)? {
                break head;
            }
            self.fill().await?;
        };
        let whole = head.bytes + head.body_bytes;
        self.buffer.reserve(whole.saturating_sub(self.buffer.len()));
        while self.buffer.len() < whole {
            self.fill().await?;
        }
        Ok(Answer {
            status: head.status,
            wire_bytes: whole,
            body_bytes: head.body_bytes,
            zstd: head.zstd,
            body: self.buffer.split_off(head.bytes),
        })
    }

    async fn fill(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server hung up")),
            _ => Ok(()),
        }
    }
}

/// What of an answer's head matters here.
struct Head {
    bytes: usize,
    status: u16,
    body_bytes: usize,
    zstd: bool,
}

impl Head {
    /// The head, once all of it is there.
    fn read(buffer: &[u8]) -> io::Result<Option<Self>> {
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            let too_long = buffer.len() > HEAD_BYTES_MAX;
            return if too_long { Err(not_http("its head does not end")) } else { Ok(None) };
        };
        let text = std::str::from_utf8(&buffer[..end]).map_err(|_| not_http("its head"))?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let mut head = Self {
            bytes: end + 4,
            status: status.ok_or_else(|| not_http("its status"))?,
            body_bytes: 0,
            zstd: false,
        };
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            match name {
                "content-length" => {
                    head.body_bytes = value.parse().map_err(|_| not_http("its length"))?;
                }
                "content-encoding" => head.zstd = value == "zstd",
                "transfer-encoding" => return Err(not_http("it is sent in chunks")),
                _ => {}
            }
        }
        Ok(Some(head))
    }
}

fn not_http(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not the answer expected: {what}"))
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail")
}
