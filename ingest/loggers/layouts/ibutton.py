"""Maxim iButton (Thermochron, Hygrochron), as OneWireViewer exports it.

1-Wire/iButton Part Number: DS1922L
1-Wire/iButton Registration Number: 4A00000018D4B641
…
Date/Time,Unit,Value
10/02/16 2:10:16 PM,C,3.5
10/02/16 2:15:16 PM,C,3,562
"""

from ingest.loggers.layout import Column, Head, Layout

from .columns import DEEPEST_HEADER, clock_of, sample

_HEADER = "date/time,unit,value"


def recognise(head: Head) -> Layout | None:
    """The layout where a line reads Date/Time,Unit,Value; decimal commas split its last field."""
    for line, text in enumerate(head.lines[:DEEPEST_HEADER], 1):
        if text.strip().lower() == _HEADER:
            rows = list(sample(head.lines[line:], ","))
            clock = clock_of(head, ["Date/Time"], rows, (0,))
            channel = Column(2, "Value", bool(head.fahrenheit))
            # What the user says of the unit goes before what the lines say.
            unit = None if head.fahrenheit is not None else 1
            return Layout("ibutton", line, ",", 3, (0,), (channel,), clock, unit, comma_splits=True)
    return None
