"""What goes wrong in the front door's room for want of something a user can mend."""

from collections.abc import Iterator
from contextlib import contextmanager

from runtime.errors import UserError


@contextmanager
def users_mistakes() -> Iterator[None]:
    """Raises UserError in place of the room's own errors, with their words."""
    from ingest.door.files import FileError
    from ingest.enrol import EnrolError
    from ingest.history import HistoryError
    from ingest.loggers import LoggerFileError
    from ingest.replay import NotRegisteredError
    from ingest.sender import SendError
    from ingest.topic import TopicError

    known = (
        EnrolError, FileError, HistoryError, LoggerFileError, NotRegisteredError, SendError,
        TopicError,
    )  # fmt: skip
    try:
        yield
    except known as error:
        raise UserError(str(error)) from None
