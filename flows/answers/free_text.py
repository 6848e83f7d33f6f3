"""Take what a person wrote as it is."""

from __future__ import annotations

from typing import Final

from flows.answers.context import AnswerContext
from flows.answers.outcome import Match, NoMatch, Outcome, Reason
from flows.answers.words import fold

#: Enough for an answer in words; what is longer is cut between two words and the span tells.
MAX_TEXT_CHARS: Final = 500


def read_text(text: str, context: AnswerContext) -> Outcome:
    """Take the text, trimmed, without signs that nobody can see."""
    visible = "".join(
        character for character in text[: 2 * MAX_TEXT_CHARS] if character.isprintable() or character.isspace()
    )
    kept = " ".join(visible.split())
    if not fold(kept).text:
        return NoMatch(reason=Reason.EMPTY)
    if len(kept) > MAX_TEXT_CHARS:
        kept = kept[: MAX_TEXT_CHARS + 1].rsplit(" ", 1)[0][:MAX_TEXT_CHARS]
    return Match(value=kept, span=(0, min(len(text), MAX_TEXT_CHARS)))
