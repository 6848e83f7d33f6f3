"""What an operator sets for each channel; knows no vendor's library, so that reading a configuration imports none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """A Twilio account and the sender that people see."""

    account_sid: str
    #: Signs what Twilio posts to us, and opens its API.
    auth_token: str = field(repr=False)
    #: Where Twilio reaches us; signatures cover it, so it must match what is set in Twilio's console to the letter.
    public_url: str
    #: ``MG...``: a pool of numbers with its own opt-out list. Preferred to a single number.
    messaging_service_sid: str = ""
    #: E.164; used when there is no messaging service.
    from_number: str = ""
    #: Another server that speaks Twilio's API, for tests.
    api_base: str = ""
    messages_per_second: float | None = None
    #: Longest wait for one answer of the API.
    timeout_s: float = 15.0

    def __post_init__(self) -> None:
        """Refuse settings without a sender."""
        if not (self.messaging_service_sid or self.from_number):
            raise ValueError("set messaging_service_sid, or from_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """A Slack app installed in one workspace."""

    #: ``xoxb-...``
    bot_token: str = field(repr=False)
    public_url: str
    #: Signs what Slack posts to us; not needed with ``app_token``.
    signing_secret: str = field(default="", repr=False)
    #: ``xapp-...``: switches to Socket Mode, which needs no public address.
    app_token: str = field(default="", repr=False)
    #: Another server that speaks Slack's API, for tests.
    api_base: str = ""
    messages_per_second: float | None = None
    timeout_s: float = 15.0

    def __post_init__(self) -> None:
        """Refuse settings by which nothing could be received."""
        if not (self.signing_secret or self.app_token):
            raise ValueError("set signing_secret, or app_token for Socket Mode")


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """One Telegram bot."""

    token: str = field(repr=False)
    public_url: str
    #: ``webhook`` has Telegram call us; ``polling`` asks Telegram and needs no public address.
    mode: Literal["webhook", "polling"] = "polling"
    #: Proves that a call is Telegram's; required by ``webhook``.
    secret_token: str = field(default="", repr=False)
    #: Another server that speaks the Bot API, for tests.
    api_base: str = ""
    messages_per_second: float | None = None
    timeout_s: float = 15.0

    def __post_init__(self) -> None:
        """Refuse a token that is none, an unknown mode, and a webhook that anybody could call."""
        if not self.token.partition(":")[0].isdecimal():
            raise ValueError("token must look like 123456:ABC-DEF")
        if self.mode not in ("webhook", "polling"):
            raise ValueError(f"mode is {self.mode!r}; write 'webhook' or 'polling'")
        if self.mode == "webhook" and not self.secret_token:
            raise ValueError("mode 'webhook' needs a secret_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """A mail server that takes our mail, and who it is from."""

    host: str
    from_address: str
    #: What we call ourselves; links to it carry a way to leave.
    public_url: str = ""
    port: int = 587
    #: ``starttls`` begins in the clear and then encrypts, ``tls`` encrypts from the first byte, ``none`` never does.
    security: Literal["starttls", "tls", "none"] = "starttls"
    #: Without one, nobody logs in.
    username: str = ""
    password: str = field(default="", repr=False)
    from_name: str = ""
    #: Where answers go; else to ``from_address``.
    reply_to: str = ""
    messages_per_second: float | None = None
    timeout_s: float = 15.0


Settings = SmsSettings | SlackSettings | TelegramSettings | EmailSettings

#: The settings class of each channel.
SETTINGS: Final[Mapping[str, type[Settings]]] = {
    "sms": SmsSettings,
    "slack": SlackSettings,
    "telegram": TelegramSettings,
    "email": EmailSettings,
}
