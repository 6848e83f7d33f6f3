"""Say who has a place in what is about to change, and would not be offered it as it is going to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot import placing
from flows.facts import Hub, Slot
from flows.library import Library
from flows.rules.placement import Candidate, lacking, refusal
from storage.changes import Change
from storage.placing import NO_NOTICE
from storage.tables import PersonRow, SlotRow
from storage.touched import Touched, lock_booked, read_slot_of

#: For whom a slot is. Of ways, days and times people have heard, or hear now, and can say no.
_FOR_OTHERS: Final = ("other_role", "needs_course", "other_language", "other_subject", "other_grades")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfits:
    """Those with a place who would not be offered it any more."""

    #: They keep it.
    unfit: Sequence[Touched] = ()
    #: They lack what has to be brought, and lose it by the clock.
    lacking: Sequence[Touched] = ()


def concerns(change: Change) -> bool:
    """Tell whether a change may make anybody unfit."""
    parts = (change.role, change.subject, change.grades, change.language, change.needs_courses)
    return any(part is not None for part in (*parts, change.site, change.starts_local))


def find(
    session: Any, hub: Hub, library: Library, slots: Sequence[SlotRow], before: Mapping[str, Slot], *, now: datetime
) -> Misfits:
    """List who fitted slots as they were and does not fit them as they are.

    Args:
        slots: as they are now.
        before: as they were, by reference.
    """
    known: dict[int, Candidate] = {}
    unfit: list[Touched] = []
    lacks: list[Touched] = []
    for row in slots:
        booked, after = lock_booked(session, row), read_slot_of(session, row)
        was = before[after.ref]
        for booking, person, can_be_told in booked:
            one = Touched(
                person_id=booking.person_id,
                ref=booking.ref,
                language=person.language,
                zone=person.zone,
                can_be_told=can_be_told,
                before=was,
                after=after,
            )
            if one.person_id not in known:
                known[one.person_id] = _as_known(session, hub, library, person, after, now)
            found = known[one.person_id]
            if lacking(after, found.vetting) and not lacking(was, found.vetting):
                lacks.append(one)
            elif _is_for_others(after, found, now) and not _is_for_others(was, found, now):
                unfit.append(one)
    return Misfits(unfit=unfit, lacking=lacks)


def _as_known(session: Any, hub: Hub, library: Library, person: PersonRow, slot: Slot, now: datetime) -> Candidate:
    """Gather what is known of a person, without what is looked at elsewhere and would be named before the rest.

    Whoever is too young has left; whose hours are not paid or allowed any more, too. Their own places would count twice.
    """
    found = placing.candidate(session, hub, library, person, on=slot.starts_local.date(), now=now)
    return replace(found, minor=False, allowance=None, service_times=())


def _is_for_others(slot: Slot, found: Candidate, now: datetime) -> bool:
    return refusal(slot, replace(found, vetting=None), now=now, notice=NO_NOTICE) in _FOR_OTHERS
