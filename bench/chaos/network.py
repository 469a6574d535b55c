"""The network between everybody and one server: it may be open, slow, a hole, or cut."""

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from runtime.servers.ports import LOOPBACK

#: open; slow: each piece waits; hole: nothing passes, and nobody is told; cut: connections end
#: and none is made.
State = Literal["open", "slow", "hole", "cut"]

#: Seconds that each piece (at most so many bytes) waits where the network is slow.
SLOW, PIECE = 0.15, 65_536
#: Seconds between two looks at how the network is.
LOOK = 0.05


@dataclass(eq=False)
class Link:
    """Listens at `port` and passes on to `target`, both on loopback.

    `refused` counts the connections ended or not made, `held` the pieces that waited, since the
    link was last put to another state: whether anybody felt it.
    """

    port: int
    target: int
    state: State = "open"
    refused: int = 0
    _pairs: set[tuple[socket.socket, socket.socket]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listener: socket.socket | None = None
    held: int = 0

    def start(self) -> None:
        self._listener = socket.create_server((LOOPBACK, self.port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self._end_all()

    def put(self, state: State) -> None:
        """Make the network so; what was held in a hole goes on when it opens."""
        self.state, self.refused, self.held = state, 0, 0
        if state == "cut":
            self._end_all()

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return  # closed
            if self.state == "cut":
                self.refused += 1
                near.close()
                continue
            try:
                far = socket.create_connection((LOOPBACK, self.target), timeout=5)
            except OSError:
                near.close()  # the server is away: so it looks from here
                continue
            far.settimeout(None)
            pair = near, far
            with self._lock:
                self._pairs.add(pair)
            for one, other in (pair, (far, near)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pass, args=(one, other, pair), daemon=True).start()

    def _pass(
        self, one: socket.socket, other: socket.socket, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        try:
            while piece := one.recv(PIECE):
                if self.state == "hole":
                    self.held += 1
                while self.state == "hole":
                    time.sleep(LOOK)
                if self.state == "slow":
                    self.held += 1
                    time.sleep(SLOW)
                other.sendall(piece)
        except OSError:
            pass  # one side ended: so does the other
        finally:
            self._end(pair)

    def _end_all(self) -> None:
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            self.refused += 1
            self._end(pair)

    def _end(self, pair: tuple[socket.socket, socket.socket]) -> None:
        with self._lock:
            self._pairs.discard(pair)
        for one in pair:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
