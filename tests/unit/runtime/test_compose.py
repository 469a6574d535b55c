"""compose.yaml: what must hold of it without an engine to run it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.channels import fault_of
from alerts.routes_example import ADDRESS, EXAMPLE
from alerts.routes_toml import read_routes
from broker.settings import KafkaSettings
from dashboards.boards import BOARDS
from dashboards.words import LANGUAGES
from runtime.commands.ingest_door import IngestSection
from runtime.pages import ConsoleSection
from runtime.servers.docker import SERVICES, new_secrets, project
from runtime.servers.kafka import MAX_MESSAGE_BYTES
from runtime.settings import Given, section

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


def test_every_server_is_healthy_only_when_it_says_so(compose: dict[str, Any]) -> None:
    for name in SERVICES:
        assert "healthcheck" in compose["services"][name], name


def test_ports_are_published_on_loopback_only(compose: dict[str, Any]) -> None:
    services = compose["services"].items()
    published = [port for _, service in services for port in service.get("ports", [])]
    assert {name for name, service in services if "ports" in service} == {
        *SERVICES,
        "ingest",
        "console",
    }
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    secrets = [
        value
        for service in compose["services"].values()
        for name, value in service.get("environment", {}).items()
        if name.endswith(("TOKEN", "PASSWORD"))
    ]
    assert secrets
    assert all(":?" in value for value in secrets)


def test_kafka_takes_what_the_native_one_takes(compose: dict[str, Any]) -> None:
    environment = compose["services"]["kafka"]["environment"]
    assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert int(environment["KAFKA_MESSAGE_MAX_BYTES"]) == MAX_MESSAGE_BYTES


def test_the_project_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["coldchain"]
    assert any("--require-hashes" in line for line in lines)


def test_a_project_has_free_ports_and_secrets_of_its_own() -> None:
    one, other = (project(name, {}, new_secrets()).variables for name in ("one", "other"))
    assert one["COLDCHAIN_INFLUXDB_TOKEN"] != other["COLDCHAIN_INFLUXDB_TOKEN"]
    ports = [one[name] for name in one if name.endswith("_PORT")]
    assert len(set(ports)) == len(SERVICES)


def test_compose_itself_accepts_it_with_secrets_and_refuses_it_without() -> None:
    command = shutil.which("docker-compose")
    if command is None:
        pytest.skip("no docker-compose here to check the file with")

    def config(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, "-f", str(ROOT / "compose.yaml"), "--profile", "app", "config"],
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **variables},
            capture_output=True,
            text=True,
            cwd=ROOT,
        )

    good = config(dict(project("x", {}, new_secrets()).variables))
    assert good.returncode == 0, good.stderr
    assert "COLDCHAIN_KAFKA_SERVERS: kafka:19092" in good.stdout
    assert config({}).returncode != 0


def test_grafana_has_boards_whatever_the_profile(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert "profiles" not in services["boards"]
    assert services["grafana"]["depends_on"]["boards"] == {
        "condition": "service_completed_successfully"
    }
    assert (
        "${COLDCHAIN_BOARDS:-boards}:/var/lib/coldchain/boards:ro"
        in (services["grafana"]["volumes"])
    )


def test_up_writes_grafanas_boards_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "said"
    docker = tmp_path / "docker-compose"
    docker.write_text(f'#!/bin/sh\necho "$COLDCHAIN_BOARDS $*" >> {said}\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    boards = tmp_path / "boards"
    project("x", {}, new_secrets()).up(boards)
    [line] = [line for line in said.read_text().splitlines() if " up " in line]
    assert line.startswith(f"{boards} ")
    assert "--no-deps" in line
    assert len(list(boards.glob("*.json"))) == len(BOARDS) * len(LANGUAGES)


def test_the_alerts_service_starts_with_the_routes_that_are_there(
    compose: dict[str, Any],
) -> None:
    alerts = compose["services"]["alerts"]
    given = alerts["command"][alerts["command"].index("--routes") + 1]
    mounts = [one for one in alerts["volumes"] if one.endswith(f":{given}:ro")]
    assert mounts == [f"${{COLDCHAIN_ROUTES:-./compose.alert-routes.toml}}:{given}:ro"]
    assert (ROOT / "compose.alert-routes.toml").read_text(encoding="utf-8") == EXAMPLE
    default = alerts["environment"][ADDRESS].split(":-", 1)[1].removesuffix("}")
    routes = read_routes(ROOT / "compose.alert-routes.toml", {ADDRESS: default}, fault_of)
    assert list(routes.recipients) == ["courier"]


def test_the_pages_read_what_the_alert_service_writes_and_believe_its_links(
    compose: dict[str, Any],
) -> None:
    alerts, console = compose["services"]["alerts"], compose["services"]["console"]
    assert console["volumes"] == alerts["volumes"]
    for name in ("COLDCHAIN_STATE", "COLDCHAIN_CONSOLE_URL"):
        assert console["environment"][name] == alerts["environment"][name]
    routes = console["environment"]["COLDCHAIN_ALERTS_ROUTES"]
    assert any(one.endswith(f":{routes}:ro") for one in console["volumes"])
    [port] = console["ports"]
    assert port.endswith(f":{ConsoleSection().port}")
    assert f":{ConsoleSection().port}/health" in console["healthcheck"]["test"][-1]
    assert console["depends_on"]["alerts"] == {"condition": "service_started"}


def test_the_default_of_a_client_is_where_compose_publishes_kafka(compose: dict[str, Any]) -> None:
    [port] = compose["services"]["kafka"]["ports"]
    assert KafkaSettings().servers == "127.0.0.1:9092"
    assert ":-9092}" in port


def test_the_front_door_keeps_its_tokens_and_spool_and_its_settings_are_some(
    compose: dict[str, Any],
) -> None:
    ingest = compose["services"]["ingest"]
    state = ingest["environment"]["COLDCHAIN_STATE"]
    assert ingest["volumes"] == [f"ingest:{state}"]
    assert "ingest" in compose["volumes"]
    settings = section("ingest", IngestSection, Given(ingest["environment"]))
    assert settings.behind_proxy
    assert ingest["ports"][0].endswith(f":{settings.port}")
