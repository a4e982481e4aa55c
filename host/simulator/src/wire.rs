//! HTTP/1.1 on a socket: just enough of it, by hand.
//!
//! A server library answers a malformed request itself, rewrites targets, and cannot send a broken
//! answer. The simulator has to log every request byte for byte, answer in Okta's own header order,
//! and break off in the middle when a test asks for it. Bodies of requests are read for
//! the OAuth endpoints; TLS, HTTP/2, compression and chunked requests are not spoken.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;

/// Bytes of a request line and its headers together.
const MAX_HEAD: u64 = 32 * 1024;
/// Bytes of a request body that are read so that the connection can be used again.
const MAX_BODY: u64 = 1024 * 1024;

/// What arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// As sent; empty when the line has no blank.
    pub(crate) method: String,
    /// The request target as sent. Bytes that are not UTF-8 become U+FFFD.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    /// The body, when its length is told; empty otherwise.
    pub(crate) body: Vec<u8>,
    /// Whether the request follows the grammar. If not, it is answered with 400 and the
    /// connection ends.
    pub(crate) well_formed: bool,
    /// Whether the connection stays open after the answer.
    pub(crate) keep_alive: bool,
}

impl Request {
    /// The value of a header; `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a header; `name` in lower case.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The target up to the first `?`, and what follows it.
    pub(crate) fn path_and_query(&self) -> (&str, &str) {
        self.target.split_once('?').unwrap_or((&self.target, ""))
    }
}

/// The next request of a connection, or none when the client has closed it.
///
/// # Errors
/// Those of the socket, also for a client that goes away in mid-request.
pub(crate) async fn read(reader: &mut BufReader<OwnedReadHalf>) -> io::Result<Option<Request>> {
    let mut left = MAX_HEAD;
    let Some(mut first) = line(reader, &mut left).await? else {
        return Ok(None);
    };
    // RFC 9112, 2.2: one empty line before a request is to be ignored.
    if first.is_empty() {
        first = line(reader, &mut left).await?.unwrap_or_default();
    }
    let mut request = request_line(&first);
    loop {
        match line_text(reader, &mut left).await? {
            None => {
                request.well_formed = false;
                break;
            }
            Some(text) if text.is_empty() => break,
            Some(text) => match text.split_once(':') {
                Some((name, value)) => {
                    request
                        .headers
                        .push((name.to_ascii_lowercase(), value.trim().to_owned()));
                }
                None => request.well_formed = false,
            },
        }
    }
    read_body(reader, &mut request).await?;
    if request
        .header("connection")
        .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    {
        request.keep_alive = false;
    }
    request.keep_alive &= request.well_formed;
    Ok(Some(request))
}

/// One line without its end; none at the end of the stream or of the allowance.
async fn line(
    reader: &mut BufReader<OwnedReadHalf>,
    left: &mut u64,
) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = (&mut *reader)
        .take(*left)
        .read_until(b'\n', &mut bytes)
        .await?;
    *left = left.saturating_sub(read as u64);
    if read == 0 {
        return Ok(None);
    }
    if bytes.pop_if(|byte| *byte == b'\n').is_some() {
        bytes.pop_if(|byte| *byte == b'\r');
    }
    Ok(Some(bytes))
}

async fn line_text(
    reader: &mut BufReader<OwnedReadHalf>,
    left: &mut u64,
) -> io::Result<Option<String>> {
    Ok(line(reader, left)
        .await?
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Method up to the first blank, version after the last one, target between them: so that a
/// target with blanks in it is logged whole.
fn request_line(line: &[u8]) -> Request {
    let printable = line.iter().all(|byte| (b' '..0x7f).contains(byte));
    let text = String::from_utf8_lossy(line);
    let (method, rest) = text.split_once(' ').unwrap_or(("", &text));
    let (target, version) = rest.rsplit_once(' ').unwrap_or((rest, ""));
    let well_formed = printable
        && !method.is_empty()
        && target.starts_with('/')
        && !target.contains([' ', '#'])
        && matches!(version, "HTTP/1.1" | "HTTP/1.0");
    Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        well_formed,
        keep_alive: version == "HTTP/1.1",
    }
}

async fn read_body(reader: &mut BufReader<OwnedReadHalf>, request: &mut Request) -> io::Result<()> {
    // Nothing is read that the client has not promised to send at once; the answer does not
    // depend on it, so the connection just ends afterwards.
    if request.header("transfer-encoding").is_some() || request.header("expect").is_some() {
        request.keep_alive = false;
        return Ok(());
    }
    let length = match request.header("content-length").map(str::parse::<u64>) {
        None => return Ok(()),
        Some(Ok(length)) if length <= MAX_BODY => length,
        Some(_) => {
            request.keep_alive = false;
            return Ok(());
        }
    };
    (&mut *reader)
        .take(length)
        .read_to_end(&mut request.body)
        .await?;
    Ok(())
}

/// An answer, ready to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// In the order of sending; names may repeat.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// Status line and headers; `framing` is the header that tells where the body ends.
    pub(crate) fn head(&self, framing: &str, keep_alive: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(1_500 + self.body.len());
        out.extend_from_slice(
            format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status)).as_bytes(),
        );
        for (name, value) in &self.headers {
            for part in [name, ": ", value, "\r\n"] {
                out.extend_from_slice(part.as_bytes());
            }
        }
        let connection = if keep_alive { "keep-alive" } else { "close" };
        let end = format!("{framing}\r\nconnection: {connection}\r\n\r\n");
        out.extend_from_slice(end.as_bytes());
        out
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_is_kept_byte_for_byte() {
        let request = request_line(b"GET /api/v1/users/../%2e?q=%22a+b%22 HTTP/1.1");
        assert_eq!(
            request.path_and_query(),
            ("/api/v1/users/../%2e", "q=%22a+b%22")
        );
        assert!(request.well_formed && request.keep_alive);
    }

    #[test]
    fn malformed_lines_are_recognised_and_still_readable() {
        for (line, target) in [
            (&b"GET /a b HTTP/1.1"[..], "/a b"),
            (b"GET http://x/ HTTP/1.1", "http://x/"),
            (b"GET /a#b HTTP/1.1", "/a#b"),
            (b"GET /\x01 HTTP/1.1", "/\u{1}"),
            (b"GET /\xff HTTP/1.1", "/\u{fffd}"),
            (b"PRI * HTTP/2.0", "*"),
            (b"nonsense", "nonsense"),
            (b"", ""),
        ] {
            let request = request_line(line);
            assert!(!request.well_formed, "{target}");
            assert_eq!(request.target, target);
        }
    }
}
