"""After a shift: count it for who was there, ask the others once whether they came, and send supervisors the day's hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from flows.answers import Match, read
from flows.answers.context import AnswerContext
from flows.facts import LANGUAGES, Hub
from flows.library import Library
from flows.messages import Address, Choice, Purpose
from flows.places.hours_words import AFTER_STEP, CAME, MISSED
from flows.rules.attendance import ANSWER_WITHIN, ASK_AFTER, STILL_ASKED
from flows.rules.digests import Digest
from flows.wording import say_minutes, say_slot
from storage import hours
from storage.database import Database
from storage.operations import afterwards
from storage.operations.afterwards import Over
from storage.performing import perform
from storage.statements import Operation
from storage.store import NewMessage

_BATCH: Final = 200
#: The task for claims at a place where nobody can be written to.
_UNSENT: Final = "hours_without_supervisor"
#: How far back the first look goes, after a start or a long outage.
_FIRST_LOOK: Final = timedelta(days=60)
#: When supervisors are written to, by the clock of the hub: school is over, the evening has not begun.
DIGEST_AT: Final = time(17, 0)


def look_after_shifts(
    database: Database, hub: Hub, library: Library, now: datetime, *, looked_at: datetime | None
) -> int:
    """Do what is due for shifts that are over; return how many bookings that concerned.

    Args:
        looked_at: when this was done last.
    """
    since = looked_back_to(looked_at, now)
    concerned = 0
    while True:
        with database.reading() as session:
            found = perform(session, afterwards.over(hub.id, now, since, _BATCH))
            missed = perform(session, afterwards.unanswered(hub.id, now, _BATCH))
        # each by itself: whoever decides about several people at once could be waiting for us, and we for them
        for operation in (
            *(_operation(one, hub, library, now) for one in found),
            *(afterwards.give_up(hub.id, one, now) for one in missed),
        ):
            with database.session() as session:
                perform(session, operation)
        concerned += len(found) + len(missed)
        if max(len(found), len(missed)) < _BATCH:
            return concerned


def looked_back_to(looked_at: datetime | None, now: datetime) -> datetime:
    """Return when shifts began that may not have been looked after yet."""
    return min(looked_at or now - _FIRST_LOOK, now) - ASK_AFTER - STILL_ASKED


def _operation(one: Over, hub: Hub, library: Library, now: datetime) -> Operation[None]:
    if not one.arrived and one.booking.slot.ends_at < now - STILL_ASKED:
        return afterwards.give_up_unasked(hub.id, one, now)
    language = one.language or hub.languages[0]
    slot = say_slot(one.booking.slot, zone=one.zone, language=language)
    values = {"hub": hub.name, "help_phone": hub.help_phone, "given_name": "", "slot": slot}
    message = partial(NewMessage, dedupe_key=f"after:{one.booking.ref}", person_id=one.person_id)
    if one.arrived:
        values["hours"] = say_minutes(one.booking.slot.minutes, language)
        text = library.phrases.say("after.noted", language, values)
        return afterwards.count_as_planned(hub.id, one, message(text=text, purpose=Purpose.NOTICE), now)
    labels = {id_: library.phrases.say(f"after_choice.{id_}", language) for id_ in (CAME, MISSED)}
    question = message(
        text=library.phrases.say("after.asked", language, values),
        purpose=Purpose.REMINDER,
        choices=tuple(Choice(id=id_, label=label) for id_, label in labels.items()),
        step=f"{AFTER_STEP}{one.booking.ref}",
        expires_at=now + ANSWER_WITHIN,
    )
    return afterwards.ask(hub.id, one.booking.ref, question, now)


# --- supervisors ------------------------------------------------------------------------------------------------------


def is_time_for_digests(hub: Hub, now: datetime) -> bool:
    """Tell whether the day's hours may be sent for approval."""
    return now.astimezone(ZoneInfo(hub.zone)).time() >= DIGEST_AT


def send_digests(database: Database, hub: Hub, library: Library, accounts: Mapping[str, str], now: datetime) -> int:
    """Write to each supervisor who has new claims to look at, and once more if they do not; return to how many.

    Args:
        accounts: our side of each channel that is on, by its name.
    """
    zone = ZoneInfo(hub.zone)
    with database.reading() as session:
        sites = hours.waiting(session, hub.id)
    sent = 0
    for site in sites:
        user = _contact(site.contact, now.astimezone(zone).date())
        channel = "email" if "@" in user else "sms"
        account = accounts.get(channel)
        with database.session() as session:
            if not user or not account or not hub.public_url:
                hours.tell_of_unsent(session, hub.id, _UNSENT, now)
                continue
            to = Address(channel=channel, account=account, user=user)
            text = _digest(library, hub, site)
            done = hours.send_digest(session, hub.id, site, to=to, text=text, zone=zone, now=now)
            if done is None:
                hours.tell_of_unsent(session, hub.id, _UNSENT, now)
            sent += done is Digest.WRITE
    return sent


def _contact(written: str, today: date) -> str:
    """Read a phone number or e-mail address as somebody wrote it down; empty when it is neither."""
    outcome = read("contact", written, AnswerContext(language="en", today=today)) if written else None
    return str(outcome.value) if isinstance(outcome, Match) else ""


def _digest(library: Library, hub: Hub, site: hours.Waiting) -> str:
    """Say it in the hub's first language; the page itself can be read in any."""
    values = {
        "hub": hub.name,
        "help_phone": hub.help_phone,
        "given_name": "",
        "count": str(site.claims),
        "site": site.site,
        "link": f"{hub.public_url}/l/{{token}}",
    }
    language = hub.languages[0] if hub.languages else LANGUAGES[0]
    return library.phrases.say("supervisor.digest", language, values)
