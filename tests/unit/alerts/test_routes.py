"""Routes: who is told and why; and the file, every mistake of which names its place."""

from dataclasses import replace
from pathlib import Path

import pytest

from alerts.hours import Hours
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
        ("after_minutes = 10", "after_minutes = nan", "after_minutes has to rise"),
        ("[default]", "[default]\nrepeat_minutes = -1", "default: repeat_minutes is 0"),
        ('crews = ["harbour"]', 'quiet = ["22-7"]', "'wang': quiet: '22-7' is not hours"),
        ('crews = ["harbour"]', 'shift = ["06:00-06:00"]', "'wang': shift: "),
        ('crews = ["harbour"]', 'role = "king"', "king"),
        (
            'kind = ["van"]',
            'profile = ["vaccine-*"]',
            "at least 3 people, and with nobody in a crew or depot this reaches 1",
        ),
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
        read_routes(path, {}, lambda _: "holds no apprise URL")
    assert "secret-host" not in str(raised.value)


def test_an_address_that_is_missing_or_written_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(RoutesError, match="the environment has no PHONE"):
        read_routes(path, {})
    path.write_text(GOOD.replace("env:PHONE", "json://host/"), encoding="utf-8")
    with pytest.raises(RoutesError, match="never written here"):
        read_routes(path, {})


def test_a_person_has_shift_quiet_hours_counties_and_role() -> None:
    more = """crews = ["harbour"]
shift = ["06:00-14:00"]
quiet = ["22:00-07:00"]
counties = ["chengyang"]
role = "operator\""""
    wang = _parse(GOOD.replace('crews = ["harbour"]', more)).recipients["wang"]
    assert (wang.shift, wang.quiet) == ((Hours(360, 840),), (Hours(1320, 420),))
    assert (wang.counties, wang.role) == (("chengyang",), "operator")


def test_rules_look_at_compartment_county_and_subject_too() -> None:
    text = GOOD.replace(
        'kind = ["van"]', 'compartment = ["front*"]\ncounty = ["cy"]\nsubject = ["door-open"]'
    )
    routes = _parse(text)
    fits = Case(
        "d", "warning", county="cy", compartment="front.1", subject="door-open", crew="harbour"
    )
    assert route(routes, fits).rule == "vans"
    for other in (
        replace(fits, county="xx"),
        replace(fits, compartment="rear"),
        replace(fits, subject="above"),
    ):
        assert route(routes, other).rule == "default"


def test_the_depot_is_those_who_answer_for_the_county() -> None:
    text = GOOD.replace('crews = ["harbour"]', 'counties = ["cy"]').replace("@crew", "@depot")
    decision = route(_parse(text), Case("d", "critical", kind="van", county="cy"))
    assert [one.why for one in decision.now] == ["rule 'vans': depot cy"]
    nobody = route(_parse(text), Case("d", "critical", kind="van", county="elsewhere"))
    assert nobody.rule == "default"


def test_medicine_that_finds_too_few_people_says_how_many_are_missing() -> None:
    decision = route(_parse(GOOD), Case("d", "critical", "medicine-2-8-gsp", kind="van"))
    assert decision.missing == 2
    assert decision.because[-1] == "the routes have 1: 2 too few"
    assert route(_parse(GOOD), Case("d", "warning", "medicine-2-8-gsp", kind="van")).missing == 0


MEDICINE_FILE = """
[[recipients]]
name = "wang"
crews = ["harbour"]
channels = { phone = "env:WANG" }

[[recipients]]
name = "duty"
channels = { phone = "env:DUTY" }

[[recipients]]
name = "chief"
channels = { phone = "env:CHIEF" }

[[recipients]]
name = "qa"
channels = { phone = "env:QA" }

[[rules]]
name = "medicine"
profile = ["medicine-*"]
to = TO
escalate = [{ after_minutes = 10, to = ["chief"] }]

[default]
to = ["duty"]
"""


@pytest.mark.parametrize(
    ("to", "is_enough"),
    [
        ('["wang"]', True),  # wang, chief as the next step, duty by default
        ('["@crew", "wang"]', True),
        ('["duty", "chief"]', False),  # four recipients in the file, two reached
        ('["@crew"]', False),  # nobody in the crew, and the default is one
        ('["@crew", "@depot"]', False),
    ],
)
def test_a_rule_for_medicine_reaches_three_people_whoever_is_in_or_is_refused(
    to: str, is_enough: bool
) -> None:
    text = MEDICINE_FILE.replace("TO", to)
    if not is_enough:
        with pytest.raises(RoutesError, match="rule 'medicine': a critical alarm about medicine"):
            _parse(text)
        warnings = text.replace(f"to = {to}", f'severity = ["warning"]\nto = {to}')
        assert _parse(warnings).rules[0].name == "medicine"
        return
    routes = _parse(text)
    for crew in ("harbour", "nobody's", ""):
        case = Case("d", "critical", "medicine-2-8-gsp", kind="van", crew=crew)
        decision = route(routes, case)
        assert (decision.missing, len(decision.now) >= 3) == (0, True)


@pytest.mark.parametrize(
    ("pattern", "is_medicine"),
    [
        ("medicine-2-8-gsp", True),
        ("med*", True),
        ("vaccine-*", True),
        ("*", False),
        ("frozen", False),
    ],
)
def test_a_pattern_that_means_medicine_is_known_however_it_is_written(
    pattern: str, is_medicine: bool
) -> None:
    text = MEDICINE_FILE.replace("TO", '["duty"]').replace("medicine-*", pattern)
    text = text.replace('to = ["chief"] }]', 'to = ["duty"] }]')
    if not is_medicine:
        assert _parse(text).rules[0].profile == (pattern,)
        return
    with pytest.raises(RoutesError, match="this reaches 1"):
        _parse(text)
