"""The table of an alert's life, and its promises as properties of the table alone."""

import itertools
from typing import get_args

import pytest

from alerts.lifecycle import OPEN, TABLE, UNANSWERED, Effect, Event, Status, step

STATUSES: tuple[Status, ...] = get_args(Status)
EVENTS: tuple[Event, ...] = get_args(Event)


def test_every_row_uses_only_the_words_of_the_table() -> None:
    for (before, event), (after, effect) in TABLE.items():
        assert before in STATUSES
        assert event in EVENTS
        assert after in STATUSES
        assert effect in get_args(Effect)


@pytest.mark.parametrize("status", list(STATUSES))
def test_a_new_severity_tells_in_every_status(status: Status) -> None:
    found = step(status, "worse")
    assert found is not None
    assert found[1] == "tell"
    assert found[0] in UNANSWERED


@pytest.mark.parametrize("status", sorted(OPEN))
def test_the_end_of_an_excursion_ends_every_open_alert(status: Status) -> None:
    for event in ("over", "undone"):
        found = step(status, event)
        assert found is not None
        assert found[0] not in OPEN


def test_an_alert_becomes_open_only_by_a_word_or_after_one() -> None:
    for (before, event), (after, effect) in TABLE.items():
        if before == "new" and after in OPEN:
            assert (event, effect) == ("worse", "tell")


def test_only_worse_tells_and_only_delay_or_silence_of_the_channel_escalates() -> None:
    for (_, event), (_, effect) in TABLE.items():
        assert (effect == "tell") == (event == "worse")
        assert (effect == "escalate") == (event in ("overdue", "unheard"))


def test_nobody_is_told_more_once_somebody_has_it_in_hand() -> None:
    for event in ("breach", "overdue", "unheard", "acknowledge"):
        found = step("acknowledged", event)
        assert found is None or found == ("acknowledged", "cancel")


def test_what_the_table_does_not_have_changes_nothing() -> None:
    missing = set(itertools.product(STATUSES, EVENTS)) - TABLE.keys()
    assert missing
    assert all(step(status, event) is None for status, event in missing)
