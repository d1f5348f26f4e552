//! The origins of a ledger that is being opened: found by a few look-ups, back from the present one, and by
//! reading what no persisted checkpoint covers.
//!
//! The persisted checkpoint tells which key signed at its size. So only beyond it an entry can say that another
//! key signs now: of sealed segments none lies there, unless somebody put an older checkpoint in place, or none.

use muniment_core::entry::EntryView;
use muniment_core::key::Key;
use muniment_core::note::VerifierKey;

use super::keys::KeyIndex;
use super::open_error::{OpenError, io_error};
use super::origins::Origins;
use super::rebuild;
use super::restoration::{self, RESTORATIONS_MAX, Restoration};
use super::shared::Segment;
use crate::progress::Progress;

/// What the search goes through.
pub(super) struct Search<'s> {
    pub(super) segments: &'s [Segment],
    pub(super) keys: &'s KeyIndex,
    /// The key of entry 0.
    pub(super) genesis: &'s VerifierKey,
    /// The key that is there.
    pub(super) signer: &'s VerifierKey,
    /// What the persisted checkpoint covers.
    pub(super) persisted_size: u64,
    /// Returns in segments of lines, which have been read.
    pub(super) seen: Vec<u64>,
    pub(super) progress: &'s Progress,
}

impl Search<'_> {
    /// The origins, if the signing key is that of the present one.
    pub(super) fn run(mut self) -> Result<Origins, OpenError> {
        let found = self.look_up()?;
        let origins = Origins::new(self.genesis.clone(), &found)
            .map_err(|(seq, fault)| OpenError::Segment { file: format!("entry {seq}"), fault })?;
        if origins.vkey() != self.signer {
            let other = format!("it is {}, the ledger was created with {}", self.signer, self.genesis);
            return Err(OpenError::SigningKey(other));
        }
        self.scan_unsigned()?;
        let unknown = self.seen.iter().find(|seq| found.iter().all(|known| known.seq != **seq));
        unknown.map_or(Ok(origins), |seq| {
            Err(OpenError::SigningKey(format!(
                "it is {}, but entry {seq} says that the ledger was restored and goes on with another key",
                self.signer
            )))
        })
    }

    /// From the present origin back to the first one.
    fn look_up(&self) -> Result<Vec<Restoration>, OpenError> {
        let mut found = Vec::new();
        if self.signer == self.genesis {
            return Ok(found);
        }
        let mut origin = self.signer.name().to_owned();
        let mut number = 1;
        // Which number the last return has, only trying tells; those before it have the numbers below.
        let last = loop {
            match self.restoration(&origin, number)? {
                Some(last) => break Some(last),
                None if number < RESTORATIONS_MAX => number += 1,
                None => break None,
            }
        };
        let mut next = last;
        while let Some(restoration) = next.take() {
            origin = restoration.old_origin().unwrap_or_default();
            number = restoration.number;
            found.push(restoration);
            if number > 1 {
                next = self.restoration(&origin, number - 1)?;
            }
        }
        found.reverse();
        Ok(found)
    }

    fn restoration(&self, origin: &str, number: u64) -> Result<Option<Restoration>, OpenError> {
        let failed = || io_error("looking up a return from a backup");
        let key = Key::new(origin, &restoration::id(number));
        let candidates = self.keys.find(key).map_err(std::io::Error::other).map_err(failed())?;
        for seq in candidates {
            let after = self.segments.partition_point(|segment| segment.first() <= seq);
            let Some(segment) = after.checked_sub(1).map(|place| &self.segments[place]) else { continue };
            let line = segment.read(seq, seq + 1).map_err(failed())?;
            let entry = EntryView::parse(line.strip_suffix(b"\n").unwrap_or(&line)).ok();
            // An event that only bears the name is none.
            match entry.as_ref().and_then(Restoration::from_entry) {
                Some(Ok(found)) if found.vkey.name() == origin && found.number == number => {
                    return Ok(Some(found));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn scan_unsigned(&mut self) -> Result<(), OpenError> {
        for segment in self.segments {
            let Segment::Sealed(sealed) = segment else { continue };
            if sealed.end() <= self.persisted_size {
                continue;
            }
            let read = |line: &[u8], seq: u64| {
                let entry = EntryView::parse(line).ok();
                Ok(entry.as_ref().and_then(Restoration::from_entry).map(|_| seq))
            };
            let seqs = rebuild::each_entry(sealed, self.progress, "looking for returns", read)?;
            self.seen.extend(seqs.into_iter().flatten().flatten());
        }
        Ok(())
    }
}
