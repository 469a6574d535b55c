"""The inspector's desk over an archive of one parcel's day: two parcels, a store and a van."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from archive_made import KEY, numbered, seal_hourly
from console_site import Line, Site, site
from parcel_day import FISH, PARCEL, START, everything, scan, warm_on_the_way

from audit.ledger import Outgoing, open_ledger
from audit.signing import Signer
from coldchain.custody import encode_event
from coldchain.parcel_records import AboardRecord, BerthRecord
from coldchain.times import MINUTE_MS, iso
from console.inspector.settings import InspectorSettings

#: Still in the van when the inspector comes.
ABOARD = [f"1061414151150006{number}" for number in (18, 25, 32, 49, 56, 63, 70, 87)]
#: When the inspector is there, ms.
NOW = START + 130 * MINUTE_MS
PERSON = Signer.fresh()


@dataclass
class Desk:
    """`site` serves the pages; `folder` has the archive; `is_away`: the stream says nothing."""

    site: Site
    folder: Path
    told: list[Outgoing] = field(default_factory=list)
    is_away: bool = False


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """The desk at NOW, its archive sealed, a van with eight parcels aboard and warm."""
    archive = folder / "archive"
    records = [
        (one, START + 70 * MINUTE_MS, encode_event(scan(70, "loaded", "van-1", one)))
        for one in ABOARD
    ]
    loaded = [
        type(entry)(entry.kind, entry.subject, entry.received, 1, entry.offset, entry.value)
        for entry in numbered("custody", records)
    ]
    seal_hourly(archive, [*everything(warm_on_the_way), *loaded])
    (archive / "keys").mkdir(exist_ok=True)
    (archive / "keys" / f"{KEY.public.fingerprint}.pem").write_text(KEY.public.pem())
    made: list[Desk] = []

    def aboard(device: str) -> Sequence[AboardRecord]:
        if made[0].is_away:
            raise OSError("away")
        return [
            AboardRecord(
                device=device,
                parcel=one,
                profile=FISH,
                berths=[
                    BerthRecord(compartment="main", start=iso(START + 70 * MINUTE_MS), end=None)
                ],
            )
            for one in (ABOARD if device == "van-1" else [])
        ]

    def tell() -> None:
        with open_ledger(archive) as ledger:
            waiting = ledger.unsent()
            made[0].told += waiting
            ledger.sent([one.id for one in waiting])

    inspector = InspectorSettings(archive, lambda _: PERSON, lambda: KEY, tell, aboard)
    with site(folder, inspector) as pages:
        pages.world.now = NOW
        pages.world.enrol("van-1")
        times = [NOW - minute * MINUTE_MS for minute in range(59, -1, -1)]
        pages.readings = {
            "product": Line(times, [warm_on_the_way((at - START) // MINUTE_MS) for at in times]),
            "door": Line([times[10], times[14], times[55]], [1.0, 0.0, 1.0]),
        }
        made.append(Desk(pages, archive))
        yield made[0]


__all__ = ["ABOARD", "KEY", "NOW", "PARCEL", "PERSON", "Desk", "desk"]
