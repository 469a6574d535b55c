"""What of a dead letter can be sent once more."""

import pytest
from door import FRAME, NOW, SCAN

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES
from coldchain.rejections import Rejection
from ingest.again import Item, distinct, planned
from ingest.dead_letters import DeadLetter
from ingest.door.reading import JSON, LINES, media_of

KAFKA = KafkaSettings(servers="127.0.0.1:1", prefix="t.")
SKEW = 300_000
OTHER = FRAME.replace(b"van-1", b"van-2")
WAYS = ("http/v1/frames", "mqtt/coldchain/van-1/frames")


def letter(
    value: bytes, where: str = WAYS[0], name: str = "0-1", key: bytes = b"van-1"
) -> DeadLetter:
    return DeadLetter(name, Rejection("r", where, "2026-11-24T00:00:00.000Z"), key, value, NOW - 9)


@pytest.mark.parametrize("where", WAYS)
def test_a_body_of_too_many_goes_item_by_item(where: str) -> None:
    second = FRAME.replace(b"5120", b"5121")
    for body in (b"[" + FRAME + b"," + second + b"]", FRAME + b"\n" + second + b"\n"):
        plan = planned(letter(body, where), KAFKA, NOW, SKEW)
        assert plan.items == [Item(FRAMES, b"van-1", FRAME), Item(FRAMES, b"van-1", second)]
        assert (plan.back, plan.left) == ([], None)


@pytest.mark.parametrize("where", WAYS)
def test_what_speaks_for_another_goes_only_where_someone_vouches_for_it(where: str) -> None:
    body = b"[" + FRAME + b"," + OTHER + b"]"
    plan = planned(letter(body, where), KAFKA, NOW, SKEW)
    assert plan.items == [Item(FRAMES, b"van-1", FRAME)]
    assert plan.back == [("van-1 can't speak for van-2", OTHER)]
    alone = planned(letter(OTHER, where), KAFKA, NOW, SKEW)
    assert (alone.items, alone.left) == ([], "van-1 can't speak for van-2")
    plan = planned(letter(body, where), KAFKA, NOW, SKEW, foreign=True)
    assert plan.items == [Item(FRAMES, b"van-1", FRAME), Item(FRAMES, b"van-2", OTHER)]


def test_a_scan_refused_for_its_time_goes_once_that_has_come() -> None:
    later = SCAN.replace(b"T06:00", b"T07:00")
    one = letter(later, "http/v1/custody")
    assert "ahead of this clock" in str(planned(one, KAFKA, NOW, SKEW).left)
    plan = planned(one, KAFKA, NOW + 3_600_000, SKEW)
    assert plan.items == [Item(CUSTODY, b"van-1", later)]


@pytest.mark.parametrize("topic", [FRAMES, CUSTODY])
def test_what_came_over_a_topic_goes_there_as_it_is(topic: object) -> None:
    assert topic in (FRAMES, CUSTODY)
    chosen = FRAMES if topic is FRAMES else CUSTODY
    plan = planned(letter(b"{}", f"t.{chosen.name}/3/17"), KAFKA, NOW, SKEW)
    assert plan.items == [Item(chosen, b"van-1", b"{}")]


@pytest.mark.parametrize("value", [b"{", b"", FRAME[:-1], b"\xff", FRAME.replace(b"17", b"-1")])
def test_what_is_still_wrong_stays_until_it_is_mended(value: bytes) -> None:
    one = letter(value)
    assert planned(one, KAFKA, NOW, SKEW).left
    assert planned(one, KAFKA, NOW, SKEW, value=FRAME).items == [Item(FRAMES, b"van-1", FRAME)]
    stream = letter(value, f"t.{FRAMES.name}/0/1")
    assert planned(stream, KAFKA, NOW, SKEW, value=value).left, "what was mended is looked at"


@pytest.mark.parametrize("where", ["trip.csv/3", "series", ""])
def test_a_files_line_and_what_the_store_refused_stay(where: str) -> None:
    assert "mend its file" in str(planned(letter(FRAME, where), KAFKA, NOW, SKEW).left)


def test_the_same_refused_twice_is_sent_once() -> None:
    letters = [letter(FRAME, name="0-1"), letter(FRAME, name="0-2"), letter(FRAME, WAYS[1])]
    assert [[one.id for one in some] for some in distinct(letters, KAFKA)] == [
        ["0-1", "0-2"],
        ["0-1"],
    ]


def test_a_frame_over_several_lines_is_one_frame() -> None:
    wide = FRAME.replace(b"[{", b"[\n{")
    assert (media_of(wide), media_of(FRAME + b"\n" + FRAME)) == (JSON, LINES)
    assert planned(letter(wide), KAFKA, NOW, SKEW).items == [Item(FRAMES, b"van-1", wide)]
