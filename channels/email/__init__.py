"""E-mail by SMTP: out only. Whoever answers writes to a person, and links do the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from channels.base import (
    Deliver,
    ForgedRequestError,
    PermanentError,
    Received,
    TemporaryError,
    UnknownOutcomeError,
    WebRequest,
)
from channels.capabilities import EMAIL
from channels.email.letter import compose
from channels.email.smtp import post, try_log_in
from channels.render import require_sendable
from channels.settings import EmailSettings
from flows.messages import Outbound, Receipt

#: One mail is some eight exchanges, each within the time limit; a server that drips is left after as many.
_EXCHANGES: Final = 8


def open_channel(settings: Mapping[str, Any], *, public_url: str) -> EmailChannel:
    """Open the channel; nothing is connected before ``start``."""
    return EmailChannel(EmailSettings(**settings, public_url=public_url))


class EmailChannel:
    """Writes e-mails; one connection a mail, in a thread, since Python's SMTP client waits."""

    name = "email"

    def __init__(self, settings: EmailSettings) -> None:
        self.account = settings.from_address
        rate = settings.messages_per_second or EMAIL.messages_per_second
        self.capabilities = replace(EMAIL, messages_per_second=rate)
        self._settings = settings

    async def start(self, deliver: Deliver) -> None:
        """Log in once, so that a wrong password is told at once and not by the first mail.

        Raises:
            TemporaryError: the server could not be asked; start again later.
            PermanentError: the server refuses our account.
        """
        try:
            async with asyncio.timeout(self._settings.timeout_s * _EXCHANGES):
                await asyncio.to_thread(try_log_in, self._settings)
        except TimeoutError as error:
            raise TemporaryError("the mail server did not answer in time", code="timeout") from error

    async def close(self) -> None:
        """Nothing stays open."""

    async def receive(self, request: WebRequest) -> Received:
        """Refuse: nobody calls us about mail."""
        raise ForgedRequestError("this channel only sends")

    async def send(self, message: Outbound) -> Receipt:
        """Hand one mail to the server."""
        require_sendable(message, self.capabilities)
        if message.expires_at is not None and message.expires_at <= datetime.now(UTC):
            raise PermanentError("the message is of no use any more", code="expired")
        letter = compose(message, self._settings)
        try:
            async with asyncio.timeout(self._settings.timeout_s * _EXCHANGES):
                await asyncio.to_thread(post, letter, self._settings, to=message.to.user)
        except TimeoutError as error:
            raise UnknownOutcomeError("the mail server did not answer in time", code="timeout") from error
        return Receipt(provider_id=str(letter["Message-ID"]))

    async def find(self, message: Outbound, *, since: datetime) -> Receipt | None:
        """Refuse: a mail server tells nobody what it has taken (``capabilities.can_find`` says so)."""
        raise UnknownOutcomeError("a mail server cannot look up messages", code="no_look_up")
