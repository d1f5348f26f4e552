//! What takes too long is cut; what merely waits is not, until it has waited for long.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::sleep;

use super::{Running, options, read_answer, read_to_end, until};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test]
async fn slow_heads_are_cut_while_others_are_served() {
    let mut options = options();
    options.times.head = Duration::from_millis(150);
    let running = Running::start(&options);
    let begun = Instant::now();
    let mut slow = Vec::new();
    for head in ["G", "GET / HTTP/1.1\r\nhost: a\r\n", "PRI * HTTP/2.0\r\n"] {
        let mut stream = running.connect().await;
        stream.write_all(head.as_bytes()).await.expect("sent");
        slow.push(tokio::spawn(async move {
            // A byte now and then does not help.
            for _ in 0..20 {
                sleep(Duration::from_millis(20)).await;
                if stream.write_all(b"x").await.is_err() {
                    break;
                }
            }
            read_to_end(&mut stream).await
        }));
    }
    let mut other = running.connect().await;
    while begun.elapsed() < Duration::from_millis(400) {
        other.write_all(REQUEST).await.expect("sent");
        assert!(read_answer(&mut other).await.ends_with("ok"));
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(running.stats.open(), 1);
    // The third one stops to look like HTTP/2 at its first x, and is then refused as a bad request.
    assert_eq!(running.stats.timed_out(), 2);
    for stream in slow {
        let answer = stream.await.expect("it ends");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    running.stop().await;
}

#[tokio::test]
async fn idle_connections_are_closed() {
    let mut options = options();
    options.times.idle = Duration::from_millis(150);
    // Waiting is not a slow head.
    options.times.head = Duration::from_millis(50);
    let running = Running::start(&options);
    let begun = Instant::now();
    let mut silent = running.connect().await;
    let mut kept = running.connect().await;
    sleep(Duration::from_millis(80)).await;
    kept.write_all(REQUEST).await.expect("sent");
    assert!(read_answer(&mut kept).await.contains("200 OK"));
    assert_eq!(read_to_end(&mut silent).await, "");
    assert!(begun.elapsed() < Duration::from_millis(230));
    assert_eq!(read_to_end(&mut kept).await, "");
    assert!(begun.elapsed() >= Duration::from_millis(225));
    until("both are counted", || running.stats.idle_closed() == 2 && running.stats.open() == 0).await;
    assert_eq!(running.stats.timed_out(), 0);
    running.stop().await;
}

#[tokio::test]
async fn a_request_may_take_longer_than_idle_connections_stay() {
    let mut options = options();
    options.times.idle = Duration::from_millis(50);
    let running = Running::start(&options);
    let answer = running.exchange(b"GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn who_does_not_take_the_answer_is_cut_and_who_takes_it_slowly_is_not() {
    let mut options = options();
    options.times.write_stall = Duration::from_millis(200);
    options.times.idle = Duration::from_millis(100);
    let running = Running::start(&options);
    let request = b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let mut stalled = running.connect().await;
    stalled.write_all(request).await.expect("sent");
    let mut slow = running.connect().await;
    slow.write_all(request).await.expect("sent");
    let mut taken = 0;
    let mut space = vec![0; 8 * 1024 * 1024];
    loop {
        let read = slow.read(&mut space).await.expect("not cut");
        if read == 0 {
            break;
        }
        if taken / space.len() != (taken + read) / space.len() {
            sleep(Duration::from_millis(60)).await;
        }
        taken += read;
    }
    assert!(taken > 64 * 1024 * 1024, "only {taken} bytes");
    until("the other is cut", || running.stats.timed_out() == 1 && running.stats.open() == 0).await;
    drop(stalled);
    running.stop().await;
}
