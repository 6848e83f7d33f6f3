"""Draft, confirm and stop a broadcast by text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BroadcastAct(StrEnum):
    """What a coordinator wants of broadcasts in a text."""

    HELP = "help"  #: to be told what can be done
    DRAFT = "draft"
    CONFIRM = "confirm"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftBroadcast:
    """Keep what a coordinator is about to send to many, and make the code that sends it, in the place of ``{code}``."""

    name: str
    #: The filter and the text by language, as JSON.
    recipients: str
    body: str
    #: ``coordinator:NAME``.
    author: str
    #: Reference of the user whose code it is.
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideBroadcast:
    """Confirm, stop or pause a coordinator's broadcast, or let it go on."""

    act: BroadcastAct
    ref: str
    author: str
    user: str
    #: Of ``CONFIRM``: the code that was typed, how many people it reaches, and what is said to them, as JSON.
    code: str = ""
    people: int = 0
    body: str = ""
    first_name_else: str = "{}"
    site_else: str = "{}"
