"""What people say to alerts: taken when it is whole, refused with a reason otherwise."""

import json
from typing import Any

import pytest

from coldchain.alert_commands import (
    Acknowledge,
    Command,
    CommandError,
    Comment,
    Note,
    Silence,
    decode_command,
    encode_command,
)
from coldchain.times import from_iso

AT = "2026-11-24T04:00:00.000Z"


@pytest.mark.parametrize(
    "command",
    [
        Acknowledge(alert="a1", by="王", at=AT, cause="unit-failed"),
        Acknowledge(alert="a1", by="王", at=AT, cause="other", text="ice was late"),
        Comment(alert="a1", by="王", at=AT, text="on my way"),
        Silence(id="s1", device="van-1", by="王", reason="wash", at=AT, until=AT),
        Note(id="s1", by="王", at=AT, text="van-1 is at the workshop"),
    ],
)
def test_a_command_survives_the_wire(command: Command) -> None:
    assert decode_command(encode_command(command)) == command
    assert command.key in ("a1", "s1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cause": "other"}, "needs a text"),
        ({"cause": "boredom"}, "boredom"),
        ({"by": ""}, "by"),
        ({"at": "2026-11-24T04:00:00"}, "without a zone"),
        ({"at": "today"}, "at: "),
        ({"do": "explode"}, "explode"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_bad_acknowledgement_is_refused_with_its_reason(change: Any, said: str) -> None:
    good = {"do": "acknowledge", "alert": "a1", "by": "w", "at": AT, "cause": "unloading"}
    with pytest.raises(CommandError, match=said):
        decode_command(json.dumps({**good, **change}).encode())


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"\xff\xfe", b"{"])
def test_what_is_no_command_is_refused(raw: bytes) -> None:
    with pytest.raises(CommandError):
        decode_command(raw)


@pytest.mark.parametrize(
    ("until", "said"),
    [("2026-11-24T03:59:00Z", "before it begins"), ("2026-11-25T04:01:00Z", "at most 24 hours")],
)
def test_a_silence_ends_after_it_begins_and_within_a_day(until: str, said: str) -> None:
    silence = Silence(id="s", device="van-1", by="w", reason="r", at=AT, until=until)
    with pytest.raises(CommandError, match=said):
        decode_command(encode_command(silence))


def test_a_silence_mutes_its_device_or_one_compartment_of_it_while_it_lasts() -> None:
    until = "2026-11-24T05:00:00Z"
    whole = Silence(id="s", device="van-1", by="w", reason="r", at=AT, until=until)
    part = Silence(
        id="s", device="van-1", compartment="front", by="w", reason="r", at=AT, until=until
    )
    inside, after = from_iso(AT) + 1, from_iso(until)
    assert whole.mutes("van-1", "rear", inside)
    assert not whole.mutes("van-2", "rear", inside)
    assert not whole.mutes("van-1", "rear", after)
    assert part.mutes("van-1", "front", inside)
    assert not part.mutes("van-1", "rear", inside)
