"""Onset HOBO, as HOBOware exports it: a title line, then named columns.

"Plot Title: van 42"
"#","Date Time, GMT+08:00","Temp, °C (LGR S/N: 20362477, SEN S/N: 20362477)","Host Connected"
1,02/10/16 02:10:16 PM,3.247,
2,02/10/16 02:15:16 PM,,Logged
"""

import re
from dataclasses import replace

from ingest.loggers.layout import Head, Layout

from . import columns

_SERIALS = re.compile(r",?\s*\((?:LGR|SEN) S/N:.*$|,\s*°[CF].*$")


def recognise(head: Head) -> Layout | None:
    """The layout where the first line is a plot's title, or the columns carry serial numbers."""
    first = "\n".join(head.lines[:2])
    if "Plot Title:" not in first and "LGR S/N" not in first:
        return None
    layout = columns.recognise(head)
    if layout is None:
        return None
    channels = tuple(replace(c, name=_SERIALS.sub("", c.name)) for c in layout.channels)
    unique = {channel.name for channel in channels}
    return replace(
        layout,
        name="hobo",
        channels=channels if len(unique) == len(channels) else layout.channels,
    )
