//! How a response goes onto the wire: whole, or in one of the ways that break clients.

use std::io::{self, Write as _};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;

use crate::wire::Response;

/// How much of a response is sent, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    Whole,
    /// The connection closes after half of the body.
    HalfTheBody,
    /// The head announces so many bytes; the connection closes after the real ones.
    Announced(u64),
    /// The body byte by byte.
    Drip(Duration),
    /// The response's body, then this again and again in chunks until the client hangs up.
    Endless(&'static [u8]),
    /// The connection closes at once.
    Nothing,
    /// The connection is reset at once.
    Reset,
}

/// What is sent again and again for a body without end: 64 KiB.
pub(crate) const BLANKS: &[u8] = &[b' '; 64 << 10];

/// Empty blocks of DEFLATE, byte for byte (a stored block's header, its length, the length's
/// complement): a decoder reads them and has nothing.
pub(crate) const EMPTY_BLOCKS: &[u8] = [[0, 0, 0, 0xff, 0xff]; 4_096].as_flattened();

/// The head of a gzip member, before its first block.
pub(crate) const GZIP_HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

impl Sending {
    /// Whether the client sees a status.
    pub(crate) fn answers(&self) -> bool {
        !matches!(self, Sending::Nothing | Sending::Reset)
    }
}

/// Sends `response`; whether the connection can be used again.
///
/// # Errors
/// Those of the socket, also when the client hangs up.
pub(crate) async fn send(
    writer: &mut OwnedWriteHalf,
    response: &Response,
    sending: &Sending,
    keep_alive: bool,
    with_body: bool,
) -> io::Result<bool> {
    let length = response.body.len();
    match sending {
        Sending::Whole => {
            let mut bytes = response.head(&length_header(length as u64), keep_alive);
            if with_body {
                bytes.extend_from_slice(&response.body);
            }
            writer.write_all(&bytes).await?;
            return Ok(keep_alive);
        }
        Sending::HalfTheBody => {
            let mut bytes = response.head(&length_header(length as u64), false);
            bytes.extend(response.body.iter().take(length.div_ceil(2)));
            writer.write_all(&bytes).await?;
        }
        Sending::Announced(announced) => {
            let mut bytes = response.head(&length_header(*announced), false);
            bytes.extend_from_slice(&response.body);
            writer.write_all(&bytes).await?;
        }
        Sending::Drip(pause) => {
            let head = response.head(&length_header(length as u64), false);
            writer.write_all(&head).await?;
            for byte in &response.body {
                tokio::time::sleep(*pause).await;
                writer.write_all(&[*byte]).await?;
            }
        }
        Sending::Endless(again) => {
            let mut next = response.head("transfer-encoding: chunked", false);
            next.extend(chunk(&response.body));
            loop {
                writer.write_all(&next).await?;
                next = chunk(again);
            }
        }
        Sending::Nothing => {}
        Sending::Reset => writer.as_ref().set_zero_linger()?,
    }
    Ok(false)
}

fn length_header(length: u64) -> String {
    format!("content-length: {length}")
}

/// A chunk of a chunked body; an empty one would end it and is left out.
fn chunk(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let mut out = format!("{:x}\r\n", bytes.len()).into_bytes();
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
    out
}

/// A JSON list of `bytes` bytes, nearly all of them blanks, packed by gzip.
///
/// # Errors
/// None that can be met: the packed bytes go to memory.
pub(crate) fn bomb(bytes: u64) -> io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(b"[")?;
    let mut left = usize::try_from(bytes)
        .unwrap_or(usize::MAX)
        .saturating_sub(2);
    while left > 0 {
        let piece = BLANKS.get(..left).unwrap_or(BLANKS);
        packer.write_all(piece)?;
        left -= piece.len();
    }
    packer.write_all(b"]")?;
    packer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_bomb_is_a_list_of_the_size_that_was_asked_for_and_small() {
        for size in [2, 3, 65_536, 65_539, 1 << 20] {
            let packed = bomb(size).unwrap();
            let mut text = String::new();
            flate2::read::GzDecoder::new(packed.as_slice())
                .read_to_string(&mut text)
                .unwrap();
            assert_eq!(text.len() as u64, size);
            assert!(text.starts_with('[') && text.ends_with(']'));
            assert!(size < 10_000 || (packed.len() as u64) < size / 50);
        }
    }

    #[test]
    fn empty_blocks_unfold_to_nothing() {
        let packed = [GZIP_HEAD, EMPTY_BLOCKS, EMPTY_BLOCKS].concat();
        let mut out = Vec::new();
        let end = flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut out);
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(out.is_empty());
    }
}
