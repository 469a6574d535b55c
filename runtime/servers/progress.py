"""Progress of long set-up work, on standard error, so that standard output stays the result's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

Advance = Callable[[float, str], None]


@contextmanager
def progress(title: str, total: float, console: Console | None = None) -> Iterator[Advance]:
    """A bar; the yielded `advance(amount, note)` moves it. Off a terminal: a line per 10 %."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        with _lines(title, total, console) as advance:
            yield advance
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[note]}"),
        console=console,
        transient=False,
    ) as bar:
        task = bar.add_task(title, total=total, note="")
        yield lambda amount, note: bar.update(task, advance=amount, note=note[-60:])
        bar.update(task, completed=total, note="")


@contextmanager
def _lines(title: str, total: float, console: Console) -> Iterator[Advance]:
    done, shown = 0.0, 0

    def advance(amount: float, note: str) -> None:
        nonlocal done, shown
        done += amount
        percent = min(99, int(100 * done / total)) if total else 99
        if percent >= shown + 10:
            shown = percent - percent % 10
            console.print(f"{title}: {shown} %", highlight=False)

    console.print(f"{title} ...", highlight=False)
    yield advance
    console.print(f"{title}: done", highlight=False)
