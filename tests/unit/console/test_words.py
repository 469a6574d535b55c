"""Both languages have every word that a page asks for."""

import re
from pathlib import Path

import console.templates
from console.inspector.words import words as inspector_words
from console.words import words

PAGES = Path(console.templates.__file__).parent


def test_both_languages_say_the_same_things_in_their_own_words() -> None:
    fields = re.compile(r"\{(\w+)")
    for told in (words, inspector_words):
        chinese, english = told("zh-CN"), told("en")
        assert chinese.keys() == english.keys()
        for name, text in chinese.items():
            assert sorted(fields.findall(text)) == sorted(fields.findall(english[name])), name


def test_every_word_of_a_template_is_there() -> None:
    plain = words("en")
    for page in PAGES.glob("*.html"):
        asked = set(re.findall(r"say\.(\w+)", page.read_text(encoding="utf-8")))
        is_inspectors = page.name.startswith(("inspect", "shared"))
        known = {**plain, **inspector_words("en")} if is_inspectors else plain
        assert asked <= known.keys(), page.name
