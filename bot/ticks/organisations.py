"""Ask aid offices, employers and managers what only they know, and tell people how far their award or paid time is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from flows.facts import Hub
from flows.library import Library
from flows.messages import Address
from flows.rules.links import LinkPurpose
from flows.rules.organisations import PaidBy
from flows.wording import say_minutes, say_offer
from storage import allowances, approvals
from storage.approvals import Asking, Held
from storage.database import Database


def look(database: Database, hub: Hub, library: Library, accounts: Mapping[str, str], now: datetime) -> int:
    """Do what is due; return how many messages that made.

    Args:
        accounts: our side of each channel that is on.
    """
    with database.reading() as session:
        asking = approvals.to_ask(session, hub.id, now)
        expired = approvals.expired(session, hub.id, now)
        nearly = allowances.nearly_used(session, hub.id)
        untrue = allowances.has_untrue(session, hub.id)
    written = 0
    for one in asking:
        to, text = _request(one, hub, library, accounts)
        with database.session() as session:
            written += approvals.ask(session, hub.id, one, to=to, zone=hub.zone, text=text, now=now)
    of_one = Counter(held.person_id for held in expired)
    told = set[int]()
    for held in expired:
        notice = (
            "" if held.person_id in told else notice_to(held, "expired", hub, library, count=of_one[held.person_id])
        )
        told.add(held.person_id)
        with database.session() as session:
            written += approvals.turn_down(
                session, hub.id, held, outcome="expired", by="rule:held_until", notice=notice, now=now
            )
    for used in nearly:
        language = used.language or hub.languages[0]
        what = "award" if used.paid_by is PaidBy.COLLEGE else "time_off"
        key = f"allowance.{what}_{'all' if used.percent >= 100 else 'part'}"
        values = {"hub": hub.name, "percent": str(used.percent), "left": say_minutes(used.left_minutes, language)}
        text = library.phrases.say(key, language, values)
        with database.session() as session:
            allowances.warn(session, hub.id, used, text=text, now=now)
        written += 1
    if untrue:
        with database.session() as session:
            allowances.true_up(session, hub.id, now)
    return written


def _request(one: Asking, hub: Hub, library: Library, accounts: Mapping[str, str]) -> tuple[Address | None, str]:
    channel = "email" if "@" in one.contact else "sms"
    account = accounts.get(channel)
    if not one.contact or not account or not hub.public_url:
        return None, ""
    kind = "aid_office" if one.purpose is LinkPurpose.AID_OFFICE else "manager"
    request = "request" if len(one.subjects) == 1 else "request_many"
    values = {
        "hub": hub.name,
        "organisation": one.organisation,
        "count": str(len(one.subjects)),
        "link": f"{hub.public_url}/l/{{token}}",
    }
    text = library.phrases.say(f"{kind}.{request}_by_{channel}", hub.languages[0], values)
    return Address(channel=channel, account=account, user=one.contact), text


def notice_to(held: Held, outcome: str, hub: Hub, library: Library, *, count: int) -> str:
    """Say to somebody what became of a place on paid time, or of several, of which it is the first.

    Args:
        outcome: ``approved``, ``declined`` or ``expired``.
    """
    key = f"manager.{outcome}" if count == 1 else f"manager.{outcome}_many"
    language = held.language or hub.languages[0]
    said = say_offer(held.slot, zone=held.zone, language=language)
    values = {"hub": hub.name, "slot": said, "organisation": held.organisation, "count": str(count)}
    return library.phrases.say(key, language, values)
