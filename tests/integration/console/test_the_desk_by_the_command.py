"""The inspector's desk by `coldchain console run`: Kafka, the alert service, the archive."""

import os
import re
import subprocess
import time
from functools import partial
from pathlib import Path

import msgspec
import pytest
import requests
from alert_world import record
from commands import COLDCHAIN, running
from commands import until as until_within

from audit.signing import make_key
from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import ABOARD, CUSTODY, EXCURSIONS, REGISTRY, Topic
from coldchain.custody import CustodyEvent, decode_event, encode_event
from coldchain.parcel_records import AboardRecord, BerthRecord, aboard_key
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import MINUTE_MS, iso
from ingest.topic import read_all
from runtime.servers.ports import free_ports
from series.lines import line
from series.schema import READING
from series.settings import SeriesSettings
from series.writer import Writer

pytestmark = pytest.mark.integration

until = partial(until_within, seconds=120.0)
FISH = "iced-seafood"
FIRST, SECOND = "106141415115000596", "106141415115000602"

ROUTES = """
[[recipients]]
name = "qian"
role = "inspector"
language = "en"
channels = { phone = "env:QIAN_PHONE" }

[default]
to = ["qian"]
"""


def put(kafka: KafkaSettings, topic: Topic, *records: tuple[bytes, bytes | None]) -> None:
    sender = producer(kafka)
    for key, value in records:
        sender.send(kafka.topic(topic), value, key).get(60)
    sender.close()


def aboard(parcel: str, since: int) -> tuple[bytes, bytes]:
    one = AboardRecord(
        device="van-1",
        parcel=parcel,
        profile=FISH,
        berths=[BerthRecord(compartment="main", start=iso(since), end=None)],
    )
    return aboard_key("van-1", parcel), msgspec.json.encode(one)


def test_the_sheet_is_of_now_and_a_hold_reaches_the_parcels_place(
    kafka: KafkaSettings, series_settings: SeriesSettings, tmp_path: Path
) -> None:
    (tmp_path / "routes.toml").write_text(ROUTES, encoding="utf-8")
    make_key(tmp_path / "key.pem")
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    environment = os.environ | {
        "COLDCHAIN_KAFKA_SERVERS": kafka.servers,
        "COLDCHAIN_KAFKA_PREFIX": kafka.prefix,
        "COLDCHAIN_INFLUXDB_URL": series_settings.url,
        "COLDCHAIN_INFLUXDB_TOKEN": series_settings.token,
        "COLDCHAIN_INFLUXDB_ORG": series_settings.org,
        "COLDCHAIN_INFLUXDB_BUCKET": series_settings.bucket,
        "COLDCHAIN_STATE": str(tmp_path),
        "COLDCHAIN_AUDIT_FOLDER": str(tmp_path / "archive"),
        "COLDCHAIN_AUDIT_KEY": str(tmp_path / "key.pem"),
        "COLDCHAIN_AUDIT_PEOPLE_KEYS": str(tmp_path / "people"),
        "COLDCHAIN_ALERTS_DATABASE": str(tmp_path / "alerts.sqlite"),
        "COLDCHAIN_ALERTS_ROUTES": str(tmp_path / "routes.toml"),
        "COLDCHAIN_CONSOLE_URL": url,
        "COLDCHAIN_CONSOLE_PORT": url.rpartition(":")[2],
        "QIAN_PHONE": "json://127.0.0.1:9/qian",
    }

    def said(*arguments: str) -> str:
        done = subprocess.run(
            [*COLDCHAIN, *arguments], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    now = time.time_ns() // 1_000_000
    since = now - 30 * MINUTE_MS
    entry = Entry(
        since="2026-01-01T00:00:00Z",
        kind="van",
        asset="鲁B·0001",
        compartments={"main": CompartmentEntry(profile=FISH)},
    )
    registration = Registration(device="van-1", history=[entry])
    put(kafka, REGISTRY, (b"van-1", msgspec.json.encode(registration)))
    start = iso(since)
    breach = record("feed0001", start=start, confirmed=start, peak_at=start)
    put(kafka, EXCURSIONS, (b"van-1", msgspec.json.encode(breach)))
    loaded = CustodyEvent(
        id="s1", parcel=FIRST, act="loaded", at=start, device="van-1", profile=FISH
    )
    put(kafka, CUSTODY, (b"van-1", encode_event(loaded)))
    put(kafka, ABOARD, aboard(FIRST, since), aboard(SECOND, since))
    series = f"{READING.name},compartment=main,device=van-1"
    writer = Writer(series_settings)
    made = [line(series, {"product": 9.25}, now - 5 * MINUTE_MS)]
    assert writer.send([one for one in made if one is not None]).result(60) == []
    writer.close()
    said("audit", "seal")

    with running(environment, "alerts", "run"), running(environment, "console", "run"):
        desk = requests.Session()
        desk.trust_env = False

        def is_up() -> bool:
            try:
                return desk.get(f"{url}/health", timeout=5).status_code == 200
            except requests.ConnectionError:
                return False

        until(is_up)
        desk.get(said("console", "link", "qian").strip(), timeout=60)

        def sheet() -> str:
            return desk.get(f"{url}/inspect/van?device=van-1", timeout=120).text

        until(lambda: "extreme 9.2 °C" in sheet())
        page = sheet()
        for told in ("Parcels aboard (2)", FIRST, SECOND, "9.25", "鲁B·0001"):
            assert told in page, told
        put(kafka, ABOARD, (aboard_key("van-1", SECOND), None))
        until(lambda: "Parcels aboard (1)" in sheet())
        assert SECOND not in sheet()

        page = desk.get(f"{url}/inspect/parcels/{FIRST}", timeout=120).text
        assert "in van-1 / main since" in page
        [proof, *_] = re.findall(r'name="proof" value="([^"]+)"', page)
        hold = {"decision": "hold", "role": "inspector", "reason": "warm", "proof": proof}
        path = f"{url}/inspect/parcels/{FIRST}/disposition"
        answer = desk.post(path, data=hold, timeout=120)
        assert "qian (inspector): held. warm" in answer.text
    scans = [decode_event(one.value) for one in read_all(kafka, CUSTODY)]
    assert [(one.parcel, one.act, one.device) for one in scans] == [
        (FIRST, "loaded", "van-1"),
        (FIRST, "held", "van-1"),
    ]
    assert (tmp_path / "people" / "qian.pem").is_file()
