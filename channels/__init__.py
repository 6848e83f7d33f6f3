"""Talk to people over SMS, Slack, Telegram and e-mail; each vendor is known in its own file alone."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from channels.base import Channel

#: Every channel that can be configured; each is a module of this package with an ``open_channel`` of its own.
NAMES: Final = ("sms", "slack", "telegram", "email")


def open_channel(name: str, settings: Mapping[str, Any], *, public_url: str) -> Channel:
    """Open the channel of that name; its vendor's library is imported now and not before.

    Args:
        name: one of ``NAMES``.
        settings: the fields of that channel's class in ``channels.settings``, without ``public_url``.
        public_url: where the vendor reaches us from outside, without a slash at the end.

    Raises:
        ValueError: there is no such channel, or its settings contradict each other.
    """
    if name not in NAMES:
        raise ValueError(f"there is no channel {name!r}; write one of {', '.join(NAMES)}")
    return cast("Channel", import_module(f"channels.{name}").open_channel(settings, public_url=public_url))
