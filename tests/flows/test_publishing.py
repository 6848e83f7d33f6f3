"""What becomes of one person when the sign-up that we ship is edited under them, and of one answer when its question is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.facts import Json
from flows.files.reader import read_flow
from flows.files.shape import FlowError
from flows.files.sources import changed, check_places, overlaid, shipped_sources
from flows.library import Library, library_of
from flows.model import Ask, Option, Step
from flows.publishing.move import Fate, move
from flows.publishing.refitting import refit
from tests.flows.talk import MONDAY, Talk

SHIPPED = shipped_sources()
TODAY = MONDAY.date()


def edited(*changes: tuple[str, str]) -> Library:
    """Change the sign-up that we ship."""
    source = SHIPPED["catalog/screening.toml"]
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return library_of({**SHIPPED, "catalog/screening.toml": source})


def carried(talk: Talk, after: Library) -> tuple[Talk, Fate]:
    library = after.with_revisions([*talk.library.revisions.values(), *after.revisions.values()])
    moved = move(talk.library, library, talk.conversation, today=TODAY)
    return replace(talk, library=library, conversation=moved.conversation), moved.fate


AT_ZIP = Talk().says("HI", "1", "1")


def test_other_words_change_nothing_but_the_words() -> None:
    talk, fate = carried(AT_ZIP, edited(("Please send the 5 digits of your ZIP code.", "Send 5 digits, please.")))

    assert fate is Fate.MOVED
    assert talk.frame.edit is None
    assert "Send 5 digits, please." in talk.says("what").text


def test_renamed_step_and_answer_are_found_again() -> None:
    renamed = edited(
        ("[step.zip]", '[step.home]\nwas = ["zip"]\nwas_saved_as = ["zip"]'),
        ('next = "zip"', 'next = "home"'),
        ('save_as = "zip"', 'save_as = "home_zip"'),
        ("{zip}", "{home_zip}"),
        ('id = "zip"', 'id = "home_zip"'),
    )
    waits, fate = carried(AT_ZIP, renamed)
    answered, _ = carried(AT_ZIP.says("60614"), renamed)

    assert fate is Fate.MAPPED
    assert waits.says("60614").frame.answers["home_zip"] == "60614"
    assert answered.frame.answers["home_zip"] == "60614"
    assert answered.says("5/14/1956").step == "audience"


def test_button_of_a_renamed_step_still_counts() -> None:
    renamed = edited(("[step.language]", '[step.tongue]\nwas = ["language"]'), ('next = "language"', 'next = "tongue"'))
    talk, _ = carried(Talk().says("HI", "1"), renamed)

    assert talk.taps("language", "es").step == "zip"


def test_reply_to_a_changed_question_is_not_taken_for_an_answer() -> None:
    changed_type = edited(('answer = "zip"\nsave_as = "zip"', 'answer = "text"\nsave_as = "zip"'))
    talk, fate = carried(AT_ZIP, changed_type)

    asked = talk.says("60614")

    assert fate is Fate.OPEN_QUESTION
    assert "zip" not in asked.frame.answers
    assert asked.step == "zip"


@pytest.mark.parametrize("word", ["HELP", "ESPAÑOL", "STATUS"])
def test_word_in_between_leads_to_the_open_question_as_well(word: str) -> None:
    talk, _ = carried(AT_ZIP, edited(('answer = "zip"\nsave_as = "zip"', 'answer = "text"\nsave_as = "zip"')))

    told = talk.says(word)

    assert told.step == "zip"
    assert "ZIP" in told.text


def test_flow_that_is_gone_is_kept() -> None:
    talk = replace(AT_ZIP, library=AT_ZIP.library)
    without = replace(talk.library, flows={k: v for k, v in talk.library.flows.items() if k != "screening"})

    moved = move(talk.library, without, talk.conversation, today=TODAY)

    assert moved.fate is Fate.KEPT
    assert moved.conversation == talk.conversation


RED = tuple(Option(id=name, label={"en": name.title(), "es": name}) for name in ("red", "blue"))


def ask(type_: str, **more: object) -> Ask:
    return Ask(question={}, type=type_, save_as="x", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "value", "fits"),
    [
        (ask("number", maximum=5), 5, (5,)),
        (ask("number", maximum=4), 5, ()),
        (ask("number"), True, ()),
        (ask("number"), "7", (7,)),
        (ask("text"), 7, ("7",)),
        (ask("zip"), "60614", ("60614",)),
        (ask("zip"), "Lane Tech", ()),
        (ask("date", within="past"), "1956-05-14", ("1956-05-14",)),
        (ask("date", within="future"), "1956-05-14", ()),
        (ask("yes_no"), "yes", (True,)),
        (ask("yes_no"), "maybe", ()),
        (ask("choice", options=RED), "red", ("red",)),
        (ask("choice", options=RED), "Blue", ("blue",)),
        (ask("choice", options=RED), "2", ()),
        (ask("name"), {"first": "Ana", "last": "Diaz"}, ({"first": "Ana", "last": "Diaz"},)),
        (ask("name"), "Ana", ()),
        (ask("text"), None, ()),
        (ask("text", optional=True), None, (None,)),
    ],
    ids=repr,
)
def test_answer_stands_while_it_fits_its_question(question: Ask, value: Json, fits: tuple[Json, ...]) -> None:
    assert refit(Step(id="s", ask=question), question, value, today=TODAY) == fits


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ('was = ["zip"]', "still a step"),
        ('was_saved_as = ["zip"]', "still saves"),
    ],
)
def test_former_name_that_is_still_in_use_is_refused(written: str, fault: str) -> None:
    source = SHIPPED["catalog/screening.toml"].replace("[step.role]", f"[step.role]\n{written}")

    with pytest.raises(FlowError, match=fault):
        read_flow(source, file="screening.toml", sets=AT_ZIP.library.sets)


def test_two_steps_cannot_have_been_the_same() -> None:
    source = SHIPPED["catalog/screening.toml"]
    for step in ("role", "zip"):
        source = source.replace(f"[step.{step}]", f'[step.{step}]\nwas = ["old"]')

    with pytest.raises(FlowError, match="already"):
        read_flow(source, file="screening.toml", sets=AT_ZIP.library.sets)


def test_a_hubs_phrases_are_merged_and_its_other_files_replace_ours() -> None:
    own = {"phrases.toml": "[once_more]\nen = '''Again:'''\nes = '''De nuevo:'''\n"}

    library = library_of(overlaid(SHIPPED, own))

    assert library.phrases.say("once_more", "en") == "Again:"
    assert library.phrases.texts.keys() == AT_ZIP.library.phrases.texts.keys()
    assert changed(SHIPPED, {**SHIPPED, **own}) == own


def test_file_in_a_wrong_place_is_told() -> None:
    with pytest.raises(FlowError, match="catalog"):
        check_places({"screening.toml": ""})
