"""``peoplepower report``: every report as CSV and JSON, filtered for an organisation, refused in a sentence."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from bot.__main__ import app
from bot.mistake import MistakeError
from storage.cells import harmless
from storage.database import Database, migrate
from storage.reports import Report, all_reports, as_csv, as_json
from storage.tables import HoursRow, OrganisationRow, Site

NOW = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Return settings of a hub with a few hours."""
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    migrate(url)
    with Database(url).session() as session:
        acme = OrganisationRow(hub="springfield", kind="employer", name="Acme", code="ACME2027")
        session.add(acme)
        session.flush()
        for person in range(1, 8):
            session.add(
                HoursRow(
                    hub="springfield",
                    person_id=person,
                    ledger="volunteer",
                    starts_at=NOW,
                    minutes=30 + person,
                    role='=HYPERLINK("http://evil")',
                    status="approved",
                    organisation_id=acme.id if person < 7 else None,
                    created_at=NOW,
                )
            )
    path = tmp_path / "config.toml"
    path.write_text(f'[database]\nurl = "{url}"\n[hub]\nid = "springfield"\n', "utf-8")
    return path


def run(settings: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["report", *arguments, "--config", str(settings)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("name", sorted(all_reports()))
def test_every_report_is_written_both_ways_with_the_same_numbers(name: str, settings: Path) -> None:
    table = list(csv.DictReader(io.StringIO(run(settings, name, "--csv"))))
    listed = json.loads(run(settings, name, "--json"))

    assert len(table) == len(listed)
    assert {key for line in listed for key in line} <= set(all_reports()[name].columns)


def test_hours_add_up_and_a_formula_is_only_text(settings: Path) -> None:
    (line,) = csv.DictReader(io.StringIO(run(settings, "hours")))

    assert (line["people"], line["minutes"]) == ("7", str(7 * 30 + 28))
    assert line["role"] == '\'=HYPERLINK("http://evil")'


def test_employer_gets_its_own_people_without_statuses(settings: Path) -> None:
    (line,) = json.loads(run(settings, "hours", "--json", "--organisation", "acme"))

    assert (line["people"], line["minutes"]) == (6, 6 * 30 + 21)
    assert "approved_minutes" not in line


def test_days_narrow_a_report(settings: Path) -> None:
    assert json.loads(run(settings, "hours", "--json", "--from", "2026-11-25")) == []
    assert json.loads(run(settings, "hours", "--json", "--from", "2026-11-24", "--to", "2026-11-24"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["hour"], "There is no report 'hour'"),
        (["hours", "--organisation", "Nobody"], "There is no organisation 'Nobody'"),
        (["hours", "--from", "yesterday"], "--from yesterday: write a day"),
        (["hours", "--from", "2027-01-02", "--to", "2027-01-01"], "lies before"),
    ],
)
def test_mistakes_are_told_in_a_sentence(arguments: list[str], sentence: str, settings: Path) -> None:
    with pytest.raises(MistakeError, match=sentence.replace("'", ".")):
        CliRunner().invoke(app, ["report", *arguments, "--config", str(settings)], catch_exceptions=False)


@pytest.mark.parametrize(
    "cell",
    [
        "=1",
        "+1+1",
        "-1+1",
        "@x",
        "\tx",
        "\rx",
        "  =1",
        "\n=1",
        "\uff1d1",
        "\uff0b1+1",
        "\uff0d1+1",
        "\uff20x",
        "\ufe621",
        "\u200b=1",
        "\ufeff\u3000\uff1d1",
    ],
)
def test_text_that_looks_like_a_formula_is_made_plain(cell: str) -> None:
    report = Report(name="x", about="", columns=("a", "b"), build=lambda _session, _question: [])

    (line,) = csv.DictReader(io.StringIO(as_csv(report, [{"a": cell, "b": -1}])))

    assert line["a"].startswith("'")
    assert line["b"] == "-1"
    assert json.loads(as_json(report, [{"a": cell, "b": -1}])) == [{"a": cell, "b": -1}]


@pytest.mark.parametrize(
    "cell", ["Ana", "María-José", "-1", "+13125550142", "1-2", "", " ", "\uff15", "(small groups together)"]
)
def test_other_text_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_hours_that_wait_are_listed_without_names_and_decided(settings: Path) -> None:
    listed = CliRunner().invoke(app, ["hours", "list", "--config", str(settings)], catch_exceptions=False)

    assert listed.stdout == "Nothing waits for a decision.\n"
    with pytest.raises(MistakeError, match="There is no entry"):
        CliRunner().invoke(app, ["hours", "decide", "x", "--config", str(settings)], catch_exceptions=False)


def test_supervisor_of_a_place_is_named_afterwards(settings: Path) -> None:
    def type_in(*arguments: str) -> str:
        line = [*arguments, "--config", str(settings)]
        return CliRunner().invoke(app, line, catch_exceptions=False).stdout

    type_in("sites", "add", "Lincoln School", "--zip", "60614")

    assert "each afternoon" in type_in("hours", "supervisor", "Lincoln School", "--contact", "(312) 555-0199")
    with Database(f"sqlite:///{settings.parent / 'hub.db'}").reading() as session:
        (site,) = session.exec(select(Site)).all()
        assert site.supervisor_contact == "+13125550199"
    with pytest.raises(MistakeError, match="write a phone number"):
        type_in("hours", "supervisor", "Lincoln School", "--contact", "Sam")
