"""Say what keeps a person from a shift or training, put them down for one, and give a place back for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flows.commands import ShiftReply
from flows.facts import Hub, Slot, SlotKind, age_on
from flows.library import Library
from flows.messages import Choice, Purpose
from flows.places.shift_reply import REMINDER_STEP
from flows.rules.eligibility import ADULT
from flows.rules.placement import Candidate, Vetting, candidate_of, lacking, refusal
from flows.rules.requirements import Subject
from flows.rules.training import missing, trained
from flows.stages import MAY_SERVE, MAY_TRAIN, Stage
from flows.wording import say_offer, say_slot
from storage import approvals, audit, outbox, people, placing
from storage.store import NewMessage
from storage.tables import PersonRow, SlotRow

#: Where somebody stands from their first place of a kind on.
_STANDS: Final = {(SlotKind.TRAINING, Stage.ELIGIBLE): Stage.TRAINING, (SlotKind.SHIFT, Stage.READY): Stage.PLACED}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """What keeps a person from a slot."""

    #: One of ``flows.rules.placement.REASONS``, or ``stage``, ``has_place``, ``refused``.
    reason: str
    #: What they lack, of ``requirement``; each by its kind.
    lacks: tuple[str, ...] = ()
    #: The course that they have not done.
    course: str = ""


def candidate(session: Any, hub: Hub, library: Library, person: PersonRow, *, on: date, now: datetime) -> Candidate:
    """Gather what placement has to know about a person.

    Args:
        on: the day on which it counts whether they are under 18.
    """
    known = placing.read(session, hub.id, person, now)
    return candidate_of(
        known.answers,
        known.bookings,
        minor=person.birth_date is not None and age_on(person.birth_date, on) < ADULT,
        language=person.language or hub.languages[0],
        trained=trained(known.history.courses, library.courses),
        last_site=known.history.last_site,
        allowance=known.history.allowance,
        service_times=known.history.service_times,
        vetting=Vetting(
            subject=Subject(birth_date=person.birth_date, audience=person.audience, role=person.role),
            needs=known.needs,
            held=known.held,
            site_needs=known.history.site_needs,
        ),
    )


def why_not(session: Any, hub: Hub, library: Library, person: PersonRow, slot: SlotRow, now: datetime) -> WhyNot | None:
    """Say what keeps a person from a slot; ``None`` when nothing does.

    The rules are those by which the bot offers; only the notice is shorter, since a human has talked to them.
    """
    what = placing.read_slot_of(session, slot)
    if slot.cancelled or what.starts_at <= now:
        return WhyNot(reason="too_soon")
    if placing.place_of(session, person, slot):
        return WhyNot(reason="has_place")
    if Stage(person.stage) not in (MAY_TRAIN if what.kind is SlotKind.TRAINING else MAY_SERVE):
        return WhyNot(reason="stage")
    found = candidate(session, hub, library, person, on=what.starts_local.date(), now=now)
    reason = refusal(what, found, now=now, notice=placing.NO_NOTICE)
    if reason == "full" and placing.is_kept_for(session, person, slot):
        reason = None
    return _explain(reason, what, found) if reason else None


def _explain(reason: str, slot: Slot, found: Candidate) -> WhyNot:
    course = missing(slot.needs_courses, found.trained, on=slot.starts_local.date())
    return WhyNot(reason=reason, lacks=lacking(slot, found.vetting), course=course or "")


# --- put somebody down ------------------------------------------------------------------------------------------------


def put_down(
    session: Any, hub: Hub, library: Library, person: PersonRow, slot: SlotRow, *, author: str, now: datetime
) -> WhyNot | None:
    """Give a person a place and ask them whether they can come; ``None`` when they have it.

    Raises:
        Refused: a gate of the database keeps them from it; let it end the transaction.
    """
    keeps = why_not(session, hub, library, person, slot, now)
    if keeps is not None:
        return keeps
    booking = placing.book(session, person, slot, quiet_hours=hub.quiet_hours, now=now)
    what = placing.read_slot_of(session, slot)
    stage = _STANDS.get((what.kind, Stage(person.stage)))
    if stage is not None:
        people.move(session, person, stage, cause="put down for a place", author=author, now=now)
    _note(session, hub, person, what, author, "put down", now)
    held_for = approvals.held_for(session, hub.id, booking)
    outbox.enqueue(session, hub.id, _asked(library, hub, person, what, booking, held_for), now)
    return None


def _asked(library: Library, hub: Hub, person: PersonRow, slot: Slot, booking: str, held_for: str | None) -> NewMessage:
    language, phrases = person.language or hub.languages[0], library.phrases
    said = say_slot(slot, zone=person.zone, language=language)
    values = {"hub": hub.name, "slot": said, "organisation": held_for or ""}
    return NewMessage(
        dedupe_key=f"changed:{booking}:placed",  # let be when the place is changed or given back before it has left
        person_id=person.id or 0,
        text=phrases.say("held.placed" if held_for else f"placed.{slot.kind.value}", language, values),
        purpose=Purpose.NOTICE,
        choices=tuple(
            Choice(
                id=reply.value, key=reply.value, label=phrases.say(f"reminder_choice.{reply.name.lower()}", language)
            )
            for reply in ShiftReply
        ),
        step=f"{REMINDER_STEP}{booking}",
        expires_at=slot.starts_at,
    )


# --- give it back -----------------------------------------------------------------------------------------------------


def give_back(
    session: Any, hub: Hub, library: Library, person: PersonRow, slot: SlotRow, *, author: str, now: datetime
) -> bool:
    """Give a person's place back for them and tell them; ``False`` when they have none that could be given back."""
    what = placing.read_slot_of(session, slot)
    booking = placing.release(session, person, slot, what, now)
    if booking is None:
        return False
    _note(session, hub, person, what, author, "given back", now)
    language = person.language or hub.languages[0]
    values = {"hub": hub.name, "slot": say_offer(what, zone=person.zone, language=language)}
    message = NewMessage(
        dedupe_key=f"freed:{booking}",
        person_id=person.id or 0,
        text=library.phrases.say(f"freed.{what.kind.value}", language, values),
        purpose=Purpose.NOTICE,
        expires_at=what.starts_at,
    )
    outbox.enqueue(session, hub.id, message, now)
    return True


def _note(session: Any, hub: Hub, person: PersonRow, slot: Slot, author: str, change: str, now: datetime) -> None:
    detail = {"change": change, "slot": slot.ref}
    audit.note(session, hub.id, person_ref=person.ref, author=author, what="booking", detail=detail, now=now)
