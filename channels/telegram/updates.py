"""Read what Telegram tells: texts, pressed buttons, blocked and returned people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from channels.base import MalformedRequestError
from flows.messages import Address, Inbound, InboundKind, Tap

#: The words that every flow understands, whatever the channel.
_COMMANDS: Final = {"help": "HELP", "stop": "STOP", "language": "LANGUAGE"}
_COMMAND: Final = re.compile(r"/([A-Za-z]+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
#: Source: https://core.telegram.org/bots/features#deep-linking
_CAMPAIGN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

_MEMBERSHIPS: Final = {
    ChatMemberStatus.BANNED: InboundKind.BLOCKED,  # Telegram's word is "kicked"
    ChatMemberStatus.LEFT: InboundKind.BLOCKED,
    ChatMemberStatus.MEMBER: InboundKind.UNBLOCKED,
}


def read_update(raw: Any, *, account: str) -> tuple[tuple[Inbound, ...], str | None]:
    """Read one update into what a person did, and the id of the button press that Telegram wants answered.

    Groups are ignored: what is asked here is nobody else's business.

    Raises:
        MalformedRequestError: it is not an update.
    """
    try:
        update = Update.de_json(raw, None)
        reader = _Reader(provider_id=str(update.update_id), account=account)
        if update.message is not None:
            return reader.message(update.message), None
        if update.callback_query is not None:
            return reader.press(update.callback_query), update.callback_query.id
        if update.my_chat_member is not None:
            return reader.membership(update.my_chat_member), None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MalformedRequestError("not an update of Telegram") from error
    return (), None


class _Reader:
    """Reads the kinds of one update."""

    def __init__(self, *, provider_id: str, account: str) -> None:
        self._provider_id = provider_id
        self._account = account

    def message(self, message: Message) -> tuple[Inbound, ...]:
        user = message.from_user
        if message.chat.type != ChatType.PRIVATE or user is None or user.is_bot:
            return ()
        text, media_count, location = _text(message), _media_count(message), _location(message)
        if not text and not media_count and not location:
            return ()  # pinned, timer changed and the like
        if (command := _COMMAND.fullmatch(text)) is not None:
            word, rest = command.group(1).lower(), (command.group(2) or "").strip()
            if word == "start":
                campaign = rest if _CAMPAIGN.fullmatch(rest) else None
                return self._events(message.chat, user, kind=InboundKind.START, text=text, campaign=campaign)
            text = _COMMANDS.get(word, text)
        return self._events(message.chat, user, text=text, media_count=media_count, location=location)

    def press(self, query: CallbackQuery) -> tuple[Inbound, ...]:
        tap = Tap.decode(query.data or "")
        if tap is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
            return ()
        text = _label(query.message, query.data) if isinstance(query.message, Message) else ""
        return self._events(query.message.chat, query.from_user, kind=InboundKind.TAP, text=text, tap=tap)

    def membership(self, change: ChatMemberUpdated) -> tuple[Inbound, ...]:
        kind = _MEMBERSHIPS.get(ChatMemberStatus(change.new_chat_member.status))
        if kind is None or change.chat.type != ChatType.PRIVATE:
            return ()
        return self._events(change.chat, change.from_user, kind=kind)

    def _events(self, chat: Chat, user: User, **what: Any) -> tuple[Inbound, ...]:
        inbound = Inbound(
            provider_id=self._provider_id,
            sender=Address(channel="telegram", account=self._account, user=str(chat.id)),
            language_hint=user.language_code.partition("-")[0].lower() if user.language_code else None,
            **what,
        )
        return (inbound,)


def _text(message: Message) -> str:
    contact = message.contact
    if contact is not None and message.from_user is not None and contact.user_id == message.from_user.id:
        return "+" + contact.phone_number.lstrip("+")  # their own card is an answer; anybody else's is none
    return (message.text or message.caption or "").replace("\0", "")


def _media_count(message: Message) -> int:
    shown = message.contact is None and message.location is None
    return 1 if shown and message.effective_attachment else 0


def _location(message: Message) -> tuple[float, float] | None:
    """Read where somebody says they are; a venue is a place they point at, and tells nothing of them."""
    place = message.location if message.venue is None else None
    return (place.latitude, place.longitude) if place else None


def _label(message: Message, pressed: str | None) -> str:
    rows: Mapping[str, str] = {
        str(button.callback_data): button.text
        for row in (message.reply_markup.inline_keyboard if message.reply_markup else ())
        for button in row
    }
    return rows.get(str(pressed), "")
