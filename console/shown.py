"""What a page shows: alerts, silences and notes as the reader's words, times on their clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts import findings, views
from alerts.lifecycle import OPEN, UNANSWERED
from alerts.routes import Language
from alerts.sentences import SENTENCES
from alerts.views import Alert, Happening, Quiet, ShiftNote
from coldchain.celsius import from_micro
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.records import ExcursionRecord
from coldchain.times import HOUR_MS, MINUTE_MS, from_iso

from .plot import Band, Window, draw
from .settings import ConsoleSettings
from .words import words

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: A plot begins so long before the breach and ends so long after it; never more than a day.
BEFORE_MS = 90 * MINUTE_MS
AFTER_MS = 30 * MINUTE_MS
MOST_PLOT_MS = 24 * HOUR_MS

#: What the history calls an answer: one that counts, and those that came too late to.
ANSWERS = ("acknowledge", "outdated", "outgrown")

#: What of a compartment is a temperature.
_TEMPERATURES = ("air", "product")


@dataclass(frozen=True, slots=True)
class Reader:
    """Language and clock of whoever looks."""

    language: Language
    zone: ZoneInfo
    now: int

    @property
    def words(self) -> dict[str, str]:
        return words(self.language)

    def clock(self, moment: int | str | None) -> str:
        """`14:30`, with the date where that is not today's; empty for no time."""
        if moment is None:
            return ""
        at = self._local(from_iso(moment) if isinstance(moment, str) else moment)
        is_today = at.date() == self._local(self.now).date()
        return at.strftime("%H:%M" if is_today else "%m-%d %H:%M")

    def since(self, moment: str) -> int:
        """How long ago that was, ms."""
        return self.now - from_iso(moment)

    def _local(self, ms: int) -> datetime:
        return (_EPOCH + timedelta(milliseconds=ms)).astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Row:
    """An alert in a list."""

    id: str
    severity: str
    severity_word: str
    where: str
    what: str
    since: str
    status: str
    note: str
    is_open: bool
    is_unanswered: bool
    is_quiet: bool


def row(reader: Reader, alert: Alert, silences: Sequence[Quiet] = ()) -> Row:
    """One alert as a list shows it, under those silences."""
    say = reader.words
    note = say[alert.status]
    is_open = alert.status in OPEN or alert.silenced
    is_quiet = alert.silenced or (is_open and any(_mutes(one, alert) for one in silences))
    if alert.acknowledged_by and alert.status == "acknowledged":
        note = in_hand(reader, alert)
    elif is_quiet:
        note = say["kept_quiet"]
    return Row(
        id=alert.id,
        severity=alert.severity,
        severity_word=say[alert.severity],
        where=where(reader, alert),
        what=what(reader, alert),
        since=say["since"].format(time=reader.clock(alert.start)),
        status=alert.status,
        note=note,
        is_open=is_open,
        is_unanswered=alert.status in UNANSWERED and not is_quiet,
        is_quiet=is_quiet,
    )


def unlisted(reader: Reader, word: str, there_are: int, rows: Sequence[Row]) -> str:
    """How many of them the list leaves out, in words; empty where it has them all."""
    left = there_are - len(rows)
    return reader.words[word].format(count=left) if left > 0 else ""


def _mutes(quiet: Quiet, alert: Alert) -> bool:
    is_there = quiet.device == alert.device and quiet.compartment in ("", alert.compartment)
    return is_there and not quiet.is_over


def where(reader: Reader, alert: Alert) -> str:
    """Asset and compartment, as people name them."""
    place = SENTENCES[reader.language]["place"].format(compartment=alert.compartment)
    return f"{alert.asset} {place if alert.compartment else ''}".strip()


def what(reader: Reader, alert: Alert) -> str:
    """How warm, or which rule."""
    if alert.peak is not None:
        return f"{alert.peak:.1f} °C"
    return SENTENCES[reader.language].get(f"rule_{alert.subject}", alert.subject)


def in_hand(reader: Reader, alert: Alert) -> str:
    """Who has it, since when, and why it happened."""
    cause = reader.words.get(alert.cause or "", alert.cause or "")
    if alert.remark:
        cause = f"{cause} ({alert.remark})"
    return reader.words["in_hand_by"].format(
        who=alert.acknowledged_by, time=reader.clock(alert.acknowledged_at), cause=cause
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the history."""

    at: str
    what: str
    who: str
    note: str


def line(reader: Reader, happened: Happening) -> Line:
    """One happening in the reader's words; a cause by its word."""
    say = reader.words
    note = happened.note
    if happened.event in ANSWERS:
        cause, colon, text = note.partition(": ")
        note = say.get(cause, cause) + (f": {text}" if colon else "")
    return Line(
        reader.clock(happened.at), say.get(happened.event, happened.event), happened.who, note
    )


def silence(reader: Reader, quiet: Quiet) -> tuple[Quiet, str]:
    """A silence and the line that tells of it."""
    told = reader.words["silence_line"].format(
        where=f"{quiet.device} {quiet.compartment}".strip(),
        who=quiet.by,
        reason=quiet.reason,
        time=reader.clock(quiet.until),
    )
    return quiet, told


def note(reader: Reader, left: ShiftNote) -> Line:
    """A note for the next shift."""
    return Line(reader.clock(left.at), "", left.who, left.text)


def plot(settings: ConsoleSettings, reader: Reader, alert: Alert) -> str:
    """The drawing of an alert's temperatures; empty where there is none to be had."""
    found = views.findings_of(settings.alerts.database, alert.id)
    excursions = [one for one in found if isinstance(one, ExcursionRecord)]
    if not excursions:
        return ""
    window = _window(excursions, reader.now)
    channels = settings.readings(
        alert.device, alert.compartment, window.start, window.end + MINUTE_MS
    )
    shown = {name: one for name, one in channels.items() if name.split(".")[0] in _TEMPERATURES}
    profile = settings.alerts.profiles.get(alert.profile)
    say = reader.words
    title = say["plot_title"].format(
        place=where(reader, alert),
        start=reader.clock(window.start),
        end=reader.clock(window.end),
        peak=f"{alert.peak:.1f}",
    )
    local: Mapping[str, object] = {
        "clock": reader.clock,
        "title": title,
        "names": {name: _name(say, name) for name in shown},
    }
    limits = _limits(excursions, settings.alerts.profiles)
    bands = [Band(value, say["limit"].format(celsius=value)) for value in limits]
    max_gap = 10 * MINUTE_MS if profile is None else profile.max_gap
    return draw(shown, window, bands, max_gap, local)


def _name(say: Mapping[str, str], channel: str) -> str:
    quantity, *position = channel.split(".")
    return " ".join([say.get(quantity, quantity), *position])


def _window(excursions: list[ExcursionRecord], now: int) -> Window:
    began = min(map(findings.began, excursions))
    ends = [findings.ended(one) for one in excursions]
    over = None if None in ends else max(one for one in ends if one is not None)
    end = now if over is None else min(now, over + AFTER_MS)
    start = max(began - BEFORE_MS, end - MOST_PLOT_MS)
    return Window(min(start, end - MINUTE_MS), end, began, over)


def _limits(excursions: list[ExcursionRecord], profiles: Mapping[str, Profile]) -> list[float]:
    passed = [findings.limit_of(one, profiles) for one in excursions]
    held: list[Limit] = [one for one in passed if one is not None]
    return sorted({from_micro(one.threshold) for one in held})
