"""From an emulated city through a real Kafka to a bundle that proves itself, by the commands."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from audit.signing import make_key
from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REGISTRY
from coldchain.custody import CustodyEvent, decode_event
from coldchain.frames import decode_frame
from coldchain.registry_toml import loads
from ingest.topic import read_all

pytestmark = pytest.mark.integration

Run = Callable[..., "subprocess.CompletedProcess[str]"]
COLDCHAIN = (sys.executable, "-c", "from runtime.cli import main; main()")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    wanted = ("emulate", "--scenario", "demo-morning", "--duration", "150min", "--to", str(folder))
    subprocess.run([*COLDCHAIN, *wanted], check=True, capture_output=True)
    return folder


@pytest.fixture
def run(kafka: KafkaSettings, tmp_path: Path) -> Run:
    """The command, on this Kafka and an archive of its own."""
    make_key(tmp_path / "key.pem")
    environment = {
        **os.environ,
        "COLDCHAIN_KAFKA_SERVERS": kafka.servers,
        "COLDCHAIN_KAFKA_PREFIX": kafka.prefix,
        "COLDCHAIN_AUDIT_FOLDER": str(tmp_path / "archive"),
        "COLDCHAIN_AUDIT_KEY": str(tmp_path / "key.pem"),
        "COLDCHAIN_PEOPLE_LANGUAGE": "en",
    }

    def called(*arguments: str, status: int = 0) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [*COLDCHAIN, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return called


def fed(kafka: KafkaSettings, city: Path) -> list[CustodyEvent]:
    """Send what the city made; its scans. Kafka keeps them, though they are of months ago."""
    admin = KafkaAdminClient(**kafka.client())
    for topic in (FRAMES, CUSTODY):
        for_ever = {"retention.ms": "-1"}
        admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, kafka.topic(topic), for_ever)]
        )
    admin.close()
    out = producer(kafka)
    for one in loads((city / "registry.toml").read_text(), "registry.toml"):
        value = msgspec.json.encode(one)
        out.send(kafka.topic(REGISTRY), key=one.device.encode(), value=value)
    for line in (city / "frames.jsonl").read_bytes().splitlines():
        frame = decode_frame(line)
        at = frame.sent + 1_000
        out.send(kafka.topic(FRAMES), key=frame.device.encode(), value=line, timestamp_ms=at)
    events: list[CustodyEvent] = []
    for line in (city / "custody.jsonl").read_bytes().splitlines():
        event = decode_event(line)
        events.append(event)
        out.send(
            kafka.topic(CUSTODY), key=event.device.encode(), value=line, timestamp_ms=event.moment
        )
    out.flush()
    out.close()
    return events


def test_a_parcels_whole_way_becomes_a_bundle_that_anyone_verifies(
    kafka: KafkaSettings, city: Path, run: Run, tmp_path: Path
) -> None:
    events = fed(kafka, city)
    parcel = next(e.parcel for e in events if e.act == "delivered")
    run("audit", "seal")
    status = json.loads(run("audit", "status", "--json").stdout)
    assert status["entries"]["custody"] == len(events)
    assert status["entries"]["frames"] == len((city / "frames.jsonl").read_bytes().splitlines())

    wrote = run(
        "audit", "record", parcel, "--as", "bundle", "--as", "html", "--as", "pdf", "--json"
    )
    (said,) = json.loads(wrote.stdout)
    bundle = tmp_path / "records" / f"{parcel}.bundle"
    assert (tmp_path / "records" / f"{parcel}.en.pdf").read_bytes().startswith(b"%PDF")
    assert parcel in (tmp_path / "records" / f"{parcel}.en.html").read_text()

    key = str(tmp_path / "key.pem.pub")
    found: dict[str, Any] = json.loads(run("verify", str(bundle), "--key", key, "--json").stdout)
    assert (found["holds"], found["parcel"], found["verdict"]) == (True, parcel, said["verdict"])
    proved = {one["code"] for one in found["proved"]}
    assert {"signature", "chain", "trusted", "inclusion", "complete", "record"} == proved

    changed = bytearray(bundle.read_bytes())
    changed[len(changed) // 2] ^= 1
    bundle.write_bytes(changed)
    broken = run("verify", str(bundle), status=1)
    assert "WRONG" in broken.stdout


def test_a_parcel_is_held_sampled_and_recalled_and_its_record_says_so(
    kafka: KafkaSettings, city: Path, run: Run, tmp_path: Path
) -> None:
    events = fed(kafka, city)
    run("audit", "seal")
    loaded = next(e for e in events if e.act == "loaded" and e.device.startswith("van"))
    parcel, by = loaded.parcel, ("--by", "inspector-3")

    span = ("--from", "2026-07-17T22:00:00Z", "--to", "2026-07-18T03:00:00Z")
    recalled = run("audit", "recall", loaded.device, *span).stdout
    assert parcel in recalled

    (tmp_path / "lot.txt").write_text(
        "".join(f"{line.split(',')[0]}\n" for line in recalled.splitlines()[1:]) + f"{parcel}\n"
    )
    wanted = ("--slot", "2026-07-18T08:00", "--confidence", "0.95", "--nonconforming", "0.01")
    booked = json.loads(run("audit", "sample", "book", "lot", *wanted, *by, "--json").stdout)
    name = booked["id"]
    frozen = json.loads(
        run("audit", "sample", "freeze", name, "--parcels", "lot.txt", *by, "--json").stdout
    )
    opened = json.loads(run("audit", "sample", "open", name, *by, "--json").stdout)
    assert set(opened["drawn"]) == set(frozen["parcels"]), "a lot so small is inspected whole"
    again = run(
        "audit", "sample", "draw", "lot.txt", "--seed", opened["seed"], "--size", "3"
    ).stdout.split()
    assert again == opened["drawn"][:3]
    two = ("--sampler", "inspector-3", "--sampler", "inspector-8", "--celsius", "2.2")
    for one in opened["drawn"]:
        run("audit", "sample", "result", name, one, "--conforming", *two, *by)
    run("audit", "sample", "decide", name, *by)

    why = ("--by", "zhang", "--role", "quality manager", "--reason", "to be looked at")
    run("audit", "dispose", parcel, "hold", *why)
    scans = [decode_event(one.value) for one in read_all(kafka, CUSTODY)]
    told = [e for e in scans if e.parcel == parcel]
    assert [e.act for e in told if e.act in ("held", "inspected")] == ["inspected", "held"]

    run("audit", "seal")
    run("audit", "record", parcel, "--as", "html", "--as", "bundle")
    page = (tmp_path / "records" / f"{parcel}.en.html").read_text()
    assert "zhang (quality manager): held. to be looked at" in page
    assert "conforming in sampling" in page
    run("verify", f"records/{parcel}.bundle", "--key", "key.pem.pub")
    document = json.loads(run("audit", "epcis", parcel).stdout)
    steps = [event["bizStep"] for event in document["epcisBody"]["eventList"]]
    assert {"loading", "sensor_reporting", "sampling", "inspecting", "holding"} <= set(steps)


def test_a_vans_morning_and_a_shipment_are_records_that_prove_themselves(
    kafka: KafkaSettings, city: Path, run: Run, tmp_path: Path
) -> None:
    events = fed(kafka, city)
    run("audit", "seal")
    van = next(e.device for e in events if e.act == "loaded" and e.device.startswith("van"))
    span = ("--from", "2026-07-17T22:00:00Z", "--to", "2026-07-18T03:00:00Z")
    wrote = run(
        "audit", "record", "--van", van, *span,
        "--as", "html", "--as", "pdf", "--as", "json", "--json",
    )  # fmt: skip
    (said,) = json.loads(wrote.stdout)
    document = json.loads((tmp_path / "records" / f"{van}.json").read_bytes())
    assert len(document["items"]) == sum(said["counts"].values()) > 1
    page = (tmp_path / "records" / f"{van}.en.html").read_text()
    assert page.count("<svg") >= 1
    assert all(one["parcel"] in page for one in document["items"])

    listed = [one["parcel"] for one in document["items"]][:2]
    (tmp_path / "0652.txt").write_text("\n".join(listed))
    run("audit", "record", "--shipment", "0652.txt", "--as", "bundle")
    found = json.loads(
        run("verify", "records/0652.bundle", "--key", "key.pem.pub", "--json").stdout
    )
    assert found["holds"] is True
    verdicts = {one["parcel"]: one["verdict"] for one in document["items"]}
    assert {parcel: one["verdict"] for parcel, one in found["parcels"].items()} == {
        parcel: verdicts[parcel] for parcel in listed
    }
    assert "holds: 2 parcels" in run("verify", "records/0652.bundle").stdout


def test_mistakes_are_one_line(run: Run, tmp_path: Path) -> None:
    for arguments in (
        ("audit", "record", "1"),
        ("audit", "status"),
        ("audit", "sample", "show", "none"),
        ("verify", "none.bundle"),
        ("audit", "record"),
        ("audit", "record", "--van", "van-1"),
        ("audit", "record", "1", "--from", "2026-07-17T22:00", "--to", "2026-07-18T03:00"),
        ("audit", "record", "--shipment", "none.txt"),
        ("audit", "recall", "van-1", "--from", "yesterday", "--to", "today"),
    ):
        done = run(*arguments, status=2)
        assert done.stderr.count("\n") == 1, done.stderr
        assert done.stderr.startswith("coldchain: ")
    (tmp_path / "rubbish").write_bytes(b"rubbish")
    assert "does not hold" in run("verify", "rubbish", status=1).stdout
