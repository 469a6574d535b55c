"""What a person reads, in both languages, short enough for a phone."""

from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest

from alerts.messages import MOST_SHORT_LINES, Message, write
from alerts.nearest import Space
from alerts.routes import Language
from alerts.sentences import SENTENCES
from alerts.told import Reader, Told
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.rules.table import RULES
from coldchain.times import DAY_MS, MINUTE_MS, from_iso, iso

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = from_iso("2026-11-24T04:00:00Z")  # noon in Shanghai
PROFILES = {
    "iced-seafood": Profile(
        "iced-seafood",
        {"en": "Iced seafood"},
        (
            Limit("warm", "above", 4_000_000, 0, "critical"),
            Limit("freezing", "below", -1_000_000, 0, "warning"),
        ),
        max_gap=600_000,
        unknown_allowance=0,
        sampling=60_000,
    )
}


def _write(
    language: Language, *records: Any, again: bool = False, now: int = NOON, **more: Any
) -> Message:
    reader = Reader(language, SHANGHAI, PROFILES)
    return write(
        reader, [Told(one.id, one, "鲁B-1234") for one in records], now, again=again, **more
    )


def _now(make_record: Any, **changes: Any) -> Any:
    start = iso(NOON - 45 * MINUTE_MS)
    plain = {"start": start, "peak_at": start, "minutes": 45.0, "limit": "warm"}
    return make_record("0123456789abcdef", **{**plain, **changes})


def test_a_message_says_where_how_warm_how_long_and_what_to_do(make_record: Any) -> None:
    message = _write("zh-CN", _now(make_record, parcels_total=12))
    assert message == Message(
        "【严重】鲁B-1234 main舱 9.2 °C",
        "最高 9.2 °C，限 4.0 °C，超限 45 分钟（11:15 起）。\n"
        "包裹 12 件。请关好门，查制冷；不降温就把货转到能用的冷柜。\n编号 01234567",
    )
    message = _write("en", _now(make_record, parcels_total=12))
    assert message == Message(
        "[CRITICAL] 鲁B-1234 main 9.2 °C",
        "Highest 9.2 °C, limit 4.0 °C, 45 min out of limits, since 11:15.\n"
        "Parcels: 12. Close the doors, check the cooling; if it stays warm, move the goods.\n"
        "Ref 01234567",
    )


def test_cold_has_its_own_words(make_record: Any) -> None:
    message = _write("en", _now(make_record, limit="freezing", peak=-2.0, severity="warning"))
    assert message.title.startswith("[Warning]")
    assert "Lowest -2.0 °C" in message.body
    assert "freezing" in message.body


def test_without_the_profile_the_sentence_claims_no_direction(make_record: Any) -> None:
    message = _write("en", _now(make_record, profile="unheard-of"))
    assert "Reached 9.2 °C, 45 min" in message.body


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "最后读数"), ("en", "last seen")])
def test_what_is_presumed_says_when_it_was_last_seen(
    make_record: Any, language: Language, word: str
) -> None:
    message = _write(language, _now(make_record, state="presumed", confirmed=None, minutes=10.0))
    assert word in message.body
    assert "11:25" in message.body


def test_what_has_ended_says_so(make_record: Any) -> None:
    message = _write("en", _now(make_record, state="closed", end=iso(NOON - 5 * MINUTE_MS)))
    assert "40 min out of limits, 11:15 to 11:55; back now." in message.body


def test_a_time_of_another_day_carries_its_date(make_record: Any) -> None:
    start = iso(NOON - DAY_MS)
    message = _write("en", _now(make_record, start=start, peak_at=start, minutes=1440.0))
    assert "since 11-23 12:00" in message.body


def test_many_alerts_are_one_short_message(make_record: Any) -> None:
    records = [_now(make_record, compartment=f"c{number:02}") for number in range(40)]
    message = _write("en", *records)
    assert message.title == "[CRITICAL] 鲁B-1234: 40 out of range"
    assert "35 more." in message.body
    assert message.body.count("\n") == 7


def test_lines_name_the_probe_and_the_limit_that_they_are_about(make_record: Any) -> None:
    product = _now(make_record)
    air = _now(make_record, channel="main.air.rear", severity="warning")
    assert _write("en", product, air).body.splitlines()[:2] == [
        "main product probe 9.2 °C (CRITICAL, limit above 4.0 °C): "
        "45 min out of limits, since 11:15.",
        "main air probe rear 9.2 °C (Warning, limit above 4.0 °C): "
        "45 min out of limits, since 11:15.",
    ]
    assert "main舱货温探头 9.2 °C（严重，上限 4.0 °C）：" in _write("zh-CN", product, air).body


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("profile", ["iced-seafood", "unheard-of"])
def test_no_two_lines_are_identical(make_record: Any, language: Language, profile: str) -> None:
    plain = _now(make_record, profile=profile)
    others = [make_record(name) for name in ("1" * 16, "2" * 16)]
    alike = [msgspec.structs.replace(plain, id=one.id) for one in others]
    colder = msgspec.structs.replace(plain, id="3" * 16, limit="freezing")
    lines = _write(language, plain, *alike, colder).body.splitlines()
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("language", get_args(Language))
def test_a_message_that_may_have_come_before_says_so(make_record: Any, language: Language) -> None:
    plain = _write(language, _now(make_record))
    again = _write(language, _now(make_record), again=True)
    assert again.title == plain.title + SENTENCES[language]["again"]


LINK = "https://cold.example.com/l/d2FuZw.0123456789abcdef.1c89e88.Fq3xhZ0aTq2mWm8yWZ1c1A"
SPACE = Space("hub-1", "城阳集散中心2号冷库", 12.3)


@pytest.mark.parametrize("language", get_args(Language))
def test_with_all_that_it_can_say_a_message_is_four_lines_and_the_link_last(
    make_record: Any, language: Language
) -> None:
    parcels = [f"SF130421033{number}" for number in range(1, 10)]
    record = _now(make_record, parcels=parcels, parcels_total=120, severity="warning")
    told = Told(record.id, record, "鲁B-1234", True, number=2, flaps=3, left=47 * MINUTE_MS)
    reader = Reader(language, SHANGHAI, PROFILES)
    message = write(reader, [told], NOON, space=SPACE, link=LINK)
    *text, link = message.body.splitlines()
    assert link == LINK
    assert len(text) == 4
    assert sum(map(len, text)) <= (160 if language == "zh-CN" else 330)
    for word in ("47", "…210331", "120", "城阳集散中心2号冷库", "12.3", "01234567"):
        assert word in message.body, word


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_fleet_rule_has_a_title_a_sentence_and_advice(
    make_condition: Any, language: Language, rule: str
) -> None:
    figures = {"target": 4.0, "starts": 9.0, "window": 60.0, "rate": 0.12, "left": 14.0}
    figures |= {"celsius": 3.0, "most": 2.0, "moved": 0.7}
    record = make_condition(rule, since=iso(NOON - MINUTE_MS), due=iso(NOON), values=figures)
    message = write(
        Reader(language, SHANGHAI, PROFILES), [Told("0123456789", record, "鲁B-1234")], NOON
    )
    say = SENTENCES[language]
    assert say[f"rule_{rule}"] in message.title
    assert len(message.body.splitlines()) == 3
    assert "{" not in message.title + message.body
    assert len(message.title + message.body) <= 200


def test_a_condition_whose_figures_are_missing_is_told_all_the_same(make_condition: Any) -> None:
    for rule in ("fast-rise", "a-rule-of-tomorrow"):
        record = make_condition(rule, since=iso(NOON), due=iso(NOON))
        message = write(Reader("en", SHANGHAI, PROFILES), [Told("c1", record, "van")], NOON)
        assert "since 12:00" in message.body


@pytest.mark.parametrize("language", get_args(Language))
def test_many_devices_are_a_short_line_each_the_gravest_first(
    make_record: Any, make_condition: Any, language: Language
) -> None:
    told = [
        Told(f"{number:016}", _now(make_record, severity="warning"), f"locker {number:02}")
        for number in range(20)
    ]
    told.append(Told("f" * 16, _now(make_record), "van 7"))
    told.append(Told("e" * 16, make_condition("mains-lost"), "van 7"))
    message = write(Reader(language, SHANGHAI, PROFILES), told, NOON, link=LINK)
    first, *others = message.body.splitlines()
    assert first.startswith("van 7")
    assert len(others) == MOST_SHORT_LINES + 2  # the count of the rest, and the way to them
    assert others[-1] == LINK
    assert len(message.title) <= 60
    assert len(message.body) <= 480
    assert "22" in message.title


@pytest.mark.parametrize("language", get_args(Language))
def test_a_message_fits_a_phone(make_record: Any, language: Language) -> None:
    for state in ("confirmed", "presumed", "closed"):
        message = _write(language, _now(make_record, state=state, parcels_total=120))
        assert len(message.title) <= 60
        assert len(message.body) <= 230


def test_both_languages_have_the_same_sentences() -> None:
    assert SENTENCES["zh-CN"].keys() == SENTENCES["en"].keys()


def _many(make_record: Any, assets: int, boxes: int) -> list[Told]:
    """Alerts of so many assets; of each five boxes, one is critical."""
    start = iso(NOON - 45 * MINUTE_MS)
    marks = {"start": start, "peak_at": start, "minutes": 45.0, "limit": "warm"}
    return [
        Told(
            f"{asset}-{box}",
            make_record(
                f"{asset}-{box}",
                compartment=f"c{box:02}",
                severity="warning" if box % 5 else "critical",
                **marks,
            ),
            f"locker {asset:02}",
        )
        for asset in range(assets)
        for box in range(boxes)
    ]


@pytest.mark.parametrize("assets", [1, 12])
def test_where_no_page_has_them_a_message_names_every_critical_one_by_its_place(
    make_record: Any, assets: int
) -> None:
    reader = Reader("en", SHANGHAI, PROFILES)
    told = _many(make_record, assets, 40)
    lines = write(reader, told, NOON).body.splitlines()
    for asset in range(assets):
        own = lines if assets == 1 else [one for one in lines if f"locker {asset:02}" in one]
        named = " ".join(own)
        assert all(f"c{box:02}" in named for box in range(0, 40, 5)), named
    with_page = write(reader, told, NOON, link="https://cold.example/l/x").body
    assert "critical:" not in with_page
    assert len(with_page) < 900
