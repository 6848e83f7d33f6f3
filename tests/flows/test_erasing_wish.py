"""Nothing is erased before it is confirmed, wherever somebody is; anything but a yes keeps everything."""

from __future__ import annotations

import pytest

from flows.effects import Forget, HandOff, OptOut, Release
from tests.flows.open_questions import EVERYWHERE, WAITING, ZIP


@pytest.mark.parametrize("text", ["DELETE MY DATA", "BORRAR MIS DATOS", "please erase all my information"])
@pytest.mark.parametrize("place", EVERYWHERE)
def test_nothing_is_erased_before_it_is_confirmed(place: str, text: str) -> None:
    asked = EVERYWHERE[place].says(text)

    assert not asked.all(Forget)
    assert [choice.id for choice in asked.choices] == ["erase", "keep"]


@pytest.mark.parametrize("word", ["1", "DELETE", "borrar", "Erase it all"])
@pytest.mark.parametrize("place", EVERYWHERE)
def test_confirmed_erasing_is_done_with_a_last_word(place: str, word: str) -> None:
    talk = EVERYWHERE[place].says("DELETE MY DATA")
    erased = talk.says(word)

    assert [one.reason for one in erased.all(Forget)] == ["asked"]
    assert len(erased.all(Release)) == len(talk.bookings)
    assert erased.text
    assert erased.step is None


@pytest.mark.parametrize("word", ["2", "no", "hm", "60614"])
@pytest.mark.parametrize("place", WAITING)
def test_anything_else_keeps_everything_and_asks_on(place: str, word: str) -> None:
    kept = WAITING[place].says("DELETE MY DATA", word)

    assert not kept.all(Forget)
    assert kept.step == place
    assert kept.frame.answers == WAITING[place].frame.answers


def test_leaving_while_asked_about_erasing_leaves() -> None:
    assert ZIP.says("DELETE MY DATA", "STOP").all(OptOut)


def test_who_cannot_be_asked_back_is_brought_to_a_human() -> None:
    talk = ZIP.says("STOP").says("delete my data")

    assert talk.text == ""
    assert [one.reason for one in talk.all(HandOff)] == ["delete_data"]


@pytest.mark.parametrize("word", ["yes", "si", "Yes please", "ok"])
def test_a_yes_is_asked_what_it_is_to_and_neither_erases_nor_keeps(word: str) -> None:
    talk = ZIP.says("DELETE MY DATA", word)

    assert not talk.all(Forget)
    assert [choice.id for choice in talk.choices] == ["erase", "keep"]
    assert talk.says("1").all(Forget)
