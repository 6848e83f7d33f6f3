"""Replies in people's own words: slang, slips, dictation, Spanish and both languages at once, for every type."""

from __future__ import annotations

import time
from typing import Any

import pytest

from flows.answers import ANSWER_TYPES, AnswerChoice, Within
from flows.intents import read_intent
from tests.flows.answers.asking import outcome, told

SITES = (
    AnswerChoice(id="a", label="Lincoln Elementary"),
    AnswerChoice(id="b", label="Roosevelt Middle School"),
    AnswerChoice(id="c", label="Parkside Library"),
    AnswerChoice(id="d", label="None of these"),
)
SLOTS = (
    AnswerChoice(id="mon", label="Mon Dec 7, 4:00 PM"),
    AnswerChoice(id="tue", label="Tue Dec 8, 9:30 AM"),
    AnswerChoice(id="sat", label="Sat Dec 12, 10:00 AM"),
)

YES = """I wouldn't say no|don't see why not|I'm not opposed|I couldn't agree more|no hay pex|no le veo inconveniente|no se preocupe, sí voy|
uh huh|mhm|np|ofc|i'm game|that'd be lovely|I sure can|definately|absolutly|if it's not too late, yes|sí pero después de las 3|it is|
no, I don't mind|no me puedo negar|nothing would make me happier|don't worry, I'll be there|ps si|ándale pues"""
NO = """sure not|do I have to? no|ni hablar|ni de chiste|I must decline|I am unable to|I've never done that|hell nah|better not|que va|
prefer not|negatory"""
UNSURE = """I'll have to ask my mom|tengo que preguntarle a mi esposo|on the fence|lemme think|no clue|ni sí ni no|igual y sí|
let me get back to you|lo tengo que pensar"""


def _each(lines: str) -> list[str]:
    return [reply.strip("\n") for reply in lines.split("|")]


@pytest.mark.parametrize(
    ("reply", "value"),
    [(reply, value) for lines, value in ((YES, True), (NO, False), (UNSURE, None)) for reply in _each(lines)],
)
def test_whether_a_person_agrees_is_heard_in_any_wording(reply: str, value: bool | None) -> None:
    assert told(outcome("yes_no", reply)) is value


@pytest.mark.parametrize("reply", ["no no no, yes I can come", "no, claro que sí", "yes. no"])
def test_a_yes_and_a_no_in_one_breath_are_no_guess(reply: str) -> None:
    assert told(outcome("yes_no", reply)) == (True, False)


@pytest.mark.parametrize(
    ("reply", "choices", "value"),
    [
        *[("the library", SITES, "c"), ("the middle school", SITES, "b"), ("Elementary", SITES, "a")],
        *[
            ("rosevelt", SITES, "b"),
            ("none of them work", SITES, "d"),
            ("anything but the library", SITES, "-not_understood"),
        ],
        *[("Lincoln or the library", SITES, ("a", "c")), ("I have 2 kids in school", SITES, "-not_understood")],
        *[
            ("1, no wait, 2", SITES, "b"),
            ("not 2, 3", SITES, "c"),
            ("option b please", SITES, "b"),
            ("la de abajo", SITES, "d"),
        ],
        *[("the one on Tuesday", SLOTS, "tue"), ("saturday works", SLOTS, "sat"), ("4pm", SLOTS, "mon")],
        *[
            ("9:30", SLOTS, "tue"),
            ("the 12th", SLOTS, "sat"),
            ("Dec 8", SLOTS, "tue"),
            ("wednesday", SLOTS, "-not_understood"),
        ],
    ],
)
def test_a_choice_is_told_apart_by_its_words(reply: str, choices: tuple[AnswerChoice, ...], value: object) -> None:
    assert told(outcome("choice", reply, choices=choices)) == value


@pytest.mark.parametrize(
    ("kind", "reply", "value", "known"),
    [
        *[
            ("number", "5hrs", 5, {}),
            ("number", "8ish", 8, {}),
            ("number", "3-4", (3, 4), {}),
            ("number", "thirtey", 30, {}),
        ],
        *[("number", "un billon", 10**12, {}), ("number", "a million", 1_000_000, {})],
        *[("number", "two and a half", "-not_whole", {}), ("number", "there are 4 of us", 4, {})],
        *[("age", "turning 18 next month", 17, {}), ("age", "casi 18", 17, {}), ("age", "16 going on 17", 16, {})],
        *[
            ("age", "I'll be 17 in March", 16, {}),
            ("age", "born in 58", 69, {}),
            ("age", "class of 2027", "-not_understood", {}),
        ],
        *[
            ("age", "tengo 17 pero cumplo 18 en mayo", 17, {}),
            ("age", "turned 31 in March", 31, {}),
            ("age", "veinti siete", 27, {}),
        ],
        *[
            ("age", "my 31st birthday is next week", 30, {}),
            ("age", "39 for the last ten years", 39, {}),
            ("age", "22f", 22, {}),
        ],
        *[
            ("time", "not 5, 6", "18:00", {"window": ("15:00", "19:00")}),
            ("time", "15 til 6", "17:45", {"window": ("15:00", "19:00")}),
        ],
        *[
            ("name", "wanda perez, that's me", {"first": "Wanda", "last": "Perez"}, {}),
            ("name", "la señora Frida Kahlo", {"first": "Frida", "last": "Kahlo"}, {}),
        ],
        *[
            ("name", "everyone calls me Patty", {"first": "Patty", "last": ""}, {}),
            ("name", "jajaja", "-not_a_name", {}),
        ],
        *[("age", "over 55", "-not_understood", {}), ("age", "my daughter is 12", "-not_understood", {})],
        *[
            ("age", "I have 2 kids", "-not_understood", {}),
            ("age", "fortyfive", 45, {}),
            ("age", "17 and a half", 17, {}),
        ],
        *[
            ("time", "twenty to seven pm", "18:40", {}),
            ("time", "ten to five", "16:50", {"window": ("15:00", "19:00")}),
        ],
        *[("time", "3 or 4", ("15:00", "16:00"), {"window": ("15:00", "19:00")})],
        *[("time", "make it 5 please", "17:00", {"window": ("15:00", "19:00")})],
        *[("time", "between 3 and 5 pm", ("15:00", "17:00"), {})],
        *[("date", "in 48 hours", "2027-03-12", {"within": Within.FUTURE})],
        *[("date", "not tuesday but wednesday", "2027-03-17", {"within": Within.FUTURE})],
        *[("date", "any day but friday", "-not_understood", {"within": Within.FUTURE})],
        *[("date", "3 de marso 1990", "1990-03-03", {"within": Within.PAST})],
        *[("date", "el 3 del 5 del 52", "1952-05-03", {"within": Within.PAST})],
        *[("date", "march 3rd oh four", "2004-03-03", {"within": Within.PAST})],
        *[("date", "12 31 99", "1999-12-31", {"within": Within.PAST})],
        *[("phone", "three one two, five five five, oh one four two", "+13125550142", {})],
        *[("email", "it's ruth baker 1948 at aol dot com", "ruthbaker1948@aol.com", {})],
        *[("name", "last name Zhang first name Wei", {"first": "Wei", "last": "Zhang"}, {})],
        *[("name", "my mom Rosa Diaz", {"first": "Rosa", "last": "Diaz"}, {})],
        *[("name", "The name's Bond, James Bond", {"first": "James", "last": "Bond"}, {})],
        *[("name", "Carmen Soto is my mom", {"first": "Carmen", "last": "Soto"}, {})],
        *[
            ("name", "Pedro Ruiz Gómez", {"first": "Pedro", "last": "Ruiz Gómez"}, {}),
            ("name", "who's asking", "-not_a_name", {}),
        ],
    ],
)
def test_a_value_is_found_in_any_wording(kind: str, reply: str, value: object, known: dict[str, Any]) -> None:
    assert told(outcome(kind, reply, **known)) == value


def test_a_fraction_counts_where_the_question_takes_one() -> None:
    from datetime import date

    from flows.answers import AnswerContext, read

    context = AnswerContext(language="es", today=date(2027, 3, 10), fractions=True)

    assert told(read("number", "tres y media", context)) == 3.5


WISHES = {
    "stop": "these texts need to stop|turn these off|stop txtng me|no autorizo que me escriban|🛑|make them stop|cease and desist|I want out|can you stop these|I asked you to stop|ya estuvo bueno de mensajes|take me off your contact list",
    "alert": "my dad gets drunk and hits us|I'm in danger|me siento en peligro|he threatened to kill me|me corto los brazos|"
    "my tutor asked me to send nudes|tengo miedo de ir a mi casa|nobody would care if i was dead|i took a bunch of pills|"
    "me obligó a hacer cosas|my coach kissed me|I get beaten at home|a mi amiga la violaron|no le veo sentido a la vida|im scared he will kill us|everyone would be better off if I was dead|life isn't worth it anymore|"
    "a volunteer followed my son into the bathroom|tengo un cuchillo y lo voy a usar|I've been cutting again|an adult is sending me sexual messages",
    "human": "I'd like to speak to the coordinator|con una persona por favor|put me through to staff",
    "back": "let me go back|a la anterior|quiero regresar|let me change my last answer|regrésame",
    "skip": "sáltalo|next|paso de esta|pasar a la siguiente",
    "status": "where am i in the process|how is my application going|am I in?|how long until I'm approved|when will I hear back",
    "delete_data": "please forget me and my info|get rid of my information",
    "language:en": "english only|why is this in spanish? english please",
    "help": "i need help with this|how do i use this",
    "cancel_shift": "free up my shift|take my name off the Friday shift|quítenme del turno del jueves",
}
ORDINARY = """stop, drop and roll lesson|my son plays drums, he hits them hard|took a first aid and child abuse prevention class|
we watched a documentary about suicide|my mom beats me at scrabble|my brother punches in at 9|no me molesta|I live 5 kms away|
my mom will call me at 5|who will I meet|my feet are killing me|I never abused anyone|alto, ¿en qué escuela?|what if I need to cancel?|I take pills for blood pressure|worked with abused kids before|
the gun range is near the school|child abuse clearance is done|no me llamen, mejor texto|is class cancelled if it rains|my dad hits golf balls|skip to Friday if you can|puede llamarme Patty|i have class mon-wed"""


@pytest.mark.parametrize(("name", "reply"), [(name, reply) for name, lines in WISHES.items() for reply in _each(lines)])
def test_a_wish_outranks_the_question_in_any_wording(name: str, reply: str) -> None:
    intent = read_intent(reply)

    assert intent is not None
    assert intent.name == name


@pytest.mark.parametrize("reply", _each(ORDINARY))
def test_ordinary_talk_is_no_wish(reply: str) -> None:
    assert read_intent(reply) is None


@pytest.mark.parametrize("piece", ["call me ", "first name ", "1 ", "mon ", "- ", "no ", "my mom ", "a@b. ", "hit me "])
def test_a_long_and_senseless_reply_is_read_in_bounded_time(piece: str) -> None:
    for kind in ANSWER_TYPES:
        outcome(kind, "warm", choices=SITES)
        began = time.process_time()
        outcome(kind, piece * 400, choices=SITES)
        assert time.process_time() - began < 1, kind
