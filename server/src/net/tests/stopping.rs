//! The stop: answers what was asked, closes what waits, cuts what does not end.

use std::time::{Duration, Instant};

use axum::http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::{Running, options, read_answer, read_to_end, until};

#[tokio::test]
async fn a_request_in_flight_is_answered_and_idle_ones_are_closed_at_once() {
    let mut running = Running::start(&options());
    let mut silent = running.connect().await;
    let mut kept = running.connect().await;
    kept.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("sent");
    read_answer(&mut kept).await;
    let mut asking = running.connect().await;
    asking.write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("sent");
    sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    running.tell_to_stop();
    assert_eq!(read_to_end(&mut silent).await, "");
    assert_eq!(read_to_end(&mut kept).await, "");
    // Before the one in flight is answered, and long before anything is cut.
    until("one is left", || running.stats.open() == 1).await;
    assert!(TcpStream::connect(running.address).await.is_err(), "new connections are refused");
    let answer = read_to_end(&mut asking).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close\r\n"), "{answer}");
    drop(asking);
    running.stop().await;
    assert!(begun.elapsed() < Duration::from_millis(450), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_does_not_end_is_cut() {
    let mut running = Running::start(&options());
    let mut stuck = running.connect().await;
    stuck.write_all(b"GET /stuck HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("sent");
    let mut half = running.connect().await;
    half.write_all(b"GET / HT").await.expect("sent");
    sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    running.tell_to_stop();
    assert_eq!(read_to_end(&mut half).await, "");
    assert!(begun.elapsed() < Duration::from_millis(450), "{:?}", begun.elapsed());
    assert_eq!(read_to_end(&mut stuck).await, "");
    assert!(begun.elapsed() >= Duration::from_millis(500), "{:?}", begun.elapsed());
    let stats = running.stats.clone();
    running.stop().await;
    assert_eq!(stats.open(), 0);
}

#[tokio::test]
async fn http2_is_answered_and_told_goodbye() {
    let mut running = Running::start(&options());
    let stream = running.connect().await;
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2");
    let connection = tokio::spawn(connection);
    let request = |path: &str| {
        Request::get(format!("http://a{path}")).body(Full::new(axum::body::Bytes::new())).expect("a request")
    };
    let answer = sender.send_request(request("/peer")).await.expect("an answer");
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    assert!(body.starts_with(b"127.0.0.1:"));
    let asking = tokio::spawn(sender.send_request(request("/slow")));
    sleep(Duration::from_millis(50)).await;
    running.tell_to_stop();
    let answer = asking.await.expect("no panic").expect("an answer");
    assert_eq!(answer.status(), 200);
    drop(answer);
    connection.await.expect("no panic").expect("a goodbye");
    running.stop().await;
}

#[tokio::test]
async fn idle_http2_is_told_goodbye() {
    let mut options = options();
    options.times.idle = Duration::from_millis(100);
    options.times.head = Duration::from_millis(100);
    let running = Running::start(&options);
    let stream = running.connect().await;
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2");
    let connection = tokio::spawn(connection);
    let request = Request::get("http://a/").body(Full::new(axum::body::Bytes::new())).expect("a request");
    sender.send_request(request).await.expect("an answer");
    connection.await.expect("no panic").expect("a goodbye");
    assert_eq!(running.stats.idle_closed(), 1);
    running.stop().await;
}
