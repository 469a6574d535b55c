"""The demo played: emulator, worker, alerts and boards on running servers."""

import math
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

import sensor_emulator as emulator
from alerts.findings import decode
from alerts.routes import Recipient, Routes, Rule
from alerts.sent import list_messages
from alerts.service import AlertService
from alerts.settings import AlertSettings
from broker.settings import KafkaSettings
from broker.topics import EXCURSIONS, FRAMES, REJECTED
from coldchain.holding import confirmed, that_hold
from coldchain.profile import Profile
from coldchain.records import ExcursionRecord
from coldchain.times import iso
from dashboards.boards import BOARDS
from dashboards.check import check_boards
from runtime.errors import UserError
from runtime.profiles import load_profiles
from runtime.servers import Controllable
from runtime.servers.process import Process
from runtime.servers.servers import Kind
from sensor_emulator.plan import plan
from series.reader import Reader
from series.settings import SeriesSettings

from .lag import Lag, count, followed, wait_for_none
from .phone import Phone, Received, phone
from .summary import Summary, judged_faults, problems

#: Seconds without any progress after which the demo gives up.
PATIENCE = 60.0


@dataclass(frozen=True)
class Stage:
    """Where it plays. `servers` may be stopped and started again, by name, where they are ours."""

    kind: Kind
    kafka: KafkaSettings
    series: SeriesSettings
    out: Path
    servers: dict[str, Controllable] = field(default_factory=dict)


@dataclass(frozen=True)
class Telling:
    """How what happens is told: a line, an excursion's record, a message, the share emulated."""

    line: Callable[[str], None]
    record: Callable[[ExcursionRecord], None]
    message: Callable[[Received], None]
    share: Callable[[float, str], None]


def play(stage: Stage, scenario_name: str, speed: float, outage: float, tell: Telling) -> Summary:
    """Play the demo. `outage`: for so many seconds InfluxDB is away in the middle of it.

    Raises UserError, Behind, and what the rooms raise.
    """
    began = time.monotonic()
    profiles = load_profiles()
    scenario = emulator.load_scenario(scenario_name, profiles)
    records: list[ExcursionRecord] = []

    def note(value: bytes) -> None:
        record = decode(value)
        if isinstance(record, ExcursionRecord):  # fleet rules' conditions come the same way
            records.append(record)
            tell.record(record)

    truth = emulator.Truth()
    start_ms = emulator.ends_now(scenario, speed, time.time_ns() // 1_000_000)
    with ExitStack() as stack:
        ours = stack.enter_context(phone(tell.message))
        stack.enter_context(followed(stage.kafka, EXCURSIONS, note))
        database = stage.out / "alerts.db"
        stack.enter_context(_alerting(_alert_settings(stage, ours, database, profiles)))
        worker = stack.enter_context(_worker(stage))
        target = emulator.KafkaTarget(stage.kafka)
        stack.callback(target.close)
        tell.line(
            f"{scenario.title['en']}: {scenario.duration_ms // 60_000} minutes of a city, "
            f"{speed:g} times as fast, from {iso(start_ms)}"
        )
        harm = _Outage(stage.servers.get("influxdb"), outage, tell.line)
        stack.callback(harm.end)
        done = 0.0

        def on_progress(now: emulator.Progress) -> None:
            nonlocal done
            tell.share(now.share - done, f"{now.readings:,} readings, {now.frames:,} frames")
            done = now.share
            if now.share > 0.5:
                harm.begin()

        ledger = emulator.run(
            scenario,
            target,
            profiles=profiles,
            start_ms=start_ms,
            speed=speed,
            on_progress=on_progress,
            truth=truth,
        )
        harm.end()
        for group, topic in (("streams", FRAMES), ("alerts", EXCURSIONS)):
            lag = Lag(stage.kafka, topic, group)
            stack.callback(lag.close)
            wait_for_none(_alive(worker, stage, lag), PATIENCE, group)
        wait_for_none(lambda: _pending(database), PATIENCE, "messages")
    tell.line("everything was processed; now what is stored is counted, and the boards asked")
    shift = start_ms - scenario.start_ms
    faults = truth.document(plan(scenario), profiles, ledger.counts, shift).faults
    return _summed_up(stage, ledger, records, ours, msgspec.to_builtins(faults), began, database)


def _summed_up(
    stage: Stage,
    ledger: emulator.Ledger,
    records: list[ExcursionRecord],
    ours: Phone,
    seeded: list[dict[str, str]],
    began: float,
    database: Path,
) -> Summary:
    reader = Reader(stage.series)
    try:
        stored = reader.count_readings()
    finally:
        reader.close()
    first, last = ledger.first_at or 0, ledger.last_at or 0
    # How fast they answer depends on what else this machine does: told, never a problem.
    panels = check_boards(stage.series, BOARDS, first, last + 60_000, slow_ms=math.inf)
    found = confirmed(that_hold(records))
    faults = judged_faults(seeded, found)
    rejected = count(stage.kafka, REJECTED)
    summary = Summary(
        readings_sent=ledger.readings,
        readings_stored=stored,
        frames=ledger.frames,
        rejected=rejected,
        excursions=found,
        messages=[{"to": m.to, "title": m.title, "body": m.body} for m in ours.messages],
        seconds=round(time.monotonic() - began, 1),
        servers=stage.kind,
        faults=faults,
        panels=len(panels),
        slowest_panel_ms=round(max((one.milliseconds for one in panels), default=0.0), 1),
        problems=problems(
            sent=ledger.readings,
            stored=stored,
            rejected=rejected,
            faults=faults,
            found=found,
            messages=ours.messages,
            pending=_pending(database),
            panels=[f"{p.board} / {p.panel}: {p.problem}" for p in panels if p.problem],
        ),
    )
    summary.write(stage.out / "summary.json")
    return summary


def _alert_settings(
    stage: Stage, ours: Phone, database: Path, profiles: Mapping[str, Profile]
) -> AlertSettings:
    """The courier of vans and lockers reads Chinese, the keeper of the stores English."""
    courier = Recipient("courier", {"phone": ours.url("courier")}, "zh-CN")
    keeper = Recipient("keeper", {"phone": ours.url("keeper")}, "en")
    routes = Routes(
        {"courier": courier, "keeper": keeper},
        Rule("default", ("courier",)),
        (Rule("stores", ("keeper",), kind=("warehouse",)),),
    )
    return AlertSettings(
        stage.kafka,
        database,
        routes,
        group_wait=1.0,
        group_interval=0.0,  # the city's hours pass in minutes
        group_interval_critical=0.0,
        digest_interval=0.0,
        per_minute=60,
        profiles=profiles,
        series=stage.series,
    )


@contextmanager
def _alerting(settings: AlertSettings) -> Iterator[None]:
    for old in settings.database.parent.glob(settings.database.name + "*"):
        old.unlink()  # of an earlier demo: its offsets are of other topics
    stop, ready = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            AlertService(settings).run(stop, ready)
        except BaseException as error:  # noqa: BLE001 - told when the block ends
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="alerts", daemon=True)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failed:
        raise failed[0]


@contextmanager
def _worker(stage: Stage) -> Iterator[Process]:
    """A worker as anybody runs it: the command, in a process of its own, that ends with us."""
    process = Process(
        name="the worker",
        command=[sys.executable, "-m", "runtime", "stream", "--settle", "2"],
        log=_log(stage),
        ready=lambda: True,
        folder=Path.cwd(),
        environment={
            "COLDCHAIN_KAFKA_SERVERS": stage.kafka.servers,
            "COLDCHAIN_KAFKA_PREFIX": stage.kafka.prefix,
            "COLDCHAIN_INFLUXDB_URL": stage.series.url,
            "COLDCHAIN_INFLUXDB_TOKEN": stage.series.token,
            "COLDCHAIN_INFLUXDB_ORG": stage.series.org,
            "COLDCHAIN_INFLUXDB_BUCKET": stage.series.bucket,
        },
    )
    _log(stage).unlink(missing_ok=True)  # of an earlier demo
    process.launch()
    try:
        yield process
    finally:
        process.stop()


def _log(stage: Stage) -> Path:
    return stage.out / "worker.log"


def _alive(worker: Process, stage: Stage, lag: Callable[[], int]) -> Callable[[], int]:
    """The lag, as long as the worker lives. Raises UserError where it does not."""

    def left() -> int:
        if not worker.running:
            raise UserError(f"the worker ended by itself: see {_log(stage)}")
        return lag()

    return left


def _pending(database: Path) -> int:
    return sum(one.state in ("pending", "sending") for one in list_messages(database))


class _Outage:
    """InfluxDB stopped once, and started again after some seconds."""

    def __init__(
        self, server: Controllable | None, seconds: float, tell: Callable[[str], None]
    ) -> None:
        self._server = server
        self._seconds = seconds
        self._tell = tell
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        if self._server is not None and self._seconds > 0 and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="outage")
            self._thread.start()

    def _run(self) -> None:
        assert self._server is not None  # noqa: S101 - `begin` looked
        self._tell(f"InfluxDB is stopped for {self._seconds:g} s")
        self._server.stop()
        time.sleep(self._seconds)
        self._server.start()
        self._tell("InfluxDB is back")

    def end(self) -> None:
        """Wait until it is over."""
        if self._thread is not None:
            self._thread.join()
