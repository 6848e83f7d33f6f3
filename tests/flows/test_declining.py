"""Which replies say that somebody wants no news, or wants it again; a word for leaving is never taken for less."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.commands import CARRIER_STOP
from flows.effects import Effect, OptOut, PauseSending, RefuseBroadcasts, WantBroadcasts
from flows.intents import Intents, read_intent, read_intents, shipped_intents
from flows.rules.reaching import Way
from flows.text import segments
from tests.flows.talk import SCREENED, Talk

ASKED = Talk().says(*SCREENED)
REFUSING = replace(ASKED, person=replace(ASKED.person, no_broadcasts=True))
NO_NEWS = [
    *(
        "no news",
        "No more news!",
        "STOP NEWS",
        "stop the news please",
        "only reminders",
        "just reminders",
        "no newsletters",
    ),
    *("I only want reminders", "no news, just reminders", "i don't want any more news", "can you stop the news?"),
    *(
        "no quiero noticias",
        "Sin noticias",
        "no más noticias",
        "solo recordatorios",
        "ya no me manden noticias, por favor",
    ),
    *(
        "solo quiero recordatorios",
        "no quiero noticias, solo recordatorios",
        "basta de anuncios",
        "only send me reminders",
    ),
]
NEWS = [
    *("news again", "Send me news", "I want news", "start news", "please send me the news again"),
    *("quiero noticias", "noticias otra vez", "mándenme noticias", "quiero volver a recibir noticias"),
]
STOPS = [
    *("stop sending me news", "don't send me news", "unsubscribe from news", "no more updates", "no quiero avisos"),
    *(
        "no more news and no more texts",
        "no news stop",
        "STOP news STOP",
        "stop the news and everything",
        "no news. STOP",
        "sin noticias y sin mensajes",
    ),
    *("no quiero noticias ni mensajes", "dejen de mandarme noticias", "no just reminders", "sin noticias ni mensajes"),
]
NEITHER = [
    *("no news?", "sin noticias?", "any news?", "news", "noticias", "send me news?", "I have no news", "no news yet"),
    *(
        "no tengo noticias y todo bien",
        "reminders",
        "news by slack",
        "quiero noticias de mi solicitud",
        "no news is good news",
    ),
]
#: Of which replies are put together that may be anything.
_WORDS = [
    "no",
    "more",
    "news",
    "stop",
    "noticias",
    "quiero",
    "sin",
    "only",
    "reminders",
    "again",
    "send",
    "me",
    "texts",
    "and",
    "solo",
    "recordatorios",
    "no me escriban",
    "mensajes",
    "don't",
    "please",
    ",",
    ".",
    "?",
    "unsubscribe",
    "ni",
    "want",
    "just reminders",
    "stop sending",
    "no más",
]
REPLIES = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=7).map(" ".join)


def moves(talk: Talk) -> list[Effect]:
    return [*talk.all(OptOut), *talk.all(RefuseBroadcasts), *talk.all(WantBroadcasts)]


@pytest.mark.parametrize("text", NO_NEWS)
def test_wish_for_no_news_is_understood_in_both_languages(text: str) -> None:
    talk = ASKED.says(text)

    assert moves(talk) == [RefuseBroadcasts(cause=text[:40])]
    assert "no more news" in talk.text
    assert talk.step == "offer"  # and the question that waits is asked again


@pytest.mark.parametrize("text", NEWS)
def test_wish_for_news_brings_it_back(text: str) -> None:
    talk = REFUSING.says(text)

    assert moves(talk) == [WantBroadcasts(cause=text[:40])]
    assert talk.person.no_broadcasts is False
    assert talk.step == "offer"


@pytest.mark.parametrize("text", STOPS)
def test_what_was_an_opt_out_stays_a_full_one(text: str) -> None:
    assert moves(ASKED.says(text)) == [OptOut(cause=text[:20])]


@pytest.mark.parametrize("text", NEITHER)
def test_other_words_are_neither(text: str) -> None:
    assert moves(ASKED.says(text)) == moves(REFUSING.says(text)) == []


@pytest.mark.parametrize("word", sorted(CARRIER_STOP))
def test_a_carriers_word_alone_is_never_only_about_news(word: str) -> None:
    assert [type(effect) for effect in moves(ASKED.says(f"  {word.upper()}! "))] == [OptOut]


@settings(deadline=None)  # the first reply reads the rules
@given(REPLIES)
def test_no_reply_brings_news_back_that_also_refuses_something(text: str) -> None:
    intent = read_intent(text)
    talk = REFUSING.says(text)

    if intent is not None and intent.name == "stop":
        assert bool(talk.all(OptOut)) == intent.clear
        assert bool(talk.all(PauseSending)) != intent.clear
    if {"no", "stop", "sin", "don't", "unsubscribe", "no me escriban", "ni", "only", "solo", "?"} & set(text.split()):
        assert talk.all(WantBroadcasts) == []


@cache
def without_news() -> Intents:
    """Read the rules as if there were no wish about news."""
    folder = files("flows") / "intents"
    words = (folder / "words.toml").read_text("utf-8").splitlines()
    rules, mark, _ = (folder / "rules.toml").read_text("utf-8").partition("[no_news]")
    assert mark
    return read_intents(
        shipped_intents().commands,
        words="\n".join(line for line in words if not line.endswith('= "only_reminders"')),
        rules=rules,
        shift_replies=(folder / "shift_replies.toml").read_text("utf-8"),
    )


@settings(deadline=None, max_examples=300)
@given(REPLIES)
def test_whatever_is_an_opt_out_without_these_wishes_stays_one_with_them(text: str) -> None:
    before, after = without_news().read(text), read_intent(text)

    if before is not None and before.name == "stop":
        assert after is not None
        assert (after.name, after.clear) == ("stop", before.clear)


def test_at_every_step_from_the_first_word_on() -> None:
    talk = Talk()
    for text in SCREENED:
        talk = talk.says(text)
        declined = talk.says("no news")

        assert declined.all(RefuseBroadcasts)
        assert declined.step == talk.step
        assert declined.person.no_broadcasts


def test_first_word_of_all_may_be_it_but_brings_no_news_before_consent() -> None:
    assert Talk().says("sin noticias").all(RefuseBroadcasts)
    assert Talk().says("quiero noticias").all(WantBroadcasts) == []


def test_wish_beside_another_is_kept() -> None:
    talk = ASKED.says("stop the news, and change my zip to 60608")

    assert talk.all(RefuseBroadcasts)
    assert talk.answers["zip"] == "60608"
    assert talk.text.startswith("Chicago Reads: we send you no more news")
    assert ASKED.says("stop the news or texts").all(RefuseBroadcasts)


@pytest.mark.parametrize("state", ["held", "opted_out"])
def test_refusal_holds_in_silence_where_the_bot_does_not_answer(state: str) -> None:
    person = replace(ASKED.person, held=state == "held", opted_out=state == "opted_out")
    talk = replace(ASKED, person=person).says("no more news")

    assert talk.all(RefuseBroadcasts)
    assert talk.text == ""


def test_nothing_is_brought_back_to_whoever_opted_out() -> None:
    gone = replace(REFUSING, person=replace(REFUSING.person, opted_out=True))

    assert gone.says("news again").all(WantBroadcasts) == []
    assert gone.says("START").person.no_broadcasts  # coming back brings no news


def test_status_and_the_choice_of_a_channel_say_that_news_is_off() -> None:
    talk = replace(REFUSING, ways=(Way(id=2, channel="slack", consented=True),))

    assert "NEWS AGAIN" in talk.says("STATUS").text
    assert "NEWS AGAIN" in talk.says("news by Slack").text
    assert "NEWS AGAIN" not in talk.says("reminders by Slack").text
    assert "NEWS AGAIN" not in ASKED.says("STATUS").text


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("no news", "news again")), ("es", ("sin noticias", "quiero noticias"))]
)
def test_replies_say_how_to_undo_them_and_how_to_stop_all(language: str, words: tuple[str, str]) -> None:
    for text, back in zip(words, words[::-1], strict=True):
        said = replace(ASKED, conversation=replace(ASKED.conversation, language=language, stack=())).says(text).text

        assert back.upper() in said
        assert "STOP" in said
        assert segments(said).parts <= 2
        assert moves(REFUSING.says(back)), "what the reply names is understood"
