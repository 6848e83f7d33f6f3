"""Find what a person takes back of what they said before: ``no, make it 3pm``, ``I put the wrong zip, it's 60608``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flows.answers.context import AnswerContext
from flows.answers.outcome import Ambiguous, Option, Reason
from flows.answers.told_values import Known, Told, told_values
from flows.answers.words import fold
from flows.facts import Json

__all__ = ["Change", "Known", "read_correction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One answer that is taken back."""

    field: str
    value: Json = None
    #: Whether the new value was said; if not, the old one was only called wrong, and the question should be asked again.
    told: bool = True


#: What any answer of a type may be called.
_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "age": ("age", "edad"),
    "availability": ("availability", "hours", "schedule", "disponibilidad", "horario"),
    "contact": ("phone", "number", "email", "contact", "telefono", "correo", "contacto"),
    "date": ("date", "day", "fecha", "dia"),
    "duration": ("duration", "length", "duracion"),
    "email": ("email", "e mail", "mail", "correo"),
    "name": ("name", "nombre", "apellido"),
    "phone": ("phone", "cell", "telefono", "celular"),
    "time": ("time", "hour", "hora"),
    "zip": ("zip", "zipcode", "postal"),
}
#: Says that something is not as it should be, without saying how it should be.
_WRONG: Final = re.compile(
    r"(?<![\w'])(?:wrong|incorrect|mistake|mistyped|typo|misspel\w+|(?:isn'?t|not|no longer) (?:right|correct)|change|fix|update|"
    r"correct (?:my|the)|messed up|mal|equivoc\w+|incorrect[oa]|error|cambi\w+|corregir|corrige|arreglar)(?![\w'])"
)
_WHICH: Final = {"date": Reason.WHICH_DATE, "time": Reason.WHICH_TIME, "number": Reason.WHICH_NUMBER}


def read_correction(text: str, context: AnswerContext, known: Mapping[str, Known]) -> tuple[Change, ...] | Ambiguous:
    """Find which known answers a reply changes, and to what; none when it changes nothing that is known.

    Args:
        context: the language and today; what else a reader needs stands in ``known``.

    Returns:
        The changes; or, when a new value may belong to several answers or be one of several, the options, whose
        values are ``{"field": ..., "value": ...}``.
    """
    said = fold(text).text
    found: dict[str, Json] = {}
    for value in told_values(text, said, context, known):
        fields = _fields(value, said, known)
        again = [field for field in fields if field in found and found[field] != value.value]
        if len(fields) > 1 or again:
            pairs = [(field, found[field]) for field in again] + [(field, value.value) for field in fields]
            options = tuple(
                Option(value={"field": field, "value": one}, label={value.type: one}) for field, one in pairs
            )
            return Ambiguous(options=options, reason=_WHICH.get(value.type, Reason.WHICH_CHOICE))
        for field in fields:
            found[field] = value.value
    changes = tuple(Change(field=field, value=value) for field, value in found.items())
    return changes or _called_wrong(said, known)


def _fields(value: Told, said: str, known: Mapping[str, Known]) -> list[str]:
    """Return the fields that a value may belong to and would change."""
    if value.field:
        return [value.field] if known[value.field].value != value.value else []
    fields = {name: one for name, one in known.items() if one.type == value.type}
    if value.type == "number":
        fields = _counting(value.beside, fields)
    if len(fields) > 1:
        spoken = {name: one for name, one in fields.items() if _speaks_of(said, one)}
        fields = spoken or fields
    if any(one.value == value.value for one in fields.values()):
        return []
    return list(fields)


def _counting(beside: tuple[str, ...], fields: Mapping[str, Known]) -> dict[str, Known]:
    """Return the fields that count a thing; a number without its thing may be any field's."""
    bare = all(word.startswith("<") for word in beside)
    things = {word.removeprefix("<") for word in beside}
    meant = {name: one for name, one in fields.items() if things.intersection(one.words)}
    if meant or not bare:
        return meant or {name: one for name, one in fields.items() if not one.words}
    return dict(fields)


def _speaks_of(said: str, one: Known) -> bool:
    """Tell whether a reply says what an answer is called."""
    called = one.words or _CALLED.get(one.type, ())
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) for word in called)


def _called_wrong(said: str, known: Mapping[str, Known]) -> tuple[Change, ...]:
    """Return the answers that are said to be wrong, when nothing better was said."""
    if not _WRONG.search(said):
        return ()
    return tuple(Change(field=name, told=False) for name, one in known.items() if _speaks_of(said, one))
