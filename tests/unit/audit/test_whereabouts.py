"""Where parcels are and were: one parcel, a compartment now, a recall; and EPCIS of a record."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from archive_made import KEY, numbered, seal_hourly
from hypothesis import given
from hypothesis import strategies as st
from parcel_day import PARCEL, START, everything, scan, warm_on_the_way

from audit.epcis import epcis_document, is_sscc, parcel_uri, write_epcis
from audit.errors import AuditError
from audit.inspections import Disposition, Result, encode_row
from audit.people import signed
from audit.records import open_archive
from audit.whereabouts import aboard, recall, whereabouts
from coldchain.custody import encode_event
from coldchain.times import HOUR_MS, MINUTE_MS, from_iso, iso

ZONE = ZoneInfo("Asia/Shanghai")
SCHEMA = Path(__file__).parents[4] / "shared" / "schemas" / "EPCIS-JSON-Schema.json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive")
    others = [scan(70, "loaded", "van-1", "still-there"), scan(160, "loaded", "van-1", "later")]
    more = [(one.parcel, one.moment, encode_event(one)) for one in others]
    result = Result(
        id="sampling-1.1", at=iso(START + 170 * MINUTE_MS), by="inspector-3", sampling="sampling-1",
        parcel=PARCEL, samplers=["inspector-3", "inspector-8"], seals=["A1"], conforming=False,
        celsius=9.5, findings="warm",
    )  # fmt: skip
    held = signed(
        Disposition(
            id="disposition-1", at=iso(START + 172 * MINUTE_MS), by="zhang", parcel=PARCEL,
            decision="hold", role="quality manager", reason="out of limits",
        ),
        KEY,
    )  # fmt: skip
    rows = [(PARCEL, from_iso(row.at), encode_row(row)) for row in (result, held)]
    entries = everything(warm_on_the_way)
    custody = [e for e in entries if e.kind == "custody"]
    events = [(e.subject, e.received, e.value) for e in custody] + more
    seal_hourly(
        made,
        [
            *(e for e in entries if e.kind != "custody"),
            *numbered("custody", events),
            *numbered("inspections", rows),
        ],
    )
    return made


def test_a_parcel_is_where_its_scans_say(folder: Path) -> None:
    with open_archive(folder) as archive:
        assert whereabouts(archive, PARCEL).state == "delivered"
        there = whereabouts(archive, "still-there")
        assert (there.state, there.where) == ("aboard", ("van-1", "main"))
        assert aboard(archive, "van-1") == ["another", "still-there", "later"]
        assert aboard(archive, "store-1") == []
        with pytest.raises(AuditError, match="nothing is sealed"):
            whereabouts(archive, "nobody's")


def test_a_recall_names_every_parcel_that_was_there_and_where_it_is_now(folder: Path) -> None:
    with open_archive(folder) as archive:
        found = recall(archive, "van-1", START + 80 * MINUTE_MS, START + 140 * MINUTE_MS)
        assert [(one.parcel, one.now.state) for one in found] == [
            ("another", "aboard"), (PARCEL, "delivered"), ("still-there", "aboard")
        ]  # fmt: skip
        assert recall(archive, "van-1", START, START + 10 * MINUTE_MS) == []
        assert recall(archive, "van-1", START, START + 24 * HOUR_MS, "rear") == []


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    with open_archive(folder) as archive:
        one = archive.record(PARCEL)
    made: dict[str, Any] = json.loads(write_epcis(epcis_document(one.dossier, ZONE)))
    return made


def faults(document: dict[str, Any]) -> list[str]:
    """What the published schema finds, formats looked at too. Skips where it is not there."""
    if not SCHEMA.is_file():
        pytest.skip("the published EPCIS schema is not beside this checkout")
    from jsonschema import Draft7Validator, FormatChecker

    formats = FormatChecker(formats=())

    @formats.checks("uri")
    def is_uri(text: object) -> bool:
        return bool(re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", str(text)))

    @formats.checks("date-time", ValueError)
    def is_time(text: object) -> bool:
        return datetime.fromisoformat(str(text)).tzinfo is not None

    validator = Draft7Validator(json.loads(SCHEMA.read_text()), format_checker=formats)
    return [fault.message for fault in validator.iter_errors(document)]


def test_the_document_is_valid_by_the_published_schema(document: dict[str, Any]) -> None:
    assert faults(document) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("bizStep", "driving about"), ("eventTime", "yesterday"), ("epcList", ["no uri"])],
)
def test_the_schema_refuses_what_is_no_event(
    document: dict[str, Any], key: str, value: object
) -> None:
    broken = json.loads(json.dumps(document))
    broken["epcisBody"]["eventList"][0][key] = value
    assert faults(broken)


def test_custody_sensors_and_inspections_are_events(document: dict[str, Any]) -> None:
    events = document["epcisBody"]["eventList"]
    assert [event["bizStep"] for event in events] == [
        "loading", "unloading", "sensor_reporting", "loading", "accepting", "sensor_reporting",
        "sampling", "holding",
    ]  # fmt: skip
    assert len({event["eventID"] for event in events}) == len(events)
    assert {event["eventTimeZoneOffset"] for event in events} == {"+08:00"}
    assert document["schemaVersion"] == "2.0"
    van = events[5]
    assert van["disposition"] == "non_conformant"
    (element,) = van["sensorElementList"]
    statistics, *alarms = element["sensorReport"]
    assert statistics["maxValue"] > 8
    assert "value" not in statistics
    assert alarms
    assert {alarm["exception"] for alarm in alarms} == {"ALARM_CONDITION"}
    assert events[6]["disposition"] == "non_conformant"
    assert events[7]["disposition"] == "unavailable"


def test_what_the_schema_does_not_notice_is_kept(document: dict[str, Any]) -> None:
    elements = [
        element
        for event in document["epcisBody"]["eventList"]
        for element in event.get("sensorElementList", [])
    ]
    assert elements
    for element in elements:
        metadata = element.get("sensorMetadata", {})
        for report in element["sensorReport"]:
            assert report["type"] == "Temperature"
            assert report["uom"] == "CEL"
            assert not set(report) & set(metadata), "in the metadata or in the report, never both"


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        ("106141411234567897", True),
        ("106141411234567898", False),
        ("10614141123456789", False),
        ("١٠٦١٤١٤١١٢٣٤٥٦٧٨٩٧", False),
        ("parcel 7/8", False),
    ],
)
def test_an_sscc_has_a_right_check_digit(number: str, is_one: bool) -> None:
    assert is_sscc(number) == is_one
    assert parcel_uri(number).startswith("https://id.gs1.org/00/" if is_one else "urn:coldchain:")


@given(st.integers(0, 10**17 - 1), st.integers(0, 17), st.integers(1, 9))
def test_a_digit_mistaken_is_no_sscc(serial: int, at: int, by: int) -> None:
    digits = f"{serial:017}"
    (right,) = [digits + c for c in "0123456789" if is_sscc(digits + c)]
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    assert not is_sscc(wrong)
