"""The command: what it says of mistakes, and that it starts fast."""

import importlib.util
import subprocess
import sys
import types

import pytest
import typer

from runtime import cli
from runtime.errors import UserError

HEAVY = (
    "pandas",
    "numpy",
    "matplotlib",
    "faust",
    "kafka",
    "aiokafka",
    "pyarrow",
    "influxdb_client",
)


def exit_code(arguments: list[str]) -> object:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return ended.value.code


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A verb of the test's own, `try`; set `run` on it."""
    module = types.ModuleType("runtime.commands.try")
    monkeypatch.setitem(sys.modules, "runtime.commands.try", module)
    monkeypatch.setitem(cli.VERBS, "try", "Only for this test.")
    return module


@pytest.mark.parametrize("name", list(cli.VERBS))
def test_every_verb_of_the_table_has_its_module(name: str) -> None:
    assert importlib.util.find_spec(f"runtime.commands.{name}") is not None


@pytest.mark.parametrize("name", list(cli.VERBS))
def test_every_verb_has_help_with_an_example(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")  # no example broken over two lines
    below = getattr(cli.load(name), "commands", None)  # a group's examples are its commands'
    for path in [[name, one] for one in below] if below else [[name]]:
        assert exit_code([*path, "--help"]) == 0
        as_typed = "coldchain " + " ".join(path)
        assert capsys.readouterr().out.count(as_typed) > 1, as_typed  # beyond the usage line


def test_help_lists_every_verb_without_loading_anything_heavy() -> None:
    script = (
        "import sys, runtime.cli as cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert not heavy, heavy\n"
        "assert not [m for m in sys.modules if m.startswith('runtime.commands.')]\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in cli.VERBS)


def test_a_users_mistake_is_one_line_and_exit_2(
    verb: types.ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> None:
        raise UserError("there is no such van")

    verb.run = run  # type: ignore[attr-defined]
    assert exit_code(["try"]) == 2
    assert capsys.readouterr().err == "coldchain: there is no such van\n"


def test_kafka_away_is_one_line_that_says_what_to_do(
    verb: types.ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    from kafka.errors import KafkaTimeoutError

    def run() -> None:
        raise KafkaTimeoutError("Unable to bootstrap")

    verb.run = run  # type: ignore[attr-defined]
    assert exit_code(["try"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "coldchain up" in said


def test_a_fault_of_ours_is_not_hidden(verb: types.ModuleType) -> None:
    def run() -> None:
        raise ZeroDivisionError

    verb.run = run  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError):
        cli.main(["try"])


def test_the_answer_no_is_exit_1(verb: types.ModuleType) -> None:
    def run() -> None:
        raise typer.Exit(1)

    verb.run = run  # type: ignore[attr-defined]
    assert exit_code(["try"]) == 1


def test_ctrl_c_is_exit_130_without_a_traceback(
    verb: types.ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> None:
        raise KeyboardInterrupt

    verb.run = run  # type: ignore[attr-defined]
    assert exit_code(["try"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_an_unknown_verb_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["defrost"]) == 2
    assert "defrost" in capsys.readouterr().err
