"""A parcel's record as a document."""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo

from audit.dossier import Alert, Dossier
from audit.inspections import sentence
from audit.judging import Readings, Reviewed
from coldchain.custody import CustodyEvent
from coldchain.leg import Measured
from coldchain.parcel import Stretch
from coldchain.reasons import Language, Reason
from coldchain.times import from_iso, minutes

from .document import (
    Banner,
    Block,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Source,
    Table,
    Tone,
)
from .figures import Curve, draw
from .words import WORDS, act


def record_document(
    dossier: Dossier, reviewed: Reviewed, language: Language, zone: tzinfo
) -> Document:
    """The record for people: in their language, times in their zone."""
    return _Writing(dossier, reviewed, language, zone).document()


class _Writing:
    def __init__(
        self, dossier: Dossier, reviewed: Reviewed, language: Language, zone: tzinfo
    ) -> None:
        self._dossier = dossier
        self._reviewed = reviewed
        self._language = language
        self._zone = zone
        self._words = WORDS[language]

    def document(self) -> Document:
        dossier, record = self._dossier, self._dossier.record
        profile = self._reviewed.journey.profile
        blocks: list[Block] = [
            Banner(self._words[record.verdict], record.verdict),
            *self._reasons(),
            *self._going_on(),
            Paragraph(self._words["measured-only"], "remark"),
            Heading(self._words["figures"]),
            Facts(tuple(self._figures())),
            Heading(self._words["custody"]),
            self._custody(),
            *self._problems(),
            Heading(self._words["readings"]),
            Paragraph(self._words["legend"], "remark"),
            *self._curves(),
            Heading(self._words["excursions"]),
            self._excursions(),
            Heading(self._words["alerts"]),
            self._alerts(),
            *self._inspections(),
            Heading(self._words["places"]),
            self._places(),
            Heading(self._words["calibrations"]),
            self._calibrations(),
            *self._refused(),
            Heading(self._words["profile"]),
            Source(dossier.judged_by),
        ]
        as_of = self._at(dossier.as_of)
        return Document(
            self._say("title", parcel=record.parcel),
            self._say(
                "subtitle",
                profile=profile.title.get(self._language, profile.id),
                id=profile.id,
                as_of=as_of,
                zone=str(self._zone),
            ),
            self._language,
            tuple(blocks),
            self._say("footer", parcel=record.parcel, as_of=as_of),
        )

    def _say(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def _at(self, text: str | None, seconds: bool = False) -> str:
        """A time as the reader's clock has it."""
        if text is None:
            return self._words["open"]
        moment = datetime.fromtimestamp(from_iso(text) / 1000, tz=self._zone)
        return f"{moment:%Y-%m-%d %H:%M:%S}" if seconds else f"{moment:%Y-%m-%d %H:%M}"

    def _of_ms(self, ms: int) -> str:
        return f"{datetime.fromtimestamp(ms / 1000, tz=self._zone):%m-%d %H:%M}"

    def _reasons(self) -> Iterator[Block]:
        reasons = self._dossier.record.reasons
        if not reasons:
            yield Paragraph(self._words["no-reasons"])
        for one in reasons:
            values = self._local(one.values)
            yield Paragraph(
                "• " + Reason(one.verdict, one.code, values).text(self._language), one.verdict
            )

    def _going_on(self) -> Iterator[Block]:
        """What is not judged yet: where the parcel still is."""
        for leg in self._reviewed.journey.way.legs:
            if leg.end is None:
                yield Paragraph(
                    self._say(
                        "going-on",
                        device=leg.device,
                        compartment=leg.compartment,
                        start=self._of_ms(leg.start),
                    ),
                    "review",
                )

    def _local(self, values: Mapping[str, str | int | float]) -> dict[str, str | int | float]:
        """The figures of a sentence, its time as the reader's clock has it."""
        at = values.get("at")
        return {**values, "at": self._at(at)} if isinstance(at, str) else dict(values)

    def _figures(self) -> Iterator[tuple[str, str]]:
        dossier, record, words = self._dossier, self._dossier.record, self._words
        start = self._at(dossier.custody[0].at)
        yield words["way"], f"{start} – {self._at(record.until)}"
        yield words["known"], self._say("minutes", value=dossier.known_minutes)
        yield words["unknown"], self._say("minutes", value=record.unknown_minutes)
        for key, value in (
            ("least", dossier.min),
            ("greatest", dossier.max),
            ("mean", dossier.mean),
            ("mkt", dossier.mkt),
        ):
            yield words[key], "–" if value is None else f"{value:.2f} °C"
        if record.shelf_life_used is not None:
            key = "shelf-none" if dossier.shelf_hours_left is None else "shelf-left"
            yield (
                words["shelf"],
                self._say(
                    key,
                    used=record.shelf_life_used,
                    hours=dossier.shelf_hours_left,
                    at=dossier.shelf_at,
                ),
            )
        for one in record.budgets:
            yield (
                self._say("budget", limit=one.limit),
                self._say(
                    "budget-value",
                    used=one.used_minutes,
                    allowed=one.allowed_minutes,
                    left=one.left_minutes,
                ),
            )
        if record.is_held:
            yield words["held"], words["yes"]

    def _custody(self) -> Table:
        words = self._words
        return Table(
            tuple(words[key] for key in ("when", "what", "where", "who", "by-hand", "note")),
            tuple(self._scan(event) for event in self._dossier.custody),
            (17, 9, 19, 21, 14, 20),
        )

    def _scan(self, event: CustodyEvent) -> tuple[str, ...]:
        hand = event.measured
        measured = (
            ""
            if hand is None
            else " ".join(
                part
                for part in (
                    f"{hand.celsius:g} °C",
                    self._words[hand.where],
                    hand.instrument,
                    hand.condition,
                )
                if part
            )
        )
        people = f"{event.giver or '–'} → {event.receiver or '–'}"
        return (
            self._at(event.at, seconds=True),
            act(event.act, self._language),
            f"{event.device} / {event.compartment}",
            people if event.giver or event.receiver else "",
            measured,
            event.note,
        )

    def _problems(self) -> Iterator[Block]:
        problems = self._dossier.record.problems
        if problems:
            yield Paragraph(self._say("problems", codes=", ".join(problems)), "review")

    def _curves(self) -> Iterator[Block]:
        stretches = self._reviewed.journey.stretches
        for stretch, channels in zip(stretches, self._reviewed.channels, strict=True):
            if not stretch.channels:
                start, end = stretch.stay.span
                yield Paragraph(
                    self._say(
                        "nothing-read",
                        device=stretch.stay.leg.device,
                        compartment=stretch.stay.leg.compartment,
                        start=self._of_ms(start),
                        end=self._of_ms(end),
                    ),
                    "review",
                )
            for measured in stretch.channels:
                yield self._curve(stretch, measured, channels[measured.channel])

    def _curve(self, stretch: Stretch, measured: Measured, readings: Readings) -> Figure:
        start, end = measured.span
        title = self._say(
            "stay",
            device=stretch.stay.leg.device,
            channel=measured.channel,
            start=self._of_ms(start),
            end=self._of_ms(end),
        )
        sums = measured.sums
        mean = sums.mean_celsius()
        caption = self._say(
            "stay-caption",
            readings=sums.count,
            known=minutes(sums.known_ms),
            unknown=minutes(measured.unknown_ms),
            min="–" if sums.min is None else f"{sums.min / 1e6:.2f}",
            max="–" if sums.max is None else f"{sums.max / 1e6:.2f}",
            mean="–" if mean is None else f"{mean:.2f}",
        )
        if not stretch.stay.counts:
            caption += "  " + self._words["outranked"]
        curve = Curve(
            readings,
            measured.span,
            measured.limits,
            measured.excursions,
            self._reviewed.journey.profile.max_gap,
            f"{title}. {caption}",
        )
        return Figure(title, draw(curve, self._zone), caption)

    def _excursions(self) -> Block:
        words, found = self._words, self._dossier.excursions
        if not found:
            return Paragraph(words["no-excursions"])
        head = ("where", "limit", "from", "confirmed", "to", "minutes-head", "unknown-head")
        rows = tuple(
            (
                f"{one.device} / {one.channel}",
                one.limit,
                self._at(one.start, seconds=True),
                "–" if one.confirmed is None else self._at(one.confirmed, seconds=True),
                words["stay-end"] if one.end is None else self._at(one.end, seconds=True),
                f"{one.minutes:.1f}",
                f"{one.unknown_minutes:.1f}",
                f"{one.degree_minutes:.1f}",
                f"{one.peak:.2f}",
            )
            for one in found
        )
        return Table(
            (*(words[key] for key in head), words["degree"], words["peak"]),
            rows,
            (16, 11, 14, 14, 14, 8, 9, 7, 7),
            tuple(_tone(one.severity, one.confirmed is not None and one.counts) for one in found),
        )

    def _alerts(self) -> Block:
        words, alerts = self._words, self._dossier.alerts
        if not alerts:
            return Paragraph(words["no-alerts"])
        return Table(
            tuple(words[key] for key in ("where", "limit", "from", "to", "peak", "words")),
            tuple(
                (
                    f"{one.device} / {one.channel}",
                    one.limit,
                    self._at(one.start),
                    self._at(one.end),
                    f"{one.peak:.2f} °C",
                    self._said(one),
                )
                for one in alerts
            ),
            (20, 10, 15, 15, 9, 31),
            tuple(_tone(one.severity, True) for one in alerts),
        )

    def _said(self, alert: Alert) -> str:
        return "; ".join(
            " ".join(
                part
                for part in (
                    self._at(one.at),
                    one.by,
                    self._words.get(one.did, one.did),
                    one.cause,
                    one.text,
                )
                if part
            )
            for one in alert.words
        )

    def _inspections(self) -> Iterator[Block]:
        found = self._dossier.inspections
        if found:
            yield Heading(self._words["inspections"])
        for raw in found:
            yield Paragraph("• " + sentence(bytes(raw), self._language, self._at))

    def _places(self) -> Table:
        words = self._words
        return Table(
            tuple(words[key] for key in ("device", "kind", "asset", "county")),
            tuple((p.device, p.kind, p.asset, p.county) for p in self._dossier.places),
            (30, 20, 30, 20),
        )

    def _calibrations(self) -> Table:
        words = self._words
        return Table(
            (words["device"], words["readings"], words["added"]),
            tuple((c.device, c.channel, f"{c.added:+.2f}") for c in self._dossier.calibrations),
            (40, 40, 20),
        )

    def _refused(self) -> Iterator[Block]:
        if self._dossier.refused:
            yield Paragraph(self._say("refused", count=self._dossier.refused), "review")


def _tone(severity: str, is_confirmed: bool) -> Tone:
    if not is_confirmed:
        return ""
    return "reject" if severity == "critical" else "review"
