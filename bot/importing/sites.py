"""Read a table of places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.importing.cells import read_contact, read_zip, read_zone, words
from bot.importing.columns import Column, Context
from bot.importing.faults import Bad
from bot.importing.kind import Kind, Wrong
from flows.geography import place_of
from storage.incoming import IncomingSite


def _build(values: Mapping[str, Any], context: Context) -> IncomingSite | Wrong:
    if "name" not in values:
        return Wrong(name="name", bad=Bad(code="needed", values={"name": "name"}))
    place = place_of(values.get("zip", ""))
    return IncomingSite(
        name=values["name"],
        zone=values.get("zone") or (place.zone if place else None) or context.zone,
        street=values.get("street", ""),
        city=values.get("city") or (place.city if place else ""),
        state=values.get("state") or (place.state if place else ""),
        zip_code=values.get("zip", ""),
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        partner=values.get("partner", ""),
        supervisor=values.get("supervisor", ""),
        supervisor_contact=values.get("supervisor_contact", ""),
    )


SITES: Final = Kind(
    name="sites",
    columns=(
        Column(name="name", read=words(120)),
        Column(name="street", read=words(200)),
        Column(name="city", read=words(80)),
        Column(name="state", read=words(40)),
        Column(name="zip", read=read_zip),
        Column(name="zone", read=read_zone),
        Column(name="partner", read=words(120)),
        Column(name="supervisor", read=words(120)),
        Column(name="supervisor_contact", read=read_contact),
    ),
    build=_build,
    key=lambda one: one.name.casefold(),
    key_column=lambda one: "name",
)
