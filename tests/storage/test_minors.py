"""Nobody under 18 comes into a slot one to one or without supervision, whoever puts them there and however."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.effects import Book, MoveStage, Remember
from flows.facts import SlotKind, age_on
from flows.messages import Address
from flows.stages import Stage
from storage.database import Database
from storage.operations import seats
from storage.operations.scope import Scope
from storage.people import add_person
from storage.performing import perform
from storage.schedule import add_slot
from storage.statements import Refused
from storage.store import Applied, Store
from storage.tables import to_micros
from tests.storage.cases import HUB, NOW, loaded, turn

#: Days around which people come of age, the odd one of leap years included.
_DAYS = st.dates(date(2026, 12, 2), date(2029, 6, 1)) | st.sampled_from(
    [date(2027, 2, 28), date(2027, 3, 1), date(2028, 2, 29)]
)
_AGES = st.integers(13, 90)
_SHIFTS_OF_BIRTHDAY = st.integers(-2, 2)


def born_about(day: date, years: int, days: int) -> date:
    """Return a birthday that makes somebody this old about this day."""
    try:
        birthday = day.replace(year=day.year - years)
    except ValueError:
        birthday = date(day.year - years, 3, 1)
    return date.fromordinal(birthday.toordinal() + days)


def new_slot(database: Database, day: date, *, supervised: bool, one_to_one: bool) -> str:
    with database.session() as session:
        slot = add_slot(
            session,
            HUB.id,
            kind=SlotKind.SHIFT,
            title={"en": "Reading", "es": "Lectura"},
            starts_local=datetime.combine(day, time(15, 30)),
            zone="Pacific/Honolulu",
            minutes=60,
            capacity=5,
            supervised=supervised,
            one_to_one=one_to_one,
        )
        return slot.ref


def takes_by_hand(database: Database, sender: Address, born: date | None, slot: str) -> bool:
    """Seat somebody as a coordinator's page or a command would."""
    with suppress(Refused), database.session() as session:
        facts: dict[str, Any] = {"birth_date": born.isoformat()} if born else {}
        person = add_person(session, HUB.id, sender, NOW, **facts)
        assert person
        assert person.id
        assert person.address_id
        scope = Scope(hub=HUB.id, person_id=person.id, address_id=person.address_id, now=to_micros(NOW))
        perform(session, seats.book(scope, slot, quiet_hours=HUB.quiet_hours))
        return True
    return False


async def takes_by_turn(store: Store, sender: Address, born: date | None, slot: str) -> bool:
    learned = [Remember(field="birth_date", value=born.isoformat())] if born else []
    return isinstance(await turn(store, *learned, Book(slot=slot), sender=sender), Applied)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    day=_DAYS,
    years=_AGES | st.just(18),
    off=_SHIFTS_OF_BIRTHDAY,
    supervised=st.booleans(),
    one_to_one=st.booleans(),
    number=st.integers(2_000_000, 9_999_999),
    by_hand=st.booleans(),
)
async def test_seat_is_only_taken_by_whom_it_is_fit_for(
    day: date,
    years: int,
    off: int,
    supervised: bool,
    one_to_one: bool,
    number: int,
    by_hand: bool,
    store: Store,
    database: Database,
) -> None:
    born = born_about(day, years, off)
    sender = Address(channel="sms", account="MG1", user=f"+1312{number}")
    if (await loaded(store, sender)).person_id is not None:
        return
    slot = new_slot(database, day, supervised=supervised, one_to_one=one_to_one)

    took = takes_by_hand(database, sender, born, slot) if by_hand else await takes_by_turn(store, sender, born, slot)

    assert took == ((supervised and not one_to_one) or age_on(born, day) >= 18)


@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "in a turn"])
@pytest.mark.parametrize(("supervised", "one_to_one"), [(True, True), (False, False)])
async def test_somebody_of_unknown_age_is_taken_for_a_minor(
    by_hand: bool, supervised: bool, one_to_one: bool, store: Store, database: Database
) -> None:
    slot = new_slot(database, date(2026, 12, 9), supervised=supervised, one_to_one=one_to_one)
    sender = Address(channel="sms", account="MG1", user="+13125550177")

    assert not (
        takes_by_hand(database, sender, None, slot) if by_hand else await takes_by_turn(store, sender, None, slot)
    )


async def test_who_turns_out_to_be_under_18_leaves_what_is_not_for_them(store: Store, database: Database) -> None:
    sender = Address(channel="sms", account="MG1", user="+13125550178")
    alone = new_slot(database, date(2026, 12, 9), supervised=True, one_to_one=True)
    group = new_slot(database, date(2026, 12, 16), supervised=True, one_to_one=False)
    assert await takes_by_turn(store, sender, date(2000, 1, 1), alone)
    assert await takes_by_turn(store, sender, None, group)

    await turn(store, Remember(field="birth_date", value="2010-01-01"), sender=sender)

    assert [booking.slot.ref for booking in (await loaded(store, sender)).bookings] == [group]


async def test_nobody_comes_in_whose_guardian_has_not_agreed(store: Store, database: Database) -> None:
    sender = Address(channel="sms", account="MG1", user="+13125550179")
    slot = new_slot(database, date(2026, 12, 9), supervised=True, one_to_one=False)
    waits = MoveStage(stage=Stage.WAITING_GUARDIAN, cause="test")
    await turn(store, Remember(field="birth_date", value="2010-01-01"), waits, sender=sender)

    assert not await takes_by_turn(store, sender, None, slot)
