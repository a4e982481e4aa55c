//! A response's body, never more of it than may be held.
//!
//! The cap counts decoded bytes and is checked as they arrive, so neither an endless body nor a small
//! gzip that unfolds into a large one gets further than the cap and one read's worth. What the server
//! says of the length is believed in one direction only: a body that announces itself as too large
//! is not begun.

use bytes::Bytes;
use capability::answer::Failure;
use futures::StreamExt;
use reqwest::Response;

use crate::fault;

/// The largest page that is ever read, in bytes, whatever the budget. The largest page that Okta's
/// documented limits allow (10,000 groups of some 600 bytes) stays below it; and with its projection
/// beside it, a page never holds more than twice this of the host's memory.
pub(crate) const MAX_PAGE: u64 = 8 << 20;

/// The most that is read of an error's body, in bytes. Okta's own have some hundred; an HTML page
/// from the edge may be longer, and nothing of it is used.
const MAX_REFUSAL: usize = 64 << 10;

/// What is set aside for a body at once, however long it says that it is.
const FIRST_PIECE: u64 = 256 << 10;

/// Reads a whole page of at most `budget` bytes.
pub(crate) async fn page(response: Response, budget: u64) -> Result<Vec<u8>, Failure> {
    let cap = budget.min(MAX_PAGE);
    let announced = response.content_length().unwrap_or(0);
    if announced > cap {
        return Err(too_large(budget));
    }
    let mut body = Vec::with_capacity(usize::try_from(announced.min(FIRST_PIECE)).unwrap_or(0));
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece: Bytes = piece.map_err(fault::body_broke)?;
        if (body.len() as u64).saturating_add(piece.len() as u64) > cap {
            return Err(too_large(budget));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn too_large(budget: u64) -> Failure {
    if budget <= MAX_PAGE {
        Failure::Exhausted(format!(
            "Okta's answer is larger than the {budget} bytes that this call may still receive; ask for \
             smaller pages or a narrower search"
        ))
    } else {
        Failure::Unavailable(format!(
            "Okta's answer is larger than {MAX_PAGE} bytes, the most that is read of one page; ask for \
             smaller pages"
        ))
    }
}

/// Reads the beginning of an error's body; one that breaks off is as good as what came of it.
pub(crate) async fn of_refusal(response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(Ok(piece)) = pieces.next().await {
        let room = MAX_REFUSAL.saturating_sub(body.len());
        body.extend(piece.iter().take(room));
        if piece.len() >= room {
            break;
        }
    }
    body
}
