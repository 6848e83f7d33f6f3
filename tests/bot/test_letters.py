"""A service letter: by text or command, in both languages, to the minute as the ledgers have it, and verifiable."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.pages.limits import MOST_MISSES
from flows.rules.organisations import OrganisationKind, Policy
from storage import letters, organisations, people
from storage.tables import HoursRow
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import browser, change, enter, link_to, rows

ANA = "+13125550133"
SCREENED = ["HI", "I agree", "English", "60614", "5/14/2005", "high school", "Lincoln Park High", "2027", "40"]
SIGN_UP = [*SCREENED, "tutor", "weekdays after 3", "yes"]


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        yield opened


async def serve(house: House, *served: tuple[int, str, str]) -> None:
    """Let Ana sign up and serve: minutes, ledger and status of each time."""
    with house.app.database.session() as session:
        policy = Policy(hours_needed=40, training_hours_at_most=1, schools=("Lincoln Park High",))
        organisations.add(session, HUB.id, kind=OrganisationKind.DISTRICT, name="Chicago Schools", policy=policy)
    for line in SIGN_UP:
        await house.say("sms", ANA, line)
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, ANA)
        assert person
        person.given_name, person.family_name = "Ana", "López <Ruiz>"
        session.add(person)
        for number, (minutes, ledger, status) in enumerate(served):
            at = datetime(2026, 9, 1, 20, tzinfo=UTC) + timedelta(days=30 * number)
            session.add(
                HoursRow(
                    hub=HUB.id,
                    person_id=person.id,
                    ledger=ledger,
                    starts_at=at,
                    minutes=minutes,
                    status=status,
                    created_at=at,
                )
            )


SERVED = ((90, "volunteer", "approved"), (45, "wages", "approved"), (600, "volunteer", "claimed"))


def text_of(pdf: bytes) -> str:
    """Read what stands in a PDF of ours: its streams unpacked, and of those the texts that are shown."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    shown = re.findall(
        rb"\(((?:[^\\()]|\\.)*)\) Tj",
        b"".join(zlib.decompress(base64.a85decode(one.strip(), adobe=True)) for one in streams),
    )
    plain = re.sub(rb"\\(\d{3})", lambda octal: bytes([int(octal[1], 8)]), b" ".join(shown))
    return re.sub(r"\s+", " ", plain.replace(b"\\", b"").decode("cp1252"))


@pytest.mark.parametrize(
    ("word", "language", "says"),
    [
        ("LETTER", "en", ["Letter of service", "Volunteer service 1 hour, 30 minutes", "Total 2 hours, 15 minutes"]),
        ("carta", "es", ["Carta de servicio", "Servicio voluntario 1 hora, 30 minutos", "Total 2 horas, 15 minutos"]),
    ],
)
async def test_letter_by_text_says_what_the_ledgers_say_and_anybody_can_check_it(
    house: House, word: str, language: str, says: list[str]
) -> None:
    await serve(house, *SERVED)
    if language == "es":
        await house.say("sms", ANA, "espanol")
    (sent,) = await house.say("sms", ANA, word)
    async with browser(house) as visitor:
        visitor.language = language
        link = link_to(house, ANA)
        page = await enter(house, visitor, link, contact=ANA)
        fetched = await visitor.post(f"{link}/page?lang={language}", decision="fetch")
        again = await visitor.post(f"{link}/page?lang={language}", decision="fetch")
        letter = text_of(fetched.content)
        code = re.search(r"\w{4}-\w{4}-\w{4}", letter)
        assert code, letter
        checked = await visitor.get(f"/verify?code={code[0].lower().replace('-', ' ')}&lang=en")
        wrong = await visitor.get("/verify?code=0000-0000-0000&lang=en")

    assert "López" not in sent.text
    assert "López &lt;Ruiz&gt;" in page.text
    assert fetched.headers["content-type"] == "application/pdf"
    assert fetched.content == again.content
    for words in (*says, "Ana López <Ruiz>", HUB.name, "Chicago Schools"):
        assert words.replace(" ", "") in letter.replace(" ", "")
    assert "Initials: A.L." in checked.text
    assert "2 hours, 15 minutes, from Sep 1, 2026 to Oct 1, 2026" in checked.text
    assert "López" not in checked.text
    assert "No valid letter has this code" in wrong.text
    (total,) = rows(house, "SELECT sum(minutes) AS m FROM hours WHERE status = 'approved'")
    (kept,) = rows(house, "SELECT minutes FROM letter")
    assert int(str(kept["minutes"])) == int(str(total["m"])) == 135


async def test_no_link_is_sent_before_hours_are_approved(house: House) -> None:
    await serve(house, (600, "volunteer", "claimed"), (60, "volunteer", "disputed"), (45, "volunteer", "void"))
    (english,) = await house.say("sms", ANA, "LETTER")
    await house.say("sms", ANA, "espanol")
    (spanish,) = await house.say("sms", ANA, "CARTA")
    change(house, "UPDATE hours SET status = 'void'")
    (without,) = await house.say("sms", ANA, "CARTA")

    assert "none of your hours are approved yet. 11 hours wait" in english.text
    assert "falta que aprueben sus horas (11 horas)" in spanish.text
    assert "falta tener horas" in without.text
    assert rows(house, "SELECT count(*) AS n FROM link WHERE purpose = 'letter'") == [{"n": 0}]


async def test_revoked_letter_is_as_unknown_as_one_that_never_was(house: House) -> None:
    await serve(house, *SERVED)
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, ANA)
        assert person
        summary, _ = letters.summary_of(session, person, HUB.zone)
        assert summary
        day = house.clock.at.date()
        row = letters.issue(session, person, summary, on=day, by="test", now=house.clock.at)
        code = row.code
    async with browser(house) as visitor:
        valid = await visitor.get(f"/verify?code={code}")
        with house.app.database.session() as session:
            found = letters.find_valid(session, HUB.id, code)
            assert found
            letters.revoke(session, found, by="test", now=house.clock.at)
        revoked = await visitor.get(f"/verify?code={code}")
        never = await visitor.get(f"/verify?code={code[:-1]}*")

    assert "is genuine" in valid.text
    assert revoked.text.replace(code, "") == never.text.replace(f"{code[:-1]}*", "")


async def test_codes_cannot_be_tried_for_long(house: House) -> None:
    async with browser(house) as visitor:
        statuses = [(await visitor.get(f"/verify?code=TRY{number}")).status_code for number in range(MOST_MISSES + 1)]

    assert statuses[-2:] == [200, 429]


async def test_without_approved_hours_there_is_no_letter(house: House) -> None:
    await serve(house, (600, "volunteer", "approved"))
    await house.say("sms", ANA, "LETTER")
    change(house, "UPDATE hours SET status = 'disputed'")  # since the link was sent
    async with browser(house) as visitor:
        link = link_to(house, ANA)
        page = await enter(house, visitor, link, contact=ANA)
        pushed = await visitor.post(f"{link}/page", decision="fetch")

    assert "No hours of yours are approved yet" in page.text
    assert pushed.headers["content-type"].startswith("text/html")
    assert rows(house, "SELECT count(*) AS n FROM letter") == [{"n": 0}]


async def test_operator_writes_and_revokes_a_letter(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await serve(house, *SERVED)
    config, to = tmp_path / "config.toml", tmp_path / "ana.pdf"
    config.write_text(f'[database]\nurl = "sqlite:///{tmp_path / "people.db"}"\n[hub]\nid = "{HUB.id}"\n', "utf-8")

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["letter", *words, "--config", str(config)])
        return done.output if done.exit_code == 0 else str(done.exception)

    written = run(ANA, "--lang", "es", "--out", str(to))
    code = written.split()[-1]

    assert "Ana López <Ruiz>, 2 hours, 15 minutes" in written
    assert "Carta de servicio" in text_of(to.read_bytes())
    assert run("--revoke", code).startswith(f"Revoked: {code}")
    assert run("--revoke", code) == f"No valid letter has the code {code}."
