"""What is made once: whole or not at all, whoever asks, however it ends."""

import threading
from pathlib import Path

import pytest

from runtime.servers.cache import made_once


def test_it_is_made_once_and_found_after(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "jar").write_text("whole")

    for _ in range(2):
        assert (made_once(tmp_path / "kafka", make) / "jar").read_text() == "whole"
    assert len(made) == 1


def test_what_fails_leaves_nothing_and_may_be_tried_again(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made_once(tmp_path / "kafka", fail)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
    made_once(tmp_path / "kafka", lambda folder: (folder / "whole").touch())
    assert [path.name for path in (tmp_path / "kafka").iterdir()] == ["whole"]


def test_the_half_of_a_killed_build_is_removed_and_never_used(tmp_path: Path) -> None:
    half = tmp_path / ".kafka.part-killed"
    half.mkdir()
    (half / "half").touch()
    made_once(tmp_path / "kafka", lambda folder: (folder / "whole").touch())
    assert not half.exists()
    assert [path.name for path in (tmp_path / "kafka").iterdir()] == ["whole"]


def test_two_at_once_make_it_once(tmp_path: Path) -> None:
    both_ask, made = threading.Barrier(2), []

    def make(folder: Path) -> None:
        made.append(folder)

    def ask() -> None:
        both_ask.wait(5)
        made_once(tmp_path / "kafka", make)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(made) == 1
