"""The page on which an aid office confirms a work-study award, or an employer that somebody works there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from bot.pages.desk import Desk
from bot.pages.page import Opened, Shown, Taken
from flows import wording
from flows.rules.links import LinkPurpose
from flows.rules.organisations import MembershipStatus, OrganisationKind
from storage import organisations
from storage.organisations import Member

_BY: Final = f"link:{LinkPurpose.AID_OFFICE.value}"
#: More hours than a year of full-time work are a slip.
_MOST_HOURS: Final = 2000
_MOST_WEEKLY: Final = 40
_LONGEST: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What a college pays for."""

    minutes: int
    weekly_minutes: int
    ends_on: date


class AidOfficePage:
    """Shows the question, or what was answered, which may be corrected."""

    purpose = LinkPurpose.AID_OFFICE
    code_phrase = "guardian.code"

    def show(self, desk: Desk, session: Any, link: Opened) -> Shown | None:
        """Show whom it is about, and what stands."""
        found = _member(desk, session, link)
        return self._shown(found, link) if found else None

    def take(self, desk: Desk, session: Any, link: Opened, form: Mapping[str, str]) -> Shown | Taken | None:
        """Keep what the organisation says."""
        found = _member(desk, session, link, to_change=True)
        if found is None:
            return None
        decision = form.get("decision")
        if decision == "no":
            notice = answer_notice(desk, found, f"declined_{_kind(found)}")
            organisations.decline(session, found, by=_BY, notice=notice, now=link.now)
            return Taken()
        if decision != "yes":
            return self._shown(found, link)
        award = None
        if _kind(found) == "award":
            award, wrong = _read(form, today=link.now.date())
            if wrong:
                return self._shown(found, link, form=form, wrong=wrong)
        organisations.confirm(
            session,
            found,
            minutes=award.minutes if award else None,
            weekly_minutes=award.weekly_minutes if award else None,
            ends_on=award.ends_on if award else None,
            by=_BY,
            notice=answer_notice(desk, found, f"confirmed_{_kind(found)}", award),
            now=link.now,
        )
        return Taken()

    def _shown(
        self, found: Member, link: Opened, *, form: Mapping[str, str] | None = None, wrong: tuple[str, ...] = ()
    ) -> Shown:
        row, allowance = found.membership, found.allowance
        decided = row.status in (MembershipStatus.CONFIRMED, MembershipStatus.DECLINED)
        stands = {
            "hours": _hours(allowance.granted_minutes) if allowance else "",
            "weekly": _hours(row.weekly_minutes) if row.weekly_minutes else "",
            "last_day": row.ends_on.isoformat() if row.ends_on else "",
        }
        values = {
            "kind": _kind(found),
            "name": " ".join(filter(None, (found.person.given_name, found.person.family_name))),
            "organisation": found.organisation.name,
            "standing": row.status if decided else "",
            "last_day": wording.say_date(row.ends_on, link.language) if row.ends_on else "",
            "stands": stands,
            "form": form or stands,
            "wrong": wrong,
        }
        return Shown(template="aid_office.html", values=values)


def _member(desk: Desk, session: Any, link: Opened, *, to_change: bool = False) -> Member | None:
    found = organisations.member(session, desk.hub.id, int(link.subject), to_change=to_change)
    return found if found and found.membership.status != MembershipStatus.ENDED else None


def _kind(found: Member) -> str:
    return "award" if found.organisation.kind == OrganisationKind.COLLEGE else "member"


def _read(form: Mapping[str, str], *, today: date) -> tuple[Award | None, tuple[str, ...]]:
    """Read an award, and say which fields are wrong."""
    hours, weekly = _number(form.get("hours", "")), _number(form.get("weekly", ""))
    try:
        last_day = date.fromisoformat(form.get("last_day", "").strip())
    except ValueError:
        last_day = date.min
    good = {
        "hours": 0 < hours <= _MOST_HOURS,
        "weekly": 0 < weekly <= _MOST_WEEKLY,
        "last_day": today <= last_day <= today + _LONGEST,
    }
    wrong = tuple(name for name, is_good in good.items() if not is_good)
    if wrong:
        return None, wrong
    return Award(minutes=round(hours * 60), weekly_minutes=round(weekly * 60), ends_on=last_day), ()


def _number(text: str) -> float:
    """Read ``12``, ``12.5`` or ``12,5``; anything else is 0."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return 0
    return number if number < _MOST_HOURS * 2 else 0


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g}"


def answer_notice(desk: Desk, found: Member, key: str, award: Award | None = None) -> str:
    """Say to somebody what their organisation has answered."""
    language = found.person.language or desk.hub.languages[0]
    values = {"hub": desk.hub.name, "organisation": found.organisation.name}
    if award:
        values |= {
            "hours": wording.say_minutes(award.minutes, language),
            "weekly": wording.say_minutes(award.weekly_minutes, language),
            "day": wording.say_date(award.ends_on, language),
        }
    return desk.library.phrases.say(f"aid_office.{key}", language, values)
