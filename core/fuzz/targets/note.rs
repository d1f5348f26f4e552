//! Keys, notes and checkpoints: no text makes their readers panic, and what is read is printed the same.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use muniment_core::checkpoint::Checkpoint;
use muniment_core::note::{Note, NoteSigner, VerifierKey};

static SIGNER: LazyLock<NoteSigner> =
    LazyLock::new(|| NoteSigner::from_seed("ledger.example", &[1; 32]).expect("a good name"));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = Note::parse(bytes) {
        assert!(bytes.starts_with(note.unverified_text().as_bytes()));
        if let Ok(text) = note.verify(SIGNER.verifier()) {
            assert_eq!(text, note.unverified_text());
        }
        let _ = Checkpoint::verify(bytes, SIGNER.verifier());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(signer) = NoteSigner::decode(text) {
        assert_eq!(signer.encode(), text.trim_end());
    }
    if let Ok(checkpoint) = Checkpoint::parse_text(text) {
        let printed = checkpoint.to_string();
        assert!(text.starts_with(&printed));
        assert_eq!(Checkpoint::parse_text(&printed), Ok(checkpoint));
    }
    let signable = text.ends_with('\n') && !text.bytes().any(|byte| byte < 0x20 && byte != b'\n');
    if signable {
        let note = SIGNER.sign(text);
        let read = Note::parse(note.as_bytes()).expect("what is signed is a note");
        assert_eq!(read.verify(SIGNER.verifier()), Ok(text));
    }
});
