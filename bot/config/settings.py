"""The settings as frozen values, in the order of ``config.example.toml``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bot.config.values import (
    MAIL_ADDRESS,
    ApiBase,
    Countries,
    DatabaseUrl,
    Filled,
    Languages,
    NightHours,
    OptionalSecret,
    PublicUrl,
    Rate,
    Requirements,
    Secret,
    TimeOfDay,
    Zone,
    fault,
    found,
    minutes,
    minutes_of_quiet,
    shaped,
    sid,
)
from flows.facts import ContactPolicy, QuietHours
from flows.facts import Hub as HubFacts
from flows.rules.countries import HOME


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _tidy(cls, value: object) -> object:
        """Drop the blank that a copied secret often ends in; refuse ``true`` where pydantic would read 1."""
        if isinstance(value, bool):
            raise fault(f"{found(value)} is no value for this key", "write what config.example.toml shows")
        return value.strip() if isinstance(value, str) else value


class Web(_Table):
    """Where the program listens, and the address by which the world reaches it."""

    host: Annotated[str, Filled] = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    #: Without a slash at its end; empty when no vendor calls us.
    public_url: PublicUrl = ""


class Database(_Table):
    """Where everything is remembered."""

    #: Secret, because a PostgreSQL URL carries a password.
    url: DatabaseUrl = SecretStr("sqlite:///peoplepower.db")

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, absolute; a relative URL counts from the working directory. ``None`` for PostgreSQL."""
        parts = urlsplit(self.url.get_secret_value())
        return Path(parts.path[1:]).absolute() if parts.scheme == "sqlite" else None

    @property
    def shown(self) -> str:
        """The database as an operator may see it: no user, no password, no options."""
        parts = urlsplit(self.url.get_secret_value())
        return (
            f"sqlite, {self.sqlite_path}"
            if self.sqlite_path
            else f"postgresql, {parts.hostname or 'local'}{parts.path}"
        )


class Sms(_Table):
    """Texts by Twilio."""

    account_sid: Annotated[str, Filled, sid("AC")] = Field(examples=["AC…"])
    auth_token: Secret = Field(examples=["…"])
    #: Preferred over ``from_number``: it brings a pool of senders and opt-out handling.
    messaging_service_sid: Annotated[str, sid("MG")] = ""
    from_number: Annotated[
        str,
        shaped(
            r"\+[1-9]\d{6,14}",
            "this is not a phone number in the international form",
            'write + and the country first, without blanks, like from_number = "+12025550143"',
        ),
    ] = ""
    #: Another server that speaks the vendor's API, for tests; empty for the vendor's own. Likewise in each channel.
    api_base: ApiBase = ""
    #: Segments a second of one sender; a United States long code has 1.
    messages_per_second: Rate = 1.0


class Slack(_Table):
    """A Slack app."""

    bot_token: Annotated[
        Secret, shaped(r"(xoxb-|xoxe\.xoxb-).+", "this is not a bot token", "copy the one that begins with xoxb-")
    ] = Field(examples=["xoxb-…"])
    #: With it Slack is reached through a socket and needs no public address; without it Slack calls our webhook.
    app_token: Annotated[
        OptionalSecret, shaped(r"xapp-.+", "this is not an app-level token", "copy the one that begins with xapp-")
    ] = None
    signing_secret: OptionalSecret = None
    api_base: ApiBase = ""
    messages_per_second: Rate = 1.0

    @property
    def mode(self) -> Literal["socket", "webhook"]:
        """How events reach us."""
        return "socket" if self.app_token else "webhook"


class Telegram(_Table):
    """A Telegram bot."""

    token: Annotated[
        Secret,
        shaped(r"\d{3,}:[A-Za-z0-9_-]{30,}", "this is not a bot token", "copy digits, colon and all from @BotFather"),
    ] = Field(examples=["…"])
    #: What Telegram must repeat in each webhook call; needed in that mode.
    secret_token: Annotated[
        OptionalSecret,
        shaped(
            r"[A-Za-z0-9_-]{1,256}",
            "Telegram allows only letters, digits, - and _ here",
            "make one with: openssl rand -hex 32",
        ),
    ] = None
    mode: Literal["webhook", "polling"] = "polling"
    api_base: ApiBase = ""
    messages_per_second: Rate = 25.0


class Email(_Table):
    """E-mail by a mail server."""

    host: Annotated[str, Filled] = Field(examples=["smtp.your-hub.org"])
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    #: Empty: the server asks nobody to log in.
    username: str = ""
    password: OptionalSecret = None
    from_address: Annotated[str, Filled, MAIL_ADDRESS] = Field(examples=["hello@your-hub.org"])
    #: As people see it beside the address.
    from_name: str = ""
    #: Where a person reads what people answer; empty: ``from_address``.
    reply_to: Annotated[str, MAIL_ADDRESS] = ""
    messages_per_second: Rate = 2.0


class Channels(_Table):
    """The ways of talking to people; one without a table is off."""

    sms: Sms | None = None
    slack: Slack | None = None
    telegram: Telegram | None = None
    email: Email | None = None

    def opened(self) -> dict[str, dict[str, Any]]:
        """Return the configured channels by name, secrets in the clear: what ``channels.open_channel`` takes."""
        tables = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: _in_clear(table) for name, table in tables.items() if table is not None}


def _in_clear(table: BaseModel) -> dict[str, Any]:
    values = {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in table}
    return {name: value for name, value in values.items() if value is not None}


class Hub(_Table):
    """The organisation that recruits."""

    id: Annotated[
        str,
        Filled,
        shaped(
            r"[a-z0-9][a-z0-9-]{0,39}",
            "an id has small letters, digits and dashes",
            'write one like id = "springfield"',
        ),
    ] = "hub"
    name: Annotated[str, Filled] = "Our hub"
    timezone: Zone = "America/New_York"
    languages: Languages = ("en", "es")
    help_phone: Annotated[
        str,
        shaped(
            r"\+?[\d(][\d ().-]{1,18}\d",
            "this is not a phone number",
            'write one that a person answers, like help_phone = "(202) 555-0143"',
        ),
    ] = ""
    #: Dollars a year for one person; 0: the flow says 200% of the poverty line.
    income_limit: Annotated[int, Field(ge=0, le=500_000)] = 0
    income_limit_from: Annotated[
        str,
        shaped(r"\d{4}-(0[1-9]|1[0-2])-\d\d", "this is not a day", 'write one like income_limit_from = "2026-01-15"'),
    ] = ""
    #: Where the limit stands, for whoever has to renew it.
    income_limit_source: str = ""
    quiet_hours: NightHours = "20:00-09:00"
    quiet_until_sunday: TimeOfDay = "12:00"
    #: Whose phones are written to, by ISO 3166: the United States and its territories.
    countries: Countries = HOME
    #: Broadcasts and questions asked again that one person gets in seven days; 0: no limit.
    unasked_a_week: Annotated[int, Field(ge=0, le=100)] = 5
    #: Parts of text messages a day; 0: no limit.
    texts_a_day: Annotated[int, Field(ge=0, le=10_000_000)] = 20_000
    #: Dollars for one part of a text message; 0: no cost is shown.
    text_price: Annotated[float, Field(ge=0, le=10)] = 0.0
    #: The edition of what guardians agree to: raise it when that has changed, and each is asked anew; an older consent
    #: holds so many days more.
    consent_edition: Annotated[int, Field(ge=1, le=1000)] = 1
    consent_grace_days: Annotated[int, Field(ge=1, le=365)] = 30
    #: Kinds of ``flows/requirements.toml`` that everybody has to bring before a shift.
    requirements: Requirements = ("background_check", "reference")

    def facts(self) -> HubFacts:
        """Return the hub as the flows know it."""
        return HubFacts(
            id=self.id,
            name=self.name,
            zone=self.timezone,
            languages=self.languages,
            help_phone=self.help_phone,
            income_limit=self.income_limit,
            income_limit_from=date.fromisoformat(self.income_limit_from) if self.income_limit_from else None,
            quiet_hours=self._quiet_hours(),
            contact=ContactPolicy(
                countries=self.countries,
                unasked_a_week=self.unasked_a_week,
                texts_a_day=self.texts_a_day,
                text_price=self.text_price,
            ),
            consent_edition=self.consent_edition,
            consent_grace_days=self.consent_grace_days,
            requires=self.requirements,
        )

    def _quiet_hours(self) -> QuietHours:
        closes, opens = minutes_of_quiet(self.quiet_hours)
        sunday = minutes(self.quiet_until_sunday)
        return QuietHours(
            opens=(opens, opens, opens, opens, opens, opens, sunday),
            closes=(closes, closes, closes, closes, closes, closes, closes),
        )


class Privacy(_Table):
    """How people are protected whom we no longer know."""

    #: Makes the hashes by which addresses of erased people are recognised; another key forgets whom not to write to.
    key: Annotated[
        OptionalSecret, shaped(r".{32,}", "this is too short to be a key", "make one with: openssl rand -hex 32")
    ] = None

    @property
    def key_in_clear(self) -> str:
        """The key; empty when none is set."""
        return self.key.get_secret_value() if self.key else ""


class Api(_Table):
    """How other programs work with the hub."""

    #: Lets whoever watches the program from another machine read ``/metrics``; without one, this machine alone may.
    metrics_token: Annotated[
        OptionalSecret, shaped(r".{32,}", "this is too short to be a token", "make one with: openssl rand -hex 32")
    ] = None
    #: Of each token.
    calls_a_minute: int = Field(default=120, ge=1, le=10_000)
    #: Whether webhooks may lead to addresses of this machine and its network, and do without https.
    private_webhooks: Literal["no", "yes"] = "no"

    @property
    def metrics_token_in_clear(self) -> str:
        """The token; empty when none is set."""
        return self.metrics_token.get_secret_value() if self.metrics_token else ""


class Oidc(_Table):
    """An identity provider by which users of the console may sign in."""

    #: As the provider calls itself; empty: users sign in by password alone.
    issuer: Annotated[
        str,
        shaped(
            r"https://[^\s?#]+|http://(localhost|127\.0\.0\.1|\[::1\])[^\s?#]*",
            "this is no issuer of an identity provider",
            'write it as the provider does, like issuer = "https://accounts.google.com"',
        ),
    ] = ""
    client_id: str = ""
    client_secret: OptionalSecret = None


class Console(_Table):
    """The coordinators' pages."""

    oidc: Oidc = Oidc()


class Logs(_Table):
    """What the program tells about itself."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(_Table):
    """Everything an operator decides."""

    web: Web = Web()
    database: Database = Database()
    channels: Channels = Channels()
    hub: Hub = Hub()
    privacy: Privacy = Privacy()
    api: Api = Api()
    console: Console = Console()
    logs: Logs = Logs()
