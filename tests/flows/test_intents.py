"""People ask to leave, for a human, for a correction or for protection in their own words; look-alikes do not."""

from __future__ import annotations

import random
import tomllib
from datetime import date
from pathlib import Path

import pytest

from flows.answers import Ambiguous, Match
from flows.commands import CARRIER_STOP
from flows.intents import Intent, Waiting, read_intent, read_intents, shipped_intents
from flows.intents.grammar import Lexicon
from flows.intents.shift_replies import read_shift_reply

CORPUS = Path(__file__).parent / "intents"
OPT_OUT = tomllib.loads((CORPUS / "opt_out.toml").read_text("utf-8"))
REMINDED = tomllib.loads((CORPUS / "shift_replies.toml").read_text("utf-8"))
OTHER = tomllib.loads((CORPUS / "other.toml").read_text("utf-8"))


def replies(kind: str) -> list[str]:
    listed = (text for half in OPT_OUT.values() for texts in half.get(kind, {}).values() for text in texts)
    return list(dict.fromkeys(listed))


def name_of(intent: Intent | None) -> str:
    return intent.name if intent else "none"


@pytest.mark.parametrize("text", replies("stop"))
def test_any_reasonable_wording_opts_out(text: str) -> None:
    intent = read_intent(text)

    assert intent is not None
    assert (intent.name, intent.clear) == ("stop", True)


@pytest.mark.parametrize("text", replies("unclear_stop"))
def test_a_wish_that_may_be_an_opt_out_is_an_unclear_one(text: str) -> None:
    intent = read_intent(text)

    assert intent is not None
    assert (intent.name, intent.clear) == ("stop", False)


@pytest.mark.parametrize("text", replies("look_alike"))
def test_look_alikes_do_not_opt_out(text: str) -> None:
    assert name_of(read_intent(text)) != "stop"


@pytest.mark.parametrize(
    ("text", "name"), [(text, name) for half in OTHER.values() for name, listed in half.items() for text in listed]
)
def test_intents_are_told_from_each_other_and_from_answers(text: str, name: str) -> None:
    assert name_of(read_intent(text)) == name


@pytest.mark.parametrize("word", sorted(CARRIER_STOP))
@pytest.mark.parametrize("waiting", ["yes_no", "choice", "availability", "shift_reply", "name"])
def test_a_legal_word_outranks_every_question(word: str, waiting: str) -> None:
    intent = read_intent(word.upper(), waiting=Waiting(type=waiting, choices=(word,)))

    assert intent == Intent(name="stop", clear=True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *[
            ("HELP", "help"),
            ("PERSON", "human"),
            ("BACK", "back"),
            ("ESPAÑOL", "language:es"),
            ("inglés", "language:en"),
        ],
        *[
            ("idioma", "change:language"),
            ("mis turnos", "status"),
            ("START", "none"),
            ("SHIFTS", "none"),
            ("TRAINING", "none"),
        ],
    ],
)
def test_whole_message_commands_keep_their_meaning(text: str, name: str) -> None:
    assert name_of(read_intent(text)) == name


@pytest.mark.parametrize(
    ("waiting", "text"),
    [
        *[
            ("yes_no", "not interested"),
            ("yes_no", "no me interesa"),
            ("yes_no", "pass"),
            ("yes_no", "I can't make it"),
        ],
        *[("availability", "I can't make it Tuesday"), ("date", "no puedo ir el martes"), ("role", "not interested")],
        *[("shift_reply", "I can't come tomorrow"), ("yes_no", "I don't want this")],
    ],
)
def test_loose_wording_answers_the_question_that_waits(waiting: str, text: str) -> None:
    assert read_intent(text) is not None
    assert read_intent(text, waiting=Waiting(type=waiting)) is None


@pytest.mark.parametrize("label", ["English", "Back", "A person", "Skip", "Call me"])
def test_a_choice_on_offer_is_an_answer(label: str) -> None:
    assert read_intent(label.lower(), waiting=Waiting(type="choice", choices=(label,))) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("stop texting me, my dad hits me", ["stop", "alert"]),
        ("delete my data and stop texting me", ["stop", "delete_data"]),
        ("my dad hits me, I want to talk to a person", ["alert", "human"]),
        ("my dad hits me and I'm not interested anymore", ["alert", "stop"]),
        ("delete my data or let me talk to a person", ["delete_data", "human"]),
        ("can someone call me? I put the wrong zip", ["human", "change:zip"]),
    ],
)
def test_the_gravest_wish_comes_first_and_the_others_are_kept(text: str, names: list[str]) -> None:
    intent = read_intent(text)

    assert intent is not None
    assert [intent.name, *intent.also] == names


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("yes, but change my zip", "yes"),
        ("I gave you the wrong number, it's 312-555-0142", "it's 312-555-0142"),
        ("stop texting me", ""),
        ("¡Hola! Cambiar mi código postal por favor; vivo en Chicago", "vivo en Chicago"),
    ],
)
def test_what_else_was_said_is_kept_in_the_persons_own_letters(text: str, rest: str) -> None:
    intent = read_intent(text)

    assert intent is not None
    assert intent.rest == rest


@pytest.mark.parametrize(
    "text",
    ["stooooop", "S.T.O.P.", "ya no me manden mensages", "unsuscribe me", "do not mesage me", "don\u2019t text me"],
)
def test_typing_slips_do_not_keep_anybody_in(text: str) -> None:
    assert name_of(read_intent(text)) == "stop"


@pytest.mark.parametrize("text", ["", " ", "🎉", "...", "¿?", "\u200b", "\ud800", "(", "|,|"])
def test_replies_without_words_ask_for_nothing(text: str) -> None:
    assert read_intent(text) is None


def test_any_text_is_read_without_an_error() -> None:
    chance = random.Random(3)
    for _ in range(500):
        read_intent(
            "".join(chr(chance.choice([chance.randint(1, 0x24F), chance.randint(1, 0x1FAFF)])) for _ in range(60))
        )


def test_no_more_than_a_thousand_characters_are_read() -> None:
    assert read_intent("a " * 1_000 + "stop texting me") is None


def test_a_rule_that_names_an_unknown_kind_is_refused() -> None:
    intents = shipped_intents()

    with pytest.raises(ValueError, match="CEESE"):
        read_intents(
            intents.commands,
            words="[joined]\n[ordinary]\n[kind]\n[field]\n",
            rules='[stop]\nclear = ["CEESE"]',
            shift_replies="",
        )


def test_an_ordinary_word_is_no_slip_of_another() -> None:
    lexicon = Lexicon({"CEASE": ["discontinue"], "ORDINARY": ["contract"], "C": ["contact"]}, joined={}, literals=())

    assert lexicon.code("contract").signs != lexicon.code("contact").signs
    assert lexicon.code("contacct").signs == lexicon.code("contact").signs
    assert lexicon.code("discontniu").signs == "|.|"
    assert lexicon.code("discontinu").signs == lexicon.code("discontinue").signs


@pytest.mark.parametrize(("value", "text"), [(value, text) for value, listed in REMINDED.items() for text in listed])
def test_a_reply_to_a_reminder_is_read(value: str, text: str) -> None:
    outcome = read_shift_reply(text, shipped_intents(), language="en", today=date(2027, 3, 10))

    assert isinstance(outcome, Match)
    assert outcome.value == value


def test_a_question_beside_a_yes_is_kept() -> None:
    outcome = read_shift_reply("yes, who do I ask for?", shipped_intents(), language="en", today=date(2027, 3, 10))

    assert isinstance(outcome, Match)
    assert (outcome.value, [other.value for other in outcome.alternatives]) == ("confirm", ["question"])


@pytest.mark.parametrize("text", ["maybe", "no sé"])
def test_an_unsure_reply_to_a_reminder_is_asked_about(text: str) -> None:
    outcome = read_shift_reply(text, shipped_intents(), language="es", today=date(2027, 3, 10))

    assert isinstance(outcome, Ambiguous)
    assert [option.value for option in outcome.options] == ["confirm", "decline"]


@pytest.mark.parametrize("text", ["banana", ""])
def test_a_reply_to_a_reminder_that_says_nothing_is_none(text: str) -> None:
    outcome = read_shift_reply(text, shipped_intents(), language="en", today=date(2027, 3, 10))

    assert not isinstance(outcome, Match | Ambiguous)
