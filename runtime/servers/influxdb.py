"""A native InfluxDB: one 1.8 server on loopback."""

from pathlib import Path

from .influxd_build import influxd
from .ports import LOOPBACK
from .probes import influxdb_answers
from .process import Process

_CONFIG = """\
reporting-disabled = true
bind-address = "{host}:{rpc_port}"

[meta]
  dir = "{folder}/meta"

[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  index-version = "tsi1"
  query-log-enabled = false
  max-series-per-database = 0
  max-values-per-tag = 0

[monitor]
  store-enabled = false

[http]
  bind-address = "{host}:{port}"
  flux-enabled = true
  log-enabled = false

[logging]
  level = "warn"
"""


def influxdb_process(folder: Path, port: int, rpc_port: int) -> Process:
    """InfluxDB with its data in `folder`, not started yet."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "influxdb.conf"
    config.write_text(
        _CONFIG.format(folder=folder.as_posix(), host=LOOPBACK, port=port, rpc_port=rpc_port)
    )
    return Process(
        name="InfluxDB",
        command=[str(influxd()), "run", "-config", str(config)],
        log=folder / "influxdb.log",
        ready=lambda: influxdb_answers(f"http://{LOOPBACK}:{port}"),
        folder=folder,
        # A write-ahead log lets it be killed without loss; a flush of its cache may take a while.
        grace=20.0,
    )
