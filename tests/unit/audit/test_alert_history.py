"""The alert service's past in the archive: each line once, in whatever order they come to rest."""

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from archive_made import numbered, seal_hourly
from parcel_day import PARCEL, START, everything, scan, warm_on_the_way

from audit.alert_history import Numbered, Told, decode_line, entries_new, taken_of
from audit.records import open_archive
from coldchain.custody import encode_event
from coldchain.records import ExcursionRecord
from coldchain.times import MINUTE_MS, iso


def told(number: int, alert: str = "a1", to: str = "wang") -> Numbered:
    at = START + number * MINUTE_MS
    line = Told(at=iso(at), alert=alert, to=to, channel="phone", severity="critical", state="sent")
    return Numbered(number, at, line)


def test_what_comes_to_rest_late_is_taken_once_and_so_is_what_came_before_it() -> None:
    resting = [told(1), told(4)]
    offsets: dict[tuple[str, int], int] = {}
    taken: list[int] = []

    def at_rest(since: int) -> list[Numbered]:
        return [one for one in resting if one.number >= since]

    for more in ([], [told(2)], [told(3), told(3, alert="a2"), told(6)], [], [told(5)]):
        resting.extend(more)
        entries, after = entries_new("told", at_rest, taken_of("told", offsets))
        offsets.update(after)
        taken += [entry.offset for entry in entries]
    assert sorted(taken) == [1, 2, 3, 3, 4, 5, 6]
    assert taken_of("told", offsets).ranges == ((1, 6),)
    assert taken_of("happened", offsets).ranges == ()


def test_rubbish_is_no_line() -> None:
    assert decode_line(b"rubbish") is None
    assert decode_line(b"\xff") is None
    assert decode_line(msgspec.json.encode(told(1).line)) == told(1).line


def test_a_record_says_who_was_told(tmp_path: Path) -> None:
    record = ExcursionRecord(
        id="a1",
        state="confirmed",
        device="van-1",
        compartment="main",
        channel="main.product",
        limit="warm",
        severity="critical",
        profile="iced-seafood",
        start=iso(START + 80 * MINUTE_MS),
        confirmed=iso(START + 110 * MINUTE_MS),
        end=None,
        minutes=31.0,
        unknown_minutes=0.0,
        degree_minutes=40.0,
        peak=9.25,
        peak_at=iso(START + 90 * MINUTE_MS),
        as_of=1,
    )
    at = START + 111 * MINUTE_MS
    lines, _ = entries_new("told", lambda _: [told(111)], taken_of("told", {}))
    entries = [
        *everything(warm_on_the_way),
        *numbered("excursions", [("van-1", at, msgspec.json.encode(record))]),
        *lines,
    ]
    seal_hourly(tmp_path, entries)
    with open_archive(tmp_path) as archive:
        (alert,) = archive.record(PARCEL).dossier.alerts
    assert [(word.by, word.did, word.cause) for word in alert.words] == [("wang", "told", "phone")]


def test_the_page_of_a_parcel_still_aboard_says_which_stay_is_not_judged(tmp_path: Path) -> None:
    aboard = "106141415115000602"
    event = scan(70, "loaded", "van-1", aboard)
    custody = numbered("custody", [(aboard, event.moment, encode_event(event))])
    seal_hourly(tmp_path, [*everything(warm_on_the_way), *custody])
    with open_archive(tmp_path) as archive:
        page = archive.record(aboard).html("en", ZoneInfo("UTC")).decode()
    assert "Still in van-1 / main, since 11-23 09:10" in page
