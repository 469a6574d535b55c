"""When a dropped file is whole: once it has stayed as it is for a while."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file does: its size, and when it was written last (ns)."""

    size: int
    written: int


@dataclass
class Settling:
    """Remembers since when each file is as it is; seconds on a clock that never goes back.

    Our own clock counts, not the files' times: a share's clock may differ, and a file renamed or
    copied into place keeps an old time.
    """

    patience_s: float
    _since: dict[Path, tuple[Stamp, float]] = field(default_factory=dict)

    def whole(self, seen: Mapping[Path, Stamp], now: float) -> list[Path]:
        """Those that have not changed for `patience_s`, in order. An empty one is waited for."""
        before = self._since
        self._since = {}
        for path, stamp in seen.items():
            known = before.get(path)
            self._since[path] = known if known and known[0] == stamp else (stamp, now)
        return [
            path
            for path, (stamp, since) in sorted(self._since.items())
            if stamp.size and now - since >= self.patience_s
        ]

    def is_settled(self, path: Path, stamp: Stamp, now: float) -> bool:
        """Whether it has not changed for `patience_s`, empty or not."""
        known = self._since.get(path)
        return known is not None and known[0] == stamp and now - known[1] >= self.patience_s
