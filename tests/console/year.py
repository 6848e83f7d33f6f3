"""What happens in every year in the demo: sign up, be checked, be trained, serve, have it approved, take the letter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sqlalchemy import text

from tests.console.living import Life
from tests.console.opened import HERE
from tests.console.outside import Outsider

#: What is answered to whichever of these is asked once the screening is over.
_VETTED: Final[Mapping[str, str]] = {
    "your own first and last name": "{name}",
    "qué nombre y apellido tiene usted": "{name}",
    "name of the first": "Karen Hill",
    "nombre tiene uno de ellos": "Karen Hill",
    "name of the second": "Bill Novak",
    "nombre tiene el otro": "Bill Novak",
}
_CONTACT: Final = re.compile(r"phone number or e-mail|correo o (número|teléfono)")
_MOST_QUESTIONS: Final = 8


def friends(one: Life) -> tuple[str, str]:
    """Return whom somebody names as references."""
    return f"karen{one.user[-3:]}@example.org", f"bill{one.user[-3:]}@example.org"


async def sign_up(one: Life, *lines: str) -> str:
    """Answer the screening, then whatever the vetting asks; return the last that was said."""
    said = await one.say(*lines)
    contacts = iter(friends(one))
    for _ in range(_MOST_QUESTIONS):
        question = next((answer for asked, answer in _VETTED.items() if asked in said.lower()), None)
        if question is None and not _CONTACT.search(said):
            return said
        said = await one.say(question.format(name=one.name) if question else next(contacts))
    raise AssertionError(said)


async def be_checked(one: Life) -> None:
    """Let both references answer by their links, and staff note the checks as done; the person is told."""
    await one.wait("2026-11-23T14:00")  # day in all fifty states
    for contact in friends(one):
        reference = Outsider(one.demo, contact, "en")
        asked = one.either("named you as a reference", "como referencia")
        assert asked in (await reference.letters())[0]
        page = await reference.open(one.given)
        assert one.either(f"How do you know {one.given}?", f"¿De dónde conoce a {one.given}?") in page
        assert one.name not in page
        thanks = one.either("Thank you We have your answer", "Gracias Ya tenemos su respuesta")
        assert thanks in await reference.act(how="work", recommends="yes", comment="")
    beside = await one.look()
    assert beside.count("reference answered") == len(friends(one))
    assert "Background check missing" in beside
    said = await one.press("checked")
    assert one.either("all your checks are done", "ya tenemos todo") in said
    assert one.either("TRAINING", "ENTRENAMIENTO") in said


async def train(*people: Life, pick: str, ends: str) -> None:
    """Book a training, confirm when reminded, be seen there, and be told that shifts are next."""
    for one in people:
        await one.say(one.either("TRAINING", "ENTRENAMIENTO"))
        assert one.either(f"Booked, {one.given}", f"Ya tiene lugar, {one.given}") in await one.say(pick)
    for one in people:
        reminded = await one.wait(f"{ends[:11]}08:30")
        assert re.search(r"\bC ", reminded), reminded
        assert one.either("See you", "Nos vemos") in await one.say("C")
    for one in people:
        await one.wait(ends)
        said = await one.press("attended", slot=await one.booked_on())
        assert one.either("SHIFTS", "TURNOS") in said, said


async def serve(one: Life, day: str, begins: str, ends: str, *, done: str = "") -> str:
    """Be at a shift from its beginning to its end; return what is said at the end."""
    await one.wait(f"{day}T{begins}")
    said = await one.say(one.either("HERE", "AQUI"))
    assert re.search(one.either(r"you are here", r"[Aa]notamos"), said), said
    await one.wait(f"{day}T{ends}")
    return await one.say(done or one.either("DONE", "LISTO"))


class Supervisors:
    """Those who answer for volunteers at a place, each with one browser in which a link stays open."""

    def __init__(self) -> None:
        """Begin with no page open."""
        self._open: dict[str, Outsider] = {}

    async def approve(self, one: Life, contact: str, place: str, line: str) -> None:
        """Let a supervisor approve all that waits at a place by the link of the day; the page then says what it was."""
        supervisor = Outsider(one.demo, contact, one.language)
        supervisor = self._open.setdefault(f"{contact} {place} {one.demo.clock():%F}", supervisor)
        if not supervisor.link:
            await supervisor.open(place)
        supervisor.shown_in = one.language  # by the link to the other language
        last = re.search(r'name="last" value="(\d+)"', await supervisor.see())
        if last:  # whoever lives at the same time has theirs approved with it
            await supervisor.act(decision="approve", last=last[1])
        page = await supervisor.see()
        family = one.name.partition(" ")[2]
        approved = one.either("Approved.", "Con visto bueno.")
        assert f"{one.given} {family[0]}.: {line}. {approved}" in page, page


async def letter(one: Life) -> str:
    """Ask for the letter, open its link with the code that comes, fetch the PDF, and return what the page says."""
    said = await one.say(one.either("LETTER", "CARTA"))
    found = re.search(rf"{re.escape(HERE)}(/l/[\w-]{{22}})(\?lang=\w\w)?", said)
    assert found, said
    reader = Outsider(one.demo, one.user, "en")
    await reader.enter(found[1], found[2] or "")
    assert reader.shown_in == one.language
    code = re.search(r"\b\d{6}\b", await one.hear())
    assert code
    page = await reader.type_in(code[0])
    pdf = await reader.fetch()
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    return page


def ledger(one: Life) -> dict[str, int]:
    """Return their approved minutes by ledger."""
    sql = "SELECT ledger, sum(minutes) FROM hours WHERE status = 'approved' AND person_id = :id GROUP BY 1"
    with one.demo.app.database.reading() as session:
        rows = session.connection().execute(text(sql), {"id": _id(one)})
        return {str(name): int(minutes) for name, minutes in rows}


def used(one: Life) -> int:
    """Return the minutes of paid time that they have used or booked."""
    sql = "SELECT sum(used_minutes) FROM allowance AS a JOIN membership AS m ON m.id = a.membership_id WHERE m.person_id = :id"
    with one.demo.app.database.reading() as session:
        return int(session.connection().execute(text(sql), {"id": _id(one)}).scalar() or 0)


def _id(one: Life) -> int:
    found = one.demo.talk(one.user, channel=one.channel).person.id
    assert found is not None
    return found
