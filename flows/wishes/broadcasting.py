"""Let a coordinator write to many from their own phone or Slack: what it would do comes back with a code, and only that sends it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final

from flows.answers.words import fold
from flows.commands import bare
from flows.draft import Draft
from flows.effects import BroadcastAct, DecideBroadcast, DraftBroadcast
from flows.events import BroadcastFound, BroadcastOutcome
from flows.lookups import AskBroadcast
from flows.messages import Inbound, InboundKind, Purpose
from flows.rules.one_person import MAX_MISSES, MISSES_WITHIN_S
from flows.wording import say_when

_CODE: Final = re.compile(r"\d{3}[ -]?\d{3}")
_DECIDED: Final[Mapping[BroadcastAct, str]] = {
    BroadcastAct.STOP: "broadcast_text.stopped",
    BroadcastAct.PAUSE: "broadcast_text.paused",
    BroadcastAct.RESUME: "broadcast_text.resumed",
}


def hear(draft: Draft, inbound: Inbound) -> bool:
    """Take what a coordinator texts about broadcasts; tell whether it was that. Nobody else is heard here."""
    coordinator = draft.facts.coordinator
    if coordinator is None or inbound.kind is not InboundKind.MESSAGE:
        return False
    typed = fold(inbound.text).text.strip(" .!")
    if coordinator.awaits_code and _CODE.fullmatch(typed):
        if _is_locked(draft):
            draft.say_phrase("broadcast_text.too_many")
        else:
            draft.needs = AskBroadcast(
                act=BroadcastAct.CONFIRM,
                author=coordinator.author,
                user=coordinator.user,
                code=re.sub(r"\D", "", typed),
            )
        return True
    begin, acts = _words()
    first, *behind = inbound.text.strip().split(maxsplit=1)[:2] or [""]
    if bare(first.rstrip(":")) not in begin:
        return False
    rest = behind[0].strip() if behind else ""
    audience, colon, text = rest.partition(":")
    act = acts.get(bare(rest)) or (BroadcastAct.DRAFT if colon else BroadcastAct.HELP)
    draft.note("broadcast", act=act.value)
    draft.needs = AskBroadcast(
        act=act, author=coordinator.author, user=coordinator.user, audience=audience.strip(), text=text.strip()
    )
    return True


def take_found(draft: Draft, found: BroadcastFound) -> None:
    """Say what a broadcast would do, or what has become of it, and have it done."""
    draft.note("broadcast", act=found.act.value, outcome=found.outcome.value)
    audiences = ", ".join(found.audiences) or draft.phrase("broadcast_text.none_saved")
    match found.outcome:
        case BroadcastOutcome.NO_AUDIENCE:
            draft.say_phrase("broadcast_text.no_audience", audiences=audiences)
        case BroadcastOutcome.WRONG_TEXT:
            draft.say_phrase("broadcast_text.wrong_text")
        case BroadcastOutcome.NOBODY:
            draft.say_phrase("broadcast_text.nobody", left_out=str(found.left_out))
        case BroadcastOutcome.WRONG_CODE:
            _miss(draft)
        case BroadcastOutcome.NOTHING:
            draft.say_phrase("broadcast_text.nothing")
        case BroadcastOutcome.FOUND:
            _do(draft, found, audiences)


def _do(draft: Draft, found: BroadcastFound, audiences: str) -> None:
    match found.act:
        case BroadcastAct.HELP:
            draft.say_phrase("broadcast_text.help", audiences=audiences)
        case BroadcastAct.STATUS:
            draft.say_phrase(
                f"broadcast_text.status_{'paused' if found.is_paused else 'sending'}",
                audience=found.name,
                sent=str(found.sent),
                people=str(found.people),
            )
        case BroadcastAct.DRAFT:
            draft.effects.append(
                DraftBroadcast(
                    name=found.name,
                    recipients=found.recipients,
                    body=found.body,
                    author=found.author,
                    user=found.user,
                )
            )
            draft.purpose = Purpose.CODE
            _preview(draft, found)
        case BroadcastAct.CONFIRM:
            draft.conversation = replace(draft.conversation, code_misses=0)
            draft.effects.append(_decide(found))
            draft.say_phrase("broadcast_text.confirmed", people=str(found.people))
        case BroadcastAct.STOP | BroadcastAct.PAUSE | BroadcastAct.RESUME:
            draft.effects.append(_decide(found))
            draft.say_phrase(_DECIDED[found.act], audience=found.name)


def _decide(found: BroadcastFound) -> DecideBroadcast:
    return DecideBroadcast(
        act=found.act,
        ref=found.ref,
        author=found.author,
        user=found.user,
        code=found.code,
        people=found.people,
        body=found.body,
        first_name_else=found.first_name_else,
        site_else=found.site_else,
    )


def _preview(draft: Draft, found: BroadcastFound) -> None:
    assert found.finish_at is not None, "a plan says when it is done"
    values = {
        "audience": found.name,
        "people": str(found.people),
        "left_out": str(found.left_out),
        "parts": str(found.parts),
        "finish": say_when(found.finish_at, zone=None, language=draft.language),
        "code": "{code}",
    }
    if found.cost is None:
        draft.say_phrase("broadcast_text.preview", **values)
    else:
        draft.say_phrase("broadcast_text.preview_priced", **values, cost=f"${found.cost:,.2f}")


def _is_locked(draft: Draft) -> bool:
    talk, now = draft.conversation, int(draft.now.timestamp())
    return talk.code_misses >= MAX_MISSES and now - talk.code_missed_at < MISSES_WITHIN_S


def _miss(draft: Draft) -> None:
    """Count a wrong code: whoever pretends to write from this phone does not see the right one, and may only guess."""
    talk, now = draft.conversation, int(draft.now.timestamp())
    misses = talk.code_misses + 1 if now - talk.code_missed_at < MISSES_WITHIN_S else 1
    draft.conversation = replace(talk, code_misses=misses, code_missed_at=now)
    draft.say_phrase("broadcast_text.wrong_code")


def broadcast_words() -> frozenset[str]:
    """List the words that mean something to us when a coordinator begins with them."""
    return _words()[0]


@cache
def _words() -> tuple[frozenset[str], Mapping[str, BroadcastAct]]:
    table = tomllib.loads((files("flows") / "broadcast_words.toml").read_text("utf-8"))
    begin = frozenset(bare(word) for listed in table["begin"].values() for word in listed)
    acts = {
        bare(word): BroadcastAct(act)
        for act, by_language in table["act"].items()
        for listed in by_language.values()
        for word in listed
    }
    return begin, acts
