"""The inspector's pages' side of the settings: the archive, keys, who is aboard by the stream."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from runtime.audit_settings import AuditSection, person_signer, signer
from runtime.errors import UserError
from runtime.folders import cache_folder
from runtime.settings import Settings

if TYPE_CHECKING:
    from audit.signing import Signer
    from coldchain.parcel_records import AboardRecord
    from console.inspector.settings import InspectorSettings

POLL_MS = 200


class AboardNow:
    """`coldchain.aboard` as it is: read whole when first asked, and on from there. Any thread."""

    def __init__(self, settings: Settings) -> None:
        self._kafka = settings.kafka
        self._lock = threading.Lock()
        self._consumer: Any = None
        self._known: dict[str, dict[str, AboardRecord]] = {}

    def of(self, device: str) -> "Sequence[AboardRecord]":
        """The records of a device. Raises KafkaError where Kafka does not answer."""
        with self._lock:
            self._catch_up()
            return list(self._known.get(device, {}).values())

    def _catch_up(self) -> None:
        from broker.clients import consumer, partitions_of
        from broker.topics import ABOARD

        if self._consumer is None:
            made = consumer(self._kafka)
            ours = partitions_of(made, self._kafka.topic(ABOARD))
            made.assign(ours)
            made.seek_to_beginning(*ours)
            self._consumer = made
        reader = self._consumer
        ends = reader.end_offsets(reader.assignment())
        while any(reader.position(one) < end for one, end in ends.items()):
            for records in reader.poll(POLL_MS).values():
                for record in records:
                    self._take(record.key or b"", record.value)

    def _take(self, key: bytes, value: bytes | None) -> None:
        import msgspec

        from coldchain.parcel_records import AboardRecord

        device, _, parcel = key.decode(errors="replace").partition("/")
        own = self._known.setdefault(device, {})
        try:
            one = msgspec.json.decode(value or b"", type=AboardRecord)
        except msgspec.DecodeError:
            own.pop(parcel, None)  # a tombstone: it is over
            return
        if one.is_ashore:
            own.pop(parcel, None)
        else:
            own[parcel] = one

    def close(self) -> None:
        if self._consumer is not None:
            self._consumer.close()


def inspector_settings(
    section: AuditSection, settings: Settings
) -> "tuple[InspectorSettings, Callable[[], None]]":
    """What the pages are handed, and what closes it."""
    from audit.errors import AuditError
    from audit.ledger import open_ledger
    from console.inspector.settings import InspectorSettings
    from runtime.audit_shared import send_on

    now = AboardNow(settings)

    def seal() -> "Signer":
        try:
            return signer(section)
        except UserError as error:
            raise AuditError(str(error)) from None

    def tell() -> None:
        with open_ledger(section.folder) as ledger:
            send_on(ledger)

    made = InspectorSettings(
        section.folder,
        lambda name: person_signer(section, name),
        seal,
        tell,
        now.of,
        section.font,
        cache_folder() / "fonts",
    )
    return made, now.close
