"""A coordinator's text names what differs from person to person, and says what to write where that is not known."""

from __future__ import annotations

import pytest

from flows.broadcast_text import WrongTextError, read_text

SHARED = {"hub": "Bright Hub", "help_phone": "312-555-0100"}


def read(text: str) -> tuple[str, dict[str, str]]:
    told = read_text(text, "en", shared=SHARED, max_chars=60)
    return told.body, dict(told.instead)


def test_what_is_the_same_for_everybody_is_filled_at_once() -> None:
    assert read(" {hub}: call {help_phone}. ") == ("Bright Hub: call 312-555-0100.", {})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first_name": "Ana", "site": "Lincoln"}, "Hi Ana, Lincoln"),
        ({}, "Hi friend, school"),
        ({"first_name": "", "site": None}, "Hi friend, school"),
    ],
    ids=["known", "unknown", "empty"],
)
def test_who_has_no_name_is_called_what_the_text_says(values: dict[str, str | None], said: str) -> None:
    told = read_text("Hi {first_name|friend}, {site|school}", "en", shared=SHARED, max_chars=60)

    assert told.is_personal
    assert told.fill(values) == said


def test_a_name_may_be_left_out() -> None:
    assert read_text("Hi{first_name|}!", "en", shared=SHARED, max_chars=60).fill({}) == "Hi!"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("  ", "empty"),
        ("Hi {name}", "unknown_variable"),
        ("Hi {first_name}", "no_word"),
        ("{first_name|friend} {first_name|you}", "two_words"),
        ("x" * 61, "too_long"),
    ],
)
def test_a_text_that_cannot_be_sent_says_why(text: str, kind: str) -> None:
    with pytest.raises(WrongTextError) as refused:
        read(text)

    assert refused.value.kind == kind
    assert str(refused.value).startswith("The text (en)")
