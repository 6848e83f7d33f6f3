"""The values that channels and flows exchange; none of them knows a vendor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

#: Separates the step that offered a choice from the choice's id in the value of a button.
_TAP_SEPARATOR: Final = "|"


class InboundKind(StrEnum):
    """What a person, or the network on their behalf, did."""

    MESSAGE = "message"  #: wrote a text
    TAP = "tap"  #: pressed a button that we offered
    START = "start"  #: opened the conversation by a link, perhaps with a campaign code
    OPT_OUT = "opt_out"  #: left by the network's own means; the network has already confirmed it
    OPT_IN = "opt_in"  #: came back by the network's own means; the network has already confirmed it
    HELP = "help"  #: asked the network for help; the network has already answered
    BLOCKED = "blocked"  #: can no longer be reached: blocked the bot, removed the app
    UNBLOCKED = "unblocked"  #: can be reached again


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where one person can be written to, and from which of our accounts."""

    #: Name of the channel: ``sms``, ``slack``, ``telegram``, ``email``.
    channel: str
    #: Our side: Messaging Service SID or number, Slack team id, Telegram bot id, the address mail is from.
    account: str
    #: Their side: phone in E.164, Slack user id, Telegram chat id, e-mail address.
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer a person may pick by button, number or words."""

    #: Stable and short (at most 32 characters): it travels inside a button.
    id: str
    label: str
    #: Letter to reply with where there are no buttons; empty: its number in the list.
    key: str = ""
    #: Other words for it.
    also: tuple[str, ...] = ()
    #: How it is said back once chosen, when the label leaves something out.
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A pressed button: which step offered it and which choice it stands for."""

    step: str
    choice: str

    def encode(self) -> str:
        """Return the text that travels inside the button; at most 64 bytes (Telegram's limit for callback data)."""
        return f"{self.step}{_TAP_SEPARATOR}{self.choice}"

    @staticmethod
    def decode(value: str) -> Tap | None:
        """Read a button's text; ``None`` when it is not one of ours."""
        step, separator, choice = value.partition(_TAP_SEPARATOR)
        return Tap(step=step, choice=choice) if separator and step and choice else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One thing that reached us from a person, exactly once by ``(channel, account, provider_id)``."""

    provider_id: str
    sender: Address
    kind: InboundKind = InboundKind.MESSAGE
    text: str = ""
    #: The pressed button, when ``kind`` is ``TAP``.
    tap: Tap | None = None
    #: Code carried by an opening link, when ``kind`` is ``START``.
    campaign: str | None = None
    #: How many pictures, sounds or files came with it.
    media_count: int = 0
    #: Where the person said they are: latitude and longitude in degrees. Becomes a ZIP code, and is kept nowhere.
    location: tuple[float, float] | None = None
    #: The language the person's own app is set to, ``es``, when the channel tells.
    language_hint: str | None = None


class DeliveryStatus(StrEnum):
    """How far a message is known to have come."""

    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A provider's word on a message that we sent."""

    channel: str
    account: str
    provider_id: str
    status: DeliveryStatus
    #: The provider's error code, as text.
    code: str | None = None
    #: Our own reference, when the provider carried it back: proves acceptance though its answer was lost.
    reference: str | None = None
    #: Parts the provider counted.
    segments: int | None = None
    #: True when the code means that the person has opted out with the provider.
    opted_out: bool = False


class Consequence(StrEnum):
    """What a provider's permanent refusal says about the address."""

    NONE = "none"
    OPTED_OUT = "opted_out"  #: the person has opted out with the provider
    UNREACHABLE = "unreachable"  #: the person blocked us, left, or does not exist
    CHANNEL_DOWN = "channel_down"  #: our own account is refused: stop the channel and tell the operator


class Purpose(StrEnum):
    """Why a message leaves; the contact rule and the sender's order depend on it."""

    REPLY = "reply"  #: answers what the person just wrote
    REMINDER = "reminder"  #: something the person has booked
    NOTICE = "notice"  #: news about the person's own case
    ANSWER = "answer"  #: a coordinator's own words, to somebody who wrote within the last day
    WORD = "word"  #: a coordinator's own words, to somebody who did not ask
    NUDGE = "nudge"  #: asks once more what the person has not answered
    BROADCAST = "broadcast"  #: the same to many
    REQUEST = "request"  #: asks somebody whom a person has named, once: a guardian
    CODE = "code"  #: the one-time code that somebody has just asked for on a page
    FAREWELL = "farewell"  #: the one confirmation that the law allows after an opt-out

    @property
    def priority(self) -> int:
        """Lower leaves first."""
        return _PRIORITIES[self]


_PRIORITIES: Final = {
    Purpose.REPLY: 0,
    Purpose.FAREWELL: 0,
    Purpose.CODE: 0,
    Purpose.ANSWER: 0,
    Purpose.WORD: 3,
    Purpose.REQUEST: 3,
    Purpose.NOTICE: 3,
    Purpose.REMINDER: 5,
    Purpose.NUDGE: 7,
    Purpose.BROADCAST: 9,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that travels with a message where the channel can carry one: by e-mail."""

    name: str
    #: ``text/calendar``, ``application/pdf``.
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message ready for a channel."""

    #: Our own unguessable reference; a provider that can carry it brings it back in its reports.
    reference: str
    to: Address
    text: str
    #: Shown as buttons where a channel has them, as a numbered list elsewhere.
    choices: tuple[Choice, ...] = ()
    #: The step that offers the choices.
    step: str = ""
    purpose: Purpose = Purpose.REPLY
    #: After this instant the message is of no use and the provider should drop it.
    expires_at: datetime | None = None
    #: What a mail is called; else its first sentence.
    subject: str = ""
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A provider's acceptance of a message."""

    provider_id: str
    segments: int | None = None
