"""Tell an operator what is wrong with a configuration before anyone is served by it, and what to paste at each vendor.

Nothing is changed by a check: no database is made or migrated, and no vendor is called.
"""

from __future__ import annotations

import ipaddress
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from bot.config import PLACEHOLDER, Database, Email, Fault, Hub, Settings, is_loopback, is_secret, keys, read, variable

#: Hours that federal law bars to telephone solicitation, in minutes after midnight: 47 CFR 64.1200(c)(1).
_LAW_CLOSES, _LAW_OPENS = 21 * 60, 8 * 60
#: Ports that Telegram calls: https://core.telegram.org/bots/api#setwebhook, "Notes".
_TELEGRAM_PORTS: Final = (443, 80, 88, 8443)
_SQLITE_HEADER: Final = b"SQLite format 3\x00"  # https://www.sqlite.org/fileformat.html, "Magic Header String"


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  #: ``serve`` would not start, or would fail at the first message
    WARNING = "warning"  #: it would run, but probably not as meant
    OK = "ok"  #: looked at and good
    INFO = "info"  #: something to know, or to paste at a vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a check found; never holds a secret."""

    severity: Severity
    #: Dotted key, table, or the file when the file itself is at fault.
    key: str
    what: str
    #: What to do; empty when there is nothing to do.
    fix: str = ""


def check(path: Path | None, environ: Mapping[str, str]) -> list[Finding]:
    """Look at a configuration, its database and its addresses; what is wrong comes first."""
    reading = read(path, environ)
    findings = [_from_fault(fault) for fault in reading.faults + reading.unready]
    if reading.settings is not None:
        settings = reading.settings
        address_known = all(fault.key != "web.public_url" for fault in reading.unready)
        findings += _file_is_private(path, settings, environ)
        findings += _web(settings, address_known=address_known)
        findings += _database(settings.database)
        findings += _hub(settings.hub)
        findings += _console(settings)
        findings += _channels(settings)
    return sorted(findings, key=lambda finding: list(Severity).index(finding.severity))


def exit_code(findings: Sequence[Finding]) -> int:
    """Return what a shell should see: 2 with any error, else 0."""
    return 2 if any(finding.severity is Severity.ERROR for finding in findings) else 0


def report(findings: Sequence[Finding], *, as_json: bool) -> str:
    """Write findings for a person, or as one JSON object for a machine."""
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    if as_json:
        table = {
            "ok": errors == 0,
            "errors": errors,
            "warnings": warnings,
            "findings": [asdict(one) for one in findings],
        }
        return json.dumps(table, indent=2, ensure_ascii=False)
    lines = [line for finding in findings for line in _lines(finding)]
    return "\n".join([*lines, "", f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"])


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity:<8} {finding.key}: {finding.what}"
    if finding.fix:
        yield f"{'':<8} -> {finding.fix}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number or 'no'} {noun}s"


def _from_fault(fault: Fault) -> Finding:
    from_environment = f" ({fault.source})" if fault.key and fault.source.startswith("environment ") else ""
    return Finding(
        severity=Severity.ERROR, key=fault.key or fault.source, what=fault.wrong + from_environment, fix=fault.fix
    )


def _file_is_private(path: Path | None, settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Warn of secrets in a file that other users of the machine may read."""
    if path is None or os.name != "posix" or not path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return
    overridden = {name.upper() for name in environ}
    for key in keys():
        if is_secret(key) and variable(key) not in overridden and _holds_secret(settings, key):
            yield Finding(
                severity=Severity.WARNING,
                key=str(path),
                what=f"every user of this machine may read {key}",
                fix=f"run: chmod 600 {path}",
            )
            return


def _holds_secret(settings: Settings, key: str) -> bool:
    value: object = settings
    for part in key.split("."):
        value = getattr(value, part, None)
    if not isinstance(value, SecretStr) or value.get_secret_value() == PLACEHOLDER:
        return False
    return not (key == "database.url" and settings.database.sqlite_path)


# --- the web ----------------------------------------------------------------------------------------------------------


def _web(settings: Settings, *, address_known: bool) -> Iterator[Finding]:
    web = settings.web
    yield Finding(severity=Severity.OK, key="web", what=f"listens to {web.host}, port {web.port}")
    if not web.public_url:
        yield Finding(severity=Severity.INFO, key="web.public_url", what="none, and no channel needs one")
        return
    parts = urlsplit(web.public_url)
    problems = [_finding_of_url(*problem) for problem in _problems(parts, settings)]
    yield from problems
    if address_known and not problems:
        yield Finding(severity=Severity.OK, key="web.public_url", what=f"vendors reach us at {web.public_url}")


def _finding_of_url(severity: Severity, what: str, fix: str) -> Finding:
    return Finding(severity=severity, key="web.public_url", what=what, fix=fix)


def _problems(parts: SplitResult, settings: Settings) -> Iterator[tuple[Severity, str, str]]:
    host, telegram = parts.hostname or "", settings.channels.telegram
    if parts.path:
        yield (
            Severity.WARNING,
            "it has a path, and Twilio signs the whole address",
            f'write public_url = "{parts.scheme}://{parts.netloc}", unless a proxy takes the path off again',
        )
    if telegram and telegram.mode == "webhook" and (parts.port or 443) not in _TELEGRAM_PORTS:
        yield (
            Severity.ERROR,
            f"Telegram does not call port {parts.port}",
            'use port 443, 80, 88 or 8443, or write mode = "polling" under [channels.telegram]',
        )
    if _is_private(host):
        yield (
            Severity.WARNING,
            f"{host} is an address of this machine or network, which no vendor can reach",
            "write the public name of the server, unless you test against a stand-in",
        )


def _is_private(host: str) -> bool:
    try:
        return is_loopback(host) or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


# --- the database -----------------------------------------------------------------------------------------------------


def _database(database: Database) -> Iterator[Finding]:
    path = database.sqlite_path
    problem = _sqlite_problem(path) if path else None
    if problem:
        yield Finding(severity=Severity.ERROR, key="database.url", what=problem[0], fix=problem[1])
    elif path and not path.exists():
        yield Finding(severity=Severity.OK, key="database", what=f"{database.shown} will be made on the first start")
    else:
        yield _opened(database)


def _sqlite_problem(path: Path) -> tuple[str, str] | None:
    """Return what is wrong with a database file, and the fix, before it is opened: opening would make it."""
    folder = path.parent
    if not folder.is_dir():
        return f"the folder {folder} does not exist", f"make it, or write another path (it counts from {Path.cwd()})"
    if path.is_dir():
        return f"{path} is a folder", "write the path of a file"
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.R_OK | os.W_OK)):
        return f"this user may not write {path} and the files beside it", f"give this user the folder {folder}"
    if path.exists() and path.stat().st_size:
        with path.open("rb") as file:
            if file.read(len(_SQLITE_HEADER)) != _SQLITE_HEADER:
                return f"{path} is not a SQLite database", "write another path; nothing was changed in this file"
    return None


def _opened(database: Database) -> Finding:
    from storage.database import migrate, schema_is_current  # here, so that a faulty file is told at once
    from storage.errors import StorageError

    url = database.url.get_secret_value()
    try:
        if not schema_is_current(url):
            return Finding(
                severity=Severity.WARNING,
                key="database",
                what=f"{database.shown} does not have this version's schema",
                fix="make a backup; the next start brings the schema up to date",
            )
        migrate(url)  # changes nothing now, but begins as a writer does
    except StorageError as error:
        return Finding(
            severity=Severity.ERROR,
            key="database.url",
            what=_without_password(str(error), database).rstrip("."),
            fix="start the database, or correct its host, user, password and name in url",
        )
    return Finding(severity=Severity.OK, key="database", what=f"{database.shown} answers and can be written")


def _without_password(text: str, database: Database) -> str:
    """Keep a password out, whatever the driver says."""
    url = database.url.get_secret_value()
    password = urlsplit(url).password
    text = text.replace(url, database.shown)
    return text.replace(password, "***") if password else text


# --- the hub and its channels -----------------------------------------------------------------------------------------


def _hub(hub: Hub) -> Iterator[Finding]:
    facts = hub.facts()
    yield Finding(
        severity=Severity.OK,
        key="hub",
        what=f"{hub.name} ({hub.id}), {hub.timezone}, speaks {', '.join(hub.languages)}, quiet {hub.quiet_hours}",
    )
    if not hub.help_phone:
        yield Finding(
            severity=Severity.WARNING,
            key="hub.help_phone",
            what="whoever texts HELP is told no phone number",
            fix="write the number that a person answers",
        )
    quiet = facts.quiet_hours
    if max(quiet.closes) > _LAW_CLOSES or min(quiet.opens) < _LAW_OPENS:
        yield Finding(
            severity=Severity.WARNING,
            key="hub.quiet_hours",
            what="texts may leave between 21:00 and 08:00, when federal law bars telephone solicitation",
            fix='write quiet_hours = "20:00-09:00", or ask your lawyer (47 CFR 64.1200(c)(1))',
        )


def _console(settings: Settings) -> Iterator[Finding]:
    if settings.console.oidc.issuer:
        back = f"{settings.web.public_url}/console/oidc/back"
        what = f"users may sign in by {settings.console.oidc.issuer}, which leads them back to {back}"
        yield Finding(severity=Severity.INFO, key="console.oidc", what=what, fix="register that address there")


def _channels(settings: Settings) -> Iterator[Finding]:
    channels, public_url = settings.channels, settings.web.public_url
    tables = {name: getattr(channels, name) for name in type(channels).model_fields}
    for name, table in tables.items():
        if table is None:
            yield Finding(severity=Severity.INFO, key=f"channels.{name}", what="off: it has no table")
    if not any(table for name, table in tables.items() if name != "email"):
        yield Finding(
            severity=Severity.WARNING,
            key="channels",
            what="no channel is on, so nobody can write to us",
            fix="fill in [channels.sms], [channels.slack] or [channels.telegram]; config.example.toml shows all",
        )
    if sms := channels.sms:
        sender = "the Messaging Service > Integration" if sms.messaging_service_sid else "the number > Messaging"
        yield _paste("sms", f"{public_url}/webhooks/sms", f'Twilio > {sender}, "A message comes in", HTTP POST')
    if slack := channels.slack:
        if slack.mode == "socket":
            yield Finding(severity=Severity.INFO, key="channels.slack", what="reached by a socket; nothing to paste")
        else:
            places = "Slack > your app > Event Subscriptions, and Interactivity & Shortcuts"
            yield _paste("slack", f"{public_url}/webhooks/slack", places)
    if telegram := channels.telegram:
        what = "asks Telegram (polling); nothing to paste"
        if telegram.mode == "webhook":
            what = f"Telegram is told {public_url}/webhooks/telegram on each start; nothing to paste"
        yield Finding(severity=Severity.INFO, key="channels.telegram", what=what)
    if email := channels.email:
        yield from _email(email, public_url)


def _email(email: Email, public_url: str) -> Iterator[Finding]:
    security = {"starttls": "encrypted by STARTTLS", "tls": "encrypted", "none": "not encrypted"}[email.security]
    what = f"leaves by {email.host}, port {email.port}, {security}, from {email.from_address}"
    yield Finding(severity=Severity.INFO, key="channels.email", what=what)
    if {"starttls": 465, "tls": 587}.get(email.security) == email.port:
        other = "tls" if email.security == "starttls" else "starttls"
        yield Finding(
            severity=Severity.WARNING,
            key="channels.email.security",
            what=f"port {email.port} usually speaks {other}, not {email.security}",
            fix=f'write security = "{other}", or the other port',
        )
    if not public_url:
        yield Finding(
            severity=Severity.WARNING,
            key="web.public_url",
            what="without it no link can be sent, so that no guardian can be asked for consent",
            fix='write public_url = "https://bot.your-hub.org"',
        )


def _paste(name: str, url: str, where: str) -> Finding:
    return Finding(
        severity=Severity.INFO, key=f"channels.{name}", what=f"is called at {url}", fix=f"paste it at {where}"
    )
