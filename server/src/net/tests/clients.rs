//! The load generator's client.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::Request;
use http_body_util::Full;
use tokio::time::sleep;

use super::super::client::{Client, ClientError};
use super::{Running, options};

fn post(body: &'static str) -> Request<Full<Bytes>> {
    Request::post("/echo").body(Full::new(Bytes::from_static(body.as_bytes()))).expect("a request")
}

#[tokio::test]
async fn it_keeps_its_connection_and_opens_another_when_it_was_closed() {
    let mut options = options();
    options.times.idle = Duration::from_millis(50);
    let running = Running::start(&options);
    let mut client = Client::connect(&format!("http://{}/ignored", running.address)).await.expect("a client");
    for _ in 0..3 {
        let (status, _, body) = client.send(post("hello")).await.expect("an answer");
        assert_eq!((status.as_u16(), body.as_ref()), (200, b"hello".as_ref()));
    }
    assert_eq!(running.stats.accepted(), 1);
    sleep(Duration::from_millis(120)).await;
    let (status, _, body) = client.send(post("again")).await.expect("an answer");
    assert_eq!((status.as_u16(), body.as_ref()), (200, b"again".as_ref()));
    assert_eq!(running.stats.accepted(), 2);
    let address = running.address;
    running.stop().await;
    sleep(Duration::from_millis(20)).await;
    let error = client.send(post("nobody")).await.expect_err("nobody listens");
    assert!(
        matches!(error, ClientError::Connect { .. }) && error.to_string().contains(&address.to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn it_says_what_is_wrong_with_a_url() {
    for (url, expect) in [
        ("https://localhost:1", "it does not begin with http://"),
        ("localhost:1", "it does not begin with http://"),
        ("/v1/events", "it does not begin with http://"),
        ("http://a b", "it is not well-formed"),
        ("http://me@localhost:1", "it holds a user name, which would not be sent"),
    ] {
        let error = Client::connect(url).await.expect_err(url);
        assert_eq!(error.to_string(), format!("cannot connect to {url:?}: {expect}"));
    }
}
