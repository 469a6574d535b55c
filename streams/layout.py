"""A frame's samples by channel and post, and what stays the same from frame to frame of a device.

Most frames of a device bring the same channels as the last one did. What the registry says of
them, where they go in columns, and how their lines are written is made once: their layout.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count as count_from

import numpy as np
from numpy.typing import NDArray

from coldchain.enrolment import Enrolled, Post
from coldchain.frames import Channel, Frame
from coldchain.judge import Plan
from coldchain.rules.given import Given
from series.lines import head, template
from series.schema import READING

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Stint:
    """Samples of one channel under one post; `step` (ms) where they are evenly spaced, else 0."""

    post: Post
    times: Sequence[int]
    values: Values
    step: int


@dataclass(frozen=True, slots=True)
class Judging:
    """What rows are judged by alike: one plan, one set of rules."""

    plan: Plan
    given: Given
    number: int


_judgings: dict[tuple[int, int], Judging] = {}
#: The same by their numbers.
JUDGINGS: list[Judging] = []


def judging_of(plan: Plan, given: Given) -> Judging:
    """The judging of these two objects. One plan is one object, and so are one plan's rules."""
    key = id(plan), id(given)
    found = _judgings.get(key)
    if found is None:  # it holds both for ever, so that their ids are not given out again
        found = _judgings[key] = Judging(plan, given, len(_judgings))
        JUDGINGS.append(found)
    return found


@lru_cache(maxsize=1 << 20)
def reading_head(device: str, compartment: str) -> str:
    """How a compartment's lines of readings begin."""
    return head(READING.name, {"compartment": compartment, "device": device})


_numbers = count_from(0)


@dataclass(slots=True, eq=False)
class Layout:
    """The channels of a device's frame, as of one entry of the registry.

    `rows`: which of them are judged, by their place in the frame; `rest`: which are not. The
    others are by row: `names` (and `row_of` them), `posts`, `keys` (device and channel), numbers
    that no other row has, those of its judgings, what its sensor can report, its calibration
    (micro-units).
    """

    device: str
    every: tuple[Post, ...]
    rows: list[int] = field(init=False)
    rest: list[int] = field(init=False)
    pauses: bool = field(init=False)
    names: list[str] = field(init=False)
    row_of: dict[str, int] = field(init=False)
    posts: list[Post] = field(init=False)
    keys: list[tuple[str, str]] = field(init=False)
    numbers: NDArray[np.int64] = field(init=False)
    judgings: NDArray[np.int64] = field(init=False)
    least: NDArray[np.float64] = field(init=False)
    most: NDArray[np.float64] = field(init=False)
    calibration: NDArray[np.int64] = field(init=False)
    _templates: dict[int, str] = field(default_factory=dict)
    _orders: "dict[int, NDArray[np.int64]]" = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = [place for place, post in enumerate(self.every) if post.plan is not None]
        self.rest = [place for place, post in enumerate(self.every) if post.plan is None]
        self.pauses = any(post.pauses for post in self.every)
        self.posts = [self.every[place] for place in self.rows]
        self.names = [post.channel for post in self.posts]
        self.row_of = {name: row for row, name in enumerate(self.names)}
        self.keys = [(self.device, name) for name in self.names]
        self.numbers = np.array([next(_numbers) for _ in self.rows], dtype=np.int64)
        judgings = [
            judging_of(post.plan, post.rules).number for post in self.posts if post.plan is not None
        ]
        self.judgings = np.array(judgings, dtype=np.int64)
        self.least = np.array([post.least for post in self.posts], dtype=np.float64)
        self.most = np.array([post.most for post in self.posts], dtype=np.float64)
        self.calibration = np.array([post.calibration for post in self.posts], dtype=np.int64)

    def template(self, count: int) -> str:
        """The lines of `count` samples of each row, to be filled in the order of `order`."""
        found = self._templates.get(count)
        if found is None:
            lines: list[str] = []
            for compartment, rows in _together(self._where()).items():
                fields = [self.posts[row].field for row in rows]
                lines += [template(reading_head(self.device, compartment), fields)] * count
            found = self._templates[count] = "\n".join(lines)
        return found

    def order(self, count: int) -> "NDArray[np.int64]":
        """Where what fills `template` is, in a row of all samples (row by row), then the times."""
        found = self._orders.get(count)
        if found is None:
            found = self._orders[count] = _order(self._where(), count)
        return found

    def _where(self) -> tuple[str, ...]:
        return tuple(post.compartment for post in self.posts)


def _together(compartments: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, compartment in enumerate(compartments):
        found.setdefault(compartment, []).append(row)
    return found


@lru_cache(maxsize=1 << 12)
def _order(compartments: tuple[str, ...], count: int) -> "NDArray[np.int64]":
    times = len(compartments) * count
    order: list[int] = []
    for rows in _together(compartments).values():
        for sample in range(count):
            order += [row * count + sample for row in rows]
            order.append(times + sample)
    return np.array(order, dtype=np.int64)


@dataclass(slots=True)
class Stints:
    """A frame's samples by channel and post. Where all its channels are sampled together under
    one entry, `layout` is theirs, and `start`, `step` (ms) and `count` are those of each."""

    frame: Frame
    layout: Layout | None = None
    start: int = 0
    step: int = 0
    count: int = 0
    _made: list[Stint] | None = None

    def all(self) -> list[Stint]:
        """Each of them, in the frame's order."""
        if self._made is None:
            self._made = [] if self.layout is None else self.some(range(len(self.layout.every)))
        return self._made

    def some(self, places: Sequence[int]) -> list[Stint]:
        """Those of a layout's channels, by their places in the frame."""
        layout, channels = self.layout, self.frame.channels
        if layout is None:
            return []
        times = range(self.start, self.start + self.count * self.step, self.step)
        every = layout.every
        return [Stint(every[one], times, channels[one].values, self.step) for one in places]

    def ends_slot(self, length: int) -> bool:
        """Whether it leaves a slot of this length (ms) behind, by the reading before it; True
        where its channels are not sampled together."""
        last = self.start + (self.count - 1) * self.step
        return self.layout is None or (self.start - self.step) // length != last // length


#: Layouts kept of a device at most: what doors and mains add comes in few ways.
LAYOUTS = 16


def stints_of(enrolled: Enrolled, frame: Frame) -> Stints:
    """A frame's samples by channel and post.

    Raises Unregistered where the registry has no place for one of them.
    """
    channels = frame.channels
    if channels and (step := channels[0].step) is not None:
        start, count = channels[0].start, len(channels[0].values)
        if start is not None and count and _are_together(channels, start, step, count):
            index = enrolled.index(start)
            if index == enrolled.index(start + (count - 1) * step):  # nearly always
                layout = _layout(enrolled, index, channels)
                return Stints(frame, layout, start, step, count)
    made = [stint for channel in channels for stint in _stints(enrolled, channel)]
    return Stints(frame, _made=made)


def _are_together(channels: Sequence[Channel], start: int, step: int, count: int) -> bool:
    for one in channels:
        if one.start != start or one.step != step or len(one.values) != count:
            return False
    return True


def _layout(enrolled: Enrolled, index: int, channels: Sequence[Channel]) -> Layout:
    key = index, *[one.name for one in channels]
    found: Layout | None = enrolled.layouts.get(key)
    if found is None:
        posts = tuple(enrolled.post(index, one.name) for one in channels)
        if len(enrolled.layouts) >= LAYOUTS:
            enrolled.layouts.clear()
        found = enrolled.layouts[key] = Layout(enrolled.registration.device, posts)
    return found


def _stints(enrolled: Enrolled, channel: Channel) -> Iterator[Stint]:
    """A channel's samples, parted where the registry says something else of them."""
    times = channel.times()
    if not times:
        return
    step = 0 if channel.step is None else channel.step
    index = enrolled.index(times[0] if step else min(times))
    if index == enrolled.index(times[-1] if step else max(times)):  # nearly always
        yield Stint(enrolled.post(index, channel.name), times, channel.values, step)
        return
    pairs = sorted(zip(times, channel.values, strict=True), key=lambda pair: pair[0])
    rising = [at for at, _ in pairs]
    for index, start, stop in enrolled.by_entry(rising):
        values = [value for _, value in pairs[start:stop]]
        yield Stint(enrolled.post(index, channel.name), rising[start:stop], values, step)
