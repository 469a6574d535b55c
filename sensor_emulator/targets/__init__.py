"""Where frames and scans go: Kafka, a folder of files, or the front door by HTTP or MQTT."""

from .base import Target, TargetError
from .folder import FolderTarget
from .front_door import FrontDoorSettings, FrontDoorTarget
from .kafka import KafkaTarget

__all__ = [
    "FolderTarget",
    "FrontDoorSettings",
    "FrontDoorTarget",
    "KafkaTarget",
    "Target",
    "TargetError",
]
