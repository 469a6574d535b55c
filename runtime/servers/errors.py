"""What goes wrong with servers, in one line each."""


class ServerError(Exception):
    """A server could not be had, started or reached; the message says why and what to do."""
