"""Frames that are made beforehand are frames: their device, number and times put in."""

from hypothesis import given
from hypothesis import strategies as st

from bench.paced import EVERY_S, SHAPE, WARM_EVERY, Templates, devices_at
from coldchain.frames import decode_frame

TEMPLATES = Templates()


@given(st.integers(0, 9_999), st.integers(0, 1_000_000), st.integers(10**12, 4 * 10**12))
def test_a_frame_has_its_device_number_and_times(device: int, number: int, at: int) -> None:
    frame = decode_frame(TEMPLATES.frame(device, number, at))
    assert (frame.device, frame.seq, frame.sent) == (f"van-{device:05}", number, at)
    assert {one.start for one in frame.channels} == {at}
    assert len(frame.channels) == SHAPE.readings


def test_a_locker_goes_warm_in_one_channel_and_comes_back_once_in_twenty_frames() -> None:
    made = [decode_frame(TEMPLATES.frame(3, number, 10**12)) for number in range(WARM_EVERY * 2)]
    warm = [[v for one in frame.channels for v in one.values if v and v > 4] for frame in made]
    assert [len(one) for one in warm].count(2) == 4  # the air and the goods of one compartment
    assert all(len(one) in (0, 2) for one in warm)


def test_ten_thousand_lockers_are_the_ceiling() -> None:
    assert devices_at(33_000) * SHAPE.readings / EVERY_S == 33_000
