"""How one message looks on each channel: numbered text, Slack blocks or a Telegram keyboard."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any, Final

from channels.base import Capabilities, PermanentError
from flows.messages import Choice, Outbound, Tap
from flows.text import fold

#: Source: https://docs.slack.dev/reference/block-kit/block-elements/button-element and .../blocks/actions-block
_SLACK_MAX_BUTTONS: Final = 25
_SLACK_MAX_LABEL_CHARS: Final = 75
#: Source: https://core.telegram.org/bots/api#inlinekeyboardbutton, "callback_data"
_MAX_TAP_BYTES: Final = 64
#: Slack shows at most 100 options, Telegram 100 keys.
#: Source: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
_MAX_CHOICES: Final = 100


def as_sms(outbound: Outbound) -> str:
    """Return the text of an SMS: cheap letters only where possible, choices as a numbered list."""
    numbered = (f"{choice.key or number} {choice.label}" for number, choice in enumerate(outbound.choices, start=1))
    return fold("\n".join((outbound.text, *numbered)))


def as_slack(outbound: Outbound) -> dict[str, Any]:
    """Return ``text`` (for notifications) and ``blocks`` of a Slack message; beyond 25 choices a menu."""
    text = _escaped(outbound.text)
    blocks: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    if outbound.choices:
        blocks.append({"type": "actions", "elements": _slack_elements(outbound)})
    return {"text": text, "blocks": blocks}


def _slack_elements(outbound: Outbound) -> list[dict[str, Any]]:
    shown = [{"text": _slack_label(choice), "value": _tap(outbound, choice)} for choice in outbound.choices]
    if len(shown) > _SLACK_MAX_BUTTONS:
        return [{"type": "static_select", "action_id": "choice", "options": shown}]
    return [{"type": "button", "action_id": f"choice_{number}", **button} for number, button in enumerate(shown)]


def _slack_label(choice: Choice) -> dict[str, Any]:
    label = choice.label
    if len(label) > _SLACK_MAX_LABEL_CHARS:
        label = label[: _SLACK_MAX_LABEL_CHARS - 1].rstrip() + "…"
    return {"type": "plain_text", "text": label, "emoji": False}


def as_telegram(outbound: Outbound) -> dict[str, Any]:
    """Return ``text``, ``parse_mode`` and, with choices, an inline keyboard of one button a row."""
    shown: dict[str, Any] = {"text": _escaped(outbound.text), "parse_mode": "HTML"}
    if outbound.choices:
        rows = [[{"text": choice.label, "callback_data": _tap(outbound, choice)}] for choice in outbound.choices]
        shown["reply_markup"] = {"inline_keyboard": rows}
    return shown


def _tap(outbound: Outbound, choice: Choice) -> str:
    return Tap(step=outbound.step, choice=choice.id).encode()


def _escaped(text: str) -> str:
    """Slack's markup and Telegram's HTML have the same three special characters."""
    return escape(text, quote=False)


def require_sendable(outbound: Outbound, capabilities: Capabilities) -> None:
    """Refuse what a provider would refuse anyway, before anything leaves.

    Raises:
        PermanentError: ``empty``, ``too_long``, ``too_many_choices`` or ``button_too_long``.
    """
    if not outbound.text.strip():
        raise PermanentError("there is nothing to send", code="empty")
    if _shown_width(outbound, capabilities) > capabilities.max_chars:
        raise PermanentError(f"longer than {capabilities.max_chars} characters", code="too_long")
    if not capabilities.buttons:
        return
    if len(outbound.choices) > _MAX_CHOICES:
        raise PermanentError(f"more than {_MAX_CHOICES} choices", code="too_many_choices")
    if any(len(_tap(outbound, choice).encode()) > _MAX_TAP_BYTES for choice in outbound.choices):
        raise PermanentError(f"a button holds at most {_MAX_TAP_BYTES} bytes", code="button_too_long")


def parts(outbound: Outbound, capabilities: Capabilities) -> tuple[Outbound, ...]:
    """Cut a message into pieces that each fit one send; the choices stay with the last.

    Do this before the outbox, one row a piece: sending several pieces in one go could not tell which of them left.
    The first piece keeps the reference, the others count on from it: ``abc``, ``abc.2``, ``abc.3``.
    """
    if _shown_width(outbound, capabilities) <= capabilities.max_chars:
        return (outbound,)
    list_width = _shown_width(replace(outbound, text=""), capabilities)
    texts = split(outbound.text, capabilities.max_chars, width=lambda text: _text_width(text, capabilities))
    if 0 < list_width < capabilities.max_chars < _text_width(texts[-1], capabilities) + list_width:
        room = capabilities.max_chars - list_width
        texts = (*texts[:-1], *split(texts[-1], room, width=lambda text: _text_width(text, capabilities)))
    return tuple(
        replace(
            outbound,
            reference=outbound.reference if number == 1 else f"{outbound.reference}.{number}",
            text=text,
            choices=outbound.choices if number == len(texts) else (),
        )
        for number, text in enumerate(texts, start=1)
    )


def split(text: str, max_chars: int, *, width: Callable[[str], int] = len) -> tuple[str, ...]:
    """Cut a text into pieces of at most that width: at a paragraph, else a line, else a word, else anywhere."""
    pieces: list[str] = []
    rest = text.strip()
    while width(rest) > max_chars:
        fitting = bisect_right(range(1, len(rest) + 1), max_chars, key=lambda end: width(rest[:end]))
        end = _cut(rest, max(fitting, 1))
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return (*pieces, rest)


def _cut(text: str, limit: int) -> int:
    """Return where to cut at or before ``limit``; a paragraph or line that ends too early would waste a message."""
    for separator, earliest in (("\n\n", limit // 2), ("\n", limit // 2), (" ", 1)):
        end = text.rfind(separator, earliest, limit + 1)
        if end > 0:
            return end
    return limit


def _shown_width(outbound: Outbound, capabilities: Capabilities) -> int:
    if capabilities.buttons:
        return _text_width(outbound.text, capabilities)
    return _utf16_units(as_sms(outbound))


def _text_width(text: str, capabilities: Capabilities) -> int:
    """Count as the strictest provider might: after escaping, and in UTF-16 units."""
    return _utf16_units(_escaped(text) if capabilities.buttons else fold(text))


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
