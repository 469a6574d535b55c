"""`coldchain ingest watch` as a process, files dropped while it runs, into a real Kafka."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from broker.settings import KafkaSettings
from broker.topics import FRAMES
from coldchain.frames import decode_frame
from ingest.topic import read_all
from runtime.servers import Servers

pytestmark = pytest.mark.integration

HEAD = "date,temperature\n"
ROWS = [f"2016-02-10T14:{minute:02}:00Z,3.{minute}\n" for minute in range(10, 40)]


class Watch:
    """The command in a process of its own, on a folder."""

    def __init__(self, kafka: KafkaSettings, folder: Path) -> None:
        self.folder = folder / "loggers"
        self.folder.mkdir()
        self.log = folder / "watch.log"
        self._environment = os.environ | {
            "COLDCHAIN_KAFKA_SERVERS": kafka.servers,
            "COLDCHAIN_KAFKA_PREFIX": kafka.prefix,
            "COLDCHAIN_STATE": str(folder / "state"),
        }
        self._child: subprocess.Popen[bytes] | None = None

    def command(self, *options: str) -> list[str]:
        register = ["--register", "--profile", "iced-seafood", "--patience", "0.3"]
        command = [sys.executable, "-m", "runtime", "ingest", "watch", str(self.folder)]
        return [*command, *register, *options]

    def start(self, *options: str) -> None:
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command(*options), env=self._environment, stdout=log, stderr=log
            )

    def once(self, *options: str) -> tuple[int, str]:
        done = subprocess.run(
            self.command("--once", *options),
            env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def stop(self) -> int:
        assert self._child is not None
        self._child.terminate()
        return self._child.wait(30)

    def said(self, text: str) -> bool:
        return text in self.log.read_text()

    def drop(self, name: str, *rows: str) -> None:
        """Written under another name, then renamed into place."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        hidden = path.with_name(f".{path.name}")
        hidden.write_text(HEAD + "".join(rows))
        hidden.rename(path)


@pytest.fixture
def watch(kafka: KafkaSettings, tmp_path: Path) -> Iterator[Watch]:
    made = Watch(kafka, tmp_path)
    yield made
    made.kill()


def values(kafka: KafkaSettings) -> list[tuple[str, list[float | None]]]:
    """Device and readings of every frame in Kafka."""
    frames = [decode_frame(record.value) for record in read_all(kafka, FRAMES)]
    return sorted((one.device, list(one.channels[0].values)) for one in frames)


@pytest.mark.parametrize("how", [(), ("--poll",)])
def test_a_file_is_sent_once_whole_and_a_bad_one_set_aside(
    watch: Watch, kafka: KafkaSettings, until: Callable[..., None], how: tuple[str, ...]
) -> None:
    watch.start(*how)
    until(lambda: watch.said("watching"))
    watch.drop("tag-7/trip.csv", *ROWS[:3])
    watch.drop("tag-8/trip.csv", *ROWS[:3])
    watch.drop("tag-7/same.csv", *ROWS[:3])
    watch.drop("tag-7/bad.csv", "what is this\n")
    aside = watch.folder / "set-aside/tag-7/bad.csv.reason.txt"
    until(aside.exists)
    until(lambda: watch.said("taken already, as tag-7/same.csv of tag-7"))
    until(lambda: watch.said("3 readings sent as tag-8"))
    assert values(kafka) == [("tag-7", [3.1, 3.11, 3.12]), ("tag-8", [3.1, 3.11, 3.12])]
    assert "bad.csv" in aside.read_text()
    assert watch.stop() == 0


def test_names_of_windows_are_taken_like_others(
    watch: Watch, kafka: KafkaSettings, until: Callable[..., None]
) -> None:
    name = os.fsdecode("tag-7/读数.csv".encode("gbk"))
    watch.drop(name, *ROWS[:3])
    watch.start("--json")
    until(lambda: watch.said('"readings":3'))
    watch.drop(name, "what is this\n")
    until(lambda: watch.said('"reason":"'))
    assert watch.stop() == 0
    assert values(kafka) == [("tag-7", [3.1, 3.11, 3.12])]


def test_one_written_little_by_little_is_never_sent_in_part(
    watch: Watch, kafka: KafkaSettings, until: Callable[..., None]
) -> None:
    watch.start("--device", "tag-7")
    until(lambda: watch.said("watching"))
    with (watch.folder / "slow.csv").open("w") as file:
        file.write(HEAD)
        for index, row in enumerate(ROWS):
            file.write(row)
            file.flush()
            # Another one, dropped and taken meanwhile, is what time goes by with.
            if index % 10 == 0:
                watch.drop("mark.csv", row)
                os.utime(watch.folder / "slow.csv")
    until(lambda: watch.said(f"slow.csv: {len(ROWS)} readings"))
    assert watch.log.read_text().count("slow.csv: ") == 1


def test_started_again_it_repeats_nothing_and_takes_what_came_meanwhile(
    watch: Watch, kafka: KafkaSettings, until: Callable[..., None]
) -> None:
    watch.drop("tag-7/a.csv", *ROWS[:2])
    watch.start()
    until(lambda: watch.said("a.csv: 2 readings"))
    watch.kill()
    watch.drop("tag-7/b.csv", *ROWS[2:4])
    status, said = watch.once()
    assert (status, said.count("sent as")) == (0, 1)
    assert values(kafka) == [("tag-7", [3.1, 3.11]), ("tag-7", [3.12, 3.13])]
    assert watch.once() == (0, "")


def test_what_was_set_aside_is_taken_once_mended_and_put_back(
    watch: Watch, kafka: KafkaSettings
) -> None:
    watch.drop("tag-7/local.csv", ROWS[0].replace("Z", ""))
    status, said = watch.once()
    assert status == 1
    assert "--tz" in said
    (watch.folder / "set-aside/tag-7/local.csv").rename(watch.folder / "tag-7/local.csv")
    assert watch.once("--tz", "Asia/Shanghai")[0] == 0
    assert values(kafka) == [("tag-7", [3.1])]


def test_while_kafka_is_away_files_wait_and_are_sent_when_it_is_back(
    watch: Watch, kafka: KafkaSettings, servers: Servers, until: Callable[..., Any]
) -> None:
    watch.start()
    until(lambda: watch.said("watching"))
    servers.kafka.stop()
    try:
        watch.drop("tag-7/a.csv", *ROWS[:2])
        until(lambda: watch.said("Kafka does not take it"))
    finally:
        servers.kafka.start()
    until(lambda: watch.said("a.csv: 2 readings"))
    assert values(kafka) == [("tag-7", [3.1, 3.11])]
    assert not (watch.folder / "set-aside").exists()


def test_once_ends_with_an_empty_file_there_and_takes_what_is_deep(
    watch: Any, kafka: KafkaSettings
) -> None:
    (watch.folder / "nothing.csv").touch()
    deep = watch.folder / "tag-7" / "2026"
    deep.mkdir(parents=True)
    (deep / "trip.csv").write_text(HEAD + ROWS[0])
    status, told = watch.once()
    assert status == 1
    assert "nothing.csv: left there: it is empty" in told
    (record,) = read_all(kafka, FRAMES)
    assert record.key == b"tag-7"
    (watch.folder / "nothing.csv").unlink()
    assert watch.once()[0] == 0
