"""Show one person, and take what a coordinator notes and decides about them."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

from bot import reviewing, vetting
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.house import Visit
from bot.console.people.room import room
from bot.console.people.trail import say_author, say_cause
from bot.console.words import Words
from flows.facts import SlotKind, age_on
from flows.rules.access import Permission
from flows.rules.eligibility import ADULT
from flows.rules.ledger import HoursStatus, Ledger
from flows.rules.requirements import Status
from storage import audit, browsing, consent, dossier, people
from storage.tables import AddressRow, PersonRow

#: What a coordinator may say of a requirement; the others follow by themselves.
DECIDED: Final = (Status.MET, Status.REFUSED, Status.PENDING)
_MOST_CHARS: Final = 2_000
#: Nothing that looks like a social security number is kept, wherever it was typed.
_SSN: Final = re.compile(r"\b\d{3}-?\d{2}-?\d{4}\b")


def find_person(visit: Visit, session: Any) -> PersonRow:
    """Find the person that the path names.

    Raises:
        NotThereError: there is nobody, or not for this user.
    """
    person = people.find(session, visit.hub.id, visit.path["ref"])
    if person is None or person.id is None or not browsing.is_seen(session, person.id, visit.sites):
        raise NotThereError
    return person


def is_minor(visit: Visit, person: PersonRow) -> bool:
    """Tell whether a person is under 18 today, as far as we know."""
    today = visit.now.astimezone(visit.house.zone).date()
    return person.birth_date is not None and age_on(person.birth_date, today) < ADULT


def note_seen(visit: Visit, person: PersonRow) -> None:
    """Write down who looked at a minor's record; of others nothing is noted."""
    if is_minor(visit, person):
        with visit.writing() as session:
            audit.note(
                session, visit.hub.id, person_ref=person.ref, author=visit.author, what="seen", detail={}, now=visit.now
            )


@room.get("/people/{ref}", Permission.SEE_PEOPLE)
def show_person(visit: Visit) -> Answer:
    """Show all that is known and decided about one person; who looked at a minor's record is written down."""
    today = visit.now.astimezone(visit.house.zone).date()
    with visit.reading() as session:
        person = find_person(visit, session)
        gathered = dossier.gather(session, person, today=today)
        story = people.tell_story(session, person, limit=30)
    note_seen(visit, person)
    say = Words(room.name, visit.language, visit.hub.name)
    values = {
        "one": gathered,
        "person": person,
        "minor": is_minor(visit, person),
        "story": story[-30:],
        "requirements": visit.house.library.requirements,
        "decided": DECIDED,
        "ledgers": list(Ledger),
        "approved": HoursStatus.APPROVED,
        "claimed": HoursStatus.CLAIMED,
        "training": SlotKind.TRAINING.value,
        "cause_name": partial(say_cause, say),
        "author_name": partial(say_author, say),
        "wrong": "",
    }
    return Page(template="person.html", values=values)


@room.post("/people/{ref}/notes", Permission.ANSWER)
def take_note(visit: Visit) -> Answer:
    """Keep a note."""
    text = visit.form.get("text", "").strip()[:_MOST_CHARS]
    with visit.writing() as session:
        person = find_person(visit, session)
        if not text or _SSN.search(text):
            return Led(to=_here(person), told="note_refused" if text else "note_empty")
        dossier.add_note(session, person, author=visit.user.name, text=text, now=visit.now)
    return Led(to=_here(person), told="noted")


@room.post("/people/{ref}/notes/{note}/remove", Permission.ANSWER)
def remove_note(visit: Visit) -> Answer:
    """Remove a note."""
    with visit.writing() as session:
        person = find_person(visit, session)
        if not dossier.remove_note(session, person, visit.path["note"]):
            raise NotThereError
    return Led(to=_here(person), told="note_removed")


@room.post("/people/{ref}/no-news", Permission.ANSWER)
def refuse_news(visit: Visit) -> Answer:
    """Note that a person asked for no broadcasts; they alone bring them back, by what they write."""
    with visit.writing() as session:
        person = find_person(visit, session)
        address = session.get(AddressRow, person.address_id) if person.address_id else None
        if address is None:
            raise NotThereError
        here, is_new = _here(person), address.no_broadcasts_at is None
        if is_new:
            audit.note(
                session,
                visit.hub.id,
                person_ref=person.ref,
                author=visit.author,
                what="no_news",
                detail={},
                now=visit.now,
            )
            consent.refuse_broadcasts(session, address, cause="NO NEWS", source="coordinator", now=visit.now)
    return Led(to=here, told="no_news_noted" if is_new else "no_news_before")


@room.post("/people/{ref}/requirements/{kind}", Permission.ANSWER)
def decide(visit: Visit) -> Answer:
    """Note what became of something that a person has to bring; they are told what changes for them."""
    requirement = visit.house.library.requirements.get(visit.path["kind"])
    status, nth = visit.form.get("status", ""), visit.form.get("nth", "1")
    reference = visit.form.get("reference", "").strip()
    with visit.reading() as session:
        person = find_person(visit, session)
    if requirement is None or status not in [each.value for each in DECIDED]:
        raise NotThereError
    if not nth.isdecimal() or not 1 <= int(nth) <= requirement.need.many:
        raise NotThereError
    if len(reference) > 40 or _SSN.search(reference):
        return Led(to=_here(person), told="reference_refused")
    house = visit.house
    vetting.decide(
        house.database,
        house.hub,
        house.library,
        person_ref=person.ref,
        requirement=requirement,
        status=Status(status),
        author=visit.author,
        nth=int(nth),
        reference=reference,
        now=visit.now,
    )
    return Led(to=_here(person), told="decided")


@room.post("/people/{ref}/review", Permission.ANSWER)
def review(visit: Visit) -> Answer:
    """Accept or turn down somebody whose application had to be read; they are told."""
    said = visit.form.get("decision", "")
    if said not in ("accept", "decline"):
        raise NotThereError
    with visit.reading() as session:
        person = find_person(visit, session)
    house = visit.house
    decided = reviewing.review(
        house.database,
        house.hub,
        house.library,
        person_ref=person.ref,
        accepted=said == "accept",
        author=visit.author,
        now=visit.now,
    )
    return Led(to=_here(person), told="reviewed" if decided else "reviewed_before")


def _here(person: PersonRow) -> str:
    return f"/console/people/{person.ref}"
