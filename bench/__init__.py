"""The numbers: `make bench`, that is `python -m bench`; each program here also runs by itself."""
