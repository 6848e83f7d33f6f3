"""Places, holidays, trainings and shifts as an operator types them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from bot.__main__ import app
from bot.app import utc_now
from bot.commands import places
from bot.mistake import MistakeError
from flows.messages import Address
from flows.stages import Stage
from storage import people
from storage.tables import BookingRow, SlotRow

#: A Monday at least three weeks ahead, whenever the test runs.
_SOON = utc_now().date() + timedelta(days=21)
MONDAY = _SOON - timedelta(days=_SOON.weekday())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path / "people.db"}"\n[hub]\nid = "test"\ntimezone = "America/Chicago"\n',
        "utf-8",
    )
    return path


@pytest.fixture
def site(config: Path) -> str:
    run(config, "sites", "add", "Lincoln School", "--zip", "60614", "--street", "12 Oak St")
    return "Lincoln School"


def run(config: Path, *words: str) -> list[str]:
    """Type a command that must succeed; return what it says."""
    done = CliRunner().invoke(app, [*words, "--config", str(config)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output.splitlines()


def refused(config: Path, *words: str) -> str:
    """Type a command that must be refused with a sentence."""
    done = CliRunner().invoke(app, [*words, "--config", str(config)])
    assert isinstance(done.exception, MistakeError), done.output
    return str(done.exception)


def add(config: Path, *more: str, at: str = f"{MONDAY}T15:30") -> list[str]:
    basic = ("--title", "Reading", "--at", at, "--minutes", "45", "--capacity", "4")
    return run(config, "shifts", "add", *basic, *more)


def refs(config: Path) -> list[str]:
    return [line.split()[0] for line in run(config, "shifts", "list", "--days", "60")]


def test_place_gets_zone_and_town_of_its_zip(config: Path, site: str) -> None:
    assert run(config, "sites", "list") == ["1 Lincoln School, 12 Oak St, Chicago, IL, 60614 (America/Chicago)"]
    assert "already" in refused(config, "sites", "add", "lincoln school")
    assert "there is no such ZIP code" in refused(config, "sites", "add", "X", "--zip", "00000")
    assert "did you mean 'America/Chicago'" in refused(config, "sites", "add", "X", "--zone", "America/Chicgo")


def test_series_is_planned_without_holidays_and_listed(config: Path, site: str) -> None:
    wednesday = MONDAY + timedelta(days=2)
    run(config, "holidays", "add", str(wednesday), "--name", "Founders' day")

    said = add(config, "--rule", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4", "--site", "lincoln school", "--role", "tutor")

    assert said[0].startswith("Planned: 3 until")
    listed = run(config, "shifts", "list", "--days", "60")
    assert len(listed) == 3
    assert f"Mon {MONDAY} 15:30  45 min  shift  Reading  at Lincoln School  for tutor  0/4 taken  series" in listed[0]
    assert run(config, "holidays", "list") == [f"{wednesday} Founders' day"]


def test_holiday_noted_late_names_what_stands_and_calls_it_off(config: Path, site: str) -> None:
    add(config, "--rule", "FREQ=WEEKLY;BYDAY=MO;COUNT=2", "--site", "1")
    first, _ = refs(config)

    assert run(config, "holidays", "add", str(MONDAY))[-1].strip() == first
    assert "Changed: 1. Nobody booked" in run(config, "holidays", "add", str(MONDAY), "--call-off")[-1]
    assert "CALLED OFF" in run(config, "shifts", "list", "--days", "60")[0]


def test_shifts_are_changed_moved_and_called_off(config: Path, site: str) -> None:
    add(config, "--rule", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "--site", site)
    first, second, _ = refs(config)

    assert run(config, "shifts", "edit", second, "--which", "following", "--time", "16:00", "--capacity", "2")[
        0
    ].startswith("Changed: 2. Nobody booked is to be told.")
    run(
        config, "shifts", "edit", first, "--at", f"{MONDAY + timedelta(days=1)}T09:00", "--place", "online: https://x.y"
    )
    run(config, "shifts", "cancel", second)
    run(config, "sites", "move", site, "--zone", "America/New_York")

    listed = run(config, "shifts", "list", "--days", "60")
    assert "Tue " in listed[0]
    assert "09:00  45 min  shift  Reading  at online: https://x.y  0/4 taken" in listed[0]
    assert "CALLED OFF" in listed[1]
    assert "16:00" in listed[2]
    assert "0/2 taken" in listed[2]


def _offered(config: Path) -> list[str]:
    return [line.rpartition("shift: ")[2] for line in run(config, "shifts", "explain", "312-555-0123")]


def test_for_whom_it_is_is_changed_and_cleared(config: Path, site: str) -> None:
    add(config, "--rule", "FREQ=WEEKLY;BYDAY=MO;COUNT=2", "--site", site)
    first, second = refs(config)
    with places.open_desk(config, {}) as desk, desk.database.session() as session:
        address = Address(channel="sms", account="MG1", user="+13125550123")
        tutor = people.add_person(
            session, "test", address, utc_now(), stage=Stage.READY, role="tutor", given_name="Ana"
        )
        assert tutor is not None
        slot = session.exec(select(SlotRow).where(col(SlotRow.ref) == first)).one()
        tutor.answers = '{"role": "tutor"}'
        session.add(
            BookingRow(
                hub="test",
                person_id=tutor.id or 0,
                slot_id=slot.id or 0,
                status="booked",
                created_at=utc_now(),
                changed_at=utc_now(),
            )
        )

    assert _offered(config)[1] == "it is offered"
    said = run(config, "shifts", "edit", second, "--which", "all", "--role", "tutor", "--needs", "first_training")
    assert said == [
        "Changed: 2. Nobody booked is to be told.",
        "Whoever has a place keeps it; it is offered to those who fit from now on.",
        "They keep their place, but do not fit any more: Ana.",
    ]
    assert "first_training" in _offered(config)[1]
    run(config, "shifts", "edit", second, "--needs", "none", "--role", "", "--language", "en", "--grades", "none")
    assert _offered(config) == ["they have a place", "it is offered"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--role", "tuter"), "--role tuter: there is none; did you mean 'tutor'"),
        (("--course", "firts_training"), "--course firts_training: there is none; did you mean 'first_training'"),
        (("--needs", "first_training", "--needs", "x"), "--needs x: there is none; "),
        (("--needs", "first_training", "--needs", "none"), "--needs none: that clears them all. Write it alone"),
        (("--grades", "all of them"), "--grades all of them: write them like K-2, 3-5 or 9."),
        (("--language", "spanish"), "--language spanish: there is none; "),
        ((), "--role, --subject, --grades, --language, --needs or --course"),
    ],
)
def test_what_is_not_known_of_whom_it_is_for_is_refused(
    config: Path, site: str, more: tuple[str, ...], said: str
) -> None:
    add(config, "--site", site)
    (ref,) = refs(config)

    assert said in refused(config, "shifts", "edit", ref, *more)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--site", "Nowhere"), "did you mean|no one place"),
        ((), "Where is it"),
        (("--site", "1", "--rule", "FREQ=HOURLY"), "DAILY, WEEKLY"),
        (("--site", "1", "--rule", "FREQ=WEEKLY;UNTIL=20200101"), "no day at all"),
        (("--site", "1", "--role", "tuter"), "did you mean 'tutor'"),
        (("--site", "1", "--needs", "first_trainin"), "did you mean 'first_training'"),
        (("--site", "1", "--remind", "hourly"), "--remind hourly"),
        (("--site", "1", "--grades", "big ones"), "K-2, 3-5"),
        (("--site", "1", "--at", "2020-01-01T10:00"), "over already"),
        (("--site", "1", "--at", "2027-02-30T10:00"), "write day and time"),
        (("--site", "1", "--at", "2027-02-20"), "write day and time"),
        (("--place", "online", "--zone", "Chicago"), "is unknown"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_sentence(
    config: Path, site: str, more: tuple[str, ...], said: str
) -> None:
    words = ("shifts", "add", "--title", "x", "--minutes", "45", "--capacity", "4", "--at", f"{MONDAY}T15:30", *more)

    found = refused(config, *words)

    assert any(part in found for part in said.split("|")), found
    assert run(config, "shifts", "list", "--days", "60") == []


def test_explain_says_of_each_why_it_is_offered_or_not(config: Path, site: str) -> None:
    for role in ("tutor", "mentor"):
        add(config, "--site", site, "--role", role)
    add(config, "--site", site, "--needs", "first_training", at=f"{MONDAY}T10:00")
    with places.open_desk(config, {}) as desk, desk.database.session() as session:
        address = Address(channel="sms", account="MG1", user="+13125550123")
        people.add_person(session, "test", address, utc_now(), stage=Stage.READY, role="tutor", zip="60614")

    said = [line.rpartition("shift: ")[2] for line in run(config, "shifts", "explain", "312-555-0123")]

    assert sorted(said) == [
        "it is offered",
        "not offered: it asks for a course they have not done, or did too long ago: first_training",
        "not offered: it is for another role: mentor",
    ]
    assert "no such person" in refused(config, "shifts", "explain", "312-555-0199")
