//! The chain over consecutive lines, from any entry on.

use muniment_core::chain::{ChainFault, Head};
use muniment_core::entry::{BatchPlace, EntryView};
use muniment_core::hash::Hash;

/// Where the lines have led so far.
#[derive(Debug, Default)]
pub(super) struct Chain {
    head: Option<Head>,
}

/// The first line that is not what it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ChainBreak {
    /// The entry, if lines before it tell which.
    pub(super) seq: Option<u64>,
    pub(super) fault: String,
}

impl Chain {
    /// The seq that the next line must have; `None` before the first.
    pub(super) fn next_seq(&self) -> Option<u64> {
        self.head.map(|head| head.size)
    }

    /// Follows the chain over one more line, without its newline, and gives its seq. What the first line
    /// says of the entry before it is taken as it is.
    pub(super) fn add(&mut self, line: &[u8]) -> Result<u64, ChainBreak> {
        let broken = |fault: String| ChainBreak { seq: self.next_seq(), fault };
        let entry = EntryView::parse(line).map_err(|error| broken(error.to_string()))?;
        entry.check_event().map_err(|error| broken(error.to_string()))?;
        let before = self.head.unwrap_or_else(|| before(&entry));
        let head = before.after(&entry, Hash::of_line(line)).map_err(|fault| match fault {
            ChainFault::Seq { found, expected } => {
                ChainBreak { seq: Some(expected), fault: format!("in its place stands entry {found}") }
            }
            ChainFault::Prev { .. } if entry.seq > 0 => ChainBreak {
                seq: Some(entry.seq - 1),
                fault: format!("it or entry {} was changed: {fault}", entry.seq),
            },
            other => ChainBreak { seq: Some(entry.seq), fault: other.to_string() },
        })?;
        self.head = Some(head);
        Ok(entry.seq)
    }
}

fn before(first: &EntryView<'_>) -> Head {
    let last = if first.seq == 0 { Hash::ZERO } else { first.prev };
    let open_batch = first.batch.filter(|place| place.index > 0);
    let open_batch = open_batch.map(|place| BatchPlace { index: place.index - 1, ..place });
    Head { size: first.seq, last, recorded: first.recorded, open_batch }
}

#[cfg(test)]
mod tests {
    use muniment_core::entry::write_line;
    use muniment_core::time::Timestamp;

    use super::*;

    const EVENT: &str = r#"{"id":"1","source":"/foi","specversion":"1.0","type":"request.received"}"#;

    fn lines(batch: &[Option<(u32, u32)>]) -> Vec<Vec<u8>> {
        let mut prev = Hash::ZERO;
        let line = |(seq, batch): (u64, &Option<(u32, u32)>)| {
            let batch = batch.map(|(index, count)| BatchPlace { index, count });
            let recorded = Timestamp::from_micros(0).to_recorded();
            let mut line = Vec::new();
            write_line(&mut line, batch, "host", EVENT.as_bytes(), prev, &recorded, seq);
            prev = Hash::of_line(&line);
            line
        };
        (0..).zip(batch).map(line).collect()
    }

    #[test]
    fn a_chain_can_be_followed_from_any_entry() {
        let lines = lines(&[None, Some((0, 3)), Some((1, 3)), Some((2, 3)), None]);
        for first in 0..lines.len() {
            let mut chain = Chain::default();
            for (seq, line) in (0_u64..).zip(&lines).skip(first) {
                assert_eq!(chain.add(line), Ok(seq));
            }
        }
    }

    #[test]
    fn the_entry_to_blame_is_named() {
        let lines = lines(&[None; 5]);
        let blamed = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
            let (mut chain, mut changed) = (Chain::default(), lines.clone());
            change(&mut changed);
            changed.iter().find_map(|line| chain.add(line).err()).and_then(|broken| broken.seq)
        };
        assert_eq!(blamed(&|_| {}), None);
        assert_eq!(blamed(&|lines| lines[2] = b"x".to_vec()), Some(2));
        assert_eq!(blamed(&|lines| drop(lines.remove(2))), Some(2));
        assert_eq!(blamed(&|lines| lines.swap(2, 3)), Some(2));
        let other =
            |line: &[u8]| String::from_utf8(line.to_vec()).unwrap().replace("foi", "eir").into_bytes();
        assert_eq!(blamed(&|lines| lines[2] = other(&lines[2])), Some(2));
        assert_eq!(blamed(&|lines| lines[4] = other(&lines[4])), None, "only a receipt tells");
    }
}
