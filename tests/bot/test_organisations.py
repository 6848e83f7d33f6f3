"""Work-study and paid time off: whoever pays says so first, and never for more than there is. On both databases."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot import timetable
from bot.placing import put_down
from flows.rules.organisations import OrganisationKind, Policy
from flows.stages import Stage
from storage import organisations, people
from storage.changes import Change, Reach
from storage.tables import SlotRow
from tests.bot.house import HUB, House, open_house, shown
from tests.bot.outsiders import browser, change, enter, link_to, rows

ANA, OFFICE, BOSS = "+13125550133", "aid@college.edu", "dana@acme.com"
SCREENED = ["HI", "I agree", "English", "60614", "5/14/2005"]
WORK_STUDY = [*SCREENED, "work-study", "Riverside College", "yes", "mornings", "tutor", "weekdays after 3", "yes"]
EMPLOYEE = [*SCREENED, "employee", "acme 4242", "paid", "Dana", "tutor", "weekdays after 3", "yes"]
ACME_POLICY = Policy(hours_per_year=3, needs_manager=True)
#: Thursdays, wall clock of the place.
SHIFTS = [datetime(2026, 12, 3 + 7 * week, 16, 0) for week in range(3)]  # noqa: DTZ001


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        yield opened


def college(house: House) -> None:
    with house.app.database.session() as session:
        kind = OrganisationKind.COLLEGE
        organisations.add(session, HUB.id, kind=kind, name="Riverside College", contact=OFFICE)


def employer(house: House, policy: Policy = ACME_POLICY) -> None:
    with house.app.database.session() as session:
        organisations.add(
            session,
            HUB.id,
            kind=OrganisationKind.EMPLOYER,
            name="Acme Bakeries",
            code="ACME-4242",
            contact=BOSS,
            policy=policy,
        )


async def sign_up(house: House, lines: list[str], user: str = ANA) -> list[str]:
    """Sign up, say one's name and be trained; return what was said."""
    said = [shown(message) for line in lines for message in await house.say("sms", user, line)]
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, user)
        assert person
        person.given_name = "Ana"
        people.move(session, person, Stage.READY, cause="test", now=house.clock.at)
    return said


async def tick(house: House) -> list[str]:
    """Let a few minutes pass; return what left."""
    return [shown(message) for message in await house.jump(house.clock.at + timedelta(minutes=30))]


async def text(house: House, line: str) -> str:
    (message,) = await house.say("sms", ANA, line)
    return shown(message)


def minutes_used(house: House) -> object:
    (row,) = rows(house, "SELECT used_minutes FROM allowance")
    return row["used_minutes"]


async def confirm_award(house: House, *, hours: str = "2", weekly: str = "1") -> str:
    """Let the aid office confirm; return the page it then sees."""
    link = link_to(house, OFFICE)
    async with browser(house) as visitor:
        await enter(house, visitor, link, contact=OFFICE)
        form = {"decision": "yes", "hours": hours, "weekly": weekly, "last_day": "2026-12-12"}
        return (await visitor.post(f"{link}/page", **form)).text


async def test_no_work_study_shift_before_the_aid_office_confirms(house: House) -> None:
    college(house)
    for shift in SHIFTS:
        house.add_shift(shift)
    said = await sign_up(house, WORK_STUDY)

    assert any("Good: Riverside College. We ask its aid office." in line for line in said)
    assert "aid office has to confirm" in await text(house, "SHIFTS")
    (asked,) = await tick(house)
    assert "Ana" not in asked
    assert "Riverside College" in asked
    assert await tick(house) == []  # asked once

    page = await confirm_award(house)
    (told,) = await tick(house)

    assert "You confirmed 2 hours" in page
    assert "2 hours in all, 1 hour a week, until Dec 12, 2026" in told
    assert (await text(house, "SHIFTS")).count("Thu Dec") == 2  # the third comes after the last day
    (requirement,) = rows(house, "SELECT kind, status, valid_until FROM requirement")
    assert (requirement["kind"], requirement["status"]) == ("work_study_authorisation", "met")
    assert str(requirement["valid_until"]) == "2026-12-12"


async def test_aid_office_is_asked_once_there_is_a_name_to_confirm(house: House) -> None:
    college(house)
    house.add_training(datetime(2026, 12, 1, 17, 0))  # noqa: DTZ001 - wall clock of the place
    for line in WORK_STUDY:
        await house.say("sms", ANA, line)
    before = rows(house, "SELECT asked_at FROM membership")
    await tick(house)

    assert rows(house, "SELECT asked_at FROM membership") == before == [{"asked_at": None}]
    await text(house, "1")
    await text(house, "Ana Lopez")
    assert any("Riverside College" in line for line in await tick(house))


async def test_shift_beyond_award_or_week_is_refused_and_a_release_gives_back(house: House) -> None:
    college(house)
    for shift in (*SHIFTS, SHIFTS[0] + timedelta(days=1)):
        house.add_shift(shift)
    await sign_up(house, WORK_STUDY)
    await tick(house)
    await confirm_award(house)
    await tick(house)

    await text(house, "SHIFTS")
    assert "Dec 3" in await text(house, "1")
    assert minutes_used(house) == 60
    offered = await text(house, "SHIFTS")
    assert "Dec 4" not in offered  # the week has one hour
    assert "Dec 10" in offered
    await text(house, "1")
    assert minutes_used(house) == 120
    assert [one for one in await tick(house) if "all of your work-study award" in one]
    house.add_shift(datetime(2026, 12, 8, 16, 0))  # noqa: DTZ001
    assert "what is left of your work-study award" in await text(house, "SHIFTS")

    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, ANA)
        assert person
    await text(house, "N")
    assert minutes_used(house) == 60
    assert not [one for one in await tick(house) if "work-study award is" in one]  # warned once


async def test_aid_office_says_no_and_the_person_may_go_on_without_pay(house: House) -> None:
    college(house)
    house.add_shift(SHIFTS[0])
    await sign_up(house, WORK_STUDY)
    await tick(house)
    link = link_to(house, OFFICE)
    async with browser(house) as visitor:
        form = await enter(house, visitor, link, contact=OFFICE)
        wrong = await visitor.post(f"{link}/page", decision="yes", hours="lots", weekly="99", last_day="soon")
        page = await visitor.post(f"{link}/page", decision="no")

    assert "Riverside College" in form.text
    assert wrong.status_code == 422
    assert wrong.text.count('role="alert"') == 3
    assert "has no award" in page.text
    assert any("found no work-study award" in one for one in await tick(house))
    assert "Thu Dec 3" in await text(house, "SHIFTS")
    assert rows(house, "SELECT count(*) AS n FROM allowance") == [{"n": 0}]


async def test_manager_approves_one_shift_and_declines_another(house: House) -> None:
    employer(house)
    for shift in SHIFTS:
        house.add_shift(shift)
    said = await sign_up(house, EMPLOYEE)
    assert any("you are with Acme Bakeries" in line for line in said)
    await text(house, "SHIFTS")
    await text(house, "1")
    (asked,) = await tick(house)
    assert "Lincoln" not in asked
    link = link_to(house, BOSS)
    async with browser(house) as visitor:
        page = await enter(house, visitor, link, contact=BOSS)
        approved = await visitor.post(f"{link}/page", decision="yes")
        await visitor.post(f"{link}/page", decision="no")  # what was decided stays so

    assert "1 hour" in page.text
    assert "Lincoln" not in page.text
    assert "Approved" in approved.text
    assert any("approved your paid time" in one for one in await tick(house))
    assert minutes_used(house) == 60
    await text(house, "SHIFTS")
    await text(house, "1")
    assert minutes_used(house) == 120
    await tick(house)
    link = link_to(house, BOSS)
    async with browser(house) as visitor:
        await enter(house, visitor, link, contact=BOSS)
        declined = await visitor.post(f"{link}/page", decision="no")

    assert "given back" in declined.text
    assert any("did not approve" in one for one in await tick(house))
    assert minutes_used(house) == 60
    assert sorted(str(row["status"]) for row in rows(house, "SELECT status FROM booking")) == ["booked", "released"]
    assert rows(house, "SELECT sum(taken) AS n FROM slot") == [{"n": 1}]


async def three_held(house: House) -> list[str]:
    """Book three places that wait for a manager; return what the manager is sent."""
    employer(house, Policy(hours_per_year=20, needs_manager=True))
    for shift in SHIFTS:
        house.add_shift(shift)
    await sign_up(house, EMPLOYEE)
    for _ in SHIFTS:
        await text(house, "SHIFTS")
        await text(house, "1")
    return await tick(house)


def places(page: str) -> list[str]:
    return re.findall(r'name="place" value="([^"]+)"', page)


async def test_manager_is_asked_once_about_all_places_of_a_person_that_wait(house: House) -> None:
    (asked,) = await three_held(house)
    link = link_to(house, BOSS)
    async with browser(house) as visitor:
        page = await enter(house, visitor, link, contact=BOSS)
        await visitor.post(f"{link}/page", decision="yes", place="of somebody else")
        untouched = await visitor.get(f"{link}/page")
        first, second, third = places(page.text)
        one = await visitor.post(f"{link}/page", decision="no", place=second)
        rest = await visitor.post(f"{link}/page", decision="yes")
    told = await tick(house)

    assert "booked 3 school shifts" in asked
    assert places(untouched.text) == [first, second, third]
    assert places(one.text) == [first, third]
    assert places(rest.text) == []
    assert "Nothing is left to decide" in rest.text
    assert len(told) == 2
    assert "did not approve paid time for Thu Dec 10" in told[0]
    assert "for 2 places, so they are yours. The first: Thu Dec 3" in told[1]
    assert rows(house, "SELECT taken FROM slot ORDER BY starts_at") == [{"taken": 1}, {"taken": 0}, {"taken": 1}]
    assert minutes_used(house) == 120


async def test_manager_declines_all_places_at_once_and_the_person_is_told_once(house: House) -> None:
    await three_held(house)
    link = link_to(house, BOSS)
    async with browser(house) as visitor:
        await enter(house, visitor, link, contact=BOSS)
        page = await visitor.post(f"{link}/page", decision="no")
    (told,) = await tick(house)

    assert "given back" in page.text
    assert "did not approve paid time for 3 of your places" in told
    assert minutes_used(house) == 0


async def test_place_booked_after_the_manager_was_asked_has_a_question_of_its_own(house: House) -> None:
    await three_held(house)
    link = link_to(house, BOSS)
    house.add_shift(SHIFTS[0] + timedelta(days=1))
    await text(house, "SHIFTS")
    await text(house, "1")
    (asked,) = await tick(house)
    async with browser(house) as visitor:
        await enter(house, visitor, link, contact=BOSS)
        await visitor.post(f"{link}/page", decision="yes")

    assert "booked a school shift" in asked
    assert rows(house, "SELECT count(*) AS n FROM reservation WHERE held_until IS NOT NULL") == [{"n": 1}]


async def test_manager_who_cannot_be_reached_is_one_task_however_many_places_wait(house: House) -> None:
    employer(house)
    change(house, "UPDATE organisation SET contact = ''")
    for shift in SHIFTS:
        house.add_shift(shift)
    await sign_up(house, EMPLOYEE)
    change(house, "UPDATE membership SET approver = ''")
    for _ in SHIFTS:
        await text(house, "SHIFTS")
        await text(house, "1")
    await tick(house)

    assert [row["reason"] for row in rows(house, "SELECT reason FROM task")].count("organisation_not_asked") == 1


async def test_place_that_waits_for_a_manager_is_never_told_of_as_certain(house: House) -> None:
    employer(house)
    house.add_shift(datetime(2026, 11, 27, 16, 0))  # noqa: DTZ001 - wall clock of the place
    await sign_up(house, EMPLOYEE)
    await text(house, "SHIFTS")
    taken = await text(house, "1")
    reminded = [shown(one) for one in await house.jump(house.clock.at + timedelta(days=2), step=timedelta(hours=1))]
    promised, status = await text(house, "C"), await text(house, "STATUS")
    link = link_to(house, BOSS)
    async with browser(house) as visitor:
        await enter(house, visitor, link, contact=BOSS)
        await visitor.post(f"{link}/page", decision="yes")
    (approved,) = await tick(house)
    after = [shown(one) for one in await house.jump(house.clock.at + timedelta(hours=36), step=timedelta(hours=1))]

    assert "It is yours once your employer says yes" in taken
    (waits,) = [one for one in reminded if "Fri Nov 27" in one]
    assert all("Acme Bakeries has not said yes yet" in one for one in (waits, promised, status))
    assert not any("See you" in one or "You have" in one for one in (waits, promised, status))
    assert "so it is yours: Fri Nov 27" in approved
    assert [one for one in after if "see you Fri Nov 27" in one]
    assert (await text(house, "STATUS")).startswith("You have: Fri Nov 27")


async def test_who_is_put_down_on_paid_time_is_told_that_their_employer_decides(house: House) -> None:
    employer(house)
    ref = house.add_shift(SHIFTS[0])
    await sign_up(house, EMPLOYEE)
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, ANA)
        slot = session.exec(select(SlotRow).where(SlotRow.ref == ref)).one()
        assert person
        put_down(session, HUB, house.app.library, person, slot, author="coordinator:Ada", now=house.clock.at)

    told = [one for one in await tick(house) if "put you down" in one]
    assert [one for one in told if "Acme Bakeries has to say yes first" in one] == told != []


async def lasts(house: House, shift: str, minutes: int) -> str:
    """Let a shift last longer or shorter; return what whoever is booked is told."""
    phrases, reach = house.app.library.phrases, Reach.ONE
    timetable.edit(house.app.database, HUB, phrases, shift, Change(minutes=minutes), reach=reach, now=house.clock.at)
    (told,) = [one for one in await tick(house) if "minutes" in one]
    return told


async def test_who_has_an_approved_place_that_becomes_longer_is_told_that_it_waits_again(house: House) -> None:
    employer(house)
    ref = house.add_shift(SHIFTS[0])
    await sign_up(house, EMPLOYEE)
    await text(house, "SHIFTS")
    await text(house, "1")
    change(house, "UPDATE reservation SET held_until = NULL")
    shorter, longer = [await lasts(house, ref, minutes) for minutes in (45, 90)]

    assert "Acme Bakeries" not in shorter
    assert "Thu Dec 3, 4 PM, Lincoln Library, 12 Oak St, 90 minutes. Acme Bakeries has to say yes" in longer


async def test_place_that_no_manager_approves_in_time_is_free_again(house: House) -> None:
    employer(house)
    house.add_shift(SHIFTS[0])
    await sign_up(house, EMPLOYEE)
    await text(house, "SHIFTS")
    await text(house, "1")

    left = await house.jump(house.clock.at + timedelta(days=4), step=timedelta(hours=3))

    assert any("did not answer in time" in message.text for message in left)
    assert "You have" not in await text(house, "STATUS")
    assert rows(house, "SELECT taken FROM slot") == [{"taken": 0}]
    assert minutes_used(house) == 0


async def test_places_that_no_manager_approves_in_time_are_told_of_once(house: House) -> None:
    employer(house)
    for shift in SHIFTS[:2]:
        house.add_shift(shift)
    await sign_up(house, EMPLOYEE)
    for _ in SHIFTS[:2]:
        await text(house, "SHIFTS")
        await text(house, "1")

    left = await house.jump(house.clock.at + timedelta(days=4), step=timedelta(hours=3))

    (told,) = [message.text for message in left if "did not answer in time" in message.text]
    assert "about 2 of your places" in told
    assert rows(house, "SELECT taken FROM slot") == [{"taken": 0}, {"taken": 0}]


async def test_paid_time_ends_with_the_year_s_balance(house: House) -> None:
    employer(house, Policy(hours_per_year=1))
    for shift in SHIFTS:
        house.add_shift(shift)
    await sign_up(house, EMPLOYEE)
    await text(house, "SHIFTS")
    await text(house, "1")

    assert "longer than your paid hours left this year" in await text(house, "SHIFTS")
    assert rows(house, "SELECT period, granted_minutes, used_minutes FROM allowance") == [
        {"period": "2026", "granted_minutes": 60, "used_minutes": 60}
    ]


async def test_leaked_code_makes_nobody_an_employee_until_approved(house: House) -> None:
    employer(house, Policy(hours_per_year=20, approve_members=True))
    house.add_shift(SHIFTS[0])
    said = await sign_up(house, EMPLOYEE)
    assert any("until then it is your own time" in line for line in said)
    await text(house, "SHIFTS")
    await text(house, "1")

    assert rows(house, "SELECT status FROM membership") == [{"status": "pending"}]
    assert rows(house, "SELECT count(*) AS n FROM reservation") == [{"n": 0}]
    await tick(house)
    link = link_to(house, BOSS)
    async with browser(house) as visitor:
        page = await enter(house, visitor, link, contact=BOSS)
        await visitor.post(f"{link}/page", decision="yes")
    assert "I belong to Acme Bakeries" in page.text
    assert rows(house, "SELECT status FROM membership") == [{"status": "confirmed"}]


async def ask_employer(house: House) -> None:
    for line in [*SCREENED, "employee"]:
        await house.say("sms", ANA, line)


async def guess(house: House, numbers: range) -> list[str]:
    """Send codes that nobody has, in words that look like a code and in words that look like a name."""
    said = []
    for number in numbers:
        said.append(await text(house, f"GUESS{number}X" if number % 2 else f"guess {number} x"))
        if "paid volunteer time off" in said[-1]:  # taken as a name: back to the question
            await text(house, "BACK")
    return said


async def test_five_wrong_codes_are_followed_by_ten_minutes_in_which_none_is_compared(house: House) -> None:
    employer(house)
    await ask_employer(house)
    answers = [await text(house, f"GUESS{number}X") for number in range(5)]
    house.clock.at += timedelta(minutes=9)
    right = await text(house, "ACME4242")
    wrong = await text(house, "GUESS5X")
    house.clock.at += timedelta(minutes=1)

    assert ["We do not know that code." in answer for answer in answers] == [True] * 4 + [False]
    assert all("Please wait 10 minutes" in answer for answer in (answers[4], right, wrong))
    assert "Acme" not in "".join([*answers, right, wrong])
    assert rows(house, "SELECT reason FROM task") == []
    assert "you are with Acme Bakeries" in await text(house, "ACME4242")


async def test_whoever_waits_may_go_on_by_the_name(house: House) -> None:
    employer(house)
    await ask_employer(house)
    await guess(house, range(5))

    assert "paid volunteer time off" in await text(house, "Globex")


async def test_ten_wrong_codes_in_a_day_bring_a_human_and_open_nothing_until_it_is_over(house: House) -> None:
    employer(house)
    await ask_employer(house)
    await guess(house, range(5))
    house.clock.at += timedelta(minutes=10)
    *_, tenth = await guess(house, range(5, 10))
    after = await text(house, "ACME4242")
    await text(house, "BACK")
    house.clock.at += timedelta(hours=23)
    still = await text(house, "ACME4242")
    await text(house, "BACK")
    tasks = rows(house, "SELECT reason FROM task WHERE reason = 'wrong_codes'")
    house.clock.at += timedelta(hours=1)

    assert all("Somebody of our team looks at it" in answer for answer in (tenth, after, still))
    assert len(tasks) == 2  # once on each of the two days
    assert rows(house, "SELECT count(*) AS n FROM membership") == [{"n": 0}]
    assert "you are with Acme Bakeries" in await text(house, "ACME4242")


async def test_count_of_wrong_codes_outlives_whoever_erases_everything_but_not_the_day(house: House) -> None:
    employer(house)
    await ask_employer(house)
    await guess(house, range(5))
    house.clock.at += timedelta(minutes=10)
    await guess(house, range(5, 10))
    await text(house, "DELETE MY DATA")
    await text(house, "1")
    await tick(house)
    assert rows(house, "SELECT count(*) AS n FROM task WHERE reason = 'wrong_codes'") == [{"n": 0}]  # hers, and erased

    await ask_employer(house)
    again = await text(house, "ACME4242")
    kept = rows(house, "SELECT address_hash FROM wrong_code")
    tasks = rows(house, "SELECT reason FROM task WHERE reason = 'wrong_codes'")
    await house.jump(house.clock.at + timedelta(days=1), step=timedelta(hours=1))

    assert "Somebody of our team looks at it" in again
    assert len(tasks) == 1
    assert len(kept) == 10
    assert ANA not in str(kept)
    assert rows(house, "SELECT count(*) AS n FROM wrong_code") == [{"n": 0}]


async def test_code_is_known_as_well_to_whoever_changes_their_employer_after_signing_up(house: House) -> None:
    employer(house)
    globex = ["employee", "Globex", "paid", "Dana", "tutor", "weekdays after 3", "yes"]
    await sign_up(house, [*SCREENED, *globex])
    await text(house, "CHANGE EMPLOYER")

    assert "you are with Acme Bakeries" in await text(house, "ACME4242")
    assert rows(house, "SELECT status FROM membership") == [{"status": "confirmed"}]


async def test_wrong_codes_of_one_phone_keep_nobody_else_from_theirs(house: House) -> None:
    employer(house)
    await ask_employer(house)
    await guess(house, range(5))

    assert any("you are with Acme Bakeries" in line for line in await sign_up(house, EMPLOYEE, "+13125550134"))


async def test_name_that_looks_like_a_code_is_taken_when_it_is_sent_again(house: House) -> None:
    for line in [*SCREENED, "employee"]:
        await house.say("sms", ANA, line)

    assert "We do not know that code." in await text(house, "7-Eleven")
    assert "paid volunteer time off" in await text(house, "7-Eleven")


async def test_code_that_many_use_within_a_day_is_approved_one_by_one_from_then_on(house: House) -> None:
    employer(house, Policy(hours_per_year=20))
    people_before = "INSERT INTO person (hub, ref, stage, answers, created_at, changed_at) VALUES ('test', '{0}', 'ready', '{{}}', 0, 0)"
    joined = (
        "INSERT INTO membership (hub, person_id, organisation_id, status, approver, decided_by, changed_at)"
        " SELECT 'test', p.id, 1, 'confirmed', '', 'rule:said', {0} FROM person AS p WHERE p.ref = '{1}'"
    )
    at = int(house.clock.at.timestamp() * 1_000_000)
    for number in range(20):
        change(house, people_before.format(f"p{number}"))
        change(house, joined.format(at - 3_600_000_000 * (25 if number == 0 else 1), f"p{number}"))

    said = await sign_up(house, EMPLOYEE)
    assert not any("until then it is your own time" in line for line in said)
    later = await sign_up(house, EMPLOYEE, "+13125550134")

    assert any("until then it is your own time" in line for line in later)
    statuses = [row["status"] for row in rows(house, "SELECT status FROM membership ORDER BY id")]
    assert statuses == ["confirmed"] * 21 + ["pending"]
    assert [row["reason"] for row in rows(house, "SELECT reason FROM task WHERE reason LIKE 'code%'")] == [
        "code_used_often: Acme Bakeries"
    ]
