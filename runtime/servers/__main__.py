"""`python -m runtime.servers`: get what the servers need, so that their first start is quick."""

import sys

from .docker import engine_answers
from .errors import ServerError
from .native import fetch

if not engine_answers():
    try:
        fetch()
    except ServerError as error:
        sys.exit(f"coldchain: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
