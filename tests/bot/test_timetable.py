"""What is planned may change: nobody is dropped silently, everybody hears once what is new and can answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import timetable
from flows.facts import SlotKind
from flows.rules.organisations import MembershipStatus, OrganisationKind, Policy
from flows.rules.series import Series
from flows.stages import Stage
from storage import organisations, people, series
from storage.changes import Change, Changed, Reach, TimetableError
from storage.series import HORIZON, Template
from storage.tables import AddressRow, MembershipRow
from tests.bot.house import HUB, House, open_house, shown

#: Monday 7 December, half past three in the afternoon at the place.
FIRST = datetime.fromisoformat("2026-12-07T15:30")
TUTORING = Template(
    kind=SlotKind.SHIFT,
    title={"en": "Tutoring", "es": "Tareas"},
    minutes=60,
    capacity=3,
    place="Lincoln Library, 12 Oak St",
)


def phone(number: int) -> str:
    return f"+131255501{number:02}"


def plan(house: House, rule: str = "FREQ=WEEKLY;BYDAY=MO,WE", template: Template = TUTORING) -> list[str]:
    """Plan a series; return the references of its slots."""
    with house.app.database.session() as session:
        row = series.add_series(
            session,
            HUB.id,
            series=Series(rule=rule, starts_local=FIRST, zone=HUB.zone),
            template=template,
            now=house.clock.at,
        )
        return [slot.ref for slot in series.list_slots_of(session, row, since=house.clock.at)]


def rows(house: House, sql: str, **params: object) -> list[dict[str, object]]:
    with house.app.database.reading() as session:
        return [dict(row) for row in session.connection().execute(text(sql), params).mappings()]


async def ready(house: House, number: int = 1, *, stage: Stage = Stage.READY) -> str:
    """Bring in somebody who agreed to texts and may take shifts."""
    user = phone(number)
    await house.say("sms", user, "HI")
    await house.say("sms", user, "1")
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, user)
        assert person
        person.zone = HUB.zone
        people.move(session, person, stage, cause="test", now=house.clock.at)
        session.connection().execute(
            text("UPDATE conversation SET state = '' WHERE person_id = :id"), {"id": person.id}
        )
    return user


async def book(house: House, *numbers: int, choice: str = "1") -> None:
    for number in numbers:
        user = await ready(house, number)
        await house.say("sms", user, "SHIFTS")
        assert "It is yours" in (await house.say("sms", user, choice))[0].text


def change(house: House, ref: str, change: Change, reach: Reach = Reach.ONE) -> Changed:
    return timetable.edit(
        house.app.database, HUB, house.app.library.phrases, ref, change, reach=reach, now=house.clock.at
    )


def call_off(house: House, ref: str, reach: Reach = Reach.ONE) -> Changed:
    return timetable.call_off(house.app.database, HUB, house.app.library.phrases, ref, reach=reach, now=house.clock.at)


def starts(house: House) -> list[str]:
    found = rows(house, "SELECT starts_local FROM slot WHERE NOT cancelled ORDER BY starts_at")
    return [str(row["starts_local"]) for row in found]


async def test_slots_are_made_to_the_horizon_and_topped_up_a_week_at_a_time(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house, "FREQ=DAILY")
        last = (house.clock.at + HORIZON).date()
        assert starts(house)[-1] == f"{last}T15:30"

        await house.app.clock.tick()
        assert len(starts(house)) == len(refs)
        house.clock.at += timedelta(days=6)
        await house.app.clock.tick()
        assert len(starts(house)) == len(refs)
        house.clock.at += timedelta(days=1)
        await house.app.clock.tick()
        await house.app.clock.tick()

        assert len(starts(house)) == len(refs) + 7
        assert len(set(starts(house))) == len(starts(house))


async def test_series_skips_holidays_of_hub_and_site_and_keeps_the_clock(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        with house.app.database.session() as session:
            series.add_holidays(session, HUB.id, [date(2026, 12, 9)])
            series.add_holidays(session, "other", [date(2026, 12, 14)])
        plan(house, "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270320")

        assert "2026-12-09T15:30" not in starts(house)
        assert "2026-12-14T15:30" in starts(house)
        hours = {
            row["starts_local"][5:10]: datetime.fromtimestamp(int(str(row["starts_at"])) / 1e6, UTC).hour  # type: ignore[index]
            for row in rows(house, "SELECT starts_local, starts_at FROM slot")
        }
        assert (hours["03-10"], hours["03-15"]) == (21, 20)  # clocks go forward on 14 March


async def test_time_of_all_moves_and_everybody_is_told_once(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house)
        await book(house, 1, 2)

        changed = change(house, refs[1], Change(at=time(16, 15)), Reach.ALL)
        sent = await house.send()
        again = await house.send()

        assert {at[11:] for at in starts(house)} == {"16:15"}
        assert (len(changed.booked), len(sent), again) == (2, 2, [])
        assert shown(sent[0]) == (
            "Bright Hub: this has changed: Mon Dec 7, 3:30 PM, Lincoln Library. It is now Mon Dec 7, 4:15 PM, "
            "Lincoln Library, 12 Oak St. You keep your place. Can you come?\n"
            "C I will come\nN I cannot come\nR Another time"
        )
        assert rows(house, "SELECT taken FROM slot WHERE ref = :ref", ref=refs[0]) == [{"taken": 2}]
        assert "is free for someone else" in (await house.say("sms", phone(1), "N"))[0].text
        assert "Which shift" in (await house.say("sms", phone(2), "R"))[0].text


async def test_following_leaves_the_earlier_ones_and_holds_for_those_to_come(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house)
        change(house, refs[2], Change(at=time(9, 0), minutes=45), Reach.FOLLOWING)

        house.clock.at += timedelta(days=7)
        await house.app.clock.tick()

        assert starts(house)[:3] == ["2026-12-07T15:30", "2026-12-09T15:30", "2026-12-14T09:00"]
        assert starts(house)[-1].endswith("T09:00")
        assert rows(house, "SELECT DISTINCT minutes FROM slot WHERE starts_local > '2026-12-14'") == [{"minutes": 45}]


async def test_reminders_move_with_the_time_even_when_one_has_left(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house)
        await book(house, 1)
        asked = await house.jump(datetime(2026, 12, 5, 18, 0, tzinfo=UTC), step=timedelta(hours=3))
        await house.say("sms", phone(1), "C")
        assert len(asked) == 1

        change(house, refs[0], Change(starts_local=datetime.fromisoformat("2026-12-16T10:00")))
        told = await house.send()
        later = await house.jump(datetime(2026, 12, 16, 16, 0, tzinfo=UTC), step=timedelta(hours=1))

        assert len(told) == 1
        assert [message.text.partition(":")[2][:15] for message in later] == [
            " you are booked",
            " see you soon: ",
            " it starts soon",
        ]
        assert all("Wed Dec 16, 10 AM" in message.text for message in later)


async def test_smaller_capacity_drops_nobody_and_larger_fills_the_line(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        (ref, *_) = plan(house, "FREQ=WEEKLY;COUNT=1")
        await book(house, 1, 2, 3)
        waiting = await ready(house, 4)
        await house.say("sms", waiting, "SHIFTS")
        assert "wait list" in (await house.say("sms", waiting, "1"))[0].text

        assert change(house, ref, Change(capacity=1)).booked == []
        assert await house.send() == []
        assert rows(house, "SELECT taken, capacity FROM slot") == [{"taken": 3, "capacity": 1}]
        await house.app.clock.tick()
        assert rows(house, "SELECT status FROM wait") == [{"status": "waiting"}]

        change(house, ref, Change(capacity=4))
        await house.app.clock.tick()
        (offer,) = await house.send()

        assert offer.to.user == waiting
        assert "We keep it until Mon Nov 23, 2 PM" in offer.text
        assert "It is yours" in (await house.say("sms", waiting, "C"))[0].text
        assert rows(house, "SELECT taken FROM slot") == [{"taken": 4}]


async def test_seat_given_back_goes_down_the_line_until_somebody_takes_it(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        plan(house, "FREQ=WEEKLY;COUNT=1", replace(TUTORING, capacity=1))
        await book(house, 1)
        for number in (2, 3):
            user = await ready(house, number)
            await house.say("sms", user, "SHIFTS")
            await house.say("sms", user, "1")

        await house.say("sms", phone(1), "N")
        await house.app.clock.tick()
        first = await house.send()
        later = await house.jump(house.clock.at + timedelta(hours=4, minutes=1), step=timedelta(minutes=30))

        assert [message.to.user for message in (*first, *later)] == [phone(2), phone(3)]
        assert "It is yours" in (await house.say("sms", phone(3), "I'll be there"))[0].text
        late = await house.tap("sms", phone(2), "seat.gone", "C")
        assert late[0].text.endswith("that seat is no longer free.")


async def test_training_called_off_under_thirty_people_tells_all_and_shows_the_way(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        ref = house.add_training(FIRST, capacity=30)
        for number in range(31):
            user = await ready(house, number, stage=Stage.ELIGIBLE)
            await house.say("sms", user, "TRAINING")
            await house.say("sms", user, "1")
            await house.say("sms", user, "Ana Lopez")

        done = call_off(house, ref)
        told = await house.send()

        assert (len(done.booked), len(done.in_line)) == (30, 1)
        assert len({message.to.user for message in told}) == len(told) == 31
        assert {message.text for message in told} == {
            "Bright Hub: sorry, Mon Dec 7, 3:30 PM, Lincoln Library will not take place. Text TRAINING to pick another."
        }
        assert rows(house, "SELECT DISTINCT status FROM booking") == [{"status": "released"}]
        assert rows(house, "SELECT DISTINCT status FROM wait") == [{"status": "expired"}]
        assert rows(house, "SELECT taken, cancelled FROM slot") == [{"taken": 0, "cancelled": True}]
        assert rows(house, "SELECT DISTINCT stage FROM person") == [{"stage": "eligible"}]
        assert await house.jump(datetime(2026, 12, 8, tzinfo=UTC), step=timedelta(hours=6)) == []
        with pytest.raises(TimetableError, match="called off already"):
            call_off(house, ref)


async def test_series_called_off_from_a_day_makes_no_more(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house)

        call_off(house, refs[3], Reach.FOLLOWING)
        house.clock.at += timedelta(days=2)
        await house.app.clock.tick()

        assert starts(house) == ["2026-12-07T15:30", "2026-12-09T15:30", "2026-12-14T15:30"]


async def test_who_cannot_be_told_is_a_task_for_a_human(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house)
        await book(house, 1)
        await house.say("sms", phone(1), "STOP")

        changed = change(house, refs[0], Change(at=time(10, 0)))

        assert [one.can_be_told for one in changed.booked] == [False]
        assert rows(house, "SELECT reason FROM task WHERE kind = 'not_told'") == [{"reason": "slot_changed"}]
        assert await house.send() == []


async def test_who_is_open_on_another_channel_is_told_there(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house)
        await book(house, 1)
        with house.app.database.session() as session:
            person = people.find_by_user(session, HUB.id, phone(1))
            assert person
            own = session.get(AddressRow, person.address_id)
            assert own
            own.consented_at = None
            elsewhere = AddressRow(
                hub=HUB.id,
                channel="slack",
                account="slack-account",
                user="U1",
                person_id=own.person_id,
                consented_at=house.clock.at,
                created_at=house.clock.at,
            )
            session.add(elsewhere)

        changed = change(house, refs[0], Change(at=time(10, 0)))

        assert [one.can_be_told for one in changed.booked] == [True]
        assert [message.to.channel for message in await house.send()] == ["slack"]


def born(house: House, number: int, day: str) -> None:
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, phone(number))
        assert person
        person.birth_date = date.fromisoformat(day)


@pytest.mark.parametrize("become", [Change(one_to_one=True), Change(supervised=False)], ids=["alone", "unseen"])
async def test_exactly_who_is_under_18_leaves_what_is_no_longer_for_them(
    become: Change, url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, url=url) as house:
        plan(house, "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=2")
        first, second = (str(row["ref"]) for row in rows(house, "SELECT ref FROM slot ORDER BY starts_at"))
        await book(house, 1, 2, 3)
        await book(house, 1, 2, 3)
        born(house, 1, "2010-05-14")
        born(house, 2, "2008-12-08")  # comes of age between the two
        born(house, 3, "1990-01-01")
        await ready(house, 4)
        born(house, 4, "2010-01-01")
        await house.say("sms", phone(4), "SHIFTS")
        await house.say("sms", phone(4), "1")
        assert rows(house, "SELECT count(*) AS n FROM wait") == [{"n": 1}]

        changed = change(house, first, become, Reach.ALL)
        told = await house.send()

        stay = "SELECT p.birth_date AS born FROM booking b JOIN person p ON p.id = b.person_id JOIN slot s ON s.id = b.slot_id"
        held = {
            ref: sorted(
                str(row["born"])
                for row in rows(house, f"{stay} WHERE s.ref = :ref AND b.status <> 'released'", ref=ref)
            )
            for ref in (first, second)
        }
        assert held == {first: ["1990-01-01"], second: ["1990-01-01", "2008-12-08"]}
        assert (len(changed.too_young), changed.booked) == (4, [])
        assert sorted(message.to.user for message in told) == [phone(1), phone(1), phone(2), phone(4)]
        assert shown(told[0]) == (
            "Bright Hub: sorry, Mon Dec 7, 3:30 PM, Lincoln Library is now only for those who are 18 or older, "
            "so your place is free again. Text SHIFTS to pick another."
        )
        tasks = rows(house, "SELECT kind FROM task WHERE reason = 'under_18'")
        assert tasks == [{"kind": "shift_at_risk"}] * 3
        assert rows(house, "SELECT status FROM wait") == [{"status": "expired"}]
        assert [row["taken"] for row in rows(house, "SELECT taken FROM slot ORDER BY starts_at")] == [1, 2]
        pending = "SELECT count(*) AS n FROM reminder r JOIN booking b ON b.id = r.booking_id WHERE b.status = 'released' AND r.status = 'pending'"
        assert rows(house, pending) == [{"n": 0}]
        assert {row["stage"] for row in rows(house, "SELECT stage FROM person WHERE birth_date = '2010-05-14'")} == {
            "ready"
        }


async def test_site_that_moves_zone_keeps_its_wall_clock(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        house.add_shift(FIRST, role=None)  # type: ignore[arg-type]
        await book(house, 1)
        before = int(str(rows(house, "SELECT starts_at FROM slot")[0]["starts_at"]))

        move(house, "America/New_York")
        (told,) = await house.send()

        (slot,) = rows(house, "SELECT starts_local, zone, starts_at FROM slot")
        assert (slot["starts_local"], slot["zone"]) == ("2026-12-07T15:30", "America/New_York")
        assert before - int(str(slot["starts_at"])) == 3_600_000_000
        assert "It is now Mon Dec 7, 2:30 PM CST (3:30 PM local)" in told.text
        due = int(str(rows(house, "SELECT due_at FROM reminder WHERE kind = 'two_hours'")[0]["due_at"]))
        assert due == int(str(slot["starts_at"])) - 7_200_000_000


async def test_student_whose_district_does_not_allow_a_place_that_moves_zone_is_told_once(
    url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, url=url) as house:
        house.add_shift(FIRST, role=None)  # type: ignore[arg-type]
        await book(house, 1, 2)
        with house.app.database.session() as session:
            student = people.find_by_user(session, HUB.id, phone(1))
            assert student
            student.audience = "high_school"
            session.add(student)
            policy = Policy(allowed_times="sat 9:00-12:00")
            district = organisations.add(
                session, HUB.id, kind=OrganisationKind.DISTRICT, name="North", code="NORTH1", policy=policy
            )
            session.add(
                MembershipRow(
                    hub=HUB.id,
                    person_id=student.id or 0,
                    organisation_id=district.id or 0,
                    status=MembershipStatus.CONFIRMED.value,
                    changed_at=house.clock.at,
                )
            )

        changed = move(house, "America/New_York")
        move(house, "America/New_York")
        told = await house.send()

        assert (len(changed.booked), len(changed.uncovered)) == (1, 1)
        assert sorted(message.to.user for message in told) == [phone(1), phone(2)]
        assert "so your place is free again" in next(message.text for message in told if message.to.user == phone(1))
        assert rows(house, "SELECT kind FROM task WHERE reason = 'not_covered'") == [{"kind": "shift_at_risk"}]
        assert rows(house, "SELECT taken FROM slot") == [{"taken": 1}]


def move(house: House, zone: str) -> Changed:
    return timetable.move_site(house.app.database, HUB, house.app.library.phrases, 1, zone, now=house.clock.at)


async def test_an_untold_change_is_replaced_by_the_next(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house)
        await book(house, 1)
        change(house, refs[0], Change(at=time(10, 0)))
        change(house, refs[0], Change(at=time(11, 0)))

        (told,) = await house.send()

        assert "now Mon Dec 7, 11 AM" in told.text


@pytest.mark.parametrize(
    ("wanted", "reach", "said"),
    [
        (Change(starts_local=datetime.fromisoformat("2026-11-20T10:00")), Reach.ONE, "over already"),
        (Change(starts_local=FIRST), Reach.ALL, "another day"),
    ],
)
async def test_change_that_cannot_be_changes_nothing(
    wanted: Change, reach: Reach, said: str, url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house)
        before = starts(house)

        with pytest.raises(TimetableError, match=said):
            change(house, refs[0], wanted, reach)
        with pytest.raises(TimetableError, match="no shift or training"):
            change(house, "unknown", Change(capacity=1))

        assert starts(house) == before
