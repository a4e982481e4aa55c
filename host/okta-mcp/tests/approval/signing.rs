//! Signed locks: what counts, what does not, and that `minisign` itself and this program check each other's.

use std::path::PathBuf;
use std::process::Command;

use minisign::KeyPair;
use serde_json::json;

use crate::site::Site;

/// A key pair in files of the site, as `minisign -G -W` leaves them; the line of the public one.
fn key(site: &Site, name: &str) -> String {
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    let secret = pair.sk.to_box(None).unwrap().into_string();
    std::fs::write(site.path(name), secret).unwrap();
    let public = pair.pk.to_box().unwrap().into_string();
    std::fs::write(site.path(&format!("{name}.pub")), public).unwrap();
    pair.pk.to_base64()
}

fn require(site: &Site, keys: &[&str]) {
    site.settings(json!({"lock": {"requireSignatureBy": keys}}));
}

#[tokio::test]
async fn a_lock_counts_with_a_signature_by_a_named_key_and_with_no_other() {
    let site = Site::new();
    let (own, other) = (key(&site, "own"), key(&site, "other"));
    require(&site, &[&own]);
    let told = site.refused(&["approve", "probe.wasm", "--by", "me"]).await;
    assert!(
        told.contains("asks for a signature; name the secret key with --sign-key FILE"),
        "{told}"
    );
    let told = site
        .refused(&["approve", "probe.wasm", "--by", "me", "--sign-key", "other"])
        .await;
    assert!(told.contains("other is the key "), "{told}");
    site.approve(&["--sign-key", "own"]).await;
    site.loads().await;
    require(&site, &[&other]);
    assert!(site.left_out().await.contains("it is signed by the key "));
    require(&site, &[&other, &own]);
    site.loads().await;
}

#[tokio::test]
async fn a_signed_lock_that_was_changed_is_refused_and_never_signed_again_by_approving_more() {
    let site = Site::new();
    let own = key(&site, "own");
    require(&site, &[&own]);
    site.approve(&["--sign-key", "own"]).await;
    site.tamper(|lock| {
        lock["serial"] = json!(2);
        lock["plugins"]["probe"]["expires"] = json!("2099-01-01");
    });
    let told = site.left_out().await;
    assert!(
        told.contains("does not fit it: the one or the other was changed afterwards"),
        "{told}"
    );
    let told = site
        .refused(&["approve", "probe.wasm", "--by", "me", "--sign-key", "own"])
        .await;
    assert!(told.contains("was changed afterwards"), "{told}");
    std::fs::remove_file(site.path("plugins.lock.minisig")).unwrap();
    assert!(site.left_out().await.contains("it is not signed"));
    site.home.write("plugins.lock.minisig", "no signature");
    assert!(
        site.left_out()
            .await
            .contains("its signature is not one of minisign's")
    );
    let told = site.refused(&["lock", "accept"]).await;
    assert!(
        told.contains("its signature is not one of minisign's"),
        "{told}"
    );
}

#[tokio::test]
async fn a_lock_that_is_signed_is_not_left_with_a_signature_that_fits_nothing() {
    let site = Site::new();
    key(&site, "own");
    site.approve(&["--sign-key", "own"]).await;
    let told = site.refused(&["approve", "probe.wasm", "--by", "me"]).await;
    assert!(
        told.contains("is signed; sign it again with --sign-key FILE, or remove "),
        "{told}"
    );
}

#[tokio::test]
async fn an_older_lock_is_refused_however_well_it_is_signed() {
    let site = Site::new();
    let own = key(&site, "own");
    require(&site, &[&own]);
    site.approve(&["--sign-key", "own"]).await;
    let files = ["plugins.lock", "plugins.lock.minisig"].map(|name| site.path(name));
    let old = files.clone().map(|file| std::fs::read(file).unwrap());
    let removed = site
        .run(&["lock", "remove", "probe", "--sign-key", "own"])
        .await;
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    for (file, bytes) in files.iter().zip(old) {
        std::fs::write(file, bytes).unwrap();
    }
    assert!(
        site.left_out()
            .await
            .contains("has serial 1, but 2 was seen here")
    );
}

/// The distribution's own tool, where it is installed; CI installs it.
pub fn minisign() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path)
        .map(|dir| dir.join("minisign"))
        .find(|file| file.is_file());
    // Not silently: CI asks for it.
    assert!(
        found.is_some() || std::env::var_os("OKTA_MCP_NEEDS_MINISIGN").is_none(),
        "minisign is not installed"
    );
    found
}

#[tokio::test]
async fn minisign_itself_verifies_what_is_signed_here_and_the_other_way_round() {
    let Some(minisign) = minisign() else {
        return;
    };
    let site = Site::new();
    let own = key(&site, "own");
    require(&site, &[&own]);
    site.approve(&["--sign-key", "own"]).await;
    let run = |arguments: &[&str]| {
        let ended = Command::new(&minisign)
            .args(arguments)
            .current_dir(site.home.path())
            .output()
            .unwrap();
        (
            ended.status.success(),
            String::from_utf8_lossy(&ended.stdout).into_owned()
                + &String::from_utf8_lossy(&ended.stderr),
        )
    };
    let (sound, told) = run(&["-Vm", "plugins.lock", "-P", &own]);
    assert!(sound, "{told}");
    assert!(told.contains("file:plugins.lock\tserial:1"), "{told}");
    // The lock as a reviewer signs it, with the tool that he has.
    std::fs::remove_file(site.path("plugins.lock.minisig")).unwrap();
    assert!(site.left_out().await.contains("it is not signed"));
    let (signed, told) = run(&["-Sm", "plugins.lock", "-s", "own"]);
    assert!(signed, "{told}");
    site.loads().await;
}
