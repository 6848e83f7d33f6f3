"""Answer whom we wrote to about somebody else: they are no strangers, and are not screened unless they want to help too."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from flows.answers.words import phrase_key
from flows.draft import Draft
from flows.effects import AGAIN, HandOff, SendLinkAgain
from flows.messages import Inbound
from flows.rules.links import LinkPurpose

#: As much of what they write as staff see in the list of tasks; the whole stands in the conversation.
_SHOWN: Final = 160


def hear(draft: Draft, inbound: Inbound | None) -> bool:
    """Tell somebody outside kindly what they can do, and staff what they wrote; tell whether it is anybody outside.

    Whoever says that they want to volunteer is asked what everybody is.
    """
    purpose = LinkPurpose.GUARDIAN if draft.facts.wards else draft.facts.outsider
    if purpose is None or (inbound and _volunteers(inbound.text)):
        return False
    draft.note("outsider", purpose=purpose.value)
    draft.say_phrase("outsider.known")
    if draft.facts.hub.public_url:
        language = "" if draft.language == "en" else f"?lang={draft.language}"
        link = f"{draft.facts.hub.public_url}/l/{{token}}{language}"
        draft.effects.append(SendLinkAgain(purpose=purpose, sentence=draft.phrase("outsider.again", link=link)))
        draft.said.append(AGAIN)
    said = " ".join(inbound.text.split())[:_SHOWN] if inbound else ""
    if said:
        draft.effects.append(HandOff(reason=f"outsider_writes: {purpose.value}: {said}"))
    return True


@cache
def _words() -> tuple[str, ...]:
    table = tomllib.loads((files("flows") / "forms" / "outsider_words.toml").read_text("utf-8"))
    return tuple(phrase_key(word) for listed in table["volunteers"].values() for word in listed)


def outsider_words() -> frozenset[str]:
    """List the single words that mean something to us when somebody outside writes them."""
    return frozenset(word for word in _words() if " " not in word)


def _volunteers(text: str) -> bool:
    said = f" {phrase_key(text)} "
    return any(f" {word} " in said for word in _words())
