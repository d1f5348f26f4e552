//! How long do pages, text searches, entries and receipts take, asked for by many at once?

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use muniment_core::event::group_of;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::follow::{Followed, follow};
use super::tally::Tally;
use super::target::{LoadError, Target, beginning};
use crate::net::client::Client;
use crate::progress::Progress;

/// Entries that are looked at to learn what can be asked for.
const SAMPLES: u64 = 200;
/// Letters of a word that is searched for.
const WORD_CHARS_MIN: usize = 4;
const WARM_UP: Duration = Duration::from_secs(1);
const ERROR_PAUSE: Duration = Duration::from_millis(10);
const TICK: Duration = Duration::from_millis(200);

/// What is asked for, in turn.
pub const KINDS: [&str; 4] = ["page of 100, filtered", "text search, page of 100", "entry", "receipt"];

/// How to ask.
#[derive(Debug, Clone, Copy)]
pub struct ReadPlan {
    /// Connections, each of which asks as soon as it is answered.
    pub clients: usize,
    /// Time that counts.
    pub time: Duration,
    /// Streams that are followed meanwhile.
    pub followers: usize,
}

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// The ledger's name.
    pub origin: String,
    /// Its entries at the start.
    pub entries: u64,
    /// Those that searches found.
    pub indexed: u64,
    /// By kind, as in [`KINDS`].
    pub kinds: [Tally; 4],
    /// Those who followed, if any.
    pub followed: Option<Followed>,
}

/// Reads from a server.
///
/// # Errors
/// See [`LoadError`].
pub async fn read(target: &Target, plan: &ReadPlan, progress: &Progress) -> Result<Measured, LoadError> {
    let mut control = target.connect().await?;
    let state = target.ledger(&mut control).await?;
    let questions = Arc::new(Questions::learn(target, &mut control, state.size).await?);
    let clients = target.connect_all(plan.clients).await?;
    let start = Instant::now() + WARM_UP;
    let end = start + plan.time;
    let mut following = JoinSet::new();
    for _ in 0..plan.followers {
        following.spawn(follow(target.clone(), end));
    }
    let asked = Arc::new(AtomicU64::new(0));
    let mut asking = JoinSet::new();
    for (number, client) in clients.into_iter().enumerate() {
        let asker =
            Asker { target: target.clone(), questions: questions.clone(), asked: asked.clone(), start, end };
        asking.spawn(asker.run(client, number as u64));
    }
    let mut kinds: [Tally; 4] = Default::default();
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            ended = asking.join_next() => match ended {
                None => break,
                Some(ended) => kinds.iter_mut().zip(ended?).for_each(|(kind, tally)| kind.add(tally)),
            },
            _ = tick.tick() => progress.report("reading", asked.load(Ordering::Relaxed), None),
        }
    }
    let mut followed = (plan.followers > 0).then(Followed::default);
    while let Some(ended) = following.join_next().await {
        let one = ended??;
        if let Some(all) = &mut followed {
            all.add(&one);
        }
    }
    if kinds.iter().all(|kind| kind.requests == 0) {
        let error = kinds.iter_mut().find_map(|kind| kind.first_error.take());
        return Err(LoadError::Nothing(error.unwrap_or_else(|| "all were too slow".to_owned())));
    }
    Ok(Measured { origin: state.origin, entries: state.size, indexed: state.indexed_size, kinds, followed })
}

/// What can be asked for so that something is found.
#[derive(Debug)]
struct Questions {
    size: u64,
    filters: Vec<String>,
    words: Vec<String>,
}

impl Questions {
    /// Looks at entries from all over the ledger.
    async fn learn(target: &Target, client: &mut Client, size: u64) -> Result<Questions, LoadError> {
        let mut questions = Questions { size, filters: Vec::new(), words: Vec::new() };
        for number in 0..SAMPLES {
            let path = format!("/v1/events/{}", scattered(number) % size.max(1));
            let answer = client.send(target.get(&path)).await?;
            // An entry that this token may not see teaches nothing.
            if answer.0 == StatusCode::FORBIDDEN {
                continue;
            }
            let text = target.expect_ok(&path, answer)?;
            if let Ok(entry) = serde_json::from_slice::<Value>(&text) {
                questions.learn_from(&entry);
            }
        }
        if questions.filters.is_empty() || questions.words.is_empty() {
            let what = "the entries that this token may see have no types or no words to search for";
            return Err(LoadError::Nothing(what.to_owned()));
        }
        Ok(questions)
    }

    fn learn_from(&mut self, entry: &Value) {
        let event = &entry["event"];
        let Some(event_type) = event["type"].as_str() else { return };
        let group = group_of(event_type);
        self.filters.push(format!("order=desc&type={}", encoded(event_type)));
        self.filters.push(format!("type={}", encoded(&format!("{group}.*"))));
        if let Some(subject) = event["subject"].as_str() {
            self.filters.push(format!("order=desc&subject={}", encoded(subject)));
            self.words.push(encoded(&format!("\"{subject}\"")));
        }
        if let Some(hour) = event["time"].as_str().and_then(|time| time.get(..13)) {
            let (from, to) = (format!("{hour}:00:00Z"), format!("{hour}:59:59Z"));
            self.filters.push(format!("from={}&to={}", encoded(&from), encoded(&to)));
        }
        let words = event["data"].as_object().into_iter().flat_map(|data| data.values());
        let words =
            words.filter_map(Value::as_str).flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
        self.words.extend(words.filter(|word| word.chars().count() >= WORD_CHARS_MIN).map(encoded));
    }

    /// The path of a question of a kind.
    fn path(&self, kind: usize, number: u64) -> String {
        let chance = scattered(number);
        let of = |choices: &[String]| {
            let place = usize::try_from(chance % choices.len() as u64).unwrap_or_default();
            choices[place].clone()
        };
        match kind {
            0 => format!("/v1/events?limit=100&{}", of(&self.filters)),
            1 => format!("/v1/events?limit=100&order=desc&q={}", of(&self.words)),
            2 => format!("/v1/events/{}", chance % self.size),
            _ => format!("/v1/events/{}/receipt", chance % self.size),
        }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A number that looks like chance, the same every time.
fn scattered(number: u64) -> u64 {
    let mixed = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 11
}

struct Asker {
    target: Target,
    questions: Arc<Questions>,
    asked: Arc<AtomicU64>,
    start: Instant,
    end: Instant,
}

impl Asker {
    /// Asks as soon as it is answered, each kind in turn.
    async fn run(self, mut client: Client, first: u64) -> [Tally; 4] {
        let mut kinds: [Tally; 4] = Default::default();
        loop {
            for (kind, tally) in (0..).zip(&mut kinds) {
                let begun = Instant::now();
                if begun >= self.end {
                    return kinds;
                }
                let number = self.asked.fetch_add(1, Ordering::Relaxed).wrapping_add(first);
                let answer = client.send(self.target.get(&self.questions.path(kind, number))).await;
                let ended = Instant::now();
                match answer {
                    Ok((StatusCode::OK, _, answer)) => {
                        if ended >= self.start && ended < self.end {
                            tally.requests += 1;
                            tally.received_bytes += answer.len() as u64;
                            tally.latency.record(ended - begun);
                        }
                    }
                    Ok((status, _, answer)) => {
                        tally.error(status.as_u16().to_string(), beginning(&answer));
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
}
