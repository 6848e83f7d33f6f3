"""A shift given back late finds somebody else: through the whole house, from the first word to the last thanks."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.commands.operate import about
from flows.facts import SlotKind
from flows.messages import Outbound
from storage import schedule
from storage.tasks import list_open, slots_of
from tests.bot.house import HUB, House, open_house, shown
from tests.bot.tutors import add_tutor

CHICAGO = ZoneInfo("America/Chicago")


def phone(number: int) -> str:
    return f"+1312555{number:04d}"


async def add_tutors(house: House, *numbers: int, zone: str = "America/Chicago", language: str = "en") -> None:
    """Make people who may take shifts."""
    for number in numbers:
        sender = house.inbound("sms", phone(number)).sender
        await add_tutor(house, sender, name=f"P{number}", zone=zone, language=language)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHICAGO).astimezone(UTC)


async def take_shift(house: House, number: int) -> None:
    """Let somebody take the first shift on offer."""
    await house.say("sms", phone(number), "SHIFTS")
    (told,) = await house.say("sms", phone(number), "1")
    assert told.to.user == phone(number)


def to(messages: list[Outbound]) -> list[int]:
    return [int(message.to.user[-4:]) for message in messages]


def tasks(house: House) -> list[tuple[str, str]]:
    """List what staff are told of shifts that want somebody; hand-offs are another matter."""
    with house.app.database.reading() as session:
        return [(task.kind, task.reason) for task, _ in list_open(session, HUB.id) if task.kind != "hand_off"]


async def test_late_no_is_covered_by_the_first_who_says_yes(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 25, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1)
        await take_shift(house, 1)
        await add_tutors(house, *range(2, 10))
        await house.jump(local(24, 16), step=timedelta(hours=1))

        await house.say("sms", phone(1), "no puedo ir")
        assert tasks(house) == [("late_cancellation", "said N")]
        first = await house.jump(local(24, 16, 29))
        second = await house.jump(local(24, 16, 46))

        assert (sorted(to(first)), sorted(to(second))) == ([2, 3, 4], [5, 6, 7])
        assert shown(first[0]) == (
            "Bright Hub: somebody cannot come. Could you take over Wed Nov 25, 3 PM, Lincoln Library, 12 Oak St?\n"
            "C I take it\nN No, thank you"
        )
        (no,) = await house.say("sms", phone(2), "N")
        (taken,) = await house.say("sms", phone(6), "yes")
        (late,) = await house.say("sms", phone(3), "C")
        assert no.text == "All right, thank you for telling us."
        assert taken.text.startswith("Thank you! You have it: Wed Nov 25, 3 PM, Lincoln Library")
        assert late.text == "Thank you, somebody else has it now."
        assert tasks(house) == []
        assert set(to(await house.jump(local(25, 14, 59)))) == {6}  # reminded, and nobody else is asked


async def test_whoever_left_is_asked_nothing_and_who_leaves_meanwhile_neither(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 25, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1, 2, 3)
        await take_shift(house, 1)
        await house.jump(local(24, 16), step=timedelta(hours=1))
        await house.say("sms", phone(2), "STOP")
        await house.app.inbox.deliver([house.inbound("sms", phone(1), "N")])
        await house.app.clock.tick()  # the question to the third stands in the outbox
        await house.app.inbox.deliver([house.inbound("sms", phone(3), "STOP")])

        left = await house.jump(local(25, 14, 59))

        assert [message for message in left if "take over" in message.text] == []


async def test_nobody_is_woken_and_the_morning_comes_in_time(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 25, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1, 2)
        await add_tutors(house, 3, zone="America/Los_Angeles")
        await take_shift(house, 1)
        await house.jump(local(24, 22), step=timedelta(hours=1))

        await house.say("sms", phone(1), "N")
        night = await house.jump(local(25, 8, 55))
        nine = await house.jump(local(25, 9, 5), step=timedelta(minutes=5))
        eleven = await house.jump(local(25, 11, 5), step=timedelta(minutes=5))

        assert (night, to(nine), to(eleven)) == ([], [2], [3])


async def test_where_nobody_takes_it_staff_hear_two_hours_before(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 25, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1, 2)
        await take_shift(house, 1)
        await house.jump(local(24, 16), step=timedelta(hours=1))
        await house.say("sms", phone(1), "N")

        asked = await house.jump(local(25, 12, 55))
        assert (to(asked), tasks(house)) == ([2], [("late_cancellation", "said N")])
        await house.jump(local(25, 13, 5), step=timedelta(minutes=5))

        assert ("no_cover", "nobody_took_it") in tasks(house)
        (taken,) = await house.say("sms", phone(2), "C")  # late, and still welcome
        assert taken.text.startswith("Thank you! You have it")
        assert tasks(house) == []


async def test_where_there_is_nobody_to_ask_staff_hear_at_once(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 25, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1)
        await take_shift(house, 1)
        await house.jump(local(24, 16), step=timedelta(hours=1))
        await house.say("sms", phone(1), "N")

        await house.jump(local(24, 16, 1))

        assert ("no_cover", "nobody_to_ask") in tasks(house)


async def test_fifty_who_say_yes_at_once_are_answered_one_by_one(tmp_path: Path, url: str) -> None:
    people = range(2, 52)
    async with open_house(tmp_path, url=url) as house:
        with house.app.database.session() as session:
            schedule.add_slot(
                session,
                HUB.id,
                kind=SlotKind.SHIFT,
                title={"en": "Session"},
                starts_local=datetime(2026, 11, 25, 15, 0),  # noqa: DTZ001 - wall clock of the place
                zone="America/Chicago",
                minutes=60,
                capacity=17,
                place="Library",
                role="tutor",
            )
        await add_tutors(house, *(1, *range(100, 116)))
        for number in (1, *range(100, 116)):
            await take_shift(house, number)
        await add_tutors(house, *people)
        await house.jump(local(24, 16), step=timedelta(hours=2))
        await house.say("sms", phone(1), "N")
        asked = await house.jump(local(25, 12, 55))
        assert sorted(n for m, n in zip(asked, to(asked), strict=True) if "take over" in m.text) == list(people)

        await asyncio.gather(*(house.app.inbox.deliver([house.inbound("sms", phone(n), "C")]) for n in people))

        told = Counter(message.text.partition("!")[0].partition(",")[0] for message in await house.send())
        whole = Counter({"Thank you": len(people)})
        assert told == whole
        answers = [m.text for m in house.channels["sms"].sent[-len(people) :]]
        counted = Counter("has it" if "You have it" in text else "thanked" for text in answers)
        print(f"{len(people)} replies at once on {url.partition(':')[0]}: {dict(counted)}")
        assert counted == {"has it": 1, "thanked": len(people) - 1}


async def test_silent_person_is_shown_to_staff_and_not_nagged(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 28, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1)
        await take_shift(house, 1)

        reminders = await house.jump(local(28, 13, 30))
        assert (len(reminders), tasks(house)) == (3, [])
        assert await house.jump(local(28, 14, 15)) == []

        assert tasks(house) == [("silent", "reminders_unanswered")]
        await house.say("sms", phone(1), "running late, sorry")
        assert ("silent", "reminders_unanswered") not in tasks(house)


async def test_nobody_has_to_look_after_a_silent_person_once_the_shift_is_over(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 28, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1)
        await take_shift(house, 1)
        await house.jump(local(28, 14, 15))
        assert tasks(house) == [("silent", "reminders_unanswered")]

        await house.jump(local(28, 20, 0))

        assert tasks(house) == []


async def test_who_says_here_at_the_door_is_silent_no_more_and_nobody_else_is_taken_for_them(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 28, 15, 0), capacity=2)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1, 2)
        await take_shift(house, 1)
        await take_shift(house, 2)
        await house.jump(local(28, 14, 15))
        assert tasks(house) == [("silent", "reminders_unanswered")] * 2

        await house.say("sms", phone(1), "HERE")

        assert tasks(house) == [("silent", "reminders_unanswered")]


async def test_who_answers_any_reminder_is_not_shown(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 28, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1)
        await take_shift(house, 1)
        await house.jump(local(27, 12))
        await house.say("sms", phone(1), "C")

        await house.jump(local(28, 14, 59))

        assert tasks(house) == []


async def test_place_is_handed_to_a_colleague_in_two_languages(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        slot = house.add_shift(datetime(2026, 11, 26, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1)
        await add_tutors(house, 2, language="es")
        await take_shift(house, 1)

        mine, theirs = await house.say("sms", phone(1), "SWAP 312-555-0002")
        assert mine.text.startswith("We have asked them about Thu Nov 26, 3 PM, Lincoln Library")
        assert theirs.text.startswith("Bright Hub: P1 pregunta si usted puede tomar JU 26 nov, 3 PM, Lincoln Library")
        told = await house.say("sms", phone(2), "C")

        assert sorted(message.text.partition(":")[0] for message in told) == ["Bright Hub", "¡Gracias! Es suyo"]
        with house.app.database.reading() as session:
            (found,) = [one for one in schedule.list_slots(session, HUB.id, since=house.clock.at) if one.ref == slot]
            assert found.taken == 1
        (status,) = await house.say("sms", phone(1), "STATUS")
        assert "Nov 26" not in status.text


async def test_swap_that_nobody_answers_ends_after_a_day(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_shift(datetime(2026, 11, 28, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1, 2)
        await take_shift(house, 1)
        await house.say("sms", phone(1), "SWAP 312-555-0002")

        (told,) = await house.jump(house.clock.at + timedelta(hours=24), step=timedelta(hours=1))
        (late,) = await house.say("sms", phone(2), "C")

        assert told.text.startswith("Bright Hub: we got no answer about Sat Nov 28, 3 PM, Lincoln Library.")
        assert "Thank you! You have it" not in late.text


async def test_staff_read_which_shift_it_is(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        slot = house.add_shift(datetime(2026, 11, 25, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(house, 1)
        await take_shift(house, 1)
        await house.jump(local(24, 16), step=timedelta(hours=1))
        await house.say("sms", phone(1), "N")
        with house.app.database.reading() as session:
            waiting = [one for one in list_open(session, HUB.id) if one[0].kind != "hand_off"]
            slots = slots_of(session, [task for task, _ in waiting])
            ((task, _),) = waiting

            said = about(task, slots.get(task.booking_id or 0))

    assert said == f"late_cancellation, said N, of 2026-11-25 15:00 America/Chicago (slot {slot}),"
