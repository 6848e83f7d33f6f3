"""Whoever asks to be erased is, with all that they wrote, after the last word has left; their places are free again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from storage.tables import AddressRow, BookingRow, InboundRow, OutboxRow, PersonRow, SlotRow, TaskRow
from tests.bot.house import open_house

USER = "+13125550177"
SIGN_UP = ("HI", "1", "1", "60614", "5/14/1956", "3", "1", "1", "2", "weekday afternoons", "1", "1", "Ana Torres")


@pytest.mark.parametrize("word", ["1", "DELETE"])
async def test_person_who_asks_for_it_is_erased_and_their_seat_is_free(tmp_path: Path, word: str) -> None:
    async with open_house(tmp_path) as house:
        house.add_training(datetime.fromisoformat("2026-12-01T17:00"))
        for text in SIGN_UP:
            await house.say("sms", USER, text)
        (asked,) = await house.say("sms", USER, "please delete my data")
        (last,) = await house.say("sms", USER, word)

        assert [choice.label for choice in asked.choices] == ["Erase it all", "Keep my data"]
        assert "erased" in last.text
        with house.app.database.reading() as session:
            rows = (PersonRow, AddressRow, BookingRow, OutboxRow, TaskRow)
            left = {row.__name__: session.exec(select(func.count()).select_from(row)).one() for row in rows}
            assert left == dict.fromkeys(left, 0)
            assert set(session.exec(select(col(InboundRow.body)))) == {""}
            assert set(session.exec(select(col(SlotRow.taken)))) == {0}


async def test_person_who_does_not_confirm_stays(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for text in (*SIGN_UP[:6], "DELETE MY DATA", "no"):
            await house.say("sms", USER, text)

        with house.app.database.reading() as session:
            assert session.exec(select(col(PersonRow.zip))).one() == "60614"
