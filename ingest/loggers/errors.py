"""A file that can't be read as a logger's at all; a line that is no reading, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coldchain.reasons import Language

_SENTENCES: dict[str, dict[Language, str]] = {
    "not-a-number": {"en": "not a number: {text}", "zh-CN": "不是数字：{text}"},
    "not-a-temperature": {"en": "not a temperature: {text}", "zh-CN": "不是温度：{text}"},
    "impossible": {
        "en": "no sensor measures this: {celsius:g} °C",
        "zh-CN": "传感器不可能测得此值：{celsius:g} °C",
    },
    "open-quote": {
        "en": "a quote that is not closed on its line",
        "zh-CN": "本行的引号没有闭合",
    },
    "fields": {
        "en": "fields: {found}, the header has {header}",
        "zh-CN": "本行有 {found} 个字段，表头有 {header} 个",
    },
    "unit": {
        "en": "unit {text} is neither C nor F",
        "zh-CN": "单位 {text} 既不是 C 也不是 F",
    },
    "not-a-time": {"en": "not a time: {text}", "zh-CN": "不是时间：{text}"},
    "no-zone": {"en": "time without a zone: {text}", "zh-CN": "时间没有时区：{text}"},
    "comes-twice": {
        "en": "local time {text} comes twice in {zone} (clocks change): give it with its zone",
        "zh-CN": "当地时间 {text} 在 {zone} 出现两次（时钟调整）：请写明时区",
    },
    "does-not-exist": {
        "en": "local time {text} does not exist in {zone} (clocks change): give it with its zone",
        "zh-CN": "当地时间 {text} 在 {zone} 不存在（时钟调整）：请写明时区",
    },
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line, or one value of it, is no reading: a code, and the figures of its sentence."""

    code: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """The reason as a sentence, in one line."""
        return _SENTENCES[self.code][language].format(**self.values)


class LoggerFileError(ValueError):
    """The whole file is refused; the message is one line that says what to do."""


class LineRefusedError(ValueError):
    """A line, or one value of it, is no reading."""

    def __init__(self, code: str, **values: str | float) -> None:
        self.refusal = Refusal(code, values)
        super().__init__(self.refusal.text())


class NoZoneError(LineRefusedError):
    """A local time, and nothing says of which zone."""

    def __init__(self, text: str) -> None:
        super().__init__("no-zone", text=quoted(text))


def quoted(text: str) -> str:
    """What was found, short enough for a message."""
    return repr(text if len(text) <= 40 else text[:37] + "…")
