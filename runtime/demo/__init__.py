"""`coldchain demo`: the main job from start to end, on real servers, in a minute or two.

`play` runs it; `phone` is the courier's, `lag` says when all was read, `summary` what came of it.
"""
