"""Answering people by hand: the bot is silent meanwhile, two never answer the same person, and nothing is sent twice."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from flows.messages import Purpose
from flows.rules.access import Role
from flows.rules.contact import by_hand
from flows.rules.urgency import Urgency
from storage import inbox, people
from storage.store import OutboxStatus
from storage.tables import AddressRow, OutboxRow, PersonRow
from tests.console.opened import MONDAY, Demo

PHONE = "+17735550188"
OTHER = "+17735550189"
NEVER = datetime.min.replace(tzinfo=UTC)


async def _asks(demo: Demo) -> str:
    """Somebody agrees, then asks for a person; return their reference."""
    await demo.say(PHONE, "HI", "1", "PERSON")
    return demo.talk(PHONE).person.ref


def _hands(demo: Demo) -> list[OutboxRow]:
    with demo.app.database.reading() as session:
        return list(
            session.exec(
                select(OutboxRow)
                .where(col(OutboxRow.purpose).in_(["answer", "word"]))
                .where(col(OutboxRow.person_id) == demo.talk(PHONE).person.id)
                .order_by(col(OutboxRow.id))
            ).all()
        )


def _key(page: str) -> str:
    found = re.search(r'name="key" value="(\w+)"', page)
    assert found
    return found[1]


def _person(demo: Demo, session: Session, ref: str) -> PersonRow:
    person = people.find(session, demo.app.hub.id, ref)
    assert person is not None
    return person


async def _drain(demo: Demo) -> None:
    for sender in demo.app.senders.values():
        while await sender.send_ready():
            pass


async def test_a_waiting_person_is_answered_and_handed_back(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.enter(Role.COORDINATOR)

    assert f"/console/inbox/{ref}" in await demo.open("/console/inbox")
    page = await demo.open(f"/console/inbox/{ref}")
    await demo.press(f"/console/inbox/{ref}/write", text="Maria here. How can I help?", key=_key(page))
    await _drain(demo)

    assert [row.status for row in _hands(demo)] == [OutboxStatus.SENT]
    assert "Maria here. How can I help?" in await demo.open(f"/console/inbox/{ref}")

    await demo.press(f"/console/inbox/{ref}/hand-back")
    assert f"/console/inbox/{ref}" not in await demo.open("/console/inbox")
    assert demo.talk(PHONE).held_by is None


async def test_whoever_has_no_name_yet_is_told_apart_by_the_end_of_the_phone(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)
    ref = await _asks(demo)

    listed = await demo.open("/console/inbox")

    line = listed.partition(f'href="/console/inbox/{ref}"')[2].partition("</a>")[0]
    assert " ".join(line.partition('class="what">')[2].partition("</span>")[0].split()) == "No name yet · SMS …0188"


async def test_while_claimed_the_bot_says_nothing_queued_or_new(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.enter(Role.COORDINATOR)
    before = len(demo.talk(PHONE).messages)
    await demo.press(f"/console/inbox/{ref}/claim")

    await demo.say(PHONE, "Are you there?", "TRAINING")
    with demo.app.database.session() as session:
        person = _person(demo, session, ref)
        address = session.get(AddressRow, person.address_id)
        assert address is not None
        session.add(
            OutboxRow(
                hub=demo.app.hub.id,
                dedupe_key="queued",
                channel=address.channel,
                account=address.account,
                address_id=address.id,
                person_id=person.id,
                purpose=Purpose.NOTICE.value,
                priority=Purpose.NOTICE.priority,
                status=OutboxStatus.READY,
                body="Your shift has moved.",
                created_at=demo.app.now(),
            )
        )
    await _drain(demo)

    said = demo.talk(PHONE).messages[before:]
    assert [(message.text, message.status, message.reason) for message in said] == [
        ("Your shift has moved.", OutboxStatus.WAITING, "held")
    ]

    await demo.press(f"/console/inbox/{ref}/hand-back")
    demo.clock.forward_to(demo.app.now() + timedelta(hours=4))  # of somebody without a ZIP the zone is not known
    await demo.app.clock.tick()
    await _drain(demo)
    assert demo.talk(PHONE).messages[-1].status == OutboxStatus.SENT


async def test_pressing_send_twice_sends_once(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.enter(Role.COORDINATOR)
    key = _key(await demo.open(f"/console/inbox/{ref}"))

    for _ in range(2):
        await demo.press(f"/console/inbox/{ref}/write", text="Hello!", key=key)

    assert len(_hands(demo)) == 1


async def test_two_coordinators_do_not_answer_the_same_person(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.enter(Role.COORDINATOR)
    await demo.press(f"/console/inbox/{ref}/write", text="I am on it.", key="a")

    await demo.enter(Role.ADMINISTRATOR)
    refused = await demo.press(f"/console/inbox/{ref}/write", status=409, text="Me too!", key="b")

    assert "Maria Lopez answers this person already" in refused.text
    assert "Me too!" in refused.text  # nothing that was typed is lost
    assert [row.body for row in _hands(demo)] == ["I am on it."]


async def test_of_many_who_press_at_once_one_answers(demo: Demo) -> None:
    ref = await _asks(demo)

    def claim(user: str) -> bool:
        with demo.app.database.session() as session:
            return inbox.claim(session, _person(demo, session, ref), user, author="coordinator:x", now=MONDAY)

    won = await asyncio.gather(*(asyncio.to_thread(claim, f"user{number}") for number in range(20)))

    assert sum(won) == 1
    print(f"{len(won)} coordinators pressed at once, {sum(won)} answers")


async def test_a_colleague_can_be_relieved_on_purpose(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.enter(Role.COORDINATOR)
    await demo.press(f"/console/inbox/{ref}/claim")
    await demo.enter(Role.ADMINISTRATOR)

    await demo.press(f"/console/inbox/{ref}/claim", force="yes")

    await demo.press(f"/console/inbox/{ref}/write", text="Alex now.", key="c")
    assert [row.body for row in _hands(demo)] == ["Alex now."]


async def test_nobody_who_opted_out_is_written_to_by_hand(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.say(PHONE, "STOP")
    await demo.enter(Role.COORDINATOR)

    refused = await demo.press(f"/console/inbox/{ref}/write", status=422, text="Please come back", key="d")

    assert "They do not want messages" in refused.text
    assert _hands(demo) == []


async def test_words_for_later_leave_then_and_can_be_taken_back(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.enter(Role.COORDINATOR)
    at = demo.app.now() + timedelta(hours=3)
    local = at.astimezone(demo.app.house().zone).replace(tzinfo=None).isoformat(timespec="minutes")
    for key, words in (("e", "First"), ("f", "Second")):
        await demo.press(f"/console/inbox/{ref}/write", text=words, key=key, at=local)

    first = _hands(demo)[0]
    await demo.press(f"/console/inbox/{ref}/take-back", message=first.ref)
    await _drain(demo)
    assert [row.status for row in _hands(demo)] == [OutboxStatus.DROPPED, OutboxStatus.WAITING]

    demo.clock.forward_to(at + timedelta(minutes=1))
    await demo.app.clock.tick()
    await _drain(demo)
    assert [row.status for row in _hands(demo)] == [OutboxStatus.DROPPED, OutboxStatus.SENT]


async def test_danger_comes_before_questions_and_those_before_decisions(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)
    asks = await _asks(demo)
    demo.clock.forward_to(demo.app.now() + timedelta(minutes=5))
    await demo.say(OTHER, "HI", "1", "A child told me that his dad hits him")

    with demo.app.database.reading() as session:
        threads = inbox.list_threads(session, demo.app.hub.id, sites=None, now=demo.app.now())

    waiting = [thread for thread in threads if thread.waits_since]
    urgency = {thread.ref: thread.urgency for thread in waiting}
    assert list(urgency.values()) == sorted(urgency.values())
    assert waiting[0].ref == demo.talk(OTHER).person.ref
    assert (urgency[waiting[0].ref], urgency[asks]) == (Urgency.DANGER, Urgency.SOON)
    (longest, *_) = [thread for thread in waiting if thread.urgency is Urgency.IN_TURN]
    assert (longest.waits_since or NEVER) < (waiting[0].waits_since or NEVER)
    page = await demo.open("/console")
    places = [page.index(f"/inbox/{thread.ref}") for thread in waiting[:5]]
    assert places == sorted(places)


async def test_what_is_laid_aside_is_back_when_they_write(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.enter(Role.COORDINATOR)
    await demo.press(f"/console/inbox/{ref}/snooze", until="week")
    assert "Laid aside" in await demo.open("/console/inbox")

    demo.clock.forward_to(demo.app.now() + timedelta(minutes=5))
    await demo.say(PHONE, "Hello?")

    with demo.app.database.reading() as session:
        threads = inbox.list_threads(session, demo.app.hub.id, sites=None, now=demo.app.now())
    (thread,) = [thread for thread in threads if thread.ref == ref]
    assert thread.snoozed_until is None
    assert thread.waits_since is not None


async def test_canned_replies_are_kept_in_both_languages(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.enter(Role.COORDINATOR)

    await demo.press("/console/replies", name="Parking", en="Park in the street.", es="Estacione en la calle.")
    await demo.press("/console/replies", status=422, name="Half", en="Only English.", es="")

    assert "Park in the street." in await demo.open(f"/console/inbox/{ref}")
    assert "Half" not in await demo.open(f"/console/inbox/{ref}")


async def test_a_canned_reply_that_was_refused_is_still_the_one_that_is_changed(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)
    await demo.press("/console/replies", name="Parking", en="Park behind the school.", es="Hay lugar detrás.")
    found = re.search(r'name="reply" value="([^"]+)"', await demo.open("/console/replies"))
    assert found

    refused = await demo.press(
        "/console/replies", reply=found[1], name="Parking", en="x" * 5000, es="Hay lugar al lado.", status=422
    )

    again = refused.text.partition('role="alert"')[2]
    assert f'name="reply" value="{found[1]}"' in again
    assert "Hay lugar al lado." in again
    assert len(set(ids := re.findall(r'\bid="([^"]+)"', refused.text))) == len(ids)


async def test_who_is_not_at_ones_site_is_not_there(demo: Demo) -> None:
    ref = await _asks(demo)
    await demo.enter(Role.SITE_LEAD)

    for path in (f"/console/inbox/{ref}", f"/console/people/{ref}"):
        assert (await demo.client.get(path)).status_code == 404
    await demo.press(f"/console/inbox/{ref}/write", status=404, text="Hi", key="g")
    assert _hands(demo) == []


@pytest.mark.parametrize(
    ("ago", "purpose"),
    [
        (None, Purpose.WORD),
        (timedelta(minutes=1), Purpose.ANSWER),
        (timedelta(days=1), Purpose.ANSWER),
        (timedelta(days=1, minutes=1), Purpose.WORD),
    ],
    ids=["never wrote", "just wrote", "a day ago", "longer ago"],
)
def test_words_are_an_answer_for_a_day(ago: timedelta | None, purpose: Purpose) -> None:
    now = datetime(2026, 11, 23, 16, tzinfo=UTC)

    assert by_hand(now - ago if ago is not None else None, now) is purpose
