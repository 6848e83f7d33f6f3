"""Telegram: texts and button presses in by webhook or polling, out by the Bot API."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from telegram import InlineKeyboardMarkup
from telegram.error import TelegramError

from channels.base import (
    ChannelError,
    Deliver,
    ForgedRequestError,
    MalformedRequestError,
    Received,
    UnknownOutcomeError,
    WebRequest,
    WebResponse,
)
from channels.capabilities import TELEGRAM
from channels.render import as_telegram, require_sendable
from channels.settings import TelegramSettings
from channels.telegram.client import ALLOWED_UPDATES, TelegramClient, translated_errors
from channels.telegram.polling import Pause, poll
from channels.telegram.updates import read_update
from channels.transport import nothing_sent
from flows.messages import Outbound, Receipt

log = logging.getLogger(__name__)

WEBHOOK_PATH: Final = "/webhooks/telegram"
_HEADER: Final = "x-telegram-bot-api-secret-token"
#: How long Telegram may hold one question open while nothing happens.
_POLL_WAIT_S: Final = 50


def open_channel(settings: Mapping[str, Any], *, public_url: str) -> TelegramChannel:
    """Open the channel; nothing is connected before ``start``."""
    return TelegramChannel(TelegramSettings(**settings, public_url=public_url))


class TelegramChannel:
    """Talks to people in private chats with one bot."""

    name = "telegram"

    def __init__(self, settings: TelegramSettings, *, pause: Pause = asyncio.sleep) -> None:
        self.account = settings.token.partition(":")[0]
        rate = settings.messages_per_second or TELEGRAM.messages_per_second
        self.capabilities = replace(TELEGRAM, messages_per_second=rate)
        self._settings = settings
        self._pause = pause
        self._client: TelegramClient | None = None
        self._polling: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()

    async def start(self, deliver: Deliver) -> None:
        """Tell Telegram how to reach us and what to show in the menu; begin to poll in that mode.

        Raises:
            TemporaryError: Telegram could not be asked; start again later.
            PermanentError: Telegram refuses our token or address.
        """
        client = self._client = TelegramClient(self._settings)
        try:
            with nothing_sent(), translated_errors():
                await self._choose_way_in(client)
        except BaseException:
            await self.close()
            raise
        await self._show_commands(client)
        if self._settings.mode == "polling":
            fetch = partial(client.fetch_updates, wait_s=_POLL_WAIT_S)
            self._polling = asyncio.create_task(
                poll(fetch, partial(self._take, deliver), pause=self._pause), name="telegram polling"
            )

    async def close(self) -> None:
        """Stop polling and close the client; the webhook stays, so that Telegram keeps what comes meanwhile."""
        tasks = [task for task in (self._polling, *self._answers) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._polling = None
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def receive(self, request: WebRequest) -> Received:
        """Verify and read one update; a button press is answered by the very response, once it is stored."""
        secret = self._settings.secret_token
        given = request.headers.get(_HEADER, "")
        if self._settings.mode != "webhook" or not hmac.compare_digest(given.encode(), secret.encode()):
            raise ForgedRequestError("the secret is absent or wrong")
        if request.path.partition("?")[0] != WEBHOOK_PATH:
            raise MalformedRequestError("Telegram has no webhook at this path")
        try:
            raw = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise MalformedRequestError("not JSON") from error
        events, press = read_update(raw, account=self.account)
        return Received(events=events, response=WebResponse() if press is None else _answer(press))

    async def send(self, message: Outbound) -> Receipt:
        """Ask Telegram once to send one message."""
        require_sendable(message, self.capabilities)
        shown = as_telegram(message)
        keyboard = shown.pop("reply_markup", None)
        with translated_errors():
            sent = await self._open_client.bot.send_message(
                chat_id=message.to.user,
                reply_markup=InlineKeyboardMarkup.de_json(keyboard, None) if keyboard else None,
                **shown,
            )
        return Receipt(provider_id=str(sent.message_id))

    async def find(self, message: Outbound, *, since: datetime) -> Receipt | None:
        """Refuse: a bot cannot read what it has sent (``capabilities.can_find`` says so)."""
        raise UnknownOutcomeError("Telegram cannot look up messages", code="no_look_up")

    @property
    def _open_client(self) -> TelegramClient:
        assert self._client is not None, "start the channel first"
        return self._client

    async def _choose_way_in(self, client: TelegramClient) -> None:
        if self._settings.mode == "polling":
            await client.bot.delete_webhook()
            return
        await client.bot.set_webhook(
            self._settings.public_url.rstrip("/") + WEBHOOK_PATH,
            secret_token=self._settings.secret_token,
            allowed_updates=ALLOWED_UPDATES,
        )

    async def _show_commands(self, client: TelegramClient) -> None:
        """Show the menu; the bot works without one."""
        try:
            with translated_errors():
                await client.show_commands()
        except ChannelError as error:
            log.warning("menu not shown", extra={"channel": "telegram", "code": error.code})

    async def _take(self, deliver: Deliver, update: dict[str, Any]) -> None:
        try:
            events, press = read_update(update, account=self.account)
        except MalformedRequestError:
            log.exception("update not readable", extra={"channel": "telegram", "provider_id": update.get("update_id")})
            return
        if events:
            await deliver(events)
        if press is not None:
            answer = asyncio.create_task(self._end_press(press))
            self._answers.add(answer)
            answer.add_done_callback(self._answers.discard)

    async def _end_press(self, press: str) -> None:
        """Let the button stop spinning; nothing depends on it."""
        try:
            await self._open_client.bot.answer_callback_query(press)
        except TelegramError as error:
            log.info("press not answered", extra={"channel": "telegram", "error": type(error).__name__})


def _answer(press: str) -> WebResponse:
    # Source: https://core.telegram.org/bots/api#making-requests-when-getting-updates
    body = json.dumps({"method": "answerCallbackQuery", "callback_query_id": press})
    return WebResponse(body=body, content_type="application/json")
