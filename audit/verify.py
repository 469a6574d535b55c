"""A bundle checked, offline: what it proves, what it does not, and what is wrong with it.

In this order, each step building on those before: every byte of the file; the manifest's
signature; every member's digest; the chain of seals; that each entry is in its sealed shard, and
that no other of its subject is; that every shard in scope was looked through; and the record,
made again from the raw frames.
"""

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise

import msgspec

from coldchain.journey import Journey

from .accounts import Account, by_boot
from .bundle import EVIDENCE, KEYS, MANIFEST, RECORD, SEALS, SIGNATURE, Line, Manifest, entries_of
from .container import ContainerError, unpack
from .dossier import Dossier, dossier, encode_dossier
from .entries import Entry, Kind, encode_leaf, order_of, subject_hash
from .errors import AuditError
from .judging import Evidence, review
from .merkle import ProofError, leaf_hash, root_of_range
from .reader import Scope, before
from .seals import SealError, ShardSeal, SignedSeal, check_chain, decode_signed
from .signing import PublicKey, public_from_pem
from .statements import Statement

#: A bundle's evidence unpacked is no larger.
MOST_BYTES = 2_000_000_000


@dataclass(slots=True)
class Verified:
    """What came of it. It holds where there is no fault; `dossier` is the record made again."""

    proved: list[Statement] = field(default_factory=list)
    not_proved: list[Statement] = field(default_factory=list)
    faults: list[Statement] = field(default_factory=list)
    parcel: str = ""
    dossier: Dossier | None = None

    @property
    def holds(self) -> bool:
        return not self.faults


class _Fault(Exception):  # noqa: N818 - it ends the checking, it is not an error of ours
    def __init__(self, code: str, **values: object) -> None:
        self.statement = Statement(code, values)
        super().__init__(code)


def verify(packed: bytes, trusted: PublicKey | None = None) -> Verified:
    """Check a bundle's bytes. `trusted`: the archive's public key as published; without it the
    bundle is checked against the key in it, and whose that is stays unproved.
    """
    found = Verified()
    try:
        _Checking(found, trusted).all(packed)
    except _Fault as fault:
        found.faults.append(fault.statement)
    return found


class _Checking:
    def __init__(self, found: Verified, trusted: PublicKey | None) -> None:
        self._found = found
        self._trusted = trusted

    def all(self, packed: bytes) -> None:
        try:
            members = unpack(packed)
        except ContainerError as error:
            raise _Fault("container", what=str(error)) from None
        keys = _keys(members)
        manifest = _manifest(members, keys[0])
        self._found.parcel = manifest.parcel
        _check_members(manifest, members)
        self._prove("signature", key=keys[0].fingerprint, made=manifest.made)
        scope = Scope(manifest.first, manifest.last, manifest.devices)
        chain, seals = self._seals(members[SEALS], scope, keys)
        self._check_trust(chain, keys[0])
        lines = list(_lines(members[EVIDENCE]))
        for line in lines:
            _check_line(line, seals)
        self._prove("inclusion", entries=sum(len(one.entries) for one in lines), shards=len(lines))
        evidence = _evidence(manifest.parcel, lines)
        try:
            reviewed = review(evidence)
        except AuditError as error:
            raise _Fault("not-judged", what=str(error)) from None
        self._check_complete(evidence, scope, chain, lines)
        self._check_early(reviewed.journey, scope, chain)
        self._prove(
            "complete",
            devices=", ".join(sorted(scope.devices)) or "-",
            first=chain[0].seal.at,
            last=chain[-1].seal.at,
        )
        made = self._found.dossier = dossier(evidence, reviewed, chain[-1].seal.moment)
        _check_record(made, members[RECORD])
        self._prove("record", verdict=made.record.verdict)
        self._say_what_is_not(evidence, scope, chain)

    def _prove(self, code: str, **values: object) -> None:
        self._found.proved.append(Statement(code, values))

    def _leave(self, code: str, **values: object) -> None:
        self._found.not_proved.append(Statement(code, values))

    def _seals(
        self, content: bytes, scope: Scope, keys: Sequence[PublicKey]
    ) -> tuple[list[SignedSeal], dict[int, SignedSeal]]:
        """The chain in scope, and every seal by its number, all checked."""
        try:
            every = [decode_signed(line) for line in content.splitlines()]
            low = max(1, scope.first - 1)
            chain = [one for one in every if low <= one.seal.number <= scope.last]
            if [one.seal.number for one in chain] != list(range(low, scope.last + 1)):
                raise SealError(f"seals {low} to {scope.last} are not all there, in order")
            check_chain(chain, keys)
            for one in every:
                if one not in chain:
                    check_chain([one], keys)
        except SealError as error:
            raise _Fault("seal", what=str(error)) from None
        within = [one for one in chain if one.seal.number >= scope.first]
        self._prove("chain", count=len(within), first=within[0].seal.at, last=within[-1].seal.at)
        return chain, {one.seal.number: one for one in every}

    def _check_trust(self, chain: Sequence[SignedSeal], signer: PublicKey) -> None:
        """The key given has to be the signer, or have handed over to it."""
        if self._trusted is None:
            self._leave("whose-key", key=signer.fingerprint)
            return
        reached = {self._trusted.fingerprint}
        for one in chain:
            if one.seal.next_key and one.seal.key in reached:
                reached.add(PublicKey(bytes.fromhex(one.seal.next_key)).fingerprint)
        if signer.fingerprint not in reached:
            raise _Fault("other-key", key=signer.fingerprint, given=self._trusted.fingerprint)
        self._prove("trusted", key=self._trusted.fingerprint)

    def _check_complete(
        self,
        evidence: Evidence,
        scope: Scope,
        chain: Sequence[SignedSeal],
        lines: Iterable[Line],
    ) -> None:
        """Every shard in scope looked through."""
        looked = {(one.kind, one.subject, one.shard) for one in lines}
        for kind, device, first in scope.needed():
            subject = evidence.parcel if device is None else device
            for one in chain:
                if one.seal.number < first:
                    continue
                for shard in one.seal.shards:
                    if shard.kind == kind and (kind, subject, shard.name) not in looked:
                        raise _Fault("left-out", kind=kind, subject=subject, shard=shard.name)
        for gap in (gap for one in chain for gap in one.seal.gaps):
            self._leave(
                "gap", topic=gap.topic, partition=gap.partition, first=gap.first, last=gap.next - 1
            )

    def _check_early(self, journey: Journey, scope: Scope, chain: Sequence[SignedSeal]) -> None:
        """Frames looked through from before the parcel came to each device."""
        at = {one.seal.number: one.seal.moment for one in chain}
        early = before(journey.profile)
        for leg in journey.way.legs:
            first = scope.devices.get(leg.device)
            if first is None:
                raise _Fault("no-frames", device=leg.device)
            if first > 1 and at.get(first - 1, leg.start) >= leg.start - early:
                raise _Fault("too-late", device=leg.device, seal=first)

    def _say_what_is_not(
        self, evidence: Evidence, scope: Scope, chain: Sequence[SignedSeal]
    ) -> None:
        for device, boot, account in _accounts(evidence):
            gaps = ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in account.gaps())
            self._leave("missing-frames", device=device, boot=boot, frames=gaps)
        self._leave("pages")
        self._leave("origin")
        self._leave("time")
        if scope.first > 1:
            self._leave("earlier", first=chain[0].seal.at)
        self._leave("later", last=chain[-1].seal.at)


def _keys(members: Mapping[str, bytes]) -> list[PublicKey]:
    text = _member(members, KEYS).decode(errors="replace")
    blocks = re.findall(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----\n", text, re.S)
    try:
        keys = [public_from_pem(block, KEYS) for block in blocks]
    except AuditError as error:
        raise _Fault("container", what=str(error)) from None
    if not keys:
        raise _Fault("container", what=f"{KEYS}: no public key")
    return keys


def _manifest(members: Mapping[str, bytes], key: PublicKey) -> Manifest:
    head = _member(members, MANIFEST)
    try:
        signature = bytes.fromhex(_member(members, SIGNATURE).decode("ascii"))
    except ValueError:
        raise _Fault("changed", member=SIGNATURE) from None
    if signature.hex().encode() != members[SIGNATURE] or not key.checks(signature, head):
        raise _Fault("manifest")
    try:
        return msgspec.json.decode(head, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _Fault("changed", member=MANIFEST) from None


def _check_members(manifest: Manifest, members: Mapping[str, bytes]) -> None:
    named = {one.name: one for one in manifest.members}
    there = [name for name in members if name not in (MANIFEST, SIGNATURE)]
    for name in there:
        one = named.get(name)
        if one is None:
            raise _Fault("stranger", member=name)
        if one.sha256 != sha256(members[name]).hexdigest() or one.size != len(members[name]):
            raise _Fault("changed", member=name)
    for name in named:
        _member(members, name)
    if list(named) != there:
        raise _Fault("container", what="members are not in the manifest's order")


def _member(members: Mapping[str, bytes], name: str) -> bytes:
    if name not in members:
        raise _Fault("gone", member=name)
    return members[name]


def _lines(content: bytes) -> Iterator[Line]:
    try:
        unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        text = unzip.decompress(content, MOST_BYTES)
        decoder = msgspec.json.Decoder(Line)
        yield from (decoder.decode(line) for line in text.splitlines())
    except (zlib.error, gzip.BadGzipFile, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _Fault("evidence", what=str(error)) from None


def _check_line(line: Line, seals: Mapping[int, SignedSeal]) -> None:
    """That a line's entries are in the shard as sealed, and no others of its subject."""
    where = {"shard": line.shard, "subject": line.subject}
    signed = seals.get(line.seal)
    shards: list[ShardSeal] = [] if signed is None else signed.seal.shards
    shard = next((one for one in shards if one.name == line.shard), None)
    if shard is None or shard.kind != line.kind:
        raise _Fault("unsealed", **where)
    try:
        own = [entry.leaf for entry in entries_of(line)]
        leaves = [one for one in (line.before, *own, line.after) if one is not None]
        hashes = [leaf_hash(encode_leaf(leaf)) for leaf in leaves]
        proof = [bytes.fromhex(one) for one in line.proof]
        root = root_of_range(shard.size, line.first, hashes, proof)
    except (ProofError, ValueError) as error:
        raise _Fault("proof", what=str(error), **where) from None
    if root.hex() != shard.root:
        raise _Fault("proof", what="its root is another", **where)
    subject = subject_hash(line.subject)
    starts = line.first == 0 if line.before is None else line.before[1] < subject
    stop = line.first + len(leaves)
    ends = stop == shard.size if line.after is None else line.after[1] > subject
    ordered = all(order_of(a) <= order_of(b) for a, b in pairwise(leaves)) and all(
        leaf[0] == line.kind for leaf in leaves
    )
    if not (starts and ends and ordered):
        raise _Fault("neighbours", **where)


def _evidence(parcel: str, lines: Iterable[Line]) -> Evidence:
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
        by_kind.get("inspections", {}).get(parcel, []),
    )


def _check_record(made: Dossier, content: bytes) -> None:
    if encode_dossier(made) != content:
        said = re.search(rb'"verdict": "(\w+)"', content)
        raise _Fault(
            "record-differs",
            verdict=made.record.verdict,
            said=said[1].decode() if said else "?",
        )


def _accounts(evidence: Evidence) -> Iterator[tuple[str, int, Account]]:
    """Devices' boots of which frames are missing between the first and the last in the bundle."""
    for device, entries in sorted(evidence.frames.items()):
        for (_, boot), numbers in sorted(by_boot(entries).items()):
            first = min(numbers)
            account = Account().plus(n - first for n in numbers)
            if account.missing:
                moved = tuple((a + first, b + first) for a, b in account.ranges)
                yield device, boot, Account(moved)
