"""What can be wrong that a person can mend."""


class AuditError(Exception):
    """Not possible; the message says in one line why and what to do."""
