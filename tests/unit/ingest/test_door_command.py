"""`coldchain ingest token` and `serve`, as a person uses them."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from ingest.door.tokens import TokenStore
from runtime.cli import main


@pytest.fixture
def ingest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """`coldchain ingest …`, as (exit status, what it printed, what it said on standard error)."""
    monkeypatch.setenv("COLDCHAIN_INGEST_FOLDER", str(tmp_path / "door"))

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["ingest", *arguments])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


def test_a_token_is_made_told_once_listed_without_it_and_revoked(
    ingest: Any, tmp_path: Path
) -> None:
    status, secret, _ = ingest("token", "new", "van-1")
    assert status == 0
    file = tmp_path / "door" / "tokens.sqlite"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret.strip().encode() not in file.read_bytes()
    with TokenStore(file) as store:
        store.refresh()
        found = store.find(secret.strip(), 0)
        assert found is not None
        assert found.device == "van-1"
    _, listed, _ = ingest("token", "list", "--json")
    (one,) = json.loads(listed)
    assert (one["device"], one["valid"]) == ("van-1", True)
    assert secret.strip() not in listed
    assert ingest("token", "revoke", "van-1")[:2] == (0, "1 tokens revoked.\n")
    assert ingest("token", "revoke", "van-1")[0] == 1


def test_a_rotated_token_ends_after_its_grace(ingest: Any) -> None:
    ingest("token", "new", "van-1")
    ingest("token", "new", "van-1", "--rotate", "--grace", "0")
    _, listed, _ = ingest("token", "list", "--device", "van-1", "--json")
    assert sorted(one["valid"] for one in json.loads(listed)) == [False, True]


def test_a_registry_file_gets_a_token_a_device_in_a_file_of_ones_own(
    ingest: Any, tmp_path: Path
) -> None:
    registry, out = tmp_path / "devices.csv", tmp_path / "tokens.json"
    registry.write_text(
        "device,since,kind,asset,compartment,profile\n"
        "van-1,2026-11-01T00:00:00Z,van,van-1,main,iced-seafood\n"
        "van-2,2026-11-01T00:00:00Z,van,van-2,main,iced-seafood\n"
    )
    status, told, err = ingest("token", "issue", str(registry), "--out", str(out))
    assert (status, told) == (0, f"2 tokens in {out}.\n"), err
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    tokens = json.loads(out.read_text())
    assert list(tokens) == ["van-1", "van-2"]
    with TokenStore(tmp_path / "door" / "tokens.sqlite") as store:
        store.refresh()
        for device, secret in tokens.items():
            found = store.find(secret, 0)
            assert found is not None
            assert found.device == device
    status, _, err = ingest("token", "issue", str(registry), "--out", str(out))
    assert (status, err.count("\n")) == (2, 1), "what is there is not replaced"
    assert json.loads(out.read_text()) == tokens


def test_mistakes_are_one_line(ingest: Any) -> None:
    status, _, err = ingest("token", "new", "van/1")
    assert (status, err.count("\n")) == (2, 1)
    status, _, err = ingest("serve", "--host", "0.0.0.0")  # noqa: S104 - it is refused
    assert status == 2
    assert "tokens would travel in the clear to 0.0.0.0" in err


def test_what_can_not_be_is_refused_in_one_line(
    ingest: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in ("inf", "nan", "-1", "1e300"):
        status, _, err = ingest("token", "new", "van-1", "--rotate", "--grace", hours)
        assert (status, "Traceback" in err) == (2, False), hours
    assert ingest("serve", "--port", "70000")[0] == 2
    settings = {
        "skew_s": ("inf", "nan", "1e300"),
        "rate": ("inf",),
        "body_patience_s": ("nan",),
        "port": ("70000", "0"),
        "mqtt_port": ("70000",),
        "mqtt_ca_file": (str(tmp_path / "none.pem"),),
    }
    monkeypatch.setenv("COLDCHAIN_INGEST_MQTT_HOST", "127.0.0.1")
    for name, values in settings.items():
        for value in values:
            with monkeypatch.context() as only:
                only.setenv(f"COLDCHAIN_INGEST_{name.upper()}", value)
                status, _, err = ingest("serve")
            assert (status, err.count("\n")) == (2, 1), (name, value, err)
            assert name in err


def test_a_certificate_that_is_none_is_said(
    ingest: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("certificate", "private_key"):
        monkeypatch.setenv(f"COLDCHAIN_INGEST_{name.upper()}", str(tmp_path / f"{name}.pem"))
    status, _, err = ingest("serve")
    assert (status, err.count("\n")) == (2, 1), err
    assert "certificate.pem" in err


@pytest.mark.parametrize("made", ["a file", "no database"])
def test_a_folder_that_is_none_is_one_line(ingest: Any, tmp_path: Path, made: str) -> None:
    if made == "a file":
        (tmp_path / "door").write_text("")
    else:
        (tmp_path / "door").mkdir()
        (tmp_path / "door" / "tokens.sqlite").write_bytes(b"no database " * 100)
    for command in (("list",), ("new", "van-1"), ("revoke", "van-1")):
        status, _, err = ingest("token", *command)
        assert (status, err.count("\n")) == (2, 1), (command, err)


def test_tokens_that_can_not_be_written_down_are_not_made(ingest: Any, tmp_path: Path) -> None:
    registry = tmp_path / "devices.csv"
    registry.write_text(
        "device,since,kind,asset,compartment,profile\n"
        "van-1,2026-11-01T00:00:00Z,van,van-1,main,iced-seafood\n"
    )
    ingest("token", "new", "van-1")
    arguments = ("token", "issue", str(registry), "--rotate", "--grace", "0", "--out")
    status, _, err = ingest(*arguments, str(tmp_path / "none" / "tokens.json"))
    assert (status, err.count("\n")) == (2, 1), err
    (one,) = json.loads(ingest("token", "list", "--json")[1])
    assert one["valid"]


def test_half_a_file_of_tokens_is_taken_away(
    ingest: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, out = tmp_path / "devices.csv", tmp_path / "tokens.json"
    registry.write_text(
        "device,since,kind,asset,compartment,profile\n"
        "van-1,2026-11-01T00:00:00Z,van,van-1,main,iced-seafood\n"
    )

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    ingest("token", "list")
    with monkeypatch.context() as only:
        only.setattr("os.fsync", full)
        status, _, err = ingest("token", "issue", str(registry), "--out", str(out))
    assert (status, "No space left" in err) == (2, True)
    assert not out.exists()
    assert json.loads(ingest("token", "list", "--json")[1]) == []
