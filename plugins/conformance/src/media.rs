//! A picture and a sound.

use crate::bindings::okta::plugin::content::Blob;

/// One blue pixel.
pub(crate) fn picture() -> Blob {
    Blob {
        data: include_bytes!("../media/pixel.png").to_vec(),
        mime_type: "image/png".to_owned(),
    }
}

/// A hundredth of a second of silence.
pub(crate) fn sound() -> Blob {
    Blob {
        data: include_bytes!("../media/silence.wav").to_vec(),
        mime_type: "audio/wav".to_owned(),
    }
}
