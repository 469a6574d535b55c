"""A file that can't be read as a logger's at all."""


class LoggerFileError(ValueError):
    """The whole file is refused; the message is one line that says what to do."""


class LineRefusedError(ValueError):
    """A line, or one value of it, is no reading; the message is the reason, in one line."""


class NoZoneError(LineRefusedError):
    """A local time, and nothing says of which zone."""


def quoted(text: str) -> str:
    """What was found, short enough for a message."""
    return repr(text if len(text) <= 40 else text[:37] + "…")
