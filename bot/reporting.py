"""Answer ``peoplepower report``: whole for the hub, or filtered for one organisation about its own people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.mistake import MistakeError
from bot.opening import open_hub
from flows.rules.organisations import OrganisationKind
from storage import organisations
from storage.reports import Question, View, all_reports, as_csv, as_json


def run_report(
    path: Path,
    environ: Mapping[str, str],
    name: str,
    *,
    since: str | None,
    until: str | None,
    organisation: str | None,
    as_json_list: bool,
) -> str:
    """Return a report as text.

    Args:
        since: first day, ISO; ``until`` the last.
        organisation: name or code of whoever gets it.

    Raises:
        MistakeError: there is no such report, day or organisation.
    """
    report = all_reports().get(name)
    if report is None:
        known = "; ".join(f"{one.name}: {one.about}" for one in all_reports().values())
        raise MistakeError(f"There is no report {name!r}. There are: {known}")
    with open_hub(path, environ) as (database, hub):
        first, last = _day(since, "--from"), _day(until, "--to")
        if first and last and last < first:
            raise MistakeError(f"--to {until} lies before --from {since}.")
        with database.reading() as session:
            view = _view(session, hub.id, organisation) if organisation else None
            question = Question(hub=hub.id, zone=hub.zone, since=first, until=last, view=view)
            lines = list(report.build(session, question))
    return as_json(report, lines) if as_json_list else as_csv(report, lines)


def _view(session: object, hub: str, named: str) -> View:
    found = organisations.find(session, hub, named)  # type: ignore[arg-type]
    if found is None or found.id is None:
        raise MistakeError(f"There is no organisation {named!r}. Give its name or its code.")
    return View(
        organisation_id=found.id, name=found.name, hides_small_groups=found.kind == OrganisationKind.EMPLOYER.value
    )


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MistakeError(f"{option} {text}: write a day like 2027-01-31.") from None
