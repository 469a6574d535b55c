"""All that one message tells of, by asset, each place a link: nothing is left out, however many."""

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.lifecycle import UNANSWERED
from alerts.sentences import SENTENCES
from alerts.views import Alert

from . import shown
from .shown import Reader


@dataclass(frozen=True, slots=True)
class Spot:
    """One alert of an asset, as short as it can be said."""

    id: str
    severity: str
    label: str
    note: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Group:
    """An asset's alerts, the critical ones first. `counted`: how many, in words."""

    asset: str
    severity: str
    counted: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells of. `waiting`: how many wait for an answer; `grave`: critical ones."""

    groups: tuple[Group, ...]
    counted: str
    waiting: int
    take_all: str


def told(reader: Reader, alerts: Iterable[Alert]) -> Told:
    """The alerts of a message as a page shows them; `alerts` come with the critical ones first."""
    found = list(alerts)
    by_asset: dict[str, list[Alert]] = {}
    for one in found:
        by_asset.setdefault(one.asset, []).append(one)
    waiting = unanswered(found)
    return Told(
        tuple(_group(reader, asset, ones) for asset, ones in by_asset.items()),
        _counted(reader, found),
        len(waiting),
        reader.words["take_all"].format(counted=_counted(reader, waiting)),
    )


def unanswered(alerts: Iterable[Alert]) -> list[Alert]:
    """Those that somebody should act on, and nobody has said that they do."""
    return [one for one in alerts if one.status in UNANSWERED]


def _group(reader: Reader, asset: str, alerts: list[Alert]) -> Group:
    spots = tuple(_spot(reader, one) for one in alerts)
    return Group(asset, alerts[0].severity, _counted(reader, alerts), spots)


def _spot(reader: Reader, alert: Alert) -> Spot:
    row = shown.row(reader, alert)
    place = SENTENCES[reader.language]["place"].format(compartment=alert.compartment)
    label = f"{place if alert.compartment else ''} {row.what}".strip()
    note = row.note if alert.status != "acknowledged" else reader.words["acknowledged"]
    return Spot(alert.id, alert.severity, label, note, not row.is_open)


def _counted(reader: Reader, alerts: list[Alert]) -> str:
    grave = sum(one.severity == "critical" for one in alerts)
    return reader.words["counted"].format(count=len(alerts), grave=grave)
