//! Public editions of a ledger's reports, each beside those that were given out before it.
//!
//! Which those are the ledger's events say: what was published before the report was, or by now where it is not published. So
//! the public edition of a published report stays what it was when it was given out.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use muniment_core::report::{Document, Told, public_beside};

use super::serving::{is_id, published};
use crate::ledger::Ledger;
use crate::plugins::engine::sha256_of;

/// So many editions are compared, those that were given out last.
pub const EDITIONS_MAX: usize = 100;

/// Makes public editions.
#[derive(Debug)]
pub struct Editions {
    /// Where reports are kept.
    folder: PathBuf,
    /// What published editions tell, by their ids, each with the digest of its report of record.
    told: Mutex<BTreeMap<String, (String, Arc<Told>)>>,
}

impl Editions {
    /// Of the reports that are kept in a folder, which need not be there yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Editions {
        Editions { folder, told: Mutex::default() }
    }

    /// The public edition of a report.
    ///
    /// # Errors
    /// As the disk says.
    pub fn public(&self, ledger: &Ledger, document: &Document) -> io::Result<Document> {
        let before = ledger.find_host(&published(&document.id))?;
        let mut given_out: Vec<(u64, String)> = Vec::new();
        for id in ids(&self.folder)? {
            if let Some(seq) = ledger.find_host(&published(&id))?
                && id != document.id
                && before.is_none_or(|before| seq < before)
            {
                given_out.push((seq, id));
            }
        }
        given_out.sort_unstable();
        let mut earlier: Vec<Arc<Told>> = Vec::new();
        for (_, id) in &given_out {
            let beside = last(&earlier);
            earlier.extend(self.told(id, &beside)?);
        }
        let (public, is_told_already) = public_beside(document, &last(&earlier));
        if is_told_already {
            tracing::warn!(
                report = document.id,
                "small numbers that are left out of this public edition follow from editions that were published before it"
            );
        }
        Ok(public)
    }

    /// What a published edition tells, beside those that were published before it.
    fn told(&self, id: &str, earlier: &[&Told]) -> io::Result<Option<Arc<Told>>> {
        let text = match fs::read(self.folder.join(format!("{id}.json"))) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let sha256 = sha256_of(&text);
        let lock = || self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(id).filter(|(known, _)| *known == sha256).map(|(_, told)| told.clone());
        if known.is_some() {
            return Ok(known);
        }
        let counted: Document = serde_json::from_slice(&text).map_err(io::Error::other)?;
        let (shown, _) = public_beside(&counted, earlier);
        let told = Arc::new(Told::of(&counted, &shown));
        lock().insert(id.to_owned(), (sha256, told.clone()));
        Ok(Some(told))
    }
}

/// The last of them.
fn last(all: &[Arc<Told>]) -> Vec<&Told> {
    all.iter().skip(all.len().saturating_sub(EDITIONS_MAX)).map(|told| &**told).collect()
}

/// The ids of the reports that a folder has.
pub(super) fn ids(folder: &Path) -> io::Result<Vec<String>> {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut all = Vec::new();
    for entry in listing {
        let name = entry?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".json"));
        all.extend(id.filter(|id| is_id(id)).map(str::to_owned));
    }
    Ok(all)
}
