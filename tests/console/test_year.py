"""A year of one person of each audience, lived in the demo by its pages: from HI to a letter, whoever else decides by their link."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.reporting import run_report
from tests.console.living import Life, Outsider, everything_sent, open_hub, plan, words
from tests.console.opened import Demo

ANA, LUIS, ROSE, BEN, MIA = "+16305550101", "+16305550102", "+16305550103", "+16305550104", "8000001"
AID_OFFICE = "aid.office@lakeshore-state.example.org"
MANAGER = "dana.price@northline.example.org"
MOTHER = "rosa.flores@example.org"
RENATA, DARNELL = "renata.solis@lakeside-reads.example.org", "+17085550171"
FRIENDS = {"karen@example.org", "bill@example.org"}

#: What is answered to whichever of these is asked.
_VETTED = {
    "your own first and last name": "{name}",
    "name of the first": "Karen Hill",
    "name of the second": "Bill Novak",
}
_VETTED_ES = {
    "qué nombre y apellido tiene usted": "{name}",
    "nombre tiene uno de ellos": "Karen Hill",
    "nombre tiene el otro": "Bill Novak",
}


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with all that is planned, to copy."""
    path = tmp_path_factory.mktemp("planned") / "demo.db"
    asyncio.run(plan(path))
    return path


@pytest.fixture
async def hub(planned: Path, tmp_path: Path) -> AsyncIterator[Demo]:
    """Return the demo's hub with nobody in it."""
    path = tmp_path / "demo.db"
    shutil.copy(planned, path)
    async with open_hub(path) as opened:
        yield opened


async def sign_up(one: Life, *lines: str, name: str) -> str:
    """Answer the screening, then whatever the vetting asks; return the last that was said."""
    said = await one.say(*lines)
    friends = iter(sorted(FRIENDS))
    known: Mapping[str, str] = {**_VETTED, **_VETTED_ES}
    for _ in range(8):
        question = next((answer for asked, answer in known.items() if asked in said.lower()), None)
        if question is None and not re.search(r"phone number or e-mail|correo o (número|teléfono)", said):
            return said
        said = await one.say(question.format(name=name) if question else next(friends))
    raise AssertionError(said)


async def train(one: Life, *, word: str, pick: str, ends: str) -> str:
    """Book a training, confirm when reminded, and be seen there; return what is said then."""
    await one.say(word)
    booked = await one.say(pick)
    assert "Which training" not in booked
    reminded = await one.wait(f"{ends[:11]}08:30")
    assert re.search(r"\bC ", reminded), reminded
    assert re.search(r"See you|Nos vemos", await one.say("C"))
    await one.wait(ends)
    return await attend(one)


async def attend(one: Life) -> str:
    """Let staff note that somebody came to what they are booked on next."""
    page = await one.demo.open(one.page)
    slot = re.search(r'name="slot" value="([^"]+)"', page)
    assert slot
    return await one.press("attended", slot=slot[1])


async def serve(one: Life, day: str, begins: str, ends: str, *, here: str = "HERE", done: str = "DONE") -> str:
    """Be at a shift from its beginning to its end; return what is said at the end."""
    await one.wait(f"{day}T{begins}")
    assert re.search(r"we noted|Anotamos|anotamos|noted that you are here", await one.say(here))
    await one.wait(f"{day}T{ends}")
    return await one.say(done)


async def approve(demo: Demo, contact: str) -> str:
    """Let a supervisor approve all that waits, by the link of the day; return what the page then says."""
    supervisor = Outsider(demo, contact)
    await supervisor.open()
    last = re.search(r'name="last" value="(\d+)"', await supervisor.see())
    assert last
    return await supervisor.act(decision="approve", last=last[1])


async def letter(one: Life, word: str, *, language: str = "en") -> str:
    """Ask for the letter, open its link with the code that comes, fetch the PDF, and return what the page says."""
    said = await one.say(word)
    found = re.search(r"http://localhost:8000(/l/[\w-]{22})", said)
    assert found, said
    reader = Outsider(one.demo, one.user, language)
    reader.link = found[1]
    await reader.browser.post(f"{reader.link}/code")
    for sender in one.demo.app.senders.values():
        while await sender.send_ready():
            pass
    code = re.search(r"\b\d{6}\b", await one.hear())
    assert code
    page = await reader.browser.post(f"{reader.link}/open", data={"code": code[0]})
    pdf = await reader.browser.post(f"{reader.link}/page", data={})
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    return page.text


def ledger(demo: Demo) -> dict[str, int]:
    """Return approved minutes by ledger."""
    with demo.app.database.reading() as session:
        rows = session.connection().execute(
            text("SELECT ledger, sum(minutes) FROM hours WHERE status = 'approved' GROUP BY 1")
        )
        return {str(name): int(minutes) for name, minutes in rows}


def used(demo: Demo) -> int:
    """Return the minutes of paid time that are used or booked."""
    with demo.app.database.reading() as session:
        return int(session.connection().execute(text("SELECT sum(used_minutes) FROM allowance")).scalar() or 0)


def report(demo: Demo, *, organisation: str | None = None) -> list[dict[str, object]]:
    """Return the report about hours as ``peoplepower report hours --json`` writes it."""
    hub, folder = demo.app.hub, Path(demo.app.database_url.removeprefix("sqlite:///")).parent
    settings = folder / "config.toml"
    settings.write_text(
        f'[hub]\nid = "{hub.id}"\nname = "{hub.name}"\ntimezone = "{hub.zone}"\n'
        f'[database]\nurl = "{demo.app.database_url}"\n[privacy]\nkey = "{"k" * 32}"\n'
    )
    told = run_report(
        settings, {}, "hours", since="2026-08-01", until="2027-12-31", organisation=organisation, as_json_list=True
    )
    return list(json.loads(told))


def check_whom_it_went_to(demo: Demo, *known: str) -> None:
    """Nothing ever left for anybody but the people themselves and those whom they or their organisations named."""
    told = {to.user for to, _ in everything_sent(demo)}
    assert told <= {*known, *FRIENDS}
    assert not [text for _, text in everything_sent(demo) if "{" in text]


async def test_a_student_with_work_study_serves_on_an_award_that_the_aid_office_confirms(hub: Demo) -> None:
    ana = Life(hub, ANA)
    screening = ["HI", "1", "English", "60614", "5/14/2005", "work-study", "Lakeshore State College", "yes"]
    said = await sign_up(ana, *screening, "mornings", "success coach", "weekday afternoons", "yes", name="Ana Torres")
    assert "A coordinator does the checks" in said
    assert "Background check missing" in await ana.look()
    assert "Text TRAINING" in await ana.press("checked")
    assert "may take shifts now" in await train(ana, word="TRAINING", pick="2", ends="2026-11-28T12:30")
    assert "aid office has to confirm" in await ana.say("SHIFTS")

    office = Outsider(hub, AID_OFFICE)
    assert "Ana" not in (await office.letters())[0]
    assert "Ana Torres says" in await office.open()
    form = {"decision": "yes", "hours": "6", "weekly": "4", "last_day": "2027-11-01"}
    assert "You confirmed 6 hours for Ana Torres" in await office.act(**form)
    assert "6 hours in all, 4 hours a week" in await ana.wait("2026-11-28T13:30")

    assert "Mon Nov 30, 2 PM, Loomis Street Library" in await ana.say("SHIFTS")
    await ana.say("1")
    assert "We noted 2 hours" in await serve(ana, "2026-11-30", "14:00", "16:02")
    await ana.wait("2026-11-30T18:00")
    assert "Ana T.: 2 hours, Mon Nov 30, 2 PM. Approved." in await approve(hub, DARNELL)

    await ana.wait("2026-12-18T12:00")
    offered = await ana.say("SHIFTS")
    assert "Mon Jan 4, 2 PM" in offered  # winter break lies between
    assert "Dec 2" not in offered
    await ana.say("1")
    assert "We noted 1 hour, 30 minutes" in await serve(ana, "2027-01-04", "14:00", "15:30", done="DONE 90 minutes")
    await ana.wait("2027-01-04T18:00")
    assert "Approved." in await approve(hub, DARNELL)

    await ana.say("SHIFTS")
    await ana.say("1")
    await serve(ana, "2027-01-06", "14:00", "16:02")
    said = await ana.wait("2027-01-06T18:00")
    assert "Approved." in await approve(hub, DARNELL)
    await ana.wait("2027-05-15T12:00")
    assert "what is left of your work-study award" in await ana.say("SHIFTS")  # half an hour, and shifts take two

    assert "5 hours, 30 minutes" in await letter(ana, "LETTER")
    assert ledger(hub) == {"volunteer": 120, "wages": 330}, ledger(hub)  # nobody pays for the training
    assert used(hub) == 330
    check_whom_it_went_to(hub, ANA, AID_OFFICE, DARNELL)


async def test_an_employee_serves_on_paid_time_that_the_manager_approves_shift_by_shift(hub: Demo) -> None:
    luis = Life(hub, LUIS)
    lines = ["HOLA", "1", "Español", "60608", "14/5/1988", "empleado", "NORTH24", "pagadas", "Dana Price"]
    said = await sign_up(luis, *lines, "mentor", "entre semana", "1", name="Luis Soto")
    assert "Alguien del equipo" in said
    assert "ENTRENAMIENTO" in await luis.press("checked")
    assert "TURNOS" in await train(luis, word="ENTRENAMIENTO", pick="2", ends="2026-11-28T12:30")

    assert "MA 1 dic, 12 PM, Lakefront Middle School" in await luis.say("TURNOS")
    await luis.say("1")
    await luis.wait("2026-11-28T13:00")
    manager = Outsider(hub, MANAGER)
    assert "Luis" not in (await manager.letters())[0]
    page = await manager.open()
    assert "Luis Soto of Northline Insurance booked a shift at a school: Tue Dec 1, 12 PM, 1 hour" in page
    assert "Lakefront" not in page
    assert "Approved. They have been told." in await manager.act(decision="yes")
    assert "Northline Insurance le da horas pagadas" in await luis.wait("2026-11-28T14:00")
    assert "Anotamos 1 hora" in await serve(luis, "2026-12-01", "12:00", "13:02", here="AQUI", done="LISTO")
    await luis.wait("2026-12-01T18:00")
    assert "Approved." in await approve(hub, DARNELL)

    await luis.say("TURNOS")
    await luis.say("1")
    await luis.wait("2026-12-01T19:00")
    await manager.open()
    await manager.act(decision="no")
    assert "no" in await luis.wait("2026-12-02T09:00")
    assert used(hub) == 60  # what is given back is there again

    await luis.wait("2027-03-10T12:00")  # another year of paid time has begun
    await luis.say("TURNOS")
    await luis.say("1")
    await luis.wait("2027-03-10T13:00")
    await manager.open()
    await manager.act(decision="yes")
    await serve(luis, "2027-03-11", "12:00", "13:02", here="AQUI", done="LISTO")
    await luis.wait("2027-03-11T18:00")
    assert "Approved." in await approve(hub, DARNELL)

    await luis.wait("2027-11-10T12:00")
    assert "4 horas" in await letter(luis, "CARTA", language="es")
    assert ledger(hub) == {"paid_time_off": 120, "volunteer": 120}  # nobody pays for the training
    assert used(hub) == 120
    assert sum(int(str(line["minutes"])) for line in report(hub)) == 240
    seen = report(hub, organisation="NORTH24")  # what the employer gets: one alone is hidden
    assert "Luis" not in str(seen)
    assert not [line for line in seen if "minutes" in line]
    check_whom_it_went_to(hub, LUIS, MANAGER, DARNELL)


async def test_an_older_adult_keeps_a_weekly_set_and_somebody_covers_the_day_she_gives_back(hub: Demo) -> None:
    rose, ben = Life(hub, ROSE), Life(hub, BEN)
    lines = ["HI", "1", "English", "60614", "5/14/1956", "retired", "foster grandparent", "below the limit", "nothing"]
    for one, name in ((rose, "Rose Novak"), (ben, "Ben Ali")):
        said = await sign_up(one, *lines, "tutor", "Mon, Tue and Wed after 3", "yes", name=name)
        assert "A coordinator does the checks" in said
        assert "Text TRAINING" in await one.press("checked")
        await one.say("TRAINING")
        await one.say("2")
    await rose.wait("2026-11-28T12:30")
    for one in (rose, ben):
        assert "may take shifts now" in await attend(one)

    assert "1 Mon-Wed: Mon Nov 30, 3:30 PM, Oakwood Elementary" in await rose.say("SHIFTS")
    assert "It is yours: Mon-Wed" in await rose.say("1")
    assert "We noted 1 hour" in await serve(rose, "2026-11-30", "15:30", "16:32")
    await rose.wait("2026-11-30T18:00")
    assert "Approved." in await approve(hub, RENATA)

    await rose.wait("2026-12-01T09:00")
    await ben.hear()
    await rose.say("N")  # six hours before
    asked = await ben.wait("2026-12-01T09:05")
    assert "Tue Dec 1, 3:30 PM" in asked
    assert "Dec 1" in await ben.say("C")
    assert "late cancellation" in await rose.look()
    assert "We noted 1 hour" in await serve(ben, "2026-12-01", "15:30", "16:32")
    await ben.wait("2026-12-01T18:00")
    assert "Approved." in await approve(hub, RENATA)

    served = ["2026-12-02", "2026-12-07", "2026-12-08", "2026-12-09"]
    for day in served:
        assert "We noted 1 hour" in await serve(rose, day, "15:30", "16:32")
    await rose.wait("2026-12-09T18:00")
    page = await approve(hub, RENATA)
    assert all(f"Rose N.: 1 hour, {day}" in page for day in ("Wed Dec 2", "Mon Dec 7", "Tue Dec 8", "Wed Dec 9"))
    await rose.wait("2027-09-15T12:00")
    page = words(await letter(rose, "LETTER"))
    assert "Service with a stipend: 5 hours" in page
    assert "Training: 2 hours" in page
    assert ledger(hub) == {"stipend": 6 * 60 + 2 * 120}
    assert sum(int(str(line["minutes"])) for line in report(hub)) == 600
    check_whom_it_went_to(hub, ROSE, BEN, RENATA)


async def test_a_senior_serves_once_the_mother_agrees_and_takes_a_letter_to_the_school(hub: Demo) -> None:
    mia = Life(hub, MIA, "telegram")
    lines = ["HOLA", "1", "Español", "60614", "14/2/2010", "Rosa Flores", MOTHER, "Mia Flores", "secundaria"]
    assert "escuela secundaria" in await mia.say(*lines)
    assert "Lakeside Public Schools" in await mia.say("Northgate High")
    said = await mia.say("2027", "40 antes del 15 de mayo", "mentor", "entre semana por la tarde", "1")
    assert "permiso a Rosa Flores" in said

    await mia.wait("2026-11-23T11:00")
    mother = Outsider(hub, MOTHER, "es")
    assert "Flores" not in (await mother.letters())[0]
    await mother.open()
    version = re.search(r'name="version" value="(\w+)"', await mother.see())
    assert version
    signed = await mother.act(decision="agree", name="Rosa Flores", relation="parent", version=version[1])
    assert "Rosa Flores (Madre o padre) aceptó" in signed
    assert "Mia: le dieron permiso en casa" in await mia.wait("2026-11-23T12:00")
    await mia.press("checked")
    assert "TURNOS" in await train(mia, word="ENTRENAMIENTO", pick="2", ends="2026-11-28T12:30")

    offered = await mia.say("TURNOS")
    assert "VI 4 dic, 4 PM" in offered
    assert "12 PM" not in offered  # she is in class
    assert "3:30 PM" not in offered  # one to one is nothing for who is under 18
    await mia.say("1")
    assert "Anotamos 1 hora" in await serve(mia, "2026-12-04", "16:00", "17:02", here="AQUI", done="LISTO")
    await mia.wait("2026-12-05T18:00")
    assert "Approved." in await approve(hub, DARNELL)

    await mia.say("TURNOS")
    assert "es suyo" in await mia.say("1")
    await mother.open()
    assert "retiró el permiso" in await mother.act(decision="withdraw")
    assert "Mia" in await mia.wait("2026-12-06T12:00")
    assert "Given back" in await mia.look()

    await mia.wait("2027-05-10T12:00")
    page = await letter(mia, "CARTA", language="es")
    assert "Servicio voluntario" in page
    assert "Entrenamiento" in page
    assert "3 horas" in page
    assert ledger(hub) == {"volunteer": 180}
    assert sum(int(str(line["minutes"])) for line in report(hub, organisation="LAKESIDE40")) == 180
    check_whom_it_went_to(hub, MIA, MOTHER, DARNELL)
