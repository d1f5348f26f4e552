//! Tools made by others verify what Muniment hands out: a Python script of a page, Go's `sumdb`, the crates
//! `signed_note` and `tlog_tiles`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{Note, StandardVerifier, VerifierList};
use support::{Ran, TestLedger, plain_lines, root, run, skip};
use tlog_tiles::{Error, Hash, Tile, TileHashReader, TileReader, stored_hash_index};

mod support;

/// What `init` and the bracket of one `append` add to the events.
const OWN: u64 = 4;

/// More than 256 * 256, so that the tree has three levels of tiles.
const LARGE: u64 = 66_000;

fn ledger_of(events: u64) -> TestLedger {
    let ledger = TestLedger::new();
    assert_eq!(ledger.append(plain_lines(0..events), &[]).exits(0).counts(), [events, 0, 0]);
    ledger
}

/// A ledger of many small segments, all but the last sealed: a segment ends between two groups.
fn segmented(events: u64) -> TestLedger {
    let ledger = TestLedger::new();
    for start in (0..events).step_by(30) {
        let lines = plain_lines(start..events.min(start + 30));
        ledger.append(lines, &["--set", "ledger.segment_bytes=4096"]).exits(0);
    }
    ledger
}

fn exported(ledger: &TestLedger, name: &str, args: &[&str]) -> PathBuf {
    let out = ledger.beside(name);
    ledger.run("export", &[&["--out", out.to_str().unwrap()], args].concat()).exits(0);
    out
}

/// The large ledger and its tiles, made once for all tests of this file.
fn large() -> &'static (TestLedger, PathBuf) {
    static MADE: OnceLock<(TestLedger, PathBuf)> = OnceLock::new();
    MADE.get_or_init(|| {
        let ledger = ledger_of(LARGE);
        let tiles = exported(&ledger, "tiles", &["--format", "tlog-tiles"]);
        (ledger, tiles)
    })
}

/// A receipt of an entry, and the entry's line.
fn receipt(ledger: &TestLedger, seq: usize) -> (PathBuf, Vec<u8>) {
    let number = seq.to_string();
    let out = exported(ledger, &format!("entry-{seq}"), &["--from", &number, "--to", &number]);
    let line = fs::read(out.join("entries.jsonl")).unwrap();
    (out.join("first.tlog-proof"), line.strip_suffix(b"\n").unwrap().to_vec())
}

mod python {
    use super::*;

    fn is_there() -> bool {
        let imports = Command::new("python3").args(["-c", "import blake3, zstandard"]).output();
        let there = imports.is_ok_and(|output| output.status.success());
        if !there {
            skip("python3 with blake3 and zstandard is not installed (pip install blake3 zstandard)");
        }
        there
    }

    fn verify(data: &Path) -> Ran {
        run(Command::new("python3").arg(root().join("examples/verify_ledger.py")).arg(data), b"")
    }

    fn assert_agrees(ledger: &TestLedger) {
        let ours = ledger.run("verify", &[]).exits(0);
        let theirs = verify(&ledger.data()).exits(0);
        assert!(
            theirs.stdout.contains(&format!(": {} entries\n", ours.field("entries"))),
            "{}",
            theirs.stdout
        );
        for name in ["head", "root"] {
            assert_eq!(theirs.field(name), ours.field(name));
        }
    }

    #[test]
    fn the_script_agrees() {
        if !is_there() {
            return;
        }
        assert_agrees(&TestLedger::new());
        assert_agrees(&ledger_of(3));
        let ledger = segmented(600);
        let sealed = ledger.segment_files().iter().filter(|(name, _)| name.ends_with(".zst")).count();
        assert!(sealed > 10, "{sealed} sealed segments");
        assert_agrees(&ledger);
        assert_agrees(&large().0);
    }

    #[test]
    fn the_script_names_the_first_bad_entry() {
        if !is_there() {
            return;
        }
        let ledger = ledger_of(100);
        let (name, bytes) = ledger.segment_files().pop().unwrap();
        let path = ledger.data().join("ledger").join(name);
        let text = String::from_utf8(bytes).unwrap();
        let whole: Vec<&str> = text.lines().collect();
        // Another word in entry 50; entry 50 taken out; the end from entry 50 on taken away.
        let changed = text.replacen("\"subject\":\"FOI-47\"", "\"subject\":\"FOI-74\"", 1);
        let removed = [&whole[..50], &whole[51..], &[""]].concat().join("\n");
        let cut = [&whole[..50], &[""]].concat().join("\n");
        for text in [changed, removed, cut] {
            fs::write(&path, text).unwrap();
            let ran = verify(&ledger.data()).exits(1);
            assert!(ran.stderr.starts_with("entry 50 is bad"), "{}", ran.stderr);
        }
    }

    #[test]
    fn the_script_finds_a_changed_byte_of_a_sealed_segment() {
        if !is_there() {
            return;
        }
        let ledger = segmented(300);
        let is_sealed = |(name, _): &(String, Vec<u8>)| name.ends_with(".zst");
        let (name, bytes) = ledger.segment_files().into_iter().filter(is_sealed).nth(3).unwrap();
        let first: usize = name[..20].parse().unwrap();
        let path = ledger.data().join("ledger").join(name);
        for place in [bytes.len() / 3, bytes.len() / 2] {
            let mut changed = bytes.clone();
            changed[place] ^= 0x10;
            fs::write(&path, changed).unwrap();
            let ran = verify(&ledger.data()).exits(1);
            let named: usize = ran.stderr.split_whitespace().nth(1).unwrap().parse().unwrap();
            assert!((first..first + 60).contains(&named), "{first}: {}", ran.stderr);
        }
        // Changed before it was compressed.
        let lines = zstd::decode_all(bytes.as_slice()).unwrap();
        let text = String::from_utf8(lines).unwrap();
        let bad = first + text.lines().position(|line| line.contains("highways")).unwrap();
        let changed = text.replacen("highways", "byways!!", 1);
        fs::write(&path, zstd::encode_all(changed.as_bytes(), 3).unwrap()).unwrap();
        let ran = verify(&ledger.data()).exits(1);
        assert!(ran.stderr.starts_with(&format!("entry {bad} is bad")), "{}", ran.stderr);
    }
}

mod go {
    use super::*;
    use crate::support::go::program;

    fn verify(program: &Path, args: &[&str]) -> Ran {
        run(Command::new(program).args(args), b"")
    }

    #[test]
    fn it_opens_the_vector_of_the_specification() {
        let Some(program) = program() else { return };
        let vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        let signature =
            "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("note");
        for (text, code) in [("This is an example message.", 0), ("This is another message.", 1)] {
            fs::write(&file, format!("{text}\n\n\u{2014} example.com/foo {signature}\n")).unwrap();
            verify(&program, &["vector", vkey, file.to_str().unwrap()]).exits(code);
        }
    }

    #[test]
    fn it_verifies_small_ledgers() {
        let Some(program) = program() else { return };
        let sizes = |ledger: &TestLedger| ledger.lines().len();
        for ledger in [TestLedger::new(), ledger_of(255 - OWN), ledger_of(256 - OWN), segmented(700)] {
            let tiles = exported(&ledger, "tiles", &["--format", "tlog-tiles"]);
            let ran = verify(&program, &["tiles", &ledger.vkey, tiles.to_str().unwrap()]).exits(0);
            let levels = if sizes(&ledger) < 256 { 1 } else { 2 };
            assert_eq!(ran.last_line(), format!("entries {} levels {levels}", sizes(&ledger)));
        }
    }

    #[test]
    fn it_verifies_a_large_ledger() {
        let Some(program) = program() else { return };
        let (ledger, tiles) = large();
        let ran = verify(&program, &["tiles", &ledger.vkey, tiles.to_str().unwrap()]).exits(0);
        assert_eq!(ran.last_line(), format!("entries {} levels 3", LARGE + OWN));
    }

    #[test]
    fn it_verifies_receipts() {
        let Some(program) = program() else { return };
        let ledger = segmented(300);
        let last = ledger.lines().len() - 1;
        for seq in [0, 1, 255, 256, last] {
            let (proof, line) = receipt(&ledger, seq);
            let file = ledger.beside("line");
            let args = ["receipt", &ledger.vkey, proof.to_str().unwrap(), file.to_str().unwrap()];
            fs::write(&file, &line).unwrap();
            let ran = verify(&program, &args).exits(0);
            assert_eq!(ran.last_line(), format!("entry {seq} of {}", last + 1));
            fs::write(&file, [&line[1..], b" "].concat()).unwrap();
            verify(&program, &args).exits(1);
        }
    }

    #[test]
    fn it_finds_a_changed_byte() {
        let Some(program) = program() else { return };
        let ledger = ledger_of(300);
        for file in [
            "checkpoint",
            "tile/0/000",
            "tile/0/001.p/48",
            "tile/1/000.p/1",
            "tile/entries/000",
            "tile/entries/001.p/48",
        ] {
            let tiles = exported(&ledger, &file.replace('/', "-"), &["--format", "tlog-tiles"]);
            let path = tiles.join(file);
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&path, bytes).unwrap();
            verify(&program, &["tiles", &ledger.vkey, tiles.to_str().unwrap()]).exits(1);
        }
    }
}

mod rust {
    use super::*;

    /// Tiles of a directory, as the client fetches them.
    struct Published<'a>(&'a Path);

    impl TileReader for Published<'_> {
        fn height(&self) -> u8 {
            8
        }

        fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
            let path = |tile: &Tile| {
                let theirs = tile.path().replacen("tile/8/", "tile/", 1);
                self.0.join(theirs.replacen("/data/", "/entries/", 1))
            };
            tiles
                .iter()
                .map(|tile| fs::read(path(tile)).map_err(|error| Error::InvalidInput(error.to_string())))
                .collect()
        }

        fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
    }

    fn open(note: &[u8], vkey: &str) -> tlog_tiles::Checkpoint {
        let known = VerifierList::new(vec![Box::new(StandardVerifier::new(vkey).unwrap())]);
        let note = Note::from_bytes(note).unwrap();
        let (verified, unverified) = note.verify(&known).unwrap();
        assert_eq!((verified.len(), unverified.len()), (1, 0));
        tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap()
    }

    fn check_log(ledger: &TestLedger, directory: &Path) {
        let checkpoint = open(&fs::read(directory.join("checkpoint")).unwrap(), &ledger.vkey);
        let (size, hash) = (checkpoint.size(), *checkpoint.hash());
        let lines = ledger.lines();
        assert_eq!(size, lines.len() as u64);
        let published = Published(directory);
        let reader = TileHashReader::new(size, hash, &published);
        let step = usize::try_from(size / 50 + 1).unwrap();
        for (seq, line) in (0..).zip(&lines).step_by(step).chain((0..).zip(&lines).last()) {
            let leaf = tlog_tiles::record_hash(line.as_bytes());
            let read = tlog_tiles::HashReader::read_hashes(&reader, &[stored_hash_index(0, seq)]).unwrap();
            assert_eq!(read[0], leaf, "{seq}");
            let proof = tlog_tiles::prove_record(size, seq, &reader).unwrap();
            tlog_tiles::check_record(&proof, size, hash, seq, leaf).unwrap();
            let older = tlog_tiles::tree_hash(seq + 1, &reader).unwrap();
            let proof = tlog_tiles::prove_tree(size, seq + 1, &reader).unwrap();
            tlog_tiles::check_tree(&proof, size, hash, seq + 1, older).unwrap();
        }
    }

    #[test]
    fn the_crates_verify_tiles() {
        for ledger in [TestLedger::new(), segmented(500)] {
            check_log(&ledger, &exported(&ledger, "tiles", &["--format", "tlog-tiles"]));
        }
        let (ledger, tiles) = large();
        check_log(ledger, tiles);
    }

    #[test]
    fn the_crates_verify_receipts() {
        let ledger = segmented(300);
        for seq in [0, 1, 255, 256, ledger.lines().len() - 1] {
            let (path, line) = receipt(&ledger, seq);
            let text = fs::read_to_string(path).unwrap();
            let (head, note) = text.split_once("\n\n").unwrap();
            let mut rows = head.lines();
            assert_eq!(rows.next(), Some("c2sp.org/tlog-proof@v1"));
            assert_eq!(rows.next(), Some(format!("index {seq}").as_str()));
            let proof = rows.map(|row| Hash(STANDARD.decode(row).unwrap().try_into().unwrap())).collect();
            let checkpoint = open(note.as_bytes(), &ledger.vkey);
            let leaf = tlog_tiles::record_hash(&line);
            tlog_tiles::check_record(&proof, checkpoint.size(), *checkpoint.hash(), seq as u64, leaf)
                .unwrap();
        }
    }
}
