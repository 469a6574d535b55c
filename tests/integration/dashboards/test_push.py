"""Push into a real Grafana, the one that compose runs, where a container engine answers.

Elsewhere `tests/unit/dashboards/test_push.py` holds each request against Grafana's own OpenAPI.
"""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests
import yaml

from dashboards.boards import BOARDS
from dashboards.grafana import Grafana
from dashboards.push import push
from dashboards.settings import GrafanaSettings
from dashboards.words import LANGUAGES
from runtime.servers.docker import COMPOSE_FILE, engine_answers
from runtime.servers.ports import free_ports
from series.settings import SeriesSettings

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not engine_answers(), reason="no container engine answers here"),
]
PASSWORD = "for-this-test-only"
SERIES = SeriesSettings(url="http://influxdb:8086", token="t0ken", bucket="cold")


@pytest.fixture(scope="module")
def grafana() -> Iterator[GrafanaSettings]:
    """Grafana, with a service account's token."""
    from testcontainers.core.container import DockerContainer

    service = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["services"]["grafana"]
    [port] = free_ports(1)
    made = DockerContainer(service["image"]).with_bind_ports(3000, port)
    made.with_env("GF_SECURITY_ADMIN_PASSWORD", PASSWORD)
    with made:
        url = f"http://127.0.0.1:{port}"
        answers(made, url)
        yield GrafanaSettings(url=url, token=token(url))


def answers(container: "DockerContainer", url: str) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            if requests.get(f"{url}/api/health", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        assert time.monotonic() < deadline, container.get_logs()
        time.sleep(0.5)


def token(url: str) -> str:
    def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        reply = requests.post(f"{url}/api{path}", json=body, auth=("admin", PASSWORD), timeout=30)
        reply.raise_for_status()
        found: dict[str, Any] = reply.json()
        return found

    account = post("/serviceaccounts", {"name": "coldchain", "role": "Admin"})
    key = post(f"/serviceaccounts/{account['id']}/tokens", {"name": "push"})["key"]
    return str(key)


def test_a_real_grafana_gets_every_board_once_and_a_second_push_changes_nothing(
    grafana: GrafanaSettings,
) -> None:
    assert {one.outcome for one in push(grafana, SERIES, BOARDS)} == {"created"}
    assert {one.outcome for one in push(grafana, SERIES, BOARDS)} == {"unchanged"}
    there = Grafana(grafana)
    uids = [one["uid"] for one in there.boards("coldchain", grafana.folder_uid)]
    there.close()
    assert sorted(uids) == sorted(b.uid(language) for b in BOARDS for language in LANGUAGES)


def test_a_real_grafana_loses_what_the_code_no_longer_has_only_when_asked(
    grafana: GrafanaSettings,
) -> None:
    push(grafana, SERIES, BOARDS)
    kept = [one.outcome for one in push(grafana, SERIES, BOARDS[:1])]
    assert kept.count("not in code") == (len(BOARDS) - 1) * len(LANGUAGES)
    gone = [one.outcome for one in push(grafana, SERIES, BOARDS[:1], remove=True)]
    assert gone.count("removed") == (len(BOARDS) - 1) * len(LANGUAGES)
