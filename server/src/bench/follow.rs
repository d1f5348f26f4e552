//! Those who follow a ledger's stream, and how far behind they are.

use std::time::Instant;

use http_body_util::BodyExt as _;
use muniment_core::entry::EntryView;
use tokio::time::timeout_at;

use super::tally::Latency;
use super::target::{LoadError, Target, beginning};
use crate::ledger::clock::{Clock as _, SystemClock};

const PATH: &str = "/v1/events/stream";

/// What followers got.
#[derive(Debug, Default)]
pub struct Followed {
    /// How many followed.
    pub followers: usize,
    /// Entries, all followers together.
    pub entries: u64,
    /// From an entry's `recorded` to its arrival: of the first entry of every piece that arrived.
    pub lag: Latency,
    /// Entries that did not continue the one before.
    pub gaps: u64,
    /// Streams that the server ended.
    pub ended: u64,
}

impl Followed {
    pub(super) fn add(&mut self, other: &Followed) {
        self.followers += other.followers;
        self.entries += other.entries;
        self.lag.add(&other.lag);
        self.gaps += other.gaps;
        self.ended += other.ended;
    }
}

/// Follows until an instant.
pub(super) async fn follow(target: Target, until: Instant) -> Result<Followed, LoadError> {
    let mut client = target.connect().await?;
    let answer = client.begin(target.get(PATH)).await?;
    let status = answer.status();
    let mut body = answer.into_body();
    if !status.is_success() {
        let text = body.collect().await.map(|text| text.to_bytes()).unwrap_or_default();
        return Err(LoadError::Nothing(format!("GET {PATH}: {status}: {}", beginning(&text))));
    }
    let mut reader =
        Reader { followed: Followed { followers: 1, ..Followed::default() }, last: None, rest: Vec::new() };
    let clock = SystemClock::new();
    loop {
        let Ok(frame) = timeout_at(until.into(), body.frame()).await else { return Ok(reader.followed) };
        let Some(Ok(frame)) = frame else {
            reader.followed.ended += 1;
            return Ok(reader.followed);
        };
        if let Some(piece) = frame.data_ref() {
            reader.read(piece, &clock);
        }
    }
}

struct Reader {
    followed: Followed,
    last: Option<u64>,
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
}

impl Reader {
    fn read(&mut self, piece: &[u8], clock: &SystemClock) {
        let mut first = true;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', piece) {
            self.rest.extend_from_slice(&piece[start..end]);
            start = end + 1;
            let entry = self.rest.strip_prefix(b"data: ").and_then(|line| EntryView::parse(line).ok());
            if let Some(entry) = entry {
                self.followed.entries += 1;
                if self.last.is_some_and(|last| last + 1 != entry.seq) {
                    self.followed.gaps += 1;
                }
                self.last = Some(entry.seq);
                if std::mem::take(&mut first) {
                    let micros = clock.wall().as_micros() - entry.recorded.as_micros();
                    let micros = u64::try_from(micros).unwrap_or_default();
                    self.followed.lag.record(std::time::Duration::from_micros(micros));
                }
            }
            self.rest.clear();
        }
        self.rest.extend_from_slice(&piece[start..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted_wherever_pieces_end() {
        let line = |seq: u64| {
            format!(
                "id: {seq}\ndata: {{\"by\":\"host\",\"event\":{{}},\"prev\":\"{}\",\"recorded\":\"2026-05-01T09:30:00.123456Z\",\"seq\":{seq}}}\n\n",
                "0".repeat(64)
            )
        };
        let text = format!("retry: 2000\n: entries follow\n\n{}{}{}", line(3), line(4), line(6));
        for size in [1, 7, 100, 10_000] {
            let mut reader = Reader { followed: Followed::default(), last: None, rest: Vec::new() };
            text.as_bytes().chunks(size).for_each(|piece| reader.read(piece, &SystemClock::new()));
            assert_eq!((reader.followed.entries, reader.followed.gaps), (3, 1), "{size}");
        }
    }
}
