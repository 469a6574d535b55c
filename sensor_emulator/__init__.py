"""The world: thermal models, rounds, faults, scenarios, and the truth beside them.

`load_scenario` reads one, `run` emulates it and sends its frames to a target.
"""

from .recorder import Recorder
from .run import Ledger, Progress, ends_now, run
from .scenario import Scenario, ScenarioError
from .scenario_toml import library, load_scenario, parse_scenario
from .targets import (
    FolderTarget,
    FrontDoorSettings,
    FrontDoorTarget,
    KafkaTarget,
    Target,
    TargetError,
)
from .truth import Truth

__all__ = [
    "FolderTarget",
    "FrontDoorSettings",
    "FrontDoorTarget",
    "KafkaTarget",
    "Ledger",
    "Progress",
    "Recorder",
    "Scenario",
    "ScenarioError",
    "Target",
    "TargetError",
    "Truth",
    "ends_now",
    "library",
    "load_scenario",
    "parse_scenario",
    "run",
]
