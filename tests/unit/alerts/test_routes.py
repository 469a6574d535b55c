"""Routes: who is told and why; and the file, every mistake of which names its place."""

from pathlib import Path

import pytest

from alerts.routes import Case, Recipient, Routes, Rule, Step, route
from alerts.routes_toml import RoutesError, parse_routes, read_routes
from coldchain.times import MINUTE_MS

PEOPLE = {
    "wang": Recipient("wang", {"phone": "json://h/w"}, "zh-CN", ("harbour",)),
    "li": Recipient("li", {"phone": "json://h/l"}, "zh-CN", ("harbour", "north")),
    "duty": Recipient("duty", {"mail": "json://h/d"}, "en"),
}
ROUTES = Routes(
    PEOPLE,
    Rule("default", ("duty",)),
    (
        Rule("medicine", ("@crew", "duty"), profile=("medicine-*", "vaccine-*")),
        Rule("vans", ("@crew",), (Step(MINUTE_MS, ("duty",)),), kind=("van",)),
    ),
)


def _names(case: Case) -> list[str]:
    return [one.recipient.name for one in route(ROUTES, case).now]


def test_the_first_rule_that_fits_decides() -> None:
    case = Case("van-1", "critical", "vaccine-2-8", "van 1", "van", "harbour")
    assert route(ROUTES, case).rule == "medicine"
    assert _names(case) == ["wang", "li", "duty"]


def test_the_crew_are_those_who_answer_for_it() -> None:
    assert _names(Case("van-1", "critical", "iced-seafood", "van 1", "van", "north")) == ["li"]


def test_a_person_named_twice_is_told_once() -> None:
    routes = Routes(PEOPLE, Rule("default", ("wang", "@crew")))
    told = route(routes, Case("x", "warning", crew="harbour")).now
    assert [one.recipient.name for one in told] == ["wang", "li"]


def test_a_crew_of_nobody_and_no_rule_at_all_fall_to_the_default() -> None:
    for case in (
        Case("van-1", "critical", "iced-seafood", "van 1", "van", "nobody"),
        Case("locker-1", "critical", "iced-seafood", "locker 1", "locker", "harbour"),
        Case("ghost", "critical"),
    ):
        assert _names(case) == ["duty"]
        assert "the default holds" in " ".join(route(ROUTES, case).because)


def test_a_decision_says_why_each_rule_did_not_fit() -> None:
    decision = route(ROUTES, Case("van-1", "critical", "frozen", "van 1", "van", "harbour"))
    assert decision.because == (
        "rule 'medicine' does not fit: profile 'frozen' is none of medicine-*, vaccine-*",
        "rule 'vans' fits",
    )
    assert decision.now[0].why == "rule 'vans': crew harbour"
    assert decision.steps[0][0] == MINUTE_MS


GOOD = """
[[recipients]]
name = "wang"
crews = ["harbour"]
channels = { phone = "env:PHONE" }

[[rules]]
name = "vans"
kind = ["van"]
to = ["@crew"]
escalate = [{ after_minutes = 10, to = ["wang"] }]

[default]
to = ["wang"]
"""


def _parse(text: str) -> Routes:
    return parse_routes(text, "routes.toml", lambda source: f"json://h/{source}")


def test_a_good_file_gives_routes() -> None:
    routes = _parse(GOOD)
    assert routes.recipients["wang"].channels == {"phone": "json://h/env:PHONE"}
    assert routes.rules[0].steps == (Step(10 * MINUTE_MS, ("wang",)),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('to = ["@crew"]', 'to = ["nobody"]', "rule 'vans': no recipient 'nobody'"),
        ('to = ["@crew"]', "to = []", "rule 'vans': `to` names nobody"),
        ('kind = ["van"]', 'kind = ["boat"]', "boat"),
        ('kind = ["van"]', 'knid = ["van"]', "knid"),
        ('name = "vans"', 'name = "default"', "rule 'default'"),
        ('[default]\nto = ["wang"]', '[default]\nto = ["@crew"]', "default: needs a name"),
        ("after_minutes = 10", "after_minutes = -1", "after_minutes has to rise"),
        ('channels = { phone = "env:PHONE" }', "channels = {}", "'wang': has no channel"),
        ("[[rules]]", "[[rules", "not TOML"),
        ('crews = ["harbour"]', 'crews = "harbour"', "crews"),
    ],
)
def test_a_mistake_is_one_line_that_names_its_place(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(RoutesError) as raised:
        _parse(GOOD.replace(old, new))
    assert str(raised.value).startswith("routes.toml")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_address_comes_from_the_environment_or_a_file_and_is_never_shown(
    tmp_path: Path,
) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(GOOD.replace("env:PHONE", "file:phone"), encoding="utf-8")
    (tmp_path / "phone").write_text("json://secret-host/\n", encoding="utf-8")
    routes = read_routes(path, {})
    assert routes.recipients["wang"].channels["phone"] == "json://secret-host/"
    assert "secret-host" not in repr(routes)
    with pytest.raises(RoutesError, match="holds no apprise URL") as raised:
        read_routes(path, {}, lambda _: False)
    assert "secret-host" not in str(raised.value)


def test_an_address_that_is_missing_or_written_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(RoutesError, match="the environment has no PHONE"):
        read_routes(path, {})
    path.write_text(GOOD.replace("env:PHONE", "json://host/"), encoding="utf-8")
    with pytest.raises(RoutesError, match="never written here"):
        read_routes(path, {})
