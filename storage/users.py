"""Keep who works with the console: users, the sites they see, their sessions and one-time links."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, func, select

from flows.rules.access import BOUND_TO_SITES, Role
from flows.rules.signing_in import IDLE, INVITATION, LIFETIME, holds, tries_again_at
from storage import audit
from storage.operations.links import hashed
from storage.tables import InvitationRow, Partner, Site, UserRow, UserSessionRow, UserSiteRow

#: 256 bits: whoever holds it is let in.
_TOKEN_BYTES: Final = 32
#: What a browser calls itself is kept up to here.
_BROWSER_CHARS: Final = 120
#: Noting every page would make every page a write.
_NOTED_EVERY: Final = IDLE / 120


class EmailTakenError(Exception):
    """There is a user with this e-mail address."""


class LastAdministratorError(Exception):
    """Nobody would be left who may manage users."""


# --- users ------------------------------------------------------------------------------------------------------------


def find(session: Session, hub: str, ref: str) -> UserRow | None:
    """Find a user by their reference."""
    return session.exec(select(UserRow).where(col(UserRow.hub) == hub, col(UserRow.ref) == ref)).one_or_none()


def find_by_email(session: Session, hub: str, email: str) -> UserRow | None:
    """Find a user by what they sign in with, however it is written."""
    wanted = email.strip().casefold()
    return session.exec(select(UserRow).where(col(UserRow.hub) == hub, col(UserRow.email) == wanted)).one_or_none()


def find_by_identity(session: Session, hub: str, *, subject: str, email: str, now: datetime) -> int | None:
    """Find whom the hub's identity provider means, by its name for them or at first by their e-mail address.

    Args:
        subject: the provider's name for them, which is kept from the first time on.
        email: verified by the provider, or empty.
    """
    named = select(UserRow).where(col(UserRow.hub) == hub, col(UserRow.oidc_subject) == subject)
    if (known := session.exec(named).first()) is not None:
        return known.id
    user = find_by_email(session, hub, email) if email else None
    if user is None or user.oidc_subject is not None or user.disabled_at is not None:
        return None
    user.oidc_subject = subject
    session.add(user)
    _note(session, user, f"coordinator:{user.name}", {"identity": True}, now)
    return user.id


def list_users(session: Session, hub: str) -> Sequence[UserRow]:
    """List everybody who may sign in or might once, by name."""
    return session.exec(select(UserRow).where(col(UserRow.hub) == hub).order_by(func.lower(UserRow.name))).all()


def add(
    session: Session,
    hub: str,
    *,
    email: str,
    name: str,
    role: Role,
    author: str,
    now: datetime,
    sites: Collection[int] = (),
    partner_id: int | None = None,
    language: str = "en",
) -> UserRow:
    """Add a user, who cannot sign in before they have chosen a password by ``invite``.

    Args:
        sites: numbers of the sites a site lead looks after.

    Raises:
        EmailTakenError: somebody has this e-mail address already.
    """
    if find_by_email(session, hub, email) is not None:
        raise EmailTakenError
    user = UserRow(
        hub=hub,
        email=email.strip().casefold(),
        name=name.strip(),
        role=role.value,
        partner_id=_own_partner(session, hub, partner_id),
        language=language,
        created_at=now,
    )
    session.add(user)
    session.flush()
    _see(session, user, sites)
    _note(session, user, author, {"added": True, "role": role.value}, now)
    return user


def change(
    session: Session,
    user: UserRow,
    *,
    role: Role,
    author: str,
    now: datetime,
    sites: Collection[int] = (),
    partner_id: int | None = None,
) -> None:
    """Give a user another role or other sites; they are signed out, so that nothing of the old one stays open.

    Raises:
        LastAdministratorError: nobody would be left who may manage users.
    """
    if role is not Role.ADMINISTRATOR:
        _keep_an_administrator(session, user)
    user.role, user.partner_id = role.value, _own_partner(session, user.hub, partner_id)
    session.add(user)
    _see(session, user, sites)
    sign_out_everywhere(session, user)
    _note(session, user, author, {"role": role.value}, now)


def speak(session: Session, user_id: int, language: str) -> None:
    """Show the console to a user in a language from now on."""
    user = session.get(UserRow, user_id)
    if user is not None:
        user.language = language
        session.add(user)


def disable(session: Session, user: UserRow, *, author: str, now: datetime) -> None:
    """Let a user in no more, from this moment on.

    Raises:
        LastAdministratorError: nobody would be left who may manage users.
    """
    _keep_an_administrator(session, user)
    user.disabled_at = user.disabled_at or now
    session.add(user)
    sign_out_everywhere(session, user)
    session.exec(delete(InvitationRow).where(col(InvitationRow.user_id) == user.id))
    _note(session, user, author, {"disabled": True}, now)


def enable(session: Session, user: UserRow, *, author: str, now: datetime) -> None:
    """Let a user in again, with the password they had."""
    user.disabled_at = None
    session.add(user)
    _note(session, user, author, {"disabled": False}, now)


def sites_of(session: Session, user: UserRow) -> frozenset[int] | None:
    """Return the numbers of the sites a user sees; ``None``: all of the hub."""
    role = Role(user.role)
    if role not in BOUND_TO_SITES:
        return None
    if role is Role.PARTNER:
        query = select(Site.id).where(col(Site.hub) == user.hub, col(Site.partner_id) == user.partner_id)
        return frozenset(number for number in session.exec(query) if number is not None and user.partner_id is not None)
    return frozenset(session.exec(select(UserSiteRow.site_id).where(col(UserSiteRow.user_id) == user.id)))


def _see(session: Session, user: UserRow, sites: Collection[int]) -> None:
    session.exec(delete(UserSiteRow).where(col(UserSiteRow.user_id) == user.id))
    assert user.id is not None, "it was flushed"
    known = session.exec(select(Site.id).where(col(Site.hub) == user.hub, col(Site.id).in_(sites))).all()
    session.add_all(UserSiteRow(user_id=user.id, site_id=site) for site in known if site is not None)


def _own_partner(session: Session, hub: str, partner_id: int | None) -> int | None:
    """Leave out a partner of another hub."""
    return session.exec(select(Partner.id).where(col(Partner.hub) == hub, col(Partner.id) == partner_id)).one_or_none()


def _keep_an_administrator(session: Session, user: UserRow) -> None:
    others = session.exec(
        select(func.count()).where(
            col(UserRow.hub) == user.hub,
            col(UserRow.role) == Role.ADMINISTRATOR.value,
            col(UserRow.disabled_at).is_(None),
            col(UserRow.id) != user.id,
        )
    ).one()
    if user.role == Role.ADMINISTRATOR.value and user.disabled_at is None and not others:
        raise LastAdministratorError


def _note(session: Session, user: UserRow, author: str, detail: dict[str, str | bool], now: datetime) -> None:
    audit.note(
        session, user.hub, person_ref=None, author=author, what="user", detail={"user": user.ref, **detail}, now=now
    )


# --- passwords and one-time links -------------------------------------------------------------------------------------


def invite(session: Session, user: UserRow, now: datetime) -> str:
    """Make a one-time link's token by which a user chooses a password; earlier ones lead nowhere any more."""
    session.exec(delete(InvitationRow).where(col(InvitationRow.user_id) == user.id))
    assert user.id is not None, "it is stored"
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(
        InvitationRow(
            hub=user.hub, user_id=user.id, token_hash=hashed(token), expires_at=now + INVITATION, created_at=now
        )
    )
    return token


def invited(session: Session, hub: str, token: str, now: datetime) -> UserRow | None:
    """Find whom a one-time link is for; ``None`` once it was used or is too old."""
    row = _invitation(session, hub, token, now)
    return session.get(UserRow, row.user_id) if row else None


def choose_password(session: Session, hub: str, token: str, password_hash: str, now: datetime) -> UserRow | None:
    """Use a one-time link up: set the password and sign every browser out; ``None`` when the link leads nowhere."""
    row = _invitation(session, hub, token, now)
    user = session.get(UserRow, row.user_id) if row else None
    if row is None or user is None:
        return None
    row.used_at = now
    user.password_hash, user.misses, user.missed_at = password_hash, 0, None
    session.add_all([row, user])
    sign_out_everywhere(session, user)
    _note(session, user, f"coordinator:{user.name}", {"password": True}, now)
    return user


def _invitation(session: Session, hub: str, token: str, now: datetime) -> InvitationRow | None:
    row = session.exec(
        select(InvitationRow)
        .where(col(InvitationRow.hub) == hub, col(InvitationRow.token_hash) == hashed(token))
        .with_for_update()
    ).one_or_none()
    return row if row and row.used_at is None and now < row.expires_at else None


def begin_try(session: Session, user_id: int, now: datetime) -> bool:
    """Count a password as wrong before it is judged, so that many at once are no way around the wait; being let in takes it back.

    Returns:
        ``False`` when it is too early to listen to one.
    """
    user = session.get(UserRow, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        return False
    until = tries_again_at(user.misses, user.missed_at)
    if until is not None and now < until:
        return False
    user.misses, user.missed_at = user.misses + 1, now
    session.add(user)
    return True


# --- sessions ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who a browser is signed in as."""

    user_id: int
    ref: str
    name: str
    email: str
    role: Role
    language: str
    #: Numbers of the sites they see; ``None``: all.
    sites: frozenset[int] | None
    session_id: int
    #: Whether it is time to note that the browser was here.
    is_due: bool = False


def sign_in(session: Session, user_id: int, *, browser: str, now: datetime) -> str | None:
    """Begin a session; return what the browser holds, or ``None`` when the user was disabled meanwhile."""
    user = session.get(UserRow, user_id, with_for_update=True)
    if user is None or user.disabled_at is not None:
        return None
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    user.misses, user.missed_at, user.signed_in_at = 0, None, now
    session.add(user)
    session.exec(
        delete(UserSessionRow).where(col(UserSessionRow.hub) == user.hub, col(UserSessionRow.expires_at) < now)
    )
    session.add(
        UserSessionRow(
            hub=user.hub,
            user_id=user_id,
            token_hash=hashed(token),
            browser=browser[:_BROWSER_CHARS],
            created_at=now,
            seen_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return token


def signed_in(session: Session, hub: str, token: str, now: datetime) -> SignedIn | None:
    """Find who a browser is signed in as; ``None`` when its session is over or was ended."""
    found = session.exec(
        select(UserSessionRow, UserRow)
        .join(UserRow, col(UserRow.id) == col(UserSessionRow.user_id))
        .where(col(UserSessionRow.hub) == hub, col(UserSessionRow.token_hash) == hashed(token))
    ).one_or_none()
    if found is None:
        return None
    row, user = found
    if user.disabled_at is not None or not holds(seen_at=row.seen_at, expires_at=row.expires_at, now=now):
        return None
    assert user.id is not None, "it is stored"
    assert row.id is not None, "it is stored"
    return SignedIn(
        user_id=user.id,
        ref=user.ref,
        name=user.name,
        email=user.email,
        role=Role(user.role),
        language=user.language,
        sites=sites_of(session, user),
        session_id=row.id,
        is_due=now - row.seen_at >= _NOTED_EVERY,
    )


def note_seen(session: Session, session_id: int, now: datetime) -> None:
    """Note that a browser was here, so that its session does not end for idleness."""
    row = session.get(UserSessionRow, session_id)
    if row is not None:
        row.seen_at = now
        session.add(row)


def sign_out(session: Session, hub: str, token: str) -> None:
    """End one browser's session."""
    session.exec(
        delete(UserSessionRow).where(col(UserSessionRow.hub) == hub, col(UserSessionRow.token_hash) == hashed(token))
    )


def sign_out_everywhere(session: Session, user: UserRow) -> None:
    """End all sessions of a user."""
    session.exec(delete(UserSessionRow).where(col(UserSessionRow.user_id) == user.id))
