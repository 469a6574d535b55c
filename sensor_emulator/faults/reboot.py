"""The gateway restarts: `boot` rises, `seq` begins anew, what it had not sent is lost."""

from .base import Fault


class Rebooted(Fault):
    kind = "rebooted"

    def reset_at(self) -> int | None:
        return self.start
