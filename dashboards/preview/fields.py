"""How a panel shows a field: its name, unit, words and colours, from the board's JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from series.reader import Value

_UNITS = {"celsius": " °C", "m": " min", "s": " s"}


@dataclass(frozen=True)
class Shown:
    """A field as shown. `words`: stored value -> text and colour. `steps`: from which value on
    (None: from below all) which colour. `now_ms`: by which it is told how long ago a moment is.
    `fill_to`: what is between this line and the one of that title is filled."""

    title: str
    unit: str = ""
    decimals: int | None = None
    words: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    steps: tuple[tuple[float | None, str], ...] = ()
    colour: str | None = None
    fills_cell: bool = False
    colours_text: bool = False
    is_hidden: bool = False
    now_ms: int | None = None
    fill_to: str = ""

    def text(self, value: Value, zone: ZoneInfo) -> str:
        """A value as a person reads it."""
        if value is None or value == "":
            return ""
        if str(value) in self.words:
            return self.words[str(value)][0]
        if self.unit == "dateTimeAsLocal" and isinstance(value, int | float):
            moment = datetime.fromtimestamp(value / 1_000, UTC).astimezone(zone)
            return moment.strftime("%Y-%m-%d %H:%M:%S")
        if self.unit == "dateTimeFromNow" and isinstance(value, int | float):
            ago = ((value if self.now_ms is None else self.now_ms) - value) / 60_000
            return f"{ago:,.0f} min" if ago < 120 else f"{ago / 60:,.0f} h"
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = f"{value:,.{self.decimals}f}" if self.decimals is not None else f"{value:,g}"
            return number + _UNITS.get(self.unit, "")
        return str(value)

    def colour_of(self, value: Value) -> str | None:
        """The colour of a value: of its word, else of the step it is on, else the field's."""
        word = self.words.get(str(value))
        if word is not None and word[1] is not None:
            return word[1]
        if self.steps and isinstance(value, int | float):
            return [colour for least, colour in self.steps if least is None or value >= least][-1]
        return self.colour


def shown(panel: Mapping[str, Any], name: str, now_ms: int | None = None) -> Shown:
    """How a panel shows the field of this name."""
    config = panel["fieldConfig"]
    found = _with(Shown(name, now_ms=now_ms), config["defaults"])
    for override in config["overrides"]:
        if override["matcher"] == {"id": "byName", "options": name}:
            said = {one["id"]: one.get("value") for one in override["properties"]}
            found = _with(found, said)
    return found


def _with(base: Shown, said: Mapping[str, Any]) -> Shown:
    cell = said.get("custom.cellOptions", {}).get("type")
    steps = said.get("thresholds", {}).get("steps", [])
    return replace(
        base,
        title=said.get("displayName", base.title),
        unit=said.get("unit", base.unit),
        decimals=said.get("decimals", base.decimals),
        words=_words(said["mappings"]) if "mappings" in said else base.words,
        steps=tuple((one["value"], one["color"]) for one in steps) or base.steps,
        colour=said.get("color", {}).get("fixedColor", base.colour),
        fills_cell=cell == "color-background" or base.fills_cell,
        colours_text=cell == "color-text" or base.colours_text,
        is_hidden=said.get("custom.hidden", base.is_hidden),
        fill_to=said.get("custom.fillBelowTo", base.fill_to),
    )


def _words(mappings: list[dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    return {
        value: (result["text"], result.get("color"))
        for mapping in mappings
        for value, result in mapping["options"].items()
    }


def ink(background: str) -> str:
    """Black or white: what is read better on a colour."""
    r, g, b = (int(background[i : i + 2], 16) for i in (1, 3, 5))
    return "#000" if 0.299 * r + 0.587 * g + 0.114 * b > 140 else "#fff"
