"""Take the wish to get no broadcasts, or to get them again; what is a word for leaving never comes here."""

from __future__ import annotations

from typing import Final

from flows.draft import Draft
from flows.effects import RefuseBroadcasts, WantBroadcasts
from flows.intents import STOP, Intent
from flows.messages import Inbound

_REFUSED: Final = "no_news"
#: The same without a verb, which may ask how things are: "no news?"
_SAID: Final = "no_news_said"
_WANTED: Final = "news"
#: So much of what they wrote is kept as evidence.
_MAX_CAUSE_CHARS: Final = 40


def hear(draft: Draft, intent: Intent, inbound: Inbound) -> bool:
    """Take the wish; tell whether the reply was nothing else.

    A refusal holds whatever else was said, and while a coordinator answers or nothing is sent at all: then in silence.
    """
    person = draft.facts.person
    silent = person.held or person.opted_out
    cause = inbound.text.strip()[:_MAX_CAUSE_CHARS]
    if _is_refusal(intent, inbound):
        draft.note("news", wanted=False)
        draft.effects.append(RefuseBroadcasts(cause=cause))
        is_all = intent.name in (_REFUSED, _SAID)
        if not silent and intent.name != STOP:  # an unclear one, about which we ask
            draft.say_phrase("news.off")
    elif intent.name == _WANTED and "?" not in inbound.text and person.consented and not person.opted_out:
        draft.note("news", wanted=True)
        draft.effects.append(WantBroadcasts(cause=cause))
        is_all = True
        if not silent:
            draft.say_phrase("news.on")
    else:
        return False
    if is_all and not silent:
        draft.ask_again()
    return is_all and not silent


def _is_refusal(intent: Intent, inbound: Inbound) -> bool:
    named = (intent.name, *intent.also)
    return _REFUSED in named or (_SAID in named and "?" not in inbound.text)
