"""One's own phone and Slack account: shown to be one's own by a code, so that tests of broadcasts can be sent there."""

from __future__ import annotations

import re
from typing import Any, Final

from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.door import is_inside
from bot.console.house import Visit
from bot.console.users import account
from bot.console.words import Words
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.answers.phone import read_phone
from flows.messages import Address
from flows.rules.access import Permission
from flows.rules.countries import country_of
from flows.rules.links import CodeOutcome
from storage import own_addresses
from storage.own_addresses import CHANNELS, Own, Refusal

__all__ = ("account",)

_HERE: Final = "/console/account"
#: Source: https://docs.slack.dev/reference/objects/user-object, "id"
_SLACK_USER: Final = re.compile(r"[UW][A-Z0-9]{5,20}")


@account.get("/account", Permission.OWN)
def own(visit: Visit) -> Answer:
    """Show one's own account."""
    with visit.reading() as session:
        return _page(visit, session)


@account.post("/account/address", Permission.OWN)
def ask(visit: Visit) -> Answer:
    """Send a code to the phone or the Slack account that the form names."""
    channel, typed = visit.form.get("channel", ""), visit.form.get("user", "").strip()[:40]
    if channel not in _offered(visit):
        raise NotThereError
    user = _read(visit, channel, typed)
    with visit.writing() as session:
        if not user:
            return _page(visit, session, wrong=f"no_{channel}", typed={channel: typed}, status=422)
        to = Address(channel=channel, account=visit.house.accounts[channel], user=user)
        text = Words(account.name, visit.language, visit.hub.name)("code_text", code="{code}")
        token = own_addresses.ask(session, visit.user.user_id, to, text=text, now=visit.now)
        if isinstance(token, Refusal):
            return _page(visit, session, wrong=token.value, typed={channel: typed}, status=422)
    return Led(to=f"{_HERE}/code/{token}{_onward(visit)}")


@account.get("/account/code/{token}", Permission.OWN)
def type_code(visit: Visit) -> Answer:
    """Ask for the code."""
    with visit.reading() as session:
        return _code_page(visit, session)


@account.post("/account/code/{token}", Permission.OWN)
def prove(visit: Visit) -> Answer:
    """Judge the code; the right one shows that the phone is one's own."""
    code = "".join(visit.form.get("code", "").split())[:20]
    with visit.writing() as session:
        outcome = own_addresses.prove(session, visit.hub.id, visit.user.user_id, visit.path["token"], code, visit.now)
        match outcome:
            case None:
                raise NotThereError
            case CodeOutcome.OPENED:
                to = visit.form.get("next", "")
                return Led(to=to if is_inside(to) else _HERE, told="proved")
            case CodeOutcome.WRONG:
                return _code_page(visit, session, wrong="code_wrong")
            case _:
                return Led(to=_HERE, told=f"code_{outcome.value}")


@account.post("/account/address/remove", Permission.OWN)
def remove(visit: Visit) -> Answer:
    """Forget one's own phone or Slack account."""
    channel = visit.form.get("channel", "")
    if channel not in CHANNELS:
        raise NotThereError
    with visit.writing() as session:
        own_addresses.forget(session, visit.user.user_id, channel, visit.now)
    return Led(to=_HERE, told="forgotten")


def _offered(visit: Visit) -> list[str]:
    return [channel for channel in CHANNELS if channel in visit.house.channels]


def _read(visit: Visit, channel: str, typed: str) -> str:
    """Read a phone or a Slack member's number; empty when it is none that this hub writes to."""
    if channel == "slack":
        return typed.upper() if _SLACK_USER.fullmatch(typed.upper()) else ""
    context = AnswerContext(language=visit.language, today=visit.now.astimezone(visit.house.zone).date())
    match read_phone(typed, context):
        case Match(value=str(phone)):
            countries = visit.hub.contact.countries
            return phone if not countries or country_of(channel, phone) in countries else ""
        case _:
            return ""


def _page(
    visit: Visit, session: Any, *, wrong: str = "", typed: dict[str, str] | None = None, status: int = 200
) -> Page:
    mine = {own.channel: own.user for own in own_addresses.verified(session, visit.user.user_id)}
    values = {
        "mine": mine,
        "offered": _offered(visit),
        "wrong": wrong,
        "typed": typed or {},
        "next": visit.form.get("next", "") or visit.query.get("next", ""),
    }
    return Page(template="account.html", values=values, status=status)


def _code_page(visit: Visit, session: Any, *, wrong: str = "") -> Page:
    to: Own | None = own_addresses.asked(session, visit.hub.id, visit.user.ref, visit.path["token"], visit.now)
    if to is None:
        raise NotThereError
    values = {
        "to": to,
        "wrong": wrong,
        "token": visit.path["token"],
        "next": visit.form.get("next", "") or visit.query.get("next", ""),
    }
    return Page(template="account_code.html", values=values, status=422 if wrong else 200)


def _onward(visit: Visit) -> str:
    to = visit.form.get("next", "")
    return f"?next={to}" if is_inside(to) and to.replace("/", "").replace("-", "").replace("_", "").isalnum() else ""
