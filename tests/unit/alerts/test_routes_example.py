"""The routes file that `coldchain alerts init` writes."""

from pathlib import Path

import pytest

from alerts.routes import Case, route
from alerts.routes_example import ADDRESS
from alerts.routes_toml import read_routes
from runtime.commands.alerts import init
from runtime.errors import UserError


def test_the_example_works_with_an_address_in_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    init(file)
    routes = read_routes(file, {ADDRESS: "json://127.0.0.1:1/"})
    case = Case("van-1", "critical", "iced-seafood", "Van 1", "van", "harbour")
    assert [one.recipient.name for one in route(routes, case).now] == ["courier"]
    with pytest.raises(ValueError, match=ADDRESS):
        read_routes(file, {})


def test_a_routes_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text("mine")
    with pytest.raises(UserError, match="left alone"):
        init(file)
    assert file.read_text() == "mine"
