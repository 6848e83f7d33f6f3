"""Let one person write on two channels: a code is given on one and typed on the other."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from flows.answers.words import fold
from flows.draft import Draft
from flows.effects import HandOff, JoinPeople, OfferCode, RecordConsent
from flows.events import OwnerFound
from flows.lookups import FindByCode
from flows.messages import Inbound, InboundKind, Purpose
from flows.rules.one_person import MAX_MISSES, MISSES_WITHIN_S, differ

#: With the word, a code counts at any time; alone, only when no question waits for an answer.
_TYPED: Final = re.compile(r"(?P<word>link|vincular|code|codigo)?\s*(?P<code>\d{3}[ -]?\d{3})")


def offer(draft: Draft) -> None:
    """Give a code that joins another channel to this one."""
    draft.effects.append(OfferCode())
    draft.purpose = Purpose.CODE
    draft.say_phrase("link.offer", code="{code}")


def hear(draft: Draft, inbound: Inbound) -> bool:
    """Take a code that was given on another channel; tell whether it was one."""
    if inbound.kind is not InboundKind.MESSAGE:
        return False
    typed = _TYPED.fullmatch(fold(inbound.text).text.strip(" .!"))
    if typed is None or (typed["word"] is None and draft.conversation.frame):
        return False
    talk, now = draft.conversation, int(draft.now.timestamp())
    if talk.code_misses >= MAX_MISSES and now - talk.code_missed_at < MISSES_WITHIN_S:
        draft.say_phrase("link.too_many")
        draft.ask_again()
        return True
    draft.needs = FindByCode(code=re.sub(r"\D", "", typed["code"]))
    return True


def take_owner(draft: Draft, found: OwnerFound) -> None:
    """Join the two, unless they cannot be one person, or the code is none."""
    owner = found.owner
    if owner is None:
        _miss(draft)
        return
    draft.conversation = replace(draft.conversation, code_misses=0)
    if owner.is_same:
        draft.say_phrase("link.same")
        draft.ask_again()
        return
    stages = frozenset({draft.current_stage, owner.person.stage})
    if why := differ(draft.profile, owner.person.answers, stages=stages, tied=owner.tied):
        draft.note("not_linked", why=why)
        draft.effects.append(HandOff(reason="link_differs"))
        draft.say_phrase("link.differs")
        draft.ask_again()
        return
    if owner.person.consented:  # the words beside the code said that we write here as well
        draft.effects.append(RecordConsent(purpose="messages", wording="link.offer"))
    draft.effects.append(JoinPeople(code=found.code))
    draft.note("linked")
    draft.say_phrase("link.done")
    draft.ask_again()


def _miss(draft: Draft) -> None:
    talk, now = draft.conversation, int(draft.now.timestamp())
    recent = now - talk.code_missed_at < MISSES_WITHIN_S
    misses = talk.code_misses + 1 if recent else 1
    draft.conversation = replace(talk, code_misses=misses, code_missed_at=now)
    draft.note("wrong_code", misses=misses)
    draft.say_phrase("link.wrong")
    draft.ask_again()
