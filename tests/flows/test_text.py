"""What a text costs as SMS and how hard it reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.text import Encoding, fold, reading_grade, segments


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "units"),
    [
        ("", Encoding.GSM_7, 0, 0),
        ("a" * 160, Encoding.GSM_7, 1, 160),
        ("a" * 161, Encoding.GSM_7, 2, 161),
        ("a" * 306, Encoding.GSM_7, 2, 306),
        ("a" * 307, Encoding.GSM_7, 3, 307),
        ("éñü¿¡ÉÑàèìòùÇ" * 2, Encoding.GSM_7, 1, 26),
        ("€" * 80, Encoding.GSM_7, 1, 160),
        ("[" + "a" * 159, Encoding.GSM_7, 2, 161),
        ("a" * 152 + "€" + "a" * 152, Encoding.GSM_7, 3, 306),
        ("á" * 70, Encoding.UCS_2, 1, 70),
        ("á" * 71, Encoding.UCS_2, 2, 71),
        ("á" * 134, Encoding.UCS_2, 2, 134),
        ("😀" * 35, Encoding.UCS_2, 1, 70),
        ("😀" * 36, Encoding.UCS_2, 2, 72),
        ("á" * 66 + "😀" + "á" * 66, Encoding.UCS_2, 3, 134),
    ],
)
def test_parts_are_counted_as_carriers_do(text: str, encoding: Encoding, parts: int, units: int) -> None:
    counted = segments(text)

    assert (counted.encoding, counted.parts, counted.units) == (encoding, parts, units)


def test_the_guilty_characters_are_named_once() -> None:
    assert segments("Día, más día, ok \u2019").guilty == ("í", "á", "\u2019")
    assert segments("Está bien").guilty == ("á",)
    assert segments("mañana, ¿qué?").guilty == ()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\u201cIt\u2019s 3\u202fPM\u201d \u2013 ok\u2026", '"It\'s 3 PM" - ok...'),
        ("•\u00a0one\u2068two\u2069", "- onetwo"),
        ("Sábado, ¿está aquí?", "Sábado, ¿está aquí?"),
        ("cafe\u0301", "café"),
        ("line\u2028next", "line\nnext"),
    ],
)
def test_folding_keeps_the_meaning(text: str, plain: str) -> None:
    assert fold(text) == plain


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=400))
def test_a_text_never_takes_fewer_parts_than_its_units_need(text: str) -> None:
    counted = segments(text)

    shared = 153 if counted.encoding is Encoding.GSM_7 else 67
    assert counted.parts >= counted.units / (160 if counted.encoding is Encoding.GSM_7 else 70) / 1.1 - 1
    assert counted.units <= max(counted.parts * shared, 160)


@pytest.mark.parametrize(
    ("text", "language", "at_least", "at_most"),
    [
        ("Do you want to help a child read? Reply 1 for yes.", "en", 0, 4),
        ("Participants must demonstrate considerable institutional understanding of confidentiality.", "en", 15, 60),
        ("¿Quiere ayudar a un niño a leer? Responda 1 para sí.", "es", 0, 5),
        ("Los participantes demostrarán conocimiento considerable de responsabilidades institucionales.", "es", 12, 18),
        ("", "en", 0, 0),
        ("123", "es", 0, 0),
    ],
)
def test_plain_words_read_easily_and_long_ones_do_not(
    text: str, language: str, at_least: float, at_most: float
) -> None:
    assert at_least <= reading_grade(text, language) <= at_most
