//! Bodies that are too large or too slow.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::time::sleep;

use super::{ECHO_BYTES_MAX, Running, options, read_answer, read_to_end};

#[tokio::test]
async fn a_body_arrives_whole() {
    let running = Running::start(&options());
    let mut stream = running.connect().await;
    for length in [0, 1, 8_000, ECHO_BYTES_MAX] {
        let body = "b".repeat(length);
        let head = format!("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all((head + &body).as_bytes()).await.expect("sent");
        assert!(read_answer(&mut stream).await.ends_with(&format!("\r\n\r\n{body}")), "{length}");
        let chunks = body
            .as_bytes()
            .chunks(1_000)
            .map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)));
        let head = "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunked = format!("{head}{}0\r\n\r\n", chunks.collect::<String>());
        stream.write_all(chunked.as_bytes()).await.expect("sent");
        assert!(read_answer(&mut stream).await.ends_with(&format!("\r\n\r\n{body}")), "{length} in chunks");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_large_body_is_refused_and_the_answer_arrives() {
    let running = Running::start(&options());
    // Asked for permission first: refused without having been sent.
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 65537\r\n\r\n";
    let answer = running.exchange(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.ends_with("65537 bytes by its content-length; at most 65536 bytes"), "{answer}");
    // Sent at once, and much of it: the client writes all before it reads, and still gets the answer.
    let body = "b".repeat(8 * 1024 * 1024);
    let head = format!("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", body.len());
    let mut stream = running.connect().await;
    stream.write_all((head + &body).as_bytes()).await.expect("not reset under the client's hands");
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Undeclared.
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n800000\r\n";
    let answer = running.exchange((head.to_owned() + &body).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.ends_with("the body has more than 65536 bytes"), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn a_slow_body_is_refused() {
    let running = Running::start(&options());
    let head = b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nabc";
    let answer = running.exchange(head).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.ends_with("no more of the body came for 100ms after 3 bytes"), "{answer}");
    // A byte now and then is progress, but not for ever.
    let mut stream = running.connect().await;
    stream.write_all(head).await.expect("sent");
    for _ in 0..12 {
        sleep(Duration::from_millis(25)).await;
        let _ = stream.write_all(b"x").await;
    }
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("in 250ms, which is the longest"), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn a_body_that_breaks_off_keeps_nobody() {
    let running = Running::start(&options());
    let mut stream = running.connect().await;
    stream
        .write_all(b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nabc")
        .await
        .expect("sent");
    drop(stream);
    super::until("it is gone", || running.stats.accepted() == 1 && running.stats.open() == 0).await;
    running.stop().await;
}
