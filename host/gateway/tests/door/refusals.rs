//! Okta's no, in every form in which it comes.

use capability::answer::{Failure, Refusal};

use crate::support::{Response, Server, plenty};

const ID: &str = "3f9d2c7b6a514e0f8d2b1c0a9e8f7d6c";

fn envelope(status: u16, code: &str, summary: &str) -> Response {
    let body = format!(
        r#"{{"errorCode":"{code}","errorSummary":"{summary}","errorLink":"{code}","errorId":"oaeX","errorCauses":[]}}"#
    );
    Response::new(status)
        .header("content-type", "application/json")
        .body(body)
}

fn html(status: u16) -> Response {
    Response::new(status)
        .header("content-type", "text/html")
        .body("<html><h1>no</h1></html>")
}

async fn refused(response: Response) -> Failure {
    let server = Server::always(response.header("x-okta-request-id", ID)).await;
    server.list(plenty()).await.unwrap_err()
}

fn refusal(status: u16, code: &str, summary: &str) -> Refusal {
    Refusal {
        status,
        code: code.to_owned(),
        summary: summary.to_owned(),
        request_id: Some(ID.to_owned()),
    }
}

#[tokio::test(start_paused = true)]
async fn each_status_with_okta_s_envelope_has_its_own_failure() {
    let of = |status, code, summary| refused(envelope(status, code, summary));
    assert_eq!(
        of(404, "E0000007", "Not found: 00g1 (UserGroup)").await,
        Failure::NotFound(refusal(404, "E0000007", "Not found: 00g1 (UserGroup)"))
    );
    for (status, code) in [(401, "E0000011"), (403, "E0000006")] {
        assert_eq!(
            of(status, code, "no").await,
            Failure::Forbidden(refusal(status, code, "no"))
        );
    }
    for (status, code) in [
        (400, "E0000031"),
        (401, "E0000015"),
        (410, "E0000215"),
        (500, "E0000009"),
        (502, "E0000009"),
        (503, "E0000100"),
        (504, "E0000009"),
    ] {
        assert_eq!(
            of(status, code, "no").await,
            Failure::Refused(refusal(status, code, "no"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn html_and_nothing_at_all_are_told_by_their_status() {
    for (status, reason) in [
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "Not Found"),
        (500, "Internal Server Error"),
        (503, "Service Unavailable"),
    ] {
        for response in [html(status), Response::new(status)] {
            let expected = refusal(status, "", &format!("{reason} (no JSON in the answer)"));
            let failure = refused(response).await;
            let (Failure::Forbidden(got) | Failure::NotFound(got) | Failure::Refused(got)) =
                failure
            else {
                panic!("{failure:?}");
            };
            assert_eq!(got, expected);
        }
    }
}

#[tokio::test]
async fn a_missing_scope_is_forbidden_and_named() {
    let challenge = r#"Bearer authorization_uri="{origin}/oauth2/v1/authorize", realm="x", scope="okta.groups.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/groups""#;
    let failure = refused(Response::new(403).header("www-authenticate", challenge)).await;
    let summary = "the access token lacks the scope okta.groups.read; grant it to the app in Okta";
    assert_eq!(
        failure,
        Failure::Forbidden(refusal(403, "insufficient_scope", summary))
    );
}

#[tokio::test]
async fn control_and_direction_characters_do_not_get_through() {
    let failure = refused(envelope(
        400,
        "E00\\u001b[2J01",
        "a\\u001b[31mb\\r\\nc\\u202ed\\u0000e",
    ))
    .await;
    assert_eq!(
        failure,
        Failure::Refused(refusal(400, "E00[2J01", "a[31mbcde"))
    );
}

#[tokio::test]
async fn an_error_s_body_is_read_to_64_kib_and_no_further() {
    let padded = |padding: usize| {
        let body = format!(
            r#"{{"errorCode":"E1","errorSummary":"x"}}{}"#,
            " ".repeat(padding)
        );
        Response::new(400)
            .header("content-type", "application/json")
            .body(body)
    };
    let failure = refused(padded((64 << 10) - 39)).await;
    assert_eq!(failure, Failure::Refused(refusal(400, "E1", "x")));
    // What lies beyond is dropped, here with the end of the envelope.
    let body = format!(
        r#"{{"errorCode":"E1","errorSummary":"{}"}}"#,
        "x".repeat(64 << 10)
    );
    let failure = refused(Response::new(400).body(body)).await;
    assert_eq!(
        failure,
        Failure::Refused(refusal(400, "", "Bad Request (no JSON in the answer)"))
    );
}

#[tokio::test]
async fn what_cannot_pass_is_asked_once() {
    for status in [400, 401, 403, 404, 409, 500, 501, 502] {
        let server = Server::always(html(status)).await;
        server.list(plenty()).await.unwrap_err();
        assert_eq!(server.requests(), 1, "{status}");
    }
}
