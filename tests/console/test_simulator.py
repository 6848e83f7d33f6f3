"""The simulator's page: a talk on three channels, the clock, and what stands behind it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from flows.facts import BookingStatus
from flows.messages import InboundKind
from storage.store import OutboxStatus
from tests.console.opened import MONDAY, REFERENCES, SIGN_UP, Demo

#: Nobody's yet.
NEW = "+16305550177"


async def test_the_first_page_leads_to_the_simulator_and_says_what_to_do(demo: Demo) -> None:
    page = await demo.open("/")

    assert "Meet Bright Futures Hub" in page
    assert "/simulator/new/sms" in page


async def test_health_pages_answer(demo: Demo) -> None:
    assert "alive" in await demo.open("/healthz")
    assert "ready" in await demo.open("/readyz")


@pytest.mark.parametrize("channel", ["sms", "slack", "telegram"])
async def test_someone_new_has_not_written_yet(demo: Demo, channel: str) -> None:
    page = await demo.open(f"/simulator/new/{channel}")

    assert "Nobody has written yet" in page
    assert "Nothing yet." in page


async def test_one_message_is_shown_as_each_channel_is_given_it(demo: Demo) -> None:
    page = await demo.say(NEW, "HI")

    sms, slack, telegram = (_phone(page, name) for name in ("sms", "slack", "telegram"))
    assert re.search(r"\n1 .+\n2 .+</div>", sms)
    assert re.search(r"\d segments?, GSM-7", sms)
    assert 'value="consent|yes" class="block-button"' in slack
    assert 'value="consent|yes" class="inline-key"' in telegram


async def test_letters_that_make_a_text_dear_are_named(demo: Demo) -> None:
    await demo.begin(NEW, name="María López")
    page = await demo.say(NEW, "1")

    assert "2 segments, UCS-2, because of <kbd>í</kbd>" in _phone(page, "sms")


@pytest.mark.parametrize("answer", ["typed", "pressed"])
async def test_a_button_does_what_its_number_does(demo: Demo, answer: str) -> None:
    await demo.say(NEW, "HI")
    if answer == "pressed":
        await demo.do(f"/simulator/sms/{NEW}/tap", value="consent|yes")
    else:
        await demo.say(NEW, "1")

    talk = demo.talk(NEW)
    assert talk.person.stage == "screening"
    assert talk.written[-1].kind == (InboundKind.TAP if answer == "pressed" else InboundKind.MESSAGE)


async def test_what_people_type_cannot_become_a_part_of_the_page(demo: Demo) -> None:
    page = await demo.say(NEW, "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>')

    assert "<script>alert" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 3


async def test_the_page_needs_nothing_from_elsewhere_and_allows_nothing_inline(demo: Demo) -> None:
    answer = await demo.client.get("/simulator")

    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.findall(r'(?:src|href)="(?!/)', answer.text.replace('href="#', 'href="/#'))
    assert not re.findall(r"<style|<script>|\sstyle=|\son\w+=", answer.text)


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example"}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}],
    ids=["foreign name", "foreign origin", "foreign site"],
)
async def test_other_pages_cannot_write_for_anybody(demo: Demo, headers: dict[str, str]) -> None:
    answer = await demo.client.post(f"/simulator/sms/{NEW}/write", data={"text": "HI"}, headers=headers)

    assert answer.status_code == 403


async def test_without_script_a_form_leads_back_to_the_talk(demo: Demo) -> None:
    answer = await demo.client.post(f"/simulator/sms/{NEW}/write", data={"text": "HI"})

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/simulator/sms/{NEW}"


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        (f"/simulator/sms/{NEW}/tap", {"value": "nonsense"}, 400),
        (f"/simulator/fax/{NEW}/write", {"text": "HI"}, 422),
        ("/simulator/sms/a%20b/write", {"text": "HI"}, 422),
        (f"/simulator/sms/{NEW}/network", {"kind": "message"}, 422),
    ],
    ids=["no button", "no channel", "no address", "no event"],
)
async def test_nonsense_is_refused(demo: Demo, path: str, form: dict[str, str], status: int) -> None:
    assert (await demo.client.post(path, data=form)).status_code == status


async def test_the_carrier_confirms_stop_and_the_bot_does_not(demo: Demo) -> None:
    page = await demo.say(NEW, "HI", "STOP")

    assert "The carrier itself confirms this" in page
    assert "Opted out" in page
    assert len(demo.talk(NEW).messages) == 1


async def test_a_telegram_person_presses_start(demo: Demo) -> None:
    await demo.do("/simulator/telegram/800000001/network", kind="start")

    page = await demo.open("/simulator/telegram/800000001")
    assert "pressed Start" in page
    assert "consent|yes" in page


async def test_the_reason_of_each_reply_is_told_in_words(demo: Demo) -> None:
    await demo.begin(NEW)
    page = unescape(await demo.say(NEW, "1", "what?"))

    assert "Understood as an answer to <b>zip</b>" in page
    assert "Moved to <b>Training booked</b>" in page
    assert "fit and are offered" in page
    assert "Agreed" in page


async def test_reminders_leave_in_order_each_at_its_own_time(demo: Demo) -> None:
    await demo.begin(NEW)
    await demo.say(NEW, "1")
    wanted = {reminder.kind: reminder.due_at for reminder in demo.talk(NEW).places[0].reminders}

    told = await demo.do("/simulator/clock", by="date", to="2026-12-05T12:00")

    sent = [message for message in demo.talk(NEW).messages if message.purpose == "reminder"]
    assert len(sent) == len(wanted) > 0
    for message, due_at in zip(sent, sorted(wanted.values()), strict=True):
        assert message.settled_at is not None
        assert due_at <= message.created_at <= message.settled_at < due_at + timedelta(seconds=5)
    assert told.startswith("It is now Sat Dec 5, 12 PM.")


async def test_the_next_reminder_is_ones_own(demo: Demo) -> None:
    await demo.begin(NEW)
    await demo.say(NEW, "1")
    due_at = min(reminder.due_at for reminder in demo.talk(NEW).places[0].reminders)

    await demo.do("/simulator/clock", by="reminder", channel="sms", user=NEW)

    assert due_at <= demo.clock() < due_at + timedelta(seconds=5)
    page = await demo.say(NEW, "C")
    assert "Confirmed" in page


@pytest.mark.parametrize(
    ("to", "told"),
    [("2026-11-01T10:00", "only goes forward"), ("2031-01-01T10:00", "too far"), ("soon", "Nothing is due")],
)
async def test_the_clock_goes_nowhere_else(demo: Demo, to: str, told: str) -> None:
    assert told in await demo.do("/simulator/clock", by="date", to=to)
    assert demo.clock() < MONDAY + timedelta(minutes=5)


async def test_whoever_attended_may_take_a_shift(demo: Demo) -> None:
    await demo.begin(NEW)
    await demo.say(NEW, "1")
    slot = demo.talk(NEW).places[0].slot.ref

    await demo.do(f"/simulator/sms/{NEW}/attended", slot=slot)
    await demo.say(NEW, "SHIFTS", "1")

    talk = demo.talk(NEW)
    assert talk.person.stage == "placed"
    assert [place.booking.status for place in talk.places if place.slot.ref == slot] == [BookingStatus.ATTENDED]


async def test_what_did_not_leave_is_listed_with_its_reason(demo: Demo) -> None:
    await demo.begin(NEW)
    await demo.say(NEW, "1")
    await demo.do(f"/simulator/sms/{NEW}/network", kind="blocked")

    await demo.do("/simulator/clock", by="reminder", channel="sms", user=NEW)

    page = await demo.open(f"/simulator/sms/{NEW}")
    assert demo.talk(NEW).messages[-1].status is OutboxStatus.DROPPED
    assert "the person blocked the bot" in page


async def test_every_seeded_talk_can_be_opened(demo: Demo) -> None:
    people = await demo.open("/simulator/people")
    links = re.findall(r'href="(/simulator/[^"]+)"', people)

    assert len(links) >= 200
    for link in links[::7]:
        assert "What was decided, and why" in await demo.open(link)


def _phone(page: str, name: str) -> str:
    """Return the part of the page that draws one channel."""
    return page.split(f'<section class="phone {name}"', 1)[1].split("</section>", 1)[0]


async def test_a_coordinators_checks_are_shown_and_done_by_one_button(demo: Demo) -> None:
    page = await demo.say(NEW, *SIGN_UP, "Ana Lopez", *REFERENCES)
    assert re.search(r"Background check</b> <span class=\"tag warn\">missing", page)

    await demo.do(f"/simulator/sms/{NEW}/checked")

    page = await demo.open(f"/simulator/sms/{NEW}")
    assert demo.talk(NEW).person.stage == "eligible"
    assert "All checks are done" not in page
    assert "your checks are done" in demo.talk(NEW).messages[-1].text


async def test_a_guardian_is_no_volunteer_and_their_letter_can_be_opened_from_the_mailbox(demo: Demo) -> None:
    before = await demo.open("/simulator/people")
    lines = ("HI", "1", "1", "60614", "2/14/2010", "Rosa Vega", "rosa.vega@example.org", "Mia Vega", "4")
    await demo.say(NEW, *lines, "Northgate High", "2027", "NO", "mentor", "weekday afternoons", "1")

    mailbox = await demo.open("/simulator/outside")
    beside = await demo.open(f"/simulator/sms/{NEW}")
    after = await demo.open("/simulator/people")

    for page in (mailbox, beside):
        assert re.search(r'<a href="/l/[\w-]{22}" target="_blank" rel="noopener">http://localhost:8000/l/', page)
        assert "rosa.vega@example.org" in page
    assert "rosa.vega" not in after
    assert _counted(after) == _counted(before) + 1


def _counted(people: str) -> int:
    found = re.search(r"(\d+) people", people)
    assert found
    return int(found[1])


async def test_the_clock_goes_to_the_next_date_that_is_booked(demo: Demo) -> None:
    assert "No date is booked" in await demo.do("/simulator/clock", by="place", channel="sms", user=NEW)
    await demo.begin(NEW)
    await demo.say(NEW, "1")
    starts_at = demo.talk(NEW).places[0].slot.starts_at

    await demo.do("/simulator/clock", by="place", channel="sms", user=NEW)

    assert starts_at <= demo.clock() < starts_at + timedelta(minutes=1)
