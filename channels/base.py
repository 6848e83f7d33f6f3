"""What every channel does, and the two errors it may raise; nothing here knows a vendor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from flows.messages import Consequence, DeliveryReport, Inbound, Outbound, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRequest:
    """One HTTP request as it arrived; the body is untouched, since signatures cover its bytes."""

    #: Path below the public URL, with the raw query if there is one: ``/webhooks/sms/status?ref=a1``.
    path: str
    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WebResponse:
    """What the vendor wants to hear; sent only after everything received is durable."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a verified request carried, and the answer to give once it is stored."""

    events: tuple[Inbound | DeliveryReport, ...] = ()
    response: WebResponse = field(default_factory=WebResponse)


#: Stores what a connection of the channel's own (socket, polling) brought; returns when it is durable.
Deliver = Callable[[tuple[Inbound | DeliveryReport, ...]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can show and promise."""

    #: Longest text of one message, in characters.
    max_chars: int
    #: Whether choices are shown as buttons; else as a numbered list.
    buttons: bool
    #: Whether the provider reports delivery later.
    delivery_reports: bool
    #: Whether ``find`` can look up a message whose acceptance was lost.
    can_find: bool
    #: Whether the network itself confirms STOP, so that we must not.
    network_confirms_opt_out: bool
    #: Messages a second that one sender may leave by.
    messages_per_second: float
    #: Whether people read what was sent from our own rows: in the simulator of the demo, and nowhere else.
    read_from_outbox: bool = False


class ChannelError(Exception):
    """A provider did not take a message. ``code`` is the provider's own word for why."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class TemporaryError(ChannelError):
    """Surely not sent; worth trying again."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, code=code)
        #: Seconds the provider asked us to wait, if it said.
        self.retry_after_s = retry_after_s


class UnknownOutcomeError(ChannelError):
    """The answer was lost or unclear: it may or may not have been sent."""


class PermanentError(ChannelError):
    """Refused for good; never try this message again."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        consequence: Consequence = Consequence.NONE,
    ) -> None:
        super().__init__(message, code=code)
        self.consequence = consequence


class ForgedRequestError(Exception):
    """The request is not from the vendor: answer 403 and change nothing."""


class MalformedRequestError(Exception):
    """The request is the vendor's but cannot be read: answer 400 and change nothing."""


class Channel(Protocol):
    """One way of talking to people."""

    #: ``sms``, ``slack``, ``telegram``, ``email``.
    name: str
    #: Our side of every address of this channel.
    account: str
    capabilities: Capabilities

    async def start(self, deliver: Deliver) -> None:
        """Open clients, and the channel's own connection where it has one."""

    async def close(self) -> None:
        """Close clients and connections."""

    async def receive(self, request: WebRequest) -> Received:
        """Verify and read one webhook request, without side effects.

        Raises:
            ForgedRequestError: the signature or secret is absent or wrong.
            MalformedRequestError: signed, but not readable.
        """

    async def send(self, message: Outbound) -> Receipt:
        """Ask the provider once to send one message; never sleeps, never retries.

        Raises:
            TemporaryError: surely not sent; try again later.
            UnknownOutcomeError: may have been sent; look it up before trying again.
            PermanentError: refused for good.
        """

    async def find(self, message: Outbound, *, since: datetime) -> Receipt | None:
        """Look up a message whose acceptance was lost; ``None`` when the provider has no trace of it."""
