"""A consignment, or a van over a time, as a document."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from audit.consignment import Consigned, Item
from audit.journal import Journal
from audit.whereabouts import Whereabouts
from coldchain.celsius import MICRO
from coldchain.judge import Plan
from coldchain.reasons import Language, Reason
from coldchain.times import MINUTE_MS, from_iso

from .document import Banner, Block, Document, Facts, Figure, Heading, Paragraph, Table
from .figures import Curve, draw
from .words import WORDS

#: Where a compartment has no profile that is archived, lines join over so long.
MAX_GAP = 10 * MINUTE_MS


def consignment_document(
    one: Consigned, language: Language, zone: tzinfo, journal: Journal | None = None
) -> Document:
    """The page over many parcels; `journal`: the van's own, where they are a van's."""
    return _Writing(one, language, zone, journal).document()


class _Writing:
    def __init__(
        self, one: Consigned, language: Language, zone: tzinfo, journal: Journal | None
    ) -> None:
        self._one = one
        self._said = one.said
        self._journal = journal
        self._language = language
        self._zone = zone
        self._words = WORDS[language]

    def document(self) -> Document:
        said, words = self._said, self._words
        counts = said.counts()
        told = words["counts"].format(**counts)
        blocks: list[Block] = [
            Banner(f"{words[said.verdict]} · {told}", said.verdict),
            Paragraph(words["measured-only"], "remark"),
            *self._missing(),
            Heading(words["parcels"]),
            self._parcels(),
            *self._van(),
        ]
        as_of = self._at(said.as_of)
        return Document(
            words["consignment"].format(name=said.name),
            words["as-of"].format(as_of=as_of, zone=str(self._zone)),
            self._language,
            tuple(blocks),
            f"coldchain · {said.name} · {as_of}",
        )

    def _at(self, moment: str | int) -> str:
        ms = from_iso(moment) if isinstance(moment, str) else moment
        return f"{datetime.fromtimestamp(ms / 1000, tz=self._zone):%Y-%m-%d %H:%M}"

    def _missing(self) -> Iterator[Block]:
        if self._said.missing:
            yield Paragraph(
                self._words["missing"].format(parcels=", ".join(self._said.missing)), "review"
            )

    def _parcels(self) -> Table:
        words = self._words
        head = ("parcel", "verdict", "reasons", "range", "mkt", "where")
        return Table(
            tuple(words[key] for key in head),
            tuple(self._row(one) for one in self._said.items),
            (20, 9, 32, 13, 8, 18),
            tuple("" if one.verdict == "accept" else one.verdict for one in self._said.items),
        )

    def _row(self, one: Item) -> tuple[str, ...]:
        reasons = [
            Reason(r.verdict, r.code, self._local(r.values)).text(self._language)
            for r in one.reasons
        ]
        known = one.min is not None and one.max is not None
        return (
            one.parcel,
            self._words[one.verdict],
            "; ".join(reasons) or "–",
            f"{one.min:.1f} – {one.max:.1f} °C" if known else "–",
            "–" if one.mkt is None else f"{one.mkt:.1f}",
            self._where(self._one.now.get(one.parcel)),
        )

    def _local(self, values: dict[str, str | int | float]) -> dict[str, str | int | float]:
        at = values.get("at")
        return {**values, "at": self._at(at)} if isinstance(at, str) else values

    def _where(self, now: Whereabouts | None) -> str:
        if now is None:
            return "–"
        place = f"{now.device} / {now.compartment}"
        state = self._words[f"is-{now.state}"]
        held = f" · {self._words['held']}" if now.is_held else ""
        return f"{state} {place} {self._at(now.since)}{held}"

    def _van(self) -> Iterator[Block]:
        journal, words = self._journal, self._words
        if journal is None:
            return
        start, end = (self._at(one) for one in journal.span)
        yield Heading(words["van"].format(device=journal.device, start=start, end=end))
        yield Facts(
            (
                (words["kind"], journal.entry.kind),
                (words["asset"], journal.entry.asset),
                (words["county"], journal.entry.county or "–"),
            )
        )
        if not journal.channels:
            yield Paragraph(words["no-readings"], "review")
        for name, readings in journal.channels.items():
            compartment, quantity = name.split(".")[:2]
            profile = journal.profile(compartment)
            limits = () if profile is None else Plan.of(profile, quantity).limits
            gap = MAX_GAP if profile is None else profile.max_gap
            low, high = readings.values.min() / MICRO, readings.values.max() / MICRO
            caption = words["van-caption"].format(
                readings=len(readings.times), min=f"{low:.2f}", max=f"{high:.2f}"
            )
            curve = Curve(readings, journal.span, limits, (), gap, f"{name}. {caption}")
            yield Figure(f"{journal.device} / {name}", draw(curve, self._zone), caption)
        yield Heading(words["van-excursions"])
        yield self._excursions(journal)

    def _excursions(self, journal: Journal) -> Block:
        words = self._words
        if not journal.excursions:
            return Paragraph(words["no-excursions"])
        keys = ("where", "limit", "profile-head", "from", "to", "minutes-head", "peak")
        return Table(
            tuple(words[key] for key in keys),
            tuple(
                (
                    one.channel,
                    one.limit,
                    one.profile,
                    self._at(one.start),
                    words["open"] if one.end is None else self._at(one.end),
                    f"{one.minutes:.1f}",
                    f"{one.peak:.2f}",
                )
                for one in journal.excursions
            ),
            (22, 12, 20, 16, 16, 8, 6),
            tuple(
                ("reject" if one.severity == "critical" else "review") if one.confirmed else ""
                for one in journal.excursions
            ),
        )
