"""Judge the settings together: what others make necessary, what names no setting, what is not fit to serve people."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bot.config.faults import Fault
from bot.config.keys import ENV_PREFIX, keys, variable
from bot.config.raw import Raw
from bot.config.values import PLACEHOLDER, is_loopback


def missing(raw: Raw) -> Iterator[Fault]:
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
    email = tables.get("email")
    if email is not None and email.get("username") and not email.get("password"):
        yield raw.fault(
            "channels.email.password",
            "there is a user name, but no password",
            "write it, or remove username when the server asks for none",
        )
    if email is not None and email.get("security") == "none" and not is_loopback(str(email.get("host"))):
        yield raw.fault(
            "channels.email.security",
            "mail and password would travel unencrypted to another machine",
            'write security = "starttls" (port 587) or "tls" (port 465)',
        )
    if str(raw.get("hub.income_limit") or 0) != "0":
        for key, example in (("income_limit_from", "2026-01-15"), ("income_limit_source", "https://...")):
            if not raw.get(f"hub.{key}"):
                why = "a limit of income changes every year, so it needs its day and where it stands"
                yield raw.fault(f"hub.{key}", why, f'write {key} = "{example}" under [hub]')
    if raw.get("console.oidc.issuer"):
        for key in ("client_id", "client_secret"):
            if not raw.get(f"console.oidc.{key}"):
                why = "the identity provider has to know who asks"
                yield raw.fault(f"console.oidc.{key}", why, f"copy {key} from where you registered the console there")
        if not raw.get("web.public_url"):
            yield raw.fault(
                "web.public_url",
                "the identity provider leads browsers back to us, but nothing says to which address",
                'write public_url = "https://bot.your-hub.org" under [web]',
            )
    if by_webhook and not raw.get("web.public_url"):
        yield raw.fault(
            "web.public_url",
            f"{' and '.join(by_webhook)} must call us, but nothing says at which address",
            'write public_url = "https://bot.your-hub.org" under [web]',
        )


def strange_variables(environ: Mapping[str, str]) -> Iterator[Fault]:
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


def unready(raw: Raw) -> Iterator[Fault]:
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
    if not raw.get("privacy.key"):
        yield raw.fault(
            "privacy.key",
            "without it nobody could be kept from writing to people who asked to be erased",
            "make one with: openssl rand -hex 32, write it under [privacy] and never change it",
        )


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
