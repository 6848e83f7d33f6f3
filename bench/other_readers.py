"""Read dates and times with dateparser and parsedatetime, to stand beside our own figures."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from flows.answers import AnswerContext, Within

#: How to have both without adding them to the project.
HOW_TO_HAVE_THEM: Final = "uv run --with dateparser --with parsedatetime python bench/understanding.py --data FOLDER"
#: Returns what was read, ``2019-03-02`` or ``15:00``, or nothing.
Reader = Callable[[str, str, AnswerContext], str | None]
_FORMATS: Final = {"date": "%Y-%m-%d", "time": "%H:%M", "when": "%Y-%m-%d %H:%M"}


def other_readers() -> Mapping[str, Reader]:
    """Return the libraries that are there, by name."""
    makers = {"dateparser": _dateparser, "parsedatetime": _parsedatetime}
    return {name: make() for name, make in makers.items() if importlib.util.find_spec(name)}


def _dateparser() -> Reader:
    search: Any = importlib.import_module("dateparser.search")

    def read(kind: str, text: str, context: AnswerContext) -> str | None:
        settings = {
            "RELATIVE_BASE": datetime.combine(context.today, datetime.min.time()),
            "PREFER_DATES_FROM": "past" if context.within is Within.PAST else "future",
        }
        found = search.search_dates(text, languages=[context.language], settings=settings)
        return found[0][1].strftime(_FORMATS[kind]) if found else None

    return read


def _parsedatetime() -> Reader:
    library: Any = importlib.import_module("parsedatetime")
    calendar = library.Calendar()
    #: Its flags: 1 a date, 2 a time, 3 both.
    wanted = {"date": (1, 3), "time": (2, 3), "when": (1, 2, 3)}

    def read(kind: str, text: str, context: AnswerContext) -> str | None:
        found = calendar.nlp(text, sourceTime=datetime.combine(context.today, datetime.min.time())) or ()
        told = [at for at, flag, *_ in found if flag in wanted[kind]]
        return told[0].strftime(_FORMATS[kind]) if told else None

    return read
