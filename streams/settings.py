"""What a worker needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.settings import KafkaSettings
from coldchain.profile import Profile
from coldchain.times import DAY_MS, MINUTE_MS, SECOND_MS
from series.settings import SeriesSettings


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Where Kafka and InfluxDB are, the profiles, and how often what is done.

    `skew_ms`: how far ahead of its receipt a reading may be. `silent_ms`: a device not heard for
    so long is silent. `checkpoint`, `settle` and `session` are seconds: between checkpoints, from
    a late reading to its being judged, and until a dead worker's partitions go to another;
    `leg_patience`: how long a parcel's leg that ended waits for readings up to its end.
    `parcel_kept_ms`: a parcel that is over leaves the state when nothing came for so long.
    `batch_frames` closes a checkpoint early; `in_flight` may be under way at once. `stalled`: after
    so many seconds without a commit while frames wait a worker stops; longer than a store that
    is away is waited for. `metrics_port` serves /healthz and /metrics; 0 is a free one.
    """

    kafka: KafkaSettings
    series: SeriesSettings
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    skew_ms: int = 5 * MINUTE_MS
    silent_ms: int = 3 * MINUTE_MS
    fleet_every_ms: int = 30 * SECOND_MS
    checkpoint: float = 0.5
    settle: float = 5.0
    session: float = 6.0
    leg_patience: float = 120.0
    parcel_kept_ms: int = 3 * DAY_MS
    batch_frames: int = 2_000
    in_flight: int = 4
    stalled: float = 900.0
    metrics_port: int | None = None
