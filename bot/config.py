"""Read the settings: one TOML file, any key of it overridden by the environment, into frozen values.

Every fault of a configuration is found in one pass, since an operator who is told of one at a time gives up. A fault
says where it is, what is wrong and what to write instead; it never repeats a secret.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict

from flows.facts import Hub as HubFacts
from flows.facts import QuietHours

#: What ``config.example.toml`` holds wherever only the operator knows the value; ``serve`` refuses it.
PLACEHOLDER: Final = "change-me"
#: Every key may come from the environment: ``web.port`` is ``PEOPLEPOWER_WEB__PORT``.
ENV_PREFIX: Final = "PEOPLEPOWER_"

_TIME: Final = r"([01]\d|2[0-3]):[0-5]\d"
_SUNDAY: Final = 6
_ZONE_NICKNAMES: Final = {  # some are IANA names, but of a fixed offset: a reminder would come an hour late all summer
    **dict.fromkeys(("et", "est", "edt", "est5edt"), "America/New_York"),
    **dict.fromkeys(("ct", "cst", "cdt", "cst6cdt"), "America/Chicago"),
    **dict.fromkeys(("mt", "mst", "mdt", "mst7mdt"), "America/Denver"),
    **dict.fromkeys(("pt", "pst", "pdt", "pst8pdt"), "America/Los_Angeles"),
    "hst": "Pacific/Honolulu",
}
_TWILIO_KINDS: Final = {
    "AC": "an account",
    "MG": "a messaging service",
    "SK": "an API key",
    "PN": "a phone number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a configuration; reads as one sentence."""

    #: The file, or the environment variable.
    source: str
    #: Dotted, as in ``channels.sms.auth_token``; empty when the fault is not a key's.
    key: str
    #: What was found; never a secret.
    wrong: str
    #: What to write or do instead.
    fix: str

    def __str__(self) -> str:
        place = f"{self.source}, {self.key}" if self.key else self.source
        return f"{place}: {self.wrong}; {self.fix}."


class ConfigError(Exception):
    """The configuration cannot be used; ``faults`` holds all that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        assert faults, "an error needs a fault"
        super().__init__("\n".join(map(str, faults)))
        self.faults: Final = tuple(faults)


# --- what a value may look like ---------------------------------------------------------------------------------------


def _fault(wrong: str, fix: str) -> PydanticCustomError:
    return PydanticCustomError("fault", "{wrong}; {fix}", {"wrong": wrong, "fix": fix})


def _found(value: object) -> str:
    """Describe what was found; a text that may be a secret in the wrong place is told by its length alone."""
    match value:
        case str() if len(value) > 40 or re.fullmatch(r"(?=.*\d)[\w:.-]{20,}", value):
            return f"a text of {len(value)} characters"
        case str():
            return f'"{value}"'
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case _:
            return f"a {type(value).__name__}"


def is_loopback(host: str | None) -> bool:
    """Tell whether a host name or address is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _read_base_url(value: str, fix: str) -> str:
    """Return an https URL, or any web URL of this machine, without a slash at its end."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _fault("this is not a URL", fix) from None
    if parts.scheme not in ("http", "https") or not host:
        raise _fault("this is not the URL of a web server", fix)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _fault("the URL carries a user name, a query or a fragment", fix)
    if parts.scheme == "http" and not is_loopback(host):
        raise _fault(f"http to {host} would send secrets and messages unencrypted", fix)
    return value.rstrip("/")


def _read_api_base(value: str) -> str:
    return _read_base_url(value, "write an address that begins with https://, or remove the key") if value else ""


def _read_public_url(value: str) -> str:
    fix = 'write the address the world reaches us by, like public_url = "https://bot.your-hub.org"'
    return _read_base_url(value, fix) if value else ""


def _read_database_url(value: SecretStr) -> SecretStr:
    sqlite, postgresql = 'write url = "sqlite:///peoplepower.db"', 'write url = "postgresql://user:password@host/name"'
    try:
        parts = urlsplit(value.get_secret_value())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _fault("the URL cannot be read", "write @ : / # of a password as %40 %3A %2F %23") from None
    match parts.scheme:
        case "sqlite" if parts.netloc or len(parts.path) < 2:
            raise _fault("a SQLite URL has three slashes, or four before an absolute path", sqlite)
        case "sqlite" if parts.path == "/:memory:":
            raise _fault("a database in memory forgets everyone at each restart", sqlite)
        case "postgresql" | "postgres" if not host and not parts.query:
            raise _fault("the URL names no host", postgresql)
        case "postgresql" | "postgres" if not parts.path.strip("/"):
            raise _fault("the URL names no database", postgresql)
        case "sqlite" | "postgresql" | "postgres":
            return value
        case "":
            raise _fault("the URL has no scheme", sqlite)
        case scheme:
            fix = sqlite if scheme.startswith("sqlite") else postgresql
            raise _fault(f"{scheme}:// is not a database PeoplePower knows", fix)


def _read_zone(value: str) -> str:
    meant = _ZONE_NICKNAMES.get(value.lower())
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = meant or _nearest_zone(value)
    if meant is None:
        return value
    raise _fault(f"{_found(value)} is not a time zone that follows the clock of a place", f'write timezone = "{meant}"')


def _nearest_zone(value: str) -> str:
    """Return the IANA zone that was most likely meant; ``Chicago`` finds ``America/Chicago``."""
    wanted = re.sub(r"\s+", "_", value.strip()).lower()
    zones = {zone.lower(): zone for zone in sorted(available_timezones()) if "/" in zone}
    cities = {
        zone.rpartition("/")[2]: name for zone, name in zones.items() if zone.startswith(("america/", "pacific/"))
    }
    for names in (zones, cities):
        if near := difflib.get_close_matches(wanted, names, n=1, cutoff=0.75):
            return names[near[0]]
    return "America/New_York"


def _read_time(value: str) -> str:
    if not re.fullmatch(_TIME, value):
        raise _fault(f"{_found(value)} is not a time of day", 'write hours and minutes, like "12:00"')
    return value


def _read_quiet_hours(value: str) -> str:
    fix = 'write the evening first, like quiet_hours = "20:00-09:00"'
    if not re.fullmatch(f"{_TIME}-{_TIME}", value):
        raise _fault(f"{_found(value)} is not a pair of times", fix)
    closes, opens = _minutes_of_quiet(value)
    if closes <= opens:
        raise _fault(f"{_found(value)} does not span the night", fix)
    return value


def _minutes_of_quiet(quiet_hours: str) -> tuple[int, int]:
    """Return the minutes after midnight at which the quiet begins and ends; midnight begins it at the day's very end."""
    begins, ends = map(_minutes, quiet_hours.split("-"))
    return begins or 24 * 60, ends


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


def _split_words(value: object) -> object:
    """Let the environment hold a list as ``en,es``."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _read_languages(value: tuple[str, ...]) -> tuple[str, ...]:
    fix = 'write codes of two letters, the default first, like languages = ["en", "es"]'
    if not value:
        raise _fault("the list is empty", fix)
    for language in value:
        if not re.fullmatch(r"[a-z]{2,3}", language):
            raise _fault(f"{_found(language)} is not the code of a language", fix)
    if len(set(value)) < len(value):
        raise _fault("a language stands there twice", fix)
    return value


def _sid(prefix: str) -> AfterValidator:
    def read(value: str) -> str:
        if not value or value == PLACEHOLDER or re.fullmatch(rf"{prefix}[0-9a-fA-F]{{32}}", value):
            return value
        fix = f"copy the SID that begins with {prefix} from the Twilio console"
        wanted, kind = _TWILIO_KINDS[prefix], _TWILIO_KINDS.get(value[:2])
        if value[:2] != prefix:
            raise _fault(f"this is the SID of {kind}, not of {wanted}" if kind else f"this is no SID of {wanted}", fix)
        if len(value) != 34:
            raise _fault(f"the SID has {len(value)} characters instead of 34", fix)
        raise _fault(f"after {prefix} only the digits 0-9 and the letters a-f may follow", fix)

    return AfterValidator(read)


def _shaped(pattern: str, wrong: str, fix: str) -> AfterValidator:
    """Refuse a value of another shape, secret or not; nothing at all and the placeholder pass."""

    def read(value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text and text != PLACEHOLDER and not re.fullmatch(pattern, text):
            raise _fault(wrong, fix)
        return value

    return AfterValidator(read)


def _filled(value: Any) -> Any:
    if not (value.get_secret_value() if isinstance(value, SecretStr) else value):
        raise _fault("the value is empty", "fill it in, or remove the whole table to leave this part off")
    return value


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


_Filled = AfterValidator(_filled)
Secret = Annotated[SecretStr, _Filled]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_empty_is_none)]
ApiBase = Annotated[str, AfterValidator(_read_api_base)]
Rate = Annotated[float, Field(gt=0, le=1000)]


# --- the settings, in the order of config.example.toml ---------------------------------------------------------------


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _tidy(cls, value: object) -> object:
        """Drop the blank that a copied secret often ends in; refuse ``true`` where pydantic would read 1."""
        if isinstance(value, bool):
            raise _fault(f"{_found(value)} is no value for this key", "write what config.example.toml shows")
        return value.strip() if isinstance(value, str) else value


class Web(_Table):
    """Where the program listens, and the address by which the world reaches it."""

    host: Annotated[str, _Filled] = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    #: Without a slash at its end; empty when no vendor calls us.
    public_url: Annotated[str, AfterValidator(_read_public_url)] = ""


class Database(_Table):
    """Where everything is remembered."""

    #: Secret, because a PostgreSQL URL carries a password.
    url: Annotated[SecretStr, AfterValidator(_read_database_url)] = SecretStr("sqlite:///peoplepower.db")

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

    account_sid: Annotated[str, _Filled, _sid("AC")] = Field(examples=["AC…"])
    auth_token: Secret = Field(examples=["…"])
    #: Preferred over ``from_number``: it brings a pool of senders and opt-out handling.
    messaging_service_sid: Annotated[str, _sid("MG")] = ""
    from_number: Annotated[
        str,
        _shaped(
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
        Secret, _shaped(r"(xoxb-|xoxe\.xoxb-).+", "this is not a bot token", "copy the one that begins with xoxb-")
    ] = Field(examples=["xoxb-…"])
    #: With it Slack is reached through a socket and needs no public address; without it Slack calls our webhook.
    app_token: Annotated[
        OptionalSecret, _shaped(r"xapp-.+", "this is not an app-level token", "copy the one that begins with xapp-")
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
        _shaped(r"\d{3,}:[A-Za-z0-9_-]{30,}", "this is not a bot token", "copy digits, colon and all from @BotFather"),
    ] = Field(examples=["…"])
    #: What Telegram must repeat in each webhook call; needed in that mode.
    secret_token: Annotated[
        OptionalSecret,
        _shaped(
            r"[A-Za-z0-9_-]{1,256}",
            "Telegram allows only letters, digits, - and _ here",
            "make one with: openssl rand -hex 32",
        ),
    ] = None
    mode: Literal["webhook", "polling"] = "polling"
    api_base: ApiBase = ""
    messages_per_second: Rate = 25.0


class Channels(_Table):
    """The ways of talking to people; one without a table is off."""

    sms: Sms | None = None
    slack: Slack | None = None
    telegram: Telegram | None = None

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
        _Filled,
        _shaped(
            r"[a-z0-9][a-z0-9-]{0,39}",
            "an id has small letters, digits and dashes",
            'write one like id = "springfield"',
        ),
    ] = "hub"
    name: Annotated[str, _Filled] = "Our hub"
    timezone: Annotated[str, AfterValidator(_read_zone)] = "America/New_York"
    languages: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_words), AfterValidator(_read_languages)] = (
        "en",
        "es",
    )
    help_phone: Annotated[
        str,
        _shaped(
            r"\+?[\d(][\d ().-]{1,18}\d",
            "this is not a phone number",
            'write one that a person answers, like help_phone = "(202) 555-0143"',
        ),
    ] = ""
    quiet_hours: Annotated[str, AfterValidator(_read_quiet_hours)] = "20:00-09:00"
    quiet_until_sunday: Annotated[str, AfterValidator(_read_time)] = "12:00"

    def facts(self) -> HubFacts:
        """Return the hub as the flows know it."""
        return HubFacts(
            id=self.id,
            name=self.name,
            zone=self.timezone,
            languages=self.languages,
            help_phone=self.help_phone,
            quiet_hours=self._quiet_hours(),
        )

    def _quiet_hours(self) -> QuietHours:
        closes, opens = _minutes_of_quiet(self.quiet_hours)
        sunday = _minutes(self.quiet_until_sunday)
        return QuietHours(
            opens=(opens, opens, opens, opens, opens, opens, sunday),
            closes=(closes, closes, closes, closes, closes, closes, closes),
        )


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
    logs: Logs = Logs()


# --- reading them -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading a configuration."""

    #: ``None`` when there are faults.
    settings: Settings | None
    #: What nobody can start with.
    faults: tuple[Fault, ...]
    #: What is readable, but not fit to serve people: placeholders, and what only the operator can choose.
    unready: tuple[Fault, ...]


def load(path: Path | None, environ: Mapping[str, str], *, serving: bool = False) -> Settings:
    """Return the settings of a file and an environment, the environment winning key by key.

    Args:
        path: the TOML file; without one, defaults and environment alone.
        serving: also refuse placeholders and a hub nobody has named.

    Raises:
        ConfigError: with every fault at once.
    """
    reading = read(path, environ)
    faults = reading.faults + (reading.unready if serving else ())
    if faults:
        raise ConfigError(faults)
    assert reading.settings is not None
    return reading.settings


def read(path: Path | None, environ: Mapping[str, str]) -> Reading:
    """Read a configuration and list all that is wrong with it; never raises."""
    table, faults = _read_file(path)
    if faults:
        return Reading(settings=None, faults=faults, unready=())
    raw = _Raw(path=path, environ=environ, table=_override(table, environ))
    settings, faults = _validate(raw)
    faults += tuple(_needs(raw)) + tuple(_strange_variables(environ))
    return Reading(settings=None if faults else settings, faults=faults, unready=tuple(_unready(raw)))


def keys() -> dict[str, FieldInfo]:
    """Return every key, dotted, with what its model says about it, in the model's order."""
    return dict(_keys(Settings, ()))


def variable(key: str) -> str:
    """Return the environment variable of a dotted key."""
    return ENV_PREFIX + key.upper().replace(".", "__")


def is_secret(key: str) -> bool:
    """Tell whether the value of a dotted key must never be shown."""
    found = keys().get(key)
    return found is not None and (found.annotation is SecretStr or SecretStr in get_args(found.annotation))


def _keys(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        if table := _table_of(info):
            yield from _keys(table, (*above, name))
        else:
            yield ".".join((*above, name)), info


def _table_of(info: FieldInfo) -> type[BaseModel] | None:
    for kind in (info.annotation, *get_args(info.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Raw:
    """A configuration before it is validated, and where each of its values came from."""

    path: Path | None
    environ: Mapping[str, str]
    table: Mapping[str, Any]

    def get(self, key: str) -> Any:
        """Return what stands under a dotted key; ``None`` when nothing does."""
        value: Any = self.table
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def fault(self, key: str, wrong: str, fix: str) -> Fault:
        """Make a fault of a key that says which of the two the value came from."""
        names = self.environ if key in keys() else ()
        name = next((name for name in names if name.upper() == variable(key)), None)
        source = f"environment variable {name}" if name else str(self.path or "settings")
        return Fault(source=source, key=key, wrong=wrong, fix=fix)


def _read_file(path: Path | None) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    if path is None:
        return {}, ()
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig")), ()
    except FileNotFoundError:
        wrong, fix = "there is no such file", "copy config.example.toml to that place and fill it in"
    except UnicodeDecodeError:
        wrong, fix = "the file is not UTF-8 text", "save it again with the encoding UTF-8"
    except OSError as error:
        wrong, fix = f"the file cannot be read ({error.strerror})", "name a file that this user may read"
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rstrip(")").rpartition(" (at ")
        wrong = f"{place} is not TOML ({reason or place})" if reason else f"the file is not TOML ({place})"
        fix = "mend that line: a text stands in quotes, a table's name in [brackets]"
    return {}, (Fault(source=str(path), key="", wrong=wrong, fix=fix),)


class _Environment(Settings, BaseSettings):
    """How pydantic-settings finds the keys in an environment; never made."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_nested_delimiter="__")


def _override(table: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    known = {variable(key).lower() for key in keys()}
    source = EnvSettingsSource(_Environment)
    source.env_vars = {name.lower(): value for name, value in environ.items() if name.lower() in known}
    return _merge(table, source())


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        beneath = merged.get(name)
        merged[name] = _merge(beneath, value) if isinstance(beneath, Mapping) and isinstance(value, Mapping) else value
    return merged


def _validate(raw: _Raw) -> tuple[Settings | None, tuple[Fault, ...]]:
    try:
        return Settings.model_validate(raw.table), ()
    except ValidationError as error:
        return None, tuple(_explain(raw, details) for details in error.errors(include_url=False))


def _explain(raw: _Raw, error: ErrorDetails) -> Fault:
    """Say what pydantic found as a sentence for operators."""
    path = [str(part) for part in error["loc"] if not isinstance(part, int)]
    key, name, table = ".".join(path), path[-1], ".".join(path[:-1])
    secret = is_secret(key)
    found = "the value" if secret else _found(error["input"])
    match error["type"]:
        case "fault":
            context = error.get("ctx", {})
            wrong, fix = context["wrong"], context["fix"]
        case "missing":
            example = keys()[key].examples or ["…"]
            wrong, fix = "the key is missing", f'write {name} = "{example[0]}" under [{table}]'
            fix += f" or set {variable(key)}" if secret else ""
        case "extra_forbidden":
            wrong, fix = _unknown(path, is_table=isinstance(error["input"], Mapping))
        case "literal_error":
            wrong, fix = (
                f"{found} is not possible here",
                f"write {error.get('ctx', {})['expected'].replace(chr(39), chr(34))}",
            )
        case "string_type":
            wrong, fix = f"{found} is not a text", f'write one in quotes, like {name} = "…"'
        case "tuple_type":
            wrong, fix = f"{found} is not a list", f'write one, like {name} = ["en", "es"]'
        case "model_type" | "model_attributes_type":
            wrong, fix = f"{found} stands where a table is needed", f"write [{key}] and its keys below"
        case "int_type" | "int_parsing" | "int_from_float":
            wrong, fix = f"{found} is not a whole number", f"write one, like {name} = {keys()[key].default}"
        case "float_type" | "float_parsing" | "finite_number":
            wrong, fix = f"{found} is not a number", f"write one, like {name} = {keys()[key].default}"
        case _:
            wrong, fix = f"{found} is out of range", error["msg"].replace("Input should be", "write a number")
    return raw.fault(key, wrong, fix)


def _unknown(path: Sequence[str], *, is_table: bool) -> tuple[str, str]:
    name, siblings = path[-1], list(_siblings(path))
    known = keys()
    wrong = f"there is no {'table' if is_table else 'key'} of this name"
    if near := difflib.get_close_matches(name, siblings, n=1, cutoff=0.6):
        return wrong, f"write {f'[{near[0]}]' if is_table else near[0]} instead"
    if elsewhere := [key.rpartition(".")[0] for key in known if key.endswith(f".{name}")]:
        return f"{wrong} here", f"move it to [{elsewhere[0]}]"
    return wrong, f"remove it, or write one of {', '.join(siblings)}"


def _siblings(path: Sequence[str]) -> Iterator[str]:
    model: type[BaseModel] = Settings
    for part in path[:-1]:
        table = _table_of(model.model_fields[part])
        assert table is not None
        model = table
    yield from model.model_fields


def _needs(raw: _Raw) -> Iterator[Fault]:
    """List the keys that others make necessary; asked of the raw table, so that another fault hides none of these."""
    channels = raw.get("channels")
    tables = {
        name: table
        for name, table in (channels if isinstance(channels, Mapping) else {}).items()
        if isinstance(table, Mapping)
    }
    sms, slack, telegram = tables.get("sms"), tables.get("slack"), tables.get("telegram")
    by_webhook = []
    if sms is not None:
        by_webhook.append("sms")
        if not (sms.get("messaging_service_sid") or sms.get("from_number")):
            yield raw.fault(
                "channels.sms.messaging_service_sid",
                "nothing says who texts are from",
                'write messaging_service_sid = "MG…" or from_number = "+1…" under [channels.sms]',
            )
    if slack is not None and not slack.get("app_token"):
        by_webhook.append("slack")
        if not slack.get("signing_secret"):
            yield raw.fault(
                "channels.slack.signing_secret",
                "without it nobody could tell Slack's calls from forged ones",
                "copy it from the app's Basic Information, or write app_token to use a socket instead",
            )
    if telegram is not None and telegram.get("mode") == "webhook":
        by_webhook.append("telegram")
        if not telegram.get("secret_token"):
            yield raw.fault(
                "channels.telegram.secret_token",
                "without it nobody could tell Telegram's calls from forged ones",
                'make one with: openssl rand -hex 32, or write mode = "polling"',
            )
    if by_webhook and not raw.get("web.public_url"):
        yield raw.fault(
            "web.public_url",
            f"{' and '.join(by_webhook)} must call us, but nothing says at which address",
            'write public_url = "https://bot.your-hub.org" under [web]',
        )


def _strange_variables(environ: Mapping[str, str]) -> Iterator[Fault]:
    """List variables that were meant for us and name no key.

    One without a double underscore may be somebody else's: Kubernetes sets PEOPLEPOWER_SERVICE_HOST for a service
    called peoplepower. It is refused only when a single underscore is all that is wrong with it.
    """
    known = {variable(key): key for key in keys()}
    loose = {name.replace("_", ""): name for name in known}
    for name, value in environ.items():
        upper = name.upper()
        if not upper.startswith(ENV_PREFIX) or upper in known:
            continue
        twin = loose.get(upper.replace("_", ""))
        if "__" in upper:
            near = difflib.get_close_matches(upper, known, n=1, cutoff=0.6)
            fix = f"write {near[0]} instead" if near else "unset it"
        elif twin and not value.startswith("tcp://"):  # Kubernetes again, for a service called peoplepower-web
            fix = f"write {twin}, with two underscores after each table"
        else:
            continue
        yield Fault(source=f"environment variable {name}", key="", wrong="no setting has this name", fix=fix)


def _unready(raw: _Raw) -> Iterator[Fault]:
    """List what an operator has yet to decide before people are served."""
    for key in keys():
        value = raw.get(key)
        if value == PLACEHOLDER:
            fix = (
                "set it, or remove the whole table to leave the channel off"
                if key.startswith("channels.")
                else "set it"
            )
            yield raw.fault(key, f'"{PLACEHOLDER}" still stands here', fix)
    if _host_of(raw.get("web.public_url")).endswith(("example.org", "example.com", "your-hub.org")):
        yield raw.fault("web.public_url", "this is the address of an example", "write the address of your own server")
    if _password_of(raw.get("database.url")) in (PLACEHOLDER, "password"):
        yield raw.fault("database.url", "the password is the one of an example", "write the real one")
    for key, example in (
        ("hub.id", "springfield"),
        ("hub.name", "Springfield Tutors"),
        ("hub.timezone", "America/Chicago"),
    ):
        if raw.get(key) is None:
            table, _, name = key.rpartition(".")
            yield raw.fault(key, "nobody can guess this for you", f'write {name} = "{example}" under [{table}]')


def _host_of(url: object) -> str:
    try:
        return urlsplit(str(url or "")).hostname or ""
    except ValueError:
        return ""


def _password_of(url: object) -> str | None:
    try:
        return urlsplit(str(url or "")).password
    except ValueError:
        return None
