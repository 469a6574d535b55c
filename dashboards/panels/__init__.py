"""Panels, one a file: the question, and how its answer is shown.

Each module has `panel(language)`, which gives a builder with its size, its title and its queries.
"""
