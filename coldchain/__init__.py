"""The rules of cold: readings, profiles, excursions, exposure, shelf life, custody, record types.

Pure: no I/O, no clock, no globals. Every other room imports this one; it imports none of them.
"""
