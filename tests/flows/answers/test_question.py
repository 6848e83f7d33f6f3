"""What a statement answers depends on the question: its verb, which way round it is, and what it asks for."""

from __future__ import annotations

import pytest

from flows.answers import LIKELY, Match
from tests.flows.answers.asking import outcome, told

#: Question, replies that say yes, replies that say no, replies that leave it open; replies are parted by bars.
ASKED = (
    ("Do you mind if we call you?", "yes I mind|I do mind|I'd rather you didn't", "not at all|I don't mind|no problem|go ahead|sure, go ahead|please do|of course not", "sure|of course"),
    ("¿Le molesta si le llamamos?", "sí me molesta|sí, prefiero que no", "no me molesta|para nada|adelante|claro, adelante|no hay problema|en lo absoluto", "claro"),
    ("Is anything wrong?", "yes", "all good|everything is fine|nothing's wrong|nope all good", "Maria"),
    ("Do you have any questions?", "just one|a couple|I do have a question", "nope, all clear|I'm good|that's all|no questions", "hmm"),
    ("¿Tiene alguna duda?", "una|tengo una pregunta", "todo claro|ninguna duda|sería todo|ahorita ninguna", "los lunes"),
    ("Do you have any allergies?", "peanuts|to bee stings", "none that I know of|I'm healthy|no allergies", "what do you mean"),
    ("¿Tiene alguna alergia?", "al cacahuate|polen y polvo", "ninguna que yo sepa", "¿por qué?"),
    ("Do you have a driver's license?", "I do|I have one|got one|we do", "I don't|don't have one|it's expired|lost it", "I have class"),
    ("¿Tiene licencia de conducir?", "la tengo|sí tengo|tengo", "no la tengo|todavía no|está vencida", "soy maestra"),
    ("Can you lift 20 pounds?", "I can|easily|I think I can", "I can't|I don't think I can", "I have a bad back"),
    ("Have you worked with children before?", "many times|once or twice|I've done it before|25 years as a teacher", "never have|this would be my first time|first time|no experience", "it depends"),
    ("¿Habla inglés?", "un poco|lo hablo bien|me defiendo", "ni una palabra|no lo hablo|casi nada", "más o menos"),
    ("Did you finish the training?", "I did|just did|already done|finished it last night", "haven't yet|I forgot|still working on it|almost", "Tuesday"),
    ("¿Terminó el curso?", "ya lo terminé|ya lo hice|hace rato", "todavía no|se me olvidó|apenas lo voy a empezar", "no sé"),
    ("Can you come on Tuesday?", "I'll be there|Tuesday yes|anytime|I'll make it work", "I work tuesdays|I'm busy|I have class then|my son has a game|Wednesday would be better|got a dentist appointment", "I work until 3|if I get off work in time"),
    ("¿Puede venir el martes?", "ahí estaré|el martes sí|puedo el martes", "trabajo ese día|tengo junta|martes imposible|se me complica|va a estar difícil", "depende del trabajo"),
    ("Are you 18 or older?", "I'm 34|18|turned 18 in May|I'm an adult", "I'm 16|17|still a minor|almost", "maybe"),
    ("Do you still live in Oakland?", "still do|I live in Oakland", "not anymore|we moved to Reno", "I live in Berkeley"),
    ("Is your email ana@x.org?", "it's right|that is correct", "typo|there's a typo|it's ana2", "why"),
    ("Do you speak English and Spanish?", "both|fluently", "not a word", "50/50"),
)  # fmt: skip

TWO_BREATHS = {
    True: "no wait, yes I can|no, I mean yes|I've never had trouble with that, so yes|kind of, yes|on second thought, yes",
    False: "yes I mean no|yes. wait, no|I'd love to but I work|me encantaría pero no puedo|ojalá pudiera|wish I could|"
    "yeah, I can't|yeah I don't think so|yea nah|obvio no|I will have to decline|sure don't|siempre no|no se va a poder",
    None: "luego le digo|I really don't know|can't say right now|todavía no estoy seguro|let you know later",
}
OUT_LOUD = {
    True: "yeeees|let's gooo|sí se puede|sí, me late|roger that|by all means|venga|órale pues|mmm sí|el martes sí|"
    "I don't see why I couldn't|I don't have a problem with that|wouldn't have it any other way|as long as I can bring my son",
    False: "nawww|nopi|ni en sueños|ni lo piense|out of the question|olvídelo|imposible|así estoy bien gracias",
}


def _each(
    rows: tuple[tuple[str, str, str, str], ...],
) -> list[tuple[str, str, bool | None]]:
    return [
        (question, reply, value)
        for question, yes, no, neither in rows
        for replies, value in ((yes, True), (no, False), (neither, None))
        for reply in replies.split("|")
    ]


@pytest.mark.parametrize(("question", "reply", "value"), _each(ASKED))
def test_a_statement_answers_the_question_that_was_asked(question: str, reply: str, value: bool | None) -> None:
    result = outcome("yes_no", reply, question=question)

    assert (result.value if isinstance(result, Match) else None) is value


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        (reply, value)
        for table in (TWO_BREATHS, OUT_LOUD)
        for value, replies in table.items()
        for reply in replies.split("|")
    ],
)
def test_what_is_mended_hedged_or_stretched_is_read_as_it_ends(reply: str, value: bool | None) -> None:
    assert told(outcome("yes_no", reply)) is value


@pytest.mark.parametrize("reply", ["all good", "peanuts", "I work tuesdays", "17", "la tengo toda la semana ocupada"])
def test_without_the_question_a_statement_is_no_certain_answer(reply: str) -> None:
    result = outcome("yes_no", reply)

    assert not isinstance(result, Match) or result.confidence <= LIKELY or result.value is True


def test_only_the_last_question_counts() -> None:
    result = outcome("yes_no", "all good", question="Is anything wrong? Shall we go on?")

    assert told(result) is True


@pytest.mark.parametrize("question", ["", "   ", "?", "¿?", "...", "a" * 5000, "no " * 900])
def test_any_words_may_stand_for_a_question(question: str) -> None:
    assert told(outcome("yes_no", "yes", question=question)) is True
