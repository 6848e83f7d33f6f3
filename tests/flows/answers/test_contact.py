"""Telephone numbers and e-mail addresses, typed and spoken."""

from __future__ import annotations

import pytest

from flows.answers import Match
from tests.flows.answers.asking import outcome, told


@pytest.mark.parametrize(
    "reply",
    [
        "312-555-0142",
        "(312) 555-0142",
        "312.555.0142",
        "3125550142",
        "1 312 555 0142",
        "+1 (312) 555-0142",
        "312 5550142",
        "call 312-555-0142 after 5",
        "three one two five five five oh one four two",
        "3 1 2 5 5 5 0 1 4 2",
        "tres uno dos cinco cinco cinco cero uno cuatro dos",
    ],
)
def test_a_phone_number_becomes_e164(reply: str) -> None:
    assert told(outcome("phone", reply)) == "+13125550142"


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("+52 55 1234 5678", "+525512345678"),
        ("911", "-invalid_phone"),
        ("12345", "-invalid_phone"),
        ("555-0142", "-invalid_phone"),
        ("000 000 0000", "-invalid_phone"),
        ("123456789012345678", "-invalid_phone"),
        ("none", "-not_understood"),
        ("312 555 0142 or 312 555 0143", ("+13125550142", "+13125550143")),
        ("", "-empty"),
    ],
)
def test_other_numbers_are_told_apart(reply: str, result: object) -> None:
    assert told(outcome("phone", reply)) == result


@pytest.mark.parametrize(
    ("reply", "address"),
    [
        ("rosa.diaz@example.org", "rosa.diaz@example.org"),
        ("Rosa.Diaz@Example.ORG.", "rosa.diaz@example.org"),
        ("it's rosa_d+kids@example.org thanks", "rosa_d+kids@example.org"),
        ("rosa dot diaz at example dot org", "rosa.diaz@example.org"),
        ("reach me at rosa at example dot org", "rosa@example.org"),
        ("rosa arroba example punto org", "rosa@example.org"),
        ("rosa guion bajo d arroba example punto org", "rosa_d@example.org"),
        ("rosa @ example . org", "rosa@example.org"),
        ("rosa(at)example.org", "rosa@example.org"),
        ("rosa@example,org", "rosa@example.org"),
        ("<rosa@example.org>", "rosa@example.org"),
    ],
)
def test_an_address_is_read(reply: str, address: str) -> None:
    assert told(outcome("email", reply)) == address


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("rosa@example", "-invalid_email"),
        ("rosa@", "-invalid_email"),
        ("I have none", "-not_understood"),
        ("meet at 6.40", "-not_understood"),
        ("a@example.org or b@example.org", ("a@example.org", "b@example.org")),
        ("", "-empty"),
    ],
)
def test_what_is_no_address_is_told(reply: str, result: object) -> None:
    assert told(outcome("email", reply)) == result


def test_a_slip_in_a_common_domain_is_offered_right() -> None:
    result = outcome("email", "rosa@gmial.com")

    assert isinstance(result, Match)
    assert result.value == "rosa@gmial.com"
    assert [option.value for option in result.alternatives] == ["rosa@gmail.com"]
    assert result.confidence < 0.8


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("rosa@example.org", "rosa@example.org"),
        ("312 555 0142", "+13125550142"),
        ("rosa@example.org or 312 555 0142", "rosa@example.org"),
        ("rosa@example", "-invalid_email"),
        ("12345", "-invalid_phone"),
        ("no", "-not_understood"),
        ("", "-empty"),
        ("a@example.org b@example.org", ("a@example.org", "b@example.org")),
    ],
)
def test_a_contact_is_either(reply: str, result: object) -> None:
    assert told(outcome("contact", reply)) == result
