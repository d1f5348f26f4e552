//! The origins that a ledger has had: that of entry 0, and one more for every return under a new one.

use muniment_core::checkpoint::{Checkpoint, CheckpointError};
use muniment_core::host::lies_under;
use muniment_core::note::VerifierKey;

use super::restoration::Restoration;

/// A key that signed once, and up to which size.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reign {
    vkey: VerifierKey,
    end: u64,
}

/// Every origin of a ledger with its key, in the order in which they followed each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    earlier: Vec<Reign>,
    vkey: VerifierKey,
}

/// A checkpoint that one of the keys signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The key.
    pub vkey: VerifierKey,
    /// The size at which a return put another key in the place of this one.
    pub end: Option<u64>,
}

impl Signed {
    /// Whether it covers entries that were not there any more when the ledger was restored.
    #[must_use]
    pub fn lost(&self) -> Option<u64> {
        self.end.filter(|end| *end < self.checkpoint.size)
    }
}

impl Origins {
    /// The origins, by the key of entry 0 and every `ledger.restored`, in order.
    ///
    /// # Errors
    /// The entry that does not continue those before it, and why.
    pub fn new(genesis: VerifierKey, restorations: &[Restoration]) -> Result<Origins, (u64, String)> {
        let mut origins = Origins { earlier: Vec::new(), vkey: genesis };
        for (restoration, number) in restorations.iter().zip(1_u64..) {
            let wrong =
                |fault: String| (restoration.seq, format!("this `ledger.restored` is wrong: {fault}"));
            if restoration.number != number {
                return Err(wrong(format!("it is number {}, not {number}", restoration.number)));
            }
            if origins.names().any(|name| name == restoration.vkey.name()) {
                return Err(wrong("the ledger had its origin before".to_owned()));
            }
            restoration.old(&origins.vkey).map_err(wrong)?;
            let vkey = std::mem::replace(&mut origins.vkey, restoration.vkey.clone());
            origins.earlier.push(Reign { vkey, end: restoration.seq });
        }
        Ok(origins)
    }

    /// The key that signs now.
    #[must_use]
    pub fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    /// The names of all origins, the present one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [self.vkey.name()].into_iter().chain(self.earlier.iter().rev().map(|reign| reign.vkey.name()))
    }

    /// How often the ledger went on under a new origin.
    #[must_use]
    pub fn restorations(&self) -> u64 {
        self.earlier.len() as u64
    }

    /// Whether a source lies under any of the origins, from which the ledger alone writes.
    #[must_use]
    pub fn cover(&self, source: &str) -> bool {
        self.names().any(|name| lies_under(source, name))
    }

    /// Up to which size a key signed: `None` if it is none of the ledger's, `Some(None)` if it signs now.
    #[must_use]
    pub fn end_of(&self, vkey: &VerifierKey) -> Option<Option<u64>> {
        if *vkey == self.vkey {
            return Some(None);
        }
        self.earlier.iter().find(|reign| reign.vkey == *vkey).map(|reign| Some(reign.end))
    }

    /// Reads a checkpoint that one of the keys signed.
    ///
    /// # Errors
    /// What is wrong with it, as the present key sees it.
    pub fn verify(&self, note: &[u8]) -> Result<Signed, CheckpointError> {
        let signed = |vkey: &VerifierKey, end| {
            Checkpoint::verify(note, vkey).map(|checkpoint| Signed { checkpoint, vkey: vkey.clone(), end })
        };
        signed(&self.vkey, None).or_else(|error| {
            let mut earlier = self.earlier.iter().rev();
            earlier.find_map(|reign| signed(&reign.vkey, Some(reign.end)).ok()).ok_or(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use muniment_core::entry::{EntryView, write_line};
    use muniment_core::hash::Hash;
    use muniment_core::note::NoteSigner;
    use muniment_core::time::Timestamp;

    use super::*;
    use crate::ledger::restoration::BY;

    fn signer(number: u8) -> NoteSigner {
        NoteSigner::from_seed(&format!("o{number}.example/ledger"), &[number; 32]).unwrap()
    }

    fn checkpoint(signer: &NoteSigner, size: u64) -> Checkpoint {
        Checkpoint { origin: signer.verifier().name().to_owned(), size, root: Hash([7; 32]) }
    }

    fn restoration(number: u8, size: u64) -> Restoration {
        Restoration {
            seq: size,
            number: u64::from(number),
            vkey: signer(number).verifier().clone(),
            old_checkpoint: checkpoint(&signer(number - 1), size).sign(&signer(number - 1)),
            known_size: Some(size + 5),
        }
    }

    fn line(restoration: &Restoration, old: &NoteSigner, by: &str) -> Vec<u8> {
        let event = restoration.event(&checkpoint(old, restoration.seq)).unwrap();
        let mut line = Vec::new();
        let recorded = Timestamp::from_micros(0).to_recorded();
        write_line(&mut line, None, by, event.canonical(), Hash::ZERO, &recorded, restoration.seq);
        line
    }

    #[test]
    fn a_restoration_is_written_and_read_and_no_client_can_write_one() {
        let restoration = restoration(1, 10);
        let written = line(&restoration, &signer(0), BY);
        let read = Restoration::from_entry(&EntryView::parse(&written).unwrap()).unwrap().unwrap();
        assert_eq!(read, restoration);
        assert_eq!(read.old_root(), Some(Hash([7; 32])));
        let forged = line(&restoration, &signer(0), "host/append");
        assert!(Restoration::from_entry(&EntryView::parse(&forged).unwrap()).is_none());
    }

    #[test]
    fn each_key_is_believed_for_its_time() {
        let origins =
            Origins::new(signer(0).verifier().clone(), &[restoration(1, 10), restoration(2, 20)]).unwrap();
        assert_eq!(origins.vkey(), signer(2).verifier());
        let names: Vec<&str> = origins.names().collect();
        assert_eq!(names, ["o2.example/ledger", "o1.example/ledger", "o0.example/ledger"]);
        assert!(
            ["https://o0.example/ledger/x", "o1.example/ledger"].iter().all(|source| origins.cover(source))
        );
        assert!(!origins.cover("/foi"));
        for (number, size, lost) in [(0, 10, None), (0, 11, Some(10)), (1, 20, None), (2, 99, None)] {
            let signed = origins.verify(checkpoint(&signer(number), size).sign(&signer(number)).as_bytes());
            assert_eq!(signed.unwrap().lost(), lost, "{number}, {size}");
        }
        assert!(origins.verify(checkpoint(&signer(3), 5).sign(&signer(3)).as_bytes()).is_err());
        assert_eq!(origins.end_of(signer(1).verifier()), Some(Some(20)));
        assert_eq!(origins.end_of(signer(3).verifier()), None);
    }

    #[test]
    fn a_restoration_that_continues_nothing_is_refused() {
        let genesis = || signer(0).verifier().clone();
        let refused = |restorations: &[Restoration]| Origins::new(genesis(), restorations).unwrap_err();
        assert!(refused(&[restoration(2, 20)]).1.contains("number 2, not 1"));
        assert!(refused(&[Restoration { seq: 11, ..restoration(1, 10) }]).1.contains("it is entry 11"));
        let unsigned =
            Restoration { old_checkpoint: restoration(2, 10).old_checkpoint, ..restoration(1, 10) };
        assert!(refused(&[unsigned]).1.contains("old checkpoint"));
        let again = Restoration {
            number: 2,
            vkey: NoteSigner::from_seed("o0.example/ledger", &[9; 32]).unwrap().verifier().clone(),
            ..restoration(2, 20)
        };
        assert!(refused(&[restoration(1, 10), again]).1.contains("had its origin before"));
    }
}
