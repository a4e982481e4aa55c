//! Who signed a package: told by a signature beside it, recorded with its approval, and compared.

use std::io::Cursor;
use std::process::Command;

use minisign::KeyPair;
use serde_json::{Value, json};

use crate::signing;
use crate::site::{Site, patched};

/// Signs the package as it lies there.
fn sign(site: &Site, pair: &KeyPair) {
    let bytes = std::fs::read(site.path("probe.wasm")).unwrap();
    let signed = minisign::sign(
        Some(&pair.pk),
        &pair.sk,
        Cursor::new(bytes),
        Some("file:probe.wasm\trelease 7"),
        Some("untrusted"),
    );
    let text = signed.unwrap().into_string();
    std::fs::write(site.path("probe.wasm.minisig"), text).unwrap();
}

fn pair() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().unwrap()
}

fn trust(site: &Site, pairs: &[&KeyPair]) {
    let keys: Vec<String> = pairs.iter().map(|pair| pair.pk.to_base64()).collect();
    site.settings(json!({"packageKeys": keys}));
}

/// The signer as a review tells it.
async fn signature(site: &Site) -> Value {
    let ended = site
        .run(&["review", "probe.wasm", "--format", "json"])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let review: Value = serde_json::from_str(&ended.stdout).unwrap();
    let plugin = &review["plugins"][0];
    assert_eq!(
        plugin["facts"]["signer"].is_string(),
        plugin["signature"]["is"] == "by",
        "{plugin}"
    );
    plugin["signature"].clone()
}

#[tokio::test]
async fn a_review_tells_the_key_and_its_comment_only_where_a_trusted_key_signed_these_bytes() {
    let site = Site::new();
    let own = pair();
    assert_eq!(signature(&site).await, json!({"is": "none"}));
    sign(&site, &own);
    let unknown = signature(&site).await;
    assert_eq!(unknown["is"], "unknown", "no key is trusted yet");
    trust(&site, &[&pair(), &own]);
    let known = signature(&site).await;
    assert_eq!(known["is"], "by");
    assert_eq!(known["key"], unknown["key"]);
    assert_eq!(known["comment"], "file:probe.wasm\trelease 7");
    let key = known["key"].as_str().unwrap();
    for format in ["text", "markdown", "html", "sarif"] {
        let ended = site
            .run(&["review", "probe.wasm", "--format", format])
            .await;
        assert!(ended.stdout.contains(key), "{format}: {}", ended.stdout);
        assert!(ended.stdout.contains("release 7"), "{format}");
    }
    // A plugin that loads is told of as well.
    site.approve(&[]).await;
    let all = site.run(&["review", "--format", "json"]).await;
    assert_eq!(all.code, Some(0), "{}", all.stderr);
    let all: Value = serde_json::from_str(&all.stdout).unwrap();
    let probe = all["plugins"].as_array().unwrap().last().unwrap();
    assert_eq!(probe["signature"], known);
}

#[tokio::test]
async fn a_signature_that_does_not_fit_or_is_none_is_one_line_and_nothing_is_approved() {
    let site = Site::new();
    let own = pair();
    trust(&site, &[&own]);
    sign(&site, &own);
    site.place(&patched(
        "Answers what it is given.",
        "Answers what it was given",
    ));
    for arguments in [
        &["review", "probe.wasm"][..],
        &["approve", "probe.wasm", "--by", "me"],
        &["diff", "users", "probe.wasm"],
    ] {
        let told = site.refused(arguments).await;
        assert!(
            told.contains("probe.wasm.minisig, by the key ")
                && told.contains(
                    ", does not fit the package: the one or the other was changed afterwards"
                ),
            "{told}"
        );
    }
    site.home.write("probe.wasm.minisig", "no signature");
    let told = site.refused(&["review", "probe.wasm"]).await;
    assert!(
        told.contains("probe.wasm.minisig is not a signature of minisign's (0.10 or newer): "),
        "{told}"
    );
}

#[tokio::test]
async fn an_approval_keeps_the_signer_and_another_one_is_a_finding() {
    let site = Site::new();
    let (own, other) = (pair(), pair());
    trust(&site, &[&own, &other]);
    let diff = async |code: i32| {
        let ended = site
            .run(&["diff", "approved:probe", "probe.wasm", "--format", "json"])
            .await;
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        let diff: Value = serde_json::from_str(&ended.stdout).unwrap();
        diff["findings"].clone()
    };
    site.approve(&[]).await;
    sign(&site, &own);
    let findings = diff(0).await;
    assert_eq!(findings[0]["id"], "signer-changed");
    assert_eq!(findings[0]["widens"], false, "signed where it was not");

    let shown = site.approve(&[]).await.stdout;
    let key = site.lock()["plugins"]["probe"]["snapshot"]["signer"].clone();
    let key = key.as_str().unwrap();
    assert!(
        shown.contains(&format!("Signer: the key {key}: file:probe.wasm")),
        "{shown}"
    );
    assert_eq!(diff(0).await, json!([]));

    sign(&site, &other);
    let findings = diff(3).await;
    assert_eq!(findings[0]["id"], "signer-changed");
    assert_eq!(findings[0]["old"], key);
    std::fs::remove_file(site.path("probe.wasm.minisig")).unwrap();
    assert_eq!(diff(3).await[0]["new"], Value::Null);
    // What runs is decided by the bytes that were approved, and by nothing else.
    site.loads().await;
}

#[tokio::test]
async fn a_key_that_is_none_is_told_with_its_place() {
    let site = Site::new();
    site.settings(json!({"packageKeys": [pair().pk.to_base64(), "RWnonsense"]}));
    let told = site.refused(&["review", "probe.wasm"]).await;
    assert!(
        told.contains("packageKeys[1]: is not a public key of minisign"),
        "{told}"
    );
}

#[tokio::test]
async fn what_minisign_itself_signs_is_known() {
    let Some(minisign) = signing::minisign() else {
        return;
    };
    let site = Site::new();
    let own = pair();
    trust(&site, &[&own]);
    let secret = own.sk.to_box(None).unwrap().into_string();
    site.home.write("own", &secret);
    let signed = Command::new(minisign)
        .args(["-Sm", "probe.wasm", "-s", "own", "-t", "nightly"])
        .current_dir(site.home.path())
        .output()
        .unwrap();
    assert!(signed.status.success(), "{signed:?}");
    assert_eq!(signature(&site).await["comment"], "nightly");
}
