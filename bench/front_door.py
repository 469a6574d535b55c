"""Frames a second by HTTP: `coldchain ingest serve` on a real Kafka, all on this machine.

    .venv/bin/python bench/front_door.py [--seconds 6] [--connections 128] [--per-request 1 10 100]

Each frame has 4 channels of 15 samples. Every connection is a device's and sends again once it
was answered. Afterwards the frames in Kafka are counted against those answered 202. Beside it, in
turns, a bare ASGI application that reads the same requests and answers: the ceiling of the server.
With `wrk` (Debian has it) the sender takes a tenth of a core; without, one in Python takes more.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broker.admin import ensure_topics
from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import FRAMES
from coldchain.frames import Channel, Frame, encode_frame
from ingest.door.tokens import TokenStore
from runtime.servers.native import native_servers
from runtime.servers.ports import free_ports

TARGET = 5_000
NAMES = ("main.air", "main.product", "rear.air", "rear.product")
TICKS = os.sysconf("SC_CLK_TCK")
SCRIPT = """
local made = {}
local next = 0
function init()
  for i, one in ipairs(requests) do
    local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. one[1]}
    made[i] = wrk.format("POST", "/v1/frames", headers, one[2])
  end
end
function request()
  next = next % #made + 1
  return made[next]
end
function done(summary, latency)
  local errors = summary.errors
  local bad = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("TOLD %d %d %d %d %d\\n", summary.requests, summary.duration, bad,
    latency:percentile(50), latency:percentile(99)))
end
"""


async def bare(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The least an ASGI application can do with a request."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


def frame(device: str, seq: int) -> bytes:
    now = time.time_ns() // 1_000_000
    values = [round(2 + (seq + i) % 40 / 100, 2) for i in range(15)]
    channels = [Channel(name=n, start=now - 60_000, step=4_000, values=[*values]) for n in NAMES]
    return encode_frame(Frame(v=1, device=device, boot=1, seq=seq, sent=now, channels=channels))


def bodies(tokens: dict[str, str], frames: int) -> list[tuple[str, bytes]]:
    """A token and a body for each device; the same is sent again and again."""
    made: list[tuple[str, bytes]] = []
    for device, token in tokens.items():
        parts = [frame(device, seq) for seq in range(frames)]
        made.append((token, parts[0] if frames == 1 else b"[" + b",".join(parts) + b"]"))
    return made


@dataclass(frozen=True)
class Load:
    """What came of sending: requests answered 202, seconds, and ms until the answer."""

    requests: int
    seconds: float
    p50: float
    p99: float


def load(port: int, requests: list[tuple[str, bytes]], seconds: float, wrk: str | None) -> Load:
    return (by_wrk if wrk else by_python)(port, requests, seconds)


def by_wrk(port: int, requests: list[tuple[str, bytes]], seconds: float) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        rows = ",\n".join(f'{{"{token}", {json.dumps(body.decode())}}}' for token, body in requests)
        script.write(f"local requests = {{{rows}}}\n" + SCRIPT)
        script.flush()
        command = ["wrk", "-t1", f"-c{len(requests)}", f"-d{seconds:.0f}s", "--timeout", "30s"]
        command += ["-s", script.name]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True
        )
    found = re.search(r"TOLD (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    count, duration, bad, p50, p99 = map(int, found.groups())
    if bad:
        raise SystemExit(f"{bad} requests were refused or broke off")
    return Load(count, duration / 1e6, p50 / 1e3, p99 / 1e3)


def by_python(port: int, requests: list[tuple[str, bytes]], seconds: float) -> Load:
    waits: list[float] = []
    began = time.perf_counter()

    async def everyone() -> None:
        until = time.monotonic() + seconds
        await asyncio.gather(*(send_on(port, *one, until, waits) for one in requests))

    asyncio.run(everyone())
    parts = statistics.quantiles(waits, n=100)
    return Load(len(waits), time.perf_counter() - began, parts[49] * 1e3, parts[98] * 1e3)


async def send_on(port: int, token: str, body: bytes, until: float, waits: list[float]) -> None:
    wanted = (
        "POST /v1/frames HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < until:
        began = time.perf_counter()
        writer.write(wanted)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 202"):
            raise SystemExit(f"refused: {answer.decode()}")
        waits.append(time.perf_counter() - began)
    writer.close()


def frames_in(kafka: KafkaSettings) -> int:
    reader = consumer(kafka)
    everywhere = partitions_of(reader, kafka.topic(FRAMES))
    count = sum(reader.end_offsets(everywhere).values())
    reader.close()
    return int(count)


def cpu_of(pid: int) -> float:
    """CPU seconds of a process."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / TICKS


def children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_of_machine() -> tuple[float, float]:
    """CPU seconds of all that ran, and of nothing running, on all cores since it was started."""
    told = [int(one) / TICKS for one in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    idle = told[3] + told[4]
    return sum(told[:8]) - idle, idle


def cpu_of_senders() -> float:
    ours = os.times()
    return ours.user + ours.system + ours.children_user + ours.children_system


@dataclass(frozen=True)
class Round:
    """One measurement: frames a second, and what a frame cost whom (CPU microseconds)."""

    load: Load
    frames: int
    costs: dict[str, float]
    idle_cores: float

    @property
    def rate(self) -> float:
        return self.load.requests * self.frames / self.load.seconds


def measured(
    port: int, pids: dict[str, list[int]], requests: list[tuple[str, bytes]], frames: int,
    seconds: float, wrk: str | None,
) -> Round:  # fmt: skip
    def spent() -> dict[str, float]:
        used, idle = cpu_of_machine()
        own = {name: sum(map(cpu_of, some)) for name, some in pids.items()}
        return {**own, "sender": cpu_of_senders(), "all": used, "idle": idle}

    before = spent()
    done = load(port, requests, seconds, wrk)
    cost = {name: value - before[name] for name, value in spent().items()}
    idle, used = cost.pop("idle"), cost.pop("all")
    cost["everything else here"] = max(0.0, used - sum(cost.values()))
    count = done.requests * frames
    return Round(
        done, frames, {name: s / count * 1e6 for name, s in cost.items()}, idle / done.seconds
    )


def told(name: str, rounds: list[Round]) -> str:
    best = max(rounds, key=lambda one: one.rate)
    middle = statistics.median(one.rate for one in rounds)
    costs = ", ".join(f"{who} {cost:.0f}" for who, cost in best.costs.items())
    return (
        f"{name}: {best.rate:8,.0f} frames/s at best, median {middle:,.0f} of {len(rounds)};"
        f" answers p50 {best.load.p50:.0f} ms, p99 {best.load.p99:.0f} ms; CPU us a frame: {costs};"
        f" {best.idle_cores:.2f} cores idle"
    )


@contextmanager
def served(command: list[str], port: int, path: str, **more: str) -> Iterator[int]:
    """A server's process id, once it answers there."""
    with subprocess.Popen(command, env=os.environ | more) as server:
        try:
            wait_ready(port, path)
            yield server.pid
        finally:
            server.terminate()


def wait_ready(port: int, path: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                if path != "/readyz" or b'"direct"' in answer.read():
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"port {port} does not get ready")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--seconds", type=float, default=6.0)
    asked.add_argument("--connections", type=int, default=128)
    asked.add_argument("--per-request", type=int, nargs="+", default=[1, 10, 100])
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--kafka", help="a Kafka that runs already, host:port")
    given = asked.parse_args()
    if given.kafka:
        return measure(given, KafkaSettings(given.kafka, f"bench-{uuid.uuid4().hex[:6]}."))
    with native_servers() as servers:
        return measure(given, KafkaSettings(servers.kafka_servers, "bench."))


def measure(given: argparse.Namespace, kafka: KafkaSettings) -> int:
    ensure_topics(kafka)
    port, bare_port = free_ports(2)
    wrk = shutil.which("wrk")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; sender: {wrk or 'Python'}")
    uvicorn = [sys.executable, "-m", "uvicorn", "front_door:bare", "--app-dir", "bench"]
    quiet = ["--no-access-log", "--lifespan", "off", "--log-level", "error"]
    with tempfile.TemporaryDirectory() as folder:
        with TokenStore(Path(folder) / "tokens.sqlite") as store:
            devices = [f"van-{n:04d}" for n in range(given.connections)]
            tokens = {device: store.new(device, 0)[1] for device in devices}
        environment = {
            "COLDCHAIN_KAFKA_SERVERS": kafka.servers,
            "COLDCHAIN_KAFKA_PREFIX": kafka.prefix,
            "COLDCHAIN_INGEST_FOLDER": folder,
            "COLDCHAIN_INGEST_PORT": str(port),
            "COLDCHAIN_INGEST_RATE": "1000000",
            "COLDCHAIN_INGEST_BURST": "1000000",
        }
        door = [sys.executable, "-m", "runtime", "ingest", "serve"]
        with (
            served(door, port, "/readyz", **environment) as pid,
            served([*uvicorn, "--port", str(bare_port), *quiet], bare_port, "/") as bare_pid,
        ):
            pids = {"door": [pid], "its Kafka client": children_of(pid)}
            rates = [
                compared(given, kafka, (port, pids), (bare_port, {"server": [bare_pid]}),
                         bodies(tokens, frames), frames, wrk)
                for frames in given.per_request
            ]  # fmt: skip
    print(f"to reach {TARGET:,}: {'yes' if rates[0] >= TARGET else 'no'}")
    return 0 if max(rates) >= TARGET else 1


def compared(
    given: argparse.Namespace,
    kafka: KafkaSettings,
    door: tuple[int, dict[str, list[int]]],
    reference: tuple[int, dict[str, list[int]]],
    requests: list[tuple[str, bytes]],
    frames: int,
    wrk: str | None,
) -> float:
    """The door and the bare application in turns; the door's best rate."""
    load(door[0], requests, 2.0, wrk)  # to get warm
    there, taken = frames_in(kafka), 0
    ours: list[Round] = []
    theirs: list[Round] = []
    for _ in range(given.rounds):
        ours.append(measured(*door, requests, frames, given.seconds, wrk))
        taken += ours[-1].load.requests * frames
        theirs.append(measured(*reference, requests, frames, given.seconds, wrk))
    kept = frames_in(kafka) - there
    print(told(f"{frames:4} a request, door", ours))
    print(told(f"{frames:4} a request, bare", theirs))
    ratio = statistics.median(a.rate / b.rate for a, b in zip(ours, theirs, strict=True))
    print(f"     door/bare {ratio:.2f}; {taken} answered 202, {kept} in Kafka", flush=True)
    assert kept >= taken, f"{taken - kept} are not in Kafka"  # more: cut off unanswered
    return max(one.rate for one in ours)


if __name__ == "__main__":
    sys.exit(main())
