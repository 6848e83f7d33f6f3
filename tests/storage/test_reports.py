"""Reports on both databases: they add up to the ledgers to the minute, and an employer learns nothing about a few."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, delete, select

from flows.rules.disclosure import LEAST
from flows.rules.ledger import HoursStatus, Ledger
from flows.rules.terms import term_of
from storage.database import Database
from storage.operations import hours as operations
from storage.performing import perform
from storage.reports import Line, Question, View, all_reports
from storage.tables import HoursRow, MembershipRow, OrganisationRow, Site, SlotRow
from tests.storage.cases import HUB, NOW
from tests.storage.test_hours import live, new_booking, new_person, scope_of, site_of

EVERYTHING = Question(hub=HUB.id, zone=HUB.zone)
THIS_TERM = Question(hub=HUB.id, zone=HUB.zone, since=date(2026, 8, 1), until=date(2030, 1, 1))


def read(session: Session, name: str, question: Question = EVERYTHING) -> list[Line]:
    """Return the lines of a report."""
    return list(all_reports()[name].build(session, question))


def seen_by(organisation: int, *, employer: bool) -> Question:
    """Ask as an organisation does."""
    view = View(organisation_id=organisation, name="Acme", hides_small_groups=employer)
    return Question(hub=HUB.id, zone=HUB.zone, view=view)


# --- whatever the ledgers hold ----------------------------------------------------------------------------------------

_ENTRIES: Final[st.SearchStrategy[list[dict[str, object]]]] = st.lists(
    st.builds(
        dict,
        person_id=st.none() | st.integers(1, 12),
        ledger=st.sampled_from([one.value for one in Ledger]),
        status=st.sampled_from([one.value for one in HoursStatus]),
        minutes=st.integers(1, 960),
        role=st.none() | st.sampled_from(["tutor", "mentor"]),
        audience=st.none() | st.sampled_from(["employee", "high_school"]),
        organisation_id=st.none() | st.integers(1, 2),
        starts_at=st.integers(-300, 300).map(lambda days: NOW + timedelta(days=days)),
    ),
    max_size=30,
)


def _keep(session: Session, entries: Sequence[dict[str, object]]) -> None:
    """Hold these entries and no others."""
    session.exec(delete(HoursRow))
    session.add_all(HoursRow(hub=HUB.id, created_at=NOW, **entry) for entry in entries)  # type: ignore[arg-type]
    session.flush()


def _minutes(entries: Sequence[dict[str, object]], *, organisation: int | None = None) -> dict[object, int]:
    """Add up the live entries by ledger."""
    total: dict[object, int] = {}
    for entry in entries:
        if entry["status"] != "void" and organisation in (None, entry["organisation_id"]):
            total[entry["ledger"]] = total.get(entry["ledger"], 0) + int(str(entry["minutes"]))
    return total


def _reported(hours: Sequence[Line], people: Sequence[Line]) -> tuple[dict[object, int], dict[object, int]]:
    """Add up both reports by ledger."""
    one: dict[object, int] = {}
    for line in hours:
        one[line["ledger"]] = one.get(line["ledger"], 0) + int(line["minutes"])
    other = {ledger.value: sum(int(line[f"{ledger.value}_minutes"]) for line in people) for ledger in Ledger}
    assert all(sum(int(line[f"{ledger.value}_minutes"]) for ledger in Ledger) == line["minutes"] for line in people)
    return one, {ledger: minutes for ledger, minutes in other.items() if minutes}


def _retained(entries: Sequence[dict[str, object]]) -> list[Line]:
    """Count who came back, entry by entry, in the term of ``THIS_TERM`` and those behind it."""
    served: dict[str, set[object]] = {}
    for entry in entries:
        starts_at = entry["starts_at"]
        assert isinstance(starts_at, datetime)
        if entry["status"] != "void" and entry["person_id"]:
            term = term_of(starts_at.astimezone(ZoneInfo(HUB.zone)).date())
            served.setdefault(term, set()).add(entry["person_id"])
    lines: list[Line] = []
    for place, (term, people) in enumerate(ordered := sorted(served.items())):
        before = {person for _, others in ordered[:place] for person in others}
        last = ordered[place - 1][1] if place else set()
        heads = {
            "people": people,
            "new": people - before,
            "returning": people & before,
            "from_last_term": people & last,
        }
        heads["not_back_from_last_term"] = last - people
        if term >= "2026-3-fall":
            lines.append({"term": term, **{name: len(each) for name, each in heads.items()}})
    return lines


def test_hours_and_people_add_up_to_the_ledgers_whoever_asks(database: Database, url: str) -> None:
    tried = {"ledgers": 0, "entries": 0}

    @settings(max_examples=60, deadline=None)
    @given(entries=_ENTRIES)
    def try_one(entries: list[dict[str, object]]) -> None:
        with database.session() as session:
            _keep(session, entries)
            for question, organisation in ((EVERYTHING, None), (seen_by(1, employer=False), 1)):
                hours, people = (read(session, name, question) for name in ("hours", "people"))
                expected = _minutes(entries, organisation=organisation)
                assert _reported(hours, people) == (expected, expected)
            for name in ("hours", "people"):
                shown = read(session, name, seen_by(1, employer=True))
                told = sum(int(line.get("minutes", 0)) for line in shown)
                withheld = any("minutes" not in line for line in shown)
                assert withheld or told == sum(_minutes(entries, organisation=1).values())
                assert all(int(line.get("people", LEAST)) >= LEAST for line in shown)
            assert read(session, "retention", THIS_TERM) == _retained(entries)
            for line in read(session, "retention", seen_by(1, employer=True)):
                assert all(cell % LEAST == 0 and cell >= LEAST for cell in line.values() if isinstance(cell, int))
        tried["ledgers"] += 1
        tried["entries"] += len(entries)

    try_one()
    print(f"{tried['entries']} entries in {tried['ledgers']} ledgers added up on {url.partition(':')[0]}")


# --- one by one -------------------------------------------------------------------------------------------------------


def serve(session: Session, site: Site, people: int, *, organisation: int | None = None, role: str = "tutor") -> None:
    """Let people serve an hour each."""
    for _ in range(people):
        person = new_person(session)
        booking = new_booking(session, person, NOW, 60, site)
        perform(session, operations.attend(scope_of(person), booking.ref, author="coordinator"))
        row = live(session, person.id)[0]
        row.organisation_id, row.role = organisation, role
        session.add(row)
    session.flush()


def test_employer_sees_its_own_people_and_no_group_under_five(database: Database) -> None:
    with database.session() as session:
        site = site_of(session)
        serve(session, site, 7, organisation=1)
        serve(session, site, 6, organisation=1, role="coach")
        serve(session, site, 2, organisation=1, role="mentor")
        serve(session, site, 9, organisation=2, role="other")
        view = View(organisation_id=1, name="Acme", hides_small_groups=True)

        lines = list(all_reports()["hours"].build(session, Question(hub=HUB.id, zone="UTC", view=view)))

        assert sum(int(line["minutes"]) for line in lines) == 15 * 60
        assert min(int(line["people"]) for line in lines) >= 5
        assert not any("mentor" in line.values() or "other" in line.values() for line in lines)
        assert not any("approved_minutes" in line for line in lines)


def test_employer_of_four_sees_that_they_are_fewer_than_five(database: Database) -> None:
    with database.session() as session:
        serve(session, site_of(session), 4, organisation=1)
        view = View(organisation_id=1, name="Acme", hides_small_groups=True)

        lines = list(all_reports()["hours"].build(session, Question(hub=HUB.id, zone="UTC", view=view)))

        assert lines == [{"ledger": "(fewer than five people)"}]


def test_days_of_a_report_are_those_of_the_hub(database: Database) -> None:
    with database.session() as session:
        site, report = site_of(session), all_reports()["hours"]
        person = new_person(session)
        at = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)  # still the first of December in New York
        booking = new_booking(session, person, at, 60, site)
        perform(session, operations.attend(scope_of(person), booking.ref, author="coordinator"))
        first, second = datetime(2026, 12, 1, tzinfo=UTC).date(), datetime(2026, 12, 2, tzinfo=UTC).date()

        def asked(day: object) -> int:
            question = Question(hub=HUB.id, zone="America/New_York", since=day, until=day)  # type: ignore[arg-type]
            return len(list(report.build(session, question)))

        assert (asked(first), asked(second)) == (1, 0)


def test_every_report_is_numbers_about_groups(database: Database) -> None:
    with database.session() as session:
        site = site_of(session)
        serve(session, site, 3)
        missing = new_person(session)
        missing.given_name, missing.family_name = "Secretina", "Hidden"
        perform(
            session,
            operations.miss(scope_of(missing), new_booking(session, missing, NOW, 60, site).ref, cause="said so"),
        )
        question = Question(hub=HUB.id, zone="UTC")

        written = {name: list(report.build(session, question)) for name, report in all_reports().items()}

        assert set(written) >= {"people", "hours", "retention", "funnel", "no_shows", *_ALONG_TIME}
        assert "Secretina" not in str(written)
        assert all(set(line) <= set(all_reports()[name].columns) for name, lines in written.items() for line in lines)
        assert written["retention"] == [
            {"term": "2026-3-fall", "people": 3, "new": 3, "returning": 0, "from_last_term": 0, "not_back_from_last_term": 0}
        ]  # fmt: skip
        assert written["no_shows"][0] == {
            "site": "Lincoln", "role": "tutor", "term": "2026-3-fall",
            "places": 4, "came": 3, "missed": 1, "said_so": 1, "no_answer": 0, "not_reached": 0,
        }  # fmt: skip
        assert [(line["wrote"], line["served"]) for line in written["funnel"]] == [(4, 3)]
        assert session.exec(select(SlotRow)).first()


#: Reports that count what happens along time, not heads in groups.
_ALONG_TIME = {"fill", "hours_by_month", "replies"}


@pytest.mark.parametrize("name", sorted(set(all_reports()) - _ALONG_TIME))
@pytest.mark.parametrize("kind", ["employer", "college", "district"])
def test_an_organisation_sees_its_own_people_in_every_report(name: str, kind: str, database: Database) -> None:
    with database.session() as session:
        site, report = site_of(session), all_reports()[name]
        for people, code in ((6, "ONE111"), (9, "TWO222")):
            organisation = OrganisationRow(hub=HUB.id, kind=kind, name=code, code=code)
            session.add(organisation)
            session.flush()
            assert organisation.id
            before = len(live(session))
            serve(session, site, people, organisation=organisation.id, role=code.lower())
            for row in live(session)[before:]:
                assert row.person_id
                session.add(
                    MembershipRow(
                        hub=HUB.id,
                        person_id=row.person_id,
                        organisation_id=organisation.id,
                        status="confirmed",
                        changed_at=NOW,
                    )
                )
            session.flush()

        (line,) = read(session, name, seen_by(1, employer=kind == "employer"))

        heads = line[{"funnel": "wrote", "no_shows": "places"}.get(name, "people")]
        in_fives = kind == "employer" and name not in ("hours", "people")
        assert heads == (5 if in_fives else 6)
        assert set(line) <= set(report.columns)


def test_an_employer_learns_neither_who_missed_nor_why(database: Database) -> None:
    with database.session() as session:
        site = site_of(session)
        acme = OrganisationRow(hub=HUB.id, kind="employer", name="Acme", code="ACME01")
        session.add(acme)
        session.flush()
        assert acme.id
        for n in range(7):
            person = new_person(session)
            assert person.id
            session.add(
                MembershipRow(
                    hub=HUB.id, person_id=person.id, organisation_id=acme.id, status="confirmed", changed_at=NOW
                )
            )
            booking = new_booking(session, person, NOW, 60, site)
            if n:
                perform(session, operations.attend(scope_of(person), booking.ref, author="coordinator"))
            else:
                perform(session, operations.miss(scope_of(person), booking.ref, cause="said so"))
        session.flush()

        (line,) = read(session, "no_shows", seen_by(acme.id, employer=True))

        assert (line["places"], line["came"], line["missed"]) == (5, 5, "(fewer than five people)")
        assert not {"said_so", "no_answer", "not_reached"} & set(line)
