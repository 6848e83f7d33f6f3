"""Decide what each role of the console may see and do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a user of the console is to the hub."""

    ADMINISTRATOR = "administrator"  #: everything, users and settings included
    COORDINATOR = "coordinator"  #: answers people, plans, broadcasts and publishes, at every site
    SITE_LEAD = "site_lead"  #: answers people and plans, at their own sites
    PARTNER = "partner"  #: sees shifts and hours at the sites of their organisation, and notes attendance
    AUDITOR = "auditor"  #: reads everything, changes nothing


class Permission(StrEnum):
    """What a page or a button needs."""

    SEE_CALENDAR = "see_calendar"
    SEE_PEOPLE = "see_people"
    SEE_ALL = "see_all"  #: what concerns the whole hub: broadcasts, flows, settings, the audit trail
    SEE_REPORTS = "see_reports"
    NOTE_ATTENDANCE = "note_attendance"
    ANSWER = "answer"  #: write to people, take notes, decide what they bring
    PLAN = "plan"  #: make, move and cancel trainings and shifts
    BROADCAST = "broadcast"
    PUBLISH = "publish"  #: change what the bot says
    SETTLE = "settle"  #: change the hub, sites, partners and templates
    MANAGE_USERS = "manage_users"
    OWN = "own"  #: one's own account


_READS: Final = frozenset({Permission.SEE_CALENDAR, Permission.SEE_PEOPLE, Permission.SEE_REPORTS, Permission.OWN})

#: What each role may; whatever is not listed is refused.
MAY: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.COORDINATOR: frozenset(Permission) - {Permission.SETTLE, Permission.MANAGE_USERS},
    Role.SITE_LEAD: _READS | {Permission.NOTE_ATTENDANCE, Permission.ANSWER, Permission.PLAN},
    Role.PARTNER: frozenset(
        {Permission.SEE_CALENDAR, Permission.SEE_REPORTS, Permission.NOTE_ATTENDANCE, Permission.OWN}
    ),
    Role.AUDITOR: _READS | {Permission.SEE_ALL},
}

#: Roles that see certain sites only: their own, or those of their partner organisation.
BOUND_TO_SITES: Final = frozenset({Role.SITE_LEAD, Role.PARTNER})


def may(role: Role, permission: Permission) -> bool:
    """Tell whether a role allows something."""
    return permission in MAY[role]
