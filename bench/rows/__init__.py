"""The rows of the bench's table, by name, and how each is measured.

A new row is a function that takes a Scale and gives a Row, named here.
"""

from collections.abc import Callable
from importlib import import_module

from bench.scale import Scale
from bench.table import Row

#: Module under bench/rows and its function, in the order of DESIGN section 8.
ROWS = {
    "van": ("stream", "van"),
    "locker": ("stream", "locker"),
    "latency": ("ceiling", "latency"),
    "changelog": ("ceiling", "changelog"),
    "flat": ("flat", "flat"),
    "boards": ("single", "boards"),
    "emulator": ("single", "emulator"),
    "evaluate": ("single", "evaluate"),
    "record": ("single", "record"),
    "door": ("single", "door"),
}


def row(name: str) -> Callable[[Scale], Row]:
    """How a row is measured; its module is loaded only now."""
    module, function = ROWS[name]
    found: Callable[[Scale], Row] = getattr(import_module(f"bench.rows.{module}"), function)
    return found
