"""`coldchain evaluate` called as a person calls it."""

import json
from typing import Any

import pytest

from runtime.cli import main


class Called:
    """How a call ended: its exit status, standard output and error."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def printed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


@pytest.fixture
def evaluate(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> Called:
        with pytest.raises(SystemExit) as ended:
            main(["evaluate", *map(str, arguments)])
        out, err = capsys.readouterr()
        return Called(int(ended.value.code or 0), out, err)

    return call
