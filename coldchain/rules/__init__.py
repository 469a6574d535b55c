"""Fleet rules: what is wrong with a box, its power or its sensors, apart from its temperature.

A rule is a frozen dataclass of its numbers with three methods:

    fresh()                     what it remembers before anything was seen: small, packable
    observe(state, at, value)   take the next reading; the finding that it ends, if it ends one
    standing(state, now)        the finding that stands at `now`, if one does; changes nothing

Readings come in order of their own time, so what a rule finds does not hang on how they were
cut into frames. One table, `table.RULES`, has them all; a new rule is a file and a row there.
The numbers are the project's own choice [U] unless a source is named.
"""
