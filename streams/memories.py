"""The memories of all devices whose partitions are this worker's."""

from collections.abc import Mapping

from kafka.partitioner.default import murmur2

from .memory import DeviceMemory, unpack


class Memories:
    """Device memories by partition; what is not in use yet is unpacked when first asked for."""

    def __init__(self, packed: Mapping[bytes, bytes]) -> None:
        self._packed = packed
        self._kept: dict[int, dict[str, DeviceMemory]] = {}
        self._loaded: set[int] = set()

    def of(self, partition: int, device: str) -> DeviceMemory:
        """The memory of a device whose frames come on this partition."""
        kept = self._kept.setdefault(partition, {})
        memory = kept.get(device)
        if memory is None:
            packed = self._packed.get(device.encode())
            memory = kept[device] = DeviceMemory() if packed is None else unpack(packed)
        return memory

    def find(self, partition: int, device: str) -> DeviceMemory | None:
        """The memory of a device, or None where nothing was ever heard of it."""
        if device in self.on(partition) or device.encode() in self._packed:
            return self.of(partition, device)
        return None

    def on(self, partition: int) -> Mapping[str, DeviceMemory]:
        """The memories of a partition, as far as they are in use."""
        return self._kept.get(partition, {})

    def load(self, partition: int, partitions: int) -> bool:
        """Take up all devices of a partition, before any frame of theirs has come. True: just now;
        a partition is taken up once."""
        if partition in self._loaded:
            return False
        self._loaded.add(partition)
        for device in devices_on(self._packed, partition, partitions):
            self.of(partition, device)
        return True

    def drop(self) -> None:
        """Forget all: what is in the changelog is taken up again when it is asked for."""
        self._kept.clear()
        self._loaded.clear()


def devices_on(packed: Mapping[bytes, bytes], partition: int, partitions: int) -> list[str]:
    """The devices kept in a changelog whose frames come on a partition."""
    return [key.decode() for key in list(packed) if partition_of(key, partitions) == partition]


def partition_of(key: bytes, partitions: int) -> int:
    """Where Kafka's default partitioner puts a key."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
