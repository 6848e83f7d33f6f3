"""Ask guardians anew, once a day, where the hub has raised the edition of what they agree to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import vetting
from flows.facts import Hub
from flows.library import Library
from flows.rules.guardians import applies
from flows.wording import say_date
from storage.database import Database
from storage.operations import consents
from storage.operations.consents import OldConsent
from storage.performing import perform


def look(database: Database, hub: Hub, library: Library, accounts: Mapping[str, str], now: datetime) -> int:
    """Ask whose consent is to an older edition, and end what was not signed anew in time; return how many either concerned.

    Until then the young person serves on. What lapses frees the places after that day; who had them is told.

    Args:
        accounts: our side of each channel that is on, by its name.
    """
    today = now.astimezone(ZoneInfo(hub.zone)).date()
    concerned = 0
    with database.session() as session:
        for one in perform(session, consents.old(hub.id, hub.consent_edition)):
            if applies(one.birth_date, now.astimezone(ZoneInfo(one.zone or hub.zone)).date()):
                lapses_on = today + timedelta(days=hub.consent_grace_days)
                text = _text(one, hub, library, accounts, say_date(lapses_on, one.language))
                edition = hub.consent_edition
                asked = consents.ask_anew(hub.id, one, edition=edition, lapses_on=lapses_on, text=text, now=now)
                concerned += perform(session, asked)
    with database.session() as session:
        lapsed = perform(session, consents.lapse(hub.id, today, today - timedelta(days=1), now))
    if lapsed:
        vetting.free_lacking(database, hub, library, now)
    return concerned + lapsed


def _text(one: OldConsent, hub: Hub, library: Library, accounts: Mapping[str, str], until: str) -> str | None:
    if not (one.may_write and hub.public_url and one.channel in accounts):
        return None
    link = f"{hub.public_url}/l/{{token}}" + ("" if one.language == "en" else f"?lang={one.language}")
    values = {"hub": hub.name, "help_phone": hub.help_phone, "given_name": one.given_name, "link": link, "until": until}
    kind = "email" if one.channel == "email" else "sms"
    return library.phrases.say(f"guardian.anew_by_{kind}", one.language, values)
