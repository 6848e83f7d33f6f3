"""Read a list of those who must not be written to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.importing.cells import read_mail, read_past, read_phone, words
from bot.importing.columns import Column, Context
from bot.importing.kind import Kind, Wrong
from bot.importing.people import contact_of
from storage.incoming import IncomingOptOut


def _build(values: Mapping[str, Any], context: Context) -> IncomingOptOut | Wrong:
    contact = contact_of(values, context)
    if isinstance(contact, Wrong):
        return contact
    return IncomingOptOut(contact=contact, source=values.get("source", ""), at=values.get("opted_out_at"))


OPT_OUTS: Final = Kind(
    name="optouts",
    columns=(
        Column(name="phone", read=read_phone),
        Column(name="email", read=read_mail),
        Column(name="opted_out_at", read=read_past),
        Column(name="source", read=words(200)),
    ),
    build=_build,
    key=lambda one: one.contact,
    key_column=lambda one: "email" if one.contact.channel == "email" else "phone",
)
