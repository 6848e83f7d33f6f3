"""Speak to Twilio's API: one request a call, each within its time, each failure in our own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels.base import ChannelError, PermanentError, TemporaryError, UnknownOutcomeError
from channels.settings import SmsSettings
from channels.transport import connection_errors, deadline, retry_after_s
from flows.messages import Consequence

#: What a refusal says about the person or about us; everything else concerns this one message.
#: Source: https://www.twilio.com/docs/api/errors
_CONSEQUENCES: Final = {
    20003: Consequence.CHANNEL_DOWN,  # authentication failed
    20005: Consequence.CHANNEL_DOWN,  # account not active
    21606: Consequence.CHANNEL_DOWN,  # our number cannot send SMS
    21703: Consequence.CHANNEL_DOWN,  # our messaging service has no number
    21211: Consequence.UNREACHABLE,  # not a phone number
    21610: Consequence.OPTED_OUT,
    21614: Consequence.UNREACHABLE,  # not a mobile number
    30006: Consequence.UNREACHABLE,  # a landline, or a carrier that cannot be reached
}
#: The sender's queue is full (it holds ten hours): nothing was taken.
_QUEUE_FULL: Final = 21611


def open_client(settings: SmsSettings) -> Client:
    """Return Twilio's client; call it within the event loop, and close its ``http_client``."""
    return Client(settings.account_sid, settings.auth_token, http_client=TwilioHttp(settings))


class TwilioHttp(AsyncTwilioHttpClient):  # type: ignore[misc]  # Twilio ships no types
    """Twilio's asynchronous transport with a deadline, without its logs, and at ``api_base`` if set.

    The one it replaces ignores its ``timeout`` (https://github.com/twilio/twilio-python/issues/925), writes the
    numbers of people to the log, and offers no other server (https://github.com/twilio/twilio-python/issues/521).
    """

    def __init__(self, settings: SmsSettings) -> None:
        super().__init__()
        self._api_base = settings.api_base.rstrip("/")
        self._timeout = deadline(settings.timeout_s)

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # Twilio's signature
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request; a 429 becomes a ``TemporaryError`` here, where its Retry-After can still be read."""
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        async with self.session.request(
            method.upper(),
            self._placed(url),
            params=params,
            data=data,
            headers=headers,
            timeout=self._timeout,
            allow_redirects=allow_redirects,
        ) as response:
            if response.status == 429:
                raise TemporaryError(
                    "Twilio asks us to slow down",
                    code="429",
                    retry_after_s=retry_after_s(response.headers.get("Retry-After")),
                )
            return Response(response.status, await response.text(), response.headers)

    def _placed(self, url: str) -> str:
        if not self._api_base:
            return url
        parts = urlsplit(url)
        return self._api_base + parts.path + (f"?{parts.query}" if parts.query else "")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn every failure of a send into one of the three errors of a channel."""
    try:
        with connection_errors("Twilio"):
            yield
    except (TwilioRestException, TwilioServiceException) as error:
        # Twilio's own words name the number and may quote the text: they must not reach a traceback.
        raise _refusal(error.status, error.code) from None
    except (TwilioException, ValueError) as error:
        raise UnknownOutcomeError("Twilio's answer could not be read", code="unreadable") from error


def _refusal(status: int, code: int | None) -> ChannelError:
    said = str(code or status)
    if status >= 500:
        return UnknownOutcomeError(f"Twilio answered {status}", code=said)
    if code == _QUEUE_FULL:
        return TemporaryError("Twilio's queue of our sender is full", code=said)
    if status == 401:
        return PermanentError("Twilio refused our credentials", code=said, consequence=Consequence.CHANNEL_DOWN)
    consequence = _CONSEQUENCES.get(code or 0, Consequence.NONE)
    return PermanentError(f"Twilio refused the message: {said}", code=said, consequence=consequence)
