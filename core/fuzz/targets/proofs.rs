//! Proofs of small trees verify, the same with one bit changed do not, and no input makes a verifier panic.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use muniment_core::hash::Hash;
use muniment_core::note::NoteSigner;
use muniment_core::receipt::Receipt;
use muniment_core::tree::leaf_hash;
use muniment_core::tree::proof::{consistency, inclusion, verify_consistency, verify_inclusion};
use muniment_core::tree::tile::frontier;

use crate::levels::Levels;

#[path = "../../tests/levels/mod.rs"]
mod levels;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    small: u64,
    large: u64,
    hashes: Vec<[u8; 32]>,
    size: u16,
    place: u16,
    change: u16,
    receipt: &'a [u8],
}

/// Leaves of the largest tree; a smaller one has the first of them.
static LEAVES: LazyLock<Vec<Hash>> =
    LazyLock::new(|| (0..1_025_u32).map(|number| leaf_hash(&number.to_le_bytes())).collect());
static LEVELS: LazyLock<Levels> = LazyLock::new(|| Levels::of(&LEAVES));
static SIGNER: LazyLock<NoteSigner> =
    LazyLock::new(|| NoteSigner::from_seed("ledger.example", &[1; 32]).expect("a good name"));

fuzz_target!(|input: Input<'_>| {
    anything(&input);
    receipts(input.receipt);
    small_trees(&input);
});

fn anything(input: &Input<'_>) {
    let proof: Vec<Hash> = input.hashes.iter().copied().map(Hash).collect();
    let hash = |place: usize| proof.get(place).copied().unwrap_or(Hash::ZERO);
    let _ = verify_inclusion(&proof, input.small, hash(0), input.large, hash(1));
    let _ = verify_consistency(&proof, input.small, hash(0), input.large, hash(1));
    // Of these, one has the length that the verifier wants.
    let lengths = [hash(0); 130];
    for length in 0..=lengths.len() {
        let _ = verify_inclusion(&lengths[..length], input.small, hash(0), input.large, hash(1));
        let _ = verify_consistency(&lengths[..length], input.small, hash(0), input.large, hash(1));
    }
}

fn receipts(bytes: &[u8]) {
    let Ok(receipt) = Receipt::parse(bytes) else { return };
    let text = receipt.encode();
    assert_eq!(Receipt::parse(text.as_bytes()), Ok(receipt.clone()));
    let has_extra = bytes.starts_with(b"c2sp.org/tlog-proof@v1\nextra ");
    assert!(has_extra || text.as_bytes() == bytes);
    let _ = receipt.verify(b"line", SIGNER.verifier());
}

fn small_trees(input: &Input<'_>) {
    let size = u64::from(input.size) % LEAVES.len() as u64 + 1;
    let place = u64::from(input.place) % size;
    let root = |size| frontier(&*LEVELS, size).expect("it is large enough").root();

    let leaf = LEAVES[place as usize];
    let mut proof = inclusion(&*LEVELS, place, size).expect("it is large enough");
    assert_eq!(verify_inclusion(&proof, place, leaf, size, root(size)), Ok(()));
    if change(&mut proof, input.change) {
        assert!(verify_inclusion(&proof, place, leaf, size, root(size)).is_err());
    }

    let mut proof = consistency(&*LEVELS, place, size).expect("it is large enough");
    assert_eq!(verify_consistency(&proof, place, root(place), size, root(size)), Ok(()));
    if change(&mut proof, input.change) {
        assert!(verify_consistency(&proof, place, root(place), size, root(size)).is_err());
    }
}

/// Changes one bit; false if there is none.
fn change(proof: &mut [Hash], place: u16) -> bool {
    let bits = proof.len() * 256;
    if bits == 0 {
        return false;
    }
    let bit = usize::from(place) % bits;
    proof[bit / 256].0[bit / 8 % 32] ^= 1 << (bit % 8);
    true
}
