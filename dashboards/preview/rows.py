"""Rows as a panel makes them of those it was given: reduced, and grouped by a field."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from series.reader import Series, Value

Calculation = Callable[[Sequence[Value]], Value]


def _numbers(values: Sequence[Value]) -> list[float]:
    return [value for value in values if isinstance(value, int | float)]


CALCULATIONS: dict[str, Calculation] = {
    "lastNotNull": lambda values: next((v for v in reversed(values) if v is not None), None),
    "sum": lambda values: sum(_numbers(values)),
    "min": lambda values: min(_numbers(values), default=None),
    "max": lambda values: max(_numbers(values), default=None),
}


def transformed(panel: Mapping[str, Any], answer: Sequence[Series]) -> list[Series]:
    """The answer after the panel's `groupBy` transformation, where it has one."""
    found = list(answer)
    for step in panel.get("transformations", []):
        if step["id"] == "groupBy":
            found = _grouped(found, step["options"]["fields"])
    return found


def _grouped(answer: Sequence[Series], fields: Mapping[str, Any]) -> list[Series]:
    """One series a group; its columns are called as Grafana calls them, `devices (sum)`."""
    [by] = [name for name, said in fields.items() if said["operation"] == "groupby"]
    groups: dict[Value, list[dict[str, Value]]] = {}
    for series in answer:
        for row in series.values:
            cells = {**series.tags, **dict(zip(series.columns, row, strict=True))}
            groups.setdefault(cells.get(by, ""), []).append(cells)
    order = list(dict.fromkeys(name for one in answer for name in (*one.tags, *one.columns)))
    made = [
        (name, fields[name]["aggregations"][0]) for name in order if name in fields and name != by
    ]
    columns = ["time", *(f"{name} ({how})" for name, how in made)]
    return [
        Series(
            "",
            columns,
            {by: str(group)},
            [[None, *(CALCULATIONS[how]([one.get(name) for one in rows]) for name, how in made)]],
        )
        for group, rows in sorted(groups.items(), key=lambda item: str(item[0]))
    ]
