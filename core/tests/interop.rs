//! A second opinion on notes, checkpoints, tiles and proofs: the crates `signed_note` and `tlog_tiles`,
//! ported by others from Go's `sumdb/note` and `sumdb/tlog`.

use muniment_core::checkpoint::Checkpoint;
use muniment_core::hash::Hash;
use muniment_core::limits::TILE_HASHES;
use muniment_core::note::{Note, NoteSigner, VerifierKey};
use muniment_core::tree::proof::{consistency, inclusion, verify_consistency, verify_inclusion};
use muniment_core::tree::tile::{LevelHashes as _, TileKind, TilePath, frontier};
use muniment_core::tree::{Frontier, leaf_hash};
use signed_note::{Signer as _, StandardSigner, StandardVerifier, Verifier as _, VerifierList};
use tlog_tiles::{HashReader, Tile, TileHashReader, TileReader, stored_hash_index};

use crate::levels::Levels;

mod levels;

const TEXT: &str = "ledger.example\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

const LEAVES: u64 = 1_100;

/// Sizes around the borders of subtrees and tiles, and some between.
const SIZES: [u64; 31] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 129, 255, 256, 257, 300, 511, 512,
    513, 767, 999, 1_000, 1_025,
];

fn theirs(hash: Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(hash.0)
}

fn ours(hashes: &[tlog_tiles::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

fn signer(name: &str, byte: u8) -> NoteSigner {
    NoteSigner::from_seed(name, &[byte; 32]).expect("a good name")
}

fn known(keys: &[&NoteSigner]) -> VerifierList {
    let verifier =
        |key: &&NoteSigner| StandardVerifier::new(&key.verifier().to_string()).expect("a good key");
    VerifierList::new(keys.iter().map(|key| Box::new(verifier(key)) as Box<_>).collect())
}

#[test]
fn they_read_our_keys() {
    for name in ["ledger.example", "ledger.example/foi", "Żółć.example"] {
        let signer = signer(name, 9);
        let (vkey, skey) = (signer.verifier().to_string(), signer.encode());
        let verifier = StandardVerifier::new(&vkey).unwrap();
        let their_signer = StandardSigner::new(&skey).unwrap();
        assert_eq!((verifier.name(), their_signer.name()), (name, name));
        assert_eq!(verifier.key_id(), their_signer.key_id());
        let id = u32::from_str_radix(vkey.split('+').nth(1).unwrap(), 16).unwrap();
        assert_eq!(verifier.key_id(), id);
        assert!(verifier.verify(b"text\n", &their_signer.sign(b"text\n").unwrap()));
        let other = vkey.replacen(char::is_alphabetic, "x", 1);
        assert!(StandardVerifier::new(&other).is_err() && other.parse::<VerifierKey>().is_err());
    }
}

#[test]
fn they_verify_our_notes() {
    let (key, stranger) = (signer("ledger.example", 1), signer("witness.example", 2));
    for text in [TEXT, "a\n\nb\n", "\n", "é\n"] {
        let note = signed_note::Note::from_bytes(key.sign(text).as_bytes()).unwrap();
        assert_eq!(note.text(), text.as_bytes());
        let (verified, unverified) = note.verify(&known(&[&key, &stranger])).unwrap();
        assert_eq!((verified.len(), unverified.len()), (1, 0));
        assert!(note.verify(&known(&[&stranger])).is_err());
        let changed = key.sign(text).replacen(text, &format!("x{text}"), 1);
        let changed = signed_note::Note::from_bytes(changed.as_bytes()).unwrap();
        assert!(changed.verify(&known(&[&key])).is_err());
    }
}

#[test]
fn we_verify_their_notes() {
    let (key, witness) = (signer("ledger.example", 1), signer("witness.example", 2));
    let (first, second) =
        (StandardSigner::new(&witness.encode()).unwrap(), StandardSigner::new(&key.encode()).unwrap());
    let mut theirs = signed_note::Note::new(TEXT.as_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&second]).unwrap();
    assert_eq!(theirs.to_bytes(), key.sign(TEXT).as_bytes());

    let mut cosigned = signed_note::Note::new(TEXT.as_bytes(), &[]).unwrap();
    cosigned.add_sigs(&[&first, &second]).unwrap();
    let bytes = cosigned.to_bytes();
    let note = Note::parse(&bytes).unwrap();
    assert_eq!(note.verify(key.verifier()), Ok(TEXT));
    assert_eq!(note.verify(witness.verifier()), Ok(TEXT));
    assert!(note.verify(signer("ledger.example", 3).verifier()).is_err());
}

#[test]
fn checkpoints_are_the_same() {
    let checkpoint = Checkpoint::parse_text(TEXT).unwrap();
    let read = tlog_tiles::Checkpoint::from_bytes(checkpoint.to_string().as_bytes()).unwrap();
    assert_eq!((read.origin(), read.size()), (checkpoint.origin.as_str(), checkpoint.size));
    assert_eq!((*read.hash(), read.extension()), (theirs(checkpoint.root), ""));
    for extension in ["", "one\n", "one\ntwo\n"] {
        let root = theirs(leaf_hash(b"root"));
        let written = tlog_tiles::Checkpoint::new("ledger.example", u64::MAX, root, extension).unwrap();
        let text = String::from_utf8(written.to_bytes()).unwrap();
        let read = Checkpoint::parse_text(&text).unwrap();
        assert_eq!((read.size, read.root), (u64::MAX, leaf_hash(b"root")), "{text}");
    }
    for text in [TEXT.trim_end(), &TEXT.replace('3', "03"), &format!("{TEXT}\n"), &TEXT[14..], "\n\n\n"] {
        assert!(Checkpoint::parse_text(text).is_err(), "{text:?}");
        assert!(tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).is_err(), "{text:?}");
    }
}

/// One tree, kept by both.
struct Tree {
    leaves: Vec<Hash>,
    levels: Levels,
    stored: Stored,
}

/// The hashes of every perfect subtree in the order in which `tlog_tiles` numbers them.
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).expect("it fits")]).collect())
    }
}

impl Tree {
    fn new() -> Tree {
        let lines: Vec<String> = (0..LEAVES).map(|number| format!("line {number}")).collect();
        let mut stored = Stored(Vec::new());
        for (number, line) in (0..).zip(&lines) {
            let more = tlog_tiles::stored_hashes(number, line.as_bytes(), &stored).expect("all before it");
            stored.0.extend(more);
        }
        let leaves: Vec<Hash> = lines.iter().map(|line| leaf_hash(line.as_bytes())).collect();
        Tree { levels: Levels::of(&leaves), leaves, stored }
    }

    fn root(&self, size: u64) -> Hash {
        frontier(&self.levels, size).expect("it is large enough").root()
    }
}

#[test]
fn roots_are_the_same() {
    let tree = Tree::new();
    let mut growing = Frontier::default();
    for size in 0..=LEAVES {
        let root = tlog_tiles::tree_hash(size, &tree.stored).unwrap();
        assert_eq!(root, theirs(growing.root()), "{size}");
        assert_eq!(root, theirs(tree.root(size)), "{size}");
        if let Some(leaf) = tree.leaves.get(usize::try_from(size).unwrap()) {
            growing.push(*leaf, |_, _| {});
        }
    }
}

#[test]
fn inclusion_proofs_are_the_same() {
    let tree = Tree::new();
    for size in SIZES {
        let root = tree.root(size);
        for index in (0..size).filter(|index| size < 70 || index % 7 == size % 7 || index + 3 > size) {
            let leaf = tree.leaves[usize::try_from(index).unwrap()];
            let their_proof = tlog_tiles::prove_record(size, index, &tree.stored).unwrap();
            let mut proof = inclusion(&tree.levels, index, size).unwrap();
            assert_eq!(proof, ours(&their_proof), "{index} of {size}");
            verify_inclusion(&proof, index, leaf, size, root).unwrap();
            tlog_tiles::check_record(&their_proof, size, theirs(root), index, theirs(leaf)).unwrap();
            proof.push(root);
            assert!(verify_inclusion(&proof, index, leaf, size, root).is_err());
            let too_long = proof.iter().copied().map(theirs).collect();
            assert!(tlog_tiles::check_record(&too_long, size, theirs(root), index, theirs(leaf)).is_err());
        }
    }
}

#[test]
fn consistency_proofs_are_the_same() {
    let tree = Tree::new();
    for new in SIZES {
        let new_root = tree.root(new);
        for old in (1..=new).filter(|old| new < 70 || SIZES.contains(old) || old % 7 == new % 7) {
            let old_root = tree.root(old);
            let their_proof = tlog_tiles::prove_tree(new, old, &tree.stored).unwrap();
            let proof = consistency(&tree.levels, old, new).unwrap();
            assert_eq!(proof, ours(&their_proof), "{old} to {new}");
            verify_consistency(&proof, old, old_root, new, new_root).unwrap();
            tlog_tiles::check_tree(&their_proof, new, theirs(new_root), old, theirs(old_root)).unwrap();
        }
    }
}

/// Our path of their tile: they name the height, which C2SP fixes, and entry bundles otherwise.
fn our_spelling(tile: &Tile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1).replacen("/data/", "/entries/", 1)
}

#[test]
fn tile_paths_are_the_same() {
    for size in SIZES.into_iter().chain([0, 65_535, 65_536, 70_000, 16_777_217]) {
        let tiles = Tile::new_tiles(8, 0, size);
        let paths: Vec<String> = tiles.iter().map(our_spelling).collect();
        let is_hashes = |path: &TilePath| path.kind != TileKind::Entries;
        let our_paths: Vec<String> =
            TilePath::all(size).filter(is_hashes).map(|path| path.to_string()).collect();
        assert_eq!(our_paths, paths, "{size}");
    }
    for index in [0, 1, 9, 10, 999, 1_000, 1_001, 123_456, 1_234_067, 1_000_000_000, (1 << 55) + 7] {
        for (level, width) in [(0, 256), (0, 1), (1, 255), (7, 9), (63, 100)] {
            for kind in [TileKind::Hashes(level), TileKind::Entries] {
                let tile = Tile::new(8, kind.level(), index, u32::from(width), kind == TileKind::Entries);
                let path = TilePath { kind, index, width };
                assert_eq!(path.to_string(), our_spelling(&tile));
                assert_eq!(our_spelling(&tile).parse(), Ok(path));
                assert_eq!(Tile::from_path(&tile.path()).unwrap(), tile);
            }
        }
    }
    for wrong in ["0/0", "0/0000", "0/x000/001", "0/001/000", "0/000.p/256", "0/000.p/01", "00/000", "0/000/"]
    {
        assert!(format!("tile/{wrong}").parse::<TilePath>().is_err(), "{wrong}");
        assert!(Tile::from_path(&format!("tile/8/{wrong}")).is_err(), "{wrong}");
    }
}

/// Our tiles, as their client fetches them.
struct Published<'a>(&'a Levels);

impl TileReader for Published<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            let width = usize::try_from(tile.width()).expect("it fits");
            let start = tile.level_index() * TILE_HASHES;
            let hashes = self.0.read(tile.level(), start, width).map_err(tlog_tiles::Error::InvalidInput)?;
            Ok(hashes.into_iter().flat_map(|hash| hash.0).collect())
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[test]
fn their_client_authenticates_our_tiles() {
    let tree = Tree::new();
    let published = Published(&tree.levels);
    for size in SIZES {
        let reader = TileHashReader::new(size, theirs(tree.root(size)), &published);
        for index in [0, size / 3, size / 2, size - 1] {
            let leaf = reader.read_hashes(&[stored_hash_index(0, index)]).unwrap();
            assert_eq!(ours(&leaf), [tree.leaves[usize::try_from(index).unwrap()]]);
            let proof = tlog_tiles::prove_record(size, index, &reader).unwrap();
            assert_eq!(ours(&proof), inclusion(&tree.levels, index, size).unwrap(), "{index} of {size}");
        }
        let wrong = TileHashReader::new(size, theirs(leaf_hash(b"another root")), &published);
        assert!(wrong.read_hashes(&[stored_hash_index(0, 0)]).is_err());
    }
}
