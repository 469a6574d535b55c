"""The table of topics: the one place where a topic's name, key and retention are said."""

from dataclasses import dataclass

DAY_MS = 86_400_000
#: The largest record of any topic, with its key and headers.
MAX_RECORD_BYTES = 2_000_000
#: The same in a batch of its own.
MAX_BATCH_BYTES = 2_097_152


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's name, what its key is, and how long it keeps (`None`: compacted; -1: for ever)."""

    name: str
    key: str
    retention_ms: int | None

    @property
    def config(self) -> dict[str, str]:
        """The settings it is created with."""
        # A frame may be 1 MiB, a dead letter a whole refused request; a broker's default is less.
        size = {"max.message.bytes": str(MAX_BATCH_BYTES)}
        if self.retention_ms is None:
            return {"cleanup.policy": "compact", **size}
        return {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms), **size}


FRAMES = Topic("coldchain.frames", "device", 7 * DAY_MS)
REJECTED = Topic("coldchain.frames.rejected", "device or none", 30 * DAY_MS)
REGISTRY = Topic("coldchain.registry", "device", None)
CUSTODY = Topic("coldchain.custody", "device", 30 * DAY_MS)
EXCURSIONS = Topic("coldchain.excursions", "device", 30 * DAY_MS)
SCANS = Topic("coldchain.scans", "parcel", 30 * DAY_MS)
PARCELS = Topic("coldchain.parcels", "parcel", None)
ABOARD = Topic("coldchain.aboard", "device/parcel, on the device's partition", None)
ALERT_COMMANDS = Topic("coldchain.alert-commands", "alert id", 30 * DAY_MS)
SEALS = Topic("coldchain.seals", "shard", -1)

TOPICS = (
    FRAMES,
    REJECTED,
    REGISTRY,
    CUSTODY,
    EXCURSIONS,
    SCANS,
    PARCELS,
    ABOARD,
    ALERT_COMMANDS,
    SEALS,
)
