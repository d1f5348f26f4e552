//! How many durable events does a server take from many clients, beside an empty handler and a file that are
//! given the same bytes?

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

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
    /// Time from one post to the next, of all connections together; none if each posts as soon as it is answered.
    pub pace: Option<Duration>,
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
    /// How far the search index was behind at its worst.
    pub behind: Behind,
    /// Of the empty handler.
    pub empty: Option<(Tally, Rates)>,
    /// Of the file: bodies a second.
    pub file: Option<Rates>,
    /// The index did not catch up before a baseline was measured.
    pub unsettled: bool,
}

/// How far the search index is behind the ledger.
#[derive(Debug, Clone, Copy, Default)]
pub struct Behind {
    /// For how long the oldest entry that is not found has been there, to a fifth of a second.
    pub time: Duration,
    /// Entries that are not found.
    pub entries: u64,
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
    let mut ledger = Crowd::gather(target, plan, &posts).await?;
    let mut watch = Watch::new(target.clone(), target.connect().await?);
    let (mut empty, mut file) = (None, None);
    let mut handler = None;
    if let Some(baseline) = &plan.baseline {
        let started = handler.insert(EmptyHandler::start(&baseline.token, plan.batch)?);
        empty = Some(Crowd::gather(&target.at(started.url.clone()), plan, &posts).await?);
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
        ledger.round(length, progress, Some(&mut watch)).await?;
        let Some(empty) = &mut empty else { continue };
        unsettled |= !settle(target, &mut control).await?;
        empty.round(length, progress, None).await?;
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
        behind: watch.worst,
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

/// Looks at how far the search index is behind.
struct Watch {
    target: Target,
    control: Client,
    /// Sizes that the ledger had, and when; the first is one that the index has reached.
    sizes: VecDeque<(Instant, u64)>,
    worst: Behind,
}

impl Watch {
    fn new(target: Target, control: Client) -> Watch {
        Watch { target, control, sizes: VecDeque::new(), worst: Behind::default() }
    }

    async fn look(&mut self) -> Result<(), LoadError> {
        let state = self.target.ledger(&mut self.control).await?;
        self.saw(Instant::now(), state.size, state.indexed_size);
        Ok(())
    }

    fn saw(&mut self, now: Instant, size: u64, indexed: u64) {
        self.sizes.push_back((now, size));
        while self.sizes.get(1).is_some_and(|(_, size)| *size <= indexed) {
            self.sizes.pop_front();
        }
        if indexed < size {
            let since = self.sizes.front().map_or(now, |(since, _)| *since);
            self.worst.time = self.worst.time.max(now - since);
            self.worst.entries = self.worst.entries.max(size - indexed);
        }
    }
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
    pace: Option<Duration>,
}

/// One round.
struct Window {
    /// When it begins.
    begin: Instant,
    /// The time within which answers count.
    start: Instant,
    end: Instant,
    /// Posts that were begun, where there is a pace.
    begun: AtomicU64,
}

impl Crowd {
    async fn gather(target: &Target, plan: &IngestPlan, posts: &Arc<Posts>) -> Result<Crowd, LoadError> {
        let clients = target.dial_all(plan.clients).await?;
        let media_type = match posts.batch() {
            1 => "application/cloudevents+json",
            _ => "application/cloudevents-batch+json",
        };
        let poster = Arc::new(Poster {
            posts: posts.clone(),
            head: target.post_head(PATH, media_type)?,
            pace: plan.pace,
        });
        Ok(Crowd { poster, clients, tally: Tally::default(), rates: Rates::default() })
    }

    async fn round(
        &mut self,
        length: Duration,
        progress: &Progress,
        mut watch: Option<&mut Watch>,
    ) -> Result<(), LoadError> {
        if let Some(watch) = &mut watch {
            watch.look().await?;
        }
        let lead = if self.rates.is_empty() { WARM_UP } else { LEAD };
        let begin = Instant::now();
        let start = begin + lead;
        let window = Arc::new(Window { begin, start, end: start + length, begun: AtomicU64::new(0) });
        let mut tasks = JoinSet::new();
        for client in self.clients.drain(..) {
            tasks.spawn(self.poster.clone().run(client, window.clone()));
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
                _ = tick.tick() => {
                    progress.report("posting", self.poster.posts.events(), None);
                    if let Some(watch) = &mut watch {
                        watch.look().await?;
                    }
                }
            }
        }
        self.rates.add(round.requests, length);
        self.tally.add(round);
        Ok(())
    }
}

impl Poster {
    /// Posts as soon as it is answered, until the window ends.
    async fn run(self: Arc<Self>, mut client: Connection, window: Arc<Window>) -> (Connection, Tally) {
        let (mut tally, mut request) = (Tally::default(), Vec::new());
        loop {
            let begun = match self.pace {
                None => Instant::now(),
                Some(pace) => {
                    let place = window.begun.fetch_add(1, Ordering::Relaxed);
                    let due = window.begin + pace.saturating_mul(u32::try_from(place).unwrap_or(u32::MAX));
                    sleep_until(due.min(window.end).into()).await;
                    due
                }
            };
            if begun >= window.end || Instant::now() >= window.end {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_index_is_as_late_as_its_oldest_missing_entry() {
        let listening = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listening.local_addr().unwrap());
        let target = Target::new(&url, "muniment_x").unwrap();
        let mut watch = Watch::new(target.clone(), target.connect().await.unwrap());
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        watch.saw(at(0), 10, 10);
        watch.saw(at(200), 20, 10);
        assert_eq!((watch.worst.time, watch.worst.entries), (Duration::from_millis(200), 10));
        watch.saw(at(400), 30, 10);
        watch.saw(at(600), 40, 35);
        assert_eq!((watch.worst.time, watch.worst.entries), (Duration::from_millis(400), 20));
        watch.saw(at(800), 40, 40);
        watch.saw(at(5_000), 40, 40);
        watch.saw(at(5_200), 41, 40);
        assert_eq!(watch.worst.time, Duration::from_millis(400));
    }
}
