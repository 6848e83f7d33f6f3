"""Promise a call: to which number, and when it suits."""

from __future__ import annotations

import re
from typing import Final

from flows.answering import asides
from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.answers.words import fold
from flows.conversation import SideQuestion
from flows.draft import Draft, text_or_none
from flows.effects import HandOff
from flows.messages import Inbound

#: Says in a sentence that a call is wanted: "can somebody call me tomorrow".
_ASKS_FOR_A_CALL: Final = re.compile(
    r"(?<!\w)(?:(?:call|phone|ring) me|give me a (?:call|ring)|llam(?:a|e|en)me|me (?:llame|llamen)|me pueden? llamar|pueden? llamarme)(?!\w)"
)
_ANY_TIME: Final = re.compile(
    r"(?<!\w)(?:any ?time|whenever|morning|afternoon|evening|noon|tonight|tomorrow|today|cuando quieran?|cualquier|manana|tarde|noche|hoy)(?!\w)"
)
#: Would be read as the hours before noon.
_I_AM: Final = re.compile(r"(?<!\w)i am(?!\w)")
_MAX_WHEN_CHARS: Final = 80


def asks_for_a_call(text: str) -> bool:
    """Tell whether somebody who wants a human wants to be called."""
    return bool(_ASKS_FOR_A_CALL.search(fold(text).text))


def promise(draft: Draft, inbound: Inbound) -> None:
    """Let a human know that somebody waits for a call, and ask for what is missing: the number, or the time."""
    draft.effects.append(HandOff(reason="call_me"))
    number = (
        inbound.sender.user if inbound.sender.user.startswith("+") else text_or_none(draft.profile.get("call_number"))
    )
    if number is None:
        draft.say_phrase("call_number")
        asides.ask(draft, asides.CALL_NUMBER)
    elif when := _when(draft, inbound.text):
        draft.remember("call_number", number)
        _note(draft, when)
    else:
        _ask_when(draft, number)


def take_number(draft: Draft, inbound: Inbound) -> bool:
    """Take the number to call; tell whether there was one."""
    outcome = read("phone", inbound.text, AnswerContext(language=draft.language, today=draft.today))
    if not isinstance(outcome, Match):
        return False
    _ask_when(draft, str(outcome.value))
    return True


def take_time(draft: Draft, side: SideQuestion, inbound: Inbound) -> bool:
    """Take the time to call; tell whether there was one."""
    if not _tells_time(draft, inbound.text):
        return False
    _note(draft, inbound.text)
    return True


def _when(draft: Draft, text: str) -> str | None:
    """Find the part of a request for a call that tells when: what follows it, or comes before."""
    folded = fold(text)
    asks = _ASKS_FOR_A_CALL.search(folded.text)
    if asks is None:
        return None
    start, end = folded.span(asks.start(), asks.end())
    parts = (part.strip(" ,.;:?!") for part in (text[end:], text[:start]))
    return next((part for part in parts if _tells_time(draft, part)), None)


def _ask_when(draft: Draft, number: str) -> None:
    draft.remember("call_number", number)
    draft.say_phrase("call_promised", number=number)
    asides.ask(draft, asides.CALL_WHEN)


def _note(draft: Draft, text: str) -> None:
    when = " ".join(text.split())[:_MAX_WHEN_CHARS]
    draft.remember("call_when", when)
    draft.say_phrase("call_noted", when=when)
    if draft.conversation.frame:
        draft.say_phrase("back_to")
        draft.ask_again()


def _tells_time(draft: Draft, text: str) -> bool:
    context = AnswerContext(language=draft.language, today=draft.today, asked=False)
    said = _I_AM.sub(" ", fold(text).text)
    return bool(_ANY_TIME.search(said)) or any(
        isinstance(read(kind, said, context), Match) for kind in ("availability", "time", "date")
    )
