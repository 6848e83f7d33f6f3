"""What each channel can show and promise; knows no vendor's library, so that previews and tests may use it too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from channels.base import Capabilities

SMS: Final = Capabilities(
    max_chars=1600,  # https://www.twilio.com/docs/messaging/api/message-resource, "body"
    buttons=False,
    delivery_reports=True,
    can_find=True,
    network_confirms_opt_out=True,
    messages_per_second=1,  # a United States long code; https://www.twilio.com/docs/messaging/guides/rate-limits
)

SLACK: Final = Capabilities(
    max_chars=3000,  # https://docs.slack.dev/reference/block-kit/blocks/section-block, "text"
    buttons=True,
    delivery_reports=False,
    can_find=False,  # reading a conversation's history is throttled for distributed apps
    network_confirms_opt_out=False,
    messages_per_second=1,  # https://docs.slack.dev/apis/web-api/rate-limits
)

TELEGRAM: Final = Capabilities(
    max_chars=4096,  # https://core.telegram.org/bots/api#sendmessage, "text"
    buttons=True,
    delivery_reports=False,
    can_find=False,
    network_confirms_opt_out=False,
    messages_per_second=25,  # of 30; https://core.telegram.org/bots/faq#broadcasting-to-users
)

EMAIL: Final = Capabilities(
    max_chars=20_000,  # longer than anything we write; mail itself knows no limit
    buttons=False,
    delivery_reports=False,
    can_find=False,
    network_confirms_opt_out=False,
    messages_per_second=2,  # well below what any provider allows an account
)

CAPABILITIES: Final[Mapping[str, Capabilities]] = {"sms": SMS, "slack": SLACK, "telegram": TELEGRAM, "email": EMAIL}
