"""docs/performance.md's table, its JSON and its picture, written from measured rows.

The JSON holds each row as it was last measured, with where and when; the page and the picture are
made from it, so that one row measured again changes that row alone.
"""

import datetime
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import msgspec

from . import plot
from .rows import ROWS
from .table import Row, markdown, promises

DOCS = Path(__file__).parents[1] / "docs"
PAGE, KEPT, PICTURE = "performance.md", "performance.json", "pictures/performance.svg"
#: Between these two, each by its name, the page is written by `--docs` and `--soak`.
BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"


class Kept(msgspec.Struct, frozen=True):
    """A row as it was measured, `at` a place and time."""

    row: Row
    at: str


class Soaked(msgspec.Struct, frozen=True):
    """A soak: what it was, where and when, and what was found of each thing sampled."""

    title: str
    at: str
    judged: dict[str, str]


def where_and_when() -> str:
    """This machine, its load (1 and 15 minutes), its Python, and the day."""
    now = datetime.datetime.now(datetime.UTC)
    load = os.getloadavg()
    return (
        f"{os.cpu_count()} cores ({_processor()}), load {load[0]:.1f} (last 15 minutes"
        f" {load[2]:.1f}), Python {platform.python_version()}, {now:%Y-%m-%d %H:%M} UTC"
    )


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def as_json(rows: Sequence[Row]) -> bytes:
    """Rows as --json writes them: each with the place and time."""
    at = where_and_when()
    return _json({row.name: Kept(row, at) for row in rows})


def _json(kept: dict[str, Kept]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n"


def write(rows: Sequence[Row], docs: Path = DOCS) -> None:
    """Put measured rows into the page, the JSON and the picture; others stay as they were."""
    at, path = where_and_when(), docs / KEPT
    kept: dict[str, Kept] = {}
    if path.is_file():
        kept = msgspec.json.decode(path.read_bytes(), type=dict[str, Kept])
    kept |= {row.name: Kept(row, at) for row in rows}
    kept = {name: kept[name] for name in ROWS if name in kept}
    path.write_bytes(_json(kept))
    page = docs / PAGE
    page.write_text(filled(page.read_text(), kept))
    (docs / PICTURE).write_text(plot.svg([one.row for one in kept.values()], _under(kept)))


def _under(kept: dict[str, Kept]) -> str:
    places = {one.at for one in kept.values()}
    return places.pop() if len(places) == 1 else "Measured at several times: see the page"


def filled(text: str, kept: dict[str, Kept]) -> str:
    """The page's text with the table in its place. Raises ValueError where its marks are gone."""
    rows = [one.row for one in kept.values()]
    times = [f"- {', '.join(names)}: {at}" for at, names in _by_place(kept).items()]
    parts = (
        f"![How much of what is to be reached was reached]({PICTURE})",
        markdown(rows),
        "Measured:",
        "\n".join(times),
        "What each keeps, and what it does not:",
        promises(rows),
    )
    return between(text, "measured", "\n\n".join(parts))


def between(text: str, name: str, new: str) -> str:
    """A text with something new between two marks. Raises ValueError where they are gone."""
    begin, end = BEGIN.format(name), END.format(name)
    before, is_begun, rest = text.partition(begin)
    _, is_ended, after = rest.partition(end)
    if not is_begun or not is_ended:
        raise ValueError(f"{PAGE} has lost its marks {begin} and {end}")
    return f"{before}{begin}\n{new}\n{end}{after}"


def write_soak(told: Soaked, docs: Path = DOCS) -> None:
    """Put a soak's figures into the page."""
    lines = ["![What was held while it ran](pictures/soak.svg)", ""]
    lines += [f"{told.title}; {told.at}.", ""]
    lines += [f"- {name}: {said}" for name, said in told.judged.items()]
    page = docs / PAGE
    page.write_text(between(page.read_text(), "soaked", "\n".join(lines)))


def _by_place(kept: dict[str, Kept]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, one in kept.items():
        found.setdefault(one.at, []).append(f"`{name}`")
    return found
