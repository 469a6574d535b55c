"""Whether a server answers: asked of the server itself."""

import http.client
import json
import logging
import socket
from urllib.parse import urlsplit


def influxdb_answers(url: str, timeout: float = 2.0) -> bool:
    """Whether an InfluxDB at `url` says that it is well."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        return answer.status == 200 and json.loads(answer.read()).get("status") == "pass"
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def kafka_answers(servers: str, timeout: float = 2.0) -> bool:
    """Whether a Kafka at `servers` (host:port) has a broker that takes requests."""
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    if not any(_listens(one, timeout) for one in servers.split(",")):
        return False  # kafka-python would leave sockets open behind each try
    milliseconds = int(timeout * 1000)
    log = logging.getLogger("kafka")
    before, log.level = log.level, logging.CRITICAL  # refused connections are the answer here
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=servers,
            bootstrap_timeout_ms=milliseconds,
            request_timeout_ms=milliseconds,
        )
        try:
            return bool(admin.describe_cluster().get("brokers"))
        finally:
            admin.close()
    except (KafkaError, OSError, AssertionError, ValueError):
        return False
    finally:
        log.level = before


def _listens(server: str, timeout: float) -> bool:
    host, _, port = server.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout).close()
    except (OSError, ValueError):
        return False
    return True
