"""The API: who may what, each deed once, page by page, and nothing of another hub."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot import logs
from bot.api import build_api
from flows.facts import Hub, SlotKind
from flows.messages import Address
from flows.rules.programs import Scope
from storage import people, programs, schedule
from storage.operations import suppressions
from storage.performing import perform
from storage.tables import AddressRow, AuditRow, BookingRow, ConsentRow, OutboxRow
from tests.bot.api.conftest import ANA, NOW, Api, OpenApi

OTHER = Hub(id="other", name="Other", zone="America/Chicago")
#: What a route of each method needs, by its path.
SCOPES = {
    ("get", "/people"): Scope.READ_PEOPLE,
    ("get", "/people/{ref}"): Scope.READ_PEOPLE,
    ("post", "/people"): Scope.WRITE_PEOPLE,
    ("get", "/people/{ref}/bookings"): Scope.READ_SCHEDULE,
    ("post", "/people/{ref}/messages"): Scope.SEND_MESSAGES,
    ("get", "/messages/{ref}"): Scope.READ_MESSAGES,
    ("get", "/sites"): Scope.READ_SCHEDULE,
    ("get", "/shifts"): Scope.READ_SCHEDULE,
    ("get", "/shifts/{ref}"): Scope.READ_SCHEDULE,
    ("get", "/shifts/{ref}/bookings"): Scope.READ_SCHEDULE,
    ("get", "/reports"): Scope.READ_REPORTS,
    ("get", "/reports/{name}"): Scope.READ_REPORTS,
}


def routes(api: Api) -> Iterator[tuple[str, str]]:
    for path, methods in build_api(api.desk).openapi()["paths"].items():
        for method in methods:
            yield method, path


def body_of(method: str, path: str) -> dict[str, Any]:
    if method == "get":
        return {}
    return {"json": {"text": "Hello"} if "messages" in path else {"phone": "+13125550149"}}


def with_key(shown: dict[str, str], key: str = "one") -> dict[str, str]:
    return {**shown, "idempotency-key": key}


def filled(path: str, ref: str, name: str = "hours") -> str:
    return path.replace("{ref}", ref).replace("{name}", name)


def rows(api: Api, table: Any) -> list[Any]:
    with api.desk.database.reading() as session:
        return list(session.exec(select(table)).all())


# --- who may what -----------------------------------------------------------------------------------------------------


async def test_every_route_needs_its_own_scope(api: Api) -> None:
    ref = api.person()
    wrong: list[object] = []
    for method, path in routes(api):
        needed = SCOPES[method, path]
        without = [scope for scope in Scope if scope is not needed]
        for number, (scopes, is_let_in) in enumerate((([needed], True), (without, False))):
            shown = with_key(api.token(*scopes, name=f"{method}{path}{number}"), f"{method}{path}{number}")
            answer = await api.call(method, filled(path, ref), headers=shown, **body_of(method, path))
            if (answer.status_code != 403) != is_let_in:
                wrong.append((method, path, scopes, answer.text))
    assert wrong == []
    assert {(method, path) for method, path in routes(api)} == set(SCOPES)


@pytest.mark.parametrize("shown", [{}, {"authorization": "Bearer pp_wrong"}, {"authorization": "Basic eDp5"}])
async def test_nobody_is_let_in_without_a_token(api: Api, shown: dict[str, str]) -> None:
    for method, path in routes(api):
        answer = await api.call(method, filled(path, "x"), headers=with_key(shown), **body_of(method, path))
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "no_token"


async def test_a_token_that_is_withdrawn_over_or_of_another_hub_opens_nothing(
    api: Api, url: str, open_api: OpenApi
) -> None:
    gone, strange = api.token(name="gone"), open_api(url, OTHER).token()
    with api.desk.database.session() as session:
        programs.revoke_token(session, "hub", "gone", NOW)
        late = programs.add_token(
            session, "hub", name="late", scopes=[Scope.READ_PEOPLE], now=NOW, expires_at=NOW + timedelta(hours=1)
        )
    api.at = NOW + timedelta(hours=1)

    for shown in (gone, strange, {"authorization": f"Bearer {late}"}):
        assert (await api.call("GET", "/people", headers=shown)).status_code == 401


async def test_whoever_guesses_tokens_is_not_listened_to(api: Api) -> None:
    shown = api.token()
    for number in range(20):
        await api.call("GET", "/people", headers={"authorization": f"Bearer {number}"})

    assert (await api.call("GET", "/people", headers=shown)).status_code == 429
    assert (await api.call("GET", "/people", headers=shown, client="203.0.113.8")).status_code == 200


async def test_a_token_calls_only_so_often(url: str, open_api: OpenApi) -> None:
    api = open_api(url, calls_a_minute=3)
    shown = api.token()

    statuses = [(await api.call("GET", "/sites", headers=shown)).status_code for _ in range(4)]
    refused = await api.call("GET", "/sites", headers=shown)
    api.at += timedelta(minutes=1)

    assert statuses == [200, 200, 200, 429]
    assert 0 < int(refused.headers["retry-after"]) <= 61
    assert (await api.call("GET", "/sites", headers=shown)).status_code == 200


async def test_nothing_of_another_hub_is_found(api: Api, url: str, open_api: OpenApi) -> None:
    other = open_api(url, OTHER)
    foreign = [other.person(), *await planned(other)]
    await other.call("POST", f"/people/{foreign[0]}/messages", headers=with_key(other.token()), json={"text": "Hello"})
    foreign += [row.ref for row in rows(other, OutboxRow)]
    shown = api.token()

    for method, path in routes(api):
        if "{ref}" in path:
            for number, ref in enumerate(foreign):
                answer = await api.call(
                    method, filled(path, ref), headers=with_key(shown, f"k{number}"), **body_of(method, path)
                )
                assert answer.status_code == 404, (method, path, ref)
        elif method == "get" and "{" not in path and path != "/reports":
            assert (await api.call(method, path, headers=shown)).json()["items"] == []
    assert len(foreign) == 4


async def planned(api: Api) -> tuple[str, str]:
    """Plan a shift at a place, with somebody booked; return the references of shift and booking."""
    with api.desk.database.session() as session:
        hub = api.desk.hub.id
        site = schedule.add_site(session, hub, name="Lincoln", zone="America/Chicago")
        slot = schedule.add_slot(
            session,
            hub,
            kind=SlotKind.SHIFT,
            title={"en": "Reading"},
            starts_local=datetime(2026, 12, 1, 17),  # noqa: DTZ001 - wall clock
            zone="America/Chicago",
            minutes=60,
            capacity=2,
            site_id=site.id,
        )
        person = people.list_people(session, hub)[0]
        booking = BookingRow(
            hub=hub, person_id=person.id or 0, slot_id=slot.id or 0, status="booked", created_at=NOW, changed_at=NOW
        )
        session.add(booking)
        return slot.ref, booking.ref


# --- people -----------------------------------------------------------------------------------------------------------

MARIA = {"phone": "(312) 555-0143", "given_name": "Maria", "language": "es", "zip": "60614", "role": "tutor"}
CONSENT = {"consent": {"source": "web form, October", "on": "2026-10-01"}}


async def test_somebody_is_brought_in_with_their_evidence(api: Api) -> None:
    shown = with_key(api.token())

    answer = await api.call("POST", "/people", headers=shown, json=MARIA | CONSENT)

    assert answer.status_code == 201
    made = answer.json()
    assert (made["phone"], made["consented"], made["zone"]) == ("+13125550143", True, "America/Chicago")
    (evidence,) = rows(api, ConsentRow)
    assert evidence.wording == "import: web form, October"
    assert [row.author for row in rows(api, AuditRow)] == ["api:crm"]
    assert (await api.call("GET", f"/people/{made['ref']}", headers=shown)).json() == made


async def test_without_evidence_nobody_can_be_written_to(api: Api) -> None:
    shown = api.token()
    made = (await api.call("POST", "/people", headers=with_key(shown), json=MARIA)).json()

    answer = await api.call(
        "POST", f"/people/{made['ref']}/messages", headers=with_key(shown, "two"), json={"text": "Hello"}
    )

    assert made["consented"] is False
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_consent")
    assert rows(api, OutboxRow) == []


async def test_an_address_belongs_to_one_person(api: Api) -> None:
    ref = api.person()

    answer = await api.call("POST", "/people", headers=with_key(api.token()), json={"phone": "312 555 0142"})

    assert (answer.status_code, answer.json()["error"]["fields"]) == (409, {"ref": ref})


async def test_whoever_was_erased_is_not_brought_back(api: Api) -> None:
    with api.desk.database.session() as session:
        perform(session, suppressions.keep("hub", Address(channel="sms", account="MG1", user=ANA), 1))

    answer = await api.call("POST", "/people", headers=with_key(api.token()), json={"phone": ANA})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_wanted")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"phone": "12345"}, "phone"),
        ({"given_name": "Ana"}, "phone"),
        ({"phone": ANA, "birth_date": "2016-01-01"}, "birth_date"),
        ({"phone": ANA, "role": "clown"}, "role"),
        ({"phone": ANA, "consent": {"source": "true", "on": "2026-10-01"}}, "consent.source"),
        ({"phone": ANA, "consent": {"source": "web form", "on": "2027-10-01"}}, "consent.on"),
        ({"phone": ANA, "given_name": "A\x00"}, "given_name"),
        ({"phone": ANA, "given_name": "\ud800"}, "given_name"),
        ({"phone": ANA, "shoes": "38"}, "shoes"),
    ],
)
async def test_what_a_row_of_a_file_may_not_hold_is_refused_too(api: Api, wrong: dict[str, Any], field: str) -> None:
    answer = await api.call(
        "POST",
        "/people",
        headers=with_key(api.token()) | {"content-type": "application/json"},
        content=json.dumps(wrong),
    )

    assert answer.status_code == 422
    assert field in answer.json()["error"]["fields"]
    assert rows(api, AddressRow) == []


async def test_people_come_page_by_page_and_can_be_searched(api: Api) -> None:
    refs = [api.person(f"+1312555{number:04d}", given_name=f"Ana{number}") for number in range(101, 108)]
    shown, seen, path = api.token(), [], "/people?limit=3"
    pages = 0
    while path:
        page = (await api.call("GET", path, headers=shown)).json()
        seen += [one["ref"] for one in page["items"]]
        path = f"/people?limit=3&after={page['next']}" if page["next"] else ""
        pages += 1

    assert (seen, pages) == (refs, 3)
    for q, found in (("ana104", [refs[3]]), ("0105", [refs[4]]), ("nobody", []), ("%", [])):
        page = (await api.call("GET", "/people", headers=shown, params={"q": q})).json()
        assert [one["ref"] for one in page["items"]] == found
    assert (await api.call("GET", "/people?after=nonsense", headers=shown)).status_code == 422


# --- once -------------------------------------------------------------------------------------------------------------


async def test_the_same_call_is_done_once_and_answered_alike(api: Api) -> None:
    ref, shown = api.person(), with_key(api.token())

    answers = [
        await api.call("POST", f"/people/{ref}/messages", headers=shown, json={"text": "Hello"}) for _ in range(3)
    ]

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert [answer.headers.get("idempotent-replayed") for answer in answers] == [None, "true", "true"]
    assert [row.body for row in rows(api, OutboxRow)] == ["Hello"]
    assert api.woken == [("sms", "MG1")]


async def test_calls_at_the_same_moment_are_done_once(api: Api) -> None:
    ref, shown = api.person(), with_key(api.token())

    answers = await asyncio.gather(
        *(api.call("POST", f"/people/{ref}/messages", headers=shown, json={"text": "Hello"}) for _ in range(5))
    )

    assert len({answer.text for answer in answers}) == 1
    assert len(rows(api, OutboxRow)) == 1


async def test_a_key_stands_for_one_call_of_one_program_for_a_day(api: Api) -> None:
    ref, shown, other = api.person(), with_key(api.token()), with_key(api.token(name="other"))
    path = f"/people/{ref}/messages"
    await api.call("POST", path, headers=shown, json={"text": "Hello"})

    changed = await api.call("POST", path, headers=shown, json={"text": "Good-bye"})
    await api.call("POST", path, headers=other, json={"text": "From another"})
    api.at += timedelta(hours=24)
    await api.call("POST", path, headers=shown, json={"text": "A day later"})

    assert (changed.status_code, changed.json()["error"]["code"]) == (422, "key_used")
    assert [row.body for row in rows(api, OutboxRow)] == ["Hello", "From another", "A day later"]


async def test_a_call_that_failed_may_come_again(api: Api) -> None:
    ref, shown = api.person(consented=False), with_key(api.token())
    path = f"/people/{ref}/messages"
    await api.call("POST", path, headers=shown, json={"text": "Hello"})
    with api.desk.database.session() as session:
        session.exec(select(AddressRow)).one().consented_at = NOW

    assert (await api.call("POST", path, headers=shown, json={"text": "Hello"})).status_code == 202


async def test_whatever_changes_something_needs_a_key(api: Api) -> None:
    shown = api.token()
    for method, path in routes(api):
        if method != "get":
            answer = await api.call(method, filled(path, "x"), headers=shown, **body_of(method, path))
            assert answer.status_code == 422
            assert "Idempotency-Key" in answer.json()["error"]["fields"]


# --- messages, schedule, reports --------------------------------------------------------------------------------------


async def test_a_message_waits_for_the_open_hours(api: Api) -> None:
    ref, shown = api.person(zone="America/Chicago"), with_key(api.token())
    api.at = datetime.fromisoformat("2026-11-24T05:00:00+00:00")  # eleven at night in Chicago

    made = (await api.call("POST", f"/people/{ref}/messages", headers=shown, json={"text": "Hello"})).json()
    told = (await api.call("GET", f"/messages/{made['ref']}", headers=shown)).json()

    assert (told["status"], told["not_before"]) == ("waiting", "2026-11-24T15:00:00Z")
    assert told["person"] == ref


async def test_whoever_left_is_not_written_to(api: Api) -> None:
    ref = api.person()
    with api.desk.database.session() as session:
        session.exec(select(AddressRow)).one().opted_out_at = NOW

    answer = await api.call("POST", f"/people/{ref}/messages", headers=with_key(api.token()), json={"text": "Hello"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "opted_out")


async def test_the_schedule_and_the_reports_can_be_read(api: Api) -> None:
    person = api.person()
    slot, booking = await planned(api)
    shown = api.token()

    async def get(path: str) -> Any:
        return (await api.call("GET", path, headers=shown)).json()

    assert [one["name"] for one in (await get("/sites"))["items"]] == ["Lincoln"]
    assert (await get(f"/shifts/{slot}"))["site"] == "Lincoln"
    assert [one["ref"] for one in (await get("/shifts?kind=shift"))["items"]] == [slot]
    assert (await get("/shifts?since=2026-12-02T00:00:00Z"))["items"] == []
    for path in (f"/shifts/{slot}/bookings", f"/people/{person}/bookings"):
        assert [(one["ref"], one["person"], one["shift"]) for one in (await get(path))["items"]] == [
            (booking, person, slot)
        ]
    for report in await get("/reports"):
        assert (await get(f"/reports/{report['name']}"))["columns"] == report["columns"]


async def test_a_body_has_its_limit(api: Api) -> None:
    answer = await api.call("POST", "/people", headers=with_key(api.token()), content=b"x" * 200_000)

    assert answer.status_code == 413


async def test_nothing_private_is_logged(api: Api) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure("json", "debug", stream=stream)
    try:
        shown = with_key(api.token())
        await api.call("POST", "/people", headers=shown, json=MARIA | CONSENT)
        await api.call("POST", "/people", headers=shown, json=MARIA)
        await api.call("GET", "/people?q=0143", headers=shown)
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = before
        root.setLevel(level)

    token = shown["authorization"].removeprefix("Bearer ")
    assert [one for one in ("5550143", "555-0143", "Maria", token) if one in stream.getvalue()] == []
