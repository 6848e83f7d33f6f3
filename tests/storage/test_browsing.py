"""Finding people by what a coordinator types, copies or remembers of them."""

from __future__ import annotations

import pytest

from flows.effects import Remember
from flows.messages import Address
from storage import browsing
from storage.browsing import Sought
from storage.database import Database
from storage.store import Store
from tests.storage.cases import HUB, applied, phone

_PEOPLE = {
    "Óscar Núñez Ibarra": phone(1),
    "Ana María de la Cruz": phone(2),
    "Brian O'Neil": Address(channel="sms", account="MG1", user="+17735550190"),
    "Lee 100%": phone(4),
}


@pytest.fixture
async def known(store: Store) -> None:
    """Let some people with names be known."""
    for name, sender in _PEOPLE.items():
        given, _, family = name.partition(" ")
        named = [Remember(field="given_name", value=given), Remember(field="family_name", value=family)]
        await applied(store, Remember(field="audience", value="employee"), *named, sender=sender)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("oscar", "Óscar Núñez Ibarra"),
        ("ÓSCAR", "Óscar Núñez Ibarra"),
        ("óscar nunez", "Óscar Núñez Ibarra"),
        ("nu\u0301n\u0303ez", "Óscar Núñez Ibarra"),
        ("ibarra", "Óscar Núñez Ibarra"),
        ("maria", "Ana María de la Cruz"),
        ("cruz ana", "Ana María de la Cruz"),
        ("o'neil", "Brian O'Neil"),
        ("o\u2019neil", "Brian O'Neil"),
        ("neil", "Brian O'Neil"),
        ("0190", "Brian O'Neil"),
        ("555 0190", "Brian O'Neil"),
        ("(773) 555-0190", "Brian O'Neil"),
        ("+1 773 555 0190", "Brian O'Neil"),
        ("brian 773-555-0190", "Brian O'Neil"),
        ("lee 100%", "Lee 100%"),
    ],
)
@pytest.mark.usefixtures("known")
def test_people_are_found_however_name_and_number_are_typed(database: Database, words: str, found: str) -> None:
    assert _found(database, words) == [found]


@pytest.mark.parametrize("words", ["scar", "*", "%", "?", "[a-z]", ".", "^", "(", "\\", "(773) 555-0191", "ana 0190"])
@pytest.mark.usefixtures("known")
def test_nobody_else_is_found(database: Database, words: str) -> None:
    assert _found(database, words) == []


def _found(database: Database, words: str) -> list[str]:
    with database.reading() as session:
        return [each.name for each in browsing.find(session, HUB.id, Sought(words=words), sites=None)]
