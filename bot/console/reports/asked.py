"""Read what a report is asked from a page's filters: when, where, and about whom; nobody asks beyond what they see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from bot.console.answers import NotThereError
from bot.console.house import Visit
from flows.rules.organisations import OrganisationKind
from flows.rules.terms import term_of
from storage import organisations, series
from storage.reports import Question, View
from storage.tables import OrganisationRow, Site

#: Stretches of time that need no date to be typed; the first is taken where nothing is asked.
PERIODS: Final = ("term", "last_term", "year", "all")
#: A school year begins in August, as the first term of one does.
_YEAR_BEGINS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filters of a page, as chosen and as offered."""

    question: Question
    #: What stands behind the question mark, without what is empty.
    chosen: Mapping[str, str]
    sites: Sequence[Site]
    organisations: Sequence[OrganisationRow]

    def link(self, path: str, **changed: str) -> str:
        """Return an address with the same filters."""
        query = {name: value for name, value in {**self.chosen, **changed}.items() if value}
        return f"{path}?{urlencode(query)}" if query else path


def read(visit: Visit, session: Any) -> Asked:
    """Read the filters; what cannot be read counts as not chosen.

    Raises:
        NotThereError: a site or an organisation is named that this user does not see.
    """
    query = visit.query
    seen = [site for site in series.list_sites(session, visit.hub.id) if visit.sites is None or site.id in visit.sites]
    known = organisations.list_all(session, visit.hub.id) if visit.sites is None else []
    period = query.get("period", "") if query.get("period") in PERIODS else PERIODS[0]
    since, until = _day(query.get("from", "")), _day(query.get("to", ""))
    if since is None and until is None:
        since, until = _span(period, visit.now.astimezone(visit.house.zone).date())
    elif since and until and until < since:
        since, until = until, since
    site = _site(query.get("site", ""), seen)
    organisation = _organisation(query.get("organisation", ""), known)
    choices = visit.house.library.sets.choices
    role = _one_of(query.get("role", ""), [option.id for option in choices.get("roles", ())])
    audience = _one_of(query.get("audience", ""), [option.id for option in choices.get("audiences", ())])
    question = Question(
        hub=visit.hub.id,
        zone=visit.hub.zone,
        since=since,
        until=until,
        sites=frozenset({site.id or 0}) if site else visit.sites,
        role=role,
        audience=audience,
        view=_view(organisation) if organisation else None,
    )
    chosen = {
        "period": period if period != PERIODS[0] else "",
        "from": query.get("from", "") if _day(query.get("from", "")) else "",
        "to": query.get("to", "") if _day(query.get("to", "")) else "",
        "site": str(site.id) if site else "",
        "role": role,
        "audience": audience,
        "organisation": str(organisation.id) if organisation else "",
    }
    return Asked(question=question, chosen=chosen, sites=seen, organisations=known)


def _span(period: str, today: date) -> tuple[date | None, date | None]:
    """Return the first and last day of a stretch of time."""
    first = _term_begins(today)
    match period:
        case "last_term":
            return _term_begins(first - timedelta(days=1)), first - timedelta(days=1)
        case "year":
            return date(today.year if today.month >= _YEAR_BEGINS else today.year - 1, _YEAR_BEGINS, 1), None
        case "all":
            return None, None
        case _:
            return first, None


def _term_begins(day: date) -> date:
    while term_of(day - timedelta(days=1)) == term_of(day):
        day -= timedelta(days=1)
    return day


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year < 9000 else None


def _one_of(value: str, known: Sequence[str]) -> str:
    return value if value in known else ""


def _site(number: str, seen: Sequence[Site]) -> Site | None:
    if not number:
        return None
    found = next((site for site in seen if str(site.id) == number), None)
    if found is None:
        raise NotThereError
    return found


def _organisation(number: str, known: Sequence[OrganisationRow]) -> OrganisationRow | None:
    if not number:
        return None
    found = next((one for one in known if str(one.id) == number), None)
    if found is None:
        raise NotThereError
    return found


def _view(organisation: OrganisationRow) -> View:
    return View(
        organisation_id=organisation.id or 0,
        name=organisation.name,
        hides_small_groups=organisation.kind == OrganisationKind.EMPLOYER.value,
    )
