"""Flows of the console: where people are, texts written anew, published and taken back; of two who write, one is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import select

from bot.console.flows.diagram import path_of
from flows.rules.access import Role
from storage import publications
from storage.conversations import batch
from storage.progress import read_progress
from storage.tables import ConversationRow
from storage.whereabouts import count_at_steps, people_at
from tests.console.opened import Demo

ZIP = "/console/flows/one/catalog/screening/zip"
FIELD = "step.zip:ask.en"
BEFORE = "What is your home ZIP code? It tells us which schools are near you."
AFTER = "Please tell us your home ZIP code. Which one is it?"


def _form(texts: dict[str, str]) -> Any:
    return texts


def _published(demo: Demo) -> int:
    with demo.app.database.reading() as session:
        return publications.latest_id(session, demo.app.hub.id)


async def _write(demo: Demo, text: str, *, shown: str = BEFORE, status: int = 303) -> str:
    answer = await demo.press(ZIP, status=status, **_form({f"text-{FIELD}": text, f"shown-{FIELD}": shown}))
    return answer.text


async def _token(demo: Demo) -> str:
    found = re.search(r'name="token" value="(\w+)"', await demo.open("/console/flows/draft/plan"))
    assert found
    return found[1]


async def _publish(demo: Demo) -> None:
    await demo.press("/console/flows/draft/publish", token=await _token(demo))
    await demo.app.shelf.look()


async def test_every_flow_and_step_has_a_page(demo: Demo) -> None:
    await demo.enter(Role.AUDITOR)
    for flow_id, flow in demo.app.shelf.library.flows.items():
        page = await demo.open(path_of(flow_id))
        assert 'style="' not in page
        for step in list(flow.steps)[:4]:
            assert f'href="{path_of(flow_id)}/{step}"' in page
            await demo.open(f"{path_of(flow_id)}/{step}")


async def test_people_listed_at_a_step_are_those_counted_there(demo: Demo) -> None:
    with demo.app.database.reading() as session:
        counted = count_at_steps(session, demo.app.hub.id)
        found = {place: people_at(session, demo.app.hub.id, *place, limit=1000) for place in counted}
    await demo.enter()

    assert {place: len(people) for place, people in found.items()} == dict(counted)
    page = await demo.open(ZIP)
    for person in found["screening", "zip"]:
        assert f"/console/people/{person.ref}" in page


def test_nobody_goes_on_from_where_they_never_were(demo: Demo) -> None:
    with demo.app.database.reading() as session:
        progress = read_progress(session, demo.app.hub.id)

    assert progress.reached["screening", "consent"] > progress.reached["screening", "zip"] > 0
    assert all(progress.went_on.get(place, 0) <= number for place, number in progress.reached.items())
    assert set(progress.went_on) <= set(progress.reached)
    assert all(number <= progress.people for number in progress.reached.values())


async def test_a_text_is_written_anew_planned_published_and_taken_back(demo: Demo) -> None:
    await demo.say("+13125559001", "HI", "1", "1")
    await demo.enter(Role.COORDINATOR)
    with demo.app.database.reading() as session:
        before = {talk.person_id: talk for talk in batch(session, demo.app.hub.id, after=0, limit=9999)}

    await _write(demo, AFTER)
    assert BEFORE in demo.talk("+13125559001").messages[-1].text  # nobody gets a draft
    plan = await demo.open("/console/flows/draft/plan")
    assert "go on where they are" in plan
    assert "1 warning. It does not forbid publishing." in plan  # the Spanish text was not written anew
    await _publish(demo)

    listed = await demo.open("/console/flows")
    assert "Publication 1" in listed
    assert "Maria Lopez" in listed
    await demo.say("+13125559002", "HI", "1", "1")
    assert AFTER in demo.talk("+13125559002").messages[-1].text
    await demo.say("+13125559001", "60614")
    assert "date of birth" in demo.talk("+13125559001").messages[-1].text

    await demo.press("/console/flows/back", publication=str(_published(demo)))
    await demo.app.shelf.look()
    await demo.say("+13125559003", "HI", "1", "1")
    assert BEFORE in demo.talk("+13125559003").messages[-1].text
    await demo.say("+13125559002", "60614")
    assert "date of birth" in demo.talk("+13125559002").messages[-1].text
    with demo.app.database.reading() as session:
        after = {row.person_id for row in session.exec(select(ConversationRow))}
    assert set(before) <= after


async def test_what_the_linter_calls_an_error_is_not_published(demo: Demo) -> None:
    await demo.enter()
    await _write(demo, "What is your ZIP? And where do you live? And why?")

    plan = await demo.open("/console/flows/draft/plan")
    assert "asks 3 questions" in plan
    assert 'name="token"' not in plan
    page = await demo.press("/console/flows/draft/publish", status=409, token="x")
    assert "Somebody has written or published meanwhile" in page.text
    assert _published(demo) == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "Write something"), ("Your ZIP, {shoe_size}?", "names in braces"), ("A '''quoted''' ZIP", "quotation marks")],
    ids=["empty", "unknown name", "quotation marks"],
)
async def test_what_cannot_be_kept_is_refused_and_not_lost(text: str, told: str, demo: Demo) -> None:
    await demo.enter()

    page = await _write(demo, text, status=422)

    assert told in page
    assert "The draft is empty." in await demo.open("/console/flows/draft")


async def test_of_two_who_write_the_second_is_told(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)
    await _write(demo, AFTER)
    await demo.enter(Role.ADMINISTRATOR)

    page = await _write(demo, "Which ZIP do you live in?", status=409)

    assert "Somebody else has written here meanwhile" in page
    assert AFTER in page
    assert "Which ZIP do you live in?" in page
    await _write(demo, "Which ZIP do you live in?", shown=AFTER)  # pressed again, on purpose
    assert "Which ZIP do you live in?" in await demo.open("/console/flows/draft")


async def test_a_plan_that_has_changed_is_not_published(demo: Demo) -> None:
    await demo.enter()
    await _write(demo, AFTER)
    token = await _token(demo)
    await _write(demo, "Which ZIP do you live in?", shown=AFTER)

    await demo.press("/console/flows/draft/publish", status=409, token=token)
    assert _published(demo) == 0
    await _publish(demo)
    await demo.press("/console/flows/back", status=409, publication="0")

    assert _published(demo) == 1


async def test_sentences_and_answers_are_written_anew_as_well(demo: Demo) -> None:
    await demo.enter()
    phrases, faq = "/console/flows/words/phrases/unchanged", "/console/flows/words/faq/cost"
    assert phrases in await demo.open("/console/flows/words?words=stays as it was")

    kept = demo.app.shelf.library.phrases.texts["unchanged"]["en"]
    await demo.press(
        phrases, **_form({"text-unchanged:.en": "All right, nothing changes.", "shown-unchanged:.en": kept})
    )
    said = demo.app.shelf.library.faq.entries["cost"].answer["en"]
    await demo.press(faq, **_form({"text-faq.cost:answer.en": "It costs nothing.", "shown-faq.cost:answer.en": said}))
    await _publish(demo)

    library = demo.app.shelf.library
    assert library.phrases.texts["unchanged"]["en"] == "All right, nothing changes."
    assert library.phrases.texts["once_more"]["en"] == "Once more:"
    assert library.faq.entries["cost"].answer["en"] == "It costs nothing."


async def test_words_are_weighed_while_they_are_written(demo: Demo) -> None:
    await demo.enter()

    page = await demo.press(
        f"/console/flows/weigh?field={FIELD}&flow=screening", status=200, **_form({f"text-{FIELD}": "¿Cuál ZIP? " * 12})
    )

    assert "2 parts as SMS" in page.text
    assert "á" in page.text.partition("dearer")[2]


async def test_what_is_shown_of_a_text_names_the_hub(demo: Demo) -> None:
    await demo.enter(Role.ADMINISTRATOR)

    page = await demo.press(
        f"/console/flows/weigh?field={FIELD}&flow=screening", status=200, **_form({f"text-{FIELD}": "Aquí {hub}."})
    )

    assert f"Aquí {demo.app.hub.name}." in page.text


async def test_the_auditor_reads_and_does_not_write(demo: Demo) -> None:
    await demo.enter(Role.AUDITOR)

    page = await demo.open(ZIP)

    assert "<textarea" not in page
    assert BEFORE in page
    await demo.press(ZIP, status=403, **_form({f"text-{FIELD}": AFTER}))
