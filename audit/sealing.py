"""One cut: entries into shard files, then seal, index, accounts and offsets in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from coldchain.times import iso

from .accounts import by_boot
from .catalog import Catalog, Sealing
from .entries import Entry, Kind
from .seals import NOTHING_BEFORE, Gap, Seal, ShardSeal, SignedSeal, sign_seal
from .shards import Shard, hour_of, shard_name, write_shard
from .signing import PublicKey, Signer

#: Where the shards are in an archive's folder.
SHARDS = "shards"


@dataclass(frozen=True, slots=True)
class Batch:
    """What one seal is to cover: entries of any kinds and hours, the offsets after them, what
    Kafka had let go of, and the key that signs from then on, where it changes.
    """

    entries: Sequence[Entry]
    offsets: Mapping[tuple[str, int], int] = field(default_factory=dict)
    gaps: Sequence[Gap] = ()
    next_key: PublicKey | None = None


def seal(catalog: Catalog, folder: Path, signer: Signer, batch: Batch, now: int) -> SignedSeal:
    """Seal a batch in the archive of `folder`, at `now` (ms). Raises AuditError.

    A shard for each kind and hour of receipt. Until the catalogue's transaction nothing counts:
    files of a cut that went no further are replaced by the next. No seal is dated before the
    one before it, wherever the clock was set: what came after a moment is found by their dates.
    """
    last = catalog.last()
    number, previous = (1, NOTHING_BEFORE) if last is None else (last.seal.number + 1, last.digest)
    at = now if last is None else max(now, last.seal.moment)
    written = [
        write_shard(folder / SHARDS, shard_name(kind, hour, number), entries)
        for (kind, hour), entries in sorted(_grouped(batch.entries).items())
    ]
    signed = sign_seal(
        Seal(
            number=number,
            previous=previous,
            at=iso(at),
            key=signer.public.fingerprint,
            shards=[_sealed(shard, digest) for shard, digest in written],
            gaps=list(batch.gaps),
            next_key="" if batch.next_key is None else batch.next_key.raw.hex(),
        ),
        signer,
    )
    subjects = _subjects(batch.entries)
    shards = [(shard, subjects.get((shard.kind, shard.hour), set())) for shard, _ in written]
    accounts = {
        which: catalog.account(*which).plus(numbers)
        for which, numbers in by_boot(batch.entries).items()
    }
    catalog.record(Sealing(signed, shards, batch.offsets, accounts))
    return signed


def _grouped(entries: Iterable[Entry]) -> dict[tuple[Kind, int], list[Entry]]:
    found: dict[tuple[Kind, int], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.kind, hour_of(entry.received)), []).append(entry)
    return found


def at_device(device: str) -> str:
    """The index's name for scans made at a device."""
    return f"@{device}"


class _Placed(msgspec.Struct):
    """As much of a scan as says where it was made."""

    device: str = ""


_placed = msgspec.json.Decoder(_Placed)


def _subjects(entries: Iterable[Entry]) -> dict[tuple[Kind, int], set[str]]:
    """Who is to be found where. Frames are found by the hour; scans by their device too."""
    found: dict[tuple[Kind, int], set[str]] = {}
    for entry in entries:
        if entry.kind == "frames":
            continue
        own = found.setdefault((entry.kind, hour_of(entry.received)), set())
        own.add(entry.subject)
        if entry.kind == "custody":
            own.add(at_device(_device_of(entry.value)))
    return found


def _device_of(value: bytes) -> str:
    try:
        return _placed.decode(value).device
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _sealed(shard: Shard, digest: str) -> ShardSeal:
    return ShardSeal(
        name=shard.name,
        kind=shard.kind,
        hour=iso(shard.hour),
        size=shard.size,
        root=shard.root.hex(),
        file_sha256=digest,
    )
