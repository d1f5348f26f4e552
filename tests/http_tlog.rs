//! The log at `/tlog/`, read by programs that know nothing but C2SP's texts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use signed_note::{Note, StandardVerifier, VerifierList};
use support::go::program;
use support::http::{Connection, Request};
use support::serving::{BATCH, Serving, request};
use support::{plain_lines, run};

mod support;

const EVENTS: u64 = 200_000;

type Hash = [u8; 32];

fn leaf(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// RFC 6962, 2.1, word by word.
fn root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => Sha256::new().finalize().into(),
        [one] => *one,
        _ => {
            let (left, right) = hashes.split_at(hashes.len().next_power_of_two() / 2);
            node(&root(left), &root(right))
        }
    }
}

/// A reader of a log, by the text of C2SP tlog-tiles.
struct Reader<'a> {
    connection: Connection,
    auditor: Option<&'a str>,
}

impl Reader<'_> {
    fn new<'a>(serving: &Serving, auditor: Option<&'a str>) -> Reader<'a> {
        Reader { connection: serving.connect(), auditor }
    }

    /// A file; `None` if it is not there.
    fn file(&mut self, path: &str) -> Option<Vec<u8>> {
        let mut request = Request::get(format!("/tlog/{path}"));
        if path.contains("entries") {
            request = request.token(self.auditor.expect("a token"));
        }
        let answer = self.connection.ask(&request);
        if answer.status == 404 {
            answer.problem(404, "not_found");
            return None;
        }
        let answer = answer.is(200);
        let media_type =
            if path == "checkpoint" { "text/plain; charset=utf-8" } else { "application/octet-stream" };
        assert_eq!(answer.header("content-type"), Some(media_type), "{path}");
        if path != "checkpoint" {
            assert!(answer.header("cache-control").unwrap().contains("immutable"));
        }
        Some(answer.body)
    }

    /// Size and root.
    fn checkpoint(&mut self, vkey: &str) -> (u64, Hash) {
        let note = self.file("checkpoint").unwrap();
        let known = VerifierList::new(vec![Box::new(StandardVerifier::new(vkey).unwrap())]);
        let parsed = Note::from_bytes(&note).unwrap();
        assert_eq!(parsed.verify(&known).unwrap().0.len(), 1);
        let text = String::from_utf8(note).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines[0], lines[3]), (vkey.split('+').next().unwrap(), ""));
        (lines[1].parse().unwrap(), STANDARD.decode(lines[2]).unwrap().try_into().unwrap())
    }

    fn tile(&mut self, level: &str, index: u64, width: u64) -> Option<Vec<u8>> {
        self.file(&path(level, index, width))
    }

    fn hashes(&mut self, level: &str, index: u64, width: u64) -> Vec<Hash> {
        let tile = self.tile(level, index, width).unwrap();
        assert_eq!(tile.len() as u64, width * 32);
        tile.chunks(32).map(|hash| hash.try_into().unwrap()).collect()
    }

    /// All hashes of a level of the tree of a size.
    fn level(&mut self, level: u32, size: u64) -> Vec<Hash> {
        let length = size >> (8 * level);
        let tiles = (0..length.div_ceil(256)).map(|index| (index, (length - index * 256).min(256)));
        tiles.flat_map(|(index, width)| self.hashes(&level.to_string(), index, width)).collect()
    }

    /// The lines of a bundle.
    fn bundle(&mut self, index: u64, width: u64) -> Vec<Vec<u8>> {
        let bundle = self.tile("entries", index, width).unwrap();
        let (mut lines, mut rest) = (Vec::new(), &bundle[..]);
        while let [high, low, after @ ..] = rest {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            lines.push(after[..length].to_vec());
            rest = &after[length..];
        }
        assert_eq!((lines.len() as u64, rest.len()), (width, 0));
        lines
    }
}

/// `tile/<L>/<N>[.p/<W>]`.
fn path(level: &str, index: u64, width: u64) -> String {
    let digits = format!("{index:03}");
    let digits = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
    let groups: Vec<&str> = (0..digits.len()).step_by(3).map(|at| &digits[at..at + 3]).collect();
    let (last, first) = groups.split_last().unwrap();
    let first: String = first.iter().map(|group| format!("x{group}/")).collect();
    let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{first}{last}{partial}")
}

#[test]
fn paths_are_those_of_the_specification() {
    assert_eq!(path("0", 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(path("entries", 0, 7), "tile/entries/000.p/7");
}

/// The large ledger, made once for all tests of this file, and served.
fn large() -> Arc<Serving> {
    // Not kept for good: the server ends with the last test that uses it.
    static MADE: Mutex<Weak<Serving>> = Mutex::new(Weak::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(serving) = made.upgrade() {
        return serving;
    }
    let fill = |ledger: &support::TestLedger| {
        let counts = ledger.append(plain_lines(0..EVENTS), &[]).exits(0).counts();
        assert_eq!(counts, [EVENTS, 0, 0]);
    };
    // Small segments, so that most of it is sealed.
    let serving = Arc::new(Serving::with(fill, &["--set", "ledger.segment_bytes=8388608"]));
    *made = Arc::downgrade(&serving);
    serving
}

#[test]
fn go_verifies_what_is_served() {
    let Some(program) = program() else { return };
    let serving = large();
    let url = format!("http://{}/tlog", serving.address);
    let verify = |vkey: &str, token: &str| run(Command::new(&program).args(["url", vkey, &url, token]), b"");
    let size = serving.size();
    let ran = verify(&serving.ledger.vkey, &serving.admin).exits(0);
    assert_eq!(ran.last_line(), format!("entries {size} levels 3"));
    assert!(verify(&serving.ledger.vkey, "none").exits(1).stderr.contains("401"));
    let other = support::TestLedger::new().vkey;
    verify(&other, &serving.admin).exits(1);
}

#[test]
fn a_reader_of_the_text_verifies_what_is_served() {
    let serving = large();
    let mut reader = Reader::new(&serving, Some(&serving.admin));
    let (size, expected) = reader.checkpoint(&serving.ledger.vkey);
    assert!(size > EVENTS);
    let leaves = reader.level(0, size);
    assert_eq!(leaves.len() as u64, size);
    assert_eq!(root(&leaves), expected);
    // Each level holds the roots of the full tiles below it.
    let mut below = leaves.clone();
    for level in 1..=2 {
        let hashes = reader.level(level, size);
        let roots: Vec<Hash> = below.chunks_exact(256).map(root).collect();
        assert_eq!(hashes, roots, "level {level}");
        below = hashes;
    }
    // Bundles hold the lines that the leaves are of, and the lines are the chain's.
    let (mut prev, last) = (String::new(), size / 256);
    for index in (0..3).chain(last - 2..=last) {
        let width = (size - index * 256).min(256);
        if width == 0 {
            continue;
        }
        for (line, place) in reader.bundle(index, width).iter().zip(index * 256..) {
            assert_eq!(leaf(line), leaves[usize::try_from(place).unwrap()], "{place}");
            let text = String::from_utf8(line.clone()).unwrap();
            if place != 0 && place != (last - 2) * 256 {
                assert!(text.contains(&format!("\"prev\":\"{prev}\"")), "{place}");
            }
            prev = blake3::hash(line).to_hex().to_string();
        }
    }
    // Nothing beyond the tree, nothing empty, no tile of a level that it does not have.
    for (level, length) in [("0", size), ("entries", size), ("1", size >> 8), ("2", size >> 16)] {
        let (index, width) = (length / 256, length % 256);
        assert_eq!(reader.file(&format!("{}.p/0", path(level, index, 256))), None);
        assert_eq!(reader.tile(level, index, width + 1), None);
        assert_eq!(reader.tile(level, index, 256), None);
        assert_eq!(reader.tile(level, index + 1, 1), None);
        if width > 0 {
            assert!(reader.tile(level, index, width).is_some());
        }
    }
    assert_eq!(reader.tile("3", 0, 1), None);
    // Older sizes: the proofs of the interface, by the crate that others wrote.
    for older in [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 131_072, size - 1, size] {
        let query = format!("/v1/ledger/consistency?from={older}&to={size}");
        let proof = serving.get(&serving.admin, &query).is(200).json();
        let hash = |text: &str| tlog_tiles::Hash(STANDARD.decode(text).unwrap().try_into().unwrap());
        let between =
            proof["proof"].as_array().unwrap().iter().map(|one| hash(one.as_str().unwrap())).collect();
        let was = tlog_tiles::Hash(root(&leaves[..usize::try_from(older).unwrap()]));
        tlog_tiles::check_tree(&between, size, tlog_tiles::Hash(expected), older, was).unwrap();
    }
    for wrong in [
        format!("from={}", size + 1),
        format!("from=0&to={}", size + 1),
        "from=2&to=1".to_owned(),
        String::new(),
    ] {
        let query = format!("/v1/ledger/consistency?{wrong}");
        serving.get(&serving.admin, &query).problem(400, "bad_request");
    }
}

/// Partial tiles and bundles of every width that was a checkpoint, while the ledger grows and later.
#[test]
fn every_checkpoint_can_be_read_for_good() {
    let mut serving = Serving::with(
        |ledger| drop(ledger.append(plain_lines(0..65_300), &[]).exits(0)),
        &["--set", "ledger.segment_bytes=1048576"],
    );
    let auditor = serving.token("auditor", &["auditor"], json!({}));
    let mut reader = Reader::new(&serving, Some(&auditor));
    let mut connection = serving.connect();
    let mut checkpoints = Vec::new();
    for number in 0..300 {
        let events: Vec<_> =
            (0..=number % 3).map(|place| request(&format!("c-{number}-{place}"), "/c", None)).collect();
        let body = json!(events).to_string();
        connection.ask(&Request::post("/v1/events", BATCH, body).token(&serving.admin)).is(201);
        checkpoints.push(reader.checkpoint(&serving.ledger.vkey));
        if number % 10 == 0 {
            check_edge(&mut reader, checkpoints[number]);
        }
    }
    for checkpoint in checkpoints {
        check_edge(&mut reader, checkpoint);
    }
    serving.stop_and_verify();
}

/// The root, from the right edge of every level alone.
fn check_edge(reader: &mut Reader<'_>, (size, expected): (u64, Hash)) {
    let mut edge: Option<Hash> = None;
    for level in 0..=2_u32 {
        let length = size >> (8 * level);
        let (index, width) = (length / 256, length % 256);
        if width == 0 {
            continue;
        }
        let mut hashes = reader.hashes(&level.to_string(), index, width);
        if level == 0 {
            let lines = reader.bundle(index, width);
            assert!(lines.iter().map(|line| leaf(line)).eq(hashes.iter().copied()));
        }
        // Perfect subtrees from the right, each joined with all that stands to its right.
        while !hashes.is_empty() {
            let subtree = 1 << hashes.len().trailing_zeros();
            let left = root(&hashes.split_off(hashes.len() - subtree));
            edge = Some(edge.map_or(left, |right| node(&left, &right)));
        }
    }
    assert_eq!(edge, Some(expected), "size {size}");
}

/// Who asks at the very moment that the ledger grows gets whole tiles and whole bundles.
#[test]
fn what_is_cut_while_it_grows_is_whole() {
    let mut serving = Serving::new();
    let (address, admin, vkey) = (serving.address, &serving.admin, &serving.ledger.vkey);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|client| {
                scope.spawn(move || {
                    let mut connection = Connection::open(address);
                    for number in 0..200 {
                        let event = json!([request(&format!("w-{client}-{number}"), "/w", None)]).to_string();
                        connection.ask(&Request::post("/v1/events", BATCH, event).token(admin)).is(201);
                    }
                })
            })
            .collect();
        let mut reader = Reader { connection: Connection::open(address), auditor: Some(admin) };
        while !writers.iter().all(thread::ScopedJoinHandle::is_finished) {
            let (size, expected) = reader.checkpoint(vkey);
            let leaves = reader.level(0, size);
            assert_eq!(root(&leaves), expected);
            let (index, width) = (size / 256, size % 256);
            if width > 0 {
                let lines = reader.bundle(index, width);
                let start = usize::try_from(index * 256).unwrap();
                assert!(lines.iter().map(|line| leaf(line)).eq(leaves[start..].iter().copied()));
            }
        }
    });
    serving.stop_and_verify();
}
