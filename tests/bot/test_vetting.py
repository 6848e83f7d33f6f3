"""From accepted to checked: who is asked for what, what a decision changes, and what is told in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot import vetting
from bot.commands import vetting_desk
from bot.commands.places import Desk
from bot.mistake import MistakeError
from flows.rules.requirements import Status
from flows.stages import Stage
from storage import people
from storage.tables import TaskRow
from tests.bot.house import HUB, MONDAY, House, open_house, shown

ANN = "+13125550142"
#: From a first word to the summary, for a tutor of 36 who works for an employer or not.
SCREENED = ("HI", "1", "1", "60614", "5/14/1956", "3", "1", "1", "2", "weekday afternoons", "1")
CHECKED = replace(HUB, requires=("background_check", "reference"))


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Return a house whose hub asks for a background check and two references."""
    async with open_house(tmp_path, url=url, hub=CHECKED) as house:
        yield house


def desk_of(house: House) -> Desk:
    return Desk(database=house.app.database, hub=CHECKED, library=house.app.library)


def rows(house: House, sql: str) -> list[dict[str, Any]]:
    with house.app.database.reading() as session:
        return [dict(row) for row in session.connection().execute(text(sql)).mappings()]


def stage(house: House) -> str:
    with house.app.database.reading() as session:
        person = people.find_by_user(session, CHECKED.id, ANN)
        assert person is not None
        return person.stage


def decide(house: House, kind: str, status: Status = Status.MET, *, nth: int = 1, since: date | None = None) -> Any:
    with house.app.database.reading() as session:
        person = people.find_by_user(session, CHECKED.id, ANN)
        assert person is not None
    return vetting.decide(
        house.app.database,
        CHECKED,
        house.app.library,
        person_ref=person.ref,
        requirement=house.app.library.requirements[kind],
        status=status,
        author="coordinator:dana",
        nth=nth,
        valid_from=since,
        now=house.clock.at,
    )


async def sign_up(house: House) -> str:
    """Go through sign-up and what is asked behind it; return what was said last."""
    said = ""
    for line in (*SCREENED, "Ann Arbor", "Rosa Diaz", "312-555-0177", "Omar Haddad", "omar@example.org"):
        for message in await house.say("sms", ANN, line):
            said = shown(message)
    return said


async def checked(house: House, *, since: date | None = None) -> None:
    """Sign up, bring everything, be trained."""
    await sign_up(house)
    decide(house, "background_check", since=since)
    decide(house, "reference")
    decide(house, "reference", nth=2)
    with house.app.database.session() as session:
        person = people.find_by_user(session, CHECKED.id, ANN)
        assert person is not None
        people.move(session, person, Stage.READY, cause="test", now=house.clock.at)
    await house.send()


async def take_a_shift(house: House, day: datetime) -> None:
    house.add_shift(day, role="mentor")
    await house.say("sms", ANN, "SHIFTS")
    await house.say("sms", ANN, "1")
    assert [row["status"] for row in rows(house, "SELECT status FROM booking")] == ["booked"]


def local(days: int, hour: int = 16) -> datetime:
    return (MONDAY + timedelta(days=days)).replace(hour=hour, tzinfo=None)


async def test_who_is_accepted_names_two_references_and_a_human_decides(house: House) -> None:
    said = await sign_up(house)

    assert said.startswith("Thank you! A coordinator does the checks")
    assert stage(house) == Stage.VETTING
    kept = rows(house, "SELECT kind, nth, status FROM requirement ORDER BY kind, nth")
    assert [tuple(row.values()) for row in kept] == [
        ("background_check", 1, "asked"),
        ("reference", 1, "asked"),
        ("reference", 2, "asked"),
    ]
    assert [row["reason"] for row in rows(house, "SELECT reason FROM task")] == ["vetting"]


async def test_who_has_brought_everything_moves_on_and_is_told(house: House) -> None:
    await sign_up(house)

    first = decide(house, "background_check")
    second = decide(house, "reference")
    assert (first.stage, first.outstanding, second.outstanding) == (Stage.VETTING, ("reference",), ("reference",))
    assert await house.send() == []
    last = decide(house, "reference", nth=2)

    assert (last.stage, last.outstanding) == (Stage.ELIGIBLE, ())
    (told,) = await house.send()
    assert "all your checks are done" in told.text
    trail = vetting_desk.show_trail(desk_of(house), ANN)
    assert [line for line in trail if "rule:requirements  stage  from=vetting to=eligible" in line]
    assert [line for line in trail if "coordinator:dana  requirement  kind=reference nth=2 status=met" in line]


async def test_what_a_decision_settles_is_asked_of_staff_no_more(house: House) -> None:
    await sign_up(house)
    with house.app.database.session() as session:  # as when a reference cannot be written to
        ann = people.find_by_user(session, CHECKED.id, ANN)
        assert ann is not None
        reason = "reference_not_asked"
        session.add(TaskRow(hub=CHECKED.id, person_id=ann.id, kind="hand_off", reason=reason, opened_at=house.clock.at))
    asked = (
        "SELECT reason FROM task WHERE closed_at IS NULL AND reason IN ('vetting', 'reference_not_asked') ORDER BY id"
    )
    assert {row["reason"] for row in rows(house, asked)} == {"vetting", "reference_not_asked"}

    decide(house, "reference", nth=1)
    decide(house, "reference", nth=2)
    assert {row["reason"] for row in rows(house, asked)} == {"vetting"}

    decide(house, "background_check")
    assert rows(house, asked) == []


async def test_training_is_not_offered_before_the_checks(house: House) -> None:
    house.add_training(local(3))
    await sign_up(house)

    (said,) = await house.say("sms", ANN, "TRAINING")

    assert "We are doing the checks" in said.text


async def test_a_refusal_gives_back_shifts_ahead_at_once_and_tells_person_and_staff(house: House) -> None:
    await checked(house)
    await take_a_shift(house, local(4))

    outcome = decide(house, "background_check", Status.REFUSED)

    assert (outcome.freed, outcome.stage) == (1, Stage.READY)
    assert [row["status"] for row in rows(house, "SELECT status FROM booking")] == ["released"]
    assert {row["status"] for row in rows(house, "SELECT status FROM reminder")} == {"released"}
    (told,) = await house.send()
    assert "we had to give your place back: Fri Nov 27, 4 PM" in told.text
    tasks = rows(house, "SELECT kind, reason FROM task WHERE kind = 'shift_at_risk'")
    assert tasks == [{"kind": "shift_at_risk", "reason": "requirement"}]


async def test_what_ends_before_the_shift_keeps_it_from_being_offered_and_the_reason_is_said(house: House) -> None:
    since = (MONDAY - timedelta(days=730 - 10)).date()  # ends in ten days
    await checked(house, since=since)
    house.add_shift(local(21), role="mentor")

    (said,) = await house.say("sms", ANN, "SHIFTS")

    assert "asks for something first: background check" in said.text
    house.add_shift(local(4), role="mentor")
    (said,) = await house.say("sms", ANN, "SHIFTS")
    assert "Fri Nov 27" in shown(said)
    assert "Mon Dec 14" not in shown(said)


async def test_a_site_that_asks_for_more_gives_back_what_it_forbids(house: House) -> None:
    await checked(house)
    await take_a_shift(house, local(4))

    said = vetting_desk.need_at_site(
        desk_of(house), "interview", "Lincoln Library", needed=True, months=None, by="dana"
    )

    assert said == "Lincoln Library asks for interview. 1 places were given back; whoever had them is told."
    assert [row["status"] for row in rows(house, "SELECT status FROM booking")] == ["released"]
    with pytest.raises(MistakeError, match="no site can do without"):
        vetting_desk.need_at_site(
            desk_of(house), "guardian_consent", "Lincoln Library", needed=False, months=None, by="dana"
        )


async def test_a_shift_that_moves_past_the_end_is_given_back_by_the_clock(house: House) -> None:
    await checked(house, since=(MONDAY - timedelta(days=730 - 10)).date())
    await take_a_shift(house, local(4))
    later = local(25)
    with house.app.database.session() as session:
        session.connection().execute(
            text("UPDATE slot SET starts_local = :local, starts_at = starts_at + :by"),
            {"local": later.isoformat(timespec="minutes"), "by": 20 * 24 * 3_600_000_000},
        )

    left = await house.jump(MONDAY + timedelta(minutes=3), step=timedelta(minutes=1))

    assert [row["status"] for row in rows(house, "SELECT status FROM booking")] == ["released"]
    assert any("we had to give your place back" in message.text for message in left)


async def test_ends_are_told_at_60_30_and_7_days_once_each_inside_the_day(house: House) -> None:
    await checked(house, since=(MONDAY - timedelta(days=730 - 62)).date())
    (until,) = rows(house, "SELECT valid_until FROM requirement WHERE kind = 'background_check'")
    ends = date.fromisoformat(str(until["valid_until"]))

    told = []
    house.clock.at = MONDAY.replace(hour=6)  # midnight in Chicago
    for _ in range(70):
        for _ in range(2):  # two processes, or one that was started again
            house.app.clock._topped_up_on = None
            await house.app.clock.tick()
        assert [message for message in await house.send() if "ends on" in message.text] == []
        house.clock.at += timedelta(hours=10)
        await house.app.clock.tick()
        told += [
            ((ends - house.clock.at.date()).days, message.text)
            for message in await house.send()
            if "ends on" in message.text
        ]
        house.clock.at += timedelta(hours=14)

    assert [days for days, _ in told] == [60, 30, 7]
    assert "your background check ends on" in told[0][1]
    tasks = rows(house, "SELECT reason FROM task WHERE kind = 'expiry' ORDER BY id")
    assert [row["reason"] for row in tasks] == [f"background_check ends in {days} days" for days in (60, 30, 7)]


async def test_the_operator_is_told_what_is_wrong(house: House) -> None:
    await sign_up(house)
    desk = desk_of(house)

    def attempt(kind: str = "reference", status: str = "met", **values: Any) -> str:
        given = {"nth": 1, "since": None, "reference": "", "by": "dana", **values}
        return vetting_desk.set_requirement(desk, ANN, kind, status, **given)

    for wrong, said in (
        ({"kind": "refrence"}, "reference"),
        ({"status": "fine"}, "met, refused, pending"),
        ({"nth": 3}, "none of them"),
        ({"since": "2040-01-01"}, "has not come"),
        ({"since": "soon"}, "2026-11-21"),
        ({"reference": "123-45-6789"}, "never an SSN"),
    ):
        with pytest.raises(MistakeError, match=said):
            attempt(**wrong)
    assert attempt() == "Noted. Stage: vetting. Still missing: background_check, reference."
    listed = vetting_desk.list_requirements(desk, ANN)
    assert any("1: met, from 20" in line and line.endswith("by coordinator:dana") for line in listed)


async def test_the_trail_is_sealed_by_the_clock_and_a_change_in_it_is_named(house: House) -> None:
    await sign_up(house)
    await house.app.clock.tick()
    desk = desk_of(house)
    holds, note = vetting_desk.verify_trail(desk, None)
    noted = note.rpartition(" ")[2]

    assert holds.startswith("The trail holds: ")
    assert vetting_desk.verify_trail(desk, noted)[0] == holds
    with house.app.database.session() as session:
        session.connection().execute(text("UPDATE audit SET author = 'coordinator:eve' WHERE seal_no = 2"))
    with pytest.raises(MistakeError, match="entry 2 "):
        vetting_desk.verify_trail(desk, None)
