"""Every answer of the front door, held against its own description."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from door import FRAME, NOW, SCAN, Answer, Asked, door_in
from jsonschema import Draft202012Validator

from broker.topics import CUSTODY, FRAMES, REJECTED
from ingest.door.answers import REFUSALS
from ingest.door.openapi import document

LINES = "application/x-ndjson"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Asked]:
    with door_in(tmp_path) as made:
        yield made


def described(answer: Answer, path: str = "/v1/frames") -> None:
    """The answer is one of those that the document has, body and headers."""
    told = document()["paths"][path]["post"]["responses"][str(answer.status)]
    schema = {**told["content"]["application/json"]["schema"], **document()}
    Draft202012Validator(schema).validate(answer.json)
    assert answer.headers["content-type"] == "application/json"
    for name in told.get("headers", {}):
        assert answer.headers[name.lower()]
    if answer.status != 202:
        assert answer.json["error"] == REFUSALS[answer.status][0]
        assert answer.json["reason"]


@pytest.mark.parametrize(
    ("body", "kind", "accepted"),
    [
        (FRAME, "application/json", 1),
        (b" [" + FRAME + b",\n" + FRAME + b"] ", "application/json; charset=utf-8", 2),
        (FRAME + b"\r\n\n" + FRAME + b"\n", LINES, 2),
        ([FRAME[:10], FRAME[10:]], "Application/JSON", 1),
    ],
)
def test_202_one_or_many_each_as_it_was_sent(
    door: Asked, body: bytes | list[bytes], kind: str, accepted: int
) -> None:
    answer = door.ask(body=body, kind=kind)
    described(answer)
    assert answer.json == {"accepted": accepted, "ahead": 0, "refused": []}
    assert door.kept() == [(FRAMES.name, FRAME)] * accepted


def test_202_a_scan(door: Asked) -> None:
    answer = door.ask("/v1/custody", SCAN)
    described(answer, "/v1/custody")
    assert (answer.status, door.kept()) == (202, [(CUSTODY.name, SCAN)])


def test_202_names_those_refused_and_keeps_them_apart(door: Asked) -> None:
    bad = b'{"v":2,"device":"van-1"}'
    answer = door.ask(body=b"[" + bad + b"," + FRAME + b"]")
    described(answer)
    assert [one["index"] for one in answer.json["refused"]] == [0]
    assert door.kept() == [(FRAMES.name, FRAME), (REJECTED.name, bad)]


def test_202_counts_what_is_ahead_of_our_clock(door: Asked) -> None:
    ahead = FRAME.replace(b'"sent":1795413720500', b'"sent":%d' % (NOW + 301_000))
    assert door.ask(body=ahead).json["ahead"] == 1
    assert door.ask(body=ahead.replace(b"301", b"299")).status == 202
    assert all(topic == FRAMES.name for topic, _ in door.kept())


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"[]", b"[", b"{", b"null", b'"x"', b"\xff", FRAME[:-1], FRAME + b"]",
     b"[" * 100_000, FRAME.replace(b"[3.2", b"[NaN"), FRAME.replace(b"[1,0]", b"[1]"),
     FRAME.replace(b"main.air", b"main.taste"), FRAME.replace(b"17", b"-1")],
)  # fmt: skip
def test_400_nothing_in_it_can_be_taken(door: Asked, body: bytes) -> None:
    answer = door.ask(body=body)
    described(answer)
    assert answer.status == 400
    assert [topic for topic, _ in door.kept()] == [REJECTED.name]


def test_400_a_scan_from_the_future(door: Asked) -> None:
    answer = door.ask("/v1/custody", SCAN.replace(b"2026", b"2027"))
    described(answer, "/v1/custody")
    assert answer.status == 400
    assert "ahead of this clock" in answer.json["reason"]


@pytest.mark.parametrize("token", [None, "coldchain_no", "é", "a b"])
def test_401_no_valid_token_and_nothing_kept(door: Asked, token: str | None) -> None:
    answer = door.ask(token=token)
    described(answer)
    assert (answer.status, door.kept()) == (401, [])
    assert door.ask(token=None, authorization=f"Basic {door.token}").status == 401


def test_401_once_revoked_and_at_the_end_of_its_grace(door: Asked) -> None:
    _, second = door.tokens.new("van-1", NOW, others_end=NOW + 1)
    assert (door.ask().status, door.ask(token=second).status) == (202, 202)
    _, third = door.tokens.new("van-1", NOW, others_end=NOW)
    assert (door.ask().status, door.ask(token=second).status) == (401, 401)
    assert door.tokens.revoke("van-1", NOW) == 1
    assert door.ask(token=third).status == 401


def test_403_another_devices_and_none_of_it_taken(door: Asked) -> None:
    body = b"[" + FRAME + b"," + FRAME.replace(b"van-1", b"van-2") + b"]"
    answer = door.ask(body=body)
    described(answer)
    assert (answer.status, door.kept()) == (403, [(REJECTED.name, body)])


def test_413_too_many_bytes_said_or_sent_and_too_many_items(door: Asked) -> None:
    many = [b" " * 100_000] * 16
    for answer in (
        door.ask(content_length="1500001"),
        door.ask(body=many),
        door.ask(body=many, content_length="5"),
        door.ask(body=b"[" + b"1," * 1_000 + b"1]"),
    ):
        described(answer)
        assert answer.status == 413
    assert door.kept() == []


def test_far_too_many_items_are_paid_for_before_more_is_taken(tmp_path: Path) -> None:
    for number, (items, debt) in enumerate([(11, 1), (700_000, 10)]):
        with door_in(tmp_path / str(number), rate=0.01, burst=10, max_frames=10) as door:
            assert door.ask(body=b"[" + b"0," * (items - 1) + b"0]").status == 413
            answer = door.ask()
            assert answer.status == 429
            assert debt * 100 < int(answer.headers["retry-after"]) <= (debt + 1) * 100


@pytest.mark.parametrize("kind", [None, "text/plain", "application/jsonp", "é"])
def test_415_another_media_type(door: Asked, kind: str | None) -> None:
    answer = door.ask(kind=kind)
    described(answer)
    assert answer.status == 415
    assert door.ask(content_encoding="gzip").status == 415


def test_429_too_fast_and_when_to_come_again(tmp_path: Path) -> None:
    with door_in(tmp_path, rate=0.1, burst=3, max_frames=3) as door:
        assert [door.ask().status for _ in range(3)] == [202] * 3
        answer = door.ask()
        described(answer)
        assert answer.status == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 10
        assert door.spool.held == 3


def test_503_the_spool_is_full_and_nothing_half_kept(tmp_path: Path) -> None:
    with door_in(tmp_path, spool_max_bytes=1_000) as door:
        answers = [door.ask() for _ in range(5)]
        full = [answer for answer in answers if answer.status == 503]
        for answer in full:
            described(answer)
        assert len(full) + door.spool.held == 5
        assert full
        assert door.ask(body=b"[" + FRAME + b"," + FRAME + b"]").status == 503


def test_it_is_not_ready_once_the_largest_request_has_no_room(tmp_path: Path) -> None:
    with door_in(tmp_path, max_body_bytes=600, spool_max_bytes=2_000) as door:
        ready = []
        for _ in range(6):
            ready.append(door.ask("/readyz", b"", "GET", None, None).status)
            door.ask()
        room = 2_000 - door.spool.size
        assert room < len(FRAME)
        assert ready == sorted(ready)
        assert {ready[0], ready[-1]} == {200, 503}
        told = door.ask("/readyz", b"", "GET", None, None).json
        assert (told["spooled_bytes"], told["spool_max_bytes"]) == (door.spool.size, 2_000)
        door.forget()
        assert door.ask("/readyz", b"", "GET", None, None).status == 200


def test_503_more_at_once_than_memory_is_for(tmp_path: Path) -> None:
    with door_in(tmp_path, max_body_bytes=600, max_waiting_bytes=600) as door:
        door.door.room.take("van-0099", 500)
        answer = door.ask()
        described(answer)
        assert answer.status == 503
        door.door.room.give_back("van-0099", 500)
        assert door.ask().status == 202
        assert door.door.room.taken == 0


def test_429_a_device_that_has_its_share_of_memory_keeps_nobody_else_out(tmp_path: Path) -> None:
    with door_in(tmp_path, max_body_bytes=600, max_waiting_bytes=40_000) as door:
        room = door.door.room
        room.take("van-1", room.share)
        answer = door.ask()
        described(answer)
        assert answer.status == 429
        room.give_back("van-1", room.share)
        room.take("van-0099", room.share)
        assert door.ask().status == 202


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json"])
def test_whoever_watches_needs_no_token(door: Asked, path: str) -> None:
    door.ask()
    answer = door.ask(path, b"", "GET", None, None)
    assert answer.status == 200
    if path == "/metrics":
        assert b'coldchain_ingest_items_total{outcome="accepted",path="frames"} 1.0' in answer.body
        assert b"coldchain_ingest_spool_records 1.0" in answer.body


def test_other_paths_and_methods_are_told_so_in_json(door: Asked) -> None:
    assert door.ask("/v2/frames").json["error"] == "not-found"
    answer = door.ask(method="GET")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert answer.json["error"] == "method-not-allowed"


def test_a_body_that_breaks_off_is_not_taken(door: Asked) -> None:
    answer = door.ask(body=[])
    assert (answer.status, door.kept()) == (400, [])
