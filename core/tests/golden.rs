//! The frozen vectors of `core/golden/`: read and compared, never written.

use muniment_core::chain::Head;
use muniment_core::checkpoint::Checkpoint;
use muniment_core::entry::{EntryView, write_line};
use muniment_core::event::{Event, EventError, EventView};
use muniment_core::hash::Hash;
use muniment_core::json::{self, Value};
use muniment_core::key::Key;
use muniment_core::limits;
use muniment_core::note::{Note, NoteSigner, VerifierKey};
use muniment_core::receipt::Receipt;
use muniment_core::seal::{self, KeyId, Place, SealKey, Sealer};
use muniment_core::time::Timestamp;
use muniment_core::tree::proof::{consistency, inclusion, verify_consistency, verify_inclusion};
use muniment_core::tree::tile::{LevelHashes as _, TileKind, TilePath, frontier, level_length};
use muniment_core::tree::{empty_root, leaf_hash};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::levels::Levels;
use crate::vectors::{Vector, bytes, hash, vectors};

mod levels;
mod vectors;

macro_rules! golden {
    ($name:literal) => {
        include_str!(concat!("../golden/", $name))
    };
}

/// Lines of values that are separated by a space.
fn columns(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines().map(|line| line.split(' ').collect())
}

fn ledger() -> Vec<&'static str> {
    golden!("ledger.jsonl").split_terminator('\n').collect()
}

fn ledger_leaves() -> Vec<Hash> {
    ledger().iter().map(|line| leaf_hash(line.as_bytes())).collect()
}

fn ledger_root(size: u64) -> Hash {
    let mut roots = columns(golden!("roots.txt"));
    hash(roots.find(|row| row[0] == size.to_string()).expect("a root of every size")[1])
}

fn ledger_signer() -> NoteSigner {
    let ours = vectors(golden!("keys.jsonl")).next().expect("the first key is the ledger's");
    NoteSigner::decode(ours.text("skey")).expect("it is a signing key")
}

#[test]
fn canonical_json() {
    for vector in vectors(golden!("canonical.jsonl")) {
        let name = vector.text("name");
        let input = match vector.has("input_hex") {
            true => bytes(vector.text("input_hex")),
            false => vector.assembled("input").into_bytes(),
        };
        let canonical = json::parse(&input).map(|value| value.to_canonical());
        if vector.has("refused") {
            assert!(canonical.is_err(), "{name}: {}", String::from_utf8_lossy(&input));
        } else {
            let canonical = canonical.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(
                String::from_utf8(canonical.clone()).unwrap(),
                vector.assembled("canonical"),
                "{name}"
            );
            assert_eq!(json::parse(&canonical).unwrap().to_canonical(), canonical, "{name}");
        }
    }
}

#[test]
fn events() {
    for vector in vectors(golden!("events.jsonl")) {
        let (name, input) = (vector.text("name"), vector.assembled("input"));
        let event = Event::parse(input.as_bytes());
        if let Some(refused) = vector.0.get("refused") {
            let pointer = match event.expect_err(name) {
                EventError::Attribute { pointer, .. } => Some(pointer),
                _ => None,
            };
            assert_eq!(pointer.as_deref(), refused.as_str(), "{name}: {input}");
            continue;
        }
        let event = event.unwrap_or_else(|error| panic!("{name}: {input}: {error}"));
        let canonical = std::str::from_utf8(event.canonical()).unwrap();
        assert_eq!(canonical.len() as u64, vector.number("bytes"), "{name}");
        if vector.has("canonical") {
            assert_eq!(canonical, vector.text("canonical"), "{name}");
        }
        assert_eq!(format!("{:?}", event.key()), vector.text("key"), "{name}");
        assert_eq!(EventView::parse(canonical).unwrap().key(), event.key(), "{name}");
    }
}

#[test]
fn instants() {
    for vector in vectors(golden!("instants.jsonl")) {
        let input = vector.text("input");
        match Timestamp::parse_rfc3339(input) {
            Ok(instant) => assert_eq!(instant.to_string(), vector.text("recorded"), "{input}"),
            Err(_) => assert!(vector.has("refused"), "{input}"),
        }
    }
}

#[test]
fn the_ledger_its_chain_and_its_roots() {
    assert!(golden!("ledger.jsonl").ends_with('\n'));
    let leaves = ledger_leaves();
    let levels = Levels::of(&leaves);
    assert_eq!(ledger_root(0), empty_root());
    let mut head = Head::EMPTY;
    for (line, row) in ledger().into_iter().zip(columns(golden!("hashes.txt"))) {
        let [seq, blake3, sha256] = row[..] else { panic!("{row:?}") };
        let entry = EntryView::parse(line.as_bytes()).unwrap();
        entry.check_event().unwrap();
        assert_eq!(entry.seq.to_string(), seq);
        let mut written = Vec::new();
        let recorded = entry.recorded.to_recorded();
        write_line(
            &mut written,
            entry.batch,
            entry.by,
            entry.event.as_bytes(),
            entry.prev,
            &recorded,
            entry.seq,
        );
        assert_eq!(written, line.as_bytes());
        assert_eq!(Event::parse(entry.event.as_bytes()).unwrap().canonical(), entry.event.as_bytes());
        head = head.after(&entry, Hash::of_line(line.as_bytes())).unwrap();
        assert_eq!((head.last, leaf_hash(line.as_bytes())), (hash(blake3), hash(sha256)), "{seq}");
        assert_eq!(frontier(&levels, head.size).unwrap().root(), ledger_root(head.size), "{seq}");
    }
    assert_eq!((head.size, head.open_batch), (12, None));
}

#[test]
fn lines_that_are_no_entries() {
    for vector in vectors(golden!("refused-lines.jsonl")) {
        let line = vector.text("line");
        let read = EntryView::parse(line.as_bytes()).and_then(|entry| entry.check_event());
        assert!(read.is_err(), "{}: {line}", vector.text("name"));
    }
}

#[test]
fn entries_that_are_no_ledger() {
    for vector in vectors(golden!("refused-chains.jsonl")) {
        let (name, lines) = (vector.text("name"), vector.texts("lines"));
        let first_wrong = usize::try_from(vector.number("first_wrong")).unwrap();
        let after = |head: Head, line: &&str| {
            let entry = EntryView::parse(line.as_bytes()).unwrap();
            entry.check_event().unwrap();
            head.after(&entry, Hash::of_line(line.as_bytes()))
        };
        let head = lines[..first_wrong].iter().try_fold(Head::EMPTY, after).expect(name);
        match lines.get(first_wrong) {
            Some(line) => assert!(after(head, line).is_err(), "{name}"),
            None => assert!(head.open_batch.is_some(), "{name}"),
        }
    }
}

fn check_proof(levels: &Levels, leaves: &[Hash], vector: &Vector, root: impl Fn(u64) -> Hash) {
    let proof = vector.hashes("proof");
    if vector.has("index") {
        let (index, size) = (vector.number("index"), vector.number("size"));
        let leaf = leaves[usize::try_from(index).expect("it fits")];
        assert_eq!(inclusion(levels, index, size).as_ref(), Ok(&proof), "{index} of {size}");
        assert_eq!(verify_inclusion(&proof, index, leaf, size, root(size)), Ok(()), "{index} of {size}");
    } else {
        let (old, new) = (vector.number("old"), vector.number("new"));
        assert_eq!(consistency(levels, old, new).as_ref(), Ok(&proof), "{old} to {new}");
        assert_eq!(verify_consistency(&proof, old, root(old), new, root(new)), Ok(()), "{old} to {new}");
    }
}

#[test]
fn proofs() {
    let leaves = ledger_leaves();
    let levels = Levels::of(&leaves);
    for vector in vectors(golden!("inclusion.jsonl")).chain(vectors(golden!("consistency.jsonl"))) {
        check_proof(&levels, &leaves, &vector, ledger_root);
    }
}

#[test]
fn a_tree_of_three_levels() {
    let leaves: Vec<Hash> = (0..70_000).map(|number| leaf_hash(number.to_string().as_bytes())).collect();
    let levels = Levels::of(&leaves);
    let root = |size: u64| frontier(&levels, size).unwrap().root();
    for vector in vectors(golden!("large-tree.jsonl")) {
        if vector.has("proof") {
            check_proof(&levels, &leaves, &vector, root);
            continue;
        }
        let size = vector.number("size");
        assert_eq!(root(size), hash(vector.text("root")), "{size}");
        for (level, expect) in (0..).zip(vector.texts("level_sha256")) {
            let count = usize::try_from(level_length(level, size)).unwrap();
            let hashes = if count == 0 { Vec::new() } else { levels.read(level, 0, count).unwrap() };
            let file: Vec<u8> = hashes.into_iter().flat_map(|hash| hash.0).collect();
            assert_eq!(Hash(Sha256::digest(file).into()), hash(expect), "level {level} of {size}");
        }
    }
}

#[test]
fn keys() {
    for vector in vectors(golden!("keys.jsonl")) {
        let seed = bytes(vector.text("seed")).try_into().unwrap();
        let signer = NoteSigner::from_seed(vector.text("name"), &seed).unwrap();
        assert_eq!(signer.encode(), vector.text("skey"));
        assert_eq!(signer.verifier().to_string(), vector.text("vkey"));
        assert_eq!(NoteSigner::decode(vector.text("skey")).unwrap().verifier(), signer.verifier());
        assert_eq!(&vector.text("vkey").parse::<VerifierKey>().unwrap(), signer.verifier());
    }
    for vector in vectors(golden!("refused-keys.jsonl")) {
        assert!(vector.text("vkey").parse::<VerifierKey>().is_err(), "{}", vector.text("name"));
    }
}

#[test]
fn notes() {
    for vector in vectors(golden!("notes.jsonl")) {
        let (name, key) = (vector.text("name"), vector.text("vkey").parse().unwrap());
        match Note::parse(vector.text("note").as_bytes()).and_then(|note| note.verify(&key)) {
            Ok(text) => assert!(vector.has("text") && text == vector.text("text"), "{name}: {text}"),
            Err(error) => assert!(vector.has("refused"), "{name}: {error}"),
        }
    }
}

#[test]
fn checkpoints() {
    let signer = ledger_signer();
    for (size, note) in [
        (0, golden!("checkpoint-0.txt")),
        (5, golden!("checkpoint-5.txt")),
        (12, golden!("checkpoint-12.txt")),
    ] {
        let checkpoint =
            Checkpoint { origin: "ledger.exemplar.gov.uk".to_owned(), size, root: ledger_root(size) };
        assert_eq!(checkpoint.sign(&signer), note);
        assert_eq!(Checkpoint::verify(note.as_bytes(), signer.verifier()), Ok(checkpoint));
    }
    for vector in vectors(golden!("checkpoints.jsonl")) {
        let name = vector.text("name");
        match Checkpoint::verify(vector.text("note").as_bytes(), signer.verifier()) {
            Ok(_) if vector.has("refused") => panic!("{name}"),
            Ok(read) => {
                assert_eq!((read.size, read.root), (vector.number("size"), hash(vector.text("root"))))
            }
            Err(error) => assert!(vector.has("refused"), "{name}: {error}"),
        }
    }
}

#[test]
fn receipts() {
    let signer = ledger_signer();
    for (index, size, text) in [
        (0, 1, golden!("receipt-0-of-1.tlog-proof")),
        (3, 5, golden!("receipt-3-of-5.tlog-proof")),
        (0, 12, golden!("receipt-0-of-12.tlog-proof")),
        (3, 12, golden!("receipt-3-of-12.tlog-proof")),
        (6, 12, golden!("receipt-6-of-12-extra.tlog-proof")),
        (11, 12, golden!("receipt-11-of-12.tlog-proof")),
    ] {
        let receipt = Receipt::parse(text.as_bytes()).unwrap();
        assert_eq!(receipt.index, index);
        if !text.contains("\nextra ") {
            assert_eq!(receipt.encode(), text);
        }
        for (seq, line) in (0..).zip(ledger()) {
            let verified = receipt.verify(line.as_bytes(), signer.verifier());
            let proven = verified.map(|checkpoint| (checkpoint.size, checkpoint.root)).ok();
            assert_eq!(
                proven,
                (seq == index).then(|| (size, ledger_root(size))),
                "{seq} by {index} of {size}"
            );
        }
    }
}

#[test]
fn receipts_that_prove_nothing() {
    let (signer, line) = (ledger_signer(), ledger()[3]);
    for vector in vectors(golden!("refused-receipts.jsonl")) {
        let receipt = Receipt::parse(vector.text("receipt").as_bytes());
        let verified = receipt.and_then(|receipt| receipt.verify(line.as_bytes(), signer.verifier()));
        assert!(verified.is_err(), "{}", vector.text("name"));
    }
}

#[test]
fn idempotency_keys() {
    for vector in vectors(golden!("idempotency.jsonl")) {
        let key = Key::new(vector.text("source"), vector.text("id"));
        assert_eq!(format!("{key:?}"), vector.text("key"));
    }
}

fn sealer(vector: &Vector) -> Sealer {
    let key = bytes(vector.text("key")).try_into().expect("32 bytes");
    SealKey::new(Zeroizing::new(key)).sealer()
}

fn place(vector: &Vector) -> Place<'_> {
    Place { source: vector.text("source"), id: vector.text("id"), subject: vector.text("subject") }
}

#[test]
fn sealed_values() {
    for vector in vectors(golden!("sealed.jsonl")) {
        let (name, text, pointer) = (vector.text("name"), vector.assembled("value"), vector.text("pointer"));
        let value = json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(String::from_utf8(value.to_canonical()).unwrap(), text, "{name}: it is canonical");
        let sealed = sealer(&vector).seal(place(&vector), pointer, &value);
        assert_eq!(seal::sealed_text(&sealed), Some(vector.text("sealed")), "{name}");
        let opened = sealer(&vector).open(place(&vector), pointer, &sealed);
        assert_eq!(opened.as_deref().map(Vec::as_slice), Ok(text.as_bytes()), "{name}");
        let key_id = KeyId::parse(vector.text("key_id")).expect(name);
        assert_eq!(key_id.to_string(), vector.text("key_id"), "{name}");
    }
}

#[test]
fn sealed_values_that_do_not_open() {
    for vector in vectors(golden!("refused-sealed.jsonl")) {
        let sealed = Value::object([("sealed", Value::string(vector.text("sealed").to_owned()))]);
        let opened = sealer(&vector).open(place(&vector), vector.text("pointer"), &sealed);
        assert!(opened.is_err(), "{}", vector.text("name"));
    }
}

#[test]
fn tiles() {
    for vector in vectors(golden!("tiles.jsonl")) {
        if vector.has("refused") {
            let path = vector.text("refused");
            assert!(path.parse::<TilePath>().is_err(), "{path}");
        } else if vector.has("paths") {
            let paths: Vec<String> =
                TilePath::all(vector.number("size")).map(|path| path.to_string()).collect();
            assert_eq!(paths, vector.texts("paths"));
        } else {
            let kind = match vector.0.get("level") {
                Some(Value::String(_)) => TileKind::Entries,
                _ => TileKind::Hashes(u8::try_from(vector.number("level")).unwrap()),
            };
            let index = vector.text("index").parse().unwrap();
            let path = TilePath { kind, index, width: u16::try_from(vector.number("width")).unwrap() };
            assert_eq!(path.to_string(), vector.text("path"));
            assert_eq!(vector.text("path").parse(), Ok(path));
        }
    }
}

#[test]
fn the_format_document_quotes_vectors_and_limits() {
    let document = include_str!("../FORMAT.md");
    let row = columns(golden!("hashes.txt")).nth(8).unwrap();
    let key = vectors(golden!("idempotency.jsonl")).next().unwrap();
    let ours = vectors(golden!("keys.jsonl")).next().unwrap();
    let receipt = golden!("receipt-3-of-5.tlog-proof");
    let sealed = vectors(golden!("sealed.jsonl")).next().unwrap();
    let (key_id, sealed) = (sealed.text("key_id"), sealed.text("sealed"));
    for quoted in [ledger()[8], row[1], row[2], key.text("key"), ours.text("vkey"), receipt, key_id, sealed] {
        assert!(document.contains(quoted), "{quoted}");
    }
    macro_rules! limits {
        ($($name:ident)*) => { [$((stringify!($name), limits::$name.to_string())),*] };
    }
    let limits = limits!(
        ENTRY_BYTES_MAX EVENT_BYTES_MAX ENTRY_OVERHEAD_BYTES_MAX PRINCIPAL_BYTES_MAX JSON_DEPTH_MAX
        ATTRIBUTE_BYTES_MAX EVENT_TYPE_BYTES_MAX EXTENSION_NAME_BYTES_MAX EVENT_TIME_AHEAD_SECONDS_MAX
        BATCH_EVENTS_MAX BATCH_BYTES_MAX ORIGIN_BYTES_MAX CONTROLLER_BYTES_MAX DIFFERENCES_MAX FAULTS_MAX
        CODE_BYTES_MAX FIELD_TEXT_BYTES_MAX LIST_ITEMS_MAX NOTE_BYTES_MAX
        NOTE_SIGNATURES_MAX PROOF_HASHES_MAX HASH_BYTES RECORDED_BYTES TILE_HASHES
    );
    for (name, value) in &limits {
        assert!(document.contains(&format!("| `{name}` | {value} |")), "{name} is {value}");
    }
    let rows = document.lines().filter(|line| line.starts_with("| `") && line.contains("_MAX`"));
    assert_eq!(rows.count(), limits.iter().filter(|(name, _)| name.ends_with("_MAX")).count());
}
