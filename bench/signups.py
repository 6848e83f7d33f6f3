"""Many people who sign up, word by word as the transcripts have it, in both languages and for every audience."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from flows.facts import Hub, SlotKind
from flows.geography import place_of
from flows.messages import Address, Inbound
from storage import schedule
from storage.database import Database, migrate

HUB: Final = Hub(id="bench", name="Bright Hub", zone="America/Chicago", help_phone="312-555-0100")
#: A Monday, ten in the morning in Chicago.
NOW: Final = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)

_TRANSCRIPTS: Final = Path(__file__).parent.parent / "tests" / "transcripts"
#: Where the people of one hub live.
_ZIP_CODES: Final = [code for number in range(100) if place_of(code := f"606{number:02}")]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody and all they write, in order."""

    inbounds: Sequence[Inbound]


def people(turns: int) -> list[Person]:
    """Return as many people as it takes to write some number of texts, the last one cut short."""
    found: list[Person] = []
    for number, (script, zip_code) in enumerate(zip(cycle(_scripts()), cycle(_ZIP_CODES), strict=False)):
        if turns <= 0:
            return found
        texts = list(islice(_texts(script, zip_code), turns))
        sender = Address(channel="sms", account="MG1", user=f"+1312{number:07}")
        found.append(
            Person([Inbound(provider_id=f"SM{number}.{at}", sender=sender, text=text) for at, text in enumerate(texts)])
        )
        turns -= len(texts)
    raise AssertionError("unreachable")


def _scripts() -> list[list[str]]:
    names = [f"{audience}_{lang}" for audience in _AUDIENCES for lang in ("en", "es")]
    tables = [tomllib.loads((_TRANSCRIPTS / f"{name}.toml").read_text("utf-8")) for name in names]
    return [[turn["you"] for turn in table["turn"] if "you" in turn] for table in tables]


_AUDIENCES: Final = ("employee", "high_school", "older_adult", "work_study")


def _texts(script: Sequence[str], zip_code: str) -> Iterator[str]:
    for text in script:
        yield zip_code if len(text) == len(zip_code) and text.isdigit() else text


def make_template(url: str) -> None:
    """Bring a database to where sign-ups can begin: the schema and four training sessions with room for everybody."""
    migrate(url)
    database = Database(url)
    with database.session() as session:
        for days in (8, 10, 12, 15):
            schedule.add_slot(
                session,
                HUB.id,
                kind=SlotKind.TRAINING,
                title={"en": "Training", "es": "Entrenamiento"},
                starts_local=NOW.replace(tzinfo=None) + timedelta(days=days),
                zone=HUB.zone,
                minutes=90,
                capacity=1_000_000,
                place="Lincoln Library, 12 Oak St",
            )
    database.close()


def copy_of(template: Path) -> Path:
    """Return a fresh copy of a SQLite database beside it."""
    fresh = template.with_name("fresh.db")
    for suffix in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    shutil.copy(template, fresh)
    return fresh
