"""Errors that a person at the command can mend, each in one line that says what to do."""


class UserError(Exception):
    """Wrong use, or something missing: the command prints the message alone and exits with 2."""
