"""What the room needs to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broker.settings import KafkaSettings

from .alert_history import AlertLines
from .signing import Signer


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """Where the archive is and who seals it.

    `profiles`: the TOML text of every profile by its id; what is new of them is archived too.
    `shard_bytes`: so many bytes waiting are sealed before the hour is over. `deposits`: where
    each day's last seal is left with somebody else (audit/deposit.py). `alert_lines`: the alert
    service's past by source (audit/alert_history.py), where this machine has it.
    """

    kafka: KafkaSettings
    folder: Path
    signer: Signer
    profiles: Mapping[str, str] = field(default_factory=dict)
    shard_bytes: int = 64_000_000
    deposits: Sequence[str] = ()
    alert_lines: Mapping[str, AlertLines] = field(default_factory=dict)
