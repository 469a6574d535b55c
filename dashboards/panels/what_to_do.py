"""What to do when a figure of the pipeline is not as it should be."""

from grafana_foundation_sdk.builders import text
from grafana_foundation_sdk.models.text import TextMode

from coldchain.reasons import Language
from dashboards.words import words


def panel(language: Language) -> text.Panel:
    return (
        text.Panel()
        .title(words("what-to-do", language))
        .description(words("what-to-do-about", language))
        .mode(TextMode.MARKDOWN)
        .content(words("what-to-do-text", language))
        .span(12)
        .height(10)
    )
