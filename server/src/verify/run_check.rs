//! Compares the key run of a sealed segment with the keys of its entries.

use std::io;

use muniment_core::key::Key;
use rayon::slice::ParallelSliceMut as _;

use super::findings::Findings;
use crate::disk::Disk;
use crate::ledger::keys::KeyRun;
use crate::ledger::names::LedgerFile;

pub(crate) fn compare(disk: &dyn Disk, first: u64, keys: &mut [(Key, u32)], findings: &mut Findings) {
    let path = LedgerFile::Keys(first).to_string();
    let file = match disk.open_read(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return findings.notice(&path, "it is missing; the next start makes it again");
        }
        Err(error) => return findings.problem(None, &path, &error.to_string()),
    };
    keys.par_sort_unstable();
    let again = "The next start makes it again";
    let run = match KeyRun::open(file, first, keys.len() as u64) {
        Ok(run) => run,
        Err(error) => return findings.problem(None, &path, &format!("{error}. {again}")),
    };
    let mut expected = &*keys;
    for block in run.records() {
        let block = match block {
            Ok(block) => block,
            Err(error) => return findings.problem(None, &path, &format!("{error}. {again}")),
        };
        let (here, rest) = expected.split_at(block.len());
        if here != block {
            return findings.problem(
                None,
                &path,
                "its keys are not those of its segment. Remove it; the next start makes it again",
            );
        }
        expected = rest;
    }
}
