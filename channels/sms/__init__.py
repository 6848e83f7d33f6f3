"""SMS by Twilio: texts in by webhook, out by its API, delivery reports by webhook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from twilio.base import values
from twilio.rest import Client

from channels.base import (
    Deliver,
    PermanentError,
    Received,
    UnknownOutcomeError,
    WebRequest,
)
from channels.capabilities import SMS
from channels.render import as_sms, require_sendable
from channels.settings import SmsSettings
from channels.sms.client import open_client, translated_errors
from channels.sms.webhooks import STATUS_PATH, Webhooks
from channels.transport import nothing_sent
from flows.messages import Outbound, Receipt
from flows.text import fold

#: Source: https://www.twilio.com/docs/messaging/api/message-resource, "validityPeriod"
_MAX_VALIDITY_S: Final = 36_000
#: How many of the newest messages to a number a look-up reads: far more than one person is sent within minutes.
_LOOKED_AT: Final = 100
#: Twilio's clock and ours may differ, and Twilio tells whole seconds only.
_CLOCK_TOLERANCE: Final = timedelta(seconds=5)
#: What Twilio puts in front of every text of an account that has not paid yet.
_TRIAL_PREFIX: Final = "Sent from your Twilio trial account - "


def open_channel(settings: Mapping[str, Any], *, public_url: str) -> SmsChannel:
    """Open the channel; nothing is connected before ``start``."""
    return SmsChannel(SmsSettings(**settings, public_url=public_url))


class SmsChannel:
    """Talks to people by SMS."""

    name = "sms"

    def __init__(self, settings: SmsSettings) -> None:
        self.account = settings.messaging_service_sid or settings.from_number
        self.capabilities = replace(SMS, messages_per_second=settings.messages_per_second or SMS.messages_per_second)
        self._settings = settings
        self._webhooks = Webhooks(settings, account=self.account)
        self._client: Client | None = None

    async def start(self, deliver: Deliver) -> None:
        """Open the client; Twilio is not called."""
        self._client = open_client(self._settings)

    async def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.http_client.close()
            self._client = None

    async def receive(self, request: WebRequest) -> Received:
        """Verify and read a text or a delivery report."""
        return self._webhooks.read(request)

    async def send(self, message: Outbound) -> Receipt:
        """Ask Twilio once to send one text."""
        require_sendable(message, self.capabilities)
        validity_period = _validity_s(message.expires_at, now=datetime.now(UTC))
        with translated_errors():
            sent = await self._messages.create_async(
                to=message.to.user,
                body=as_sms(message),
                status_callback=self._status_callback(message.reference),
                validity_period=values.unset if validity_period is None else validity_period,
                smart_encoded=True,
                **self._sender(),
            )
        if not sent.sid:
            raise UnknownOutcomeError("Twilio's answer names no message", code="unreadable")
        return _receipt(sent)

    async def find(self, message: Outbound, *, since: datetime) -> Receipt | None:
        """Look for the same text to the same number among the newest ones, the earliest first.

        Raises:
            TemporaryError: Twilio could not be asked; look again later.
            PermanentError: Twilio refuses our account.
        """
        with nothing_sent(), translated_errors():
            newest = await self._messages.list_async(to=message.to.user, limit=_LOOKED_AT)
        body, earliest = as_sms(message).strip(), since - _CLOCK_TOLERANCE
        # Not filtered by date at Twilio: its filter reads the date of sending, which a queued message lacks.
        same = [
            found
            for found in newest
            if found.date_created and found.date_created >= earliest and _same_text(found.body, body)
        ]
        return _receipt(min(same, key=lambda found: found.date_created)) if same else None

    @property
    def _messages(self) -> Any:
        assert self._client is not None, "start the channel first"
        return self._client.messages

    def _sender(self) -> dict[str, str]:
        if self._settings.messaging_service_sid:
            return {"messaging_service_sid": self._settings.messaging_service_sid}
        return {"from_": self._settings.from_number}

    def _status_callback(self, reference: str) -> str:
        return f"{self._settings.public_url.rstrip('/')}{STATUS_PATH}?ref={quote(reference, safe='')}"


def _validity_s(expires_at: datetime | None, *, now: datetime) -> int | None:
    if expires_at is None:
        return None
    left = (expires_at - now).total_seconds()
    if left < 1:
        raise PermanentError("the message is of no use any more", code="expired")
    return min(int(left), _MAX_VALIDITY_S)


def _same_text(found: str | None, body: str) -> bool:
    return fold(found or "").removeprefix(_TRIAL_PREFIX).strip() == body


def _receipt(sent: Any) -> Receipt:
    # A messaging service counts later: 0 means unknown.
    return Receipt(provider_id=sent.sid, segments=int(sent.num_segments or 0) or None)
