"""Registrations as CSV, one row a compartment or channel of an entry; what a spreadsheet keeps.

    device,since,kind,asset,county,crew,compartment,profile,duty,channel,counts,calibration
    van-0042,2026-11-01T00:00:00Z,van,van-0042,,harbour,main,iced-seafood,,,,
    van-0042,2026-11-01T00:00:00Z,van,van-0042,,harbour,,,,main.air,no,-0.2

Rows of one device and `since` are one entry. Columns may be left out, but for the first four.
"""

import csv
import io
from typing import Any

import tomli_w

from coldchain.registry import Registration
from coldchain.registry_toml import MOST_CALIBRATION, RegistryError, loads
from coldchain.times import from_iso, iso

NEEDED = ("device", "since", "kind", "asset")
COLUMNS = (
    *NEEDED, "county", "crew", "compartment", "profile", "duty", "channel", "counts", "calibration",
)  # fmt: skip
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def loads_csv(text: str, file: str) -> list[Registration]:
    """The registrations in a CSV text; `file` is only for the errors. Raises RegistryError."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="", restval="")
    names = rows.fieldnames or []
    for name in NEEDED:
        if name not in names:
            raise RegistryError(f"{file}: no column {name!r}")
    for name in names:
        if name not in COLUMNS:
            raise RegistryError(f"{file}: unknown column {name!r}; there are {', '.join(COLUMNS)}")
    devices: dict[str, dict[str, dict[str, Any]]] = {}
    lines: dict[tuple[str, ...], int] = {}
    try:
        for row in rows:
            where = f"{file}: line {rows.line_num}"
            if "" in row:
                raise RegistryError(f"{where}: more fields than the header has")
            cells = {name: cell.strip() for name, cell in row.items()}
            cells["since"] = _as_toml_has_it(cells["since"])
            _add(devices.setdefault(cells["device"], {}), cells, where)
            for said in ("compartment", "channel"):
                told = cells.get(said)
                key = cells["device"], cells["since"], said, told or ""
                if told and lines.setdefault(key, rows.line_num) != rows.line_num:
                    raise RegistryError(
                        f"{where}: {said} {told!r} of {cells['device']} is in line"
                        f" {lines[key]} already, of the same since"
                    )
    except csv.Error as error:
        raise RegistryError(f"{file}: not CSV: {error}") from None
    for (device, since, said, name), line in lines.items():
        if said == "channel" and _is_of_none(name, devices[device][since]["compartments"]):
            raise RegistryError(
                f"{file}: line {line}: channel {name!r}: {device} has no compartment"
                f" {name.split('.')[0]!r} since {since}"
            )
    listed = [
        {"device": device, "history": [entries[since] for since in sorted(entries)]}
        for device, entries in devices.items()
    ]
    # From here on the TOML reader's own checks hold, and its words.
    return loads(tomli_w.dumps({"devices": listed}), file)


def _is_of_none(channel: str, compartments: dict[str, Any]) -> bool:
    parts = channel.split(".")
    return len(parts) > 1 and parts[1] != "ambient" and parts[0] not in compartments


def _as_toml_has_it(since: str) -> str:
    """One writing of a moment, in whichever zone it is told; what is no time is refused later."""
    try:
        return iso(from_iso(since))
    except (ValueError, OverflowError):
        return since


def _add(entries: dict[str, dict[str, Any]], cells: dict[str, str], where: str) -> None:
    told = {name: cells[name] for name in ("kind", "asset", "county", "crew") if cells.get(name)}
    fresh: dict[str, Any] = {"since": cells["since"], **told, "compartments": {}, "channels": {}}
    entry = entries.setdefault(cells["since"], fresh)
    for name, said in told.items():
        if entry.get(name) != said:
            raise RegistryError(f"{where}: {name} is {said!r}, above it is {entry.get(name)!r}")
    if compartment := cells.get("compartment"):
        wanted = {name: cells[name] for name in ("profile", "duty") if cells.get(name)}
        entry["compartments"][compartment] = wanted
    if channel := cells.get("channel"):
        entry["channels"][channel] = _channel(cells, where)


def _channel(cells: dict[str, str], where: str) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if counts := cells.get("counts"):
        if counts.lower() not in _YES_NO:
            raise RegistryError(f"{where}: counts is {counts!r}: yes or no")
        wanted["counts"] = _YES_NO[counts.lower()]
    if calibration := cells.get("calibration"):
        try:
            value = wanted["calibration"] = float(calibration)
        except ValueError:
            raise RegistryError(f"{where}: calibration is {calibration!r}: not a number") from None
        if not abs(value) <= MOST_CALIBRATION:
            raise RegistryError(
                f"{where}: calibration is {calibration!r}: at most {MOST_CALIBRATION:g} °C"
                " either way"
            )
    return wanted
