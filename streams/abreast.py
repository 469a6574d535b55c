"""Frames of many devices into columns, and the lines of those that were ordinary throughout."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .columns import Taken, judge
from .effects import Effects
from .job import Job
from .layout import Layout
from .rows import Block, samples


@dataclass(slots=True)
class Share:
    """What of a frame was judged in columns: `stored` by place in the frame, °C, where its lines
    are still to be made. `left`: the places that go the long way; None: there were no rows."""

    left: list[int] | None = None
    stored: dict[int, list[float]] = field(default_factory=dict)


def judge_abreast(jobs: Sequence[Job], effects: Effects) -> list[Share]:
    """Judge what is ordinary of these frames, at most one a device; what there was of each."""
    shares = [Share() for _ in jobs]
    alike: dict[tuple[int, int], list[tuple[Job, Share, Layout, Block]]] = {}
    for job, share in zip(jobs, shares, strict=True):
        stints = job.stints
        layout = stints.layout
        if layout is None or not layout.rows or layout.pauses or job.put_all_off:
            continue
        block = _block(job, layout)
        if block.off < len(block.on):
            key = stints.step, stints.count
            alike.setdefault(key, []).append((job, share, layout, block))
    for (step, count), some in alike.items():
        _judge(step, count, some, effects)
    return shares


def _block(job: Job, layout: Layout) -> Block:
    memory = job.memory
    block = memory.block
    if block is None or block.layout is not layout:
        block = memory.block = Block.of(layout, memory.known)
    elif block.off:
        block.load(memory.kept)
    return block


def _judge(
    step: int, count: int, some: list[tuple[Job, Share, Layout, Block]], effects: Effects
) -> None:
    frames: list[list[list[float | None]]] = []
    for job, _, layout, _ in some:
        channels = job.frame.channels
        if layout.rest:
            frames.append([channels[place].values for place in layout.rows])
        else:
            frames.append([one.values for one in channels])
    start = np.array([job.stints.start for job, _, _, _ in some], dtype=np.int64)
    latest = np.array([job.arrival.latest for job, _, _, _ in some], dtype=np.int64)
    blocks = [block for _, _, _, block in some]
    taken = Taken(blocks, start, latest, step, samples(frames, count))
    judged = judge(taken, effects.pieces)
    whole: dict[int, list[tuple[Layout, int, int]]] = {}
    begin = 0
    for job, share, layout, _ in some:
        end = begin + len(layout.rows)
        is_done = judged.is_done[begin:end]
        if is_done.all():
            share.left = layout.rest
            whole.setdefault(id(layout.order(count)), []).append((layout, job.stints.start, begin))
        elif is_done.any():
            done = is_done.tolist()
            stored = judged.stored[begin:end].tolist()
            share.stored = {
                place: values
                for place, values, was in zip(layout.rows, stored, done, strict=True)
                if was
            }
            share.left = [place for place in range(len(layout.every)) if place not in share.stored]
        begin = end
    for frames_alike in whole.values():
        effects.lines += _lines(frames_alike, step, judged.stored)


def _lines(
    frames: list[tuple[Layout, int, int]], step: int, stored: NDArray[np.float64]
) -> list[str]:
    """The lines of frames (layout, start, first row) whose values go to the same places."""
    count, height = stored.shape[1], len(frames[0][0].rows)
    begin = np.array([one for _, _, one in frames])
    values = stored[begin[:, None] + np.arange(height)].reshape(len(frames), -1)
    times = np.array([start for _, start, _ in frames])[:, None] + np.arange(count) * step
    order = frames[0][0].order(count)
    every = np.concatenate([values, times.astype(np.float64)], axis=1)[:, order].tolist()
    lines: list[str] = []
    for (layout, _, _), row in zip(frames, every, strict=True):
        lines += (layout.template(count) % tuple(row)).split("\n")
    return lines
