"""Lascar EasyLog (EL-USB): the first column's name is the logger's own.

Freezer 3,Time,Celsius(°C),High Alarm,Low Alarm,Humidity(%rh),Dew Point(°C),Serial Number
1,10/02/2016 14:10:16,3.5,8.0,2.0,50.5,-5.9,010032184
2,10/02/2016 14:15:16,3.5,8.0,2.0,50.5,-5.9
"""

from dataclasses import replace

from ingest.loggers.layout import Head, Layout

from . import columns

_UNITS = ("celsius", "fahrenheit")


def recognise(head: Head) -> Layout | None:
    """The layout where the columns are a name, Time, and Celsius or Fahrenheit."""
    names = [name.strip().lower() for name in (head.lines or [""])[0].split(",")]
    if len(names) < 3 or names[1] != "time" or not names[2].startswith(_UNITS):
        return None
    layout = columns.recognise(head)
    if layout is None:
        return None
    # The logger's name heads a column of line numbers, whatever it is called.
    own = tuple(c for c in layout.channels if c.index != 0)
    others = tuple(c.name for c in layout.channels if c.index == 0) + layout.skipped
    return replace(layout, name="lascar", channels=own, skipped=others)
