"""The layouts of loggers' files, one a file; the first that recognises a file reads it."""

from collections.abc import Callable

from ingest.loggers.layout import Head, Layout

from . import columns, hobo, ibutton, lascar

#: The vendors' own before plain columns, which would take some of theirs.
LAYOUTS: tuple[Callable[[Head], Layout | None], ...] = (
    ibutton.recognise,
    hobo.recognise,
    lascar.recognise,
    columns.recognise,
)


def recognise(head: Head) -> Layout | None:
    """The file's layout, or None where no one knows it."""
    return next((found for known in LAYOUTS if (found := known(head)) is not None), None)
