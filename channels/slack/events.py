"""Read what Slack tells: direct messages and pressed buttons; everything else is nobody's answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from html import unescape
from typing import Any, Final

from channels.base import MalformedRequestError
from flows.messages import Address, Inbound, InboundKind, Tap

log = logging.getLogger(__name__)

#: A message of a person has none of the other subtypes: edits, deletions, joins, words of bots.
#: Source: https://docs.slack.dev/reference/events/message#subtypes
_SPOKEN: Final = (None, "file_share", "me_message", "thread_broadcast")
_GONE: Final = ("app_uninstalled", "tokens_revoked")

#: ``<https://a.org|a.org>``, ``<mailto:ana@a.org|ana@a.org>``, ``<#C1|general>``: Slack decorates what people type.
#: Source: https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
_DECORATED: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def read_payload(payload: Any, *, account: str) -> tuple[Inbound, ...]:
    """Read one verified payload of our workspace.

    Raises:
        MalformedRequestError: a field that Slack always sends is missing.
    """
    try:
        match payload.get("type"):
            case "event_callback":
                return _read_event(payload, account)
            case "block_actions":
                return _read_press(payload, account)
            case _:
                return ()
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise MalformedRequestError("not a payload of Slack") from error


def _read_event(payload: Mapping[str, Any], account: str) -> tuple[Inbound, ...]:
    event = payload["event"]
    if account not in _workspaces(payload):
        log.warning("event of another workspace ignored", extra={"channel": "slack", "account": account})
        return ()
    if event["type"] in _GONE:
        log.error("the workspace removed the app", extra={"channel": "slack", "account": account})
        return ()
    if event["type"] != "message" or not _is_direct(event):
        return ()
    if event.get("subtype") not in _SPOKEN or "bot_id" in event:
        return ()
    inbound = Inbound(
        provider_id=str(payload["event_id"]),
        sender=Address(channel="slack", account=account, user=str(event["user"])),
        text=plain(event.get("text") or ""),
        media_count=len(event.get("files") or ()),
    )
    return (inbound,)


def _is_direct(event: Mapping[str, Any]) -> bool:
    """Slack says ``channel_type``; servers that stand in for it may leave that to the first letter of the id."""
    kind = event.get("channel_type")
    return kind == "im" if kind else str(event.get("channel", "")).startswith("D")


def _workspaces(payload: Mapping[str, Any]) -> set[str | None]:
    """In a conversation shared by two workspaces ``team_id`` may be the other one; ``authorizations`` has ours."""
    return {payload["team_id"], *(one.get("team_id") for one in payload.get("authorizations") or ())}


def _read_press(payload: Mapping[str, Any], account: str) -> tuple[Inbound, ...]:
    if payload["team"]["id"] != account:
        return ()
    action = payload["actions"][0]
    chosen = action.get("selected_option") or action
    tap = Tap.decode(chosen.get("value") or "")
    if tap is None:
        return ()
    inbound = Inbound(
        provider_id=payload.get("trigger_id") or f"{payload['container']['message_ts']}:{action['action_ts']}",
        sender=Address(channel="slack", account=account, user=str(payload["user"]["id"])),
        kind=InboundKind.TAP,
        text=(chosen.get("text") or {}).get("text", ""),
        tap=tap,
    )
    return (inbound,)


def plain(text: str) -> str:
    """Return what the person typed, without Slack's decoration of links and special characters."""
    return unescape(_DECORATED.sub(_undecorated, text)).replace("\0", "")


def _undecorated(found: re.Match[str]) -> str:
    target, label = found.group(1), found.group(2)
    if target.startswith(("#", "!")):
        return label or target
    if target.startswith("@"):
        return f"@{label or target[1:]}"
    return label or target.removeprefix("mailto:").removeprefix("tel:")
