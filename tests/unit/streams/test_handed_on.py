"""A worker to which nothing comes, though records wait, ends; one that has to wait does not."""

from collections.abc import Callable

import pytest

from streams.handed_on import LOOK_COUNTS, NOTHING_WITHIN, HandedOn, NothingComesError

Look = Callable[..., None]


@pytest.fixture
def look() -> Look:
    """Looks, a second after the last time unless told otherwise."""
    now = [0.0]
    one = HandedOn(lambda: now[0])

    def at(read: int, end: int, *, after: float = 1.0, is_busy: bool = False) -> None:
        now[0] += after
        one.look({0: read}, {0: end}, is_busy=is_busy)

    return at


def test_records_that_wait_while_none_comes_end_the_worker(look: Look) -> None:
    for _ in range(round(NOTHING_WITHIN)):
        look(0, 250)
    with pytest.raises(NothingComesError, match="250 frames wait"):
        look(0, 250)


def test_whoever_reads_on_however_slowly_goes_on(look: Look) -> None:
    for read in range(10 * round(NOTHING_WITHIN)):
        look(read // 30, 1_000)


def test_nothing_to_read_is_no_standstill(look: Look) -> None:
    for _ in range(10 * round(NOTHING_WITHIN)):
        look(250, 250)
    look(250, 251)


def test_what_is_under_way_is_waited_for(look: Look) -> None:
    for _ in range(10 * round(NOTHING_WITHIN)):
        look(0, 250, is_busy=True)
    look(0, 250)


def test_time_in_which_the_process_was_frozen_does_not_count(look: Look) -> None:
    look(0, 250)
    for _ in range(round(NOTHING_WITHIN / LOOK_COUNTS) - 1):
        look(0, 250, after=3600.0)
