"""Many parcels in one record: a shipment, or all that were in a van over a time.

As data, as pages, and as one bundle: a signed container of the parcels' own bundles, each of which
verifies by itself.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from coldchain.parcel_records import ReasonRecord
from coldchain.times import iso

from .bundle import KEYS, SOFTWARE, Member, listed, signed
from .dossier import Dossier
from .errors import AuditError
from .records import Archive, ParcelFile
from .signing import Signer
from .whereabouts import Whereabouts, whereabouts

SUMMARY = "consignment.json"
ENDING = ".bundle"
Verdict = Literal["accept", "review", "reject"]


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A parcel of it, as sealed. Temperatures °C; `way`: device/compartment, in order."""

    parcel: str
    profile: str
    verdict: Verdict
    reasons: list[ReasonRecord]
    way: list[str]
    min: float | None
    max: float | None
    mkt: float | None
    unknown_minutes: float
    delivered: str | None
    is_held: bool


class Consignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Many parcels' records in short. `missing`: parcels named of which nothing is sealed; `van`,
    `start` and `end`: whose parcels they are, where they are a van's over a time."""

    v: Literal[1] = 1
    name: str
    as_of: str
    van: str = ""
    start: str | None = None
    end: str | None = None
    items: list[Item]
    missing: list[str] = []

    def counts(self) -> dict[Verdict, int]:
        """How many parcels have each verdict."""
        found = Counter(one.verdict for one in self.items)
        return {verdict: found[verdict] for verdict in ("reject", "review", "accept")}

    @property
    def verdict(self) -> Verdict:
        """The gravest of its parcels'."""
        return next((verdict for verdict, count in self.counts().items() if count), "review")


class SetManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a consignment's bundle holds; each parcel's is a member of its own."""

    v: Literal[1] = 1
    kind: Literal["consignment"] = "consignment"
    name: str
    made: str
    software: str
    key: str
    parcels: list[str]
    members: list[Member]


@dataclass(frozen=True, slots=True)
class Consigned:
    """A consignment, and where each of its parcels is now."""

    said: Consignment
    now: dict[str, Whereabouts]


def item_of(one: Dossier) -> Item:
    """A parcel's record in short."""
    record = one.record
    places = [f"{stay.device}/{stay.compartment}" for stay in record.stretches]
    return Item(
        parcel=record.parcel,
        profile=record.profile,
        verdict=record.verdict,
        reasons=record.reasons,
        way=list(dict.fromkeys(places)),
        min=one.min,
        max=one.max,
        mkt=one.mkt,
        unknown_minutes=record.unknown_minutes,
        delivered=record.delivered,
        is_held=record.is_held,
    )


def consign(
    archive: Archive,
    name: str,
    parcels: Iterable[str],
    van: str = "",
    span: tuple[int, int] | None = None,
) -> Consigned:
    """Many parcels' records in one. Raises AuditError where nothing is sealed of any."""
    items: list[Item] = []
    missing: list[str] = []
    now: dict[str, Whereabouts] = {}
    for parcel in dict.fromkeys(parcels):
        try:
            items.append(item_of(archive.record(parcel).dossier))
            now[parcel] = whereabouts(archive, parcel)
        except AuditError:
            missing.append(parcel)
    if not items:
        raise AuditError(f"{name}: nothing is sealed of any of its {len(missing)} parcels")
    gravest = ("reject", "review", "accept")
    items.sort(key=lambda one: (gravest.index(one.verdict), one.parcel))
    start, end = (None, None) if span is None else map(iso, span)
    said = Consignment(
        name=name,
        as_of=iso(archive.sealed_at or 0),
        van=van,
        start=start,
        end=end,
        items=items,
        missing=missing,
    )
    return Consigned(said, now)


def encode_consignment(one: Consignment) -> bytes:
    """As `consignment.json` of its bundle."""
    return msgspec.json.format(msgspec.json.encode(one), indent=1)


def pack_consignment(
    said: Consignment,
    bundles: Sequence[tuple[str, bytes]],
    pages: dict[str, bytes],
    signer: Signer,
    now: int,
) -> bytes:
    """One signed file of the parcels' bundles (number, bytes) and the pages over them all."""
    members = {
        KEYS: signer.public.pem().encode(),
        SUMMARY: encode_consignment(said),
        **pages,
        **{f"{parcel}{ENDING}": content for parcel, content in bundles},
    }
    manifest = SetManifest(
        name=said.name,
        made=iso(now),
        software=SOFTWARE,
        key=signer.public.fingerprint,
        parcels=[parcel for parcel, _ in bundles],
        members=listed(members),
    )
    return signed(manifest, members, signer)


def files_of(archive: Archive, said: Consignment, prove: bool = False) -> Iterable[ParcelFile]:
    """Its parcels' records, one after another."""
    for one in said.items:
        yield archive.record(one.parcel, prove)
