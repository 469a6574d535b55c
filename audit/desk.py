"""The inspector's desk: samplings from booking to decision, dispositions. Each step is a row of
the ledger; where a sampling or a series stands is read from its rows, never stored.

    book -> freeze -> open -> result (each parcel, corrected by another) -> decide

A seed lies in a file of its own, readable by the archive's user alone, from freezing to opening:
the ledger, and so the archive, has only its digest until then.
"""

import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from coldchain.custody import CustodyEvent, encode_event
from coldchain.times import from_iso, iso

from .errors import AuditError
from .inspections import (
    Booked,
    Decided,
    Decision,
    Disposition,
    Frozen,
    Opened,
    Result,
    Row,
    Switched,
    decode_row,
    entry,
)
from .ledger import Ledger, Outgoing
from .people import signed
from .sampling.draw import DrawError, Lot, commitment, draw, new_seed
from .sampling.plans import PlanError
from .sampling.switching import Series
from .samplings import Sampling, after_lot, plan_of, sampling_of, switched
from .signing import Signer
from .telling import Where, inspected, told


class Desk:
    """What people do, entered. Raises AuditError where a step is not possible."""

    def __init__(self, ledger: Ledger, folder: Path, clock: Callable[[], int]) -> None:
        """`folder`: the archive's, in which seeds lie until they are revealed."""
        self._ledger = ledger
        self._seeds = folder / "seeds"
        self._clock = clock

    # Reading.

    def sampling(self, name: str) -> Sampling:
        """A sampling as it stands."""
        return sampling_of(self._rows(name))

    def series(self, name: str) -> Series:
        """Where a series of lots stands, from its lots in order."""
        series = Series()
        for row in self._rows(_series(name)):
            if isinstance(row, Switched):
                series = switched(series, row)
            elif isinstance(row, Decided):
                sampling = self.sampling(row.id.removesuffix(".decided"))
                series = after_lot(series, sampling)
        return series

    def dispositions(self, parcel: str) -> list[Disposition]:
        """What was decided on a parcel, in order; the last one holds."""
        return [row for row in self._rows(parcel) if isinstance(row, Disposition)]

    def _rows(self, subject: str) -> list[Row]:
        return [decode_row(row.value) for row in self._ledger.of(subject)]

    # Entering.

    def book(self, lot: str, slot: str, by: str, **chosen: object) -> Booked:
        """Book a slot; `chosen` are fields of Booked. The plan is tried on a lot of 2 at once."""
        if ("aql" in chosen) == ("confidence" in chosen):
            raise AuditError("name a plan: an AQL (and level), or confidence and nonconforming")
        name = f"sampling-{secrets.token_hex(4)}"
        values = {"id": name, "at": self._now(), "by": by, "lot": lot, "slot": slot, **chosen}
        try:
            row = msgspec.convert(values, Booked)
            from_iso(row.slot)
            plan_of(row, 2, "normal")
        except (msgspec.ValidationError, PlanError, ValueError) as error:
            raise AuditError(str(error)) from None
        self._append([(name, row)])
        return row

    def freeze(self, name: str, by: str, parcels: Iterable[str]) -> Frozen:
        """Freeze the lot's list, and commit to the seed of its draw."""
        sampling = self.sampling(name)
        if sampling.frozen is not None:
            raise AuditError(f"{name}: its list was frozen at {sampling.frozen.at}")
        booked = sampling.booked
        series = self.series(booked.series) if booked.series else Series()
        if series.is_stopped:
            raise AuditError(
                f"series {booked.series}: inspection was stopped; mend the cause first"
            )
        try:
            lot = Lot.of(parcels)
            plan = plan_of(booked, len(lot.parcels), series.severity)
        except (DrawError, PlanError) as error:
            raise AuditError(str(error)) from None
        seed = self._new_seed(name)
        row = Frozen(
            id=name,
            at=self._now(),
            by=by,
            parcels=list(lot.parcels),
            list_sha256=lot.digest,
            seed_sha256=commitment(seed),
            severity=series.severity,
            size=plan.size,
            accept=plan.accept,
            letter=plan.letter,
        )
        self._append([(name, row)])
        return row

    def open(self, name: str, by: str, picked: Mapping[str, str] | None = None) -> Opened:
        """The van is open: reveal the seed and draw. `picked` by risk: parcel and reason."""
        sampling = self.sampling(name)
        if sampling.frozen is None:
            raise AuditError(f"{name}: freeze its list first")
        if sampling.opened is not None:
            raise AuditError(f"{name} was opened at {sampling.opened.at}")
        seed = self._seed(name)
        if commitment(seed) != sampling.frozen.seed_sha256:
            raise AuditError(f"{name}: the seed kept is not the one committed to")
        drawn = draw(Lot.of(sampling.frozen.parcels), seed, sampling.frozen.size)
        row = Opened(
            id=name, at=self._now(), by=by, seed=seed, drawn=drawn, picked=dict(picked or {})
        )
        self._append([(name, row), *((parcel, row) for parcel in drawn)])
        return row

    def enter(
        self,
        name: str,
        parcel: str,
        by: str,
        samplers: Sequence[str],
        conforming: bool,
        where: Where | None = None,
        **more: object,
    ) -> Result:
        """Enter what was found of a parcel; entered again it corrects, and both are kept.

        `more` are fields of Result; `where` the parcel is, the inspection is told there.
        """
        sampling = self.sampling(name)
        opened = sampling.opened
        if opened is None:
            raise AuditError(f"{name}: open it first")
        if sampling.decided is not None:
            raise AuditError(f"{name} was decided at {sampling.decided.at}")
        if parcel not in opened.drawn and parcel not in opened.picked:
            raise AuditError(f"{parcel} was neither drawn nor picked in {name}")
        before = sampling.results.get(parcel)
        values = {
            "id": f"{name}.{secrets.token_hex(4)}",
            "at": self._now(),
            "by": by,
            "sampling": name,
            "parcel": parcel,
            "samplers": list(samplers),
            "conforming": conforming,
            "corrects": "" if before is None else before.id,
            "seals": [],
            **more,
        }
        try:
            row = msgspec.convert(values, Result)
        except msgspec.ValidationError as error:
            raise AuditError(f"a result names two samplers: {error}") from None
        if len(set(row.samplers)) < len(row.samplers):
            raise AuditError("a result names two samplers, not one of them twice")
        events = [] if where is None else [inspected(row, where)]
        self._append([(name, row), (parcel, row)], events)
        return row

    def decide(self, name: str, by: str) -> Decided:
        """The lot, by its sample: accepted or not."""
        sampling = self.sampling(name)
        plan = sampling.plan
        if sampling.opened is None or plan is None:
            raise AuditError(f"{name}: open it first")
        if sampling.decided is not None:
            raise AuditError(f"{name} was decided at {sampling.decided.at}")
        if sampling.outstanding:
            listed = ", ".join(sampling.outstanding[:5])
            raise AuditError(f"{name}: nothing was entered yet of {listed}")
        count = sampling.nonconforming
        row = Decided(
            id=f"{name}.decided",
            at=self._now(),
            by=by,
            nonconforming=count,
            accepted=plan.accepts(count),
        )
        series = sampling.booked.series
        self._append([(name, row), *([(_series(series), row)] if series else [])])
        return row

    def switch(self, series: str, to: str, by: str, reason: str) -> Switched:
        """Let a series go over: to `reduced`, or on `tightened` after it was stopped."""
        now = self.series(series)
        try:
            row = msgspec.convert(
                {
                    "id": f"switch-{secrets.token_hex(4)}",
                    "at": self._now(),
                    "by": by,
                    "series": series,
                    "to": to,
                    "reason": reason,
                },
                Switched,
            )
            switched(now, row)
        except (msgspec.ValidationError, ValueError) as error:
            raise AuditError(f"series {series}: {error}") from None
        self._append([(_series(series), row)])
        return row

    def dispose(
        self,
        parcel: str,
        decision: Decision,
        by: str,
        role: str,
        reason: str,
        signer: Signer,
        where: Where | None,
        voucher: Signer | None = None,
    ) -> Disposition:
        """Hold, release or reject a parcel, signed; its place is told by a custody event.

        `voucher`: the archive's key, where `signer` is the person's own.
        """
        values = {
            "id": f"disposition-{secrets.token_hex(4)}",
            "at": self._now(),
            "by": by,
            "parcel": parcel,
            "decision": decision,
            "role": role,
            "reason": reason,
        }
        try:
            row = msgspec.convert(values, Disposition)
        except msgspec.ValidationError as error:
            raise AuditError(f"a disposition needs name, role and reason: {error}") from None
        row = signed(row, signer, voucher)
        self._append([(parcel, row)], [] if where is None else [told(row, where)])
        return row

    def _append(self, rows: list[tuple[str, Row]], events: Iterable[CustodyEvent] = ()) -> None:
        self._ledger.append(
            self._clock(),
            [(subject, entry(row)) for subject, row in rows],
            [Outgoing(one.id, one.device, encode_event(one)) for one in events],
        )

    def _now(self) -> str:
        return iso(self._clock())

    def _new_seed(self, name: str) -> str:
        """The sampling's seed, on disk; one that a crash left before its list was frozen stands."""
        self._seeds.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._seeds / name
        if path.exists():
            return self._seed(name)
        seed, draft = new_seed(), path.with_name(f"{name}.part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(seed)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return seed

    def _seed(self, name: str) -> str:
        try:
            return (self._seeds / name).read_text(encoding="ascii").strip()
        except OSError as error:
            raise AuditError(f"{name}: its seed can't be read: {error.strerror}") from None


def _series(name: str) -> str:
    """A series' subject in the ledger."""
    return f"series:{name}"
