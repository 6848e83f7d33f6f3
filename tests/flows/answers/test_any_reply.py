"""Whatever people send, every reader answers, soon, with a value that JSON can hold."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.answers import ANSWER_TYPES, Ambiguous, AnswerChoice, AnswerContext, Match, NoMatch, Within
from flows.answers.corrections import Known, read_correction
from flows.answers.words import MAX_CHARS, fold
from tests.flows.answers.asking import TODAY, outcome

CHOICES = (AnswerChoice(id="one", label="One thing"), AnswerChoice(id="two", label="Another"))
#: Pieces of real replies, so that chance meets the grammar and not only its edge.
PIECES = st.sampled_from(
    [
        "yes",
        "no",
        "not",
        "maybe",
        "sí",
        "the",
        "second",
        "2",
        "3/4",
        "5/14/1956",
        "14",
        "th",
        "of",
        "may",
        "mayo",
        "next",
        "friday",
        "el",
        "viernes",
        "mañana",
        "at",
        "a las",
        "3:30",
        "pm",
        "noon",
        "after",
        "until",
        "-",
        "to",
        "except",
        "menos",
        "mon",
        "weekends",
        "@",
        "dot",
        "com",
        "gmail",
        "617",
        "555",
        "0123",
        "02134",
        "zero",
        "hundred",
        "mil",
        "twenty",
        "and",
        "y",
        "'",
        ",",
        ".",
        "?",
        "!",
        "\n",
        "\u202e",
        "👍",
        "ñ",
        "I",
        "am",
        "my name is",
        "de la",
        "in",
        "two weeks",
        "ago",
        "a",
        "from",
        "29",
        "31",
        "99999999999",
        "000",
        "%",
        "$",
        "/",
        "christmas",
        "eid",
        "day after",
        "weeks before",
        "first",
        "last",
        "monday",
        "of the month",
        "next month",
        "half",
        "hours",
        "media",
        "hundred",
        "docena",
        "no, make it",
        "wrong",
        "people",
        "+999",
    ]
)
REPLIES = st.one_of(
    st.text(max_size=80), st.lists(PIECES, max_size=14).map(" ".join), st.lists(PIECES, max_size=10).map("".join)
)


@pytest.mark.parametrize("type_name", sorted(ANSWER_TYPES))
@given(reply=REPLIES, language=st.sampled_from(["en", "es", "fr"]), within=st.sampled_from([None, *Within]))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_reply_breaks_a_reader(type_name: str, reply: str, language: str, within: Within | None) -> None:
    result = outcome(type_name, reply, language=language, within=within, choices=CHOICES)

    match result:
        case Match(value=value, span=(start, end)):
            json.dumps(value)
            kind = ANSWER_TYPES[type_name]
            assert isinstance(value, kind.value) or (kind.nullable and value is None)
            assert 0 <= start <= end <= len(reply)
            assert 0 < result.confidence <= 1
        case Ambiguous(options=options):
            assert len(options) > 1
        case NoMatch(reason=reason):
            assert reason


@pytest.mark.parametrize("type_name", sorted(ANSWER_TYPES))
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        " ",
        "1 ",
        "-",
        "a.",
        "@",
        "a@",
        "no ",
        "not a ",
        "mon ",
        "1/",
        "3-",
        "o ",
        "'",
        "ab, ",
        "at 3 ",
        "twenty ",
        "in a ",
        "m",
        "yes, ",
        "christmas ",
        "2 weeks before ",
        "first monday of ",
        "1 hour and ",
        "two hundred ",
    ],
)
def test_long_replies_take_bounded_time(type_name: str, piece: str) -> None:
    began = time.perf_counter()

    outcome(type_name, piece * 4_000, choices=CHOICES, within=Within.FUTURE)

    assert time.perf_counter() - began < 1


KNOWN = {
    "people": Known(type="number", value=2, words=("people", "personas")),
    "rooms": Known(type="number", value=1, words=("rooms",)),
    "day": Known(type="date", value="2027-03-19", within=Within.FUTURE),
    "at": Known(type="time", value="16:00"),
    "kind": Known(type="choice", value="one", choices=CHOICES),
    "called": Known(type="name", value={"first": "Ana", "last": ""}),
    **{
        kind: Known(type=kind, value="")
        for kind in ("age", "availability", "duration", "email", "phone", "text", "zip")
    },
}


@given(reply=REPLIES, language=st.sampled_from(["en", "es", "fr"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_reply_breaks_the_reading_of_corrections(reply: str, language: str) -> None:
    result = read_correction(reply, AnswerContext(language=language, today=TODAY), KNOWN)

    if isinstance(result, Ambiguous):
        assert len(result.options) > 1
        return
    assert len({change.field for change in result}) == len(result)
    for change in result:
        assert change.field in KNOWN
        assert change.value is not None or not change.told
        assert change.value != KNOWN[change.field].value


@pytest.mark.parametrize("piece", ["1 ", "mon ", "not 2 ", "a@", "no, 3 people ", "at 3 "])
def test_long_corrections_take_bounded_time(piece: str) -> None:
    began = time.perf_counter()

    read_correction(piece * 4_000, AnswerContext(language="en", today=TODAY), KNOWN)

    assert time.perf_counter() - began < 1


@given(text=st.text())
@settings(max_examples=200, deadline=None)
def test_folding_keeps_the_way_back(text: str) -> None:
    reply = fold(text)

    assert len(reply.text) == len(reply.origins)
    assert all(0 <= start < end <= min(len(text), MAX_CHARS) for start, end in reply.origins)
    assert reply.text == reply.text.strip()
