"""A fleet of numbered devices, and the short lists that a worker tells of it."""

from streams.ranks import ranked_lines
from streams.standing import STATES, Group, Members, Stands

KINDS = ("van", "locker", "warehouse", "precooler")
COUNTIES = ("", "即墨", "黄岛")


def ranked(severities: dict[int, int], partition: int, heard: int, at: int) -> list[str]:
    """The lists of these devices (their number: how severe) that a worker tells at a time.

    `heard`: since when the silent ones are.
    """
    groups: dict[Group, Members] = {}
    for number, severity in severities.items():
        kind, county = KINDS[number % 4], COUNTIES[number % 3]
        micro = round((2.0 - severity - number / 100) * 1e6)
        one = Stands(
            STATES[severity],
            heard if severity == 4 else at,
            4_000_000 - micro,
            "main.air",
            micro,
            position=(36.0 + number / 100, 120.0 + number / 50),
        )
        groups.setdefault((county, kind), []).append((f"{kind}-{number}", one))
    return ranked_lines(partition, at, groups)
