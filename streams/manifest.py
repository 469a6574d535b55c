"""Who is and was aboard each device, and what a worker makes of it.

Berths come from `coldchain.aboard`, on the partition of the device's frames. They change how its
compartments are judged (coldchain.aboard), and where a leg's readings are all there, or are put
right later, its parcel is told.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from coldchain.aboard import Berth, first_difference, manned, with_parcels
from coldchain.enrolment import Enrolled, Roster
from coldchain.frames import TEMPERATURES
from coldchain.judge import open_excursions
from coldchain.parcel_records import AboardRecord, berths_of
from coldchain.profile import Profile
from coldchain.records import ExcursionRecord
from coldchain.saying import of_compartment, standing
from coldchain.times import DAY_MS

from .effects import Late, Standing
from .memories import devices_on
from .memory import ChannelMemory, DeviceMemory
from .parcels.notes import Note
from .standing import plan_of

#: Berths that ended so long ago are forgotten: no frame is kept that long, ms.
KEPT_MS = 7 * DAY_MS
#: What a berth's parcel was told: nothing, that waiting is over, that its readings are all there.
UNTOLD, GIVEN_UP, ALL_THERE = 0, 1, 2


class Place(Berth, array_like=True):
    """A berth, and what its parcel was told of its end."""

    told: int = UNTOLD

    @property
    def waits(self) -> bool:
        return self.end is not None and self.told < ALL_THERE

    @property
    def what(self) -> tuple[str, int, int | None, str]:
        return self.compartment, self.start, self.end, self.profile


class Manifest(msgspec.Struct, array_like=True):
    """The berths of one device."""

    version: int = 1
    places: list[Place] = []


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Manifest)


@dataclass(frozen=True, slots=True)
class Change:
    """What a record of `coldchain.aboard` changed, by compartment: from when (ms) others are
    aboard, and from when it is judged differently (none: it is not)."""

    aboard_from: Mapping[str, int]
    judged_from: Mapping[str, int]


class Manifests:
    """The manifests of all devices whose partitions are this worker's.

    `packed`: as the changelog has them; `clock` gives seconds that only rise; a leg whose
    readings do not come is given up `patience` seconds after its end was known.
    """

    def __init__(
        self,
        packed: Mapping[bytes, bytes],
        roster: Roster,
        profiles: Callable[[str], Profile | None],
        clock: Callable[[], float],
        patience: float,
    ) -> None:
        self._packed = packed
        self._roster = roster
        self._profiles = profiles
        self._clock = clock
        self._patience = patience
        self._kept: dict[str, Manifest] = {}
        self._made: dict[str, tuple[Enrolled, Enrolled]] = {}
        self._waiting: dict[str, float] = {}

    def find(self, device: str) -> Enrolled | None:
        """A device as it is judged with those aboard; None where it is not registered."""
        base = self._roster.find(device)
        if base is None or not (places := self._of(device).places):
            return base
        made = self._made.get(device)
        if made is None or made[0] is not base:
            judged = manned(base.registration, places, self._profiles)
            made = base, base if judged is base.registration else Enrolled.of(judged, base.plans)
            self._made[device] = made
        return made[1]

    def take(self, record: AboardRecord, newest: int) -> Change:
        """Take what a record says of its device; `newest` (ms) is the time of its newest reading.

        A record that says nothing new may be one whose consequences were never finished: what it
        changes is told again.
        """
        manifest = self._of(record.device)
        own = [one for one in manifest.places if one.parcel == record.parcel]
        others = [one for one in manifest.places if one.parcel != record.parcel]
        told = {one.what: one.told for one in own}
        now = [_place(one, told) for one in berths_of(record)]
        before = others if told.keys() == {one.what for one in now} else manifest.places
        after = [*others, *now]
        aboard = _aboard_from([] if before is others else own, now)
        change = Change(aboard, self._judged_from(record.device, before, after, aboard))
        oldest = newest - KEPT_MS
        manifest.places = [one for one in after if one.end is None or one.end > oldest]
        self._made.pop(record.device, None)
        self._watch(record.device, manifest)
        return change

    def named(self, record: ExcursionRecord) -> ExcursionRecord:
        """The record, naming the parcels that were there."""
        return with_parcels(record, self._of(record.device).places)

    def waits(self, device: str) -> bool:
        """Whether a leg aboard the device has ended, and its readings are not all there."""
        return device in self._waiting

    def tell(self, device: str, channels: Mapping[str, ChannelMemory]) -> list[Note]:
        """The parcels to tell that the readings of a leg are all there, as far as was judged."""
        manifest = self._of(device)
        notes: list[Note] = []
        for place in manifest.places:
            if place.waits and _passed(place, channels):
                place.told = ALL_THERE
                notes.append(Note(place.parcel, device=device))
        self._watch(device, manifest)
        return notes

    def give_up(self) -> Iterator[tuple[str, list[Note]]]:
        """By device: the parcels to tell that no more is waited for."""
        now = self._clock()
        for device in [device for device, until in self._waiting.items() if until <= now]:
            manifest = self._of(device)
            late = [one for one in manifest.places if one.waits and one.told == UNTOLD]
            for place in late:
                place.told = GIVEN_UP
            self._waiting[device] = float("inf")
            if late:
                yield device, [Note(place.parcel, device=device) for place in late]

    def touched(self, device: str, since: Mapping[str, int]) -> list[Note]:
        """The parcels to tell that channels were judged again, each from a time (ms)."""
        compartments: dict[str, int] = {}
        for channel, start in since.items():
            name = channel.split(".", 1)[0]
            compartments[name] = min(start, compartments.get(name, start))
        return [
            Note(place.parcel, device=device)
            for place in self._of(device).places
            if place.told
            and place.compartment in compartments
            and place.overlaps(compartments[place.compartment], None)
        ]

    def load(self, partition: int, partitions: int) -> None:
        """Take up all manifests of a partition, so that what waits is waited for."""
        for device in devices_on(self._packed, partition, partitions):
            self._of(device)

    def pack(self, device: str) -> bytes:
        """A manifest as the changelog keeps it."""
        return _encoder.encode(self._of(device))

    def packed(self, seats: Iterable[tuple[int, str]]) -> dict[tuple[int, str], bytes]:
        """Those of devices on their partitions."""
        return {seat: self.pack(seat[1]) for seat in seats}

    def drop(self) -> None:
        """Forget all: what is in the changelog is taken up again when it is asked for."""
        self._kept.clear()
        self._made.clear()
        self._waiting.clear()

    def _of(self, device: str) -> Manifest:
        kept = self._kept.get(device)
        if kept is None:
            packed = self._packed.get(device.encode())
            kept = self._kept[device] = Manifest() if packed is None else _decoder.decode(packed)
            self._watch(device, kept)
        return kept

    def _watch(self, device: str, manifest: Manifest) -> None:
        if not any(place.waits for place in manifest.places):
            self._waiting.pop(device, None)
        elif any(place.waits and place.told == UNTOLD for place in manifest.places):
            until = self._waiting.get(device, float("inf"))
            self._waiting[device] = min(until, self._clock() + self._patience)
        else:
            self._waiting.setdefault(device, float("inf"))

    def _judged_from(
        self,
        device: str,
        before: Sequence[Berth],
        after: Sequence[Berth],
        compartments: Iterable[str],
    ) -> dict[str, int]:
        base = self._roster.find(device)
        if base is None:
            return {}
        old, new = (manned(base.registration, one, self._profiles) for one in (before, after))
        found = {name: first_difference(old, new, name) for name in compartments}
        return {name: since for name, since in found.items() if since is not None}


def judged_since(memory: DeviceMemory, change: Change, is_held: bool) -> dict[str, Late]:
    """The temperatures judged past a change: they are to be judged again, and to name others.

    `is_held`: the device is being judged again, further than its memory tells as yet.
    """
    late: dict[str, Late] = {}
    for name, channel in memory.channels.items():
        compartment, quantity = name.split(".")[:2]
        aboard = change.aboard_from.get(compartment)
        if quantity not in TEMPERATURES or aboard is None:
            continue
        since = min(aboard, change.judged_from.get(compartment, aboard))
        if is_held or channel.last_at >= since:
            late[name] = Late(since, aboard_since=aboard)
    return late


def still_open(
    enrolled: Enrolled, memory: DeviceMemory, compartments: Collection[str]
) -> dict[tuple[str, str, str, int], Standing]:
    """The open excursions of some compartments, to be told again: other parcels are there now."""
    device = enrolled.registration.device
    found: dict[tuple[str, str, str, int], Standing] = {}
    for name, channel in memory.channels.items():
        plan = plan_of(enrolled, name, channel)
        if plan is None or channel.state is None or name.split(".", 1)[0] not in compartments:
            continue
        for one in of_compartment(plan, open_excursions(plan, channel.state)):
            if one.limit not in channel.presumed:
                key = device, name, one.limit, one.first_at
                found[key] = Standing(plan, one, standing(one), memory.as_of)
    return found


def _place(berth: Berth, told: Mapping[tuple[str, int, int | None, str], int]) -> Place:
    place = Place(berth.parcel, berth.compartment, berth.start, berth.end, berth.profile)
    place.told = told.get(place.what, UNTOLD)
    return place


def _aboard_from(before: Iterable[Berth], after: Iterable[Berth]) -> dict[str, int]:
    """By compartment: the first time (ms) at which a parcel is there by one and not the other."""
    presence: dict[str, dict[int, int]] = {}
    for sign, berths in ((-1, before), (1, after)):
        for one in berths:
            steps = presence.setdefault(one.compartment, {})
            steps[one.start] = steps.get(one.start, 0) + sign
            if one.end is not None:
                steps[one.end] = steps.get(one.end, 0) - sign
    first = {
        name: min((at for at, step in steps.items() if step), default=None)
        for name, steps in presence.items()
    }
    return {name: at for name, at in first.items() if at is not None}


def _passed(place: Place, channels: Mapping[str, ChannelMemory]) -> bool:
    """Whether every temperature of the place that was ever read has been read past its end."""
    last = [
        channel.last_at
        for name, channel in channels.items()
        if name.split(".", 1)[0] == place.compartment and name.split(".")[1] in TEMPERATURES
    ]
    return bool(last) and place.end is not None and min(last) >= place.end
