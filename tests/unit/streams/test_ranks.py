"""The short lists that a worker tells for the boards."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from series.schema import RANKS
from streams.ranks import LISTED_MS, ranked_lines
from streams.standing import STATES, Members, Stands, State

AT = 1_795_500_000_000
GROUP = ("即墨", "van")
Row = tuple[int, dict[str, str]]


def told(members: Members, name: str, at: int = AT) -> list[Row]:
    """A list as it is told: each point's time and its fields."""
    found = []
    for text in ranked_lines(7, at, {GROUP: members}):
        head, fields, time = text.rsplit(" ", 2)
        if head == f"ranked,county=即墨,kind=van,list={name},partition=7":
            found.append((int(time), dict(one.split("=") for one in fields.split(","))))
    return found


def named(rows: Iterable[Row]) -> list[str]:
    return [fields["device"].strip('"') for _, fields in rows if fields["severity"] != "-1i"]


def stands(state: State, margin: int | None = 0, at: int = AT) -> Stands:
    return Stands(state, at, 4_000_000, "main.air", margin)


members = st.lists(
    st.tuples(
        st.sampled_from(STATES),
        st.none() | st.integers(-9_000_000, 9_000_000),
        st.integers(AT - 2 * LISTED_MS, AT),
    ),
    max_size=3 * RANKS,
).map(lambda drawn: [(f"van-{n:03}", stands(*one)) for n, one in enumerate(drawn)])


@given(members, st.randoms())
def test_a_list_has_all_its_points_whoever_is_in_it_and_in_whatever_order_they_were_met(
    found: Members, chance: object
) -> None:
    lines = ranked_lines(7, AT, {GROUP: found})
    for name in ("worst", "silent"):
        assert [time for time, _ in told(found, name)] == [AT - n for n in range(RANKS + 1)]
        assert told(found, name)[0][1] == {"severity": "-1i"}
    chance.shuffle(found)  # type: ignore[attr-defined]
    assert ranked_lines(7, AT, {GROUP: found}) == lines


@given(members)
def test_the_lists_begin_with_those_that_the_whole_fleet_would_begin_with(found: Members) -> None:
    heard = [(d, one) for d, one in found if one.state != "silent" and one.margin is not None]
    worst = sorted(heard, key=lambda m: (-STATES.index(m[1].state), m[1].margin, m[0]))
    assert named(told(found, "worst")) == [device for device, _ in worst][:RANKS]
    silent = sorted(
        (one.at, device)
        for device, one in found
        if one.state == "silent" and AT - one.at <= LISTED_MS
    )
    assert named(told(found, "silent")) == [device for _, device in silent][:RANKS]


def test_a_rank_that_empties_is_told_of_as_nobodys() -> None:
    before = told([("van-1", stands("critical")), ("van-2", stands("warm"))], "worst")
    after = told([("van-2", stands("warm"))], "worst", AT + 30_000)
    assert named(before) == ["van-1", "van-2"]
    assert named(after) == ["van-2"]
    assert len(after) == len(before)


def test_a_group_without_anybody_is_lists_of_nobody() -> None:
    assert {fields["severity"] for _, fields in told([], "worst")} == {"-1i"}


def test_a_point_written_again_is_wholly_the_later_devices() -> None:
    placed = Stands("warm", AT, 4_000_000, "main.air", 0, position=(36.1, 120.3))
    fields = [
        told([("van-1", one)], name)[1][1].keys()
        for name, one in (
            ("worst", placed),
            ("worst", stands("ok", 5)),
            ("silent", stands("silent")),
        )
    ]
    assert fields[0] == fields[1]
    assert fields[0] - fields[2] == {"margin", "worst", "worst_channel"}
    assert told([("van-1", stands("ok"))], "worst")[1][1]["latitude"] == "-999.0"
