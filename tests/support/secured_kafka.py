"""A native Kafka that takes clients only by TLS and password, beside the plain listener of ours."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.servers.kafka import kafka_process
from runtime.servers.ports import LOOPBACK, free_ports

USER, PASSWORD = "coldchain", "secret"
_MODULES = "org.apache.kafka.common.security"


@dataclass(frozen=True)
class Secured:
    """Where it listens, the certificate that says so, and another one that does not."""

    servers: str
    ca_file: Path
    other_ca_file: Path


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of this machine's loopback, signed by itself, and its key."""
    made, key = folder / f"{name}.pem", folder / f"{name}-key.pem"
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={LOOPBACK}"
        f" -addext subjectAltName=IP:{LOOPBACK} -keyout {key} -out {made}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return made, key


@contextmanager
def secured_kafka(folder: Path) -> Iterator[Secured]:
    """Started, until the block ends. Raises ServerError."""
    plain, controller, port = free_ports(3)
    ca_file, key = certificate(folder, "kafka")
    other, _ = certificate(folder, "other")
    store = folder / "store.pem"
    store.write_text(key.read_text() + ca_file.read_text())
    listeners = f"PLAINTEXT://{LOOPBACK}:{plain},SECURED://{LOOPBACK}:{port}"
    login = f'username="{USER}" password="{PASSWORD}"'
    more = {
        "listeners": f"{listeners},CONTROLLER://{LOOPBACK}:{controller}",
        "advertised.listeners": listeners,
        "listener.security.protocol.map": (
            "PLAINTEXT:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT"
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(store),
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "listener.name.secured.scram-sha-512.sasl.jaas.config": (
            f"{_MODULES}.scram.ScramLoginModule required {login};"
        ),
        "listener.name.secured.plain.sasl.jaas.config": (
            f'{_MODULES}.plain.PlainLoginModule required {login} user_{USER}="{PASSWORD}";'
        ),
    }
    scram = [f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"]
    process = kafka_process(folder / "kafka", plain, controller, more, scram)
    try:
        process.start()
        yield Secured(f"{LOOPBACK}:{port}", ca_file, other)
    finally:
        process.stop()
