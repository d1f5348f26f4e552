//! Many connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rlimit::Resource;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::super::Listener;
use super::{Running, options, read_answer, read_to_end, router, until};
use crate::testing::scale;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/// Idle connections of the test, before `MUNIMENT_TEST_SCALE`; both ends are in its process.
const CROWD: u64 = 2_000;

/// Kilobytes that one idle connection may take, both ends and hyper's buffers counted.
const KILOBYTES_EACH: u64 = 16;

#[tokio::test]
async fn over_the_limit_is_told_so() {
    let mut options = options();
    options.limits.connections_max = 2;
    let running = Running::start(&options);
    let mut first = running.connect().await;
    let second = running.connect().await;
    until("both are in", || running.stats.open() == 2).await;
    let answer = running.exchange(REQUEST).await;
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("urn:muniment:problem:too-many-connections"),
        "{answer}"
    );
    assert_eq!((running.stats.refused(), running.stats.accepted()), (1, 2));
    // More than are answered at once: closed, and those who are in are served.
    let mut crowd = Vec::new();
    for _ in 0..200 {
        crowd.push(running.connect().await);
    }
    until("all are refused", || running.stats.refused() == 201).await;
    first.write_all(REQUEST).await.expect("sent");
    assert!(read_answer(&mut first).await.ends_with("ok"));
    // One goes, one comes.
    drop(second);
    until("one is gone", || running.stats.open() == 1).await;
    let mut third = running.connect().await;
    third.write_all(REQUEST).await.expect("sent");
    assert!(read_answer(&mut third).await.ends_with("ok"));
    drop(crowd);
    running.stop().await;
}

#[test]
fn idle_connections_cost_little_and_stop_nobody() {
    alone("net::tests::crowds::alone_idle_connections");
}

#[test]
fn too_few_files_are_waited_out() {
    alone("net::tests::crowds::alone_too_few_files");
}

/// Runs an ignored test in a process of its own: memory and limits are the whole process's.
fn alone(test: &str) {
    let program = std::env::current_exe().expect("this program");
    let arguments = [test, "--exact", "--ignored", "--nocapture"];
    let output = std::process::Command::new(program).args(arguments).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
#[ignore = "run alone by idle_connections_cost_little_and_stop_nobody"]
async fn alone_idle_connections() {
    let mut running = Running::start(&options());
    let before = anonymous_kilobytes();
    let mut crowd = Vec::new();
    let wanted = scale(CROWD);
    for number in 0..wanted {
        let mut stream = running.connect().await;
        // Half of them have asked something before.
        if number % 2 == 0 {
            stream.write_all(REQUEST).await.expect("sent");
            read_answer(&mut stream).await;
        }
        crowd.push(stream);
    }
    until("all are in", || running.stats.open() == crowd.len()).await;
    let grown = anonymous_kilobytes().saturating_sub(before);
    assert!(grown < wanted * KILOBYTES_EACH, "{grown} kB");
    let begun = Instant::now();
    let mut another = running.connect().await;
    another.write_all(REQUEST).await.expect("sent");
    assert!(read_answer(&mut another).await.ends_with("ok"));
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    running.tell_to_stop();
    for mut stream in crowd {
        assert_eq!(read_to_end(&mut stream).await, "");
    }
    drop(another);
    running.stop().await;
}

#[tokio::test]
#[ignore = "run alone by too_few_files_are_waited_out"]
async fn alone_too_few_files() {
    let listener = Listener::bind(&options()).expect("it listens");
    let (address, stats) = (listener.local_address(), listener.stats());
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(TcpStream::connect(address).await.expect("the system keeps it"));
    }
    let open = std::fs::read_dir("/proc/self/fd").expect("Linux").count() as u64;
    let (_, hard) = Resource::NOFILE.get().expect("a limit");
    Resource::NOFILE.set(open + 4, hard).expect("lowered");
    let running = tokio::spawn(listener.run(router(Arc::default()), std::future::pending()));
    until("it fails again and again", || stats.accept_failures() >= 3).await;
    assert!((1..20).contains(&stats.accepted()), "{}", stats.accepted());
    let mut last = waiting.pop().expect("the last");
    drop(waiting);
    last.write_all(REQUEST).await.expect("sent");
    assert!(read_answer(&mut last).await.ends_with("ok"));
    assert_eq!(stats.accepted(), 20);
    running.abort();
}

#[tokio::test]
async fn a_handler_that_panics_ends_its_own_connection_only() {
    let running = Running::start(&options());
    let mut other = running.connect().await;
    assert_eq!(running.exchange(b"GET /panic HTTP/1.1\r\nhost: a\r\n\r\n").await, "");
    other.write_all(REQUEST).await.expect("sent");
    assert!(read_answer(&mut other).await.ends_with("ok"));
    until("it is gone", || running.stats.open() == 1).await;
    running.stop().await;
}

/// RssAnon of this process; zero where the system does not tell.
fn anonymous_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}
