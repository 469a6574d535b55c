"""The servers: real Kafka and InfluxDB, wherever this runs.

`local_servers()` is the way in: containers where a Docker engine answers, else native ones.
"""

from .errors import ServerError
from .local import local_servers
from .servers import Controllable, Servers

__all__ = ["Controllable", "ServerError", "Servers", "local_servers"]
