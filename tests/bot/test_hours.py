"""From HERE at the door to approved hours: texts, the question afterwards, the supervisor's page; on both databases."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.messages import Address
from flows.rules.links import LinkPurpose
from flows.stages import Stage
from storage.people import add_person, find_by_user
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import browser, change, enter, link_to, rows

ANA, BEN = "+13125550123", "+13125550124"
SUPERVISOR = "+13125550199"
#: Tuesday, 16:00 in Chicago; the house opens on Monday.
SHIFT = datetime(2026, 11, 24, 16, 0)  # noqa: DTZ001 - a wall clock
START = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        yield opened


def volunteer(house: House, phone: str = ANA, *, given_name: str = "Ana", language: str = "en") -> None:
    """Add a trained adult who may be written to."""
    with house.app.database.session() as session:
        address = Address(channel="sms", account=house.channels["sms"].account, user=phone)
        person = add_person(session, HUB.id, address, house.clock.at, stage=Stage.READY)
        assert person
        person.given_name, person.family_name, person.language = given_name, "Lopez", language
        person.zone, person.role, person.audience = "America/Chicago", "tutor", "employee"
        person.birth_date = datetime(1986, 5, 14, tzinfo=UTC).date()
        answers = {"given_name": given_name, "language": language, "zip": "60614", "role": "tutor"}
        person.answers = json.dumps(answers)
    change(house, "UPDATE address SET consented_at = 1")


async def shift(house: House, *phones: str, starts: datetime = SHIFT) -> str:
    """Plan a shift at a place with a supervisor, and book people on it."""
    ref = house.add_shift(starts, capacity=9)
    change(house, "UPDATE site SET supervisor = 'Sam', supervisor_contact = '(312) 555-0199'")
    for phone in phones:
        change(
            house,
            "INSERT INTO booking (hub, ref, person_id, slot_id, status, asked, created_at, changed_at)"  # noqa: S608
            f" SELECT s.hub, 'b-' || s.ref || '{phone[-1]}', a.person_id, s.id, 'booked', FALSE, 1, 1"
            f" FROM slot AS s, address AS a WHERE s.ref = '{ref}' AND a.\"user\" = '{phone}'",
        )
        change(house, f"UPDATE slot SET taken = taken + 1 WHERE ref = '{ref}'")  # noqa: S608
    return ref


def ledger(house: House) -> list[tuple[object, ...]]:
    """Return what counts, and how far it has come."""
    found = rows(house, "SELECT ledger, minutes, status FROM hours WHERE status <> 'void' ORDER BY starts_at, id")
    return [tuple(row.values()) for row in found]


def booking(house: House) -> dict[str, object]:
    return rows(house, "SELECT status, cause, arrived_at, late_at FROM booking ORDER BY id")[0]


# --- by text ----------------------------------------------------------------------------------------------------------


async def test_here_and_done_make_a_claim_and_an_active_volunteer(house: House) -> None:
    volunteer(house)
    await shift(house, ANA)
    house.clock.at = START - timedelta(minutes=20)
    (hello,) = await house.say("sms", ANA, "I'm here")
    house.clock.at = START + timedelta(minutes=60)
    (noted,) = await house.say("sms", ANA, "done")

    assert "you are here" in hello.text
    assert "We noted 1 hour" in noted.text
    assert booking(house)["arrived_at"]
    assert booking(house)["status"] == "attended"
    assert ledger(house) == [("volunteer", 60, "claimed")]
    with house.app.database.reading() as session:
        person = find_by_user(session, HUB.id, ANA)
        assert person
        assert person.stage == Stage.ACTIVE
    assert "hours" in {row["what"] for row in rows(house, "SELECT what FROM audit")}


async def test_other_hours_take_the_place_of_the_first(house: House) -> None:
    volunteer(house, language="es")
    await shift(house, ANA)
    house.clock.at = START + timedelta(minutes=60)
    await house.say("sms", ANA, "listo")
    (noted,) = await house.say("sms", ANA, "LISTO 90 min")

    assert "1 hora, 30 minutos" in noted.text
    assert ledger(house) == [("volunteer", 90, "claimed")]
    assert rows(house, "SELECT count(*) AS n FROM hours")[0]["n"] == 2


async def test_who_was_at_the_door_and_said_no_more_is_counted_as_planned(house: House) -> None:
    volunteer(house)
    await shift(house, ANA)
    house.clock.at = START
    await house.say("sms", ANA, "here")

    left = await house.jump(START + timedelta(hours=2, minutes=15))

    assert [message.text for message in left if "We noted 1 hour" in message.text]
    assert ledger(house) == [("volunteer", 60, "claimed")]


async def test_silent_person_is_asked_once_and_a_yes_counts(house: House) -> None:
    volunteer(house)
    await shift(house, ANA)
    asked = [m for m in await house.jump(START + timedelta(hours=5)) if "were you able to come" in m.text]
    (noted,) = await house.say("sms", ANA, "1")

    assert len(asked) == 1
    assert [choice.label for choice in asked[0].choices] == ["Yes, I came", "I could not come"]
    assert "We noted 1 hour" in noted.text
    assert ledger(house) == [("volunteer", 60, "claimed")]


async def test_question_afterwards_keeps_the_quiet_hours(house: House) -> None:
    volunteer(house)
    await shift(house, ANA, starts=SHIFT.replace(hour=19, minute=30))

    evening = await house.jump(START + timedelta(hours=9))
    morning = await house.jump(START + timedelta(hours=18))

    assert not [m for m in evening if "were you able to come" in m.text]
    assert len([m for m in morning if "were you able to come" in m.text]) == 1


async def test_who_could_not_come_is_noted_with_the_cause(house: House) -> None:
    volunteer(house)
    await shift(house, ANA)
    await house.jump(START + timedelta(hours=3))
    (thanks,) = await house.say("sms", ANA, "no")

    assert "next time" in thanks.text
    assert (booking(house)["status"], booking(house)["cause"]) == ("no_show", "said so")
    assert ledger(house) == []


async def test_no_answer_within_three_days_is_a_no_show_and_the_third_tells_a_human(house: House) -> None:
    volunteer(house)
    for day in (24, 25, 30):
        await shift(house, ANA, starts=SHIFT.replace(day=day))
    await house.jump(START + timedelta(days=12), step=timedelta(hours=1))

    missed = rows(house, "SELECT status, cause FROM booking")
    assert [tuple(row.values()) for row in missed] == [("no_show", "no answer")] * 3
    assert [row["reason"] for row in rows(house, "SELECT reason FROM task")].count("three_no_shows") == 1


async def test_who_cannot_be_reached_is_not_blamed(house: House) -> None:
    volunteer(house)
    await shift(house, ANA)
    change(house, "UPDATE address SET reachable = FALSE")
    await house.jump(START + timedelta(days=5), step=timedelta(hours=2))

    assert (booking(house)["status"], booking(house)["cause"]) == ("no_show", "not_reached")


async def test_running_late_is_noted_on_the_booking_and_staff_are_told(house: House) -> None:
    volunteer(house)
    await shift(house, ANA)
    house.clock.at = START - timedelta(minutes=30)
    (thanks,) = await house.say("sms", ANA, "running late, 15 minutes")

    assert "Thanks for telling us" in thanks.text
    assert booking(house)["late_at"]
    assert "late" in {row["reason"] for row in rows(house, "SELECT reason FROM task")}


# --- the supervisor ---------------------------------------------------------------------------------------------------


async def claimed(house: House) -> str:
    """Let two people claim hours; return the link that the supervisor gets."""
    volunteer(house)
    volunteer(house, BEN, given_name="Ben")
    await shift(house, ANA, BEN)
    house.clock.at = START + timedelta(minutes=60)
    await house.say("sms", ANA, "done")
    await house.say("sms", BEN, "done 3 hours")
    await house.jump(START + timedelta(hours=1, minutes=15))
    return link_to(house, SUPERVISOR)


def refs(page: str) -> list[str]:
    return re.findall(r'name="ref" value="([\w-]+)"', page)


def last(page: str) -> str:
    found = re.search(r'name="last" value="(\d+)"', page)
    return found[1] if found else ""


async def test_supervisor_approves_all_in_one_tap(house: House) -> None:
    link = await claimed(house)
    async with browser(house) as visitor:
        page = await enter(house, visitor, link, contact=SUPERVISOR)
        done = await visitor.post(f"{link}/page", decision="approve", last=last(page.text))
        again = await visitor.post(f"{link}/page", decision="approve", last=last(page.text))

    assert [part for part in ("Ana L.", "Ben L.", "3 hours", "planned: 1 hour") if part not in page.text] == []
    assert "Nothing waits for you" in done.text
    assert again.status_code == 200
    assert ledger(house) == [("volunteer", 60, "approved"), ("volunteer", 180, "approved")]
    approvals = rows(house, "SELECT author FROM audit WHERE what = 'hours' AND author LIKE 'link:%'")
    assert [row["author"] for row in approvals] == [f"link:{LinkPurpose.HOURS.value}"] * 2


async def test_supervisor_corrects_one_and_disputes_one(house: House) -> None:
    link = await claimed(house)
    async with browser(house) as visitor:
        page = await enter(house, visitor, link, contact=SUPERVISOR)
        ana, ben = refs(page.text)
        wrong = await visitor.post(f"{link}/page", decision="correct", ref=ben, hours="long")
        await visitor.post(f"{link}/page", decision="correct", ref=ben, hours="90 minutes")
        await visitor.post(f"{link}/page", decision="dispute", ref=ana)
        await visitor.post(f"{link}/page", decision="dispute", ref=ana)
    told = await house.send()

    assert wrong.status_code == 422
    assert sorted(ledger(house)) == [("volunteer", 60, "disputed"), ("volunteer", 90, "approved")]
    assert sorted(message.to.user for message in told) == [ANA, BEN]
    assert [row["reason"] for row in rows(house, "SELECT reason FROM task")].count("hours_disputed") == 1


async def test_claim_that_came_while_the_page_lay_open_is_not_approved_unseen(house: House) -> None:
    link = await claimed(house)
    async with browser(house) as visitor:
        page = await enter(house, visitor, link, contact=SUPERVISOR)
        await house.say("sms", ANA, "done 5 hours")
        await visitor.post(f"{link}/page", decision="approve", last=last(page.text))

    assert sorted(ledger(house)) == [("volunteer", 180, "approved"), ("volunteer", 300, "claimed")]


async def test_forwarded_link_shows_nothing_and_changes_nothing(house: House) -> None:
    link = await claimed(house)
    async with browser(house) as visitor, browser(house) as stranger:
        await enter(house, visitor, link, contact=SUPERVISOR)
        seen = await stranger.get(link)
        blind = await stranger.post(f"{link}/page", decision="approve", last="999")

    assert "Ana" not in seen.text + blind.text
    assert {row[2] for row in ledger(house)} == {"claimed"}


async def digests(house: House, *, days: float) -> list[int]:
    """Let days pass; return on which of them, counted from the shift, the supervisor was written to."""
    on, begin = [], house.clock.at
    for hour in range(int(days * 24)):
        left = await house.jump(begin + timedelta(hours=hour + 1))
        on += [(house.clock.at - START).days for message in left if message.to.user == SUPERVISOR]
    return on


def unanswered(house: House) -> list[object]:
    return [row["reason"] for row in rows(house, "SELECT reason FROM task WHERE reason LIKE 'hours_unanswered%'")]


async def test_supervisor_is_reminded_once_of_the_same_claims_and_then_staff_are_told(house: House) -> None:
    await claimed(house)
    days = await digests(house, days=5)
    before = unanswered(house)
    days += await digests(house, days=2)
    told = unanswered(house)
    change(house, "UPDATE task SET closed_at = opened_at")
    days += await digests(house, days=3)

    assert days == [3]
    assert before == []
    assert told == unanswered(house) == ["hours_unanswered: Lincoln Library"]


async def test_claims_left_of_those_told_of_are_not_told_of_anew(house: House) -> None:
    await claimed(house)
    change(house, "UPDATE hours SET status = 'approved' WHERE id = (SELECT max(id) FROM hours)")

    assert await digests(house, days=2) == []


async def test_new_claim_is_told_of_the_same_day_and_no_digest_leaves_without_claims(house: House) -> None:
    await claimed(house)
    later = START + timedelta(days=1)
    await shift(house, ANA, starts=SHIFT + timedelta(days=1))
    change(house, "UPDATE slot SET site_id = (SELECT min(id) FROM site)")
    house.clock.at = later + timedelta(minutes=60)
    await house.say("sms", ANA, "done")
    days = await digests(house, days=2)
    change(house, "UPDATE hours SET status = 'approved'")

    assert days == [1]
    assert await digests(house, days=4) == []


async def test_claims_at_a_place_without_a_supervisor_are_shown_to_a_human(house: House) -> None:
    volunteer(house)
    await shift(house, ANA)
    change(house, "UPDATE site SET supervisor_contact = ''")
    house.clock.at = START + timedelta(minutes=60)
    await house.say("sms", ANA, "done")
    await house.jump(START + timedelta(hours=30))

    assert [row["reason"] for row in rows(house, "SELECT reason FROM task")].count("hours_without_supervisor") == 1


async def test_supervisor_who_wants_no_messages_gets_none_and_a_human_is_told(house: House) -> None:
    await claimed(house)
    await house.say("sms", SUPERVISOR, "STOP")
    later = await house.jump(START + timedelta(hours=26))

    assert [m for m in later if m.to.user == SUPERVISOR] == []
    assert [row["reason"] for row in rows(house, "SELECT reason FROM task")].count("hours_without_supervisor") == 1


# --- when the process was away ----------------------------------------------------------------------------------------


async def test_after_a_long_outage_nobody_is_asked_or_blamed_and_who_was_there_is_counted(house: House) -> None:
    volunteer(house)
    volunteer(house, BEN, given_name="Ben")
    await shift(house, ANA, BEN)
    house.clock.at = START
    await house.say("sms", BEN, "here")
    house.clock.at = START + timedelta(days=20)
    await house.app.clock.tick()

    left = await house.send()

    assert [m.to.user for m in left] == [BEN]
    assert [row["status"] for row in rows(house, "SELECT status FROM booking ORDER BY id")] == ["no_show", "attended"]
    assert booking(house)["cause"] == "not_reached"
    assert ledger(house) == [("volunteer", 60, "claimed")]


async def test_minutes_of_who_is_erased_stay_without_a_name(house: House) -> None:
    volunteer(house)
    await shift(house, ANA)
    house.clock.at = START + timedelta(minutes=60)
    await house.say("sms", ANA, "done")
    await house.say("sms", ANA, "delete my data")
    await house.say("sms", ANA, "1")

    assert ledger(house) == [("volunteer", 60, "claimed")]
    assert rows(house, "SELECT person_id, booking_id FROM hours") == [{"person_id": None, "booking_id": None}]
