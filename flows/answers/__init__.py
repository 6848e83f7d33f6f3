"""Read replies: one answer type a file, all behind ``read``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flows.answers.availability import read_availability
from flows.answers.choice import read_choice
from flows.answers.contact import read_contact
from flows.answers.context import AnswerChoice, AnswerContext, Within
from flows.answers.date import read_date
from flows.answers.duration import read_duration
from flows.answers.email import read_email
from flows.answers.free_text import read_text
from flows.answers.name import read_name
from flows.answers.number import read_age, read_number
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.phone import read_phone
from flows.answers.time import read_time
from flows.answers.yes_no import read_yes_no
from flows.answers.zip_code import read_zip_code

__all__ = [
    "ANSWER_TYPES",
    "CERTAIN",
    "GUESS",
    "LIKELY",
    "Ambiguous",
    "AnswerChoice",
    "AnswerContext",
    "AnswerType",
    "Match",
    "NoMatch",
    "Option",
    "Outcome",
    "Reason",
    "Within",
    "read",
]


#: Of an answer that is no free text no more is read: three parts of a text message.
MAX_ANSWER_CHARS: Final = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerType:
    """How one type is read and what its values look like in a conversation."""

    read: Callable[[str, AnswerContext], Outcome]
    #: Python type of the JSON value: ``str``, ``int``, ``bool``, ``list`` or ``dict``.
    value: type
    #: Whether the value may also be ``None``: "not sure".
    nullable: bool = False
    #: Whether the question must offer choices.
    needs_choices: bool = False
    #: Names of the parts of a ``dict``, or of each row of a ``list``; all are text.
    keys: tuple[str, ...] = ()


ANSWER_TYPES: Final[Mapping[str, AnswerType]] = MappingProxyType(
    {
        "age": AnswerType(read=read_age, value=int),
        "availability": AnswerType(read=read_availability, value=list, keys=("day", "from", "to")),
        "choice": AnswerType(read=read_choice, value=str, needs_choices=True),
        "contact": AnswerType(read=read_contact, value=str),
        "date": AnswerType(read=read_date, value=str),
        "duration": AnswerType(read=read_duration, value=int),
        "email": AnswerType(read=read_email, value=str),
        "name": AnswerType(read=read_name, value=dict, keys=("first", "last")),
        "number": AnswerType(read=read_number, value=int),
        "phone": AnswerType(read=read_phone, value=str),
        "text": AnswerType(read=read_text, value=str),
        "time": AnswerType(read=read_time, value=str),
        "yes_no": AnswerType(read=read_yes_no, value=bool, nullable=True),
        "zip": AnswerType(read=read_zip_code, value=str),
    }
)


def read(type_name: str, text: str, context: AnswerContext) -> Outcome:
    """Read a reply as an answer of a type.

    Raises:
        KeyError: there is no such type; the flow's loader refuses it before anybody is asked.
    """
    kind = ANSWER_TYPES[type_name]
    return kind.read(text if kind.read is read_text else text[:MAX_ANSWER_CHARS], context)
