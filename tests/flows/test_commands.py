"""The words that outrank any question are read as whole replies, politely or not, in both languages."""

from __future__ import annotations

import pytest

from flows.commands import CARRIER_HELP, CARRIER_START, CARRIER_STOP, Command, ShiftReply, bare, is_carrier_stop
from flows.facts import LANGUAGES
from tests.flows.talk import LIBRARY, Talk

COMMANDS = LIBRARY.commands


@pytest.mark.parametrize("word", sorted(CARRIER_STOP))
@pytest.mark.parametrize("form", ["{}", " {} ", "{}.", "{}!!", "please {}", "{} thanks", "{}\n"])
def test_carrier_word_for_stopping_is_read_in_every_form(word: str, form: str) -> None:
    assert COMMANDS.read(form.format(word.upper())) is Command.STOP


@pytest.mark.parametrize(
    ("word", "alone"), [("STOP", True), (" stop ", True), ("Stop.", False), ("stop please", False)]
)
def test_network_acts_on_the_word_alone(word: str, alone: bool) -> None:
    assert is_carrier_stop(word) is alone


def test_yes_brings_back_only_who_left() -> None:
    assert COMMANDS.read("YES") is None
    assert COMMANDS.read("YES", opted_out=True) is Command.START


@pytest.mark.parametrize("word", sorted(CARRIER_START - {"yes"}))
def test_carrier_word_for_coming_back_is_read(word: str) -> None:
    assert COMMANDS.read(word.upper()) is Command.START


@pytest.mark.parametrize("word", sorted(CARRIER_HELP))
def test_carrier_word_for_help_is_read(word: str) -> None:
    assert COMMANDS.read(word.upper()) is Command.HELP


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Help me please", Command.HELP),
        ("¡Ayuda!", Command.HELP),
        ("Talk to someone", Command.PERSON),
        ("hablar con una persona, por favor", Command.PERSON),
        ("go back", Command.BACK),
        ("Atrás", Command.BACK),
        ("Español", Command.SPANISH),
        ("ESPANOL", Command.SPANISH),
        ("in English please", Command.ENGLISH),
        ("Inglés", Command.ENGLISH),
        ("idioma", Command.LANGUAGE),
        ("my shifts", Command.STATUS),
        ("mis turnos", Command.STATUS),
        ("SHIFTS", Command.SHIFTS),
        ("Capacitación", Command.TRAINING),
    ],
)
def test_command_is_read_with_courtesy_and_accents(text: str, command: Command) -> None:
    assert COMMANDS.read(text) is command


@pytest.mark.parametrize(
    "text",
    [
        "I need help with math",
        "I can start in the fall",
        "go back to school",
        "a person I know",
        "no",
        "si",
        "1",
        "",
        "🙂",
    ],
)
def test_command_word_inside_a_sentence_is_none(text: str) -> None:
    assert COMMANDS.read(text) is None


@pytest.mark.parametrize("command", Command)
def test_every_command_has_a_word(command: Command) -> None:
    fixed = {Command.STOP, Command.START, Command.HELP}

    assert command in fixed or command in COMMANDS.by_word.values()


def test_no_command_word_takes_an_answer_away() -> None:
    taken: dict[str, Command] = {}
    for flow in LIBRARY.flows.values():
        for step in flow.steps.values():
            for option in step.ask.options if step.ask and step.ask.save_as != "language" else ():
                names = [*option.label.values(), *(word for words in option.also.values() for word in words)]
                taken |= {f"{flow.id}.{step.id}: {name}": command for name in names if (command := COMMANDS.read(name))}

    assert taken == {}


def test_no_reminder_letter_belongs_to_a_carrier() -> None:
    words = {reply.value.lower() for reply in ShiftReply} | COMMANDS.shift_replies.keys()

    assert not words & (CARRIER_STOP | CARRIER_START | CARRIER_HELP)
    assert not words & COMMANDS.by_word.keys()


@pytest.mark.parametrize(("text", "spanish"), [("Hola", True), ("buenas tardes", True), ("Hi", False), ("", False)])
def test_greeting_tells_the_language(text: str, spanish: bool) -> None:
    assert COMMANDS.greets_in_spanish(text) is spanish


@pytest.mark.parametrize("text", ["STOP", "Stop!", "ALTO", "  alto, gracias  "])
def test_bare_reply_is_a_word(text: str) -> None:
    assert bare(text) in ("stop", "alto")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_told_in_help_is_understood(language: str) -> None:
    told = LIBRARY.phrases.say("help", language, {"hub": "", "help_phone": ""})
    shouted = [word.strip(".,") for word in told.split() if word.strip(".,").isupper()]

    assert len(shouted) == 3
    assert all(COMMANDS.read(word) for word in shouted)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("60614 STOP", Command.STOP),
        ("stop 60614", Command.STOP),
        ("5/14/1956. Stop!", Command.STOP),
        ("help stop", Command.STOP),
        ("BACK, STOP", Command.STOP),
        ("ayuda parar", Command.STOP),
        ("back back", Command.BACK),
        ("Help help", Command.HELP),
    ],
)
def test_leaving_beside_an_answer_in_figures_or_another_command_is_leaving(text: str, command: Command) -> None:
    assert LIBRARY.commands.read(text) is command


@pytest.mark.parametrize(
    "text",
    [
        "cancel 3",
        "end 5",
        "start 3 stop 5",
        "stop at 4",
        "bus stop 3",
        "60614 back",
        "change training",
        "done training",
    ],
)
def test_words_of_commands_beside_others_are_no_command(text: str) -> None:
    assert LIBRARY.commands.read(text) is None


@pytest.mark.parametrize(
    ("text", "language", "command"),
    [
        ("español ayuda", "es", Command.HELP),
        ("help english", "en", Command.HELP),
        ("en español, ayuda", None, None),
        ("español", None, Command.SPANISH),
        ("español english ayuda", None, None),
    ],
)
def test_language_is_read_beside_one_other_command(text: str, language: str | None, command: Command | None) -> None:
    assert (LIBRARY.commands.read_language_beside(text), LIBRARY.commands.read(text)) == (language, command)


def test_second_command_is_answered_in_the_language_of_the_first() -> None:
    helped = Talk().says("HI", "1", "1", "español ayuda")

    assert (helped.conversation.language, helped.frame.misses) == ("es", 0)
    assert "PERSONA" in helped.text
