"""A coordinator notes that somebody wants no news; only the person themselves brings it back."""

from __future__ import annotations

from sqlmodel import col, select

from flows.messages import Address, Inbound
from flows.rules.access import Role
from storage.tables import AddressRow, AuditRow, ConsentRow, PersonRow
from tests.console.opened import Demo

BUTTON, TAG = "They asked for no news", "Only they can change this"


def _somebody(demo: Demo) -> tuple[str, Address]:
    """Find somebody who agreed to be written to; return their reference and where they write from."""
    with demo.app.database.reading() as session:
        query = select(PersonRow.ref, AddressRow).join(AddressRow, col(AddressRow.id) == col(PersonRow.address_id))
        ref, at = session.exec(query.where(col(AddressRow.consented_at).is_not(None))).first() or ("", None)
        assert at is not None
        return ref, Address(channel=at.channel, account=at.account, user=at.user)


def _kept(demo: Demo, ref: str) -> list[tuple[bool, str, str]]:
    with demo.app.database.reading() as session:
        query = select(ConsentRow).join(AddressRow, col(AddressRow.id) == col(ConsentRow.address_id))
        query = query.join(PersonRow, col(PersonRow.id) == col(AddressRow.person_id))
        found = session.exec(query.where(col(PersonRow.ref) == ref, col(ConsentRow.purpose) == "broadcasts"))
        return [(row.granted, row.wording, row.source) for row in found]


async def test_a_coordinator_notes_it_once_and_only_the_person_takes_it_back(demo: Demo) -> None:
    ref, at = _somebody(demo)
    await demo.enter(Role.COORDINATOR)
    assert BUTTON in await demo.open(f"/console/people/{ref}")

    await demo.press(f"/console/people/{ref}/no-news")
    await demo.press(f"/console/people/{ref}/no-news", granted="yes", refuse="")

    page = await demo.open(f"/console/people/{ref}")
    assert TAG in page
    assert "wants no news" in page
    assert BUTTON not in page
    assert _kept(demo, ref) == [(False, "NO NEWS", "coordinator")]
    with demo.app.database.reading() as session:
        noted = session.exec(select(AuditRow.author).where(col(AuditRow.what) == "no_news")).all()
    assert noted == ["coordinator:Maria Lopez"]

    await demo.app.inbox.deliver([Inbound(provider_id="again", sender=at, text="news again")])

    assert [granted for granted, _, _ in _kept(demo, ref)] == [False, True]
    assert TAG not in await demo.open(f"/console/people/{ref}")


async def test_whoever_may_only_read_sees_it_without_a_button(demo: Demo) -> None:
    ref, _ = _somebody(demo)
    await demo.enter(Role.AUDITOR)

    assert BUTTON not in await demo.open(f"/console/people/{ref}")
    await demo.press(f"/console/people/{ref}/no-news", status=403)
    assert _kept(demo, ref) == []


async def test_who_can_be_written_to_nowhere_has_nothing_to_refuse(demo: Demo) -> None:
    ref, _ = _somebody(demo)
    with demo.app.database.session() as session:
        session.exec(select(PersonRow).where(col(PersonRow.ref) == ref)).one().address_id = None
    await demo.enter(Role.COORDINATOR)

    assert BUTTON not in await demo.open(f"/console/people/{ref}")
    await demo.press(f"/console/people/{ref}/no-news", status=404)
