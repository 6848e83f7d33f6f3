"""Every reason for which staff are asked about somebody is told in whole sentences, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

import pytest

from bot.console.task_words import say_task
from bot.console.words import Words
from flows.facts import LANGUAGES
from flows.library import shipped
from flows.rules.links import LinkPurpose
from flows.rules.urgency import NAMED

ROOT: Final = Path(__file__).parent.parent.parent
LIBRARY: Final = shipped()
#: How statements and flows open a task.
_WRITTEN: Final = (r"'(?:hand_off|shift_at_risk|silent)', '(\w+)'", r'human = "(\w+)"')
#: What opens a task in code, or hands its reason on; a shift that is given back late is asked about by the cause.
_OPENS: Final = frozenset(
    {"HandOff", "Alert", "TaskRow", "open_task", "_open_task", "_hand_over", "_pass_over", "_at_risk", "touch"}
    | {"end_line", "Release", "release"}
)
#: Kinds of tasks, beside which stands a reason.
_KINDS: Final = frozenset({"hand_off", "not_told", "shift_at_risk"})
#: What reaches a task by a name, each with all that it can be.
_BY_NAME: Final = {
    "REASON": (),  # a kind
    "_UNSENT": ("hours_without_supervisor",),
    "told": ("guardian_declined", "guardian_withdrew"),
    "reason": ("consent_lapsed", "consent_lapses", "nobody_to_ask", "nobody_took_it", "reminders_unanswered"),
    "effect.reason": (),  # all of these are effects
    "effect.kind": (),
    "effect.cause": (),
}
#: What fills a reason that is made of parts.
_PARTS: Final = {
    "name": ("zip", "role", "language"),
    "purpose.value": tuple(one.value for one in (LinkPurpose.EXPORT, LinkPurpose.LETTER, LinkPurpose.CALENDAR)),
    "said": ("when does she come home?",),
    "outcome": ("declined", "expired"),
}
_OUTSIDERS: Final = (
    LinkPurpose.GUARDIAN,
    LinkPurpose.AID_OFFICE,
    LinkPurpose.MANAGER,
    LinkPurpose.REFERENCE,
    LinkPurpose.HOURS,
)
#: Made by SQL, or in a variable of its own.
_MADE: Final = (
    "hours_unanswered: Lincoln Library",
    "code_used_often: Acme Bakeries",
    *(f"{kind} ends in 30 days" for kind in LIBRARY.requirements),
    *(f"outsider_writes: {one.value}: hello" for one in _OUTSIDERS),
)


def opened() -> set[str]:
    """Find every reason that stands in the code and the flows."""
    files = [one for folder in ("bot", "flows", "storage") for one in (ROOT / folder).rglob("*.*")]
    texts = {one: one.read_text("utf-8") for one in files if one.suffix in (".py", ".toml")}
    written = {reason for text in texts.values() for way in _WRITTEN for reason in re.findall(way, text)}
    called = {reason for one, text in texts.items() if one.suffix == ".py" for reason in _called(ast.parse(text))}
    named = {reason for reasons in _BY_NAME.values() for reason in reasons}
    return (written | called | named | set(_MADE)) - _KINDS | {"shift_at_risk"}


def _called(module: ast.Module) -> Iterator[str]:
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in _OPENS:
            named = [one.value for one in call.keywords if one.arg in ("reason", "kind", "cause")]
            for value in [*named, *(one for one in call.args if isinstance(one, ast.Constant | ast.JoinedStr))]:
                yield from _told(value)


def _told(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)) if "." not in text:  # with one it names a phrase
            yield text
        case ast.JoinedStr(values=parts):
            ways = [
                _PARTS[ast.unparse(one.value)] if isinstance(one, ast.FormattedValue) else (str(ast.literal_eval(one)),)
                for one in parts
            ]
            yield from ("".join(way) for way in product(*ways))
        case ast.Name() | ast.Attribute():
            assert ast.unparse(value) in _BY_NAME, f"say in _BY_NAME what {ast.unparse(value)} can be"


REASONS: Final = sorted(opened())


def told(reason: str, language: str) -> str:
    return say_task(Words("today", language, "Bright Hub"), LIBRARY, reason)


def test_reasons_are_found_wherever_they_are_written() -> None:
    assert {"wrong_codes", "served_beyond_allowance", "reference_answered", "no_shift_fits", "harm"} <= set(REASONS)
    assert {"change:zip", "said N", "manager expired", "award_below_bookings", "slot_changed"} <= set(REASONS)
    assert "outsider_writes: letter: when does she come home?" in REASONS


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_of_a_task_has_words_in_both_languages(reason: str) -> None:
    said = [told(reason, language) for language in LANGUAGES]

    assert len(set(said)) == len(LANGUAGES)
    assert not {reason, reason.replace("_", " "), reason.replace(" ", "_").lower()} & set(said)
    assert not any("_" in sentence for sentence in said)


@pytest.mark.parametrize("outsider", _OUTSIDERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_outsider_who_writes_is_named(outsider: LinkPurpose, language: str) -> None:
    assert told(f"outsider_writes: {outsider.value}: hello", language) != told(
        "outsider_writes: nobody: hello", language
    )


@pytest.mark.parametrize(
    ("reason", "en", "es"),
    [
        (
            "code_used_often: Acme: Bakeries",
            "The code of Acme: Bakeries is used very often",
            "La clave de Acme: Bakeries se usa mucho",
        ),
        (
            "background_check ends in 30 days",
            "Ends in 30 days: background check",
            "Vence en 30 días: verificación de antecedentes",
        ),
        (
            "outsider_writes: guardian: is it at 4: or {5}?",
            "A guardian writes: is it at 4: or {5}?",
            "Un tutor escribe: is it at 4: or {5}?",
        ),
        ("change:zip", "Wants to change: ZIP", "Quiere cambiar: ZIP"),
        ("change:shoe_size", "Wants to change: an answer", "Quiere cambiar: una respuesta"),
        ("said N", "Cancelled late: cannot come", "Canceló tarde: no puede venir"),
        ("something_new", "something new", "something new"),
    ],
)
def test_what_a_reason_holds_is_told_within_a_sentence(reason: str, en: str, es: str) -> None:
    assert (told(reason, "en"), told(reason, "es")) == (en, es)


def test_every_reason_that_is_named_is_one_that_staff_read() -> None:
    say = Words("today", "en", "Hub")

    assert [name for name in NAMED if not say.has(f"task.{name}")] == []
