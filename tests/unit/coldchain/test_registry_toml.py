"""Registry files: they round-trip, and what is wrong is named by file, device and key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.registry import ChannelEntry, CompartmentEntry, Entry, Registration
from coldchain.registry_toml import RegistryError, dumps, loads
from coldchain.times import iso

GOOD = """
[[devices]]
device = "van-0042"

[[devices.history]]
since = 2026-11-01T08:00:00+08:00
kind = "van"
asset = "van-0042"

[devices.history.compartments.main]
profile = "iced-seafood"
"""

names = st.text("aZ0_-", max_size=6).map(lambda rest: f"n{rest}")
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
quantities = st.sampled_from(["air", "product", "door"])
calibrations = st.builds(ChannelEntry, calibration=st.floats(-5, 5))


@st.composite
def registrations(draw: st.DrawFn) -> Registration:
    since = sorted(draw(st.sets(st.integers(0, 4_000_000_000_000), min_size=1, max_size=3)))
    compartments = st.dictionaries(names, st.builds(CompartmentEntry, profile=words), max_size=3)
    held = [draw(compartments) for _ in since]
    entries = [
        Entry(
            since=iso(at),
            kind=draw(st.sampled_from(["van", "locker", "logger"])),
            asset=draw(words),
            compartments=own,
            county=draw(words),
            crew=draw(words),
            channels={
                f"{name}.{draw(quantities)}": draw(calibrations)
                for name in draw(st.sets(st.sampled_from(sorted(own))))
            }
            if own
            else {},
            position=draw(st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180))),
        )
        for at, own in zip(since, held, strict=True)
    ]
    return Registration(device=draw(names), history=entries)


@given(st.lists(registrations(), max_size=3, unique_by=lambda r: r.device))
def test_what_is_written_is_read_back_the_same(some: list[Registration]) -> None:
    assert loads(dumps(some), "registry.toml") == some


def test_a_native_toml_time_is_the_same_moment_in_utc() -> None:
    (registration,) = loads(GOOD, "registry.toml")
    assert registration.history[0].since == "2026-11-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "van"', 'kind = "vam"', r"history\[0\]\.kind: Invalid enum value 'vam'"),
        ('asset = "van-0042"', "", r"history\[0\]: Object missing required field `asset`"),
        ('asset = "van-0042"', 'aset = "van-0042"', r"history\[0\]: .*unknown field `aset`"),
        ("+08:00", "", r"history\[0\]\.since: time without a zone"),
        ("2026-11-01T08:00:00+08:00", '"yesterday"', r"history\[0\]\.since: 'yesterday' is not"),
        (
            "compartments.main",
            'compartments."a b"',
            r"history\[0\]\.compartments: 'a b' can't name",
        ),
        (
            "[devices.history.compartments.main]",
            "[devices.history.channels.main]\n[devices.history.compartments.main]",
            r"history\[0\]\.channels: 'main' is not compartment\.quantity",
        ),
        (
            "[devices.history.compartments.main]",
            '[devices.history.channels."main.air"]\ncalibration = nan\n'
            "[devices.history.compartments.main]",
            r"history\[0\]\.channels\.main\.air\.calibration: not a finite number",
        ),
        *(
            (
                "[devices.history.compartments.main]",
                f"[devices.history.channels.{name}]\ncalibration = {calibration}\n"
                "[devices.history.compartments.main]",
                said,
            )
            for name, calibration, said in [
                ('"main.air"', "1e308", r"history\[0\]\.channels\.main\.air\.calibration: 1e\+308"),
                ('"main.air"', "-20.5", r"history\[0\]\.channels\.main\.air\.calibration: -20\.5"),
                ('"rear.air"', "0.1", r"history\[0\]\.channels\.rear\.air: no compartment 'rear'"),
                ('"main.taste"', "0.1", r"history\[0\]\.channels\.main\.taste: unknown quantity"),
            ]
        ),
    ],
)
def test_a_mistake_is_named_by_file_device_and_key(old: str, new: str, said: str) -> None:
    with pytest.raises(RegistryError, match=rf"^registry\.toml: device van-0042: {said}"):
        loads(GOOD.replace(old, new, 1), "registry.toml")


def test_entries_have_to_follow_each_other_in_time() -> None:
    entry = GOOD[GOOD.index("[[devices.history]]") :]
    with pytest.raises(RegistryError, match=r"device van-0042: history\[1\]\.since: .* not after"):
        loads(GOOD + entry, "registry.toml")


def test_a_device_named_twice_is_refused() -> None:
    with pytest.raises(RegistryError, match="device van-0042: device: named twice"):
        loads(GOOD + GOOD, "registry.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= 1", "not TOML"),
        ("", r"no \[\[devices\]\]"),
        ("[[device]]", "unknown key 'device'"),
        ("devices = [3]", "device no. 1: Expected `object`, got `int`"),
        ('[[devices]]\ndevice = "a"\nhistory = []', "device a: history: empty"),
        ("[[devices]]\nhistory = []", "device no. 1: Object missing required field `device`"),
    ],
)
def test_what_is_no_registry_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        loads(text, "registry.toml")
