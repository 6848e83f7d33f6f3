"""A yes, a no and a "not sure", as people text them."""

from __future__ import annotations

import pytest

from flows.answers import Match
from tests.flows.answers.asking import outcome, told

YES = """yes|Yes!|YES PLEASE|yep|yup|yeah sure|y|Yess|ok|okay|sure|sure thing|of course|absolutely|sounds good|Sounds great, thanks|
that works for me|works for me|I do|I am|I can|count me in|go ahead|correct|that's right|That is all correct|perfect|👍|👍🏽|✅|
no problem|no worries|why not|sure, no problem|Yes, I have no allergies|I guess so|you bet|happy to|please do|I'd love to|it's a yes from me|
sí|Si|sí, gracias|SÍ POR FAVOR|sip|claro|claro que sí|por supuesto|dale|vale|de acuerdo|está bien|ok, gracias|simón|órale|con mucho gusto|
creo que sí|cómo no|perfecto|correcto|así es|me interesa|cuenten conmigo|sin problema|yes gracias|sí please|hola, sí|ye\u200bs|\u202eyes\u202c"""
NO = """no|No.|NO!!!|nope|nah|n|no thanks|No, thank you|not now|not today|not really|absolutely not|of course not|never|I can't|
I don't think so|not interested|maybe later|no way|I do not|that's wrong|that is not right|I don't have a car|👎|❌|nah I'm good|
no gracias|nunca|claro que no|por supuesto que no|ahora no|todavía no|creo que no|para nada|no puedo|no tengo carro|tampoco|nel|
no, gracias amigo|mejor no|otro día|jamás|no lo tengo|hello, no"""
UNSURE = """not sure|I'm not sure|maybe|perhaps|idk|I don't know|it depends|let me think about it|no idea|not sure yet|dunno|
no sé|No se|no estoy seguro|no estoy segura|tal vez|quizás|depende|a lo mejor|no lo sé|quién sabe"""
OTHER = """I am 17|tengo 17|I have class then|what?|Tuesday|5|my name is Ana|who is this|thanks|gracias|hola|¿cuánto tiempo?|..."""


def _each(lines: str) -> list[str]:
    return [reply.strip("\n") for reply in lines.split("|")]


@pytest.mark.parametrize("reply", _each(YES))
def test_a_yes_is_heard(reply: str) -> None:
    assert told(outcome("yes_no", reply)) is True


@pytest.mark.parametrize("reply", _each(NO))
def test_a_no_is_heard(reply: str) -> None:
    assert told(outcome("yes_no", reply)) is False


@pytest.mark.parametrize("reply", _each(UNSURE))
def test_not_sure_is_an_answer_of_its_own(reply: str) -> None:
    result = outcome("yes_no", reply)

    assert isinstance(result, Match)
    assert result.value is None


@pytest.mark.parametrize("reply", _each(OTHER))
def test_anything_else_is_no_answer(reply: str) -> None:
    assert told(outcome("yes_no", reply)) == "-not_understood"


@pytest.mark.parametrize("reply", ["", "   ", "\x00", "\u200b\u200e", "🤔"])
def test_nothing_is_empty(reply: str) -> None:
    assert told(outcome("yes_no", reply)) == "-empty"


@pytest.mark.parametrize(
    "reply", ["yes, but not now", "yes no", "no yes", "yeah but later", "sí, pero ahora no", "sí no"]
)
def test_a_yes_with_a_no_is_asked_again(reply: str) -> None:
    assert told(outcome("yes_no", reply)) == (True, False)


@pytest.mark.parametrize(
    ("reply", "value", "rest"),
    [
        ("yes, but Tuesday", True, "but Tuesday"),
        ("no, make it 3pm", False, "make it 3pm"),
        ("yes please", True, ""),
        ("sí, pero el martes", True, "pero el martes"),
    ],
)
def test_what_comes_with_the_answer_is_kept(reply: str, value: bool, rest: str) -> None:
    result = outcome("yes_no", reply)

    assert isinstance(result, Match)
    assert (result.value, result.rest) == (value, rest)


def test_the_span_points_into_the_original_text() -> None:
    reply = "  ¡SÍ! gracias"

    result = outcome("yes_no", reply)

    assert isinstance(result, Match)
    assert reply[slice(*result.span)] == "SÍ"


@pytest.mark.parametrize(("tap", "value"), [("yes", True), ("no", False)])
def test_a_button_needs_no_words(tap: str, value: bool) -> None:
    assert told(outcome("yes_no", "whatever the label was", tap=tap)) is value


def test_a_bare_please_is_a_guess() -> None:
    result = outcome("yes_no", "please")

    assert isinstance(result, Match)
    assert result.value is True
    assert result.confidence < 0.8
