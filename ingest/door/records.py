"""A record on its way to Kafka, as the front door hands it on."""

from dataclasses import dataclass, field

from coldchain.rejections import Headers


@dataclass(frozen=True, slots=True)
class Record:
    """What goes into Kafka: the whole topic name, and `received` (ms), the record's timestamp."""

    topic: str
    key: bytes
    value: bytes
    received: int
    headers: Headers = field(default_factory=list)

    @property
    def size(self) -> int:
        """About how many bytes it takes on disk."""
        told = sum(len(name) + len(value) for name, value in self.headers)
        return len(self.topic) + len(self.key) + len(self.value) + told + 32
