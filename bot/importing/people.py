"""Read a table of people. Without a source of consent a person is kept, but nothing is ever sent to them for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.importing.cells import (
    age,
    read_born,
    read_language,
    read_mail,
    read_past,
    read_phone,
    read_yes,
    read_zip,
    read_zone,
    words,
)
from bot.importing.columns import Column, Context, unknown
from bot.importing.faults import Bad
from bot.importing.kind import Kind, Wrong
from flows.facts import Json
from flows.geography import place_of
from flows.stages import Stage
from storage.incoming import Contact, IncomingPerson

#: These say that somebody agreed, not where and how.
_NO_EVIDENCE: Final = frozenset(["yes", "y", "true", "1", "x", "si", "sí", "ok", "no", "n", "false", "0", "none", "-"])
_ADULT: Final = 18
#: Where somebody under 18 may stand before a guardian has agreed.
_OPEN_TO_MINORS: Final = frozenset({Stage.ENQUIRED, Stage.ENDED, Stage.PAUSED, Stage.NOT_ELIGIBLE})
_FACTS: Final = ("given_name", "family_name", "language", "zip", "zone", "audience", "role", "campaign")


def _consent(text: str, context: Context) -> str | Bad:
    return Bad(code="consent") if text.casefold() in _NO_EVIDENCE else words(200)(text, context)


COLUMNS: Final = (
    Column(name="phone", read=read_phone),
    Column(name="email", read=read_mail),
    Column(name="name", read=words(120)),
    Column(name="given_name", read=words(60)),
    Column(name="family_name", read=words(60)),
    Column(name="language", read=read_language),
    Column(name="zip", read=read_zip),
    Column(name="zone", read=read_zone),
    Column(name="birth_date", read=read_born),
    Column(name="audience", read=partial(unknown, "audiences")),
    Column(name="role", read=partial(unknown, "roles")),
    Column(name="stage", read=partial(unknown, "stages")),
    Column(name="campaign", read=words(80)),
    Column(name="consent_source", read=_consent),
    Column(name="consented_on", read=read_past),
    Column(name="opted_out", read=read_yes),
)


def _build(values: Mapping[str, Any], context: Context) -> IncomingPerson | Wrong:
    contact = contact_of(values, context)
    if isinstance(contact, Wrong):
        return contact
    born, stage = values.get("birth_date"), Stage(values.get("stage", Stage.ENQUIRED.value))
    if born and age(born, context.today) < _ADULT and stage not in _OPEN_TO_MINORS:
        return Wrong(name="stage", bad=Bad(code="minor_stage"))
    source, at = values.get("consent_source", ""), values.get("consented_on")
    if at and not source and not context.consent_source:
        return Wrong(name="consented_on", bad=Bad(code="consent_missing"))
    return IncomingPerson(
        contact=contact,
        stage=stage,
        facts=_facts(values, contact),
        consent_source=source or context.consent_source,
        consented_at=at or (_begin(context) if not source else None),
        opted_out=values.get("opted_out", False),
    )


def contact_of(values: Mapping[str, Any], context: Context) -> Contact | Wrong:
    """Say where somebody is written to: their phone, else their e-mail address."""
    if phone := values.get("phone"):
        return Contact(channel="sms", user=phone)
    if mail := values.get("email"):
        if "email" not in context.channels:
            return Wrong(name="email", bad=Bad(code="no_channel"))
        return Contact(channel="email", user=mail)
    return Wrong(name="phone", bad=Bad(code="no_phone"))


def _facts(values: Mapping[str, Any], contact: Contact) -> dict[str, Json]:
    facts: dict[str, Json] = {name: values[name] for name in _FACTS if name in values}
    if "name" in values and "given_name" not in values:
        facts |= _parted(values["name"], has_family="family_name" in values)
    if isinstance(born := values.get("birth_date"), date):
        facts["birth_date"] = born.isoformat()
    if "email" in values and contact.channel != "email":
        facts["email"] = values["email"]
    if "zone" not in facts and (place := place_of(str(facts.get("zip", "")))) and place.zone:
        facts["zone"] = place.zone
    return facts


def _parted(name: str, *, has_family: bool) -> dict[str, Json]:
    """Part a whole name: ``Ana Ruiz Soto`` and ``Ruiz Soto, Ana``."""
    last, comma, first = name.partition(",")
    given, family = (first.strip(), last.strip()) if comma else (name.partition(" ")[0], name.partition(" ")[2].strip())
    parted: dict[str, Json] = {"given_name": given[:60]}
    return parted if has_family or not family else {**parted, "family_name": family[:60]}


def _begin(context: Context) -> datetime | None:
    if context.consented_on is None:
        return None
    return datetime.combine(context.consented_on, time(), tzinfo=ZoneInfo(context.zone)).astimezone(UTC)


PEOPLE: Final = Kind(
    name="people",
    columns=COLUMNS,
    build=_build,
    key=lambda one: one.contact,
    key_column=lambda one: "email" if one.contact.channel == "email" else "phone",
)
