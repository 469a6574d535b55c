"""What a person reads on a board: tables of zh-CN and en, one a board."""

from coldchain.reasons import Language

from . import alerts, boards, fields, first_mile, lockers, pipeline

LANGUAGES: tuple[Language, ...] = ("en", "zh-CN")

_TABLES = (
    fields.WORDS,
    boards.WORDS,
    lockers.WORDS,
    first_mile.WORDS,
    alerts.WORDS,
    pipeline.WORDS,
)
_WORDS = {key: texts for table in _TABLES for key, texts in table.items()}
if len(_WORDS) != sum(map(len, _TABLES)):
    raise ValueError("two tables of words have one key")


def words(key: str, language: Language) -> str:
    """The text for a key. Raises KeyError."""
    return _WORDS[key][LANGUAGES.index(language)]
