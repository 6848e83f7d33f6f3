"""Every row of a file is either stored or told: where, what was found, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from bot.importing import OPT_OUTS, PEOPLE, SHIFTS, SITES, Context, Kind, Read, SheetError, read, read_content
from flows.stages import Stage
from storage.incoming import Contact

CONTEXT = Context(
    today=date(2026, 11, 23),
    zone="America/Chicago",
    known={
        "roles": {"tutor": "tutor", "tutora": "tutor", "mentor": "mentor"},
        "audiences": {"employee": "employee"},
        "stages": {stage.value: stage.value for stage in Stage},
        "kinds": {"training": "training", "shift": "shift"},
        "sites": {"lincoln school": "Lincoln School"},
    },
)


def taken(
    text: str, kind: Kind[Any] = PEOPLE, *, context: Context = CONTEXT, given: Mapping[str, str] | None = None
) -> Read[Any]:
    return read(kind, read_content(text.encode()), context, given or {})


def told(text: str, kind: Kind[Any] = PEOPLE, *, language: str = "en", context: Context = CONTEXT) -> list[str]:
    return [fault.say(language) for fault in taken(text, kind, context=context).faults]


def test_headings_of_both_languages_are_known() -> None:
    found = taken("Celular;Nombre;Last Name;Código Postal;Shoe size\n312 555 0142;Ana;Ruiz;60614;38\n")

    assert [name for _, name in found.columns] == ["phone", "given_name", "family_name", "zip", ""]
    (ana,) = found.good
    assert ana.contact == Contact(channel="sms", user="+13125550142")
    assert ana.facts == {"given_name": "Ana", "family_name": "Ruiz", "zip": "60614", "zone": "America/Chicago"}


def test_nobody_is_written_to_without_a_source() -> None:
    found = taken("phone,consent source,consent date\n3125550142,,\n3125550143,fall fair form,2026-09-01\n")

    silent, agreed = found.good
    assert (silent.consent_source, silent.consented_at) == ("", None)
    assert (agreed.consent_source, agreed.consented_at) == ("fall fair form", datetime(2026, 9, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("phone\n12345\n", 'row 2, phone: found "12345"; write one phone number'),
        ("phone\n312-555-0142 x7\n", "row 2, phone"),
        ("phone\n3125550142 / 3125550143\n", "row 2, phone"),
        ("first name,phone\nAna,\n", "row 2, phone: found \"\"; there is no phone number and no e-mail"),
        ("first name\nAna\n", "row 2: there is no phone number and no e-mail"),
        ("email\nana@example.org\n", "row 2, email: found \"ana@example.org\"; write a phone number: this hub does not send e-mail"),
        ("phone\n(312) 555-0142\n\n+1 312.555.0142\n", 'row 4, phone: found "+1 312.555.0142"; row 2 has the same one'),
        ("phone,dob\n3125550142,14/5/1956\n", "row 2, dob: found \"14/5/1956\"; write a day like 1956-05-14"),
        ("phone,dob\n3125550142,5/14/56\n", "row 2, dob"),
        ("phone,dob\n3125550142,2016-01-01\n", "row 2, dob: found \"2016-01-01\"; we keep nothing about children"),
        ("phone,dob\n3125550142,1856-01-01\n", "row 2, dob"),
        ("phone,dob,stage\n3125550142,2010-01-01,ready\n", 'row 2, stage: found "ready"; write enquired'),
        ("phone,zip\n3125550142,00000\n", "row 2, zip"),
        ("phone,role\n3125550142,clown\n", 'row 2, role: found "clown"; write one of: mentor, tutor'),
        ("phone,consent\n3125550142,yes\n", 'row 2, consent: found "yes"; write where and how'),
        ("phone,consent date\n3125550142,2026-09-01\n", "row 2, consent date: found \"2026-09-01\"; there is a day"),
        ("phone,consent,consent date\n3125550142,form,2027-09-01\n", "row 2, consent date"),
        ("phone,opted out\n3125550142,maybe\n", "row 2, opted out"),
        ("phone,first name\n3125550142,Ana,and more\n", 'row 2, ?: found "and more"'),
        ("phone,zone\n3125550142,Chicago\n", "row 2, zone"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_with_its_place_and_the_way_to_mend_it(text: str, fault: str) -> None:
    (line,) = told(text)

    assert line.startswith(fault)


def test_a_wrong_cell_is_told_in_spanish_too() -> None:
    assert told("celular\n12345\n", language="es") == [
        'fila 2, celular: dice "12345"; escriba un solo número de teléfono con su código de área, como (312) 555-0142.'
    ]


def test_exactly_the_bad_rows_of_ten_thousand_are_told() -> None:
    wrong = set(range(2, 10_002, 100))
    rows = [f"312{2_000_000 + n}" if n not in wrong else f"{n}" for n in range(2, 10_002)]

    found = taken("cell phone\n" + "\n".join(rows))

    assert {fault.row for fault in found.faults} == wrong
    assert len(found.faults) == 100
    assert len(found.good) == 9_900


def test_days_are_read_in_the_order_that_is_said() -> None:
    context = Context(today=CONTEXT.today, day_order="dmy")

    (one,) = taken("phone,born\n3125550142,3/4/1956\n", context=context).good

    assert one.facts["birth_date"] == "1956-04-03"


def test_one_source_may_hold_for_a_whole_file() -> None:
    context = Context(today=CONTEXT.today, zone="UTC", consent_source="2026 roster", consented_on=date(2026, 9, 1))

    own, silent = taken("phone,consent\n3125550142,fair\n3125550143,\n", context=context).good

    assert (own.consent_source, own.consented_at) == ("fair", None)
    assert (silent.consent_source, silent.consented_at) == ("2026 roster", datetime(2026, 9, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "phone"),
    [({"Cell": ""}, "+13125550143"), ({"Cell": "phone"}, "+13125550142"), ({"1": "phone"}, "+13125550142")],
    ids=["left out", "by heading", "by number"],
)
def test_what_is_said_about_columns_wins(given: dict[str, str], phone: str) -> None:
    (one,) = taken("Cell,Phone\n3125550142,3125550143\n", given=given).good

    assert one.contact.user == phone


@pytest.mark.parametrize(
    ("text", "given", "why"),
    [
        ("phone,phone\n1,2\n", {}, r"columns 1 \(phone\) and 2 \(phone\) both look like phone.*--map 1=phone"),
        ("phone,cell\n1,2\n", {}, "both look like phone"),
        ("phone,a\n1,2\n", {"b": "phone"}, "no column of that heading"),
        ("phone,a,a\n1,2,3\n", {"a": "email"}, "several columns"),
        ("phone,a\n1,2\n", {"a": "shoes"}, "there is no shoes"),
    ],
)
def test_columns_that_contradict_each_other_are_refused(text: str, given: dict[str, str], why: str) -> None:
    with pytest.raises(SheetError, match=why):
        taken(text, given=given)


@pytest.mark.parametrize("name", ["Ana Ruiz Soto", "Ruiz Soto, Ana"])
def test_a_whole_name_is_parted(name: str) -> None:
    (one,) = taken(f'full name,phone\n"{name}",3125550142\n').good

    assert one.facts == {"given_name": "Ana", "family_name": "Ruiz Soto"}


def test_opt_outs_places_and_shifts_are_read() -> None:
    (gone,) = taken("Number,Reason\n3125550142,STOP\n", OPT_OUTS).good
    (site,) = taken("School,ZIP\nLincoln School,60614\n", SITES).good
    both = taken(
        "name,date,start time,end,seats,school\nReading,1/12/2027,5 pm,6:30 pm,4,lincoln school\n"
        "Reading,1/12/2027,17:00,16:00,4,Lincoln School\nMath,1/12/2020,17:00,18:00,4,Lincoln School\n"
        "Art,1/12/2027,17:00,18:00,4,Nowhere\n",
        SHIFTS,
    )

    assert (gone.contact.user, gone.source) == ("+13125550142", "STOP")
    assert (site.city, site.state, site.zone) == ("Chicago", "IL", "America/Chicago")
    (shift,) = both.good
    assert shift.starts_local == datetime.combine(date(2027, 1, 12), time(17))
    assert (shift.minutes, shift.capacity, shift.site) == (90, 4, "Lincoln School")
    assert [(fault.row, fault.bad.code) for fault in both.faults] == [(3, "ends"), (4, "past"), (5, "one_of_sites")]
