"""Where devices were last, asked before a transaction and remembered for a minute.

The answer comes from a server that may be slow or away; a message goes out without it then.
"""

import logging
from collections.abc import Callable, Iterable

from coldchain.times import MINUTE_MS

from .nearest import Position

_log = logging.getLogger(__name__)

#: So many are asked about at a time: a storm is told without.
MOST_ASKED = 20


class Whereabouts:
    """`ask` says where a device is; it may raise. For one thread."""

    def __init__(self, ask: Callable[[str], Position | None]) -> None:
        self._ask = ask
        self._known: dict[str, tuple[int, Position | None]] = {}

    def refresh(self, devices: Iterable[str], now: int) -> None:
        """Ask about those (few) of these devices that were not asked about within the minute."""
        self._known = {
            device: found for device, found in self._known.items() if now - found[0] < MINUTE_MS
        }
        missing = [one for one in devices if one and one not in self._known]
        for device in missing[:MOST_ASKED]:
            try:
                self._known[device] = (now, self._ask(device))
            except Exception as error:  # noqa: BLE001 - whatever its fault, the message goes out
                _log.info("where %s is, is not known: %s", device, error)
                self._known.update(dict.fromkeys(missing, (now, None)))
                return

    def of(self, device: str) -> Position | None:
        """Where it was when last asked about; None: not known."""
        return self._known.get(device, (0, None))[1]
