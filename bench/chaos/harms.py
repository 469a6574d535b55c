"""The harms: one function each, a row each. It returns what was seen of the harm, or raises
`NoHarm` where it did not really happen."""

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from coldchain.frames import TEMPERATURES, Channel, Frame, decode_frame, encode_frame
from coldchain.times import HOUR_MS
from runtime.servers import Controllable

from .feeder import Feeder, put
from .network import State
from .plan import Harm
from .stage import ALERTS, WORKER, Stage
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

#: How long Kafka is waited for by a harm that needs it, seconds.
PATIENCE = 120.0
#: How slow a slow clock is, ms: no device samples at just those times.
SLOW_MS = 593_217


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
    for turn in range(3):  # one that is killed meanwhile was not tried; so another is
        try:
            return _freeze(scene, harm, turn)
        except NoHarm as error:
            seen = error
    raise seen


def _freeze(scene: Scene, harm: Harm, turn: int) -> str:
    names = sorted(scene.stage.workers())
    if not names:
        raise NoHarm("no worker runs")
    name = names[(harm.choice + turn) % len(names)]
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


def kill_alerts(scene: Scene, harm: Harm) -> str:
    return _kill(scene.stage, ALERTS)


def poison(scene: Scene, harm: Harm) -> str:
    items = [Item("broken", "van-0001", raw) for raw in GARBAGE]
    _put(scene, items)
    return f"{len(items)} records that are no frames"


def again(scene: Scene, harm: Harm) -> str:
    """Frames that were accepted before, once more, in no order."""
    known = scene.feeder.ledger.accepted
    if len(known) < 50:
        raise NoHarm("too little was accepted")
    chosen = [known[(harm.choice * (n + 1)) % len(known)] for n in range(200)]
    _put(scene, [one for one in chosen if one.kind == "frame"])
    return f"{len(chosen)} frames once more"


def _put(scene: Scene, items: list[Item]) -> None:
    """Put them on Kafka, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE
    while not put(scene.stage.kafka, items):
        if time.monotonic() > deadline:
            raise NoHarm("Kafka was away")
        time.sleep(0.5)


def clock_ahead(scene: Scene, harm: Harm) -> str:
    """A device whose clock is an hour ahead: its readings are kept out of the rules."""
    old = _some_frame(scene, harm)
    ahead = time.time_ns() // 1_000_000 + HOUR_MS - old.sent
    item = _moved(old, ahead)
    _put(scene, [item])
    scene.feeder.ledger.ahead.append(item)
    return f"the clock of {old.device} an hour ahead"


def clock_behind(scene: Scene, harm: Harm) -> str:
    """A device whose clock is ten minutes slow: readings like any others, at those times."""
    old = _some_frame(scene, harm)
    item = _moved(old, -SLOW_MS)
    scene.feeder.ledger.accepted.append(item)  # if only in doubt: it is put until it is there
    _put(scene, [item])
    return f"the clock of {old.device} {SLOW_MS // 1000} s slow"


def _some_frame(scene: Scene, harm: Harm) -> Frame:
    """One from the later half of what was accepted, with a temperature in it."""
    known = [one for one in list(scene.feeder.ledger.accepted) if one.kind == "frame"]
    later = known[len(known) // 2 :]
    for n in range(len(later)):
        frame = decode_frame(later[(harm.choice + n) % len(later)].raw)
        if _temperatures(frame):
            return frame
    raise NoHarm("too little was accepted")


def _temperatures(frame: Frame) -> list[Channel]:
    return [one for one in frame.channels if one.name.split(".")[1] in TEMPERATURES]


def _moved(frame: Frame, by: int) -> Item:
    """A frame's temperatures, at times moved by so much (ms), as one of its device's next boot."""
    channels = [
        Channel(name=one.name, at=[at + by for at in one.times()], values=list(one.values))
        for one in _temperatures(frame)
    ]
    moved = msgspec.structs.replace(
        frame, channels=channels, seq=next(_seq), sent=frame.sent + by, boot=frame.boot + 1
    )
    return Item("frame", frame.device, encode_frame(moved))


def _network(names: tuple[str, ...], state: State) -> Callable[[Scene, Harm], str]:
    def harm_it(scene: Scene, harm: Harm) -> str:
        links = [scene.stage.links[name] for name in names]
        with _network_lock:
            for link in links:
                link.put(state)
            try:
                time.sleep(harm.lasts)
            finally:
                felt = sum(link.refused + link.held for link in links)
                for link in links:
                    link.put("open")
        if not felt:
            raise NoHarm("nobody wanted the network meanwhile")
        return f"{state}: {' and '.join(names)} for {harm.lasts:.0f} s, felt {felt} times"

    return harm_it


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
_network_lock = threading.Lock()
_seq = itertools.count(1_000_000)

HARMS: dict[str, Callable[[Scene, Harm], str]] = {
    "kill a worker": kill_worker,
    "freeze a worker": freeze_worker,
    "stop a worker": stop_worker,
    "a worker joins and leaves": joining_worker,
    "kill the front door": kill_door,
    "kill the alert service": kill_alerts,
    "kill Kafka": _server(lambda stage: stage.servers.kafka, "Kafka"),
    "Kafka away": _server(lambda stage: stage.servers.kafka, "Kafka"),
    "kill InfluxDB": _server(lambda stage: stage.servers.influxdb, "InfluxDB"),
    "InfluxDB away": _server(lambda stage: stage.servers.influxdb, "InfluxDB"),
    "poison": poison,
    "frames again": again,
    "dead zone": dead_zone,
    "Kafka cut off": _network(("Kafka",), "cut"),
    "InfluxDB cut off": _network(("InfluxDB",), "cut"),
    "a hole in the network": _network(("Kafka", "InfluxDB"), "hole"),
    "a slow network": _network(("Kafka", "InfluxDB"), "slow"),
    "a clock ahead": clock_ahead,
    "a clock behind": clock_behind,
}
