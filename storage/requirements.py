"""Ask and change what people have to bring, from a page or a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from flows.rules.requirements import Finding, Held, Need, Subject, judge
from flows.stages import Stage
from storage import audit
from storage.operations import requirements
from storage.operations.requirements import Decided, EndingSoon, Freed
from storage.performing import perform
from storage.tables import PersonRow, RequirementRow, Site, SiteRequirementRow

# --- what is asked ----------------------------------------------------------------------------------------------------


def keep_needs(session: Session, hub: str, needs: Sequence[Need]) -> None:
    """Write down what the hub's files and settings ask, for the statement that takes a seat."""
    perform(session, requirements.keep_needs(hub, needs))


def set_site(
    session: Session, site: Site, kind: str, *, needed: bool, months: int | None, author: str, now: datetime
) -> None:
    """Say that a site asks for something, or does not, whatever the hub asks elsewhere."""
    assert site.id is not None
    row = session.get(SiteRequirementRow, (site.id, kind))
    if row is None:
        row = SiteRequirementRow(site_id=site.id, kind=kind, hub=site.hub, needed=needed)
    row.needed, row.months = needed, months
    session.add(row)
    detail: Mapping[str, str | int | bool | None] = {
        "site": site.id,
        "kind": kind,
        "needed": needed,
        "months": months,
    }
    audit.note(session, site.hub, person_ref=None, author=author, what="site_requirement", detail=dict(detail), now=now)


def of_site(session: Session, site_id: int) -> dict[str, bool]:
    """Return what a site asks for, or does not, whatever the hub asks elsewhere: by kind."""
    rows = session.exec(select(SiteRequirementRow).where(col(SiteRequirementRow.site_id) == site_id))
    return {row.kind: row.needed for row in rows}


# --- what somebody has ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody has to bring, and what they have."""

    findings: tuple[Finding, ...]
    rows: Sequence[RequirementRow]

    @property
    def outstanding(self) -> tuple[str, ...]:
        """Kinds that keep them from a shift on that day."""
        return tuple(one.kind for one in self.findings if one.state not in ("met", "unneeded"))


def standing(session: Session, person: PersonRow, *, on: date) -> Standing:
    """Judge what somebody has brought on a day, for the hub as a whole."""
    assert person.id is not None
    held: tuple[Held, ...] = perform(session, requirements.held_by(person.id))
    needs: tuple[Need, ...] = perform(session, requirements.needs(person.hub))
    rows = session.exec(
        select(RequirementRow)
        .where(col(RequirementRow.person_id) == person.id)
        .order_by(col(RequirementRow.kind), col(RequirementRow.nth))
    ).all()
    subject = Subject(birth_date=person.birth_date, audience=person.audience, role=person.role)
    return Standing(findings=judge(subject, needs, held, on=on), rows=rows)


# --- decide -----------------------------------------------------------------------------------------------------------


def decide(session: Session, person: PersonRow, decided: Decided, now: datetime) -> list[Freed]:
    """Write a decision down; give back at once every seat that it no longer allows, and return these."""
    assert person.id is not None
    perform(session, requirements.decide(person.hub, person.id, decided, now))
    return free_lacking(session, person.hub, now, person_id=person.id)


def free_lacking(session: Session, hub: str, now: datetime, *, person_id: int | None = None) -> list[Freed]:
    """Give back every seat ahead for which its holder lacks something on its day, and tell staff of each."""
    freed: list[Freed] = perform(session, requirements.free_lacking(hub, now, person_id=person_id))
    return freed


def stage_without_shifts(session: Session, person: PersonRow, now: datetime) -> Stage | None:
    """Return where somebody stands who may have lost their last shift; ``None`` when nothing changes."""
    assert person.id is not None
    if person.stage != Stage.PLACED or perform(session, requirements.has_shifts(person.id, now)):
        return None
    return Stage.READY


# --- ends -------------------------------------------------------------------------------------------------------------


def ending(session: Session, hub: str, today: date, until: date) -> list[EndingSoon]:
    """List what ends between two days."""
    found: list[EndingSoon] = perform(session, requirements.ending(hub, today, until))
    return found


def tell_of_end(session: Session, hub: str, one: EndingSoon, days: int, now: datetime) -> bool:
    """Take one notice upon oneself and open its task; ``False`` when another process has, or it was renewed."""
    return perform(session, requirements.tell_of_end(hub, one, days, now))
