"""One parcel's day as entries of an archive: a store, a van, and cold or warm on the way."""

from collections.abc import Callable

import msgspec
from archive_made import numbered

from audit.entries import Entry
from coldchain.custody import CustodyEvent, encode_event
from coldchain.frames import Channel, Frame, encode_frame
from coldchain.registry import CompartmentEntry, Registration
from coldchain.registry import Entry as Registered
from coldchain.times import HOUR_MS, MINUTE_MS, from_iso, iso
from runtime.profiles import profile_texts

START = from_iso("2026-11-23T08:00:00Z")
PARCEL = "106141415115000596"
FISH = "iced-seafood"


def scan(at: int, act: str, device: str, parcel: str = PARCEL) -> CustodyEvent:
    return CustodyEvent(
        id=f"{parcel[-3:]}-{act}-{device}-{at}",
        parcel=parcel,
        act=act,  # type: ignore[arg-type]
        at=iso(START + at * MINUTE_MS),
        device=device,
        profile=FISH if act == "loaded" else "",
        giver="keeper-1",
        receiver="driver-7",
    )


WAY = [
    scan(5, "loaded", "store-1"),
    scan(60, "unloaded", "store-1"),
    scan(62, "loaded", "van-1"),
    scan(150, "delivered", "van-1"),
]


def frames(device: str, celsius: Callable[[int], float], until: int = 200) -> list[Entry]:
    """A frame every 10 minutes, a sample a minute; received when it was sent."""
    records = []
    for seq, at in enumerate(range(-30, until, 10)):
        start = START + at * MINUTE_MS
        values = [round(celsius(at + i) + 0.01 * (i % 3), 2) for i in range(10)]
        channel = Channel(name="main.product", start=start, step=MINUTE_MS, values=[*values])
        sent = start + 10 * MINUTE_MS
        frame = Frame(v=1, device=device, boot=3, seq=seq, sent=sent, channels=[channel])
        records.append((device, sent, encode_frame(frame)))
    return numbered("frames", records)


def cold(at: int) -> float:
    return 2.0 + at % 7 / 20


def warm_on_the_way(at: int) -> float:
    return 9.0 if 80 <= at < 140 else cold(at)


def registration(device: str) -> tuple[str, int, bytes]:
    entry = Registered(
        since=iso(START - 48 * HOUR_MS),
        kind="van",
        asset=device,
        compartments={"main": CompartmentEntry(profile=FISH)},
    )
    one = Registration(device=device, history=[entry])
    return device, START - 24 * HOUR_MS, msgspec.json.encode(one)


def everything(celsius: Callable[[int], float] = cold) -> list[Entry]:
    custody = [
        (one.parcel, one.moment, encode_event(one))
        for one in [*WAY, scan(20, "loaded", "van-1", "another")]
    ]
    return [
        *numbered("profiles", [(FISH, START - 24 * HOUR_MS, profile_texts()[FISH].encode())]),
        *numbered("registry", [registration(d) for d in ("store-1", "van-1", "van-2")]),
        *numbered("custody", custody),
        *frames("store-1", cold),
        *frames("van-1", celsius),
        *frames("van-2", cold),
    ]
