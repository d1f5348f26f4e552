#!/usr/bin/env python3
"""Verify a Muniment data directory without Muniment: pip install blake3 zstandard; verify_ledger.py DIR

Every line, the hash chain and the Merkle root. Whose ledger it is, the signature on DIR/checkpoint says
(C2SP signed-note), which other tools check.
"""
import base64, hashlib, io, json, pathlib, sys
import blake3, zstandard

def lines(directory):
    """Every line with its seq. Where a segment is there twice, its .jsonl counts; what a segment holds beyond the
    start of the next one is out of count."""
    names = {int(path.name[:20]): path for path in sorted(directory.glob("ledger/*.jsonl*"), reverse=True)}
    starts = sorted(names)
    for start, end in zip(starts, starts[1:] + [float("inf")]):
        file = names[start].open("rb")
        if names[start].suffix == ".zst":
            file = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True))
        for seq, line in enumerate(file, start):
            if seq < end:
                yield seq, line

def merkle_root(subtrees):
    """RFC 6962, from the roots of the complete subtrees, the largest first."""
    root = subtrees[-1] if subtrees else hashlib.sha256().digest()
    for left in reversed(subtrees[:-1]):
        root = hashlib.sha256(b"\x01" + left + root).digest()
    return root

def main(directory):
    origin, size, signed_root = (directory / "checkpoint").read_text("utf-8").split("\n")[:3]
    subtrees, head, count, root_at_size = [], "0" * 64, 0, None
    try:
        for seq, line in lines(directory):
            if count == int(size):
                root_at_size = merkle_root(subtrees)
            entry, line = json.loads(line), line.removesuffix(b"\n")
            if seq != count or entry["seq"] != count:
                raise ValueError(f"in its place stands entry {entry['seq']}")
            if entry["prev"] != head:
                sys.exit(f"entry {count - 1} is bad, or the prev of entry {count}: its hash is not what that says")
            subtrees.append(hashlib.sha256(b"\x00" + line).digest())
            while count & 1:  # two complete subtrees of one size are one of twice the size
                right, left, count = subtrees.pop(), subtrees.pop(), count >> 1
                subtrees.append(hashlib.sha256(b"\x01" + left + right).digest())
            head, count = blake3.blake3(line).hexdigest(), seq + 1
    except (LookupError, TypeError, ValueError, zstandard.ZstdError) as error:
        sys.exit(f"entry {count} is bad: {error}")
    if count < int(size):
        sys.exit(f"entry {count} is bad: it is missing, the checkpoint covers {size} entries")
    if (root_at_size or merkle_root(subtrees)) != base64.b64decode(signed_root):
        sys.exit(f"the root of the first {size} entries is not the one in the checkpoint")
    print(f"{origin}: {count} entries\nhead {head}\nroot {base64.b64encode(merkle_root(subtrees)).decode()}")

main(pathlib.Path(sys.argv[1]))
