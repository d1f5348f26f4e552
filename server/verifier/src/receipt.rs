//! Whether a receipt proves an entry.

use muniment_core::checkpoint::Checkpoint;
use muniment_core::entry::EntryView;
use muniment_core::hash::Hash;
use muniment_core::note::{Note, NoteError, VerifierKey};
use muniment_core::receipt::{Receipt, ReceiptError};
use muniment_core::tree::leaf_hash;
use muniment_core::tree::proof::{ProofError, verify_inclusion};

use crate::report::{Check, Report, State};

const PATH: (&str, &str) = ("path", "The path through the tree");
const ROOT: (&str, &str) = ("root", "The root of the tree");
const SIGNATURE: (&str, &str) = ("signature", "The signature");

/// Whether `receipt` proves that `line` (without its newline) is entry `seq` of the ledger with the key `vkey`. The answer is
/// a report, which is JSON.
#[must_use]
pub fn check_receipt(seq: &str, line: &[u8], receipt: &[u8], vkey: &str) -> String {
    report(seq, line, receipt, vkey).to_json()
}

pub(crate) fn report(seq: &str, line: &[u8], receipt: &[u8], vkey: &str) -> Report {
    let leaf = leaf_hash(line);
    let receipt = Receipt::parse(receipt);
    let key: Result<VerifierKey, NoteError> = vkey.parse();
    let mut checks = vec![
        Check::of("entry", "The entry", entry(seq, line)),
        Check::computed("line_hash", "Its hash in the chain (BLAKE3)", Hash::of_line(line).to_string()),
        Check::computed("leaf_hash", "Its hash in the tree (SHA-256)", leaf.to_string()),
        Check::of("receipt", "The receipt", is_of(seq, &receipt)),
    ];
    match &receipt {
        Ok(receipt) => {
            checks.extend(path_and_root(receipt, leaf));
            checks.push(Check::of(SIGNATURE.0, SIGNATURE.1, signature(receipt, &key)));
        }
        Err(_) => checks.extend([PATH, ROOT, SIGNATURE].map(|(name, title)| Check::unchecked(name, title))),
    }
    let proved = match (&receipt, &key) {
        (Ok(receipt), Ok(key)) => receipt.verify(line, key).ok(),
        _ => None,
    };
    let (passed, summary) = match proved.filter(|_| checks.iter().all(Check::is_sound)) {
        Some(signed) => {
            let (bytes, Checkpoint { origin, size, .. }) = (line.len(), &signed);
            let of_all = format!("one of the {size} entries that its key has signed for");
            (true, format!("Proved: these {bytes} bytes are entry {seq} of {origin}, {of_all}."))
        }
        None => (false, not_proved(&checks)),
    };
    Report { passed, summary, checks, first_wrong: None }
}

fn not_proved(checks: &[Check]) -> String {
    let wrong = checks.iter().find(|check| check.state == State::Wrong);
    match wrong {
        Some(wrong) => format!("Not proved. {}: {}.", wrong.title, wrong.detail),
        None => "Not proved.".to_owned(),
    }
}

/// Whether the bytes are that entry, in the only spelling that it has.
fn entry(seq: &str, line: &[u8]) -> Result<String, String> {
    let entry = EntryView::parse(line).and_then(|entry| entry.check_event().map(|_| entry));
    let entry = entry.map_err(|error| error.to_string())?;
    if entry.seq.to_string() != seq {
        return Err(format!("these bytes are entry {}, not entry {seq}", entry.seq));
    }
    let (bytes, recorded, by) = (line.len(), entry.recorded, entry.by);
    Ok(format!(
        "{bytes} bytes are entry {seq}, recorded at {recorded} by {by}, in the one spelling that it can have"
    ))
}

fn is_of(seq: &str, receipt: &Result<Receipt, ReceiptError>) -> Result<String, String> {
    match receipt {
        Ok(receipt) if receipt.index.to_string() == seq => Ok(format!("It is for entry {seq}")),
        Ok(receipt) => Err(format!("it is for entry {}, not for entry {seq}", receipt.index)),
        Err(error) => Err(error.to_string()),
    }
}

/// The steps between the entry and the checkpoint, be that signed or not.
fn path_and_root(receipt: &Receipt, leaf: Hash) -> [Check; 2] {
    let checkpoint = match claimed(receipt) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return [Check::of(PATH.0, PATH.1, Err(error)), Check::unchecked(ROOT.0, ROOT.1)],
    };
    let (hashes, size) = (receipt.path.len(), checkpoint.size);
    let is_long_enough = format!("Hashes in it: {hashes}, as many as a tree of {size} entries needs");
    let text = checkpoint.to_string();
    let root = text.lines().nth(2).unwrap_or_default();
    match verify_inclusion(&receipt.path, receipt.index, leaf, size, checkpoint.root) {
        Ok(()) => [
            Check::of(PATH.0, PATH.1, Ok(is_long_enough)),
            Check::of(ROOT.0, ROOT.1, Ok(format!("The path leads to the root in the checkpoint, {root}"))),
        ],
        Err(ProofError::Root) => {
            let fault =
                format!("from this entry the path leads to another root than that in the checkpoint, {root}");
            [Check::of(PATH.0, PATH.1, Ok(is_long_enough)), Check::of(ROOT.0, ROOT.1, Err(fault))]
        }
        Err(error) => [Check::of(PATH.0, PATH.1, Err(error.to_string())), Check::unchecked(ROOT.0, ROOT.1)],
    }
}

/// What the checkpoint says, whoever signed it.
fn claimed(receipt: &Receipt) -> Result<Checkpoint, String> {
    let note = Note::parse(receipt.checkpoint.as_bytes()).map_err(|error| error.to_string())?;
    Checkpoint::parse_text(note.unverified_text()).map_err(|error| error.to_string())
}

fn signature(receipt: &Receipt, key: &Result<VerifierKey, NoteError>) -> Result<String, String> {
    let key = key.as_ref().map_err(|error| format!("the public key that was given: {error}"))?;
    let signed = Checkpoint::verify(receipt.checkpoint.as_bytes(), key).map_err(|error| error.to_string())?;
    Ok(format!(
        "The key that was given has signed this root for {} entries of {}",
        signed.size, signed.origin
    ))
}
