"""Settings: who wins, and what is said of a bad one."""

import re
from pathlib import Path
from typing import Any

import pytest

from broker.settings import KafkaSettings
from runtime.errors import UserError
from runtime.settings import Given, PeopleSettings, load_section, load_settings, section
from series.settings import SeriesSettings


def given(
    environment: dict[str, str] | None = None,
    table: dict[str, Any] | None = None,
    running: dict[str, str] | None = None,
) -> Given:
    return Given(environment or {}, "coldchain.toml", table or {}, running or {})


def test_nothing_given_is_the_defaults() -> None:
    assert section("kafka", KafkaSettings, given()) == KafkaSettings()
    assert section("influxdb", SeriesSettings, given()) == SeriesSettings()


def test_the_environment_wins_over_the_file_and_the_file_over_running_servers() -> None:
    table = {"kafka": {"servers": "file:1"}, "influxdb": {"url": "http://file"}}
    running = {
        "COLDCHAIN_KAFKA_SERVERS": "up:1",
        "COLDCHAIN_INFLUXDB_URL": "http://up",
        "COLDCHAIN_INFLUXDB_ORG": "up",
    }
    everything = given({"COLDCHAIN_KAFKA_SERVERS": "env:1"}, table, running)
    assert section("kafka", KafkaSettings, everything).servers == "env:1"
    store = section("influxdb", SeriesSettings, everything)
    assert (store.url, store.org) == ("http://file", "up")


def test_numbers_and_paths_come_from_text_in_the_environment(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    settings = section(
        "kafka",
        KafkaSettings,
        given({"COLDCHAIN_KAFKA_PARTITIONS": "4", "COLDCHAIN_KAFKA_CA_FILE": str(authority)}),
    )
    assert settings.partitions == 4
    assert settings.ca_file == authority


@pytest.mark.parametrize("where", ["environment", "file"])
def test_a_secret_may_come_from_a_file(tmp_path: Path, where: str) -> None:
    secret = tmp_path / "token"
    secret.write_text("s3cret\n")
    named = (
        given({"COLDCHAIN_INFLUXDB_TOKEN_FILE": str(secret)})
        if where == "environment"
        else given(table={"influxdb": {"token_file": str(secret)}})
    )
    assert section("influxdb", SeriesSettings, named).token == "s3cret"


@pytest.mark.parametrize(
    ("environment", "table", "said"),
    [
        (
            {"COLDCHAIN_KAFKA_SERVERS": "nowhere"},
            {},
            "environment: COLDCHAIN_KAFKA_SERVERS.*host:port",
        ),
        ({"COLDCHAIN_KAFKA_PARTITIONS": "many"}, {}, "COLDCHAIN_KAFKA_PARTITIONS is 'many'"),
        ({"COLDCHAIN_KAFKA_PARTITIONS": "0"}, {}, "COLDCHAIN_KAFKA_PARTITIONS.*1 or more"),
        ({"COLDCHAIN_INFLUXDB_URL": "localhost:8086"}, {}, "COLDCHAIN_INFLUXDB_URL.*http://"),
        ({"COLDCHAIN_KAFKA_SERVER": "a:1"}, {}, "no setting COLDCHAIN_KAFKA_SERVER;"),
        ({"COLDCHAIN_INFLUXDB_TOKEN_FILE": "/no/such"}, {}, "COLDCHAIN_INFLUXDB_TOKEN_FILE can't"),
        ({"COLDCHAIN_KAFKA_CA_FILE": "/no/such.pem"}, {}, "COLDCHAIN_KAFKA_CA_FILE.*is there"),
        ({}, {"kafka": {"partitions": "4"}}, r"coldchain.toml: \[kafka\] partitions is '4'"),
        ({}, {"kafka": {"server": "a:1"}}, r"\[kafka\] has no key 'server'"),
    ],
)
def test_a_bad_value_is_one_line_with_its_source_and_key(
    environment: dict[str, str], table: dict[str, Any], said: str
) -> None:
    everything = given(environment, table)
    with pytest.raises(UserError, match=said) as caught:
        [
            section("kafka", KafkaSettings, everything),
            section("influxdb", SeriesSettings, everything),
        ]
    assert "\n" not in str(caught.value)


def test_a_secret_is_not_repeated_in_an_error() -> None:
    with pytest.raises(UserError) as caught:
        section("influxdb", SeriesSettings, given(table={"influxdb": {"token": 31337}}))
    assert "31337" not in str(caught.value)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UserError, match="IANA"):
        section("people", PeopleSettings, given(table={"people": {"zone": "Mars/Olympus"}}))


def test_the_file_in_this_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "coldchain.toml").write_text('[kafka]\nprefix = "qd."\n[people]\nlanguage = "en"\n')
    settings = load_settings()
    assert settings.kafka.prefix == "qd."
    assert settings.people.language == "en"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[kafak]\n", "no section"),
        ("kafka = 1\n", "has to be a section"),
        ("[kafka\n", "not TOML"),
    ],
)
def test_a_bad_file_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    monkeypatch.setenv("COLDCHAIN_CONFIG", str(file))
    with pytest.raises(UserError, match=re.escape(str(file)) + ".*" + said):
        load_section("kafka", KafkaSettings)


def test_a_named_file_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLDCHAIN_CONFIG", "/no/such.toml")
    with pytest.raises(UserError, match=r"/no/such\.toml can't be read"):
        load_settings()
