"""What goes wrong: one small file a fault, one row each in the table."""

from .backfilled import BackfilledLater
from .base import Fault, Part, Place
from .clock import ClockWrong
from .compressor import CompressorFailed
from .corrupted import FramesCorrupted
from .door import DoorLeftOpen
from .duplicated import FramesDuplicated
from .gateway_dead import GatewayDead
from .link import LinkFault
from .loaded_warm import LoadedWarm
from .mains import MainsLost
from .out_of_coverage import OutOfCoverage
from .reboot import Rebooted
from .refrigerant import RefrigerantLeaking
from .reordered import FramesReordered
from .sensor_dead import SensorDead
from .sensor_drifting import SensorDrifting
from .sensor_spiking import SensorSpiking
from .sensor_stuck import SensorStuck
from .setpoint import SetPointWrong

#: A scenario's `kind` -> what it does.
FAULTS: dict[str, type[Fault]] = {
    fault.kind: fault
    for fault in (
        DoorLeftOpen,
        CompressorFailed,
        MainsLost,
        SetPointWrong,
        LoadedWarm,
        RefrigerantLeaking,
        SensorStuck,
        SensorDead,
        SensorSpiking,
        SensorDrifting,
        ClockWrong,
        Rebooted,
        GatewayDead,
        OutOfCoverage,
        BackfilledLater,
        FramesDuplicated,
        FramesReordered,
        FramesCorrupted,
    )
}

__all__ = ["FAULTS", "Fault", "LinkFault", "Part", "Place"]
