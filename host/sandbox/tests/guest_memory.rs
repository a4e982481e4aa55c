//! A guest that searches its own memory, all of it, for what must never have been in it: the secrets of
//! objects that Okta answered with, when its manifest declares all that a manifest can.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "tests, and helpers of tests"
)]

#[path = "../../okta-mcp/tests/canaries/planted.rs"]
#[allow(dead_code, reason = "the program's own tests use the rest")]
mod planted;
mod support;

use std::sync::Arc;

use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;
use capability::limits::Limits;
use futures::future::BoxFuture;
use sandbox::{Budget, Directory, Engine, Package};
use serde_json::{Value, json};

use planted::{MARK, plant};
use support::world::World;
use support::{Guest, record};

/// As much as a manifest can declare without calling itself sensitive.
const MANIFEST: &str = r#"manifest = 1
name = "searcher"
version = "0.1.0"
summary = "Searches its memory"

[[endpoint]]
get = "/api/v1/groups"
tools = ["list_groups"]
why = "everything"
fields = ["*", "*.*", "*.*.*", "*.*.*.*", "*.*.*.*.*", "profile.*", "credentials.emails.value", "_embedded.*"]

[[endpoint]]
get = "/api/v1/users"
tools = ["list_users"]
why = "everything"
fields = ["*", "*.*", "*.*.*", "*.*.*.*", "*.*.*.*.*", "profile.login", "credentials.provider.name", "_links.self.*"]
"#;

/// Counts the mark in every byte of the memory, after `get` has filled it, and reports the count and whether
/// a page came. The mark is a number in the code, and so itself nowhere in the memory.
fn searcher(get: &str) -> Guest {
    let mark = u64::from_le_bytes(MARK.as_bytes().try_into().unwrap());
    let search = format!(
        r#"(func $search (result i32) (local $at i32) (local $end i32) (local $found i32)
        (call {get})
        (local.set $end (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 7)))
        (loop $next
          (if (i64.eq (i64.load align=1 (local.get $at)) (i64.const {mark}))
            (then (local.set $found (i32.add (local.get $found) (i32.const 1)))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
        (call $report (local.get $found) (i32.load8_u (i32.const 4096))))"#
    );
    Guest::call("(call $search)").fields(&search)
}

/// Answers with one body, projected as the grant says.
struct Answers(String);

impl Directory for Answers {
    fn get<'a>(
        &'a self,
        get: &'a AuthorizedGet,
        _: Budget,
    ) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(async {
            let projected = get.projection().apply(self.0.as_bytes()).unwrap();
            Ok(Page {
                rows: projected.rows,
                received: self.0.len() as u64,
                body: projected.body,
                ..support::world::page(0)
            })
        })
    }
}

/// How often the guest found the mark in its memory.
async fn found(get: &str, tool: &str, body: &Value) -> u32 {
    let engine = Engine::new().unwrap();
    let module = searcher(get).module();
    let package = sandbox::pack(&engine, &module, MANIFEST, &record())
        .await
        .unwrap();
    let world = World::new(&engine, Package::parse(package).unwrap(), Limits::DEFAULT);
    let outcome = world
        .call_tool(tool, Arc::new(Answers(body.to_string())))
        .await;
    let (found, failed) = support::world::numbers(&outcome);
    assert_eq!(failed, 0, "the guest got a page");
    found
}

/// A user, an application with a JWK, and a factor, as Okta lists them.
fn objects() -> Value {
    json!([
        {
            "id": "00u11qxw8mzK7RtPd5f6", "status": "ACTIVE",
            "profile": {"login": "mara@northwind.example.com", "department": "Field"},
            "credentials": {"password": {}, "emails": [{"value": "mara@northwind.example.com", "type": "PRIMARY"}],
                "provider": {"type": "OKTA", "name": "OKTA"}},
            "_links": {"self": {"href": "https://example.okta.com/api/v1/users/x"}},
        },
        {
            "id": "0oa1gjh63g214q0Hq0g4", "label": "Payroll", "signOnMode": "OPENID_CONNECT",
            "credentials": {"oauthClient": {"client_id": "0oa1"}, "signing": {"kid": "abc"}},
            "settings": {"oauthClient": {"jwks": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}}},
        },
        {
            "id": "uftm3iHSGFQXHCUSDAND", "factorType": "token:hotp", "provider": "CUSTOM",
            "profile": {"credentialId": "x"}, "_links": {"qrcode": {"href": "https://example.okta.com/qr/x"}},
        },
    ])
}

#[tokio::test]
async fn the_whole_memory_of_a_guest_that_declares_all_it_can_holds_no_secret() {
    let mut body = objects();
    let planted = plant(&mut body, "/api/v1/test");
    // Phone numbers, addresses and credential ids are personal and no secrets: who declares them gets them.
    drop_what_is_personal(&mut body);
    let secrets = body.to_string().matches(MARK).count();
    assert!(
        secrets > 300 && planted >= secrets,
        "{secrets} of {planted}"
    );
    for (get, tool) in [("$get_groups", "list_groups"), ("$get_users", "list_users")] {
        assert_eq!(found(get, tool, &body).await, 0, "{tool}");
    }
}

/// The search works: in a field that the guest may see, the mark is found each time that it is there.
#[tokio::test]
async fn a_mark_in_a_declared_field_is_found_in_the_memory() {
    let body = json!([{"id": MARK, "profile": {"login": format!("x{MARK}"), "password": MARK}}]);
    assert_eq!(found("$get_users", "list_users", &body).await, 2);
}

fn drop_what_is_personal(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(drop_what_is_personal),
        Value::Object(object) => {
            object.retain(|name, _| {
                !["phoneNumber", "credentialId", "email"].contains(&name.as_str())
            });
            object.values_mut().for_each(drop_what_is_personal);
        }
        _ => {}
    }
}
