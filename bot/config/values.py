"""Read single values of a configuration: what each may look like, and what to write instead of what it must not."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from flows.facts import LANGUAGES
from flows.requirements import shipped_requirements

#: What ``config.example.toml`` holds wherever only the operator knows the value; ``serve`` refuses it.
PLACEHOLDER: Final = "change-me"

_TIME: Final = r"([01]\d|2[0-3]):[0-5]\d"
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


def fault(wrong: str, fix: str) -> PydanticCustomError:
    """Make the error by which a reader refuses a value."""
    return PydanticCustomError("fault", "{wrong}; {fix}", {"wrong": wrong, "fix": fix})


def found(value: object) -> str:
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
        raise fault("this is not a URL", fix) from None
    if parts.scheme not in ("http", "https") or not host:
        raise fault("this is not the URL of a web server", fix)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise fault("the URL carries a user name, a query or a fragment", fix)
    if parts.scheme == "http" and not is_loopback(host):
        raise fault(f"http to {host} would send secrets and messages unencrypted", fix)
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
        raise fault("the URL cannot be read", "write @ : / # of a password as %40 %3A %2F %23") from None
    match parts.scheme:
        case "sqlite" if parts.netloc or len(parts.path) < 2:
            raise fault("a SQLite URL has three slashes, or four before an absolute path", sqlite)
        case "sqlite" if parts.path == "/:memory:":
            raise fault("a database in memory forgets everyone at each restart", sqlite)
        case "postgresql" | "postgres" if not host and not parts.query:
            raise fault("the URL names no host", postgresql)
        case "postgresql" | "postgres" if not parts.path.strip("/"):
            raise fault("the URL names no database", postgresql)
        case "sqlite" | "postgresql" | "postgres":
            return value
        case "":
            raise fault("the URL has no scheme", sqlite)
        case scheme:
            fix = sqlite if scheme.startswith("sqlite") else postgresql
            raise fault(f"{scheme}:// is not a database PeoplePower knows", fix)


def _read_zone(value: str) -> str:
    meant = _ZONE_NICKNAMES.get(value.lower())
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = meant or _nearest_zone(value)
    if meant is None:
        return value
    raise fault(f"{found(value)} is not a time zone that follows the clock of a place", f'write timezone = "{meant}"')


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
        raise fault(f"{found(value)} is not a time of day", 'write hours and minutes, like "12:00"')
    return value


def _read_quiet_hours(value: str) -> str:
    fix = 'write the evening first, like quiet_hours = "20:00-09:00"'
    if not re.fullmatch(f"{_TIME}-{_TIME}", value):
        raise fault(f"{found(value)} is not a pair of times", fix)
    closes, opens = minutes_of_quiet(value)
    if closes <= opens:
        raise fault(f"{found(value)} does not span the night", fix)
    return value


def minutes_of_quiet(quiet_hours: str) -> tuple[int, int]:
    """Return the minutes after midnight at which the quiet begins and ends; midnight begins it at the day's very end."""
    begins, ends = map(minutes, quiet_hours.split("-"))
    return begins or 24 * 60, ends


def minutes(time: str) -> int:
    """Return the minutes after midnight of a time that was read."""
    return int(time[:2]) * 60 + int(time[3:])


def _split_words(value: object) -> object:
    """Let the environment hold a list as ``en,es``."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _read_languages(value: tuple[str, ...]) -> tuple[str, ...]:
    fix = 'write the codes of one or both, the default first, like languages = ["en", "es"]'
    if not value:
        raise fault("the list is empty", fix)
    for language in value:
        if language not in LANGUAGES:
            raise fault(f"{found(language)} is not a language the bot speaks", fix)
    if len(set(value)) < len(value):
        raise fault("a language stands there twice", fix)
    return value


def _read_requirements(value: tuple[str, ...]) -> tuple[str, ...]:
    known = shipped_requirements()
    fix = f"write some of {', '.join(known)}, or [] for none"
    for kind in value:
        if kind not in known:
            raise fault(f"{found(kind)} is no requirement", fix)
    return value


def _read_countries(value: tuple[str, ...]) -> tuple[str, ...]:
    for country in value:
        if country not in phonenumbers.SUPPORTED_REGIONS:
            raise fault(f"{found(country)} is no country", 'write two letters for each, like countries = ["US", "PR"]')
    return value


def sid(prefix: str) -> AfterValidator:
    """Refuse what is not a Twilio SID of a kind; nothing at all and the placeholder pass."""

    def read(value: str) -> str:
        if not value or value == PLACEHOLDER or re.fullmatch(rf"{prefix}[0-9a-fA-F]{{32}}", value):
            return value
        fix = f"copy the SID that begins with {prefix} from the Twilio console"
        wanted, kind = _TWILIO_KINDS[prefix], _TWILIO_KINDS.get(value[:2])
        if value[:2] != prefix:
            raise fault(f"this is the SID of {kind}, not of {wanted}" if kind else f"this is no SID of {wanted}", fix)
        if len(value) != 34:
            raise fault(f"the SID has {len(value)} characters instead of 34", fix)
        raise fault(f"after {prefix} only the digits 0-9 and the letters a-f may follow", fix)

    return AfterValidator(read)


def shaped(pattern: str, wrong: str, fix: str) -> AfterValidator:
    """Refuse a value of another shape, secret or not; nothing at all and the placeholder pass."""

    def read(value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text and text != PLACEHOLDER and not re.fullmatch(pattern, text):
            raise fault(wrong, fix)
        return value

    return AfterValidator(read)


def _filled(value: Any) -> Any:
    if not (value.get_secret_value() if isinstance(value, SecretStr) else value):
        raise fault("the value is empty", "fill it in, or remove the whole table to leave this part off")
    return value


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


Filled = AfterValidator(_filled)
MAIL_ADDRESS: Final = shaped(
    r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+", "this is not an e-mail address", "write one like hello@your-hub.org"
)
Secret = Annotated[SecretStr, Filled]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_empty_is_none)]
ApiBase = Annotated[str, AfterValidator(_read_api_base)]
PublicUrl = Annotated[str, AfterValidator(_read_public_url)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_read_database_url)]
Rate = Annotated[float, Field(gt=0, le=1000)]
Zone = Annotated[str, AfterValidator(_read_zone)]
TimeOfDay = Annotated[str, AfterValidator(_read_time)]
NightHours = Annotated[str, AfterValidator(_read_quiet_hours)]
#: The first is the default.
Languages = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_words), AfterValidator(_read_languages)]
#: Empty: any country.
Countries = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_words), AfterValidator(_read_countries)]
Requirements = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_words), AfterValidator(_read_requirements)]
