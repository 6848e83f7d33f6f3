"""The page on which a guardian agrees to what a person under 18 does, or not, and takes a consent back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.pages.desk import Desk
from bot.pages.page import Opened, Shown, Taken
from flows import wording
from flows.facts import GuardianStatus, Ward
from flows.forms import shipped_form
from flows.rules.guardians import MAY_FOLLOW, Decision, applies
from flows.rules.links import LinkPurpose
from flows.wishes.guarding import Signature, birth_date, decide, given_name
from storage import guardians

_FORM: Final = "guardian_consent"
_RELATIONS: Final = ("parent", "guardian", "other")
_MAX_NAME: Final = 80


class GuardianPage:
    """Shows the form, or what was decided by it."""

    purpose = LinkPurpose.GUARDIAN
    code_phrase = "guardian.code"

    def show(self, desk: Desk, session: Any, link: Opened) -> Shown | None:
        """Show the form, or the receipt of a consent with a way to take it back."""
        ward = guardians.find_ward(session, desk.hub.id, link.subject)
        return self._shown(desk, session, link, ward) if ward else None

    def take(self, desk: Desk, session: Any, link: Opened, form: Mapping[str, str]) -> Shown | Taken | None:
        """Carry out what the guardian decides."""
        ward = guardians.find_ward(session, desk.hub.id, link.subject)
        if ward is None:
            return None
        decision = next((one for one in Decision if one.value == form.get("decision")), None)
        if decision is None or not _concerns(ward, desk, link):
            return self._shown(desk, session, link, ward)
        signature = None
        if decision is Decision.AGREE:
            name = " ".join(form.get("name", "").split())
            relation = form.get("relation", "")
            wrong = _wrong(name, relation)
            if form.get("version") != shipped_form(_FORM).version:
                wrong = ("form_changed", *wrong)
            if wrong:
                return self._shown(desk, session, link, ward, form=form, wrong=wrong)
            version = shipped_form(_FORM).version
            signature = Signature(name=name, relation=relation, form_version=version, via="page")
        if ward.status in MAY_FOLLOW[decision] or ward.awaits:
            effect = decide(desk.library, desk.hub, ward, decision, signature=signature, via="page")
            guardians.decide(session, desk.hub.id, effect, link.now)
        return Taken()

    def _shown(
        self,
        desk: Desk,
        session: Any,
        link: Opened,
        ward: Ward,
        *,
        form: Mapping[str, str] | None = None,
        wrong: tuple[str, ...] = (),
    ) -> Shown:
        values = {"hub": desk.hub.name, "minor_name": given_name(ward)}
        title, points = shipped_form(_FORM).say(link.language, values)
        signed = guardians.standing(session, link.person_id) if link.person_id is not None else None
        shown = {
            **values,
            "title": title,
            "points": points,
            "version": shipped_form(_FORM).version,
            "standing": "asked" if ward.awaits else ward.status.value,
            "is_needed": _concerns(ward, desk, link),
            "signed": signed if ward.status is GuardianStatus.AGREED and not ward.asked_anew else None,
            "signed_on": _day(signed.given_at.astimezone(_zone(ward, desk)).date(), link) if signed else "",
            "relations": _RELATIONS,
            "form": form or {},
            "wrong": wrong,
        }
        return Shown(template="guardian.html", values=shown)


def _wrong(name: str, relation: str) -> tuple[str, ...]:
    wrong = []
    if not (2 <= len(name) <= _MAX_NAME and " " in name and any(map(str.isalpha, name))):
        wrong.append("name")
    if relation not in _RELATIONS:
        wrong.append("relation")
    return tuple(wrong)


def _concerns(ward: Ward, desk: Desk, link: Opened) -> bool:
    """Tell whether a guardian still decides: from the 18th birthday on, nobody does."""
    return applies(birth_date(ward), link.now.astimezone(_zone(ward, desk)).date())


def _zone(ward: Ward, desk: Desk) -> ZoneInfo:
    return ZoneInfo(ward.person.zone or desk.hub.zone)


def _day(day: date, link: Opened) -> str:
    return wording.say_date(day, link.language)
