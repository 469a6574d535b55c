"""A logger's file as frames: all of it, the same bytes every time, well-formed."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coldchain.celsius import to_micro
from coldchain.frames import MAX_FRAME_BYTES, decode_frame, encode_frame
from ingest.framing import TIMES_PER_FRAME, channel_names, frames_of
from ingest.loggers import LoggerChannel, LoggerFile

START = 1_455_113_416_000

readings = st.lists(
    st.tuples(
        st.integers(0, 2_000).map(lambda s: START + s * 1000),
        st.integers(-5, 5).map(lambda v: v * 1_234_567),
        st.booleans(),
    ),
    max_size=700,
)


def file_of(*columns: list[tuple[int, int, bool]]) -> LoggerFile:
    times = np.array([at for at, _, _ in columns[0]], dtype=np.int64)
    channels = [
        LoggerChannel(
            f"probe {number}",
            np.array([value for _, value, _ in column], dtype=np.int32),
            np.array([valid for _, _, valid in column], dtype=bool),
            [],
        )
        for number, column in enumerate(columns)
    ]
    return LoggerFile("columns", times, channels, [])


@given(readings)
def test_frames_hold_each_reading_once_to_the_microdegree(
    some: list[tuple[int, int, bool]],
) -> None:
    frames = [decode_frame(encode_frame(frame)) for frame in frames_of(file_of(some), "tag-7")]
    sent = [
        (at, to_micro(value))
        for frame in frames
        for channel in frame.channels
        for at, value in zip(channel.times(), channel.values, strict=True)
        if value is not None
    ]
    assert sent == sorted({(at, value) for at, value, valid in some if valid})
    assert [frame.seq for frame in frames] == list(range(len(frames)))
    assert all(frame.sent == max(frame.channels[0].times()) for frame in frames)


@given(readings, st.randoms())
def test_the_order_of_lines_changes_no_byte(
    some: list[tuple[int, int, bool]], chance: Random
) -> None:
    mixed = some.copy()
    chance.shuffle(mixed)
    assert list(map(encode_frame, frames_of(file_of(some), "tag-7"))) == list(
        map(encode_frame, frames_of(file_of(mixed), "tag-7"))
    )


def test_a_longer_export_of_the_same_trip_begins_with_the_same_frames() -> None:
    trip = [(START + i * 60_000, i * 1000, True) for i in range(TIMES_PER_FRAME * 3)]
    short = list(frames_of(file_of(trip[: TIMES_PER_FRAME * 2]), "tag-7"))
    assert short == list(frames_of(file_of(trip), "tag-7"))[:2]
    assert {frame.boot for frame in short} == {START // 1000}


def test_several_channels_are_told_apart_by_position() -> None:
    one = [(START, 1_000_000, True)]
    (frame,) = frames_of(file_of(one, one), "tag-7", "left", "air", shift=1000)
    assert [channel.name for channel in frame.channels] == ["left.air.probe-0", "left.air.probe-1"]
    assert frame.channels[0].at == [START + 1000]
    assert decode_frame(encode_frame(frame)) == frame


def test_names_that_say_nothing_become_numbers_and_stay_apart() -> None:
    nothing = np.zeros(0, dtype=np.int32)
    channels = [LoggerChannel(name, nothing, None, []) for name in ("温度", "T (a)", "T [a]")]
    assert channel_names(channels, "main", "product") == [
        "main.product.1",
        "main.product.t-a",
        "main.product.t-a-3",
    ]


def test_without_readings_there_are_no_frames(tmp_path: Path) -> None:
    assert list(frames_of(file_of([]), "tag-7")) == []
    assert list(frames_of(file_of([(START, 0, False)]), "tag-7")) == []


def wide(columns: int, times: int) -> LoggerFile:
    value = np.full(times, -98_765_432, dtype=np.int32)
    valid = np.ones(times, dtype=bool)
    channels = [LoggerChannel(f"probe {n:05}", value, valid, []) for n in range(columns)]
    return LoggerFile("columns", START + 60_000 * np.arange(times, dtype=np.int64), channels, [])


def test_a_very_wide_file_makes_frames_that_are_taken() -> None:
    frames = list(frames_of(wide(1_500, TIMES_PER_FRAME + 1), "tag-7"))
    made = [encode_frame(frame) for frame in frames]
    assert max(map(len, made)) <= MAX_FRAME_BYTES
    taken = [decode_frame(raw) for raw in made]
    assert sum(frame.readings() for frame in taken) == 1_500 * (TIMES_PER_FRAME + 1)
    assert [frame.seq for frame in taken] == list(range(len(taken)))
    assert len(made) < 20, "no more of them than it takes"


@given(st.lists(st.text(alphabet="aB1- é", max_size=150), min_size=2, max_size=6))
def test_whatever_columns_are_called_their_channels_are_taken(titles: list[str]) -> None:
    some = wide(len(titles), 1)
    named = [replace(one, name=title) for one, title in zip(some.channels, titles, strict=True)]
    file = replace(some, channels=named)
    (frame,) = frames_of(file, "d" * 64, compartment="c" * 64)
    assert len(decode_frame(encode_frame(frame)).channels) == len(titles)
