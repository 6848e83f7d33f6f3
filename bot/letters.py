"""Write a service letter as PDF, in the language of whoever asks for it."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from flows.facts import LANGUAGES, Hub
from flows.phrases import Phrases, read_phrases
from flows.rules.letters import Summary, shown_code
from flows.wording import say_date, say_minutes
from storage import letters
from storage.letters import District
from storage.tables import LetterRow, PersonRow

_BODY: Final = ParagraphStyle("body", fontName="Helvetica", fontSize=11, leading=16, spaceAfter=8)
_HEAD: Final = ParagraphStyle("head", parent=_BODY, fontName="Helvetica-Bold", fontSize=18, leading=24, spaceAfter=18)
_SMALL: Final = ParagraphStyle("small", parent=_BODY, fontSize=9, leading=13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one letter says."""

    hub: Hub
    name: str
    summary: Summary
    district: District | None
    row: LetterRow


def make_letter(session: Any, hub: Hub, person: PersonRow, *, by: str, now: datetime) -> Letter | None:
    """Make a person's letter and keep that it was made; ``None`` while no time of theirs is approved."""
    summary, district = letters.summary_of(session, person, hub.zone)
    if summary is None:
        return None
    today = now.astimezone(ZoneInfo(hub.zone)).date()
    row = letters.issue(session, person, summary, on=today, by=by, now=now)
    return Letter(hub=hub, name=full_name(person), summary=summary, district=district, row=row)


def full_name(person: PersonRow) -> str:
    """Return what stands in a letter for a name."""
    return " ".join(filter(None, (person.given_name, person.family_name))) or "-"


def lines_of(summary: Summary, language: str) -> list[tuple[str, str]]:
    """Say minutes by kind, and their sum."""
    said = [(words().say(f"letter.kind_{kind}", language), minutes) for kind, minutes in summary.by_kind.items()]
    return [(kind, say_minutes(minutes, language)) for kind, minutes in said] + [
        (words().say("letter.total", language), say_minutes(summary.total, language))
    ]


@cache
def words() -> Phrases:
    """Return the words of pages and letters."""
    source = (files("bot.pages") / "words.toml").read_text("utf-8")
    return read_phrases(source, file="bot/pages/words.toml", languages=LANGUAGES)


def as_pdf(letter: Letter, language: str) -> bytes:
    """Write a letter on one sheet; the same letter gives the same bytes."""
    written = io.BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=LETTER,
        margin=inch,
        leftMargin=inch,
        rightMargin=inch,
        topMargin=inch,
        title=_printable(words().say("letter.title", language)),
        author=_printable(letter.hub.name),
        lang=language,
        invariant=1,
    )
    document.build(_story(letter, language))
    return written.getvalue()


def _story(letter: Letter, language: str) -> list[Flowable]:
    summary, row = letter.summary, letter.row

    def say(key: str, style: ParagraphStyle = _BODY, **values: str) -> Paragraph:
        return _paragraph(words().say(f"letter.{key}", language, {"hub": letter.hub.name, **values}), style)

    period = {"first": say_date(summary.first_on, language), "last": say_date(summary.last_on, language)}
    story: list[Flowable] = [
        _paragraph(letter.hub.name, _BODY),
        Spacer(1, 18),
        say("title", _HEAD),
        say("issued", day=say_date(row.issued_on, language)),
        say("served", name=letter.name, **period),
        _table(lines_of(summary, language)),
        Spacer(1, 12),
    ]
    if letter.district and summary.counted is not None:
        needed = say_minutes(summary.needed, language) if summary.needed else "-"
        counted = say_minutes(summary.counted, language)
        story.append(say("district", district=letter.district.name, counted=counted, needed=needed))
        if letter.district.policy.needs_reflection:
            story.append(say("reflection"))
    for partner, supervisor in summary.answerable:
        story.append(_paragraph(", ".join(filter(None, (supervisor, partner))), _BODY))
    story += [Spacer(1, 24), say("sign"), Spacer(1, 30), _paragraph("_" * 40, _BODY)]
    story.append(say("verify", _SMALL, url=f"{letter.hub.public_url}/verify", code=shown_code(row.code)))
    return story


def _table(lines: list[tuple[str, str]]) -> Table:
    cells = [[_paragraph(kind, _BODY), _paragraph(length, _BODY)] for kind, length in lines]
    return Table(cells, colWidths=(3.5 * inch, 3 * inch), style=[("LINEABOVE", (0, -1), (-1, -1), 0.5, "black")])


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_printable(text)), style)


def _printable(text: str) -> str:
    """Write a text in the letters that every PDF reader has; others lose their marks, or become a question mark."""
    return "".join(map(_printable_sign, unicodedata.normalize("NFC", text)))


def _printable_sign(sign: str) -> str:
    for attempt in (sign, unicodedata.normalize("NFKD", sign)[0]):
        try:
            attempt.encode("cp1252")
        except UnicodeEncodeError:
            continue
        return attempt
    return "?"


def verified(row: LetterRow, language: str) -> Mapping[str, str]:
    """Say what anybody learns who holds a letter's code."""
    return {
        "initials": row.initials or "-",
        "total": say_minutes(row.minutes, language),
        "first": say_date(row.first_on, language),
        "last": say_date(row.last_on, language),
        "issued": say_date(row.issued_on, language),
    }
