//! `doctor`: each thing that can be wrong, told by the check that looks at it, with what to do.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use simulator::{Clock, Handle, Options, Org, Plan};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::support::{Ended, Home, PROGRAM, Simulator, probe, repository};
use crate::tls::Front;

/// What `doctor` said.
struct Said {
    code: Option<i32>,
    report: Value,
    text: String,
}

impl Said {
    async fn of(mut command: Command) -> Self {
        command.arg("--json");
        let ended = Ended::of(command).await;
        assert_eq!(ended.stderr, "", "{}", ended.stdout);
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        let problems = report["checks"].as_array().unwrap().iter();
        let problems = problems
            .filter(|check| check["result"] == "problem")
            .count();
        assert_eq!(report["problems"], problems, "{report:#}");
        assert_eq!(ended.code, Some(i32::from(problems > 0)), "{report:#}");
        for check in report["checks"].as_array().unwrap() {
            let remedy = check["remedy"].as_str().unwrap_or_default();
            assert_eq!(check["result"] == "problem", !remedy.is_empty(), "{check}");
        }
        Self {
            code: ended.code,
            report,
            text: ended.stdout,
        }
    }

    fn checks(&self) -> impl Iterator<Item = &Value> {
        self.report["checks"].as_array().unwrap().iter()
    }

    /// The only check of this name.
    fn check(&self, name: &str) -> &Value {
        let mut own = self.checks().filter(|check| check["check"] == name);
        let first = own
            .next()
            .unwrap_or_else(|| panic!("no {name}: {:#}", self.report));
        assert_eq!(own.next(), None, "{:#}", self.report);
        first
    }

    fn is(&self, name: &str, result: &str) -> &str {
        let check = self.check(name);
        assert_eq!(check["result"], result, "{:#}", self.report);
        check["found"].as_str().unwrap()
    }

    fn is_ok(&self, name: &str) -> &str {
        self.is(name, "ok")
    }

    /// What was found wrong, and what to do.
    fn problem(&self, name: &str) -> (&str, &str) {
        (
            self.is(name, "problem"),
            self.check(name)["remedy"].as_str().unwrap(),
        )
    }

    /// The names of all problems.
    fn problems(&self) -> Vec<&str> {
        self.checks()
            .filter(|check| check["result"] == "problem")
            .map(|check| check["check"].as_str().unwrap())
            .collect()
    }
}

/// `doctor` with the settings in this environment.
fn doctor(home: &Home, url: &str, token: &str) -> Command {
    let mut command = home.command(["doctor"]);
    command
        .env("OKTA_ORG_URL", url)
        .env("OKTA_API_TOKEN", token);
    command
}

async fn asked_of(org: &Simulator, home: &Home) -> Said {
    let said = Said::of(doctor(home, &org.url, &org.token)).await;
    assert!(!said.text.contains(&org.token), "{}", said.text);
    said
}

/// The example org in this process, by this clock.
async fn org_at(clock: Clock) -> Handle {
    let options = Options {
        clock,
        plan: Plan::Unmetered,
        ..Options::default()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let org = Arc::new(Org::generate(1, Options::DEMO_TIME));
    simulator::serve(listener, org, options).await.unwrap()
}

#[tokio::test]
async fn where_nothing_is_wrong_every_line_says_so_and_no_secret_is_shown() {
    let home = Home::new();
    let org = Simulator::start(&home).await;
    let said = asked_of(&org, &home).await;
    assert_eq!(said.code, Some(0));
    for (check, found) in [
        ("config", "no file is read"),
        ("org", org.url.as_str()),
        ("proxy", "none for this org"),
        ("dns", "127.0.0.1 is at 127.0.0.1"),
        ("connection", "takes connections"),
        ("tls", "an org on this machine is asked in plain HTTP"),
        ("clock", "it agrees with Okta's"),
        ("okta", "the org 00o"),
        ("credential", "Okta takes the API token"),
        ("scopes", "an API token has none"),
        ("access.users", "GET /api/v1/users answers (1 row)"),
        ("access.groups", "GET /api/v1/groups answers (1 row)"),
        ("access.apps", "GET /api/v1/apps answers (1 row)"),
        ("access.policies", "GET /api/v1/policies answers"),
        ("plugin.users", "0.1.0 loads, 3 tools offered, built in"),
        ("plugin.factors", "loads, 2 tools offered"),
        ("lock", "nothing but the built-in plugins may run"),
        ("boundary", "no organisation's boundary is set"),
        ("state", "holds this machine's keys"),
        ("cache", "compiled code is kept in "),
        ("audit", "no audit log is kept"),
        ("clients", "no client has an entry for this program"),
    ] {
        let own = said.is_ok(check);
        assert!(own.contains(found), "{check}: {own}");
    }
    let factors = said.is("access.factors", "untried");
    assert!(factors.contains("call one of its tools"), "{factors}");

    let text = Ended::of(doctor(&home, &org.url, &org.token)).await;
    assert_eq!((text.code, text.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = text.stdout.lines().collect();
    assert_eq!(lines.last(), Some(&"no problem was found"));
    assert_eq!(lines.len(), said.checks().count() + 1);
    assert!(lines[0].starts_with("ok       config: "), "{}", lines[0]);
    assert!(!text.stdout.contains(&org.token), "{}", text.stdout);
}

#[tokio::test]
async fn the_example_org_has_nothing_wrong() {
    let home = Home::new();
    let said = Said::of(home.command(["doctor", "--demo"])).await;
    assert_eq!(said.problems(), <[&str; 0]>::default());
    said.is_ok("access.users");
}

#[tokio::test]
async fn its_json_fits_the_published_schema() {
    let home = Home::new();
    let printed = home.run(["doctor", "--schema"]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let committed = std::fs::read_to_string(repository("host/okta-mcp/doctor.schema.json"));
    assert!(
        committed.is_ok_and(|committed| committed == printed.stdout),
        "run `cargo run -p okta-mcp -- doctor --schema > host/okta-mcp/doctor.schema.json`"
    );
    let schema: Value = serde_json::from_str(&printed.stdout).unwrap();
    for command in [home.command(["doctor"]), home.command(["doctor", "--demo"])] {
        jsonschema::validate(&schema, &Said::of(command).await.report).unwrap();
    }
}

#[tokio::test]
async fn a_mistake_in_the_settings_is_told_and_the_org_is_left_alone() {
    let home = Home::new();
    home.write("config.json", "{\"okta\": {\"orgUrll\": \"x\"}}");
    let said = Said::of(home.command(["doctor", "--config", "config.json"])).await;
    let (found, remedy) = said.problem("config");
    assert!(found.contains("did you mean `orgUrl`?"), "{found}");
    assert!(remedy.contains("`okta-mcp config schema`"), "{remedy}");
    said.is("org", "untried");

    let missing = Said::of(home.command(["doctor"])).await;
    let (found, remedy) = missing.problem("org");
    assert!(found.starts_with("no Okta org is configured"), "{found}");
    assert!(remedy.starts_with("`okta-mcp init` "), "{remedy}");
    missing.is_ok("plugin.users");
}

#[tokio::test]
async fn a_token_that_okta_does_not_take_is_told_once_and_not_shown() {
    let home = Home::new();
    let org = Simulator::start(&home).await;
    let wrong = "00wrongWrongWrongWrongWrongWrongWrongWro0";
    let said = Said::of(doctor(&home, &org.url, wrong)).await;
    let (found, remedy) = said.problem("credential");
    assert!(
        found.starts_with("Okta does not take the API token: 401 E0000011: "),
        "{found}"
    );
    assert!(remedy.contains("Security > API > Tokens"), "{remedy}");
    said.is("access", "untried");
    assert_eq!(said.problems(), ["credential"]);
    assert!(!said.text.contains(wrong), "{}", said.text);
}

#[tokio::test]
async fn an_access_token_that_has_ended_is_told_with_the_plugin_that_met_it() {
    let home = Home::new();
    let public = public_key(&home);
    let arguments = [
        "--service-app",
        &public,
        "--fault",
        "invalid-token/api/v1/apps",
    ];
    let org = Simulator::start_with(&home, arguments).await;
    let said = Said::of(service(&home, &org.url)).await;
    let (found, remedy) = said.problem("access.apps");
    assert!(
        found.contains("401 invalid_token: the access token is wrong, expired or revoked"),
        "{found}"
    );
    assert!(remedy.contains("look at the app"), "{remedy}");
    said.is_ok("credential");
    said.is_ok("access.users");
}

#[tokio::test]
async fn a_clock_is_compared_with_okta_s() {
    let home = Home::new();
    let clock = Clock::system();
    clock.advance(-3_600);
    let early = org_at(clock).await;
    let said = Said::of(doctor(&home, &early.url(), Options::DEMO_TOKEN)).await;
    let (found, remedy) = said.problem("clock");
    assert!(
        found.starts_with("this machine's clock is ") && found.ends_with(" s ahead of Okta's"),
        "{found}"
    );
    assert!(remedy.contains("timedatectl set-ntp true"), "{remedy}");

    let clock = Clock::system();
    clock.advance(120);
    let near = org_at(clock).await;
    let said = Said::of(doctor(&home, &near.url(), Options::DEMO_TOKEN)).await;
    let found = said.is_ok("clock");
    assert!(
        found.contains(" s behind Okta's, which is made up for"),
        "{found}"
    );
}

#[tokio::test]
async fn a_refusal_is_told_with_the_plugin_it_is_about_and_who_can_help() {
    let home = Home::new();
    let faults = [
        "insufficient-scope=okta.groups.read/api/v1/groups",
        "error=E0000006/api/v1/apps",
    ];
    let org = Simulator::with(&home, &faults).await;
    let said = asked_of(&org, &home).await;
    let (found, remedy) = said.problem("access.groups");
    assert!(
        found.contains("403 insufficient_scope: the access token lacks the scope okta.groups.read"),
        "{found}"
    );
    assert!(remedy.contains("Okta API Scopes"), "{remedy}");
    let (found, remedy) = said.problem("access.apps");
    assert!(
        found.starts_with("GET /api/v1/apps: 403 E0000006: "),
        "{found}"
    );
    assert!(remedy.contains("administrator's role"), "{remedy}");
    said.is_ok("access.users");
    said.is_ok("credential");
}

#[tokio::test]
async fn a_scope_that_the_app_does_not_hold_is_told_with_the_plugin_that_needs_it() {
    let home = Home::new();
    let public = public_key(&home);
    let arguments = [
        "--service-app",
        &public,
        "--scope",
        "okta.users.read",
        "--require-dpop",
    ];
    let org = Simulator::start_with(&home, arguments).await;
    let said = Said::of(service(&home, &org.url)).await;
    said.is_ok("credential");
    assert_eq!(
        said.is_ok("scopes.users"),
        "Okta issues a token with okta.users.read"
    );
    said.is_ok("access.users");
    // Its GETs are about one user, but what its token may read is known.
    said.is_ok("scopes.factors");
    said.is("access.factors", "untried");
    for (plugin, scope) in [
        ("apps", "okta.apps.read"),
        ("policies", "okta.policies.read"),
    ] {
        let (found, _) = said.problem(&format!("scopes.{plugin}"));
        assert!(found.contains(&format!("does not hold {scope}")), "{found}");
    }
    let (found, _) = said.problem("scopes.groups");
    assert!(found.contains("okta.groups.read"), "{found}");
}

#[tokio::test]
async fn an_app_that_okta_does_not_know_is_told_once() {
    let home = Home::new();
    let org = Simulator::start(&home).await;
    let said = Said::of(service(&home, &org.url)).await;
    let (found, _) = said.problem("credential");
    assert!(
        found.contains("Okta refused the app 0oaNorthwindService1"),
        "{found}"
    );
    assert_eq!(said.problems(), ["credential"]);
}

#[tokio::test]
async fn a_person_who_has_not_signed_in_is_no_problem() {
    let home = Home::new();
    let org = Simulator::start(&home).await;
    let mut command = home.command(["doctor"]);
    command
        .env("OKTA_ORG_URL", &org.url)
        .env("OKTA_CLIENT_ID", "0oaNorthwindPerson01");
    let said = Said::of(command).await;
    let found = said.is("credential", "untried");
    assert!(found.contains("nobody has signed in"), "{found}");
    assert_eq!(said.code, Some(0));
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_or_found_is_told_and_nothing_is_sent() {
    let home = Home::new();
    // A port that was free a moment ago: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let said = Said::of(doctor(
        &home,
        &format!("http://127.0.0.1:{port}"),
        "00token",
    ))
    .await;
    let (found, remedy) = said.problem("connection");
    assert!(
        found.contains("cannot be reached: ") && found.contains("refused"),
        "{found}"
    );
    assert!(remedy.contains("HTTPS_PROXY"), "{remedy}");
    said.is("credential", "untried");

    let said = Said::of(doctor(&home, "https://nowhere.invalid", "00token")).await;
    let (found, remedy) = said.problem("dns");
    assert!(
        found.starts_with("nowhere.invalid is not found: "),
        "{found}"
    );
    assert!(remedy.contains("spelling"), "{remedy}");
    said.is("connection", "untried");
    said.is("credential", "untried");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_told_until_its_file_is_named() {
    let home = Home::new();
    let org = org_at(Clock::system()).await;
    let front = Front::before(org.addr()).await;
    let stranger = Front::before(org.addr()).await;
    home.write("ca.pem", &front.authority);
    home.write("stranger.pem", &stranger.authority);
    for (file, trusted) in [("stranger.pem", false), ("ca.pem", true)] {
        let mut command = doctor(&home, &front.origin, Options::DEMO_TOKEN);
        command.env("SSL_CERT_FILE", home.path().join(file));
        let said = Said::of(command).await;
        said.is_ok("connection");
        if trusted {
            assert_eq!(said.is_ok("tls"), "the certificate is trusted");
            said.is_ok("okta");
        } else {
            let (found, remedy) = said.problem("tls");
            assert!(
                found.starts_with("the certificate is not trusted: "),
                "{found}"
            );
            assert!(remedy.contains("okta.caFile"), "{remedy}");
            said.is("credential", "untried");
            assert_eq!(org.request_count(), 0);
        }
    }
    let mut command = doctor(&home, &front.origin, "00token");
    command.env("SSL_CERT_FILE", "/dev/null");
    let said = Said::of(command).await;
    let (found, _) = said.problem("tls");
    assert!(
        found.starts_with("no root certificate could be loaded"),
        "{found}"
    );
}

#[tokio::test]
async fn a_plain_server_where_tls_is_expected_is_told() {
    let home = Home::new();
    let front = Front::before(org_at(Clock::system()).await.addr()).await;
    let ca = home.write("ca.pem", &front.authority);
    let plain = Answering::with("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let mut command = doctor(&home, &format!("https://{plain}"), "00token");
    command.env("SSL_CERT_FILE", ca);
    let said = Said::of(command).await;
    let (found, _) = said.problem("tls");
    assert!(
        found.starts_with("what answers does not speak TLS"),
        "{found}"
    );
    said.is("credential", "untried");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_as_the_proxy_and_its_password_is_not() {
    let home = Home::new();
    let org = org_at(Clock::system()).await;
    let front = Front::before(org.addr()).await;
    let ca = home.write("ca.pem", &front.authority);
    let asks = async |proxy: &str| {
        let mut command = doctor(&home, &front.origin, "00token");
        command.env("SSL_CERT_FILE", &ca).env("HTTPS_PROXY", proxy);
        Said::of(command).await
    };
    // Nobody is there.
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let said = asks(&format!("http://{gone}")).await;
    let (found, remedy) = said.problem("proxy");
    assert!(
        found.starts_with(&format!("{gone} does not let requests through: ")),
        "{found}"
    );
    assert!(remedy.contains("NO_PROXY"), "{remedy}");
    said.is("connection", "untried");

    // Somebody is there and wants another password.
    let address =
        Answering::with("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            .await;
    let said = asks(&format!("http://ada:hunter2@{address}")).await;
    let (found, _) = said.problem("proxy");
    assert!(
        found.starts_with(&format!("{address} does not let requests through: ")),
        "{found}"
    );
    assert!(
        !said.text.contains("hunter2") && !said.text.contains("ada:"),
        "{}",
        said.text
    );
    assert_eq!(org.request_count(), 0);
}

#[tokio::test]
async fn the_credential_goes_to_no_host_that_does_not_say_it_is_an_okta_org() {
    let home = Home::new();
    for fault in [
        "status=200",
        "status=404",
        "off-origin-location=login.example",
        "bad-json",
    ] {
        let org = org_at(Clock::system()).await;
        org.switch_on(fault.parse().unwrap());
        let said = Said::of(doctor(&home, &org.url(), Options::DEMO_TOKEN)).await;
        let (found, remedy) = said.problem("okta");
        assert!(found.contains("but not as an Okta org does"), "{found}");
        assert!(
            remedy.contains("the very host that the org is known by"),
            "{remedy}"
        );
        said.is("credential", "untried");
        let seen = org.requests();
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert!(
            !seen[0].authorized && seen[0].target == "/.well-known/okta-organization",
            "{seen:?}"
        );
    }
    let org = org_at(Clock::system()).await;
    org.switch_on("status=503".parse().unwrap());
    let said = Said::of(doctor(&home, &org.url(), Options::DEMO_TOKEN)).await;
    let (found, _) = said.problem("okta");
    assert_eq!(found, "the host answers with status 503");
}

#[tokio::test]
async fn approvals_that_cannot_be_relied_on_and_plugins_left_out_are_told() {
    let home = Home::new();
    home.write(
        "config.json",
        &json!({"plugins": {"probe": {"package": probe()}}}).to_string(),
    );
    let said = Said::of(home.command(["doctor", "--config", "config.json"])).await;
    let (found, _) = said.problem("plugin.probe");
    assert!(
        found.contains("review it, then run `okta-mcp --config "),
        "{found}"
    );
    said.is_ok("lock");

    home.write("plugins.lock", "not a lock");
    let said = Said::of(home.command(["doctor", "--config", "config.json"])).await;
    let (found, remedy) = said.problem("lock");
    assert!(found.contains("is not a lock: "), "{found}");
    assert!(
        remedy.contains("nothing but the built-in plugins loads"),
        "{remedy}"
    );
    said.is_ok("plugin.users");

    std::fs::remove_file(home.path().join("plugins.lock")).unwrap();
    let approved = home
        .run([
            "approve",
            probe().to_str().unwrap(),
            "--config",
            "config.json",
            "--by",
            "tests",
        ])
        .await;
    assert_eq!(approved.code, Some(0), "{}", approved.stderr);
    let said = Said::of(home.command(["doctor", "--config", "config.json"])).await;
    assert!(said.is_ok("plugin.probe").contains(", approved ("));
    assert!(said.is_ok("lock").contains("approves 1 plugin (serial 1)"));

    home.write(
        "config.json",
        &json!({"plugins": {"probe": {"package": probe()}}, "boundary": "boundary.toml"})
            .to_string(),
    );
    home.write(
        "boundary.toml",
        "boundary = 1\nnever-endpoints = [\"/api/v1/users/**\"]\n",
    );
    let said = Said::of(home.command(["doctor", "--config", "config.json"])).await;
    assert!(
        said.is_ok("boundary")
            .contains("boundary.toml holds for all plugins")
    );
    let (found, _) = said.problem("plugin.users");
    assert!(found.contains("it is outside "), "{found}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_cannot_be_kept_on_this_machine_is_told_with_the_place() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let open = home.path().join("open");
    std::fs::create_dir(&open).unwrap();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
    home.write("file", "");
    home.write(
        "config.json",
        &json!({"sandbox": {"cacheDir": "open"}, "audit": {"log": "nowhere/audit.jsonl"}})
            .to_string(),
    );
    let said = Said::of(home.command(["doctor", "--config", "config.json"])).await;
    let (found, _) = said.problem("cache");
    assert!(
        found.contains("others may enter the directory (mode 755); `chmod 700` it"),
        "{found}"
    );
    let (found, remedy) = said.problem("audit");
    assert!(
        found.contains("nowhere/audit.jsonl cannot be written: "),
        "{found}"
    );
    assert!(remedy.contains("every call fails"), "{remedy}");

    home.write(
        "config.json",
        &json!({"sandbox": {"cacheDir": "file"}, "audit": {"log": "audit.jsonl"}}).to_string(),
    );
    let said = Said::of(home.command(["doctor", "--config", "config.json"])).await;
    assert!(
        said.problem("cache")
            .0
            .contains("the directory cannot be used")
    );
    assert!(said.is_ok("audit").contains("audit.jsonl can be written"));
    assert!(
        !home.path().join("audit.jsonl").exists(),
        "a look leaves nothing behind"
    );

    let mut command = home.command(["doctor"]);
    command.env("XDG_STATE_HOME", home.path().join("file"));
    let said = Said::of(command).await;
    let (found, remedy) = said.problem("state");
    assert!(found.contains("cursor.key cannot be kept: "), "{found}");
    assert!(remedy.contains("XDG_STATE_HOME"), "{remedy}");
    said.is("cache", "untried");
}

#[cfg(unix)]
#[tokio::test]
async fn files_that_others_can_read_or_change_are_told_with_the_command_that_ends_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let org = Simulator::start(&home).await;
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap()
    };
    let token = home.write("okta-token", &org.token);
    let config = home.write(
        "config.json",
        &json!({"okta": {"orgUrl": org.url, "apiTokenFile": "okta-token"}}).to_string(),
    );
    for (of_token, of_config, problems) in [
        (0o644, 0o666, vec!["config", "secret"]),
        (0o600, 0o644, vec![]),
    ] {
        mode(&token, of_token);
        mode(&config, of_config);
        let said = Said::of(home.command(["doctor", "--config", config.to_str().unwrap()])).await;
        assert_eq!(said.problems(), problems);
        if !problems.is_empty() {
            assert!(said.problem("config").1.starts_with("run `chmod go-w "));
            assert!(said.problem("secret").1.starts_with("run `chmod 600 "));
        }
        assert!(!said.text.contains(&org.token), "{}", said.text);
    }
}

#[tokio::test]
async fn a_client_s_entry_is_followed_to_the_program_and_the_file_it_names() {
    let home = Home::new();
    home.write("mine.json", "{}");
    for arguments in [
        vec!["install", "cursor", "--demo"],
        vec!["install", "codex", "--config", "mine.json"],
    ] {
        assert_eq!(home.run(arguments).await.code, Some(0));
    }
    let said = Said::of(home.command(["doctor"])).await;
    assert_eq!(
        said.is_ok("client.cursor"),
        "Cursor starts `okta`: this program"
    );
    assert_eq!(
        said.is_ok("client.codex"),
        "Codex starts `okta`: this program"
    );

    std::fs::remove_file(home.path().join("mine.json")).unwrap();
    let cursor = home.path().join(".cursor/mcp.json");
    let text = std::fs::read_to_string(&cursor).unwrap();
    std::fs::write(&cursor, text.replace(PROGRAM, "/gone/okta-mcp")).unwrap();
    std::fs::create_dir_all(home.path().join(".gemini")).unwrap();
    home.write(".gemini/settings.json", "{\n");
    let said = Said::of(home.command(["doctor"])).await;
    let (found, remedy) = said.problem("client.cursor");
    assert_eq!(
        found,
        "Cursor starts `okta` with /gone/okta-mcp, which is no program here"
    );
    assert_eq!(remedy, "run `okta-mcp install cursor` again");
    let (found, _) = said.problem("client.codex");
    assert!(found.ends_with("mine.json, which is not there"), "{found}");
    let (found, _) = said.problem("client.gemini");
    assert!(
        found.contains(".gemini/settings.json") && found.contains("line "),
        "{found}"
    );
}

#[tokio::test]
async fn what_is_offered_is_what_is_looked_at() {
    let home = Home::new();
    let org = org_at(Clock::system()).await;
    let mut command = doctor(&home, &org.url(), Options::DEMO_TOKEN);
    command.args(["--toolsets", "groups"]);
    let said = Said::of(command).await;
    said.is_ok("access.groups");
    assert!(said.checks().all(|check| check["check"] != "access.users"));
}

/// Somebody who answers whatever he hears in the same words.
struct Answering;

impl Answering {
    async fn with(words: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut heard = [0; 1024];
                let _ = stream.read(&mut heard).await;
                let _ = stream.write_all(words.as_bytes()).await;
            }
        });
        address
    }
}

/// The public half of a service app's key, in a file.
fn public_key(home: &Home) -> String {
    let text =
        std::fs::read_to_string(repository("host/gateway/tests/keys/rsa-2048.jwk.json")).unwrap();
    let mut jwk: Value = serde_json::from_str(&text).unwrap();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        jwk.as_object_mut().unwrap().remove(private);
    }
    let path = home.write("public.jwk", &jwk.to_string());
    path.to_str().unwrap().to_owned()
}

/// `doctor` as the service app with that key.
fn service(home: &Home, url: &str) -> Command {
    let pem = std::fs::read_to_string(repository("host/gateway/tests/keys/rsa-2048.pem")).unwrap();
    let mut command = home.command(["doctor"]);
    command
        .env("OKTA_ORG_URL", url)
        .env("OKTA_CLIENT_ID", "0oaNorthwindService1")
        .env("OKTA_PRIVATE_KEY", pem);
    command
}
