"""How fast the room speaks: its durations, written here and nowhere else."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Durations in seconds.

    `group_wait`: alerts of one device within it are one message to each person. `group_interval`:
    the next message to a person about the same device waits so long after the last, unless it is
    graver (`group_interval_critical`: a critical one). `per_minute`: messages that a person gets
    by a channel in one; `digest_interval`: after one about many devices the next waits so long.
    `flap_window`: what comes back within it is the same alert; `flap_wait`: it is told again that
    long after it was last told, at the soonest. `repeat_critical`, `repeat_warning`: while nobody
    answers, those told hear it again (0: never; a rule's own goes first); `repeat_in_hand`:
    whoever has it in hand does. `silence_reminder`: how long before its end a silence's owner is
    reminded. `stale_after`: what ended, or was last seen, longer ago wakes nobody.
    `give_up_after`: for how long a message is tried.
    """

    group_wait: float = 20.0
    group_interval: float = 300.0
    group_interval_critical: float = 60.0
    flap_window: float = 1800.0
    flap_wait: float = 900.0
    repeat_critical: float = 3600.0
    repeat_warning: float = 4 * 3600.0
    repeat_in_hand: float = 2 * 3600.0
    silence_reminder: float = 600.0
    per_minute: int = 6
    digest_interval: float = 30.0
    stale_after: float = 72 * 3600.0
    give_up_after: float = 2 * 3600.0


#: What it sets, by name.
PACE = tuple(one.name for one in fields(Pace))
