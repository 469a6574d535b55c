"""A watched folder without Kafka: what is whole, what is set aside and why, what is remembered."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.settings import KafkaSettings
from ingest.door.files import FileError
from ingest.loggers import read
from ingest.replay import Place
from ingest.settling import Settling, Stamp
from ingest.taken import Dropped, Taken, hash_of
from ingest.topic import TopicError
from ingest.watched import KafkaAwayError, Watched

A, B = Path("a.csv"), Path("b.csv")
GOOD = "date,temperature\n2016-02-10T14:10:00Z,3.2\n"


@given(st.lists(st.tuples(st.floats(0.01, 5), st.integers(1, 3)), max_size=30))
def test_a_file_is_whole_only_after_it_stayed_as_it_is_for_as_long_as_asked(
    steps: list[tuple[float, int]],
) -> None:
    settling, now, changed, last = Settling(2.0), 0.0, 0.0, None
    for wait, size in steps:
        now += wait
        if size != last:
            changed, last = now, size
        whole = settling.whole({A: Stamp(size, 7)}, now)
        assert whole == ([A] if now - changed >= 2.0 else [])


def test_an_empty_file_is_waited_for_and_one_taken_away_begins_anew() -> None:
    settling = Settling(1.0)
    both = {A: Stamp(0, 1), B: Stamp(5, 1)}
    assert [settling.whole(both, at) for at in (0.0, 9.0)] == [[], [B]]
    assert settling.whole({}, 10.0) == []
    assert settling.whole(both, 10.5) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "loggers"
    (made / "tag-7").mkdir(parents=True)
    return made


@pytest.fixture
def taken(tmp_path: Path) -> Iterator[Taken]:
    made = Taken(tmp_path / "taken.sqlite")
    yield made
    made.close()


def watched(folder: Path, taken: Taken, device: str = "") -> Watched:
    return Watched(folder, KafkaSettings("127.0.0.1:1"), Place(device), read, taken, 0.0)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("trip.csv", GOOD, "Put the file into a folder named after its device"),
        ("no name/trip.csv", GOOD, "rename the folder"),
        ("tag-7/notes.txt", "nothing of use\n", "no column of times"),
        ("tag-7/empty.csv", "date,temperature\nERR,x\n", "no reading in it; line 2: not a "),
        ("tag-7/local.csv", GOOD.replace("Z", ""), "say where the logger's clock was set by --tz"),
    ],
)
def test_what_can_not_be_taken_is_set_aside_with_what_to_do(
    folder: Path, taken: Taken, name: str, text: str, told: str
) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (outcome,) = watched(folder, taken).look(0.0)
    assert outcome.name == name
    assert told in str(outcome.reason)
    aside = folder / "set-aside" / name
    assert aside.read_text() == text
    assert told in aside.with_name(aside.name + ".reason.txt").read_text()
    assert not (folder / name).exists()
    assert list(watched(folder, taken).look(1.0)) == []


def test_names_that_are_no_utf8_are_told_as_escapes(folder: Path, taken: Taken) -> None:
    path = folder / "tag-7" / os.fsdecode("读数.txt".encode("gbk"))
    path.write_text("nothing of use\n")
    (outcome,) = watched(folder, taken).look(0.0)
    assert outcome.name == r"tag-7/\udcb6\udcc1\udcca\udcfd.txt"
    assert msgspec.json.encode(outcome)
    aside = folder / "set-aside" / "tag-7" / path.name
    assert outcome.name in aside.with_name(aside.name + ".reason.txt").read_text()
    aside.rename(path)
    path.write_text(GOOD)
    stamp = Stamp(path.stat().st_size, path.stat().st_mtime_ns)
    taken.add([Dropped(path, outcome.name, stamp, "tag-7", hash_of(path))], 1)
    assert list(watched(folder, taken).look(0.0)) == []


def test_a_second_one_of_the_same_name_is_set_aside_beside_the_first(
    folder: Path, taken: Taken
) -> None:
    for text in ("one\n", "two\n"):
        (folder / "tag-7" / "x.csv").write_text(text)
        assert len(list(watched(folder, taken).look(0.0))) == 1
    names = sorted(path.name for path in (folder / "set-aside" / "tag-7").iterdir())
    assert names == ["x-2.csv", "x-2.csv.reason.txt", "x.csv", "x.csv.reason.txt"]


def test_what_is_still_being_written_or_hidden_is_left_alone(folder: Path, taken: Taken) -> None:
    for name in ("trip.csv.part", ".trip.csv", "trip.csv~", "TRIP.TMP"):
        (folder / "tag-7" / name).write_text("garbage\n")
    (folder / "tag-7" / "deeper").mkdir()
    one = watched(folder, taken)
    assert list(one.look(0.0)) == []
    assert not one.waiting(0.0)


def test_what_was_taken_is_known_by_its_content_under_any_name(folder: Path, taken: Taken) -> None:
    first, copy = folder / "tag-7" / "trip.csv", folder / "tag-7" / "copy.csv"
    for path in (first, copy):
        path.write_text(GOOD)
    stamp = Stamp(first.stat().st_size, first.stat().st_mtime_ns)
    taken.add([Dropped(first, "tag-7/trip.csv", stamp, "tag-7", hash_of(first))], 1)
    (outcome,) = watched(folder, taken).look(0.0)
    assert (outcome.name, outcome.same_as) == ("tag-7/copy.csv", "tag-7/trip.csv")
    assert list(watched(folder, taken).look(0.0)) == []
    assert taken.knows("tag-8", hash_of(first)) is None


def test_while_kafka_is_away_nothing_is_set_aside_or_written_down(
    folder: Path, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise TopicError("nothing came")

    monkeypatch.setattr("ingest.watched.replay", away)
    (folder / "trip.csv").write_text(GOOD)
    one = watched(folder, taken, "tag-7")
    with pytest.raises(KafkaAwayError):
        list(one.look(0.0))
    assert one.waiting(0.0)
    assert taken.done() == {}
    assert not (folder / "set-aside").exists()


def test_a_folder_that_is_watched_already_is_refused(tmp_path: Path, taken: Taken) -> None:
    with pytest.raises(FileError, match="another process has it"):
        Taken(tmp_path / "taken.sqlite")


def test_an_empty_file_is_not_waited_for_for_ever_and_is_told(folder: Path, taken: Taken) -> None:
    made = Watched(folder, KafkaSettings("127.0.0.1:1"), Place("tag-1"), read, taken, 2.0)
    (folder / "nothing.csv").touch()
    assert list(made.look(0.0)) == []
    assert made.waiting(1.0), "something may be being written"
    assert list(made.look(2.5)) == []
    assert not made.waiting(2.5)
    (told,) = made.empty()
    assert (told.name, told.reason, told.left) == ("nothing.csv", "it is empty", True)
    (folder / "nothing.csv").write_text(GOOD)
    assert made.waiting(3.0)


def test_a_file_deep_in_a_devices_folder_is_that_devices(folder: Path, taken: Taken) -> None:
    deep = folder / "tag-7" / "2026" / "11"
    deep.mkdir(parents=True)
    (deep / "notes.csv").write_text("nothing of use\n")
    (deep / ".hidden.csv").write_text(GOOD)
    (told,) = watched(folder, taken).look(0.0)
    assert (told.device, told.name) == ("tag-7", "tag-7/2026/11/notes.csv")
    assert (folder / "set-aside/tag-7/2026/11/notes.csv").exists()
