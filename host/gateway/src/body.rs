//! A response's body, never more of it than may be held.
//!
//! The cap counts the bytes as they come and again as they unfold, and is checked as they arrive: so
//! neither an endless body, nor a small gzip that unfolds into a large one, nor a large one that
//! unfolds into nothing gets further than the cap and one read's worth. That is why the unpacking is
//! done here and not by the HTTP client, which counts nothing. What the server says of the length is
//! believed in one direction only: a body that announces itself as too large is not begun.
//!
//! A page that is larger than its call may still receive and a body that is larger than any page are
//! told apart: the first is cured by asking for less, the second by nothing. So a body without an
//! announced length is read on beyond the call's budget, though not kept.

use std::io::{self, Write};

use bytes::Bytes;
use capability::answer::Failure;
use capability::text::clean;
use flate2::write::GzDecoder;
use futures::StreamExt;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};

use crate::fault;

/// The largest page that is ever read, in bytes, whatever the budget. The largest page that Okta's
/// documented limits allow (10,000 groups of some 600 bytes) stays below it; and with its projection
/// beside it, a page never holds more than twice this of the host's memory.
pub(crate) const MAX_PAGE: u64 = 8 << 20;

/// The most that is read of an error's body, in bytes. Okta's own have some hundred; an HTML page
/// from the edge may be longer, and nothing of it is used.
const MAX_REFUSAL: u64 = 64 << 10;

/// What is set aside for a body at once, however long it says that it is.
const FIRST_PIECE: u64 = 256 << 10;

/// Reads a whole page of at most `budget` bytes.
pub(crate) async fn page(response: Response, budget: u64) -> Result<Vec<u8>, Failure> {
    let announced = announced(response.headers());
    if announced > MAX_PAGE {
        return Err(oversized());
    }
    // Of a packed body this is less than the page has.
    if announced > budget {
        return Err(over_budget(budget));
    }
    let room = Room {
        kept: budget.min(MAX_PAGE),
        most: MAX_PAGE,
    };
    let mut body = Body::new(response.headers(), announced, room)?;
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece: Bytes = piece.map_err(fault::body_broke)?;
        match body.take(&piece) {
            Ok(()) => {}
            Err(Spoiled::TooLarge) => return Err(oversized()),
            Err(Spoiled::Packing) => return Err(badly_packed()),
        }
    }
    match body.finish() {
        Ok(Some(page)) => Ok(page),
        Ok(None) => Err(over_budget(budget)),
        Err(_) => Err(badly_packed()),
    }
}

/// The failure that a page of more than the `budget` bytes is which its call may receive.
pub(crate) fn over_budget(budget: u64) -> Failure {
    Failure::Exhausted(format!(
        "Okta's answer is larger than the {budget} bytes that this call may still receive; ask for \
         smaller pages or a narrower search"
    ))
}

fn oversized() -> Failure {
    Failure::Unavailable(format!(
        "Okta's answer is larger than {MAX_PAGE} bytes, the most that is read of one page; ask for \
         smaller pages"
    ))
}

fn badly_packed() -> Failure {
    Failure::Unavailable(
        "Okta's answer broke off: it is not the gzip that it says it is".to_owned(),
    )
}

/// Reads the beginning of an error's body; one that breaks off is as good as what came of it.
pub(crate) async fn of_refusal(response: Response) -> Vec<u8> {
    let room = Room {
        kept: MAX_REFUSAL,
        most: MAX_REFUSAL,
    };
    let Ok(mut body) = Body::new(response.headers(), 0, room) else {
        return Vec::new();
    };
    let mut pieces = response.bytes_stream();
    while let Some(Ok(piece)) = pieces.next().await {
        if body.take(&piece).is_err() {
            break;
        }
    }
    body.so_far()
}

/// What `Content-Length` says; 0 when it says nothing.
fn announced(headers: &HeaderMap) -> u64 {
    headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}

/// A body as it comes in.
struct Body {
    packing: Packing,
    /// Bytes that came, before they were unpacked.
    came: u64,
    room: Room,
}

/// How much of a body is taken.
#[derive(Debug, Clone, Copy)]
struct Room {
    /// Of an unpacked body that is larger than this nothing is kept.
    kept: u64,
    /// A body that is larger than this, packed or not, is not read on.
    most: u64,
}

enum Packing {
    None(Capped),
    Gzip(Box<GzDecoder<Capped>>),
}

/// Why no more of a body is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoiled {
    TooLarge,
    Packing,
}

impl Body {
    /// A body with these headers, which announce so many bytes.
    fn new(headers: &HeaderMap, announced: u64, room: Room) -> Result<Self, Failure> {
        let out = Capped {
            bytes: Vec::with_capacity(usize::try_from(announced.min(FIRST_PIECE)).unwrap_or(0)),
            size: 0,
            room,
        };
        let encoding = headers.get(CONTENT_ENCODING).map(|value| value.as_bytes());
        let packing = match encoding {
            None => Packing::None(out),
            Some(name) if name.eq_ignore_ascii_case(b"identity") => Packing::None(out),
            Some(name) if name.eq_ignore_ascii_case(b"gzip") => {
                Packing::Gzip(Box::new(GzDecoder::new(out)))
            }
            Some(name) => {
                let name = clean(&String::from_utf8_lossy(name), 40);
                return Err(Failure::Unavailable(format!(
                    "Okta's answer is packed as `{name}`, which was not asked for"
                )));
            }
        };
        Ok(Self {
            packing,
            came: 0,
            room,
        })
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), Spoiled> {
        self.came = self.came.saturating_add(piece.len() as u64);
        let taken = match &mut self.packing {
            Packing::None(out) => out.write_all(piece),
            Packing::Gzip(packed) => packed.write_all(piece),
        };
        if self.came > self.room.most || self.out().size > self.room.most {
            return Err(Spoiled::TooLarge);
        }
        taken.map_err(|_| Spoiled::Packing)
    }

    /// All of it, when it is whole; nothing when it was more than is kept.
    fn finish(self) -> Result<Option<Vec<u8>>, Spoiled> {
        let out = match self.packing {
            Packing::None(out) => out,
            Packing::Gzip(packed) => packed.finish().map_err(|_| Spoiled::Packing)?,
        };
        Ok((out.size <= self.room.kept).then_some(out.bytes))
    }

    /// What has come, whole or not.
    fn so_far(self) -> Vec<u8> {
        match self.packing {
            Packing::None(out) => out.bytes,
            Packing::Gzip(mut packed) => {
                // What is still inside the decoder is written on, as far as it goes.
                let _ = packed.try_finish();
                std::mem::take(&mut packed.get_mut().bytes)
            }
        }
    }

    fn out(&self) -> &Capped {
        match &self.packing {
            Packing::None(out) => out,
            Packing::Gzip(packed) => packed.get_ref(),
        }
    }
}

/// Bytes as far as they are kept, and a count of all.
struct Capped {
    bytes: Vec<u8>,
    size: u64,
    room: Room,
}

impl Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let left = self.room.kept.saturating_sub(self.size);
        let fits = usize::try_from(left).unwrap_or(usize::MAX);
        self.bytes
            .extend_from_slice(piece.get(..fits).unwrap_or(piece));
        self.size = self.size.saturating_add(piece.len() as u64);
        if self.size > self.room.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use reqwest::header::HeaderValue;

    fn packed(name: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        headers
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn room(kept: u64, most: u64) -> Room {
        Room { kept, most }
    }

    fn unpack(bytes: &[u8], room: Room, pieces: usize) -> Result<Option<Vec<u8>>, Spoiled> {
        let mut body = Body::new(&packed("gzip"), 0, room).unwrap();
        for piece in bytes.chunks(pieces) {
            body.take(piece)?;
        }
        body.finish()
    }

    #[test]
    fn gzip_is_unpacked_however_it_is_cut() {
        let text = "[{\"id\":1}]".repeat(500);
        let bytes = gzip(text.as_bytes());
        for pieces in [1, 7, 100_000] {
            let unpacked = unpack(&bytes, room(10_000, 10_000), pieces).unwrap();
            assert_eq!(unpacked.unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn the_cap_holds_for_what_unfolds_and_for_what_came() {
        let bytes = gzip(&[b' '; 5_000]);
        assert!(unpack(&bytes, room(5_000, 5_000), 9).unwrap().is_some());
        assert_eq!(unpack(&bytes, room(4_999, 5_000), 9), Ok(None));
        assert_eq!(unpack(&bytes, room(9, 4_999), 9), Err(Spoiled::TooLarge));
        // A head, then empty blocks: it unfolds to nothing, for ever.
        let mut nothing = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        nothing.extend([0, 0, 0, 0xff, 0xff].repeat(300));
        assert_eq!(
            unpack(&nothing, room(1_000, 1_000), 9),
            Err(Spoiled::TooLarge)
        );
    }

    #[test]
    fn what_is_cut_altered_or_followed_by_more_is_no_gzip() {
        let bytes = gzip(b"[1,2,3]");
        let cut = &bytes[..bytes.len() - 1];
        let mut altered = bytes.clone();
        altered[bytes.len() - 6] ^= 1;
        let more = [bytes.as_slice(), b"more"].concat();
        for bad in [cut, &altered, &more, b"[1,2,3]"] {
            assert_eq!(unpack(bad, room(10_000, 10_000), 4), Err(Spoiled::Packing));
        }
    }

    #[test]
    fn another_packing_than_gzip_is_not_read() {
        assert!(Body::new(&packed("identity"), 0, room(1, 1)).is_ok());
        for name in ["br", "zstd", "gzip, gzip", "deflate"] {
            let Err(Failure::Unavailable(text)) = Body::new(&packed(name), 0, room(1, 1)) else {
                panic!("{name}");
            };
            assert!(text.contains(name), "{text}");
        }
    }
}
