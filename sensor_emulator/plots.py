"""Plots of what a scenario's devices send, for docs/emulator.md and for a look by eye.

python -m sensor_emulator.plots docs/emulator
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coldchain.celsius import from_micro
from coldchain.pauses import spans_of
from coldchain.profile import Profile
from coldchain.times import MINUTE_MS

from .plan import plan
from .recorder import Recorder, Samples
from .run import run
from .scenario import Scenario
from .scenario_toml import load_scenario

AIR, PRODUCT, SWITCH, LIMIT = "#0072B2", "#D55E00", "#555555", "#999999"
#: The switches drawn as bars below a plot, from the top.
SWITCHES = ("door", "compressor", "defrost")

#: Plot -> the compartments of demo-morning that it shows, with their titles.
PLOTS = {
    "morning": (
        ("van-0001", "main", "A van on its round"),
        ("warehouse-0001", "precool", "A pre-cooling room takes in warm fish"),
        ("locker-0001", "c01", "A locker's compartment"),
    ),
    "faults": (
        ("van-0005", "main", "A van's compressor fails at minute 55"),
        ("locker-0011", "c02", "A locker's door does not latch at minute 70"),
        ("warehouse-0002", "main", "A store's cooling fails at minute 30"),
    ),
}


def draw(
    path: Path,
    scenario: Scenario,
    profiles: Mapping[str, Profile],
    rows: Sequence[tuple[str, str, str]],
    limit: float,
) -> None:
    """A picture of these compartments' channels, as sent, with a limit's threshold (°C)."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "coldchain"  # the same picture, the same bytes
    recorder = Recorder()
    run(scenario, recorder, profiles=profiles, speed="max")
    figure = Figure(figsize=(9, 2.5 * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (device, compartment, title) in zip(axes, rows, strict=True):
        samples = recorder.samples(device)
        _temperatures(axis, samples, compartment, scenario.start_ms, limit)
        _switches(axis, samples, compartment, scenario)
        axis.set_title(f"{title} ({device}, {compartment})", fontsize=9, loc="left")
    axes[-1].set_xlabel(f"minutes from {scenario.start:%H:%M}", fontsize=8)
    axes[0].legend(loc="upper left", fontsize=7, ncols=3, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80, metadata={"Software": None})


def draw_way(path: Path, scenario: Scenario, profiles: Mapping[str, Profile]) -> None:
    """A picture of the way of the tagged parcel with most legs: what its tag sent, leg by leg."""
    from matplotlib.figure import Figure

    recorder, made = Recorder(), plan(scenario)
    run(scenario, recorder, profiles=profiles, speed="max")
    tagged = [parcel for parcel in made.parcels if parcel.tag is not None and parcel.gone]
    parcel = max(tagged, key=lambda one: (len(one.stays), -one.number))
    fleet, start = made.fleet, scenario.start_ms
    devices = [fleet.devices[fleet.device_of[stay.box]].name for stay in parcel.stays]
    tag = fleet.devices[fleet.device_of[parcel.tag or 0]].name
    first, last = parcel.stays[0].start, parcel.gone or 0
    figure = Figure(figsize=(9, 3), layout="constrained")
    axis = figure.subplots()
    own = {
        name: [one for one in said if first < one[0] < last]
        for name, said in recorder.samples(tag).items()
    }
    above = [one for one in profiles[parcel.profile].limits if one.side == "above"]
    limit = from_micro(min(one.threshold for one in above if one.judges("product")))
    _temperatures(axis, own, "main", start, limit)
    for number, (stay, device) in enumerate(zip(parcel.stays, devices, strict=True)):
        low, high = ((at - start) / MINUTE_MS for at in (stay.start, stay.end or last))
        axis.axvspan(low, high, color=SWITCH, alpha=0.08, lw=0)
        axis.text(
            low,
            1.02 + 0.05 * (number % 2),
            device,
            fontsize=7,
            transform=axis.get_xaxis_transform(),
        )
    axis.set_xlabel(f"minutes from {scenario.start:%H:%M}", fontsize=8)
    axis.legend(loc="upper right", fontsize=7, ncols=3, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80, metadata={"Software": None})


def _temperatures(
    axis: Any, samples: Mapping[str, Samples], compartment: str, start: int, limit: float
) -> None:
    for quantity, colour in (("air", AIR), ("product", PRODUCT)):
        said = samples[f"{compartment}.{quantity}"]
        minutes = [(at - start) / MINUTE_MS for at, _ in said]
        axis.plot(minutes, [value for _, value in said], color=colour, lw=0.9, label=quantity)
    axis.axhline(limit, color=LIMIT, lw=0.8, ls="--", label=f"limit {limit:g} °C")
    axis.set_ylabel("°C", fontsize=8)
    axis.tick_params(labelsize=7)
    axis.grid(alpha=0.25)


def _switches(
    axis: Any, samples: Mapping[str, Samples], compartment: str, scenario: Scenario
) -> None:
    """Bars below the curves, where a door was open or a unit ran."""
    low, high = axis.get_ylim()
    height = (high - low) * 0.06
    for number, quantity in enumerate(SWITCHES, 1):
        said = samples.get(f"{compartment}.{quantity}", [])
        spans = spans_of([at for at, _ in said], [value or 0.0 for _, value in said])
        end = scenario.start_ms + scenario.duration_ms
        bars = [
            ((since - scenario.start_ms) / MINUTE_MS, (min(until, end) - since) / MINUTE_MS)
            for since, until in spans
        ]
        base = low - number * height * 1.6
        axis.broken_barh(bars, (base, height), color=SWITCH)
        if said:
            axis.text(1.004, base + height / 2, quantity, fontsize=6.5, va="center",
                      transform=axis.get_yaxis_transform())  # fmt: skip
    axis.set_ylim(low - (len(SWITCHES) * 1.6 + 0.5) * height, high)
    axis.set_xlim(0, scenario.duration_ms / MINUTE_MS)


def main(folder: str, profiles: Mapping[str, Profile]) -> None:
    scenario = load_scenario("demo-morning", profiles)
    for name, rows in PLOTS.items():
        draw(Path(folder) / f"{name}.png", scenario, profiles, rows, 4.0)
    scenario = load_scenario("compressor-failure-on-the-ring-road", profiles)
    draw_way(Path(folder) / "way.png", scenario, profiles)


if __name__ == "__main__":
    from coldchain.profile_toml import parse_profile

    shipped = Path(__file__).parent.parent / "coldchain" / "profiles"
    known = [parse_profile(file.read_text("utf-8"), file.name) for file in shipped.glob("*.toml")]
    main(sys.argv[1], {profile.id: profile for profile in known})
