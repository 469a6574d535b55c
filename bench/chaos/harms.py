"""The harms: one function each, a row each. It returns what was seen of the harm, or raises
`NoHarm` where it did not really happen."""

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from runtime.servers import Controllable

from .feeder import Feeder, put
from .plan import Harm
from .stage import WORKER, Stage
from .world import Item

#: What no one should send: none of it is a frame of a device that is known.
GARBAGE = (
    b"",
    b"\x00\xff\xfe",
    b"{",
    b"null",
    b'{"v":1}',
    b'{"v":1,"device":"nobody","boot":0,"seq":0,"sent":0,"channels":[]}',
    b'{"v":1,"device":"van-0001","boot":1,"seq":1,"sent":1,"channels":[{"name":"x"}]}',
    b"[" * 10_000,
)


class NoHarm(Exception):  # noqa: N818 - what is wrong is the trial, not the code
    """The harm did not happen, so nothing was tried."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All there is to harm."""

    stage: Stage
    feeder: Feeder


def _worker(scene: Scene, harm: Harm) -> str:
    names = scene.stage.workers()
    if not names:
        raise NoHarm("no worker runs")
    return sorted(names)[harm.choice % len(names)]


def kill_worker(scene: Scene, harm: Harm) -> str:
    name = _worker(scene, harm)
    return _kill(scene.stage, name)


def freeze_worker(scene: Scene, harm: Harm) -> str:
    """It stands still for longer than its session, and then goes on as if nothing had been."""
    name = _worker(scene, harm)
    pid = scene.stage.processes[name].pid
    if pid is None:
        raise NoHarm(f"{name} does not run")
    os.killpg(pid, signal.SIGSTOP)
    try:
        time.sleep(harm.lasts)
    finally:
        try:
            os.killpg(pid, signal.SIGCONT)
        except ProcessLookupError:
            raise NoHarm(f"{name} died meanwhile") from None
    return f"{name} stood still for {harm.lasts:.0f} s"


def stop_worker(scene: Scene, harm: Harm) -> str:
    name = _worker(scene, harm)
    process = scene.stage.processes[name]
    before = process.pid
    process.stop()
    return f"{name} ({before}) left in order, and is started again"


def joining_worker(scene: Scene, harm: Harm) -> str:
    name = f"worker {harm.choice}"
    scene.stage.add(name, *WORKER)
    time.sleep(harm.lasts)
    scene.stage.remove(name)
    return f"{name} was there for {harm.lasts:.0f} s"


def kill_door(scene: Scene, harm: Harm) -> str:
    return _kill(scene.stage, "front door")


def poison(scene: Scene, harm: Harm) -> str:
    items = [Item("broken", "van-0001", raw) for raw in GARBAGE]
    if not put(scene.stage.kafka, items):
        raise NoHarm("Kafka was away")
    return f"{len(items)} records that are no frames"


def again(scene: Scene, harm: Harm) -> str:
    """Frames that were accepted before, once more, in no order."""
    known = scene.feeder.ledger.accepted
    if len(known) < 50:
        raise NoHarm("too little was accepted")
    chosen = [known[(harm.choice * (n + 1)) % len(known)] for n in range(200)]
    if not put(scene.stage.kafka, [one for one in chosen if one.kind == "frame"]):
        raise NoHarm("Kafka was away")
    return f"{len(chosen)} frames once more"


def dead_zone(scene: Scene, harm: Harm) -> str:
    devices = scene.feeder.devices
    start = harm.choice % len(devices)
    chosen = (devices + devices)[start : start + len(devices) // 4]
    scene.feeder.hold(chosen, harm.lasts)
    return f"{len(chosen)} devices out of coverage for {harm.lasts:.0f} s"


def _kill(stage: Stage, name: str) -> str:
    process = stage.processes[name]
    before = process.pid
    process.kill()
    deadline = time.monotonic() + 20
    while process.pid == before or not process.running:
        if time.monotonic() > deadline:
            raise NoHarm(f"{name} was not started again")
        time.sleep(0.1)
    return f"{name}: {before} killed, {process.pid} started"


def _server(which: Callable[[Stage], Controllable], name: str) -> Callable[[Scene, Harm], str]:
    def harm_it(scene: Scene, harm: Harm) -> str:
        server = which(scene.stage)
        with _server_lock:
            server.kill()
            try:
                time.sleep(harm.lasts)
            finally:
                server.start()
        return f"{name} killed, back after {harm.lasts:.0f} s"

    return harm_it


_server_lock = threading.Lock()

HARMS: dict[str, Callable[[Scene, Harm], str]] = {
    "kill a worker": kill_worker,
    "freeze a worker": freeze_worker,
    "stop a worker": stop_worker,
    "a worker joins and leaves": joining_worker,
    "kill the front door": kill_door,
    "kill Kafka": _server(lambda stage: stage.servers.kafka, "Kafka"),
    "Kafka away": _server(lambda stage: stage.servers.kafka, "Kafka"),
    "kill InfluxDB": _server(lambda stage: stage.servers.influxdb, "InfluxDB"),
    "InfluxDB away": _server(lambda stage: stage.servers.influxdb, "InfluxDB"),
    "poison": poison,
    "frames again": again,
    "dead zone": dead_zone,
}
