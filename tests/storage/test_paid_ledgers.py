"""Wages and paid time off in both databases: whatever happens to places, ledger and allowance agree to the minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from flows.effects import Remember
from flows.facts import SlotKind
from flows.rules.ledger import HoursStatus, Ledger
from flows.rules.organisations import AWARD, Policy, write_policy
from flows.stages import Stage
from storage import allowances, schedule
from storage.database import Database
from storage.operations import hours, people, seats
from storage.operations.scope import Scope
from storage.people import add_person
from storage.performing import perform
from storage.statements import Refused
from storage.tables import (
    AllowanceRow,
    BookingRow,
    HoursRow,
    MembershipRow,
    OrganisationRow,
    PersonRow,
    ReservationRow,
    SlotRow,
    TaskRow,
    to_micros,
)
from tests.storage.cases import HUB, NOW, phone

PAID = {"college": Ledger.WAGES, "employer": Ledger.PAID_TIME_OFF}
_COUNT = iter(count(1))
_ALL = ["book", "done", "come", "correct", "miss", "undo", "give back", "confirm", "own time", "look"]
_STEPS = st.lists(st.tuples(st.sampled_from(_ALL), st.integers(0, 4), st.integers(1, 200)), min_size=2, max_size=8)


class Life:
    """Somebody whose time may be paid for."""

    def __init__(
        self, session: Session, payer: str, granted: int, slots: Sequence[SlotRow], *, confirmed: bool
    ) -> None:
        """Add them, and the organisation that has confirmed them or will."""
        self.session, self.slots = session, slots
        person = add_person(session, HUB.id, phone(next(_COUNT)), NOW, stage=Stage.PLACED)
        assert person
        assert person.id
        self.person = person
        self.scope = Scope(hub=HUB.id, person_id=person.id, address_id=0, now=to_micros(NOW))
        self.tell(audience="work_study" if payer == "college" else "employee", time_off="vto")
        code, policy = f"CODE{person.id}", Policy(hours_per_year=granted // 60)
        organisation = OrganisationRow(hub=HUB.id, kind=payer, name=code, code=code, policy=write_policy(policy))
        session.add(organisation)
        session.flush()
        assert organisation.id
        status = "confirmed" if confirmed else "pending"
        self.member = MembershipRow(
            hub=HUB.id, person_id=person.id, organisation_id=organisation.id, status=status, changed_at=NOW
        )
        session.add(self.member)
        session.flush()
        if payer == "college":
            assert self.member.id
            award = AllowanceRow(
                hub=HUB.id,
                membership_id=self.member.id,
                period=AWARD,
                granted_minutes=granted,
                used_minutes=0,
                warned_percent=0,
            )
            session.add(award)
        session.flush()

    def tell(self, **answers: str) -> None:
        facts = {effect.field: effect.value for effect in (Remember(field=k, value=v) for k, v in answers.items())}
        perform(self.session, people.change(self.scope, facts=facts, moves=[]))

    def do(self, what: str, slot: SlotRow, minutes: int) -> None:
        """Let something happen to a place, or to the person."""
        booking = self._booking(slot)
        ref = booking.ref if booking else ""
        match what:
            case "book" if booking is None:
                try:
                    with self.session.begin_nested():
                        perform(self.session, seats.book(self.scope, slot.ref, quiet_hours=HUB.quiet_hours))
                except Refused:
                    pass
            case "done":
                perform(self.session, hours.claim(self.scope, ref, minutes=minutes))
            case "come":
                perform(self.session, hours.attend(self.scope, ref, author="coordinator"))
            case "correct":
                perform(self.session, hours.set_minutes(self.scope, ref, minutes=minutes, author="coordinator"))
            case "miss":
                perform(self.session, hours.miss(self.scope, ref, cause="said so"))
            case "undo":
                perform(self.session, hours.undo(self.scope, ref, author="coordinator"))
            case "give back":
                perform(self.session, seats.release(self.scope, ref, cause="reply N"))
            case "confirm":
                self.member.status = "confirmed"
                self.session.add(self.member)
            case "own time":
                self.tell(time_off="own")
            case _:
                self.look()
        self.session.flush()

    def _booking(self, slot: SlotRow) -> BookingRow | None:
        query = select(BookingRow).where(
            col(BookingRow.slot_id) == slot.id,
            col(BookingRow.person_id) == self.person.id,
            col(BookingRow.status) != "released",
        )
        return self.session.exec(query).first()

    def look(self) -> None:
        """Let the clock look after allowances."""
        allowances.true_up(self.session, HUB.id, NOW)
        self.session.expire_all()

    def check(self, ledger: Ledger) -> int:
        """Compare ledger and allowance; return how many minutes are paid."""
        mine = select(ReservationRow).join(BookingRow, col(BookingRow.id) == col(ReservationRow.booking_id))
        found = self.session.exec(mine.where(col(BookingRow.person_id) == self.person.id))
        taken = {row.booking_id: row for row in found}
        used = select(AllowanceRow.used_minutes).where(col(AllowanceRow.membership_id) == self.member.id)
        assert sum(self.session.exec(used)) == sum(row.minutes for row in taken.values())
        approved = select(HoursRow).where(
            col(HoursRow.person_id) == self.person.id, col(HoursRow.status) == HoursStatus.APPROVED.value
        )
        paid = 0
        for row in self.session.exec(approved):
            assert row.booking_id
            reservation = taken.get(row.booking_id)
            assert row.ledger == (ledger if reservation else Ledger.VOLUNTEER)
            if reservation is None:
                continue
            paid += row.minutes
            if row.minutes != reservation.minutes:
                assert row.minutes > reservation.minutes
                assert self._is_told(row.booking_id)
        return paid

    def _is_told(self, booking_id: int) -> bool:
        query = select(TaskRow).where(
            col(TaskRow.booking_id) == booking_id, col(TaskRow.reason) == "served_beyond_allowance"
        )
        return self.session.exec(query).first() is not None


def new_slots(session: Session) -> list[SlotRow]:
    """Add a training and four shifts."""
    found = []
    for day, kind in enumerate([SlotKind.TRAINING, *[SlotKind.SHIFT] * 4], start=1):
        starts = (NOW + timedelta(days=day)).replace(tzinfo=None)
        slot = schedule.add_slot(
            session, HUB.id, kind=kind, title={"en": "a"}, starts_local=starts, zone="UTC", minutes=60, capacity=500
        )
        found.append(slot)
    return found


@pytest.mark.parametrize("payer", ["college", "employer"])
def test_ledger_and_allowance_agree_to_the_minute(payer: str, database: Database, url: str) -> None:
    """Only what goes beyond what is left differs, and a human is told of that."""
    with database.session() as session:
        slots = new_slots(session)
        session.flush()
        session.expunge_all()
    tried = {"lives": 0, "steps": 0, "paid minutes": 0}

    @settings(max_examples=25, deadline=None)
    @given(steps=_STEPS, granted=st.sampled_from([60, 180, 600]), early=st.sampled_from([True, True, False]))
    def try_one(steps: list[tuple[str, int, int]], granted: int, early: bool) -> None:
        with database.session() as session:
            life = Life(session, payer, granted, slots, confirmed=early)
            for slot in life.slots[:4]:
                life.do("book", slot, 0)
            for what, which, minutes in steps:
                life.do(what, life.slots[which], minutes)
            life.look()
            tried["paid minutes"] += life.check(PAID[payer])
        tried["lives"] += 1
        tried["steps"] += len(steps)

    try_one()
    assert tried["paid minutes"]
    print(f"{tried} tried on {url.partition(':')[0]}")


def test_training_is_nobodys_to_pay_and_who_came_after_all_is_paid(database: Database) -> None:
    with database.session() as session:
        life = Life(session, "employer", 60, new_slots(session), confirmed=True)
        training, shift = life.slots[:2]
        for slot in (training, shift):
            life.do("book", slot, 0)
        life.do("come", training, 0)
        life.do("miss", shift, 0)
        life.do("look", shift, 0)
        life.do("come", shift, 0)
        life.look()

        assert life.check(Ledger.PAID_TIME_OFF) == 60
        found = session.exec(select(HoursRow.ledger, HoursRow.minutes).order_by(col(HoursRow.id))).all()
        assert [tuple(row) for row in found] == [("volunteer", 60), ("paid_time_off", 60)]
        assert isinstance(life.person, PersonRow)
