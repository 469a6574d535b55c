"""Frames a second by HTTP: `coldchain ingest serve` on a real Kafka, all on this machine.

    .venv/bin/python bench/front_door.py [--seconds 6] [--connections 128] [--per-request 1 10 100]

Each frame has 4 channels of 15 samples, and bytes of its own: the number it is counted by is
written into it as it is sent. Every connection is a device's and sends again once it was answered.
Afterwards each frame answered 202 has to be in Kafka, by device, boot and number. Judged is the
median of the rounds with one frame a request. Beside it, in turns, a bare ASGI application that
reads the same requests and answers: the ceiling of the server. With `wrk` (Debian has it) the
sender takes a tenth of a core or two; without, one in Python takes more.
"""

import argparse
import asyncio
import itertools
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
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.worker import TICKS, cpu_of
from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from broker.topics import FRAMES
from coldchain.frames import Channel, Frame, decode_frame, encode_frame
from ingest.door.tokens import TokenStore
from ingest.topic import read_all
from runtime.servers.native import native_servers
from runtime.servers.ports import free_ports

TARGET = 5_000
NAMES = ("main.air", "main.product", "rear.air", "rear.product")
#: Where a frame's own number goes: ten digits, none of which is 0 at first.
MARK = b"7777777777"
FIRST = 1_000_000_000
SCRIPT = """
local made = {}
local next = 0
local count = 0
function init()
  for i, one in ipairs(requests) do
    local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. one[1]}
    local whole = wrk.format("POST", "/v1/frames", headers, one[2])
    local parts = {}
    for part in (whole .. MARK):gmatch("(.-)" .. MARK) do parts[#parts + 1] = part end
    made[i] = parts
  end
end
function request()
  next = next % #made + 1
  local parts = made[next]
  local whole = {parts[1]}
  for i = 2, #parts do
    count = count + 1
    whole[#whole + 1] = string.format("%010d", FIRST + count)
    whole[#whole + 1] = parts[i]
  end
  return table.concat(whole)
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


def frame(device: str, boot: int, seq: int) -> bytes:
    """A frame with the mark in place of its number."""
    now = time.time_ns() // 1_000_000
    values = [round(2 + (seq + i) % 40 / 100, 2) for i in range(15)]
    channels = [Channel(name=n, start=now - 60_000, step=4_000, values=[*values]) for n in NAMES]
    made = Frame(v=1, device=device, boot=boot, seq=int(MARK), sent=now, channels=channels)
    return encode_frame(made)


def bodies(tokens: dict[str, str], boot: int, frames: int) -> list[tuple[str, bytes]]:
    """A token and a body for each device; each is sent again and again, with other numbers.

    `boot` tells the rounds apart.
    """
    made: list[tuple[str, bytes]] = []
    for device, token in tokens.items():
        parts = [frame(device, boot, seq) for seq in range(frames)]
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
        script.write(
            f'local requests = {{{rows}}}\nlocal MARK, FIRST = "{MARK.decode()}", {FIRST}\n'
            + SCRIPT
        )
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


_count = itertools.count(FIRST + 1)


def numbered(parts: list[bytes]) -> bytes:
    """A request, each frame's number in its place."""
    return parts[0] + b"".join(b"%010d" % next(_count) + part for part in parts[1:])


async def send_on(port: int, token: str, body: bytes, until: float, waits: list[float]) -> None:
    head_and_body = (
        "POST /v1/frames HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    parts = head_and_body.split(MARK)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < until:
        began = time.perf_counter()
        writer.write(numbered(parts))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 202"):
            raise SystemExit(f"refused: {answer.decode()}")
        waits.append(time.perf_counter() - began)
    writer.close()


Seen = dict[int, set[tuple[bytes, int]]]


def frames_in(kafka: KafkaSettings, boots: Container[int]) -> Seen:
    """What is in Kafka of some boots, by device and number, each once."""
    found: Seen = {}
    for record in read_all(kafka, FRAMES):
        one = decode_frame(record.value)
        if one.boot in boots:
            found.setdefault(one.boot, set()).add((record.key, one.seq))
    return found


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
    middle = sorted(rounds, key=lambda one: one.rate)[len(rounds) // 2]
    rates = ", ".join(f"{one.rate:,.0f}" for one in rounds)
    costs = ", ".join(f"{who} {cost:.0f}" for who, cost in middle.costs.items())
    return (
        f"{name}: {middle.rate:8,.0f} frames/s, the median of {rates};"
        f" answers p50 {middle.load.p50:.0f} ms, p99 {middle.load.p99:.0f} ms; CPU us a frame:"
        f" {costs}; {middle.idle_cores:.2f} cores idle"
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
        found = measure(given, KafkaSettings(given.kafka, f"bench-{uuid.uuid4().hex[:6]}."))
    else:
        with native_servers() as servers:
            found = measure(given, KafkaSettings(servers.kafka_servers, "bench."))
    least = min(found)
    yes = statistics.median(found[least].door) >= TARGET
    print(f"to reach {TARGET:,}, {least} a request: {'yes' if yes else 'no'}")
    return 0 if yes else 1


@dataclass(frozen=True)
class Compared:
    """Frames a second, a round each, of the door and of the bare application."""

    door: list[float]
    bare: list[float]


def measure(given: argparse.Namespace, kafka: KafkaSettings) -> dict[int, Compared]:
    """The door beside the bare application, by frames a request."""
    ensure_topics(kafka)
    port, bare_port = free_ports(2)
    wrk = shutil.which("wrk")
    busy = os.getloadavg()[0]
    say(f"{os.cpu_count()} cores, load {busy:.1f}; sender: {wrk or 'Python'}")
    uvicorn = [sys.executable, "-m", "uvicorn", "bench.front_door:bare"]
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
            return {
                frames: compared(given, kafka, (port, pids), (bare_port, {"server": [bare_pid]}),
                                 tokens, frames, wrk)
                for frames in given.per_request
            }  # fmt: skip


def compared(
    given: argparse.Namespace,
    kafka: KafkaSettings,
    door: tuple[int, dict[str, list[int]]],
    reference: tuple[int, dict[str, list[int]]],
    tokens: dict[str, str],
    frames: int,
    wrk: str | None,
) -> Compared:
    """The door and the bare application in turns."""
    load(door[0], bodies(tokens, 1, frames), 2.0, wrk)  # to get warm
    ours: dict[int, Round] = {}
    theirs: list[Round] = []
    for number in range(given.rounds):
        boot = frames * 1_000 + number
        requests = bodies(tokens, boot, frames)
        ours[boot] = measured(*door, requests, frames, given.seconds, wrk)
        theirs.append(measured(*reference, requests, frames, given.seconds, wrk))
    say(told(f"{frames:4} a request, door", list(ours.values())))
    say(told(f"{frames:4} a request, bare", theirs))
    rates = [one.rate for one in ours.values()]
    ratio = statistics.median(a / b.rate for a, b in zip(rates, theirs, strict=True))
    there = frames_in(kafka, ours)
    taken = {boot: one.load.requests * frames for boot, one in ours.items()}
    kept = {boot: len(there.get(boot, ())) for boot in ours}
    say(
        f"     door/bare {ratio:.2f}; {sum(taken.values()):,} answered 202, {sum(kept.values()):,}"
        f" different ones in Kafka; load {os.getloadavg()[0]:.1f}"
    )
    lost = {boot: taken[boot] - kept[boot] for boot in ours if kept[boot] < taken[boot]}
    assert not lost, f"not in Kafka: {lost}"  # more than answered: cut off unanswered
    return Compared(rates, [one.rate for one in theirs])


def say(line: str) -> None:
    """On stderr, so that a table that asks for figures has stdout for itself."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
