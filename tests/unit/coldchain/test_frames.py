"""A frame is accepted or refused whole, with a reason that its sender can act on."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.frames import (
    MAX_FRAME_BYTES,
    Channel,
    Frame,
    FrameError,
    decode_frame,
    encode_frame,
)
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import from_iso

GOOD: dict[str, Any] = {
    "v": 1,
    "device": "van-0042",
    "boot": 17,
    "seq": 5120,
    "sent": 1795413720500,
    "channels": [
        {
            "name": "main.air",
            "start": 1795413600000,
            "step": 30000,
            "values": [3.2, 3.3, None, 3.4],
        },
        {"name": "main.door", "at": [1795413612000, 1795413655000], "values": [1, 0]},
    ],
    "battery": 0.93,
    "position": [36.0671, 120.3826],
}


def raw(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def channel(**changes: Any) -> bytes:
    return raw(channels=[{**GOOD["channels"][0], **changes}])


def test_a_frame_as_the_design_has_it_is_accepted() -> None:
    frame = decode_frame(raw())
    air, door = frame.channels
    assert (air.compartment, air.quantity, door.quantity) == ("main", "air", "door")
    assert air.times() == [1795413600000 + n * 30000 for n in range(4)]
    assert door.times() == [1795413612000, 1795413655000]
    assert frame.readings() == 5
    assert decode_frame(encode_frame(frame)) == frame


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"", "truncated"),
        (b"\xff\xfe", "malformed"),
        (b"[]", "Expected `object`"),
        (b"[" * 100_000, "(?i)recursion|depth|malformed|truncated|Expected"),
        (b" " * (MAX_FRAME_BYTES + 1), "at most"),
        (raw(v=2), "v"),
        (raw(device="van 42"), "device"),
        (raw(device=""), "device"),
        (raw(boot=-1), "boot"),
        (raw(sent=-1), "sent"),
        (raw(battery=1.2), "battery"),
        (raw(position=[91, 0]), "position"),
        (raw(colour="red"), "colour"),
        (raw().replace(b"3.2", b"NaN"), "malformed"),
        (raw().replace(b"3.2", b"1e999"), "(?i)out of range|malformed"),
        (channel(name="air"), "name"),
        (channel(name="main.weather"), "unknown quantity 'weather'"),
        (channel(step=0), "step"),
        (channel(at=[1, 2, 3, 4]), "not both"),
        (channel(start=None), "give start and step"),
        (channel(start=None, step=None), "give start and step"),
        (channel(start=None, step=None, at=[1]), "4 values at 1 times"),
        (channel(values=["3.2"]), "values"),
        (raw(channels=GOOD["channels"][:1] * 2), "named twice"),
    ],
)
def test_what_is_no_frame_is_refused_with_the_reason(bad: bytes, why: str) -> None:
    with pytest.raises(FrameError, match=why) as refused:
        decode_frame(bad)
    assert "\n" not in str(refused.value)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused_with_a_reason(noise: bytes) -> None:
    with pytest.raises(FrameError, match=r"\S"):
        decode_frame(noise)


@given(st.data())
def test_a_frame_damaged_anywhere_is_a_frame_or_a_frame_error(data: st.DataObject) -> None:
    good = raw()
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + data.draw(st.binary(max_size=4)) + good[at + 1 :]
    try:
        frame = decode_frame(bad)
    except FrameError:
        return
    assert decode_frame(encode_frame(frame)) == frame


def test_the_entry_in_force_is_that_of_the_readings_own_time() -> None:
    def entry(since: str, asset: str) -> Entry:
        return Entry(
            since=since,
            kind="van",
            asset=asset,
            compartments={"main": CompartmentEntry(profile="frozen")},
        )

    device = Registration(
        device="van-1",
        history=[entry("2026-01-01T00:00:00Z", "A"), entry("2026-02-01T00:00:00+08:00", "B")],
    )
    change = from_iso("2026-01-31T16:00:00Z")
    assert device.in_force(from_iso("2025-12-31T23:59:59Z")) is None
    before, after = device.in_force(change - 1), device.in_force(change)
    assert before is not None
    assert after is not None
    assert (before.asset, after.asset) == ("A", "B")


def test_a_channel_without_times_says_so() -> None:
    with pytest.raises(FrameError, match="neither at nor start"):
        Channel(name="main.air", values=[1.0]).times()


def test_an_empty_frame_is_a_frame() -> None:
    assert Frame(v=1, device="a", boot=0, seq=0, sent=0, channels=[]).readings() == 0
