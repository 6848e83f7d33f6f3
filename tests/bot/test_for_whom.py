"""For whom a shift is may change: it is offered to others from then on, and nobody loses a place or hears of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import timetable
from bot.timetable import Foreseen
from flows.rules.requirements import Need
from storage import people, requirements
from storage.changes import Change, Reach
from tests.bot.house import HUB, House, open_house
from tests.bot.test_timetable import TUTORING, book, change, phone, plan, ready, rows

NARROW = Change(
    role="mentor", subject="math", grades="3-5", language="es", course="reading_tutor", needs_courses=["first_training"]
)
WIDE = Change(role="", subject="", grades="", language="", course="", needs_courses=[])
_NARROW: tuple[object, ...] = ("mentor", "math", "3-5", "es", "reading_tutor", ["first_training"])
_WIDE: tuple[object, ...] = (None, None, "", None, None, [])
_OLD = replace(
    TUTORING, role="tutor", subject="reading", grades="K-2", language="pl", needs_courses=["mandated_reporter"]
)


def whom(house: House) -> list[Any]:
    """Tell for whom each slot is, soonest first."""
    found = rows(house, "SELECT role, subject, grades, language, course, needs_courses FROM slot ORDER BY starts_at")
    return [(*list(row.values())[:5], json.loads(str(row["needs_courses"]))) for row in found]


def foresee(house: House, ref: str, wanted: Change, reach: Reach = Reach.ONE) -> Foreseen:
    app = house.app
    return timetable.foresee(app.database, HUB, app.library, ref, wanted, reach=reach, now=house.clock.at)


@pytest.mark.parametrize(("wanted", "becomes"), [(NARROW, _NARROW), (WIDE, _WIDE)], ids=["narrow", "cleared"])
@pytest.mark.parametrize("reach", list(Reach))
async def test_each_reach_changes_its_slots_and_those_yet_to_be_made(
    wanted: Change, becomes: tuple[object, ...], reach: Reach, url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house, template=_OLD)
        (was, *_) = whom(house)

        change(house, refs[2], wanted, reach)
        house.clock.at += timedelta(days=7)
        await house.app.clock.tick()

        now = whom(house)
        touched = {
            Reach.ONE: [2],
            Reach.FOLLOWING: range(2, len(now)),
            Reach.ALL: range(len(now)),
        }[reach]
        assert len(now) > len(refs)
        assert now == [becomes if number in touched else was for number in range(len(now))]


async def test_whoever_has_a_place_or_waits_keeps_it_unasked_and_others_are_offered_it(
    url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, url=url) as house:
        (ref,) = plan(house, "FREQ=WEEKLY;COUNT=1", replace(TUTORING, capacity=2))
        await book(house, 1, 2)
        waiting = await ready(house, 3)
        await house.say("sms", waiting, "SHIFTS")
        await house.say("sms", waiting, "1")

        changed = change(house, ref, Change(role="mentor", needs_courses=["first_training"]), Reach.ALL)
        await house.app.clock.tick()

        assert (changed.booked, changed.too_young, changed.uncovered, await house.send()) == ([], [], [], [])
        assert rows(house, "SELECT status FROM booking") == [{"status": "booked"}] * 2
        assert rows(house, "SELECT status FROM wait") == [{"status": "waiting"}]
        assert rows(house, "SELECT kind FROM task") == []
        change(house, ref, Change(capacity=9, needs_courses=[]))
        await house.app.clock.tick()
        await house.send()
        other = await ready(house, 4)
        assert "Which shift" not in (await house.say("sms", other, "SHIFTS"))[0].text
        change(house, ref, Change(role=""))
        assert "Which shift" in (await house.say("sms", await ready(house, 5), "SHIFTS"))[0].text


async def test_who_does_not_fit_any_more_is_foreseen_once_for_what_the_change_makes_of_it(
    url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, url=url) as house:
        refs = plan(house, "FREQ=WEEKLY;COUNT=2")
        await book(house, 1, 2)
        with house.app.database.session() as session:
            person = people.find_by_user(session, HUB.id, phone(1))
            assert person
            person.answers = json.dumps({**json.loads(person.answers), "role": "mentor"})
            session.add(person)

        seen = foresee(house, refs[0], Change(role="mentor"), Reach.ALL)
        trained = foresee(house, refs[0], Change(needs_courses=["first_training"]))
        shorter = foresee(house, refs[0], Change(minutes=30))
        change(house, refs[0], Change(role="mentor"))
        again = foresee(house, refs[0], Change(role="mentor", minutes=45))

        two = rows(house, "SELECT person_id FROM booking ORDER BY id")[1]["person_id"]
        assert ([one.person_id for one in seen.unfit], seen.told, seen.lacking) == ([two], (), ())
        assert len(trained.unfit) == 2
        assert (shorter.unfit, len(shorter.told)) == ((), 2)
        assert again.unfit == ()


async def test_who_lacks_what_a_new_role_asks_is_foreseen_and_loses_the_place_by_the_clock(
    url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, url=url) as house:
        (ref,) = plan(house, "FREQ=WEEKLY;COUNT=1")
        await book(house, 1)
        with house.app.database.session() as session:
            requirements.keep_needs(session, HUB.id, [Need(kind="interview", roles=frozenset({"mentor"}))])

        seen = foresee(house, ref, Change(role="mentor"))
        untouched = rows(house, "SELECT status FROM booking")
        change(house, ref, Change(role="mentor"))
        at_once = await house.send()
        house.clock.at += timedelta(minutes=1)
        await house.app.clock.tick()
        told = await house.send()

        assert (len(seen.lacking), seen.unfit, untouched, at_once) == (1, (), [{"status": "booked"}], [])
        assert [message.to.user for message in told] == [phone(1)]
        assert rows(house, "SELECT status FROM booking") == [{"status": "released"}]
        assert rows(house, "SELECT kind, reason FROM task") == [{"kind": "shift_at_risk", "reason": "requirement"}]
