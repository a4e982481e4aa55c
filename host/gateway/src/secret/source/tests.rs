use super::*;

fn command(arguments: &[&str]) -> Source {
    Source::Command(arguments.iter().map(|text| (*text).to_owned()).collect())
}

async fn said(source: Source) -> Result<String, SourceError> {
    source
        .fetch()
        .await
        .map(|secret| secret.expose().to_owned())
}

#[tokio::test]
async fn a_file_gives_its_text_without_the_blanks_around_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret");
    std::fs::write(&path, "  00token\r\n\n").unwrap();
    assert_eq!(said(Source::File(path.clone())).await.unwrap(), "00token");
    std::fs::write(&path, " \n").unwrap();
    assert!(matches!(
        said(Source::File(path.clone())).await,
        Err(SourceError::Empty(_))
    ));
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(matches!(
        said(Source::File(path.clone())).await,
        Err(SourceError::NotText(_))
    ));
    std::fs::write(&path, "x".repeat(MAX_BYTES)).unwrap();
    assert!(said(Source::File(path.clone())).await.is_ok());
    std::fs::write(&path, "x".repeat(MAX_BYTES + 1)).unwrap();
    assert!(matches!(
        said(Source::File(path)).await,
        Err(SourceError::TooLong(_))
    ));
    let gone = said(Source::File(dir.path().join("gone")))
        .await
        .unwrap_err();
    assert!(
        gone.to_string()
            .contains("gone cannot be read: No such file"),
        "{gone}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_warned_of_with_the_remedy() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key.pem");
    std::fs::write(&path, "x").unwrap();
    for (mode, warned) in [
        (0o600, false),
        (0o400, false),
        (0o640, true),
        (0o604, true),
        (0o644, true),
    ] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let warning = Source::File(path.clone())
            .exposed()
            .map(|exposed| exposed.to_string());
        assert_eq!(warning.is_some(), warned, "{mode:o}");
        if let Some(text) = warning {
            assert!(
                text.contains("chmod 600 ") && text.contains("key.pem"),
                "{text}"
            );
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_is_run_without_a_shell_and_its_output_is_the_secret() {
    assert_eq!(
        said(command(&["printf", "00to ken\n"])).await.unwrap(),
        "00to ken"
    );
    // Nothing is expanded, nothing is chained.
    assert_eq!(
        said(command(&["echo", "$HOME; echo x"])).await.unwrap(),
        "$HOME; echo x"
    );
    // Nobody answers a question on stdin.
    assert!(matches!(
        said(command(&["cat"])).await,
        Err(SourceError::Empty(_))
    ));
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_fails_is_told_without_a_word_of_what_it_said() {
    let failed = said(command(&[
        "sh",
        "-c",
        "echo 00secret; echo 00secret >&2; exit 3",
    ]))
    .await;
    let text = failed.unwrap_err().to_string();
    assert_eq!(
        text,
        "the command `sh` failed (exit status: 3); run it by hand to see why"
    );
    let missing = said(command(&["no-such-program-here"]))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        missing.starts_with("the command `no-such-program-here` cannot be started: "),
        "{missing}"
    );
    assert_eq!(said(command(&[])).await, Err(SourceError::NoProgram));
    let endless = said(command(&["yes"])).await;
    assert!(
        matches!(endless, Err(SourceError::TooLong(_))),
        "{endless:?}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_hangs_is_stopped() {
    let slow = run("sleep", &["600".to_owned()], Duration::from_millis(20)).await;
    assert_eq!(slow.unwrap_err(), SourceError::Slow("sleep".to_owned()));
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_runs_once_when_it_is_first_needed_and_again_after_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    let count = dir.path().join("count");
    let script = format!(
        "echo x >> {0}; [ $(wc -l < {0}) -gt 1 ] && echo 00token",
        count.display()
    );
    let held = Held::new(command(&["sh", "-c", &script]), |secret: &Secret| {
        Ok(secret.expose().len())
    })
    .unwrap();
    assert!(!count.exists(), "nothing runs before it is needed");
    assert!(held.get().await.is_err());
    assert_eq!(held.get().await, Ok(&7));
    assert_eq!(held.get().await, Ok(&7));
    assert_eq!(std::fs::read_to_string(count).unwrap().lines().count(), 2);
}

#[test]
fn a_secret_is_in_no_debug_text() {
    let source = Source::Given("00secret".into());
    let held = Held::new(source.clone(), |_: &Secret| Ok(())).unwrap();
    for text in [
        format!("{source:?}"),
        format!("{held:?}"),
        format!("{}", Secret::from("00secret")),
    ] {
        assert!(
            text.contains("[redacted]") && !text.contains("00secret"),
            "{text}"
        );
    }
}
