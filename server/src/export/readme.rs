//! The file that explains an export to who has never heard of Muniment.

use super::{Format, Range};
use crate::export::View;

const LINES: &str = "\
This directory holds entries of an information-governance ledger, and what is needed to check that nothing in them was
changed, removed or inserted. It can be checked offline, and without trusting who made it.

entries.jsonl     the entries, one a line, byte for byte as they stand in the ledger
checkpoint        the size of the ledger and the root hash of its Merkle tree, signed (C2SP tlog-checkpoint)
first.tlog-proof  receipt: proof that the first line is in the ledger, and at which place (C2SP tlog-proof)
last.tlog-proof   receipt: the same for the last line
vkey              the ledger's public key

COMPARE THE KEY FIRST. The key in the file `vkey` came with the rest of the export, so it proves nothing by itself.
Compare it with the one that the ledger's owner has published, or that you were given when the ledger was made.

WITH MUNIMENT
    muniment verify --export DIRECTORY --vkey 'KEY THAT YOU TRUST'

WITHOUT MUNIMENT
1. The chain. Every line has a member `prev`: the BLAKE3 hash, in hexadecimal, of the line before it, without its
   newline. So the lines prove each other's order and content, from the last one back to the first:
       sed -n 1p entries.jsonl | tr -d '\\n' | b3sum     is the `prev` of line 2, and so on.
   `seq` counts without gaps.
2. The last line. Its leaf hash is the SHA-256 of a zero byte followed by the line without its newline:
       (printf '\\0'; tail -n 1 entries.jsonl | tr -d '\\n') | sha256sum
   last.tlog-proof leads from that hash to the root hash in the checkpoint that it carries (RFC 6962, section 2.1.1).
   As the last line is in the ledger, and the chain fixes all before it, so are they.
3. The first line, in the same way with first.tlog-proof: the export begins at the entry that it says.
4. The signature on the checkpoint: Ed25519, in the form of a signed note. Go's golang.org/x/mod/sumdb/note reads it
   and the key; any implementation of c2sp.org/signed-note and c2sp.org/tlog-proof does.
";

const TILES: &str = "\
This directory holds a whole information-governance ledger as a static transparency log (C2SP tlog-tiles). Put it on
any web server, or point a tool at the files: it can be checked offline, and without trusting who made it.

checkpoint        the size of the ledger and the root hash of its Merkle tree, signed (C2SP tlog-checkpoint)
tile/<L>/<N>      the hashes of the tree, 256 a tile
tile/entries/<N>  the entries, each with its length before it (two bytes, big-endian)
vkey              the ledger's public key

COMPARE THE KEY FIRST. The key in the file `vkey` came with the rest of the export, so it proves nothing by itself.
Compare it with the one that the ledger's owner has published, or that you were given when the ledger was made.

WITH MUNIMENT
    muniment verify --export DIRECTORY --vkey 'KEY THAT YOU TRUST'

WITHOUT MUNIMENT
Any client of c2sp.org/tlog-tiles reads it: Go's golang.org/x/mod/sumdb/tlog and note, or the fsck of
transparency-dev's Tessera. The leaf hash of an entry is the SHA-256 of a zero byte followed by the entry. Beside the
tree, every entry has a member `prev`: the BLAKE3 hash of the entry before it.
";

/// The text for an export.
pub(super) fn text(view: &View, range: Range, format: Format) -> String {
    let (origin, size) = (view.vkey().name(), view.size());
    let entries = format!("entries {} to {} of {size}", range.from, range.to);
    let explanation = match format {
        Format::Lines => LINES,
        Format::TlogTiles => TILES,
    };
    format!("{origin}: {entries}\n\n{explanation}")
}
