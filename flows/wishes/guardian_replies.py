"""Hear what guardians write about somebody under 18: an answer to our request, or that they take their consent back."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final

from flows.answering import replying
from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.answers.words import core, fold, phrase_key, phrases, plain, words
from flows.conversation import Frame
from flows.draft import Draft
from flows.effects import HandOff
from flows.facts import GuardianStatus, Ward
from flows.messages import Inbound
from flows.rules.guardians import Decision, applies
from flows.stages import Stage
from flows.walking import walk
from flows.wishes.guarding import birth_date, decide, given_name

#: The flow that a guardian answers by reply.
_FLOW: Final = "guardian"
#: Whoever has come further writes about themselves, unless they say yes or no.
_ONLY_GUARDIAN: Final = frozenset({Stage.ENQUIRED, Stage.NOT_ELIGIBLE, Stage.ENDED})
_WORD: Final = re.compile(r"[^\W\d_]+")
#: Said beside "I agree" and changes nothing about it; "I do not agree" keeps its "not".
_BESIDE: Final = phrases(
    "yes|yeah|yep|ok|okay|sure|fine|now|after all|and|so|i changed my mind|i have changed my mind|i've changed my mind|changed my mind",
    "si|bueno|claro|ahora|y|ya|siempre si|cambie de idea|cambie de opinion|he cambiado de idea|he cambiado de opinion",
)


def take_back(draft: Draft, inbound: Inbound) -> bool:
    """Take a consent back if that is what a guardian writes, at any step; tell whether it is.

    It comes before leaving us: "I revoke my permission" is about the young person, and they would serve on.
    """
    if inbound.tap or not any(ward.status is GuardianStatus.AGREED for ward in draft.facts.wards):
        return False
    agreed = [ward for ward in _wards(draft) if ward.status is GuardianStatus.AGREED]
    if not agreed or not _takes_back(inbound.text):
        return False
    _withdraw(draft, agreed, inbound)
    return True


def hear_word(draft: Draft, inbound: Inbound) -> bool:
    """Hear AGREE or WITHDRAW, and nothing else, whatever else is under way; tell whether it is about somebody under 18.

    A step that offers such a word itself has it as its answer.
    """
    if inbound.tap or not draft.facts.wards:
        return False
    said, frame, wards = phrase_key(inbound.text), draft.conversation.frame, _wards(draft)
    if said in _words()["withdraw"]:  # nobody to take a consent back for: they refuse
        return _refuse(draft, wards, inbound)
    if said not in _words()["told"] or frame is None or frame.flow == _FLOW or _offers(draft, frame, said):
        return False
    asked = [ward for ward in wards if ward.awaits] or _refused(wards)
    if asked:
        _ask(draft, asked[0])
    return bool(asked)


def _refuse(draft: Draft, wards: list[Ward], inbound: Inbound) -> bool:
    frame, asked = draft.conversation.frame, [ward for ward in wards if ward.status is GuardianStatus.ASKED]
    here = [ward for ward in asked if frame and frame.flow == _FLOW and frame.inputs.get("ward") == ward.ref]
    if asked:
        _ask(draft, (here or asked)[0], refusal=inbound if here or len(asked) == 1 else None)
    elif frame and (refused := _refused(wards)):
        draft.say_phrase("guardian.withdrawn", minor_name=given_name(refused[-1]))
        draft.ask_again()
    else:
        return False
    return True


def _refused(wards: list[Ward]) -> list[Ward]:
    return [ward for ward in wards if ward.status in (GuardianStatus.DECLINED, GuardianStatus.WITHDRAWN)]


def _offers(draft: Draft, frame: Frame, word: str) -> bool:
    """Tell whether the step that waits names a choice by a word."""
    step = draft.flow(frame).steps.get(frame.step)
    shown = draft.shown(frame, step.ask) if step and step.ask else ()
    return any(word in phrase_key(name).split() for choice in shown for name in (choice.label, *choice.also))


def hear(draft: Draft, inbound: Inbound) -> bool:
    """Take what a guardian answers to our request, where nothing else is under way; tell whether it is about that."""
    if not draft.facts.wards or inbound.tap or draft.conversation.frame:
        return False
    wards = _wards(draft)
    asked = [ward for ward in wards if ward.awaits]
    if not asked and _agrees(inbound.text):  # they have changed their mind
        asked = _refused(wards)
    if not asked:
        return False
    answer = read("yes_no", inbound.text, AnswerContext(language=draft.language, today=draft.today))
    decided = answer.value if isinstance(answer, Match) else None
    if decided is None and not _agrees(inbound.text) and draft.current_stage not in _ONLY_GUARDIAN:
        return False
    _ask(draft, _meant(asked, inbound.text) or asked[0], refusal=inbound if decided is False else None)
    return True


def _ask(draft: Draft, ward: Ward, *, refusal: Inbound | None = None) -> None:
    """Ask whether they agree, beside what is under way; of whoever has refused by their words nothing is asked.

    Args:
        refusal: what they wrote.
    """
    before = len(draft.said)
    if not walk.digress(draft, _FLOW, {"ward": ward.ref, "minor_name": given_name(ward)}):
        draft.say_phrase("finish_first")
        draft.ask_again()
        return
    if refusal:
        del draft.said[before:]
        draft.choices, draft.step = (), ""
        frame = draft.frame
        step = draft.flow(frame).steps[frame.step]
        assert step.ask, "the flow begins with its question"
        replying.read_answer(draft, frame, step, step.ask, replace(refusal, text="no"))


def _wards(draft: Draft) -> list[Ward]:
    return [ward for ward in draft.facts.wards if applies(birth_date(ward), draft.today)]


def _withdraw(draft: Draft, agreed: list[Ward], inbound: Inbound) -> None:
    ward = agreed[0] if len(agreed) == 1 else _meant(agreed, inbound.text)
    if ward is None:
        draft.effects.append(HandOff(reason="guardian_withdraws_for_one_of_several"))
        draft.say_phrase("guardian.for_whom", names=", ".join(map(given_name, agreed)))
        return
    draft.note("guardian", decision=Decision.WITHDRAW.value)
    draft.effects.append(decide(draft.library, draft.facts.hub, ward, Decision.WITHDRAW, via="reply"))
    draft.say_phrase("guardian.withdrawn", minor_name=given_name(ward))
    draft.ask_again()


def _meant(wards: list[Ward], text: str) -> Ward | None:
    """Find the one whose name is said."""
    said = {word.casefold() for word in _WORD.findall(text)}
    named = [ward for ward in wards if given_name(ward).casefold() in said]
    return named[0] if len(named) == 1 else None


@cache
def _words() -> Mapping[str, frozenset[str]]:
    table = tomllib.loads((files("flows") / "forms" / "guardian_words.toml").read_text("utf-8"))
    return {
        kind: frozenset(phrase_key(word) for listed in by_language.values() for word in listed)
        for kind, by_language in table.items()
    }


def guardian_words() -> frozenset[str]:
    """List the single words that mean something to us when a guardian writes them."""
    return frozenset(word for kind in ("agree", "withdraw") for word in _words()[kind] if " " not in word)


def _agrees(text: str) -> bool:
    said = words(fold(text))
    return any(plain(part) in _words()["agree"] for part in (said, core(said, also=_BESIDE)))


def _takes_back(text: str) -> bool:
    """Tell whether a text takes a consent back: the word alone or with a name, or a verb beside what is taken back."""
    said, known = phrase_key(text), _words()
    parts = said.split()
    if not parts:
        return False
    if said in known["withdraw"] or (parts[0] in known["withdraw"] and len(parts) <= 3):
        return True
    padded = f" {said} "
    return any(f" {verb} " in padded for verb in known["take_back"]) and any(
        f" {noun} " in padded for noun in known["consent"]
    )
