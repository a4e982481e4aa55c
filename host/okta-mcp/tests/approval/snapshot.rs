//! Comparisons with what was approved, out of the lock: the approved file need not be there any more.

use serde_json::Value;

use crate::site::{Site, patched};

async fn findings(site: &Site, old: &str, new: &str, code: i32) -> Vec<String> {
    let ended = site.run(&["diff", old, new, "--format", "json"]).await;
    assert_eq!(ended.code, Some(code), "{}{}", ended.stdout, ended.stderr);
    let diff: Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = diff["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_was_approved_is_compared_with_a_file_when_the_old_file_is_gone() {
    let site = Site::new();
    site.approve(&[]).await;
    assert_eq!(
        findings(&site, "approved:probe", "probe.wasm", 0).await,
        [""; 0]
    );
    // As many bytes, and another text.
    site.place(&patched(
        "\"description\":\"Answers what it is given.\"",
        "\"description\":\"Answers what it was given\"",
    ));
    let changed = ["tool-text-changed:echo:description"];
    assert_eq!(
        findings(&site, "approved:probe", "probe.wasm", 3).await,
        changed
    );
    // And the other way round: what would be taken back by going back.
    assert_eq!(
        findings(&site, "probe.wasm", "approved:probe", 3).await,
        changed
    );
}

#[tokio::test]
async fn a_name_that_is_not_approved_is_told_with_those_that_are() {
    let site = Site::new();
    let told = site
        .refused(&["diff", "approved:probe", "probe.wasm"])
        .await;
    assert!(
        told.ends_with("plugins.lock has no approval of `probe`; approved are none"),
        "{told}"
    );
    site.approve(&[]).await;
    let told = site.refused(&["diff", "approved:prob", "probe.wasm"]).await;
    assert!(
        told.ends_with("has no approval of `prob`; approved are probe"),
        "{told}"
    );
    site.home.write("plugins.lock", "{");
    let told = site
        .refused(&["diff", "approved:probe", "probe.wasm"])
        .await;
    assert!(
        told.contains("plugins.lock is not a lock: line 1"),
        "{told}"
    );
}
