"""Carry out what an operator types about users of the console."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import config
from bot.app import utc_now
from bot.mistake import MistakeError
from bot.opening import open_database
from flows.facts import LANGUAGES
from flows.files.shape import did_you_mean
from flows.rules.access import Role
from storage import series, users
from storage.database import Database
from storage.tables import UserRow
from storage.users import EmailTakenError, LastAdministratorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the commands work with."""

    database: Database
    hub: str
    #: Where the console is, as users reach it.
    url: str


@contextmanager
def open_users(path: Path, environ: Mapping[str, str]) -> Iterator[Desk]:
    """Open the database that the settings name, for as long as the block."""
    settings = config.load(path, environ)
    web = settings.web
    with open_database(settings) as database:
        yield Desk(database=database, hub=settings.hub.id, url=web.public_url or f"http://{web.host}:{web.port}")


def add(
    desk: Desk,
    email: str,
    *,
    name: str,
    role: Role,
    sites: Sequence[str],
    partner: str | None,
    language: str,
) -> str:
    """Add a user; return a sentence with their one-time link.

    Raises:
        MistakeError: the address is none or is taken, a site, partner or language is not known, or they would see nothing.
    """
    if "@" not in email or " " in email.strip():
        raise MistakeError(f"{email} is no e-mail address. Write one like ana@example.org.")
    if language not in LANGUAGES:
        raise MistakeError(f"--lang {language}: there is no such language. Write {' or '.join(LANGUAGES)}.")
    now = utc_now()
    with desk.database.session() as session:
        numbers, partner_id = _sites(session, desk.hub, sites), _partner(session, desk.hub, partner)
        _see_something(role, numbers, partner_id)
        try:
            user = users.add(
                session,
                desk.hub,
                email=email,
                name=name,
                role=role,
                author=f"operator:{_operator()}",
                now=now,
                sites=numbers,
                partner_id=partner_id,
                language=language,
            )
        except EmailTakenError:
            raise MistakeError(f"There is a user {email} already. Use users role or users link instead.") from None
        token = users.invite(session, user, now)
    return f"Send them this link. It works once, for three days: {desk.url}/console/welcome/{token}"


def list_users(desk: Desk) -> list[str]:
    """Show who may sign in, a line each."""
    with desk.database.reading() as session:
        listed = [(user, users.sites_of(session, user)) for user in users.list_users(session, desk.hub)]
    if not listed:
        return ["Nobody may sign in yet. Add somebody with: peoplepower users add EMAIL --name NAME"]
    return [
        f"{user.email}  {user.name}  {user.role}"
        + (f"  {len(sites)} site(s)" if sites is not None else "")
        + ("  disabled" if user.disabled_at else "" if user.password_hash or user.oidc_subject else "  not in yet")
        for user, sites in listed
    ]


def link(desk: Desk, email: str) -> str:
    """Make a new one-time link.

    Raises:
        MistakeError: there is no such user.
    """
    with desk.database.session() as session:
        token = users.invite(session, _find(session, desk, email), utc_now())
    return f"It works once, for three days: {desk.url}/console/welcome/{token}"


def change(desk: Desk, email: str, *, role: Role, sites: Sequence[str], partner: str | None) -> str:
    """Give a user another role.

    Raises:
        MistakeError: there is no such user, site or partner, they would see nothing, or nobody would manage users.
    """
    with desk.database.session() as session:
        user = _find(session, desk, email)
        numbers, partner_id = _sites(session, desk.hub, sites), _partner(session, desk.hub, partner)
        _see_something(role, numbers, partner_id)
        try:
            users.change(
                session,
                user,
                role=role,
                author=f"operator:{_operator()}",
                now=utc_now(),
                sites=numbers,
                partner_id=partner_id,
            )
        except LastAdministratorError:
            raise _last() from None
    return f"{email} is {role.value} from now on, and signs in again."


def disable(desk: Desk, email: str) -> str:
    """Let a user in no more.

    Raises:
        MistakeError: there is no such user, or nobody would be left to manage users.
    """
    with desk.database.session() as session:
        try:
            users.disable(session, _find(session, desk, email), author=f"operator:{_operator()}", now=utc_now())
        except LastAdministratorError:
            raise _last() from None
    return f"{email} is let in no more."


def enable(desk: Desk, email: str) -> str:
    """Let a user in again.

    Raises:
        MistakeError: there is no such user.
    """
    with desk.database.session() as session:
        users.enable(session, _find(session, desk, email), author=f"operator:{_operator()}", now=utc_now())
    return f"{email} is let in again."


def _find(session: Any, desk: Desk, email: str) -> UserRow:
    user = users.find_by_email(session, desk.hub, email)
    if user is None:
        raise MistakeError(f"There is no user {email}. See who there is with: peoplepower users list")
    return user


def _see_something(role: Role, sites: Sequence[int], partner_id: int | None) -> None:
    if role is Role.SITE_LEAD and not sites:
        raise MistakeError('A site lead without a site sees nothing. Name each: --site "Lincoln School".')
    if role is Role.PARTNER and partner_id is None:
        raise MistakeError('A partner without an organization sees nothing. Name it: --partner "Lakeside Reads".')


def _sites(session: Any, hub: str, names: Sequence[str]) -> list[int]:
    known = {site.name: site.id for site in series.list_sites(session, hub)}
    for name in names:
        if name not in known:
            raise MistakeError(f"--site {name}: there is no such site; {did_you_mean(name, list(known))}")
    return [number for name in names if (number := known[name]) is not None]


def _partner(session: Any, hub: str, name: str | None) -> int | None:
    if name is None:
        return None
    known = {partner.name: partner.id for partner in series.list_partners(session, hub)}
    if name not in known:
        raise MistakeError(f"--partner {name}: there is no such partner; {did_you_mean(name, list(known))}")
    return known[name]


def _last() -> MistakeError:
    return MistakeError("Nobody would be left to manage users. Make somebody else an administrator first.")


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in a container
        return "operator"
