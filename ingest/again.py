"""What of a dead letter can be sent once more, to which topic, as whose; and sending it.

A letter is what was refused: one item, or a whole body (malformed, of too many items, or with an
item that speaks for another device). It is taken apart as at the front door. What is in order
goes on as it first came: its bytes, its device, `received`; of a body in part so, the rest comes
back as letters of their own. A letter of which nothing can go stays as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REJECTED, Topic
from coldchain.rejections import Rejection
from coldchain.times import iso

from .dead_letters import DeadLetter, mark_of
from .door.reading import KINDS, BodyError, Kind, items_of, media_of, read, said
from .sender import Sender

#: So many letters are sent and confirmed before they are marked.
_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Item:
    """What goes to a topic, under a device's name."""

    topic: Topic
    key: bytes | None
    value: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a letter. `left`: why nothing of it can be sent, else None.

    `back`: reason and bytes of those parts that are letters of their own from now on.
    """

    letter: DeadLetter
    items: list[Item] = field(default_factory=list)
    back: list[tuple[str, bytes]] = field(default_factory=list)
    left: str | None = None


def kind_of(letter: DeadLetter, settings: KafkaSettings) -> str | None:
    """`frames` or `custody`, by where it came from; None for a file's line and the store's."""
    where = letter.rejection.where
    for name, topic in (("frames", FRAMES), ("custody", CUSTODY)):
        if where.startswith(f"{settings.topic(topic)}/") or where == f"http/v1/{name}":
            return name
        if where.startswith("mqtt/") and where.endswith(f"/{name}"):
            return name
    return None


def planned(
    letter: DeadLetter,
    settings: KafkaSettings,
    now: int,
    skew: int,
    foreign: bool = False,
    value: bytes | None = None,
) -> Plan:
    """What becomes of a letter, or of what it was mended to be (`value`), at `now` (ms).

    What came over a topic goes there as it is: the rules judge it, and know more than we do.
    `foreign`: whoever asks vouches for items that speak for another device than the one whose
    token it was; they go under the name they give. `skew` (ms) as at the front door.
    """
    name = kind_of(letter, settings)
    if name is None:
        return Plan(letter, left="did not come as a frame or scan: mend its file and replay that")
    kind = KINDS[name]
    if value is None and letter.rejection.where.startswith(f"{settings.topic(kind.topic)}/"):
        return Plan(letter, [Item(kind.topic, letter.key, letter.value)])
    body = letter.value if value is None else value
    try:
        raws = items_of(body, media_of(body))
    except BodyError as error:
        return Plan(letter, left=said(error))
    items: list[Item] = []
    back: list[tuple[str, bytes]] = []
    for raw in raws:
        found = _checked(raw, kind, letter, now, skew, foreign)
        if isinstance(found, Item):
            items.append(found)
        else:
            back.append((found, raw))
    if not items:
        return Plan(letter, left=back[0][0])
    return Plan(letter, items, back)


def _checked(
    raw: bytes, kind: Kind, letter: DeadLetter, now: int, skew: int, foreign: bool
) -> Item | str:
    """The item to send, or why it can't be."""
    seen = read([raw], kind, letter.device, now, skew)
    if seen.foreign is None:
        return Item(kind.topic, letter.key, raw) if seen.taken else seen.refused[0].reason
    if not foreign:
        return f"{letter.device} can't speak for {seen.foreign}"
    seen = read([raw], kind, seen.foreign, now, skew)
    if not seen.taken:
        return seen.refused[0].reason
    return Item(kind.topic, kind.check(raw, now).device.encode(), raw)


def distinct(letters: Iterable[DeadLetter], settings: KafkaSettings) -> list[list[DeadLetter]]:
    """Letters of the same bytes, device and origin together: refused twice, sent once."""
    found: dict[tuple[object, ...], list[DeadLetter]] = {}
    for letter in letters:
        origin = letter.rejection.where.partition("/")[0]
        same = kind_of(letter, settings), origin, letter.key, letter.value
        found.setdefault(same, []).append(letter)
    return list(found.values())


def send_again(
    settings: KafkaSettings,
    plans: Sequence[tuple[Plan, Sequence[DeadLetter]]],
    now: int,
    on_sent: Callable[[int], None] = lambda _: None,
) -> int:
    """Send what was planned, then mark the letters that are done with; how many items went.

    Killed in between, what was sent may be sent again: the same bytes, which change nothing.
    Raises SendError.
    """
    count = 0
    with Sender(settings) as sender:
        for first in range(0, len(plans), _TOGETHER):
            some = plans[first : first + _TOGETHER]
            for plan, _ in some:
                one = plan.letter
                for item in plan.items:
                    sender.raw(item.topic, item.key, item.value, one.received)
                for reason, raw in plan.back:
                    why = Rejection(reason, one.rejection.where, iso(now))
                    sender.raw(REJECTED, one.key, raw, one.received, why.headers())
                count += len(plan.items)
            sender.flush()
            for plan, copies in some:
                if plan.left is None:
                    for one in copies:
                        sender.raw(REJECTED, one.key, b"", None, mark_of(one.id, now))
            sender.flush()
            on_sent(count)
    return count
