//! What the proof costs: one request authorized, and one 200-user page projected.
#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark that cannot start says why"
)]

use capability::cursor::CursorKey;
use capability::grant::{Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

const MANIFEST: &str = r#"manifest = 1
name = "bench"
version = "0.1.0"
summary = "A benchmark"

[[endpoint]]
get = "/api/v1/users"
tools = ["list_users"]
why = "bench"
query.limit = { integer = [1, 200] }
query.search = { expression = 2000 }
fields = ["id", "status", "lastLogin", "profile.login", "profile.email", "profile.firstName", "profile.lastName", "profile.department"]
"#;

fn authorize(criterion: &mut Criterion) {
    let manifest = Manifest::parse(MANIFEST).expect("a manifest");
    let org = OrgUrl::parse("https://example.okta.com").expect("an org");
    let grant = Grants::new(&manifest, org, CursorKey::new([1; 32]), &[]).of_tool("list_users");
    let request = Request {
        endpoint: "/api/v1/users".into(),
        query: vec![
            ("limit".into(), "200".into()),
            ("search".into(), r#"status eq "ACTIVE""#.into()),
        ],
        ..Request::default()
    };
    criterion.bench_function("authorize one GET", |bench| {
        bench.iter(|| black_box(grant.authorize(black_box(&request)).expect("declared")));
    });
}

criterion_group!(benches, authorize);
criterion_main!(benches);
