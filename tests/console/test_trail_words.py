"""The page of a person says in both languages why and by whom something was decided."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sqlmodel import col, select

from bot.console.people.trail import say_author, say_cause
from bot.console.words import Words
from flows.facts import LANGUAGES
from storage.tables import AuditRow
from tests.console.opened import Demo

ROOT = Path(__file__).parent.parent.parent
#: Why somebody was moved, where the code says so in one piece.
_CAUSES = re.compile(r'MoveStage\([^)]*?cause="([^"]+)"|people\.Move\([^)]*?cause="([^"]+)"', re.DOTALL)


def _has(kind: str, name: str) -> bool:
    return Words("people", "es", "").has(f"{kind}.{name}")


async def test_each_cause_and_author_of_the_demos_trail_has_words(demo: Demo) -> None:
    with demo.app.database.reading() as session:
        rows = session.exec(select(AuditRow.author, AuditRow.detail).where(col(AuditRow.what) == "stage")).all()
    causes = {json.loads(detail)["cause"] for _, detail in rows}

    assert {"flow screening", "requirements met"} <= causes
    for language in LANGUAGES:
        say = Words("people", language, "")
        assert [cause for cause in sorted(causes) if ":" in say_cause(say, cause)] == []
        assert {say_author(say, author) for author, _ in rows} >= {say("author.person"), say("author.rule")}
    assert [cause for cause in causes if say_cause(Words("people", "es", ""), cause) == cause] == []


def test_each_cause_that_the_code_names_has_words() -> None:
    found = set()
    for folder in ("bot", "flows", "storage"):
        for file in (ROOT / folder).rglob("*.py"):
            found |= {one or other for one, other in _CAUSES.findall(file.read_text("utf-8"))}

    assert found, "nothing is moved any more?"
    assert [cause for cause in sorted(found) if not _has("cause", cause.casefold().replace(" ", "_"))] == []


def test_staff_is_named_and_what_has_no_words_is_said_as_it_is() -> None:
    say = Words("people", "es", "")

    assert say_author(say, "coordinator:Maria Lopez") == "Maria Lopez"
    assert say_author(say, "coordinator") == "equipo"
    assert say_author(say, "link:guardian") == "por un enlace"
    assert say_cause(say, "attended:J5Rq1uJtFQPAMMSI") == "asistió"
    assert say_cause(say, "availability changed: none left") == "availability changed: none left"
