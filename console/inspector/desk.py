"""What the pages ask of the archive, the desk and the stream: each asking opens what it needs."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from alerts.vans import DeviceNow, device_now
from audit.appointments import appointments, parts
from audit.desk import Desk
from audit.errors import AuditError
from audit.inspections import Disposition, Result, decode_row
from audit.ledger import Ledger, open_ledger
from audit.records import Archive, open_archive
from audit.samplings import Sampling
from audit.whereabouts import recall, whereabouts
from coldchain.aboard import Berth
from coldchain.parcel_records import berths_of
from console.access import RefusedError
from console.settings import ConsoleSettings

from .settings import InspectorSettings
from .sheet import LATELY_MS, Channels, Entered

_log = logging.getLogger(__name__)

#: What a scanner puts before a number: a symbology's mark, GS1's address, its identifier (00).
_SCANNED = re.compile(r"^(?:\][A-Za-z]\d)?(?:https?://\S*/00/|\(00\)|00(?=\d{18}$))?")


def number_scanned(text: str) -> str:
    """A parcel's number out of what was typed or scanned: an SSCC's barcode, or a digital link."""
    return _SCANNED.sub("", text.strip(), count=1).strip()


@dataclass(frozen=True, slots=True)
class Aboard:
    """Who is aboard; `as_of`: when the archive that said so was sealed (None: the stream said)."""

    berths: Sequence[Berth]
    as_of: int | None = None


class Asking:
    """Answers from the archive's folder and from what the room was handed."""

    def __init__(self, settings: ConsoleSettings) -> None:
        self._settings = settings

    @property
    def inspector(self) -> InspectorSettings:
        """Raises RefusedError where there is no archive on this machine."""
        found = self._settings.inspector
        if found is None:
            raise RefusedError(503, "no_archive")
        return found

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """Raises RefusedError where nothing is archived yet."""
        with ExitStack() as opened:
            try:
                archive = opened.enter_context(
                    open_archive(self.inspector.folder, self.inspector.fonts)
                )
            except AuditError:
                raise RefusedError(503, "no_archive") from None
            yield archive

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        with open_ledger(self.inspector.folder) as ledger:
            yield ledger

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        with self.ledger() as ledger:
            yield Desk(ledger, self.inspector.folder, self._settings.clock)

    def place(self, parcel: str) -> tuple[str, str] | None:
        """Where a parcel is, as far as is sealed."""
        try:
            with open_archive(self.inspector.folder) as archive:
                return whereabouts(archive, parcel).where
        except AuditError:
            return None

    def device(self, device: str) -> DeviceNow:
        """A device by the alert service. Raises FileNotFoundError where that never ran."""
        return device_now(self._settings.alerts.database, device, self._settings.clock())

    def read(self, device: str, compartment: str) -> Channels | None:
        """What a compartment read lately; None where the store does not answer."""
        now = self._settings.clock()
        try:
            return self._settings.readings(device, compartment, now - LATELY_MS, now + 1)
        except Exception as error:  # noqa: BLE001 - a sheet without readings is better than none
            _log.warning("no readings of %s: %s", device, error)
            return None

    def aboard(self, device: str) -> Aboard:
        """Who is aboard a device now: by the stream, else by the archive."""
        try:
            records = self.inspector.aboard(device)
            found = [berth for one in records for berth in berths_of(one) if berth.end is None]
            return Aboard(found)
        except Exception as error:  # noqa: BLE001 - the archive knows nearly as much
            _log.warning("who is aboard %s now is not known: %s", device, error)
        try:
            with open_archive(self.inspector.folder) as archive:
                now = archive.sealed_at or 0
                berths = [
                    Berth(one.parcel, one.compartment, one.start, None, "")
                    for one in recall(archive, device, now, now)
                    if one.end is None
                ]
                return Aboard(berths, now)
        except AuditError:
            return Aboard([], 0)

    def entered(self, parcels: Sequence[str]) -> dict[str, Entered]:
        """What the desk has of these parcels."""
        found: dict[str, Entered] = {}
        with self.ledger() as ledger:
            part_of = parts(appointments(ledger))
            for parcel in parcels:
                rows = [decode_row(one.value) for one in ledger.of(parcel)]
                decisions = [row.decision for row in rows if isinstance(row, Disposition)]
                results = {row.sampling: row for row in rows if isinstance(row, Result)}
                sampling = part_of.get(parcel)
                found[parcel] = Entered(
                    "" if sampling is None else sampling[1],
                    _STANDS.get(decisions[-1], "") if decisions else "",
                    tuple(seal for one in results.values() for seal in one.seals),
                )
        return found

    def samplings(self) -> list[Sampling]:
        with self.ledger() as ledger:
            return appointments(ledger)


_STANDS = {"hold": "is_held", "reject": "is_rejected", "release": "is_released"}
