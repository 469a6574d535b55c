"""Profiles are read whole, or refused with one line that names file, profile and key."""

import re
import tomllib
from pathlib import Path

import pytest

from coldchain.celsius import MICRO
from coldchain.profile_toml import ProfileError, parse_profile
from coldchain.times import MINUTE_MS
from runtime.profiles import load_profiles

SHIPPED = {
    "berries",
    "chilled-meat-and-dairy",
    "controlled-room-temperature",
    "deep-frozen-tuna",
    "frozen",
    "iced-seafood",
    "leafy-vegetables",
    "live-seafood",
    "medicine-2-8-gsp",
    "vaccine-2-8",
    "vaccine-shipment",
}


def number(value: object) -> str:
    return f'{{ value = {value}, mark = "U", source = "a test" }}'


GOOD = f"""
id = "any"
max_gap_minutes = {number(10)}
unknown_allowance_minutes = {number(30)}
sampling_minutes = {number(5)}
door_grace_minutes = {number(10)}
door_recovery_minutes = {number(20)}
retention_days = {number(730)}

[title]
en = "Any"
zh-CN = "任意"

[[limits]]
id = "warm"
side = "above"
threshold = {number(4.0)}
allowed_minutes = {number(30)}
severity = "critical"
clear = {number(3.5)}

[shelf_life]
model = "square-root"
parameter = {number(-10)}
reference = {number(0)}
hours = {number(336)}
at = {number(0)}

[pull_down]
target = {number(4)}
within_minutes = {number(120)}
"""


def test_a_profile_is_read_whole() -> None:
    profile = parse_profile(GOOD, "any.toml")
    (warm,) = profile.limits
    assert (warm.threshold, warm.clear_level) == (4 * MICRO, 3 * MICRO + MICRO // 2)
    assert (warm.allowed, profile.max_gap) == (30 * MINUTE_MS, 10 * MINUTE_MS)
    assert profile.title == {"en": "Any", "zh-CN": "任意"}
    assert profile.shelf_life is not None
    assert profile.shelf_life.hours == 336
    assert profile.pull_down is not None
    assert profile.pull_down.within == 120 * MINUTE_MS


MKT = f"mkt_limit = {number(8)}\n"
WINDOW = f"mkt_window_hours = {number(24)}\n"
WARM_THRESHOLD = f"threshold = {number(4.0)}"
SECOND = f"""
[[limits]]
id = "warm"
side = "below"
threshold = {number(0)}
allowed_minutes = {number(30)}
severity = "warning"
"""


@pytest.mark.parametrize(
    ("old", "new", "key", "what"),
    [
        (WARM_THRESHOLD, "threshold = 4.0", "limits[0] (warm).threshold", "Expected `object`"),
        (', source = "a test" }\nunknown', " }\nunknown", "max_gap_minutes", "`source`"),
        (
            WARM_THRESHOLD,
            WARM_THRESHOLD.replace('"U"', '"Q"'),
            "limits[0] (warm).threshold.mark",
            "Q",
        ),
        (WARM_THRESHOLD, WARM_THRESHOLD.replace("a test", " "), "threshold.source", "regex"),
        (WARM_THRESHOLD, f"threshold = {number('nan')}", "limits.warm.threshold", "not a finite"),
        (WARM_THRESHOLD, f"threshold = {number('inf')}", "limits.warm.threshold", "not a finite"),
        (WARM_THRESHOLD, f"threshold = {number(-300)}", "limits.warm.threshold", "not within"),
        (
            WARM_THRESHOLD,
            f"threshold = {number('true')}",
            "limits[0] (warm).threshold.value",
            "bool",
        ),
        ('id = "warm"', 'id = "warm"\ncolour = "red"', "limits[0] (warm): ", "colour"),
        ('id = "warm"', 'id = "Warm fish"', "limits[0] (Warm fish).id", "regex"),
        ('side = "above"', 'side = "over"', "limits[0] (warm).side", "over"),
        ("[title]", f"{SECOND}[title]", "limits.warm.id", "2 limits"),
        (number(3.5), number(4.5), "limits.warm.clear", "other side"),
        (number(5), number(11), "max_gap_minutes", "below sampling_minutes"),
        (number(5), number(0), "sampling_minutes", "not above 0"),
        ('id = "warm"\n', "", "limits[0]: ", "missing required field `id`"),
        (
            "[title]",
            f"sampling_beyond_minutes = {number(0)}\n[title]",
            "sampling_beyond",
            "above 0",
        ),
        (number(30) + "\nseverity", number(19) + "\nseverity", "allowed_minutes", "door stop"),
        (number(30) + "\nseverity", number(-1) + "\nseverity", "allowed_minutes", "not within"),
        ('zh-CN = "任意"', "", "title", "zh-CN"),
        (number(-10), number(5), "shelf_life.reference", "above parameter"),
        (number(336), number(0), "shelf_life.hours", "not above 0"),
        ('"square-root"', '"arrhenius"', "shelf_life.parameter", "above 0"),
        (number(120), number(-5), "pull_down.within_minutes", "not above 0"),
        ("\n[title]", f"{MKT}[title]", "mkt_window_hours", "is missing"),
        ("\n[title]", f"{WINDOW}[title]", "mkt_window_hours", "no mkt_limit"),
        (
            "\n[title]",
            f"{MKT}{WINDOW.replace('24', '1.01')}[title]",
            "mkt_window_hours",
            "5 minutes",
        ),
        (
            "\n[title]",
            f"{MKT}{WINDOW.replace('24', '0')}[title]",
            "mkt_window_hours",
            "not above 0",
        ),
    ],
)
def test_what_is_wrong_is_named_by_file_profile_and_key(
    old: str, new: str, key: str, what: str
) -> None:
    assert old in GOOD
    with pytest.raises(ProfileError) as refused:
        parse_profile(GOOD.replace(old, new, 1), "any.toml")
    message = str(refused.value)
    assert message.startswith("any.toml: profile any: ")
    assert key in message
    assert what in message
    assert "\n" not in message


def test_a_profile_without_limits_would_accept_anything_and_is_refused() -> None:
    text = re.sub(r"\[\[limits\]\].*?(?=\[shelf_life\])", "", GOOD, flags=re.DOTALL)
    with pytest.raises(ProfileError, match="limits"):
        parse_profile(text, "any.toml")


@pytest.mark.parametrize("text", ["id = ", "", "id = 3", "[[limits]]"])
def test_what_is_no_profile_at_all_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ProfileError, match=r"^any\.toml: [^\n]*$"):
        parse_profile(text, "any.toml")


def test_a_critical_limit_on_a_buffered_probe_may_allow_less_than_a_door_takes() -> None:
    probe = GOOD.replace('severity = "critical"', 'severity = "critical"\nquantity = "product"')
    assert (
        parse_profile(probe.replace(number(30) + "\nsev", number(0) + "\nsev"), "any.toml")
        .limits[0]
        .allowed
        == 0
    )


def test_the_profiles_of_the_issue_are_shipped_each_in_the_file_of_its_name() -> None:
    profiles = load_profiles()
    assert set(profiles) >= SHIPPED
    folder = Path(__file__).parents[3] / "coldchain" / "profiles"
    assert {file.stem for file in folder.glob("*.toml")} == set(profiles)


def test_shelf_life_is_not_for_frozen_or_live_goods() -> None:
    profiles = load_profiles()
    for name in ("frozen", "deep-frozen-tuna", "live-seafood"):
        assert profiles[name].shelf_life is None


def test_iced_seafood_is_critical_above_four_degrees_for_half_an_hour() -> None:
    warm = next(limit for limit in load_profiles()["iced-seafood"].limits if limit.id == "warm")
    assert (warm.side, warm.threshold, warm.allowed) == ("above", 4 * MICRO, 30 * MINUTE_MS)
    assert (warm.severity, warm.mode, warm.inclusive) == ("critical", "consecutive", False)


def test_a_warning_that_says_it_is_of_the_critical_limits_threshold_is() -> None:
    """Sources are read by inspectors: what they say of other numbers has to be true of them."""
    folder = Path(__file__).parents[3] / "coldchain" / "profiles"
    checked = 0
    for path in folder.glob("*.toml"):
        limits = tomllib.loads(path.read_text(encoding="utf-8"))["limits"]
        critical = {
            (one["side"], one["threshold"]["value"])
            for one in limits
            if one["severity"] == "critical"
        }
        for one in limits:
            if "of the same threshold" in one["allowed_minutes"]["source"]:
                checked += 1
                assert (one["side"], one["threshold"]["value"]) in critical, (path.name, one["id"])
    assert checked


def test_gsp_asks_for_a_record_every_two_minutes_while_out_of_range() -> None:
    profiles = load_profiles()
    assert profiles["medicine-2-8-gsp"].sampling_beyond == 2 * MINUTE_MS
    assert profiles["iced-seafood"].sampling_beyond is None


def test_fish_on_melting_ice_is_not_told_of_and_fish_that_freezes_is() -> None:
    below = [one for one in load_profiles()["iced-seafood"].limits if one.side == "below"]
    assert not any(one.beyond(-MICRO // 2) for one in below)
    assert any(one.beyond(-2 * MICRO) for one in below)


def test_a_users_folder_adds_profiles(tmp_path: Path) -> None:
    (tmp_path / "any.toml").write_text(GOOD, encoding="utf-8")
    assert load_profiles(tmp_path)["any"].id == "any"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (GOOD.replace('id = "any"', 'id = "frozen"').encode(), "already that of frozen.toml"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_users_profile_is_refused_with_its_own_path(
    tmp_path: Path, content: bytes, what: str
) -> None:
    (tmp_path / "mine.toml").write_bytes(content)
    with pytest.raises(ProfileError, match=what) as refused:
        load_profiles(tmp_path)
    assert str(tmp_path / "mine.toml") in str(refused.value)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="not a folder"):
        load_profiles(tmp_path / "none")
