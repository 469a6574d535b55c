"""Scenarios as TOML: the library's and one's own. Every mistake names file and key."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import msgspec

from coldchain.profile import Profile
from coldchain.registry import Kind

from .scenario import Group, Scenario, ScenarioError
from .scenario_checks import wrong


def library() -> dict[str, str]:
    """The scenarios that come with the project: name -> TOML text."""
    folder = files(__package__) / "scenarios"
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in sorted(found, key=lambda file: file.name)
    }


def load_scenario(name: str, profiles: Mapping[str, Profile]) -> Scenario:
    """A scenario of the library by its name, or of a file. Raises ScenarioError."""
    shipped = library()
    if name in shipped:
        return parse_scenario(shipped[name], f"{name}.toml", profiles)
    path = Path(name)
    if not path.suffix and not path.exists():
        raise ScenarioError(f"no scenario {name!r}: give a file, or one of {', '.join(shipped)}")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ScenarioError(f"{name}: not UTF-8 text") from None
    except OSError as error:
        raise ScenarioError(f"{name}: can't be read: {error.strerror}") from None
    return parse_scenario(text, name, profiles)


def parse_scenario(text: str, file: str, profiles: Mapping[str, Profile]) -> Scenario:
    """The scenario in this TOML. Raises ScenarioError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{file}: not TOML: {error}") from None
    unknown = _unknown_kind(table)
    if unknown is not None:
        kinds = ", ".join(get_args(Kind))
        raise ScenarioError(f"{file}: fleet.{unknown}: no such kind; there are {kinds}")
    try:
        scenario = msgspec.convert(table, Scenario)
    except msgspec.ValidationError as error:
        reason, key = _parted(error)
        key = key.replace("fleet[...]", f"fleet.{_unread_group(table)}", 1)
        raise ScenarioError(f"{file}: {key + ': ' if key else ''}{reason}") from None
    for key, said in wrong(scenario, profiles):
        raise ScenarioError(f"{file}: {key}: {said}")
    return scenario


def _parted(error: msgspec.ValidationError) -> tuple[str, str]:
    """What is wrong, and the key it is wrong with."""
    reason, _, key = str(error).partition(" - at `")
    return reason, key.rstrip("`").removeprefix("$.")


def _unknown_kind(table: dict[str, Any]) -> str | None:
    """A name in `fleet` that is no kind: the error itself would name no key."""
    fleet = table.get("fleet")
    names = fleet if isinstance(fleet, dict) else ()
    return next((name for name in names if name not in get_args(Kind)), None)


def _unread_group(table: dict[str, Any]) -> str:
    """Which entry of `fleet` can't be read: the error itself does not say."""
    for name, group in table["fleet"].items():
        try:
            msgspec.convert(group, Group)
        except msgspec.ValidationError:
            return str(name)
    return "[...]"
