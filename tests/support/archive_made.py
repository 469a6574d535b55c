"""An archive made without Kafka: from a folder of frames and scans, or from records given."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from audit.catalog import open_to_write
from audit.entries import Entry, Kind
from audit.sealing import Batch, seal
from audit.shards import hour_of
from audit.signing import Signer
from coldchain.custody import decode_event
from coldchain.frames import decode_frame
from coldchain.registry_toml import loads
from coldchain.times import HOUR_MS, from_iso
from runtime.profiles import profile_texts

#: The tests' key: always the same, so that bundles are.
KEY = Signer.fresh()
#: From sending to receipt, ms.
ON_THE_WAY = 1_500


def seal_hourly(
    folder: Path, entries: Iterable[Entry], signer: Signer = KEY, until: int | None = None
) -> None:
    """Seal entries as an archiver would that took each as it came: each hour just after it."""
    ordered = sorted(entries, key=lambda entry: (entry.received, entry.kind, entry.offset))
    with open_to_write(folder) as catalog:
        for hour, own in groupby(ordered, key=lambda entry: hour_of(entry.received)):
            at = hour + HOUR_MS + 1_000
            seal(catalog, folder, signer, Batch(list(own)), at if until is None else min(at, until))


def numbered(kind: Kind, records: Iterable[tuple[str, int, bytes]]) -> list[Entry]:
    """Entries of (subject, received, value), on one partition."""
    return [
        Entry(kind, subject, received, 0, offset, value)
        for offset, (subject, received, value) in enumerate(records)
    ]


def entries_of_folder(folder: Path, profiles: Sequence[str] = ()) -> list[Entry]:
    """What `coldchain emulate --to DIR` wrote, as it would have come in; profiles first."""
    frames: list[tuple[str, int, bytes]] = []
    for line in (folder / "frames.jsonl").read_bytes().splitlines():
        frame = decode_frame(line)
        frames.append((frame.device, frame.sent + ON_THE_WAY, line))
    custody = []
    for line in (folder / "custody.jsonl").read_bytes().splitlines():
        event = decode_event(line)
        custody.append((event.parcel, event.moment + ON_THE_WAY, line))
    registrations = loads((folder / "registry.toml").read_text(), "registry.toml")
    registry = [
        (one.device, from_iso(one.history[0].since), msgspec.json.encode(one))
        for one in registrations
    ]
    first = min(received for _, received, _ in registry)
    texts = profile_texts()
    named = [(name, first, texts[name].encode()) for name in sorted(profiles or texts)]
    return [
        *numbered("profiles", named),
        *numbered("registry", registry),
        *numbered("frames", frames),
        *numbered("custody", custody),
    ]
