"""Faults of one device's link together: in the order of a frame's way, not in the file's."""

from itertools import permutations

import pytest

from coldchain.frames import FrameError, decode_frame
from coldchain.times import MINUTE_MS, from_iso
from runtime.profiles import load_profiles
from sensor_emulator import Ledger, Recorder, parse_scenario, run
from sensor_emulator.faults import FAULTS, LinkFault

PROFILES = load_profiles()
CITY = """
start = 2026-08-05T06:00:00+08:00
duration_minutes = 60
title = { en = "A test" }
[fleet.van]
count = 1
profiles = { iced-seafood = 1 }
"""
#: Spans that overlap, so that each meets frames of the other; shares of all and of some.
SPANS = {
    "out-of-coverage": (5, 35, None),
    "backfilled-later": (15, 20, 60.0),
    "gateway-dead": (10, 20, None),
    "frames-reordered": (0, 60, 0.5),
    "frames-corrupted": (0, 60, 0.5),
    "frames-duplicated": (0, 60, 1.0),
}
PAIRS = list(permutations(SPANS, 2))
Arrived = tuple[dict[tuple[int, int], int], int, int]


def fault(kind: str, at: float, minutes: float, amount: float | None = None) -> str:
    text = f'[[faults]]\nkind = "{kind}"\ndevice = "van-0001"\n'
    text += f"at_minutes = {at}\nfor_minutes = {minutes}\n"
    return text if amount is None else text + f"amount = {amount}\n"


def sent(*faults: str) -> tuple[Recorder, Ledger]:
    recorder = Recorder()
    scenario = parse_scenario(CITY + "".join(faults), "test.toml", PROFILES)
    return recorder, run(scenario, recorder, profiles=PROFILES, speed="max")


def arrived(recorder: Recorder) -> Arrived:
    """What a store ends up holding: readings by frame; frames seen again; unreadable ones."""
    held: dict[tuple[int, int], int] = {}
    again = spoilt = 0
    for _, payload, _ in recorder.sent:
        try:
            frame = decode_frame(payload)
        except FrameError:
            spoilt += 1
            continue
        again += (frame.boot, frame.seq) in held
        held[frame.boot, frame.seq] = frame.readings()
    return held, again, spoilt


START = from_iso("2026-08-05T06:00:00+08:00")
SOUND, _ = sent()
ALL = arrived(SOUND)[0]


def test_the_pairs_are_those_of_all_faults_of_links() -> None:
    links = {kind for kind, fault in FAULTS.items() if issubclass(fault, LinkFault)}
    assert links == set(SPANS)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_ledger_says_of_any_two_faults_what_arrived(one: str, other: str) -> None:
    recorder, ledger = sent(fault(one, *SPANS[one]), fault(other, *SPANS[other]))
    held, again, spoilt = arrived(recorder)
    assert ledger.made == len(ALL), "frames made are made, whatever becomes of them"
    assert ledger.readings == sum(held.values())
    assert ledger.frames == len(held)
    assert ledger.duplicated == again
    assert ledger.corrupted == spoilt
    assert ledger.dropped == len(ALL) - len(held) - spoilt


@pytest.mark.parametrize(("one", "other"), [pair for pair in PAIRS if pair[0] < pair[1]])
def test_the_order_of_two_faults_in_the_file_does_not_matter(one: str, other: str) -> None:
    first, second = (fault(kind, *SPANS[kind]) for kind in (one, other))
    assert sent(first, second)[0].sent == sent(second, first)[0].sent


@pytest.mark.parametrize("other", SPANS)
def test_a_dead_gateway_sends_nothing_whatever_else_befalls_its_link(other: str) -> None:
    start, minutes, amount = SPANS[other]
    span = (12.0, 8.0) if other == "gateway-dead" else (start, minutes)
    recorder, ledger = sent(fault("gateway-dead", 10, 20), fault(other, span[0], span[1], amount))
    alone, dead = sent(fault("gateway-dead", 10, 20))
    lost = set(ALL) - set(arrived(alone)[0])
    assert len(lost) == dead.dropped > 15
    assert not lost & set(arrived(recorder)[0])
    assert ledger.dropped >= dead.dropped


def test_what_a_gateway_had_stored_when_it_died_is_lost() -> None:
    recorder, ledger = sent(fault("out-of-coverage", 5, 35), fault("gateway-dead", 10, 20))
    held, _, _ = arrived(recorder)
    lost = [at for _, payload, at in SOUND.sent if _key(payload) not in held]
    assert len(lost) == ledger.dropped
    assert lost == [at for _, _, at in SOUND.sent if 5 <= minute(at) < 30]


def test_two_holes_in_the_coverage_are_one_where_they_overlap() -> None:
    first, second = fault("out-of-coverage", 10, 10), fault("out-of-coverage", 15, 25)
    for order in ((first, second), (second, first)):
        recorder, _ = sent(*order)
        assert arrived(recorder)[0] == ALL
        assert not [at for _, _, at in recorder.sent if 10 <= minute(at) < 40]


def minute(at: int) -> float:
    return (at - START) / MINUTE_MS


def _key(payload: bytes) -> tuple[int, int]:
    frame = decode_frame(payload)
    return frame.boot, frame.seq
