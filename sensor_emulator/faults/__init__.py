"""What goes wrong: one small file a fault, one row each in the table."""

from .base import Fault, Part, Place
from .clock import ClockWrong
from .compressor import CompressorFailed
from .door import DoorLeftOpen
from .links import (
    BackfilledLater,
    FramesCorrupted,
    FramesDuplicated,
    FramesReordered,
    GatewayDead,
    LinkFault,
    OutOfCoverage,
)
from .loaded_warm import LoadedWarm
from .mains import MainsLost
from .reboot import Rebooted
from .refrigerant import RefrigerantLeaking
from .sensors import SensorDead, SensorDrifting, SensorSpiking, SensorStuck
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
