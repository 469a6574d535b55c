"""The whole way: a breach in Kafka, a message with a link, the page with its plot, the answer."""

import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from alert_world import record
from commands import COLDCHAIN, running, until

from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import EXCURSIONS, Topic
from coldchain.times import MINUTE_MS, iso
from runtime.servers.ports import free_ports
from series.lines import line
from series.schema import READING
from series.settings import SeriesSettings
from series.writer import Writer

pytestmark = pytest.mark.integration


ROUTES = """
[[recipients]]
name = "wang"
channels = { phone = "env:WANG_PHONE" }

[[recipients]]
name = "zhao"
role = "operator"
channels = { phone = "env:ZHAO_PHONE" }

[default]
to = ["wang"]
"""


def _send(kafka: KafkaSettings, topic: Topic, key: str, value: bytes) -> None:
    sender = producer(kafka)
    sender.send(kafka.topic(topic), value, key.encode()).get(30)
    sender.close()


def _store_readings(settings: SeriesSettings, now: int) -> None:
    made = [
        line(
            f"{READING.name},compartment=main,device=van-1",
            {"product": 3.0 + minute / 10},
            now - (60 - minute) * MINUTE_MS,
        )
        for minute in range(60)
    ]
    writer = Writer(settings)
    assert writer.send([one for one in made if one is not None]).result(30) == []
    writer.close()


def test_from_a_message_to_the_answer_in_two_taps(
    kafka: KafkaSettings, series_settings: SeriesSettings, tmp_path: Path, phone: Any
) -> None:
    (tmp_path / "routes.toml").write_text(ROUTES, encoding="utf-8")
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    environment = os.environ | {
        "COLDCHAIN_KAFKA_SERVERS": kafka.servers,
        "COLDCHAIN_KAFKA_PREFIX": kafka.prefix,
        "COLDCHAIN_INFLUXDB_URL": series_settings.url,
        "COLDCHAIN_INFLUXDB_TOKEN": series_settings.token,
        "COLDCHAIN_INFLUXDB_ORG": series_settings.org,
        "COLDCHAIN_INFLUXDB_BUCKET": series_settings.bucket,
        "COLDCHAIN_STATE": str(tmp_path),
        "COLDCHAIN_ALERTS_DATABASE": str(tmp_path / "alerts.sqlite"),
        "COLDCHAIN_ALERTS_ROUTES": str(tmp_path / "routes.toml"),
        "COLDCHAIN_ALERTS_GROUP_WAIT": "0",
        "COLDCHAIN_CONSOLE_URL": url,
        "COLDCHAIN_CONSOLE_PORT": url.rpartition(":")[2],
        "WANG_PHONE": phone.url("wang"),
        "ZHAO_PHONE": phone.url("zhao"),
    }
    now = time.time_ns() // 1_000_000
    _store_readings(series_settings, now)
    start = iso(now - 40 * MINUTE_MS)
    breach = record("feed0001", start=start, confirmed=start, peak_at=start)
    _send(kafka, EXCURSIONS, "van-1", msgspec.json.encode(breach))
    with (
        running(environment, "alerts", "run", ends_within=30),
        running(environment, "console", "run", ends_within=30),
    ):
        message = until(lambda: phone.messages("wang"))[0]["message"]
        link = message.splitlines()[-1]
        assert link.startswith(f"{url}/l/")
        visitor = requests.Session()
        visitor.trust_env = False
        until(lambda: _is_up(url))
        page = visitor.get(link, timeout=30)
        assert page.url == f"{url}/a/feed0001"
        assert "<svg" in page.text
        [proof, *_] = re.findall(r'name="proof" value="([^"]+)"', page.text)
        fields = {"cause": "unit-failed", "proof": proof}
        answered = visitor.post(f"{page.url}/acknowledge", data=fields, timeout=30)
        until(lambda: "wang 处理中" in visitor.get(page.url, timeout=30).text)
        assert answered.status_code == 200
        said = subprocess.run(
            [*COLDCHAIN, "alerts", "list", "--json"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        [alert] = json.loads(said.stdout)
        assert (alert["status"], alert["cause"]) == ("acknowledged", "unit-failed")
        for_operator = subprocess.run(
            [*COLDCHAIN, "console", "link", "zhao"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout.strip()
        desk = requests.Session()
        desk.trust_env = False
        desk.get(for_operator, timeout=30)
        assert "制冷故障" in desk.get(f"{url}/shift", timeout=30).text
    assert len(phone.messages("wang")) == 1
    assert phone.messages("zhao") == []


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False
