//! Keys, notes and checkpoints: no text makes their readers panic, and what is read is printed the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muniment_core::checkpoint::Checkpoint;
use muniment_core::note::{Note, NoteSigner, VerifierKey};

fuzz_target!(|bytes: &[u8]| {
    let signer = NoteSigner::from_seed("ledger.example", &[1; 32]).expect("a good name");
    if let Ok(note) = Note::parse(bytes) {
        assert!(bytes.starts_with(note.unverified_text().as_bytes()));
        if let Ok(text) = note.verify(signer.verifier()) {
            assert_eq!(text, note.unverified_text());
        }
        let _ = Checkpoint::verify(bytes, signer.verifier());
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
    let signable = !text.bytes().any(|byte| byte < 0x20 && byte != b'\n') && text.len() < 60_000;
    if signable {
        let text = format!("{text}\n");
        let note = signer.sign(&text);
        let read = Note::parse(note.as_bytes()).expect("what is signed is a note");
        assert_eq!(read.verify(signer.verifier()), Ok(text.as_str()));
    }
});
