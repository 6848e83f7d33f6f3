"""A file is brought in as a whole or not at all, comes out as it went in, and closes addresses but never opens one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.bringing import Desk, Wishes, bring_in, write_out
from bot.mistake import MistakeError
from flows.facts import Hub
from flows.library import shipped
from flows.messages import Address
from storage import people
from storage.database import Database
from storage.exporting import EXPORTS, lines
from storage.operations import suppressions
from storage.performing import perform
from tests.databases import NewDatabase

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
HUB = Hub(id="hub", name="Hub", zone="America/Chicago")
ANA, BO = "+13125550142", "+13125550143"


Open = Callable[..., Desk]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Return a way to open the desk of a hub."""
    with ExitStack() as stack:

        def open_(url: str, hub: Hub = HUB) -> Desk:
            database = Database(url, key="k" * 32)
            stack.callback(database.close)
            accounts = {"sms": "MG1", "email": "hello@hub.org"}
            return Desk(database=database, hub=hub, accounts=accounts, library=shipped())

        yield open_


@pytest.fixture
def desk(url: str, opened: Open) -> Desk:
    return opened(url)


def bring(desk: Desk, tmp_path: Path, kind: str, text: str, *, skip_bad: bool = False, dry_run: bool = False) -> str:
    file = tmp_path / f"{kind}.csv"
    file.write_text(text, "utf-8")
    said: list[str] = []
    wishes = Wishes(columns={})
    good = bring_in(desk, kind, file, wishes, NOW, dry_run=dry_run, skip_bad=skip_bad, show=said.append)
    return "\n".join([f"good: {good}", *said])


def table(desk: Desk, name: str) -> list[list[str | int]]:
    with desk.database.reading() as session:
        return list(lines(session, desk.hub.id, EXPORTS[name]))


def addresses(desk: Desk) -> dict[str, tuple[bool, bool]]:
    """Return who may be written to: agreed, and left."""
    with desk.database.reading() as session:
        found = people.list_people(session, desk.hub.id)
        rows = [row for one in found for row in people.describe(session, one).addresses]
        return {row.user: (row.consented_at is not None, row.opted_out_at is not None) for row in rows}


def test_nothing_is_brought_in_while_a_row_is_wrong(desk: Desk, tmp_path: Path) -> None:
    said = bring(desk, tmp_path, "people", f"phone\n{ANA}\n12345\n")

    assert "good: False" in said
    assert "1 of 2 rows are wrong, so nothing was brought in." in said
    assert addresses(desk) == {}


def test_wrong_rows_may_be_left_out(desk: Desk, tmp_path: Path) -> None:
    assert "1 were added" in bring(desk, tmp_path, "people", f"phone\n{ANA}\n12345\n", skip_bad=True)
    assert addresses(desk) == {ANA: (False, False)}


def test_a_dry_run_stores_nothing(desk: Desk, tmp_path: Path) -> None:
    said = bring(desk, tmp_path, "people", f"phone,consent\n{ANA},form\n{BO},\n", dry_run=True)

    assert "2 would be added" in said
    assert "1 have no source of consent" in said
    assert addresses(desk) == {}


def test_bringing_in_again_adds_nobody_and_opens_nothing(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path, "people", f"phone,consent,opted out\n{ANA},form,yes\n")

    said = bring(desk, tmp_path, "people", f"phone,consent,opted out\n(312) 555-0142,form,no\n{BO},form,no\n")

    assert "1 were added; 1 are known already" in said
    assert addresses(desk) == {ANA: (True, True), BO: (True, False)}


def test_who_is_known_can_be_closed_but_never_opened(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path, "people", f"phone,consent\n{ANA},form\n")

    bring(desk, tmp_path, "people", f"phone,opted out\n{ANA},yes\n")

    assert addresses(desk) == {ANA: (True, True)}


def test_opt_outs_close_addresses_and_keep_strangers_out(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path, "people", f"phone,consent\n{ANA},form\n")

    said = bring(desk, tmp_path, "optouts", f"phone,reason\n{ANA},old list\n{BO},\n")

    assert "1 people were opted out; 0 had left before." in said
    assert addresses(desk) == {ANA: (True, True)}
    assert "they are not brought in" in bring(desk, tmp_path, "people", f"phone,consent\n{BO},form\n")
    assert BO not in addresses(desk)
    assert table(desk, "optouts") == [[ANA, "", NOW.isoformat(), "old list"]]


def test_whoever_was_erased_is_not_brought_back(desk: Desk, tmp_path: Path) -> None:
    with desk.database.session() as session:
        perform(session, suppressions.keep("hub", Address(channel="sms", account="MG9", user=ANA), 1))

    assert "0 were added" in bring(desk, tmp_path, "people", f"phone\n{ANA}\n")


def test_hubs_do_not_see_each_other(url: str, opened: Open, tmp_path: Path) -> None:
    one, other = opened(url), opened(url, Hub(id="other", name="Other", zone="America/Chicago"))
    bring(one, tmp_path, "people", f"phone\n{ANA}\n")

    assert "1 were added" in bring(other, tmp_path, "people", f"phone\n{ANA}\n")
    assert len(table(one, "people")) == len(table(other, "people")) == 1


FULL = f"""phone,email,given_name,family_name,language,zip,zone,birth_date,audience,role,stage,campaign,consent_source,consented_on,opted_out
{ANA},a@x.org,'=cmd|calc,O'Neil,es,60614,America/Chicago,1956-05-14,employee,tutor,ready,fair,"form, fair",2026-09-01,no
{BO},,-Bo,,en,10001,America/New_York,,,,enquired,,,,yes
,cy@example.org,Cy,,,,,,,,screening,,import: web,2026-09-01T12:00:00+00:00,no
"""


@pytest.mark.parametrize("as_xlsx", [False, True])
def test_people_come_out_as_they_went_in(
    new_sqlite: NewDatabase, opened: Open, tmp_path: Path, *, as_xlsx: bool
) -> None:
    files = [tmp_path / f"{number}.file" for number in range(2)]
    with new_sqlite() as first, new_sqlite() as second:
        bring(opened(first), tmp_path, "people", FULL)
        write_out(opened(first), "people", NOW, to=files[0], as_xlsx=as_xlsx)
        wishes = Wishes(columns={})
        said: list[str] = []
        bring_in(opened(second), "people", files[0], wishes, NOW, dry_run=False, skip_bad=False, show=said.append)
        write_out(opened(second), "people", NOW, to=files[1], as_xlsx=as_xlsx)

        assert table(opened(first), "people") == table(opened(second), "people")
    assert any(line.startswith("3 were added") for line in said)
    assert files[0].stat().st_mode & 0o077 == 0
    if not as_xlsx:
        assert files[0].read_bytes() == files[1].read_bytes()
        assert b"'=cmd|calc" in files[0].read_bytes()


def test_places_and_shifts_come_out_as_they_went_in(new_sqlite: NewDatabase, opened: Open, tmp_path: Path) -> None:
    with new_sqlite() as first, new_sqlite() as second:
        bring(opened(first), tmp_path, "sites", "name,zip,partner,contact phone\nLincoln,60614,Kids First,3125550100\n")
        bring(
            opened(first),
            tmp_path,
            "shifts",
            "title,starts,minutes,capacity,site\nReading,2027-01-12 17:00,60,4,lincoln\n",
        )
        for kind in ("sites", "shifts"):
            file = tmp_path / f"out-{kind}"
            write_out(opened(first), kind, NOW, to=file, as_xlsx=False)
            bring(opened(second), tmp_path, kind, file.read_text("utf-8-sig"))
            bring(opened(second), tmp_path, kind, file.read_text("utf-8-sig"))  # the second time nothing is new

        for kind in ("sites", "shifts"):
            assert table(opened(first), kind) == table(opened(second), kind) != []


def test_a_file_is_never_written_over(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("dear")

    with pytest.raises(MistakeError, match="there already"):
        write_out(desk, "people", NOW, to=tmp_path / "there", as_xlsx=False)


@pytest.mark.parametrize("name", EXPORTS)
def test_every_table_can_be_written(desk: Desk, name: str) -> None:
    assert table(desk, name) == []


def test_a_huge_file_is_refused_before_it_is_read(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as sparse:
        sparse.truncate(1_000_000_000)

    with pytest.raises(MistakeError, match="larger than 20 MB"):
        bring_in(desk, "people", file, Wishes(columns={}), NOW, dry_run=True, skip_bad=False, show=print)
