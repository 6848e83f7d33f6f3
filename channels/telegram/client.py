"""Speak to Telegram's Bot API through python-telegram-bot's client, each failure in our own words."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final, cast
from urllib.parse import urlencode

import httpx
from telegram import Bot, BotCommand
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from channels.base import PermanentError, TemporaryError, UnknownOutcomeError
from channels.settings import TelegramSettings
from channels.transport import CONNECT_TIMEOUT_S
from flows.messages import Consequence

# The library's own way of choosing durations over its deprecated whole seconds, which warn at each 429.
os.environ.setdefault("PTB_TIMEDELTA", "true")

#: Everything we can read; blocking is told only to those who ask for it.
ALLOWED_UPDATES: Final = ("message", "callback_query", "my_chat_member")

_CONNECTIONS: Final = 16
#: Raised before a byte of the request has left.
_NEVER_LEFT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class TelegramClient:
    """The few calls we make."""

    def __init__(self, settings: TelegramSettings) -> None:
        base = settings.api_base.rstrip("/") or "https://api.telegram.org"
        self._timeout_s = settings.timeout_s
        self._requests = _open_request(settings, _CONNECTIONS)
        self._polls = _open_request(settings, 1)
        self.bot = Bot(
            settings.token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._requests,
            get_updates_request=self._polls,
        )

    async def close(self) -> None:
        """Close both connections."""
        await self._requests.shutdown()
        await self._polls.shutdown()

    async def fetch_updates(self, offset: int | None, *, wait_s: int) -> list[dict[str, Any]]:
        """Ask for updates from ``offset`` on, which confirms all before it.

        Unlike ``Bot.get_updates`` it returns them unread: one update that the library cannot read would keep all
        others from us, and its text would be logged.
        """
        query: dict[str, Any] = {"timeout": wait_s, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if offset is not None:
            query["offset"] = offset
        with translated_errors():
            updates = await self._polls.post(
                f"{self.bot.base_url}/getUpdates?{urlencode(query)}",
                read_timeout=self._timeout_s + wait_s,
            )
        return cast("list[dict[str, Any]]", updates)

    async def show_commands(self) -> None:
        """Show the menu of commands, in each language we have; English to everybody else."""
        for language, commands in _read_commands().items():
            await self.bot.set_my_commands(commands, language_code=None if language == "en" else language)


def _open_request(settings: TelegramSettings, connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=min(CONNECT_TIMEOUT_S, settings.timeout_s),
        read_timeout=settings.timeout_s,
        write_timeout=settings.timeout_s,
        pool_timeout=settings.timeout_s,
    )


def _read_commands() -> dict[str, Sequence[BotCommand]]:
    texts = tomllib.loads(files(__package__).joinpath("commands.toml").read_text(encoding="utf-8"))
    return {
        language: [BotCommand(command, description) for command, description in commands.items()]
        for language, commands in texts.items()
    }


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn every failure of a call into one of the three errors of a channel."""
    try:
        yield
    except RetryAfter as error:
        raise TemporaryError(
            "Telegram asks us to slow down", code="429", retry_after_s=_seconds(error.retry_after)
        ) from error
    except Conflict as error:
        raise TemporaryError("another program asks for this bot's updates", code="409") from error
    except Forbidden as error:
        raise PermanentError("blocked, or gone", code="403", consequence=Consequence.UNREACHABLE) from error
    except ChatMigrated as error:
        raise PermanentError("the group has moved", code="chat_migrated") from error
    except InvalidToken as error:
        raise PermanentError("Telegram refuses our token", code="401", consequence=Consequence.CHANNEL_DOWN) from error
    except BadRequest as error:
        unknown_chat = "chat not found" in error.message.lower()
        raise PermanentError(
            "Telegram refused the message",
            code="chat_not_found" if unknown_chat else "400",
            consequence=Consequence.UNREACHABLE if unknown_chat else Consequence.NONE,
        ) from error
    except TelegramError as error:
        if isinstance(error.__cause__, _NEVER_LEFT):
            raise TemporaryError("Telegram could not be reached", code="no_connection") from error
        raise UnknownOutcomeError("Telegram's answer was lost", code=type(error).__name__) from error


def _seconds(wait: timedelta | float) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
