use simulator::{Options, Recorded};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::start;

#[tokio::test]
async fn the_log_keeps_targets_byte_for_byte_and_in_order() {
    let served = start().await;
    let targets = [
        "/api/v1/users?q=%22a+b%22&q=%C3%A9",
        "/api/v1/users/../groups",
        "/api/v1/users/%2e%2e%2fgroups",
        "//api//v1///users",
        "/api/v1/users/a;b=c?x=?&&",
        "/api/v1/users?search=a%00b",
    ];
    for target in targets {
        served.get(target).await;
    }
    let logged: Vec<String> = served
        .handle
        .requests()
        .into_iter()
        .map(|request| request.target)
        .collect();
    assert_eq!(logged, targets);
    assert_eq!(served.handle.request_count(), 6);
    served.handle.clear_requests();
    assert_eq!(
        (
            served.handle.requests().len(),
            served.handle.request_count()
        ),
        (0, 0)
    );
}

#[tokio::test]
async fn malformed_requests_and_other_methods_are_logged_too() {
    let served = start().await;
    for head in [
        "GET /a b HTTP/1.1",
        "GET /a#b HTTP/1.1",
        "nonsense",
        "GET http://x/ HTTP/1.1",
    ] {
        assert_eq!(served.send(head).await.status, 400, "{head}");
    }
    served
        .send("DELETE /api/v1/users/me HTTP/1.1\r\nConnection: close")
        .await;
    let logged = served.handle.requests();
    let targets: Vec<&str> = logged
        .iter()
        .map(|request| request.target.as_str())
        .collect();
    assert_eq!(
        targets,
        ["/a b", "/a#b", "nonsense", "http://x/", "/api/v1/users/me"]
    );
    let last = Recorded {
        method: "DELETE".to_owned(),
        target: "/api/v1/users/me".to_owned(),
        status: 401,
        authorized: false,
    };
    assert_eq!(logged.last(), Some(&last));
}

#[tokio::test]
async fn one_connection_carries_many_requests_and_their_bodies_are_ignored() {
    let served = start().await;
    let mut stream = TcpStream::connect(served.handle.addr()).await.unwrap();
    let token = Options::DEMO_TOKEN;
    let requests = format!(
        "POST /api/v1/users HTTP/1.1\r\nAuthorization: SSWS {token}\r\nContent-Length: 9\r\n\r\nGET / XYZ\
         HEAD /api/v1/users HTTP/1.1\r\nAuthorization: SSWS {token}\r\n\r\n\
         GET /api/v1/users/me HTTP/1.1\r\nAuthorization: SSWS {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(requests.as_bytes()).await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    let statuses: Vec<u16> = served
        .handle
        .requests()
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [405, 405, 200]);
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 3);
}

#[tokio::test]
async fn shutdown_frees_the_port() {
    let served = start().await;
    let address = served.handle.addr();
    served.handle.shutdown().await;
    tokio::net::TcpListener::bind(address).await.unwrap();
}
