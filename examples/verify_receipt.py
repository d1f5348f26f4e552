#!/usr/bin/env python3
"""Verify that an entry is in a ledger, from its receipt and the ledger's public key alone.

    pip install cryptography
    export MUNIMENT_VKEY=ledger.example/main+4894c879+Aaavf4wQ...
    python3 examples/verify_receipt.py ENTRY RECEIPT            two files
    python3 examples/verify_receipt.py SEQ                      from MUNIMENT_SERVER, with MUNIMENT_TOKEN

Take the key (`muniment init` printed it) from whoever answers for the ledger, not from the server that it is to check:
a server that lies about entries would lie about its key. Exit code 0: proved, 1: not proved, 2: used wrongly.
"""
import base64, binascii, hashlib, json, os, pathlib, sys, urllib.request
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

def open_note(note, vkey):
    """The text of a C2SP signed note, if the key has signed it."""
    name, key_id, key = vkey.split("+", 2)
    key, key_id = base64.b64decode(key, validate=True), bytes.fromhex(key_id)
    if len(key) != 33 or key[0] != 1 or hashlib.sha256(name.encode() + b"\n" + key).digest()[:4] != key_id:
        sys.exit("the vkey is not that of an Ed25519 key")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    if not signatures.endswith("\n"):
        raise ValueError("the checkpoint has no end")
    for line in signatures[:-1].split("\n"):
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        if (dash, signer, signature[:4]) == ("\u2014", name, key_id):
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], text.encode())
            return text
    raise ValueError(f"{name} has not signed the checkpoint with this key")

def root_of(leaf, index, size, path):
    """RFC 9162, 2.1.3.2: the root of a tree of this size that has this leaf at this place."""
    root, last = leaf, size - 1
    if index > last:
        raise ValueError(f"a tree of {size} entries has no entry {index}")
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if index & 1 or index == last:
            root = hashlib.sha256(b"\x01" + sibling + root).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\x01" + root + sibling).digest()
        index, last = index >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return root

def verify(entry, receipt, vkey):
    """Origin, index and size, if the entry is in the ledger."""
    head, _, note = receipt.partition("\n\n")
    version, *rows = head.split("\n")
    if version != "c2sp.org/tlog-proof@v1":
        raise ValueError("the receipt is no C2SP tlog-proof")
    if rows and rows[0].startswith("extra "):
        rows.pop(0)
    index = int(rows[0].removeprefix("index "))
    origin, size, root = open_note(note, vkey).split("\n")[:3]
    if origin != vkey.split("+")[0]:
        raise ValueError(f"the checkpoint is of another ledger, {origin}")
    path = [base64.b64decode(row, validate=True) for row in rows[1:]]
    leaf = hashlib.sha256(b"\x00" + entry).digest()
    if root_of(leaf, index, int(size), path) != base64.b64decode(root, validate=True):
        raise ValueError("entry, path and signed root do not fit together")
    if json.loads(entry)["seq"] != index:
        raise ValueError(f"the entry does not say that it is entry {index}")
    return origin, index, int(size)

def fetch(path):
    headers = {"Authorization": "Bearer " + os.environ["MUNIMENT_TOKEN"]}
    request = urllib.request.Request(os.environ["MUNIMENT_SERVER"] + path, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()

def main(arguments):
    vkey = os.environ.get("MUNIMENT_VKEY", "")
    match arguments:
        case [seq] if seq.isdecimal() and vkey:
            entry, receipt = fetch(f"/v1/events/{seq}"), fetch(f"/v1/events/{seq}/receipt")
        case [entry, receipt] if vkey:
            seq, entry, receipt = None, pathlib.Path(entry).read_bytes(), pathlib.Path(receipt).read_bytes()
            entry = entry.removesuffix(b"\n")
        case _:
            print(__doc__, file=sys.stderr)
            sys.exit(2)
    try:
        origin, index, size = verify(entry, receipt.decode(), vkey)
        if seq is not None and index != int(seq):
            raise ValueError(f"the server answered with entry {index}")
    except InvalidSignature:
        sys.exit("not proved: the signature is not that of this key over this checkpoint")
    except (ValueError, LookupError, TypeError, binascii.Error) as error:
        sys.exit(f"not proved: {error}")
    print(f"proved: these {len(entry)} bytes are entry {index} of {origin}, among the {size} that its key has signed for")
    print("not proved by this: that what the event says is true, or that everybody is shown the same ledger")

main(sys.argv[1:])
