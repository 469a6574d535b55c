"""One module a verb: `run` (a plain command) or `app` (a typer group). The table is in cli.py."""
