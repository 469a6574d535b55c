"""How many messages a channel takes in a minute, and how many a person can read. Pure.

Beyond the budget nothing is lost: what waits is gathered into one message (dispatch.py). The last
third of a budget is for critical messages alone.
"""

#: By an address's scheme: what the service lets a robot send in a minute (DingTalk [S]: beyond it
#: nothing passes for 10 minutes; Feishu [S]; WeCom [U]), or what is thought fit for mail and
#: short messages [U]. What is not named takes what a person can read.
PER_MINUTE: dict[str, int] = {
    "wecombot": 20,
    "dingtalk": 20,
    "feishu": 100,
    "lark": 100,
    "mailto": 20,
    "mailtos": 20,
    "clickatell": 6,
    "msg91": 6,
    "twilio": 6,
}

WINDOW_MS = 60_000


def limit(url: str, readers: int, per_person: int) -> int:
    """Messages a minute to one address that so many (person, channel) pairs share."""
    scheme = url.partition("://")[0].lower()
    return max(1, min(PER_MINUTE.get(scheme, 1 << 30), per_person * max(1, readers)))


def room(most: int, taken: int, *, has_critical: bool) -> int:
    """How many more may go now, `taken` having gone within the window."""
    usable = most if has_critical else max(1, most - most // 3)
    return max(0, usable - taken)
