"""The published schemas say what the types say."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, ValidationError

from audit.alert_history import Told
from audit.dossier import Dossier
from audit.inspections import Switched
from audit.seals import NOTHING_BEFORE, Seal, SignedSeal
from coldchain.alert_commands import Acknowledge
from coldchain.custody import CustodyEvent, HandMeasurement
from coldchain.frames import Channel, Frame
from coldchain.parcel_records import AboardRecord, BerthRecord, ParcelRecord
from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.scoring import score
from coldchain.truth import TrueExcursion, TrueFault, TruthFile
from coldchain.whole import Judged
from runtime.contracts import CONTRACTS, schemas, stale, write

AT = "2026-11-23T08:00:00.000Z"
EXAMPLES: dict[str, Any] = {
    "frame": Frame(
        v=1,
        device="van-1",
        boot=1,
        seq=2,
        sent=1_795_413_720_500,
        channels=[Channel(name="main.air", values=[3.2, None], start=0, step=30_000)],
        position=(36.07, 120.38),
    ),
    "registration": Registration(
        device="van-1",
        history=[
            Entry(
                since=AT,
                kind="van",
                asset="A",
                compartments={"main": CompartmentEntry(profile="frozen")},
            )
        ],
    ),
    "custody-event": CustodyEvent(
        id="1",
        parcel="p",
        act="handed-over",
        at=AT,
        device="van-1",
        measured=HandMeasurement(celsius=3.0),
    ),
    "excursion": ExcursionRecord(
        id="1",
        state="opened",
        device="van-1",
        compartment="main",
        channel="main.air",
        limit="warm",
        severity="critical",
        profile="frozen",
        start=AT,
        confirmed=None,
        end=None,
        minutes=1.0,
        unknown_minutes=0.0,
        degree_minutes=1.0,
        peak=5.0,
        peak_at=AT,
        as_of=7,
    ),
    "condition": ConditionRecord(
        id="1",
        state="raised",
        device="van-1",
        subject="",
        rule="device-silent",
        severity="warning",
        since=AT,
        due=AT,
        until=None,
        as_of=7,
    ),
    "parcel": ParcelRecord(
        parcel="p",
        profile="frozen",
        until=AT,
        stretches=[],
        unknown_minutes=0.0,
        budgets=[],
        shelf_life_used=None,
        verdict="accept",
        reasons=[],
        delivered=None,
        is_held=False,
        problems=[],
    ),
    "aboard": AboardRecord(
        device="van-1",
        parcel="p",
        profile="frozen",
        berths=[BerthRecord(compartment="main", start=AT, end=None)],
    ),
    "alert-command": Acknowledge(alert="1", by="li", at=AT, cause="unloading"),
    "seal": SignedSeal(
        seal=Seal(number=1, previous=NOTHING_BEFORE, at=AT, key="ab" * 32, shards=[]),
        signature="cd" * 64,
    ),
    "inspection": Switched(id="1", at=AT, by="li", series="fish", to="reduced", reason="steady"),
    "evaluation": [],
    "truth": TruthFile(
        excursions=[
            TrueExcursion(
                device="van-1",
                compartment="main",
                channel="main.air",
                profile="frozen",
                limit="warm",
                start=AT,
                confirmed=None,
                end=None,
            )
        ],
        faults=[TrueFault(device="van-1", channel="", kind="rebooted", start=AT, end=AT)],
    ),
    "judged-folder": Judged(excursions=[]),
    "score": score(TruthFile(excursions=[]), []),
}
EXAMPLES["record"] = Dossier(
    record=EXAMPLES["parcel"],
    as_of=AT,
    mean=2.0,
    mkt=2.1,
    min=1.0,
    max=3.0,
    known_minutes=60.0,
    shelf_hours_left=None,
    shelf_at=None,
    custody=[EXAMPLES["custody-event"]],
    places=[],
    excursions=[],
    alerts=[],
    calibrations=[],
    inspections=[],
    judged_by="",
    refused=0,
)
EXAMPLES["alert-history"] = Told(
    at=AT, alert="a", to="wang", channel="wecom", severity="critical", state="sent"
)
#: Those that other programs may add to.
OPEN = frozenset({"truth"})


def test_the_schemas_in_the_docs_are_those_of_the_types() -> None:
    assert stale() == [], "run: python -m runtime.contracts"


def test_what_is_missing_changed_or_left_over_is_named_and_mended(tmp_path: Path) -> None:
    write(tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "frame.schema.json").unlink()
    (tmp_path / "parcel.schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "ingest.openapi.json").write_text("{}", encoding="utf-8")
    (tmp_path / "old.schema.json").write_text("{}", encoding="utf-8")
    wrong = [
        "frame.schema.json", "ingest.openapi.json", "old.schema.json", "parcel.schema.json"
    ]  # fmt: skip
    assert stale(tmp_path) == wrong
    write(tmp_path)
    assert stale(tmp_path) == []


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_a_record_is_valid_by_its_schema_and_one_with_an_unknown_key_is_not(name: str) -> None:
    schema = json.loads(schemas()[f"{name}.schema.json"])
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    record = json.loads(msgspec.json.encode(EXAMPLES[name]))
    validator.validate(record)
    if name in OPEN:
        return
    with pytest.raises(ValidationError):
        validator.validate({**record, "colour": "red"} if isinstance(record, dict) else [{}])
