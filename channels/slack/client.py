"""Speak to Slack's Web API: one request a call, each failure in our own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from channels.base import ChannelError, PermanentError, TemporaryError, UnknownOutcomeError
from channels.settings import SlackSettings
from channels.transport import connection_errors, deadline, nothing_sent, retry_after_s
from flows.messages import Consequence

#: Source: https://docs.slack.dev/reference/methods/chat.postMessage#errors and .../conversations.open#errors
_UNREACHABLE: Final = frozenset(
    ["cannot_dm_bot", "channel_not_found", "is_archived", "user_disabled", "user_not_found", "user_not_visible"],
)
#: ``account_inactive`` speaks of the token's own account: "a deleted user or workspace when using a bot token".
_CHANNEL_DOWN: Final = frozenset(
    [
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_authed",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    ],
)
_RATE_LIMITED: Final = frozenset(["rate_limited", "ratelimited"])
#: "It's possible some aspect of the operation succeeded before the error was raised."
_UNCLEAR: Final = frozenset(["fatal_error", "internal_error", "service_unavailable"])


class SlackClient:
    """The few calls we make."""

    def __init__(self, settings: SlackSettings) -> None:
        self.session = aiohttp.ClientSession(timeout=deadline(settings.timeout_s))
        self._web = open_web_client(settings, self.session, token=settings.bot_token)
        #: The direct conversation with each person; Slack never changes it.
        self._conversations: dict[str, str] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self.session.close()

    async def identify(self) -> dict[str, Any]:
        """Return who we are: ``team_id``, ``user_id``, ``bot_id``."""
        with nothing_sent(), translated_errors():
            answer = await self._web.auth_test()
        return _data(answer)

    async def post(self, user: str, shown: dict[str, Any]) -> str:
        """Post to a person; return the conversation and the time stamp, which together name the message."""
        conversation = await self._conversation(user)
        with translated_errors():
            answer = _data(await self._web.chat_postMessage(channel=conversation, **shown))
        if not answer.get("ts"):
            raise UnknownOutcomeError("Slack's answer names no message", code="unreadable")
        return f"{conversation}:{answer['ts']}"

    async def _conversation(self, user: str) -> str:
        if user not in self._conversations:
            with nothing_sent(), translated_errors():
                answer = _data(await self._web.conversations_open(users=[user]))
            self._conversations[user] = str(answer["channel"]["id"])
        return self._conversations[user]


def open_web_client(
    settings: SlackSettings, session: aiohttp.ClientSession, *, token: str | None = None
) -> AsyncWebClient:
    """Return Slack's client without its retries: they post twice after a dropped connection."""
    base = settings.api_base.rstrip("/") or "https://slack.com"
    return AsyncWebClient(token=token, base_url=f"{base}/api/", session=session, retry_handlers=[])


def _data(answer: Any) -> dict[str, Any]:
    return answer.data if isinstance(answer.data, dict) else {}


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn every failure of a call into one of the three errors of a channel."""
    try:
        with connection_errors("Slack"):
            yield
    except SlackApiError as error:
        raise _refusal(error.response) from error
    except (SlackClientError, json.JSONDecodeError, AttributeError) as error:
        # AttributeError: the library reads a page of HTML or plain text as if it were a dictionary.
        raise UnknownOutcomeError("Slack's answer could not be read", code="unreadable") from error


def _refusal(response: Any) -> ChannelError:
    # When the body was not JSON, the library passes on what aiohttp gave it.
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error") or status) if isinstance(data, dict) else str(status)
    if status == 429 or code in _RATE_LIMITED:
        return TemporaryError(
            "Slack asks us to slow down", code=code, retry_after_s=retry_after_s(response.headers.get("Retry-After"))
        )
    if status >= 500 or code in _UNCLEAR or not isinstance(data, dict):
        return UnknownOutcomeError(f"Slack answered {code}", code=code)
    if code in _CHANNEL_DOWN:
        return PermanentError(f"Slack refuses our token: {code}", code=code, consequence=Consequence.CHANNEL_DOWN)
    consequence = Consequence.UNREACHABLE if code in _UNREACHABLE else Consequence.NONE
    return PermanentError(f"Slack refused the message: {code}", code=code, consequence=consequence)
