"""A bundle checked, offline: what it proves, what it does not, and what is wrong with it.

In this order, each step building on those before: every byte of the file; the manifest's
signature; every member's digest; the chain of seals; that each entry is in its sealed shard, and
that no other of its subject is; that every shard in scope was looked through; and the record,
made again from the raw frames.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.x509 import Certificate

from coldchain.journey import Journey

from .bundle import EVIDENCE, RECORD, SEALS, Line, stamp_name
from .checks import (
    Fault,
    accounts_of,
    check_line,
    check_members,
    check_record,
    dispositions_of,
    evidence_of,
    keys_of,
    lines_of,
    manifest_of,
    member,
)
from .container import ContainerError, unpack
from .dossier import Dossier, dossier
from .errors import AuditError
from .judging import Evidence, review
from .people import checked
from .reader import Scope, before
from .seals import SealError, SignedSeal, check_chain, decode_signed
from .signing import PublicKey
from .statements import Statement


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


def verify(
    packed: bytes,
    trusted: PublicKey | None = None,
    deposited: SignedSeal | None = None,
    roots: Sequence[Certificate] = (),
) -> Verified:
    """Check a bundle's bytes. `trusted`: the archive's public key as published; without it the
    bundle is checked against the key in it, and whose that is stays unproved. `deposited`: a seal
    as somebody else keeps it; `roots`: the certificates of time-stamping services. Without either
    the time of the seals is the archive's word.
    """
    found = Verified()
    try:
        _Checking(found, trusted, deposited, roots).all(packed)
    except Fault as fault:
        found.faults.append(fault.statement)
    return found


class _Checking:
    def __init__(
        self,
        found: Verified,
        trusted: PublicKey | None,
        deposited: SignedSeal | None,
        roots: Sequence[Certificate],
    ) -> None:
        self._found = found
        self._trusted = trusted
        self._deposited = deposited
        self._roots = roots
        self._is_timed = deposited is not None

    def all(self, packed: bytes) -> None:
        try:
            members = unpack(packed)
        except ContainerError as error:
            raise Fault("container", what=str(error)) from None
        keys = keys_of(members)
        manifest = manifest_of(members, keys[0])
        self._found.parcel = manifest.parcel
        check_members(manifest, members)
        self._prove("signature", key=keys[0].fingerprint, made=manifest.made)
        scope = Scope(manifest.first, manifest.last, manifest.devices)
        chain, seals = self._seals(member(members, SEALS), scope, keys)
        self._check_trust(chain, keys[0])
        self._check_deposit(chain)
        self._check_stamps(members, chain)
        lines = list(lines_of(member(members, EVIDENCE)))
        for line in lines:
            check_line(line, seals)
        self._prove("inclusion", entries=sum(len(one.entries) for one in lines), shards=len(lines))
        evidence = evidence_of(manifest.parcel, lines)
        try:
            reviewed = review(evidence)
        except AuditError as error:
            raise Fault("not-judged", what=str(error)) from None
        self._check_complete(evidence, scope, chain, lines)
        self._check_early(reviewed.journey, scope, chain)
        self._prove(
            "complete",
            devices=", ".join(sorted(scope.devices)) or "-",
            first=chain[0].seal.at,
            last=chain[-1].seal.at,
        )
        made = self._found.dossier = dossier(evidence, reviewed, chain[-1].seal.moment)
        check_record(made, member(members, RECORD), manifest.software)
        self._prove("record", verdict=made.record.verdict)
        self._check_dispositions(evidence, keys)
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
            is_whole = 0 < scope.first <= scope.last and scope.last - low < len(every)
            if not is_whole or [one.seal.number for one in chain] != [*range(low, scope.last + 1)]:
                raise SealError(f"seals {low} to {scope.last} are not all there, in order")
            check_chain(chain, keys)
            for one in every:
                if one not in chain:
                    check_chain([one], keys)
        except SealError as error:
            raise Fault("seal", what=str(error)) from None
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
            raise Fault("other-key", key=signer.fingerprint, given=self._trusted.fingerprint)
        self._prove("trusted", key=self._trusted.fingerprint)

    def _check_deposit(self, chain: Sequence[SignedSeal]) -> None:
        """The seal deposited has to be the chain's own: what is under it was there by then."""
        if self._deposited is None:
            return
        number = self._deposited.seal.number
        own = next((one for one in chain if one.seal.number == number), None)
        if own is None:
            raise Fault("deposit-apart", seal=number)
        if own.digest != self._deposited.digest:
            raise Fault("deposit-differs", seal=number)
        self._prove("deposit", seal=number, at=own.seal.at)

    def _check_stamps(self, members: Mapping[str, bytes], chain: Sequence[SignedSeal]) -> None:
        """What time-stamping services say of seals of the chain."""
        for one in chain:
            number = one.seal.number
            answer = members.get(stamp_name(number))
            if answer is None:
                continue
            if not self._roots:
                self._leave("stamp-roots", seal=number)
                continue
            from .timestamps import check_stamp

            try:
                said = check_stamp(answer, one, self._roots)
            except AuditError as error:
                self._leave("stamp-not", seal=number, what=str(error))
                continue
            self._is_timed = True
            self._prove("stamped", seal=number, at=said.at)

    def _check_complete(
        self,
        evidence: Evidence,
        scope: Scope,
        chain: Sequence[SignedSeal],
        lines: Iterable[Line],
    ) -> None:
        """Every shard in scope looked through."""
        looked = {(one.kind, one.subject, one.seal, one.shard) for one in lines}
        for kind, device, first in scope.needed():
            subject = evidence.parcel if device is None else device
            for one in chain:
                if one.seal.number < first:
                    continue
                for shard in one.seal.shards:
                    place = (kind, subject, one.seal.number, shard.name)
                    if shard.kind == kind and place not in looked:
                        raise Fault("left-out", kind=kind, subject=subject, shard=shard.name)
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
                raise Fault("no-frames", device=leg.device)
            if first > 1 and at.get(first - 1, leg.start) >= leg.start - early:
                raise Fault("too-late", device=leg.device, seal=first)

    def _check_dispositions(self, evidence: Evidence, keys: Sequence[PublicKey]) -> None:
        """That what was decided was signed as it is, by the keys that are here."""
        known = {key.fingerprint: key for key in keys}
        for row in dispositions_of(evidence):
            said = checked(row, known)
            if said == "false":
                raise Fault("disposition-false", by=row.by, at=row.at)
            if said == "unknown":
                self._leave("disposition-key", by=row.by, key=row.key or "-")
                continue
            code = "disposition-own" if said == "own" else "disposition"
            self._prove(code, by=row.by, role=row.role, decision=row.decision, key=row.key)
            if said == "archive":
                self._leave("disposition-whose", by=row.by)

    def _say_what_is_not(
        self, evidence: Evidence, scope: Scope, chain: Sequence[SignedSeal]
    ) -> None:
        for device, boot, account in accounts_of(evidence):
            gaps = ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in account.gaps())
            self._leave("missing-frames", device=device, boot=boot, frames=gaps)
        self._leave("pages")
        self._leave("origin")
        if not self._is_timed:
            self._leave("time")
        if scope.first > 1:
            self._leave("earlier", first=chain[0].seal.at)
        self._leave("later", last=chain[-1].seal.at)
