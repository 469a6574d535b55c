"""What `coldchain status` makes of what it finds."""

from runtime.health import _prefixes


def test_other_installations_are_found_by_their_prefix_where_all_their_topics_are_there() -> None:
    names = ["coldchain.frames", "coldchain.seals"]
    there = [
        "demo-1.coldchain.frames",
        "demo-1.coldchain.seals",
        "half.coldchain.frames",
        "__consumer_offsets",
    ]
    assert _prefixes(there, names) == {"demo-1."}
    assert _prefixes([*there, *names], names) == {"demo-1.", ""}
    assert _prefixes([], names) == set()
