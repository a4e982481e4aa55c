//! Where a report goes: to stdout, or into a file that is whole or not there.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

/// Writes `text` to `file`, or to stdout where there is none.
///
/// A file is written beside its place and then renamed, so that a reader never meets half of it and a
/// full disk leaves the old one as it was.
///
/// # Errors
/// When the file cannot be written; nothing is changed then.
pub fn write(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = file else {
        anstream::print!("{text}");
        return Ok(());
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let place = || format!("cannot write {}", path.display());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(readable());
    let mut whole = builder.tempfile_in(folder).with_context(place)?;
    whole.write_all(text.as_bytes()).with_context(place)?;
    whole.as_file().sync_all().with_context(place)?;
    whole
        .persist(path)
        .map_err(|error| error.error)
        .with_context(place)?;
    Ok(())
}

/// A report is no secret: it gets the permissions of any new file, which the user's umask narrows.
#[cfg(unix)]
fn readable() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::Permissions::from_mode(0o666)
}
