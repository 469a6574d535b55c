"""`python -m runtime`: the `coldchain` command, where it is not on the path."""

from .cli import main

main()
