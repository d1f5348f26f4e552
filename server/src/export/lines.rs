//! An export of lines: the exact lines of a range, with receipts of the first and the last.
//!
//! Every line names the hash of the one before it, so the receipt of the last line covers all of them; that
//! of the first proves where the range begins.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use super::chain::Chain;
use super::view::View;
use super::{ENTRIES, ExportError, FIRST_RECEIPT, LAST_RECEIPT, Range, write as write_file};
use crate::progress::Progress;

/// How often progress is reported, in entries.
pub(super) const REPORT_ENTRIES: u64 = 4_096;

/// Writes the lines and the receipts; returns the bytes of the lines.
pub(super) fn write(view: &View, out: &Path, range: Range, progress: &Progress) -> Result<u64, ExportError> {
    let path = out.join(ENTRIES);
    let failed = |error| ExportError::Write { path: path.clone(), error };
    let mut file = BufWriter::new(File::create_new(&path).map_err(failed)?);
    let (mut chain, mut bytes) = (Chain::default(), 0);
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let total = range.to - range.from + 1;
    view.each_line(range, |seq, line| {
        follow(&mut chain, seq, line)?;
        file.write_all(line).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
        bytes += line.len() as u64 + 1;
        if seq == range.from {
            first = line.to_vec();
        }
        if seq == range.to {
            last = line.to_vec();
        }
        if seq.is_multiple_of(REPORT_ENTRIES) {
            progress.report("exporting", seq - range.from, Some(total));
        }
        Ok(())
    })?;
    file.flush().map_err(failed)?;
    for (name, seq, line) in [(FIRST_RECEIPT, range.from, &first), (LAST_RECEIPT, range.to, &last)] {
        let receipt = view.receipt(seq, line)?;
        write_file(&out.join(name), receipt.encode().as_bytes())?;
    }
    Ok(bytes)
}

/// Follows the chain over the entry `seq`, so that nothing damaged is handed on unnoticed.
pub(super) fn follow(chain: &mut Chain, seq: u64, line: &[u8]) -> Result<(), ExportError> {
    match chain.add(line) {
        Ok(found) if found == seq => Ok(()),
        Ok(found) => Err(ExportError::Damaged { seq, fault: format!("in its place stands entry {found}") }),
        Err(broken) => Err(ExportError::Damaged { seq: broken.seq.unwrap_or(seq), fault: broken.fault }),
    }
}
