"""Free ports on loopback.

Taken from below the range that the kernel hands to outgoing connections: else, while a server
is stopped, a client trying to reach it could be given its very port, and keep it.
"""

import random
import socket

LOOPBACK = "127.0.0.1"
_FROM, _TO = 20_000, 32_000
_TRIES = 200


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, all different. Raises OSError when none are found."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(_FROM, _TO), _TRIES):
        if len(found) == count:
            break
        if is_free(port):
            found.append(port)
    if len(found) < count:
        raise OSError("no free ports on loopback")
    return found


def is_free(port: int) -> bool:
    """Whether a server could listen on it now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
