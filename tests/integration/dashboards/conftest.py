"""A store filled with a small fleet, by the schema."""

import pytest
from board_lists import COUNTIES, KINDS, ranked

from series.lines import FieldValue, full_line, head
from series.schema import (
    ALERT,
    ASSET,
    CONDITION,
    DEVICE,
    EXCURSION,
    FLEET,
    IN_SLOTS,
    MARGIN_BANDS,
    OUTBOX,
    PIECE,
    PULL_DOWN,
    READING,
    WORKER,
)
from series.settings import SeriesSettings
from series.writer import Writer
from streams.standing import STATES

END = 1_795_500_000_000
MINUTE = 60_000
#: Of the lockers, number % 4 = 1, in the gravest state, number % 5 = 3: the last.
WORST_LOCKER = "locker-33"
#: Warm goods since three hours; in the other stores since one, and cold.
LATE, COOLING, COLD = "precooler-7", "precooler-3", "precooler-11"


def made(measurement: str, tags: dict[str, str], fields: dict[str, FieldValue], at: int) -> str:
    return full_line(head(measurement, tags), fields, at)


def asset(number: int, severity: int, at: int) -> str:
    kind = KINDS[number % 4]
    tags = {"county": COUNTIES[number % 3], "device": f"{kind}-{number}", "kind": kind}
    margin = 2.0 - severity - number / 100
    fields: dict[str, FieldValue] = {
        "asset": f"A{number}",
        "state": STATES[severity],
        "severity": severity,
        "worst": 4.0 - margin,
        "worst_channel": "main.air",
        "margin": margin,
        "open": int(0 < severity < 4),
        "confirmed": int(severity == 3),
        "last_at": at,
        "latitude": 36.0 + number / 100,
        "longitude": 120.0 + number / 50,
    }
    return made(ASSET.name, tags, fields, at)


def fleet(kind: str, partition: int, at: int) -> str:
    tags = {"county": "即墨", "kind": kind, "partition": str(partition)}
    counts: dict[str, FieldValue] = dict(zip(STATES, (6, 1, 1, 1, 1), strict=True))
    fields: dict[str, FieldValue] = {
        "devices": 10,
        **counts,
        "worst_margin": -1.5,
        "worst_device": f"{kind}-3",
        "last_at": at,
        "compartments": 36,
        **{band: number for number, band in enumerate(MARGIN_BANDS, 1)},
    }
    if not at % (5 * MINUTE):
        fields |= {copy: fields[name] for name, copy in IN_SLOTS.items()}
    return made(FLEET.name, tags, fields, at)


def excursion(device: str, state: str, end: int, at: int) -> str:
    tags = {"channel": "main.air", "device": device, "limit": "warm", "severity": "critical"}
    fields: dict[str, FieldValue] = {
        "id": f"{device}-{at}",
        "state": state,
        "compartment": "main",
        "profile": "iced-seafood",
        "start": at,
        "confirmed": at,
        "presumed": -1,
        "end": end,
        "minutes": 31.5,
        "unknown_minutes": 0.0,
        "degree_minutes": 50.0,
        "peak": 9.1,
        "peak_at": at,
        "as_of": 1,
    }
    return made(EXCURSION.name, tags, fields, at)


def readings(device: str, at: int) -> list[str]:
    tags = {"compartment": "main", "device": device}
    return [
        made(READING.name, tags, {"air": 5.25, "air.rear": 4.5, "product": 4.0, "door": 1.0}, at),
        made(DEVICE.name, {"device": device}, {"battery": 0.9, "missing": 2}, at),
    ]


def piece(device: str, at: int) -> str:
    """Five minutes between 3 and 6 °C, of goods that may have -1.5 to 4."""
    fields: dict[str, FieldValue] = {
        "profile": "iced-seafood",
        "count": 10,
        "known_ms": 5 * MINUTE,
        "min": 3.0,
        "max": 6.0,
        "mean": 4.5,
    }
    if not at % (10 * MINUTE):
        fields |= {"low": -1.5, "high": 4.0}
    return made(PIECE.name, {"channel": "main.air", "device": device}, fields, at)


def pull_down(device: str, celsius: float, since: int, at: int) -> str:
    """Goods to be at 4 °C within two hours."""
    tags = {"channel": "main.product", "county": "黄岛", "device": device, "kind": "precooler"}
    deadline = since + 120 * MINUTE
    is_cooling = celsius > 4
    fields: dict[str, FieldValue] = {
        "profile": "iced-seafood",
        "celsius": celsius,
        "target": 4.0,
        "above": celsius - 4,
        "cooling": int(is_cooling),
        "late": int(is_cooling and at >= deadline),
        "since": since if is_cooling else -1,
        "deadline": deadline if is_cooling else -1,
        "left_minutes": (deadline - at) / MINUTE if is_cooling else None,
        "last_at": at,
    }
    return made(PULL_DOWN.name, tags, fields, at)


def condition(device: str, rule: str, state: str, until: int, at: int) -> str:
    tags = {"channel": "main.product", "device": device, "rule": rule, "severity": "warning"}
    minutes = None if until < 0 else (until - at) / MINUTE
    fields: dict[str, FieldValue] = {
        "id": f"{rule}-{at}",
        "state": state,
        "due": at + 120 * MINUTE,
        "until": until,
        "minutes": minutes,
        "as_of": 1,
    }
    return made(CONDITION.name, tags, fields, at)


def alert(device: str, at: int, answered: int = -1, over: int = -1) -> str:
    """A critical alert; who answered, and that it is over, in ms (-1: not)."""
    tags = {"compartment": "main", "device": device, "subject": "above"}
    is_open = over < 0
    status = ("acknowledged" if answered > 0 else "firing") if is_open else "resolved"
    fields: dict[str, FieldValue] = {
        "id": f"{device}-{at}",
        "asset": f"the {device}",
        "status": status,
        "severity": "critical",
        "critical": 1,
        "warning": 0,
        "raised": at,
        "acknowledged": answered,
        "over": over,
        "open": int(is_open),
        "unanswered": int(is_open and answered < 0),
        "unheeded": int(not is_open and answered < 0),
        "ack_minutes": None if answered < 0 else (answered - at) / MINUTE,
        "open_minutes": None if is_open else (over - at) / MINUTE,
        "messages": 2,
        "escalations": 0,
        "flaps": 1,
        "as_of": max(at, answered, over),
    }
    return made(ALERT.name, tags, fields, at)


def worker(partition: int, lag: int, at: int) -> str:
    """60 frames in each line, one of them rejected on partition 1."""
    fields: dict[str, FieldValue] = {
        "frames": 60,
        "rejected": int(partition == 1),
        "lag": lag,
        "late_seconds": lag / 10,
        "last_at": at,
    }
    return made(WORKER.name, {"partition": str(partition)}, fields, at)


def outbox(waiting: int, at: int) -> str:
    fields: dict[str, FieldValue] = {
        "waiting": waiting,
        "overdue_minutes": float(waiting),
        "given_up": 1,
        "uncertain": 0,
        "sent": 8,
        "last_at": at,
    }
    return made(OUTBOX.name, {}, fields, at)


@pytest.fixture
def small_fleet(series_settings: SeriesSettings) -> SeriesSettings:
    """40 devices over the hour to END, states by turns; silent ones since half an hour."""
    lines: list[str] = []
    for minute in range(60):
        at = END - (59 - minute) * MINUTE
        lines += [asset(n, n % 5, at) for n in range(40) if n % 5 != 4 or minute < 30]
        lines += [fleet(kind, partition, at) for kind in KINDS for partition in range(4)]
        for partition in range(4):
            mine = {n: n % 5 for n in range(40) if n // 4 % 4 == partition}
            if minute < 30:  # everybody is heard, and nobody worse than warm yet
                mine = {n: min(1, severity) for n, severity in mine.items()}
            lines += ranked(mine, partition, END - 30 * MINUTE, at)
        for device in ("warehouse-38", WORST_LOCKER):
            lines += readings(device, at)
            lines += [piece(device, at)] if not at % (5 * MINUTE) else []
        lines += [*(worker(partition, 40 * partition, at) for partition in range(4)), outbox(3, at)]
        lines += [
            pull_down(LATE, 9.0 - minute / 20, END - 180 * MINUTE, at),
            pull_down(COOLING, 9.0, END - 60 * MINUTE, at),
            pull_down(COLD, 2.0, -1, at),
        ]
    lines += [excursion("warehouse-38", "confirmed", -1, END - 40 * MINUTE)]
    lines += [excursion("van-8", "closed", END - MINUTE, END - 50 * MINUTE)]
    lines += [excursion("van-12", "withdrawn", -1, END - 20 * MINUTE)]
    lines += [
        alert("warehouse-38", END - 40 * MINUTE),
        alert("van-8", END - 50 * MINUTE, answered=END - 46 * MINUTE),
        alert("van-12", END - 45 * MINUTE),
        alert("van-8", END - 58 * MINUTE, over=END - 52 * MINUTE),
    ]
    lines += [condition(LATE, "pull-down-late", "raised", -1, END - 180 * MINUTE)]
    lines += [condition("warehouse-38", "door-open", "cleared", END, END - 20 * MINUTE)]
    writer = Writer(series_settings)
    assert writer.send(lines).result() == []
    writer.close()
    return series_settings
