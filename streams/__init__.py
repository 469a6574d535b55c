"""The Faust app: frames -> readings, exposure, excursions, the fleet's standing.

What is decided (`device`, `late`, `silence`, `standing`) is apart from what is done (`checkpoint`,
`rejudge`, `app`). ARCHITECTURE of the room: frames come in batches to `processor`, which keeps a
small memory a device; what follows from them leaves by `checkpoint`, and only then are they
acknowledged.
"""
