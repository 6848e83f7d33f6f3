"""Users: who works with the console, what they may do, and one's own account."""

from __future__ import annotations

from typing import Any

from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.house import Visit
from bot.console.room import Room
from flows.facts import LANGUAGES
from flows.rules.access import BOUND_TO_SITES, Permission, Role
from storage import series, users
from storage.tables import UserRow
from storage.users import EmailTakenError, LastAdministratorError

room = Room("users", home="/console/users", needs=Permission.MANAGE_USERS)
account = Room("account")


@room.get("/users", Permission.MANAGE_USERS)
def show(visit: Visit) -> Answer:
    """List who may sign in."""
    with visit.reading() as session:
        listed = [(user, users.sites_of(session, user)) for user in users.list_users(session, visit.hub.id)]
        return Page(template="users.html", values={"listed": listed, **_choices(visit, session), **_blank()})


@room.post("/users", Permission.MANAGE_USERS)
def add(visit: Visit) -> Answer:
    """Add a user and show their one-time link."""
    form, role = visit.form, _role(visit)
    email, name = form.get("email", "").strip(), form.get("name", "").strip()
    wrong = "email" if "@" not in email or " " in email else "name" if not name else _sees_nothing(visit, role)
    with visit.writing() as session:
        if wrong is None:
            try:
                user = users.add(
                    session,
                    visit.hub.id,
                    email=email,
                    name=name,
                    role=role,
                    author=visit.author,
                    now=visit.now,
                    sites=_sites(visit),
                    partner_id=_partner(visit),
                    language=form.get("language", "") if form.get("language") in LANGUAGES else LANGUAGES[0],
                )
            except EmailTakenError:
                wrong = "taken"
            else:
                link = users.invite(session, user, visit.house.wall())
                return Page(template="user_link.html", values={"listed_user": user, "link": _link(visit, link)})
        listed = [(user, users.sites_of(session, user)) for user in users.list_users(session, visit.hub.id)]
        typed = {"wrong": wrong, "email": email, "name": name, "spoken": form.get("language", "")}
        values = {"listed": listed, **_choices(visit, session), **_chosen(visit, role), **typed}
    return Page(template="users.html", values=values, status=422)


@room.get("/users/{ref}", Permission.MANAGE_USERS)
def one(visit: Visit) -> Answer:
    """Show one user, to change what they may do."""
    with visit.reading() as session:
        return _page(visit, session, _find(visit, session))


@room.post("/users/{ref}", Permission.MANAGE_USERS)
def change(visit: Visit) -> Answer:
    """Give a user another role or other sites."""
    with visit.writing() as session:
        user, role = _find(visit, session), _role(visit)
        if wrong := _sees_nothing(visit, role):
            return _page(visit, session, user, wrong=wrong, **_chosen(visit, role))
        try:
            users.change(
                session,
                user,
                role=role,
                author=visit.author,
                now=visit.now,
                sites=_sites(visit),
                partner_id=_partner(visit),
            )
        except LastAdministratorError:
            return _page(visit, session, user, wrong="last")
    return Led(to="/console/users", told="changed", values={"name": user.name})


@room.post("/users/{ref}/link", Permission.MANAGE_USERS)
def link(visit: Visit) -> Answer:
    """Make a new one-time link; the old password stays until it is used."""
    with visit.writing() as session:
        user = _find(visit, session)
        token = users.invite(session, user, visit.house.wall())
    return Page(template="user_link.html", values={"listed_user": user, "link": _link(visit, token)})


@room.post("/users/{ref}/disable", Permission.MANAGE_USERS)
def disable(visit: Visit) -> Answer:
    """Let a user in no more."""
    with visit.writing() as session:
        user = _find(visit, session)
        try:
            users.disable(session, user, author=visit.author, now=visit.now)
        except LastAdministratorError:
            return _page(visit, session, user, wrong="last")
    return Led(to="/console/users", told="disabled", values={"name": user.name})


@room.post("/users/{ref}/enable", Permission.MANAGE_USERS)
def enable(visit: Visit) -> Answer:
    """Let a user in again."""
    with visit.writing() as session:
        user = _find(visit, session)
        users.enable(session, user, author=visit.author, now=visit.now)
    return Led(to="/console/users", told="enabled", values={"name": user.name})


def _find(visit: Visit, session: Any) -> UserRow:
    user = users.find(session, visit.hub.id, visit.path["ref"])
    if user is None:
        raise NotThereError
    return user


def _page(visit: Visit, session: Any, user: UserRow, *, wrong: str = "", **chosen: Any) -> Page:
    now = {"chosen": user.role, "own": users.sites_of(session, user) or (), "chosen_partner": user.partner_id}
    values = {"listed_user": user, **_choices(visit, session), **now, **chosen, "wrong": wrong}
    return Page(template="user.html", values=values, status=422 if wrong else 200)


def _choices(visit: Visit, session: Any) -> dict[str, Any]:
    return {
        "roles": list(Role),
        "bound": BOUND_TO_SITES,
        "sites": series.list_sites(session, visit.hub.id),
        "partners": series.list_partners(session, visit.hub.id),
    }


def _blank() -> dict[str, Any]:
    nothing = {"wrong": "", "email": "", "name": "", "spoken": ""}
    return {**nothing, "chosen": Role.COORDINATOR.value, "own": (), "chosen_partner": None}


def _chosen(visit: Visit, role: Role) -> dict[str, Any]:
    """Show a form that was refused as it was sent: another role than was chosen would be given unseen."""
    return {"chosen": role.value, "own": _sites(visit), "chosen_partner": _partner(visit)}


def _sees_nothing(visit: Visit, role: Role) -> str | None:
    """Say what is missing for whoever would sign in to empty pages."""
    if role is Role.SITE_LEAD and not _sites(visit):
        return "no_site"
    return "no_partner" if role is Role.PARTNER and _partner(visit) is None else None


def _role(visit: Visit) -> Role:
    role = visit.form.get("role", "")
    if role not in set(Role):
        raise NotThereError
    return Role(role)


def _sites(visit: Visit) -> list[int]:
    return [int(number) for number in visit.fields.get("site", []) if _is_number(number)]


def _partner(visit: Visit) -> int | None:
    number = visit.form.get("partner", "")
    return int(number) if _is_number(number) else None


def _is_number(typed: str) -> bool:
    return typed.isdecimal() and len(typed) < 10


def _link(visit: Visit, token: str) -> str:
    return f"{visit.hub.public_url}/console/welcome/{token}"


# --- one's own --------------------------------------------------------------------------------------------------------


@account.post("/account/language", Permission.OWN)
def speak(visit: Visit) -> Answer:
    """Show the console in another language from now on."""
    language = visit.form.get("language", "")
    if language not in LANGUAGES:
        raise NotThereError
    with visit.writing() as session:
        users.speak(session, visit.user.user_id, language)
    return Led(to="/console/account", told="saved")


@account.post("/account/sign-out", Permission.OWN)
def sign_out_everywhere(visit: Visit) -> Answer:
    """Sign all browsers out, this one as well."""
    with visit.writing() as session:
        user = users.find(session, visit.hub.id, visit.user.ref)
        if user is not None:
            users.sign_out_everywhere(session, user)
    return Led(to="/console/sign-in")
