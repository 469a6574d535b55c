"""The single checks of a bundle's parts. Each raises Fault with what is wrong."""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Protocol

import msgspec

from .accounts import Account, by_boot
from .bundle import KEYS, MANIFEST, SIGNATURE, SOFTWARE, Line, Manifest, Member, entries_of
from .dossier import Dossier, encode_dossier
from .entries import Entry, Kind, encode_leaf, order_of, subject_hash
from .errors import AuditError
from .inspections import Disposition, decode_row
from .judging import Evidence
from .merkle import ProofError, leaf_hash, root_of_range
from .seals import ShardSeal, SignedSeal
from .signing import PublicKey, public_from_pem
from .statements import Statement

#: A bundle's evidence unpacked is no larger, nor a line of it (one subject's hour); so much of it
#: is unpacked at a time. Whoever signs a bundle may be a stranger.
MOST_BYTES, MOST_LINE_BYTES, PART_BYTES = 500_000_000, 64_000_000, 1_048_576


class Fault(Exception):  # noqa: N818 - it ends the checking, it is not an error of ours
    def __init__(self, code: str, **values: object) -> None:
        self.statement = Statement(code, values)
        super().__init__(code)


def keys_of(members: Mapping[str, bytes]) -> list[PublicKey]:
    text = member(members, KEYS).decode(errors="replace")
    blocks = re.findall(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----\n", text, re.S)
    try:
        keys = [public_from_pem(block, KEYS) for block in blocks]
    except AuditError as error:
        raise Fault("container", what=str(error)) from None
    if not keys:
        raise Fault("container", what=f"{KEYS}: no public key")
    return keys


def manifest_of(members: Mapping[str, bytes], key: PublicKey) -> Manifest:
    head = member(members, MANIFEST)
    try:
        signature = bytes.fromhex(member(members, SIGNATURE).decode("ascii"))
    except ValueError:
        raise Fault("changed", member=SIGNATURE) from None
    if signature.hex().encode() != members[SIGNATURE] or not key.checks(signature, head):
        raise Fault("manifest")
    try:
        return msgspec.json.decode(head, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Fault("changed", member=MANIFEST) from None


class Listing(Protocol):
    """A manifest, of one parcel or of many."""

    @property
    def members(self) -> Sequence[Member]: ...


def check_members(manifest: Listing, members: Mapping[str, bytes]) -> None:
    named = {one.name: one for one in manifest.members}
    there = [name for name in members if name not in (MANIFEST, SIGNATURE)]
    for name in there:
        one = named.get(name)
        if one is None:
            raise Fault("stranger", member=name)
        if one.sha256 != sha256(members[name]).hexdigest() or one.size != len(members[name]):
            raise Fault("changed", member=name)
    for name in named:
        member(members, name)
    if list(named) != there:
        raise Fault("container", what="members are not in the manifest's order")


def member(members: Mapping[str, bytes], name: str) -> bytes:
    if name not in members:
        raise Fault("gone", member=name)
    return members[name]


def lines_of(content: bytes) -> Iterator[Line]:
    """The evidence line by line, never unpacked as a whole. Raises Fault."""
    decoder = msgspec.json.Decoder(Line)
    try:
        for line in _unpacked_lines(content):
            yield decoder.decode(line)
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Fault("evidence", what=str(error)) from None


def _unpacked_lines(content: bytes) -> Iterator[bytes]:
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    rest, size = b"", 0
    while not unzip.eof:
        part = unzip.decompress(content, PART_BYTES)
        content = unzip.unconsumed_tail
        if not part and not content and not unzip.eof:
            raise Fault("evidence", what="it ends too soon")
        size += len(part)
        *lines, rest = (rest + part).split(b"\n")
        if size > MOST_BYTES or len(rest) > MOST_LINE_BYTES:
            raise Fault("evidence", what="larger than any that is made")
        yield from lines
    if rest:
        yield rest


def check_line(line: Line, seals: Mapping[int, SignedSeal]) -> None:
    """That a line's entries are in the shard as sealed, and no others of its subject."""
    where = {"shard": line.shard, "subject": line.subject}
    signed = seals.get(line.seal)
    shards: list[ShardSeal] = [] if signed is None else signed.seal.shards
    shard = next((one for one in shards if one.name == line.shard), None)
    if shard is None or shard.kind != line.kind:
        raise Fault("unsealed", **where)
    try:
        own = [entry.leaf for entry in entries_of(line)]
        leaves = [one for one in (line.before, *own, line.after) if one is not None]
        hashes = [leaf_hash(encode_leaf(leaf)) for leaf in leaves]
        proof = [bytes.fromhex(one) for one in line.proof]
        root = root_of_range(shard.size, line.first, hashes, proof)
    except (ProofError, ValueError) as error:
        raise Fault("proof", what=str(error), **where) from None
    if root.hex() != shard.root:
        raise Fault("proof", what="its root is another", **where)
    subject = subject_hash(line.subject)
    starts = line.first == 0 if line.before is None else line.before[1] < subject
    stop = line.first + len(leaves)
    ends = stop == shard.size if line.after is None else line.after[1] > subject
    ordered = all(order_of(a) <= order_of(b) for a, b in pairwise(leaves)) and all(
        leaf[0] == line.kind for leaf in leaves
    )
    if not (starts and ends and ordered):
        raise Fault("neighbours", **where)


def evidence_of(parcel: str, lines: Iterable[Line]) -> Evidence:
    """The evidence as the maker had it: of registry and profiles each subject's last."""
    by_kind: dict[Kind, dict[str, list[Entry]]] = {}
    for line in sorted(lines, key=lambda one: (one.seal, one.shard)):
        own = by_kind.setdefault(line.kind, {}).setdefault(line.subject, [])
        own += entries_of(line)

    def last(kind: Kind) -> dict[str, Entry]:
        return {
            name: max(own, key=lambda e: (e.received, e.offset))
            for name, own in by_kind.get(kind, {}).items()
            if own
        }

    def some(kind: Kind) -> dict[str, list[Entry]]:
        return {name: own for name, own in by_kind.get(kind, {}).items() if own}

    return Evidence(
        parcel,
        by_kind.get("custody", {}).get(parcel, []),
        last("registry"),
        last("profiles"),
        by_kind.get("frames", {}),
        by_kind.get("excursions", {}),
        some("commands"),
        some("alerts"),
        by_kind.get("inspections", {}).get(parcel, []),
    )


def check_record(made: Dossier, content: bytes, software: str) -> None:
    """That the record is the one made again; `software` made the bundle."""
    if encode_dossier(made) != content:
        said = re.search(rb'"verdict": "(\w+)"', content)
        raise Fault(
            "record-differs",
            verdict=made.record.verdict,
            said=said[1].decode() if said else "?",
            software=software,
            here=SOFTWARE,
        )


def dispositions_of(evidence: Evidence) -> Iterator[Disposition]:
    """What was decided on the parcel."""
    for entry in evidence.inspections:
        try:
            row = decode_row(entry.value)
        except msgspec.DecodeError:
            raise Fault("evidence", what=f"inspection {entry.offset} is none") from None
        if isinstance(row, Disposition):
            yield row


def accounts_of(evidence: Evidence) -> Iterator[tuple[str, int, Account]]:
    """Devices' boots of which frames are missing between the first and the last in the bundle."""
    for device, entries in sorted(evidence.frames.items()):
        for (_, boot), numbers in sorted(by_boot(entries).items()):
            first = min(numbers)
            account = Account().plus(n - first for n in numbers)
            if account.missing:
                moved = tuple((a + first, b + first) for a, b in account.ranges)
                yield device, boot, Account(moved)
