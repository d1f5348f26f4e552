//! `postgres-clients CONFIG CLIENTS BATCH SECONDS PAYLOAD_TYPE FILE`: inserts the lines of FILE into the table `audit`,
//! again and again, and prints how many a second were committed. The first second does not count.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_postgres::NoTls;

type Failure = Box<dyn Error + Send + Sync>;

const WARM_UP: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [config, clients, batch, seconds, payload, file] = &arguments[..] else {
        return Err("CONFIG CLIENTS BATCH SECONDS PAYLOAD_TYPE FILE".into());
    };
    let (clients, batch, seconds): (usize, usize, u64) = (clients.parse()?, batch.parse()?, seconds.parse()?);
    let lines: Arc<Vec<String>> = Arc::new(std::fs::read_to_string(file)?.lines().map(str::to_owned).collect());
    let start = Instant::now() + WARM_UP;
    let end = start + Duration::from_secs(seconds);
    let mut inserting = Vec::new();
    for number in 0..clients {
        let (client, connection) = tokio_postgres::connect(config, NoTls).await?;
        tokio::spawn(connection);
        inserting.push(tokio::spawn(insert(client, number, batch, payload.clone(), lines.clone(), start, end)));
    }
    let mut inserted = 0;
    for one in inserting {
        inserted += one.await??;
    }
    println!("{}", inserted / seconds);
    Ok(())
}

async fn insert(
    client: tokio_postgres::Client,
    number: usize,
    batch: usize,
    payload: String,
    lines: Arc<Vec<String>>,
    start: Instant,
    end: Instant,
) -> Result<u64, tokio_postgres::Error> {
    let single = format!("INSERT INTO audit (payload) VALUES ($1::text::{payload})");
    let many = format!("INSERT INTO audit (payload) SELECT row::{payload} FROM unnest($1::text[]) AS row");
    let statement = client.prepare(if batch == 1 { &single } else { &many }).await?;
    let (mut place, mut inserted) = (number * 17, 0);
    loop {
        if Instant::now() >= end {
            return Ok(inserted);
        }
        let rows: Vec<&str> = (place..place + batch).map(|line| lines[line % lines.len()].as_str()).collect();
        place += batch;
        match rows[..] {
            [row] => client.execute(&statement, &[&row]).await?,
            _ => client.execute(&statement, &[&rows]).await?,
        };
        let now = Instant::now();
        if now >= start && now < end {
            inserted += batch as u64;
        }
    }
}
