"""A year in the demo by its pages: one person of each audience in each language, all at once, from HI to a letter.

Whoever else decides does so by their link: references, guardian, aid office, manager, supervisor.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from bot.reporting import run_report
from tests.console.living import Days, Life, everything_sent, open_hub, plan, words
from tests.console.opened import Demo
from tests.console.outside import Outsider
from tests.console.sign_ups import EMPLOYEE, MOTHERS, OLDER_ADULT, PEOPLE, SENIOR, SENIOR_GOES_ON, STUDENT
from tests.console.year import Supervisors, be_checked, friends, ledger, letter, serve, sign_up, train, used

AID_OFFICE = "aid.office@lakeshore-state.example.org"
MANAGER = "dana.price@northline.example.org"
RENATA, DARNELL = "renata.solis@lakeside-reads.example.org", "+17085550171"
LIBRARY, OAKWOOD, LAKEFRONT = "Loomis Street Library", "Oakwood Elementary", "Lakefront Middle School"
#: Who else is written to, beside references: nobody whom no person or organisation has named.
OTHERS = {AID_OFFICE, MANAGER, *MOTHERS.values(), RENATA, DARNELL}


async def test_a_year_of_one_person_of_each_audience_in_each_language_at_once(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    await plan(path)
    async with open_hub(path) as hub:
        days, supervisors = Days(hub), Supervisors()
        people = [Life(days=days, user=user, name=name, language=lang) for user, name, lang in PEOPLE]
        ana, ines, ellen, luis, rose, ben, carmen, raul, noah, mia = people
        mia.channel = "telegram"

        await days.live(
            *(live_as_a_student(one, supervisors) for one in (ana, ines)),
            *(live_as_an_employee(one, supervisors) for one in (ellen, luis)),
            live_as_an_older_adult(rose, ben, supervisors, gives_back="2026-12-01"),
            live_as_an_older_adult(carmen, raul, supervisors, gives_back="2026-12-02"),
            *(live_as_a_senior(one, supervisors) for one in (noah, mia)),
        )

        assert minutes(hub) == 2 * (450 + 240 + 600 + 180)
        assert minutes(hub, organisation="LAKESIDE40") == 2 * 180
        seen = report(hub, organisation="NORTH24")  # what the employer gets: so few are hidden
        assert not re.search("Ellen|Luis|minutes", str(seen))
        named = {contact for one in people if one not in (noah, mia) for contact in friends(one)}
        told = {to.user for to, _ in everything_sent(hub)}
        assert told == {one.user for one in people} | named | OTHERS
        assert not [text for _, text in everything_sent(hub) if "{" in text]


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


def minutes(demo: Demo, *, organisation: str | None = None) -> int:
    """Return all minutes of the report about hours."""
    return sum(int(str(line["minutes"])) for line in report(demo, organisation=organisation))


async def live_as_a_student(one: Life, supervisors: Supervisors) -> None:
    """Serve on a work-study award that the aid office confirms, until too little of it is left."""
    said = await sign_up(one, *STUDENT[one.language])
    assert one.either("A coordinator does the checks", "Alguien del equipo") in said
    await be_checked(one)
    await train(one, pick="2", ends="2026-11-28T12:30")
    assert one.either("aid office has to confirm", "oficina de ayuda") in await one.say(one.either("SHIFTS", "TURNOS"))

    office = Outsider(one.demo, AID_OFFICE, one.language)
    assert one.given not in (await office.letters(one.name))[0].partition("http")[0]
    asked = one.either(f"{one.name} says: I study", f"{one.name} dice: estudio")
    assert asked in await office.open(one.name)
    form = {"decision": "yes", "hours": "6", "weekly": "4", "last_day": "2027-11-01"}
    done = one.either(f"You confirmed 6 hours for {one.name}", f"Usted confirmó 6 horas para {one.name}")
    assert done in await office.act(**form)
    said = await one.wait("2026-11-28T13:30")
    assert one.either("6 hours in all, 4 hours a week", "6 horas en total, 4 horas por semana") in said

    offered = await one.say(one.either("SHIFTS", "TURNOS"))
    assert one.either(f"Mon Nov 30, 2 PM, {LIBRARY}", f"LU 30 nov, 2 PM, {LIBRARY}") in offered
    await one.say("1")
    noted = await serve(one, "2026-11-30", "14:00", "16:02")
    assert one.either("We noted 2 hours", "Anotamos 2 horas") in noted
    await one.wait("2026-11-30T18:00")
    await supervisors.approve(
        one, DARNELL, LIBRARY, one.either("2 hours, Mon Nov 30, 2 PM", "2 horas, LU 30 nov, 2 PM")
    )

    await one.wait("2026-12-18T12:00")
    offered = await one.say(one.either("SHIFTS", "TURNOS"))
    assert one.either("Mon Jan 4, 2 PM", "LU 4 ene, 2 PM") in offered  # winter break lies between
    assert not re.search(r"Dec 2|2\d dic", offered)
    await one.say("1")
    noted = await serve(one, "2027-01-04", "14:00", "15:30", done=one.either("DONE 90 minutes", "LISTO 90 minutos"))
    assert one.either("We noted 1 hour, 30 minutes", "Anotamos 1 hora, 30 minutos") in noted
    await one.wait("2027-01-04T18:00")
    line = one.either("1 hour, 30 minutes, Mon Jan 4, 2 PM", "1 hora, 30 minutos, LU 4 ene, 2 PM")
    await supervisors.approve(one, DARNELL, LIBRARY, line)

    await one.say(one.either("SHIFTS", "TURNOS"))
    await one.say("1")
    await serve(one, "2027-01-06", "14:00", "16:02")
    await one.wait("2027-01-06T18:00")
    await supervisors.approve(one, DARNELL, LIBRARY, one.either("2 hours, Wed Jan 6, 2 PM", "2 horas, MI 6 ene, 2 PM"))
    await one.wait("2027-05-15T12:00")  # half an hour is left, and shifts take two
    left = one.either("what is left of your work-study award", "horas que le quedan de su beca")
    assert left in await one.say(one.either("SHIFTS", "TURNOS"))

    page = await letter(one)
    assert one.either("5 hours, 30 minutes", "5 horas, 30 minutos") in page
    assert ledger(one) == {"volunteer": 120, "wages": 330}  # nobody pays for the training
    assert used(one) == 330


async def live_as_an_employee(one: Life, supervisors: Supervisors) -> None:
    """Serve on paid time that the manager approves shift by shift, or does not."""
    said = await sign_up(one, *EMPLOYEE[one.language])
    assert one.either("A coordinator does the checks", "Alguien del equipo") in said
    await be_checked(one)
    await train(one, pick="2", ends="2026-11-28T12:30")

    offered = await one.say(one.either("SHIFTS", "TURNOS"))
    assert one.either(f"Tue Dec 1, 12 PM, {LAKEFRONT}", f"MA 1 dic, 12 PM, {LAKEFRONT}") in offered
    await one.say("1")
    await one.wait("2026-11-28T13:00")
    manager = Outsider(one.demo, MANAGER, one.language)
    assert one.given not in (await manager.letters(one.name))[0].partition("http")[0]
    page = await manager.open(one.name)
    about = one.either(
        f"{one.name} of Northline Insurance booked a shift at a school: Tue Dec 1, 12 PM, 1 hour",
        f"{one.name} de Northline Insurance reservó un turno en una escuela: MA 1 dic, 12 PM, 1 hora",
    )
    assert about in page
    assert "Lakefront" not in page
    told = one.either("Approved. They have been told.", "Aceptado. Ya se lo dijimos.")
    assert told in await manager.act(decision="yes")
    paid = one.either("Northline Insurance approved your paid time", "Northline Insurance aprueba sus horas pagadas")
    assert paid in await one.wait("2026-11-28T14:00")
    noted = await serve(one, "2026-12-01", "12:00", "13:02")
    assert one.either("We noted 1 hour", "Anotamos 1 hora") in noted
    await one.wait("2026-12-01T18:00")
    await supervisors.approve(
        one, DARNELL, LAKEFRONT, one.either("1 hour, Tue Dec 1, 12 PM", "1 hora, MA 1 dic, 12 PM")
    )

    await one.say(one.either("SHIFTS", "TURNOS"), "1")
    await one.wait("2026-12-01T19:00")
    await manager.open(one.name)
    await manager.act(decision="no")
    refused = one.either("Northline Insurance did not approve paid time", "Northline Insurance no acepta horas pagadas")
    assert refused in await one.wait("2026-12-02T09:00")
    assert used(one) == 60  # what is given back is there again

    await one.wait("2027-03-10T12:00")  # another year of paid time has begun
    await one.say(one.either("SHIFTS", "TURNOS"), "1")
    await one.wait("2027-03-10T13:00")
    await manager.open(one.name)
    assert told in await manager.act(decision="yes")
    await serve(one, "2027-03-11", "12:00", "13:02")
    await one.wait("2027-03-11T18:00")
    line = one.either("1 hour, Thu Mar 11, 12 PM", "1 hora, JU 11 mar, 12 PM")
    await supervisors.approve(one, DARNELL, LAKEFRONT, line)

    await one.wait("2027-11-10T12:00")
    page = words(await letter(one))
    assert (
        one.either("Paid volunteer time off (by the employer): 2 hours", "Horas pagadas por la empresa: 2 horas")
        in page
    )
    assert one.either("Total: 4 hours", "Total: 4 horas") in page
    assert ledger(one) == {"paid_time_off": 120, "volunteer": 120}  # nobody pays for the training
    assert used(one) == 120


async def live_as_an_older_adult(one: Life, other: Life, supervisors: Supervisors, *, gives_back: str) -> None:
    """Keep a weekly set, and give a day back that somebody else covers."""
    for each in (one, other):
        said = await sign_up(each, *OLDER_ADULT[one.language])
        assert one.either("A coordinator does the checks", "Alguien del equipo") in said
    for each in (one, other):
        await be_checked(each)
    await train(one, other, pick="2", ends="2026-11-28T12:30")

    sets = one.either(f"1 Mon-Wed: Mon Nov 30, 3:30 PM, {OAKWOOD}", f"1 LU-MI: LU 30 nov, 3:30 PM, {OAKWOOD}")
    assert sets in await one.say(one.either("SHIFTS", "TURNOS"))
    assert one.either("It is yours: Mon-Wed", "LU-MI") in await one.say("1")
    days = {
        "2026-11-30": one.either("Mon Nov 30", "LU 30 nov"),
        "2026-12-01": one.either("Tue Dec 1", "MA 1 dic"),
        "2026-12-02": one.either("Wed Dec 2", "MI 2 dic"),
        "2026-12-07": one.either("Mon Dec 7", "LU 7 dic"),
        "2026-12-08": one.either("Tue Dec 8", "MA 8 dic"),
        "2026-12-09": one.either("Wed Dec 9", "MI 9 dic"),
    }
    hour = one.either("1 hour", "1 hora")
    for day, called in days.items():
        serves = one
        if day == gives_back:
            await one.wait(f"{day}T09:00")
            await other.hear()
            await one.say("N")  # six hours before
            asked = await other.wait(f"{day}T09:05")
            assert f"{called}, 3:30 PM" in asked
            assert called in await other.say("C")
            assert "late cancellation" in await one.look()
            serves = other
        noted = await serve(serves, day, "15:30", "16:32")
        assert one.either("We noted 1 hour", "Anotamos 1 hora") in noted
        await one.wait(f"{day}T18:00")
        await supervisors.approve(serves, RENATA, OAKWOOD, f"{hour}, {called}, 3:30 PM")

    await one.wait("2027-09-15T12:00")
    page = words(await letter(one))
    assert one.either("Service with a stipend: 5 hours", "Servicio con estipendio: 5 horas") in page
    assert one.either("Training: 2 hours", "Entrenamiento: 2 horas") in page
    assert ledger(one) == {"stipend": 5 * 60 + 120}
    assert ledger(other) == {"stipend": 60 + 120}


async def live_as_a_senior(one: Life, supervisors: Supervisors) -> None:
    """Serve once the mother agrees, and take a letter to the school."""
    mother_name = SENIOR[one.language][5]
    assert one.either("high school", "escuela secundaria") in await one.say(*SENIOR[one.language])
    assert "Lakeside Public Schools" in await one.say("Northgate High")
    said = await one.say(*SENIOR_GOES_ON[one.language])
    assert one.either(f"Now we ask {mother_name} for consent", f"permiso a {mother_name}") in said

    await one.wait("2026-11-23T11:00")
    mother = Outsider(one.demo, MOTHERS[one.language], "en")
    assert one.name not in (await mother.letters())[0].partition("http")[0]
    asked = one.either(f"May {one.given} help at a school?", f"¿Puede {one.given} ayudar en una escuela?")
    assert asked in await mother.open(one.name)
    version = re.search(r'name="version" value="(\w+)"', await mother.see())
    assert version
    signed = await mother.act(decision="agree", name=mother_name, relation="parent", version=version[1])
    assert one.either(f"{mother_name} (Parent) agreed", f"{mother_name} (Madre o padre) aceptó") in signed
    told = one.either(
        f"Good news, {one.given}: your parent or guardian agrees", f"{one.given}: le dieron permiso en casa"
    )
    assert told in await one.wait("2026-11-23T12:00")
    await one.press("checked")
    await train(one, pick="2", ends="2026-11-28T12:30")

    offered = await one.say(one.either("SHIFTS", "TURNOS"))
    assert one.either("Fri Dec 4, 4 PM", "VI 4 dic, 4 PM") in offered
    assert "12 PM" not in offered  # in class
    assert "3:30 PM" not in offered  # one to one is nothing for who is under 18
    await one.say("1")
    noted = await serve(one, "2026-12-04", "16:00", "17:02")
    assert one.either("We noted 1 hour", "Anotamos 1 hora") in noted
    await one.wait("2026-12-05T18:00")
    await supervisors.approve(one, DARNELL, LAKEFRONT, one.either("1 hour, Fri Dec 4, 4 PM", "1 hora, VI 4 dic, 4 PM"))

    await one.say(one.either("SHIFTS", "TURNOS"))
    assert one.either("yours", "es suyo") in await one.say("1")
    await mother.open(one.name)
    withdrawn = one.either("You have taken your consent back", "Usted retiró el permiso")
    assert withdrawn in await mother.act(decision="withdraw")
    told = one.either(f"{one.given}, your parent or guardian has taken", f"{one.given}, en casa retiraron el permiso")
    assert told in await one.wait("2026-12-06T12:00")
    assert "Given back" in await one.look()

    await one.wait("2027-05-10T12:00")
    page = words(await letter(one))
    assert one.either("Volunteer service: 1 hour", "Servicio voluntario: 1 hora") in page
    assert one.either("Training: 2 hours", "Entrenamiento: 2 horas") in page
    assert one.either("Total: 3 hours", "Total: 3 horas") in page
    assert ledger(one) == {"volunteer": 180}
