//! An export of lines: the chain between its lines, and the receipts of the first and the last.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};

use muniment_core::limits::ENTRY_BYTES_MAX;
use muniment_core::receipt::{Receipt, ReceiptError};

use super::super::lines::REPORT_ENTRIES;
use super::super::{ENTRIES, FIRST_RECEIPT, LAST_RECEIPT};
use super::{CheckError, Checking, io_error, read_small};

/// A line and its seq.
type Entry = (u64, Vec<u8>);

impl Checking<'_> {
    pub(super) fn lines(&mut self) -> Result<(), CheckError> {
        let first = self.receipt(FIRST_RECEIPT)?;
        let last = self.receipt(LAST_RECEIPT)?;
        let expected = first.as_ref().map(|receipt| receipt.index);
        let (first_entry, last_entry) = self.follow_lines(expected, last.as_ref().map(|last| last.index))?;
        if let Some((seq, line)) = &first_entry {
            self.check_receipt(FIRST_RECEIPT, first.as_ref(), *seq, line);
        } else if self.checked.problems.is_empty() {
            self.problem(expected, ENTRIES, "it is missing, as are all others");
        }
        if let Some((seq, line)) = &last_entry {
            self.check_receipt(LAST_RECEIPT, last.as_ref(), *seq, line);
        }
        Ok(())
    }

    /// Follows the chain to the end, or to the first line that breaks it: then no line is the last.
    fn follow_lines(
        &mut self,
        first: Option<u64>,
        last: Option<u64>,
    ) -> Result<(Option<Entry>, Option<Entry>), CheckError> {
        let path = self.directory.join(ENTRIES);
        let mut file = BufReader::with_capacity(1 << 20, File::open(&path).map_err(io_error(&path))?);
        let (mut first_entry, mut line) = (None, Vec::new());
        let mut last_line = Vec::new();
        loop {
            line.clear();
            let limit = ENTRY_BYTES_MAX as u64 + 1;
            let bytes = file.by_ref().take(limit).read_until(b'\n', &mut line).map_err(io_error(&path))?;
            if bytes == 0 {
                break;
            }
            let expected = self.chain.next_seq().or(first);
            if line.pop() != Some(b'\n') {
                self.problem(expected, ENTRIES, "its line has no end, or is longer than any entry");
                return Ok((first_entry, None));
            }
            if !self.follow(ENTRIES, expected, &line) {
                return Ok((first_entry, None));
            }
            let seq = self.checked.range.map_or(0, |range| range.to);
            if first_entry.is_none() {
                first_entry = Some((seq, line.clone()));
            }
            if seq.is_multiple_of(REPORT_ENTRIES) {
                let total = last.zip(first).and_then(|(last, first)| last.checked_sub(first));
                self.progress.report("verifying", seq - first.unwrap_or(0).min(seq), total);
            }
            std::mem::swap(&mut line, &mut last_line);
        }
        Ok((first_entry, self.checked.range.map(|range| (range.to, last_line))))
    }

    fn receipt(&mut self, name: &str) -> Result<Option<Receipt>, CheckError> {
        let Some(content) = read_small(&self.directory.join(name))? else {
            self.problem(None, name, "it is missing: nothing proves where the export begins and ends");
            return Ok(None);
        };
        match Receipt::parse(&content) {
            Ok(receipt) => Ok(Some(receipt)),
            Err(error) => {
                self.problem(None, name, error.to_string());
                Ok(None)
            }
        }
    }

    /// The receipt must be of this line, under the export's own checkpoint.
    fn check_receipt(&mut self, name: &str, receipt: Option<&Receipt>, seq: u64, line: &[u8]) {
        let Some(receipt) = receipt else { return };
        if receipt.index > seq && name == LAST_RECEIPT {
            let message = format!("the entries from it to {} were cut off", receipt.index);
            return self.problem(Some(seq + 1), ENTRIES, message);
        }
        if receipt.index < seq && name == FIRST_RECEIPT {
            let message = format!("the entries from it to {} were cut off", seq - 1);
            return self.problem(Some(receipt.index), ENTRIES, message);
        }
        if receipt.index != seq {
            let message = format!("it is the receipt of entry {}, the line is entry {seq}", receipt.index);
            return self.problem(Some(seq), name, message);
        }
        match receipt.verify(line, &self.checked.vkey) {
            Ok(checkpoint) => {
                let other = self.checked.checkpoint.as_ref().is_some_and(|own| *own != checkpoint);
                if other {
                    self.problem(None, name, "its checkpoint is not the one in the file `checkpoint`");
                }
            }
            Err(error) => {
                // Where its checkpoint is not the key's, the receipt says nothing of the entry.
                let about = (!matches!(error, ReceiptError::Checkpoint(_))).then_some(seq);
                self.problem(about, name, format!("the receipt does not verify: {error}"));
            }
        }
    }
}
