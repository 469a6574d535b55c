"""The open-van sheet (开箱查验): one van as it is now. Pure: what was asked is passed in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts import findings
from alerts.sentences import SENTENCES
from alerts.vans import DeviceNow
from coldchain.aboard import Berth
from coldchain.profile import Profile
from coldchain.records import ExcursionRecord
from coldchain.times import HOUR_MS
from console.settings import Readings
from console.shown import Reader

#: Lowest and highest are of so long.
LATELY_MS = HOUR_MS
#: What is told as a state, not as a figure: quantity -> the words of 1 and 0.
_STATES = {"door": ("open_", "shut"), "compressor": ("on", "off"), "mains": ("on", "off")}

Channels = Mapping[str, Readings]


@dataclass(frozen=True, slots=True)
class Line:
    """A channel lately: its name, its last value and when, lowest to highest."""

    name: str
    latest: str
    at: str
    span: str


@dataclass(frozen=True, slots=True)
class Box:
    """A compartment: `openings` of its doors lately, in words; `is_read`: the store answered."""

    name: str
    duty: str
    profile: str
    lines: list[Line]
    openings: str
    is_read: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that goes on."""

    severity: str
    severity_word: str
    where: str
    what: str
    since: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel aboard: since when, and how it stands: its appointment, disposition, seals."""

    number: str
    compartment: str
    goods: str
    since: str
    stands: str
    is_green: bool
    seals: str


def boxes(
    reader: Reader,
    say: Mapping[str, str],
    now: DeviceNow,
    read: Mapping[str, Channels | None],
    profiles: Mapping[str, Profile],
) -> list[Box]:
    """The compartments as registered; `read` by compartment (None: the store did not answer)."""
    if now.entry is None:
        return []
    found: list[Box] = []
    for name, placed in sorted(now.entry.compartments.items()):
        channels = read.get(name)
        profile = profiles.get(placed.profile)
        found.append(
            Box(
                name,
                say[placed.duty],
                placed.profile
                if profile is None
                else profile.title.get(reader.language, placed.profile),
                [] if channels is None else list(_lines(reader, say, channels)),
                "" if channels is None else _openings(say, channels),
                channels is not None,
            )
        )
    return found


def _lines(reader: Reader, say: Mapping[str, str], channels: Channels) -> Iterable[Line]:
    for name, read in sorted(channels.items()):
        if not read.times:
            continue
        quantity, *position = name.split(".")
        label = " ".join([say.get(quantity, quantity), *position])
        at = reader.clock(read.times[-1])
        words = _STATES.get(quantity)
        if words is not None:
            state = say[words[0] if read.values[-1] >= 0.5 else words[1]]
            yield Line(label, state, at, "")
        else:
            low, high = min(read.values), max(read.values)
            yield Line(label, f"{read.values[-1]:.2f}", at, f"{low:.2f} – {high:.2f}")


def _openings(say: Mapping[str, str], channels: Channels) -> str:
    count = 0
    for name, read in channels.items():
        if name.split(".")[0] == "door":
            before = [0.0, *read.values]
            count += sum(a < 0.5 <= b for a, b in zip(before, read.values, strict=False))
    return say["door_openings"].format(count=count) if count else ""


def troubles(reader: Reader, say: Mapping[str, str], now: DeviceNow) -> list[Trouble]:
    """What goes on with the device, gravest first."""
    found: list[Trouble] = []
    for one in now.findings:
        if isinstance(one, ExcursionRecord):
            what, where = say["peak"].format(peak=one.peak), f"{one.channel} ({one.limit})"
        else:
            sentences = SENTENCES[reader.language]
            what, where = sentences.get(f"rule_{one.rule}", one.rule), one.subject
        since = say["since"].format(time=reader.clock(findings.began(one)))
        found.append(Trouble(one.severity, say[one.severity], where, what, since))
    return found


@dataclass(frozen=True, slots=True)
class Entered:
    """What the desk has of a parcel: its part in an appointment, the disposition that holds, the
    seals noted of it."""

    part: str = ""
    decision: str = ""
    seals: tuple[str, ...] = ()


def parcels(
    reader: Reader,
    say: Mapping[str, str],
    berths: Iterable[Berth],
    entered: Mapping[str, Entered],
    profiles: Mapping[str, Profile],
) -> list[Parcel]:
    """Those aboard now: in an appointment first, then by compartment and number."""
    found: list[Parcel] = []
    for one in berths:
        if one.end is not None:
            continue
        profile, own = profiles.get(one.profile), entered.get(one.parcel, Entered())
        words = [say[word] for word in (own.part, own.decision) if word]
        found.append(
            Parcel(
                one.parcel,
                one.compartment,
                one.profile if profile is None else profile.title.get(reader.language, one.profile),
                reader.clock(one.start),
                ", ".join(words),
                bool(own.part),
                " ".join(own.seals),
            )
        )
    return sorted(found, key=lambda one: (not one.is_green, one.compartment, one.number))
