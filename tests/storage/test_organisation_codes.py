"""A code that an organisation is given can be typed and taken for one, whatever its name is written in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.rules.organisations import is_code, normal_code
from storage.organisations import new_code


@given(st.text(max_size=40))
def test_a_new_code_is_one(name: str) -> None:
    code = new_code(name)

    assert is_code(code)
    assert normal_code(code) == code
