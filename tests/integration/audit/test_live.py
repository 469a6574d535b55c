"""All of it at once: frames and scans through a worker, alerts and an archiver that run, to a
record that proves itself and says what the stream said."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from commands import COLDCHAIN, running
from receivers import Phone, a_phone
from worker_bench import Bench, wait_until

from audit.catalog import open_to_read
from audit.signing import make_key
from broker.settings import KafkaSettings
from broker.topics import ALERT_COMMANDS
from coldchain.alert_commands import Acknowledge, encode_command
from coldchain.custody import Act, CustodyEvent
from coldchain.frames import Channel, Frame
from coldchain.parcel_records import ParcelRecord
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import HOUR_MS, MINUTE_MS, iso
from series.settings import SeriesSettings

pytestmark = pytest.mark.integration

PARCEL, COLD_ONE = "106141415115000596", "106141415115000602"
FISH = "iced-seafood"
#: A few frames are sealed before their hour is over, so that there is a chain.
SHARD_BYTES = 20_000

ROUTES = """
[[recipients]]
name = "wang"
channels = { phone = "env:WANG_PHONE" }

[default]
to = ["wang"]
"""


def registration(device: str) -> Registration:
    boxes = {"main": CompartmentEntry(profile=FISH)}
    kind: Any = "van" if device.startswith("van") else "warehouse"
    entry = Entry(since="2026-01-01T00:00:00Z", kind=kind, asset=device, compartments=boxes)
    return Registration(device=device, history=[entry])


def frames(device: str, start: int, minutes: int, warm_from: int) -> list[Frame]:
    made = []
    for minute in range(minutes):
        at = start + minute * MINUTE_MS
        base = 9.0 if minute >= warm_from else 2.0
        air = Channel(
            name="main.product", start=at, step=30_000, values=[base, base + minute % 5 / 20]
        )
        made.append(
            Frame(v=1, device=device, boot=1, seq=minute, sent=at + MINUTE_MS, channels=[air])
        )
    return made


def scans(parcel: str, start: int, *steps: tuple[int, Act, str]) -> list[CustodyEvent]:
    return [
        CustodyEvent(
            id=f"{parcel}-{minute}-{act}",
            parcel=parcel,
            act=act,
            at=iso(start + minute * MINUTE_MS),
            device=device,
            profile=FISH if act == "loaded" else "",
            giver="keeper-1",
            receiver="driver-7",
        )
        for minute, act, device in steps
    ]


@pytest.fixture
def bench(kafka: KafkaSettings, series_settings: SeriesSettings, tmp_path: Path) -> Bench:
    return Bench(kafka, series_settings, tmp_path)


@pytest.fixture
def phone() -> Iterator[Phone]:
    with a_phone() as made:
        yield made


def test_what_the_stream_said_live_is_what_the_archive_proves(
    bench: Bench, tmp_path: Path, phone: Phone
) -> None:
    make_key(tmp_path / "key.pem")
    (tmp_path / "routes.toml").write_text(ROUTES, encoding="utf-8")
    environment = {
        **os.environ,
        **bench.environment,
        "COLDCHAIN_STATE": str(tmp_path),
        "COLDCHAIN_AUDIT_FOLDER": str(tmp_path / "archive"),
        "COLDCHAIN_AUDIT_KEY": str(tmp_path / "key.pem"),
        "COLDCHAIN_AUDIT_SHARD_BYTES": str(SHARD_BYTES),
        "COLDCHAIN_ALERTS_DATABASE": str(tmp_path / "alerts.sqlite"),
        "COLDCHAIN_ALERTS_ROUTES": str(tmp_path / "routes.toml"),
        "COLDCHAIN_ALERTS_GROUP_WAIT": "0",
        "COLDCHAIN_PEOPLE_LANGUAGE": "en",
        "WANG_PHONE": phone.url("wang"),
    }

    def said(*arguments: str) -> Any:
        done = subprocess.run(
            [*COLDCHAIN, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    now = time.time_ns() // 1_000_000
    start = (now - 3 * HOUR_MS) // MINUTE_MS * MINUTE_MS
    ways = [
        *scans(
            PARCEL, start, (5, "loaded", "store-1"), (60, "unloaded", "store-1"),
            (61, "loaded", "van-1"), (178, "unloaded", "van-1"),
        ),
        *scans(COLD_ONE, start, (8, "loaded", "store-1"), (120, "delivered", "store-1")),
    ]  # fmt: skip
    sent = frames("store-1", start, 180, 999) + frames("van-1", start, 180, 110)
    sent.sort(key=lambda one: one.sent)
    bench.register(registration("store-1"), registration("van-1"))
    with (
        bench.worker(),
        running(environment, "alerts", "run"),
        running(environment, "audit", "archive"),
    ):
        bench.scan(*ways)
        bench.send_frames(*sent)
        bench.wait_done()
        wait_until(lambda: phone.messages("wang") != [], "wang was told")
        (alert,) = [one["id"] for one in said("alerts", "list", "--json")]
        now = time.time_ns() // 1_000_000
        answer = Acknowledge(alert=alert, by="wang", at=iso(now), cause="unit-failed")
        bench.send((alert, encode_command(answer), now), topic=ALERT_COMMANDS)
        wait_until(
            lambda: said("alerts", "list", "--json")[0]["status"] == "acknowledged",
            "the answer counted",
        )
        with open_to_read(tmp_path / "archive") as catalog:
            last = catalog.last()
        assert last is not None, "nothing was sealed while it ran"
    said("audit", "seal", "--json")

    records = bench.parcels()
    for parcel, verdict in ((PARCEL, "reject"), (COLD_ONE, "accept")):
        (made,) = said("audit", "record", parcel, "--as", "bundle", "--as", "json", "--json")
        assert made["verdict"] == verdict
        document = json.loads((tmp_path / "records" / f"{parcel}.json").read_bytes())
        assert msgspec.convert(document["record"], ParcelRecord) == records[parcel]
        proved = said("verify", f"records/{parcel}.bundle", "--key", "key.pem.pub", "--json")
        assert (proved["holds"], proved["verdict"]) == (True, verdict)
        assert {one["code"] for one in proved["proved"]} == {
            "signature", "trusted", "chain", "inclusion", "complete", "record"
        }  # fmt: skip
        words = {
            one["id"]: [(word["did"], word["by"]) for word in one["words"]]
            for one in document["alerts"]
        }
        if parcel == PARCEL:  # told again when it got worse, perhaps
            *told, answered = words[alert]
            assert (set(told), answered) == ({("told", "wang")}, ("acknowledge", "wang"))
        else:
            assert words == {}
