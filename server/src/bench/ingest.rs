//! How many durable events does a server take from many clients, beside an empty handler and a file that are
//! given the same bytes?

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::{Answer, Connection};
use super::empty::EmptyHandler;
use super::file::BareFile;
use super::posts::Posts;
use super::tally::{Rates, Tally};
use super::target::{LoadError, Target, beginning};
use crate::net::client::Client;
use crate::progress::Progress;

const PATH: &str = "/v1/events";
/// The status of what was recorded.
const CREATED: u16 = 201;
/// Load before the first measured round of a server.
const WARM_UP: Duration = Duration::from_secs(1);
/// Load before every further round, which does not count either.
const LEAD: Duration = Duration::from_millis(250);
/// Longest round, with a baseline between any two.
const ROUND: Duration = Duration::from_secs(2);
/// A round of the file.
const FILE_ROUND: Duration = Duration::from_millis(700);
/// After an answer that was an error.
const ERROR_PAUSE: Duration = Duration::from_millis(10);
/// How long the index may take to follow before a baseline is measured beside it.
const SETTLE_MAX: Duration = Duration::from_secs(60);
/// For work that nobody can ask about, as is compressing what is complete.
const SETTLE_REST: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(200);

/// What to post.
#[derive(Debug, Clone)]
pub struct IngestPlan {
    /// Connections, each of which posts as soon as it is answered.
    pub clients: usize,
    /// Events of a post.
    pub batch: usize,
    /// Time that counts, for each side.
    pub time: Duration,
    /// What to measure beside it.
    pub baseline: Option<BaselinePlan>,
}

/// What to measure between the rounds.
#[derive(Debug, Clone)]
pub struct BaselinePlan {
    /// The token, which the empty handler checks.
    pub token: String,
    /// For batches: where to write and sync the same bytes.
    pub directory: Option<PathBuf>,
}

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// The ledger's name.
    pub origin: String,
    /// All that counted.
    pub tally: Tally,
    /// For how long.
    pub time: Duration,
    /// Posts a second, by round.
    pub rates: Rates,
    /// Of the empty handler.
    pub empty: Option<(Tally, Rates)>,
    /// Of the file: bodies a second.
    pub file: Option<Rates>,
    /// The index did not catch up before a baseline was measured.
    pub unsettled: bool,
}

/// Posts to a server.
///
/// # Errors
/// See [`LoadError`].
pub async fn ingest(target: &Target, plan: &IngestPlan, progress: &Progress) -> Result<Measured, LoadError> {
    let mut control = target.connect().await?;
    let origin = target.ledger(&mut control).await?.origin;
    let mut run = [0; 8];
    getrandom::fill(&mut run).map_err(|error| LoadError::Io(io::Error::other(error)))?;
    let posts = Arc::new(Posts::make(plan.batch, u64::from_le_bytes(run)));
    let mut ledger = Crowd::gather(target, plan.clients, &posts).await?;
    let (mut empty, mut file) = (None, None);
    let mut handler = None;
    if let Some(baseline) = &plan.baseline {
        let started = handler.insert(EmptyHandler::start(&baseline.token, plan.batch)?);
        empty = Some(Crowd::gather(&target.at(started.url.clone()), plan.clients, &posts).await?);
        file = baseline.directory.as_deref().map(BareFile::create).transpose()?;
    }
    let rounds = match plan.baseline {
        None => 1,
        Some(_) => {
            u32::try_from(plan.time.as_millis().div_ceil(ROUND.as_millis())).unwrap_or(u32::MAX).max(1)
        }
    };
    let (length, mut file_rates, mut unsettled) = (plan.time / rounds, Rates::default(), false);
    for _ in 0..rounds {
        ledger.round(length, progress).await?;
        let Some(empty) = &mut empty else { continue };
        unsettled |= !settle(target, &mut control).await?;
        empty.round(length, progress).await?;
        if let Some(file) = &mut file {
            // Nothing else is to be done meanwhile, so it may block.
            let (bodies, time) = file.round(&posts, FILE_ROUND)?;
            file_rates.add(bodies, time);
        }
    }
    drop(handler);
    if ledger.tally.requests == 0 {
        return Err(LoadError::Nothing(
            ledger.tally.first_error.unwrap_or_else(|| "all were too slow".to_owned()),
        ));
    }
    Ok(Measured {
        origin,
        tally: ledger.tally,
        time: plan.time,
        rates: ledger.rates,
        empty: empty.map(|empty| (empty.tally, empty.rates)),
        file: file.map(|_| file_rates),
        unsettled,
    })
}

/// Waits until the index has followed: its work must not slow down the baseline.
async fn settle(target: &Target, control: &mut Client) -> Result<bool, LoadError> {
    let start = Instant::now();
    while start.elapsed() < SETTLE_MAX {
        let state = target.ledger(control).await?;
        if state.indexed_size >= state.size {
            sleep(SETTLE_REST).await;
            return Ok(true);
        }
        sleep(TICK).await;
    }
    Ok(false)
}

/// The clients of one server.
struct Crowd {
    poster: Arc<Poster>,
    clients: Vec<Connection>,
    tally: Tally,
    rates: Rates,
}

struct Poster {
    posts: Arc<Posts>,
    /// What every request begins with, up to its body's number of bytes.
    head: Vec<u8>,
}

/// The time within which answers count.
#[derive(Clone, Copy)]
struct Window {
    start: Instant,
    end: Instant,
}

impl Crowd {
    async fn gather(target: &Target, count: usize, posts: &Arc<Posts>) -> Result<Crowd, LoadError> {
        let clients = target.dial_all(count).await?;
        let media_type = match posts.batch() {
            1 => "application/cloudevents+json",
            _ => "application/cloudevents-batch+json",
        };
        let poster = Arc::new(Poster { posts: posts.clone(), head: target.post_head(PATH, media_type)? });
        Ok(Crowd { poster, clients, tally: Tally::default(), rates: Rates::default() })
    }

    async fn round(&mut self, length: Duration, progress: &Progress) -> Result<(), LoadError> {
        let lead = if self.rates.is_empty() { WARM_UP } else { LEAD };
        let start = Instant::now() + lead;
        let window = Window { start, end: start + length };
        let mut tasks = JoinSet::new();
        for client in self.clients.drain(..) {
            tasks.spawn(self.poster.clone().run(client, window));
        }
        let mut round = Tally::default();
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                ended = tasks.join_next() => match ended {
                    None => break,
                    Some(ended) => {
                        let (client, tally) = ended?;
                        self.clients.push(client);
                        round.add(tally);
                    }
                },
                _ = tick.tick() => progress.report("posting", self.poster.posts.events(), None),
            }
        }
        self.rates.add(round.requests, length);
        self.tally.add(round);
        Ok(())
    }
}

impl Poster {
    /// Posts as soon as it is answered, until the window ends.
    async fn run(self: Arc<Self>, mut client: Connection, window: Window) -> (Connection, Tally) {
        let (mut tally, mut request) = (Tally::default(), Vec::new());
        loop {
            let begun = Instant::now();
            if begun >= window.end {
                return (client, tally);
            }
            request.clear();
            let sent = self.posts.next_after(&mut request, |out, bytes| {
                out.extend_from_slice(&self.head);
                let _infallible = write!(out, "{bytes}\r\n\r\n");
            });
            let answer = client.exchange(&request).await;
            let ended = Instant::now();
            match answer {
                Ok(Answer { status: CREATED, body }) => {
                    if ended >= window.start && ended < window.end {
                        tally.requests += 1;
                        tally.sent_bytes += sent as u64;
                        tally.received_bytes += body.len() as u64;
                        tally.latency.record(ended - begun);
                    }
                }
                Ok(Answer { status, body }) => {
                    tally.error(status.to_string(), beginning(body));
                    sleep(ERROR_PAUSE).await;
                }
                Err(error) => {
                    tally.error("no answer".to_owned(), error.to_string());
                    sleep(ERROR_PAUSE).await;
                }
            }
        }
    }
}
