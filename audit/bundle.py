"""A bundle: one file with a parcel's record and all that is needed to check it, offline.

manifest.json        the parcel, the scope, and every other member's size and SHA-256
manifest.sig         Ed25519 over manifest.json, hex
keys.pem             the public keys of the signatures; the manifest's first
record.json          the record as data (audit/dossier.py)
record.*.html, .pdf  the record for people
seals.jsonl          the chain of seals looked through, after the one before it; others apart
stamp.*.tsr          a time-stamping service's answer (RFC 3161) for the seal of that number
evidence.jsonl.gz    every shard looked through: the parcel's entries in it, raw, the leaves
                     before and after them, and the proof; a shard with none has neighbours
"""

import base64
import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version

import msgspec

from coldchain.times import iso

from .container import pack
from .dossier import Dossier, encode_dossier
from .entries import Entry, Kind, Leaf
from .reader import Found, Place
from .seals import SignedSeal, encode_signed
from .signing import PublicKey, Signer

#: Whose rules made a record: other versions may judge otherwise, or name figures otherwise.
SOFTWARE = f"coldchain {version('coldchain')}"
MANIFEST, SIGNATURE, KEYS = "manifest.json", "manifest.sig", "keys.pem"
RECORD, SEALS, EVIDENCE = "record.json", "seals.jsonl", "evidence.jsonl.gz"


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member of the bundle."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the bundle is and holds. `first` and `last` are the numbers of the seals looked
    through, `devices` from which seal on for a device's frames; `software` what made it."""

    v: int = 1
    parcel: str
    made: str
    software: str
    key: str
    first: int
    last: int
    devices: dict[str, int]
    members: list[Member]


class Item(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An entry: its raw value as text, or as base64 where it is not UTF-8."""

    received: int
    partition: int
    offset: int
    text: str | None = None
    base64: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One shard looked through for one subject. `first` is the number of the first leaf given."""

    seal: int
    shard: str
    kind: Kind
    subject: str
    first: int
    before: Leaf | None
    after: Leaf | None
    entries: list[Item]
    proof: list[str]


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a bundle besides what is signed: `pages` by file name."""

    found: Found
    dossier: Dossier
    pages: Mapping[str, bytes]
    keys: Sequence[PublicKey] = ()
    stamps: Mapping[int, bytes] = field(default_factory=dict)


def make_bundle(contents: Contents, signer: Signer, now: int) -> bytes:
    """The bundle, signed. `contents.keys`: those of seals that another key has signed."""
    found = contents.found
    others = [key for key in contents.keys if key != signer.public]
    members = {
        KEYS: "".join(key.pem() for key in (signer.public, *others)).encode(),
        RECORD: encode_dossier(contents.dossier),
        **contents.pages,
        SEALS: b"".join(encode_signed(one) + b"\n" for one in (*found.seals, *found.apart)),
        **{stamp_name(number): answer for number, answer in sorted(contents.stamps.items())},
        EVIDENCE: gzip.compress(_evidence(found.places), mtime=0),
    }
    manifest = Manifest(
        parcel=found.evidence.parcel,
        made=iso(now),
        software=SOFTWARE,
        key=signer.public.fingerprint,
        first=found.scope.first,
        last=found.scope.last,
        devices=dict(found.scope.devices),
        members=listed(members),
    )
    return signed(manifest, members, signer)


def listed(members: Mapping[str, bytes]) -> list[Member]:
    """The members as a manifest names them."""
    return [
        Member(name, len(content), sha256(content).hexdigest()) for name, content in members.items()
    ]


def signed(manifest: msgspec.Struct, members: Mapping[str, bytes], signer: Signer) -> bytes:
    """The container of these members, its manifest first, and signed."""
    head = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    signature = signer.sign(head).hex().encode()
    return pack({MANIFEST: head, SIGNATURE: signature, **members})


def stamp_name(number: int) -> str:
    """The member with a time-stamp of the seal of this number."""
    return f"stamp.{number}.tsr"


def signers_of(seals: Iterable[SignedSeal], key_of: Callable[[str], PublicKey]) -> list[PublicKey]:
    """The keys that signed these seals, each once."""
    return [key_of(name) for name in sorted({one.seal.key for one in seals})]


def _evidence(places: Iterable[Place]) -> bytes:
    ordered = sorted(places, key=lambda one: (one.seal, one.run.shard, one.subject))
    once = {(one.run.shard, one.subject): one for one in ordered}
    return b"".join(msgspec.json.encode(_line(one)) + b"\n" for one in once.values())


def _line(place: Place) -> Line:
    run = place.run
    return Line(
        seal=place.seal,
        shard=run.shard,
        kind=place.kind,
        subject=place.subject,
        first=run.first,
        before=run.before,
        after=run.after,
        entries=[_item(entry) for entry in run.entries],
        proof=[one.hex() for one in run.proof],
    )


def _item(entry: Entry) -> Item:
    text: str | None = None
    coded: str | None = None
    try:
        text = entry.value.decode()
    except UnicodeDecodeError:
        coded = base64.b64encode(entry.value).decode()
    return Item(
        received=entry.received,
        partition=entry.partition,
        offset=entry.offset,
        text=text,
        base64=coded,
    )


def entries_of(line: Line) -> Iterator[Entry]:
    """The entries of a line. Raises ValueError where one is neither text nor base64."""
    for item in line.entries:
        value = (
            base64.b64decode(item.base64 or "", validate=True)
            if item.text is None
            else item.text.encode()
        )
        yield Entry(line.kind, line.subject, item.received, item.partition, item.offset, value)
