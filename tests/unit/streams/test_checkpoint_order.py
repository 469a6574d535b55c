"""In which order a checkpoint's effects leave: what a crash between any two of them may leave."""

import asyncio

from recorded_worker import Recorder, event, worker


def checkpoint(values: list[float | None]) -> list[str]:
    """What a frame of these temperatures leads to, in order."""
    outbox = Recorder()

    async def run() -> None:
        one = worker(outbox)
        one._intake.take(event(outbox, values))
        one.cut()
        assert len(one._chain) == 1
        await one._chain.latest()

    asyncio.run(run())
    return outbox.done


def test_an_excursion_is_in_the_store_before_it_is_said_and_marked_as_said_after() -> None:
    """Whoever judges again after a crash knows what may have been said, and what was not."""
    done = checkpoint([2.0, 7.0, 7.0])
    said = [n for n, one in enumerate(done) if one.startswith("say ")]
    first, *_, last = [n for n, one in enumerate(done) if one.startswith("write excursion")]
    assert (done[first], done[last]) == ("write excursion said=0i", "write excursion said=1i")
    assert first < min(said)
    assert max(said) < last < done.index("keep") < done.index("acknowledge")
    assert done.index("write reading") < done.index("keep")
    assert done[-1] == "acknowledge"


def test_an_ordinary_frame_is_stored_then_kept_then_acknowledged() -> None:
    done = checkpoint([2.0, 2.1, 2.0])
    assert done[-2:] == ["keep", "acknowledge"]
    assert "write reading" in done
    assert not any(one.startswith("say") or "excursion" in one for one in done)
