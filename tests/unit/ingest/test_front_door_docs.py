"""The examples that operators copy are taken as they stand."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from coldchain.registry_toml import loads
from ingest.door.settings import FrontDoorSettings
from ingest.registry_csv import loads_csv
from runtime.commands.ingest_door import IngestSection

PAGES = [Path(__file__).parents[3] / "docs" / f"front-door{end}.md" for end in ("", ".zh-CN")]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_registry_is_the_same_as_toml_and_as_csv(page: Path) -> None:
    (written,) = loads(blocks(page, "toml")[0], "f.toml")
    (table,) = loads_csv(blocks(page, "csv")[0], "f.csv")
    assert written == table
    assert [entry.compartments["main"].profile for entry in written.history] == [
        "iced-seafood",
        "frozen",
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_settings_told_are_the_defaults_and_all_there_are(page: Path) -> None:
    text = blocks(page, "toml")[1]
    told = tomllib.loads(text)["ingest"]
    default = IngestSection()
    assert told == {name: getattr(default, name) for name in told}
    named = set(told) | set(re.findall(r"^# (\w+) =", text, re.MULTILINE))
    assert named == {one.name for one in dataclasses.fields(IngestSection)}
    limits = {one.name: one.default for one in dataclasses.fields(FrontDoorSettings)}
    assert all(limits[name] == value for name, value in told.items() if name in limits)
