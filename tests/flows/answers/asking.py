"""Read a reply as the flow would, with today on Wednesday, 10 March 2027."""

from __future__ import annotations

from datetime import date

from flows.answers import Ambiguous, AnswerChoice, AnswerContext, Match, NoMatch, Outcome, Within, read

TODAY = date(2027, 3, 10)


def outcome(
    type_name: str,
    text: str,
    *,
    language: str = "en",
    within: Within | None = None,
    window: tuple[str, str] | None = None,
    choices: tuple[AnswerChoice, ...] = (),
    tap: str | None = None,
    minimum: int | None = None,
    maximum: int | None = None,
    asked: bool = True,
    question: str = "",
) -> Outcome:
    """Read a reply to a question of a type."""
    context = AnswerContext(
        language=language,
        today=TODAY,
        within=within,
        window=window,
        choices=choices,
        tap=tap,
        minimum=minimum,
        maximum=maximum,
        asked=asked,
        question=question,
    )
    return read(type_name, text, context)


def told(result: Outcome) -> object:
    """Return what a test compares: the value, a list in a tuple for several options, or the reason after a minus."""
    match result:
        case Match(value=value):
            return value
        case Ambiguous(options=options):
            return tuple(option.value for option in options)
        case NoMatch(reason=reason):
            return f"-{reason.value}"
