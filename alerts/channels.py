"""Sending through apprise: one address, one try, and what is known of it afterwards."""

import logging
import re
import threading
from functools import lru_cache
from typing import Any

import apprise
from apprise.logger import logger as _apprise_logger

from .messages import Message
from .outbox import Outcome

#: What shows that the channel surely did not take it: it answered so, or was never reached.
#: Whatever else goes wrong may have gone wrong after the taking.
_SURELY_NOT = re.compile(
    r"error=(?:[34]\d\d|50[013])|Connection refused|Errno 111|Failed to establish|ConnectTimeout|"
    r"Name or service not known|Temporary failure in name resolution|No route to host|"
    r"\([45]\d\d, b['\"]"  # what an SMTP server answered
)


#: For so long (seconds) a channel may think about its answer, where its address has no `rto`.
PATIENCE = 15.0


def fault_of(url: str) -> str:
    """Why this URL can't be an address, in words that don't show it; empty: it can. Sends nothing.

    One that reaches several is none: where one of them fails, all would get it once more.
    """
    opened = apprise.Apprise()
    if not opened.add(url) or not len(opened):
        return "holds no apprise URL"
    reached = sum(max(1, len(one)) for one in opened)
    if reached > 1:
        return f"reaches {reached} at once: name each as a channel, or recipient, of its own"
    return ""


class Channels:
    """The channels in use, each kept, so that apprise keeps to each one's rate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Only what it logs for debugging tells a refusal from a lost answer; it comes back with
        # the result, and the console need not hear of it.
        _apprise_logger.setLevel(logging.DEBUG)
        _apprise_logger.addHandler(logging.NullHandler())
        _apprise_logger.propagate = False

    def send(self, url: str, message: Message) -> tuple[Outcome, str]:
        """Send once, without retries; what came of it, and what apprise said. Never raises."""
        with self._lock:
            channel = _opened(url)
        if channel is None:
            return "refused", "no channel at this address"
        try:
            result = channel.notify(
                body=message.body,
                title=message.title,
                body_format=apprise.NotifyFormat.TEXT,
                log_level="DEBUG",
            )
        except Exception as error:  # noqa: BLE001 - a plugin's fault must not stop the post
            return "unclear", f"{type(error).__name__}: {error}"
        if result:
            return "delivered", ""
        entries = list(result.logs())
        is_sure = any(_SURELY_NOT.search(str(entry.message)) for entry in entries)
        # Debugging lines may hold the address, which is a secret: only warnings are kept.
        said = [str(one.message) for one in entries if one.level not in ("DEBUG", "INFO", "TRACE")]
        return ("refused" if is_sure else "unclear"), _last(said)


@lru_cache(maxsize=1024)
def _opened(url: str) -> Any:
    channel = apprise.Apprise()
    if not channel.add(url):
        return None
    for one in channel:
        one.retry = 0  # it would send again without saying so; the outbox does that
        if one.socket_read_timeout == apprise.NotifyBase.socket_read_timeout:
            one.socket_read_timeout = PATIENCE
    return channel


def _last(said: list[str]) -> str:
    """The last thing worth reading, in one line."""
    return " ".join(said[-1].split())[:300] if said else "failed without a word"
