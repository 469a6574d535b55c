"""A tap is done once, however often a phone sends it: the answer to the first may have been lost.

A phone numbers its taps. What was done is remembered for as long as this process lives, the newest
few thousand; beyond that an answer given twice is one answer all the same, and so is a note.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from .access import RefusedError

#: So many taps are remembered.
MOST_TAPS = 10_000

Deed = Callable[[Request], Awaitable[Response]]


class DoneError(Exception):
    """This tap was done before; `path` is where it led."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Taps:
    """The taps of this process; for its event loop alone."""

    def __init__(self) -> None:
        self._led_to: OrderedDict[tuple[str, str], str | None] = OrderedDict()

    def begin(self, request: Request, who: str, tap: str) -> None:
        """This tap is being done. Raises DoneError where it was, RefusedError while it is.

        A form without a number (no script) is always done.
        """
        if not tap:
            return
        key = (who, tap)
        if key in self._led_to:
            path = self._led_to[key]
            if path is None:
                raise RefusedError(503, "not_sent")  # the phone keeps it and asks again
            raise DoneError(path)
        self._led_to[key] = None
        request.state.tap = key
        while len(self._led_to) > MOST_TAPS:
            self._led_to.popitem(last=False)

    def once(self, deed: Deed) -> Deed:
        """The deed, each tap once: sent again, it is answered as the first time."""

        async def done(request: Request) -> Response:
            path = None
            try:
                answer = await deed(request)
                path = answer.headers.get("location")
            except DoneError as found:
                return RedirectResponse(found.path, 303)
            finally:
                key = getattr(request.state, "tap", None)
                if key is not None and path is None:
                    self._led_to.pop(key, None)  # not done: the next may try
                elif key is not None:
                    self._led_to[key] = path
            return answer

        return done
