"""Take the wish to get some kind of message on another channel: "send reminders by Slack"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flows.answers.words import fold
from flows.draft import Draft
from flows.effects import PreferChannel
from flows.events import WaysFound
from flows.lookups import FindWays
from flows.messages import Inbound, InboundKind, Purpose
from flows.rules.reaching import KINDS, offered

#: "Please send me my reminders by Slack", "quiero los avisos por Telegram".
_WISH: Final = re.compile(
    r"(?:please |por favor )?(?:(?:can you |could you )?(?:send|get|give|put|text)(?: me)? |i (?:want|would like|prefer) "
    r"|(?:mande|envie|manda|envia)(?:me|nme)? |quiero |prefiero )?(?:(?:my|the|all|mis|los|las) )*"
    r"(?P<kind>reminders?|news|notices?|everything|messages|recordatorios?|avisos?|noticias|todo|mensajes) "
    r"(?:to me |a mi )?(?:by|on|via|in|through|over|with|por|en) "
    r"(?P<channel>sms|texts?|text messages?|phone|slack|telegram|mensajes? de texto|textos?)(?: please| por favor)?"
)
_KINDS: Final[Mapping[str, tuple[Purpose, ...]]] = {
    "remi": (Purpose.REMINDER,),
    "reco": (Purpose.REMINDER,),
    "news": (Purpose.NOTICE,),
    "noti": (Purpose.NOTICE,),
    "avis": (Purpose.NOTICE,),
}
_CHANNELS: Final = frozenset({"slack", "telegram"})


def hear(draft: Draft, inbound: Inbound) -> bool:
    """Take the wish for a channel; tell whether it was one."""
    if inbound.kind is not InboundKind.MESSAGE:
        return False
    wish = _WISH.fullmatch(fold(inbound.text).text.strip(" .!"))
    if wish is None:
        return False
    channel = wish["channel"] if wish["channel"] in _CHANNELS else "sms"
    draft.needs = FindWays(purposes=_KINDS.get(wish["kind"][:4], KINDS), channel=channel)
    return True


def take_ways(draft: Draft, found: WaysFound) -> None:
    """Write there from now on, if the person is known on that channel and agreed to messages there."""
    channel = draft.phrase(f"channel.{found.channel}")
    way = offered(found.ways, found.channel)
    draft.note("prefers", channel=found.channel, known=way is not None)
    if way is None:
        draft.say_phrase("prefer.unknown", channel=channel)
    else:
        draft.effects.extend(PreferChannel(purpose=purpose, address_id=way.id) for purpose in found.purposes)
        kind = "all" if found.purposes == KINDS else found.purposes[0].value
        draft.say_phrase(f"prefer.{kind}", channel=channel)
        if draft.facts.person.no_broadcasts and Purpose.NOTICE in found.purposes:
            draft.say_phrase("news.stays_off")
    draft.ask_again()
