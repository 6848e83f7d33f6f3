"""The conditions of a flow file: read, checked against what is known, and decided without ``eval``."""

from __future__ import annotations

import pytest

from flows.conditions import ConditionError, Kind, Known, parse
from flows.facts import Json

KNOWN = {
    "age": Known(kind=Kind.NUMBER),
    "minor": Known(kind=Kind.TRUTH),
    "audience": Known(kind=Kind.TEXT, values=frozenset({"employee", "work_study"})),
    "school": Known(kind=Kind.TEXT),
    "birth_date": Known(kind=Kind.DATE),
    "availability": Known(kind=Kind.OTHER),
}
VALUES: dict[str, Json] = {
    "age": 17,
    "minor": True,
    "audience": "employee",
    "school": "Lane Tech",
    "birth_date": "2009-05-14",
}


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("age < 18", True),
        ("age <= 17", True),
        ("age > 17", False),
        ("age >= 17", True),
        ("age == 17", True),
        ("age != 17", False),
        ("minor", True),
        ("not minor", False),
        ("True", True),
        ("minor == False", False),
        ("audience == 'employee'", True),
        ("audience != 'employee'", False),
        ("audience in ['work_study', 'employee']", True),
        ("audience not in ('work_study', 'employee')", False),
        ("age < 18 and audience == 'work_study'", False),
        ("age < 18 or audience == 'work_study'", True),
        ("not (age < 13 or not minor)", True),
        ("birth_date < '2010-01-01'", True),
        ("school == 'Lane Tech'", True),
        ("school > 'A'", True),
        ("18 > age", True),
    ],
)
def test_condition_is_decided(source: str, holds: bool) -> None:
    assert parse(source, KNOWN).holds(VALUES) is holds


@pytest.mark.parametrize("source", ["age < 18", "age >= 18", "age == 18", "minor", "audience in ['employee']"])
def test_name_without_a_value_compares_false(source: str) -> None:
    assert parse(source, KNOWN).holds({}) is False


def test_condition_tells_its_names_and_source() -> None:
    condition = parse("age < 18 and not minor", KNOWN)

    assert condition.names == {"age", "minor"}
    assert condition.source == "age < 18 and not minor"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("agee < 18", "no step saves an answer as 'agee'; did you mean 'age'"),
        ("qqqqqq == 1", "known are age, audience"),
        ("age <", "cannot be read; write comparisons such as age < 18"),
        ("age < 18\x00", "cannot be read"),
        ("age", "neither true nor false"),
        ("age and minor", "'age' is neither true nor false"),
        ("not age", "'age' is neither true nor false"),
        ("audience == 'employe'", "'audience' is never 'employe'; did you mean 'employee'"),
        ("audience == 'xyzzy'", "known are employee, work_study"),
        ("'xyzzy' == audience", "'audience' is never 'xyzzy'"),
        ("audience in ['employee', 'xyzzy']", "'audience' is never 'xyzzy'"),
        ("age == 'eighteen'", "cannot compare age \\(number\\) with 'eighteen' \\(text\\)"),
        ("minor == 1", "cannot compare minor \\(yes or no\\) with 1 \\(number\\)"),
        ("minor < True", "'minor' has no order; compare it with == or !="),
        ("availability < availability", "'availability' has no order"),
        ("audience in school", "'school' is no list; write for example audience in"),
        ("audience in []", "is no list"),
        ("age is 18", "the comparison with 'age' is not allowed"),
        ("13 < age < 18", "is not allowed in a condition"),
        ("age + 1 < 18", "'age \\+ 1' is not allowed"),
        ("-age < 18", "'-age' is not allowed"),
        ("age < 17.5", "'17.5' is not allowed"),
        ("len(school) > 3", "is not allowed"),
        ("school.upper() == 'X'", "is not allowed"),
        ("__import__('os').system('true')", "is not allowed"),
        ("(lambda: True)()", "is not allowed"),
        ("[minor][0]", "is not allowed"),
        ("minor if minor else minor", "is not allowed"),
        ("(" * 300 + "minor" + ")" * 300, "cannot be read"),
    ],
)
def test_condition_that_cannot_be_is_told(source: str, message: str) -> None:
    with pytest.raises(ConditionError, match=message):
        parse(source, KNOWN)
