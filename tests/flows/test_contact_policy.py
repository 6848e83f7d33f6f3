"""How much a hub writes unasked, to whose phones, and at which hours of which state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import zipcodes
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.facts import LANGUAGES, ContactPolicy, QuietHours
from flows.files.shape import FlowError
from flows.messages import Purpose
from flows.reasons import say_reason
from flows.rules.contact import BroadcastState, Decision, Drop, Reason, Recipient, Send, Spending, Wait, decide
from flows.rules.countries import country_of, is_phone
from flows.state_hours import both, hours_at, read_state_hours
from tests.flows.test_contact_rule import YEAR, is_open

HOURS = QuietHours()
#: A Monday noon in Chicago.
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ANA = Recipient(
    opted_out=False,
    reachable=True,
    consented=True,
    held=False,
    zone="America/Chicago",
    channel="sms",
    country="US",
    zip_code="60614",
)
POLICY = ContactPolicy(texts_a_day=100)
UNASKED = (Purpose.BROADCAST, Purpose.NUDGE)


def decided(purpose: Purpose, recipient: Recipient = ANA, *, now: datetime = NOON, **more: object) -> Decision:
    return decide(
        purpose,
        recipient,
        quiet_hours=HOURS,
        expires_at=more.get("expires_at"),  # type: ignore[arg-type]
        now=now,
        policy=POLICY,
        spending=more.get("spending"),  # type: ignore[arg-type]
        broadcast=more.get("broadcast"),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("user", ["12345", "898211", "BANK", "+1312", "13125550123"])
def test_nothing_leaves_to_what_is_no_phone(purpose: Purpose, user: str) -> None:
    assert decided(purpose, replace(ANA, is_person=is_phone("sms", user))) == Drop(reason="short_code")


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("country", ["CA", "GB", "JM", None])
def test_nothing_leaves_to_phones_of_other_countries(purpose: Purpose, country: str | None) -> None:
    assert decided(purpose, replace(ANA, country=country)) == Drop(reason="country")


@pytest.mark.parametrize(
    ("user", "country"),
    [
        ("+13125550123", "US"),
        ("+17875550101", "PR"),
        ("+16715550100", "GU"),
        ("+13405550100", "VI"),
        ("+16845550100", "AS"),
        ("+16705550100", "MP"),
        ("+14165550100", "CA"),
        ("+18765550100", "JM"),
        ("+447700900123", "GB"),
        ("12345", None),
    ],
)
def test_a_phone_belongs_to_the_country_of_its_area(user: str, country: str | None) -> None:
    assert country_of("sms", user) == country
    assert country_of("telegram", user) is None


@pytest.mark.parametrize("purpose", UNASKED)
def test_who_was_written_to_often_is_left_alone_for_the_rest_of_seven_days(purpose: Purpose) -> None:
    crowded = replace(ANA, crowded_at=NOON - timedelta(days=6))
    until = NOON + timedelta(days=1)

    expected = Drop(reason="too_often") if purpose is Purpose.NUDGE else Wait(until=until, reason="too_often")
    assert decided(purpose, crowded) == expected
    assert decided(purpose, crowded, now=until) == Send()
    assert decided(purpose, crowded, expires_at=until) == Drop(reason="too_often")
    assert decided(Purpose.REMINDER, crowded) == decided(Purpose.REPLY, crowded) == Send()


@given(texts=st.integers(0, 400), purpose=st.sampled_from(Purpose))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_the_days_budget_holds_back_first_what_nobody_asked_for(texts: int, purpose: Purpose) -> None:
    decision = decided(purpose, spending=Spending(texts=texts, zone="America/Chicago"))

    match purpose:
        case Purpose.FAREWELL | Purpose.CODE:
            limit = 10_000
        case Purpose.BROADCAST | Purpose.NUDGE:
            limit = 100
        case _:
            limit = 200
    tomorrow = datetime(2026, 11, 24, 0, 0, tzinfo=ZoneInfo("America/Chicago"))
    assert decision == (Send() if texts < limit else Wait(until=tomorrow, reason="budget"))


def test_what_expires_before_the_budget_is_renewed_is_dropped() -> None:
    spent = Spending(texts=100, zone="America/Chicago")

    dropped = decided(Purpose.BROADCAST, spending=spent, expires_at=NOON + timedelta(hours=2))

    assert dropped == Drop(reason="expires_waiting")


@pytest.mark.parametrize("state", BroadcastState)
def test_the_state_of_a_broadcast_is_asked_of_each_message(state: BroadcastState) -> None:
    decision = decided(Purpose.BROADCAST, broadcast=state)

    match state:
        case BroadcastState.PAUSED:
            assert isinstance(decision, Wait)
            assert decision.reason == "broadcast_paused"
        case BroadcastState.STOPPED:
            assert decision == Drop(reason="broadcast_stopped")
        case _:
            assert decision == Send()


def test_who_wants_no_broadcasts_gets_everything_else() -> None:
    wary = replace(ANA, no_broadcasts=True)

    assert decided(Purpose.BROADCAST, wary) == Drop(reason="no_broadcasts")
    assert {decided(purpose, wary) for purpose in Purpose if purpose is not Purpose.BROADCAST} == {Send()}


# --- hours of states --------------------------------------------------------------------------------------------------

#: A ZIP of states that narrow the hours, their zone, and their own hours by day of the week.
STATES = [
    ("02903", "America/New_York", [(9, 18)] * 5 + [(10, 17), (0, 0)]),
    ("40202", "America/Kentucky/Louisville", [(10, 21)] * 7),
    ("35203", "America/Chicago", [(8, 20)] * 6 + [(0, 0)]),
    ("04101", "America/New_York", [(9, 17)] * 5 + [(0, 0)] * 2),
    ("77002", "America/Chicago", [(9, 21)] * 6 + [(12, 21)]),
]


@pytest.mark.parametrize(("zip_code", "zone", "hours"), STATES, ids=[zip_code for zip_code, *_ in STATES])
def test_what_nobody_asked_for_keeps_the_hours_of_the_state_all_year(
    zip_code: str, zone: str, hours: list[tuple[int, int]]
) -> None:
    there = replace(ANA, zone=zone, zip_code=zip_code)

    for at in YEAR:
        local = at.astimezone(ZoneInfo(zone))
        opens, closes = hours[local.weekday()]
        expected = is_open(at, zone) and opens <= local.hour < closes
        for purpose in UNASKED:
            assert (decided(purpose, there, now=at) == Send()) == expected
        assert (decided(Purpose.REMINDER, there, now=at) == Send()) == is_open(at, zone)
    print(f"{len(YEAR) * 3} decisions in {zip_code}")


def test_every_postal_code_lies_in_the_state_that_the_table_says() -> None:
    narrow = {"AL", "CT", "FL", "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MS"}
    narrow |= {"NM", "NV", "OK", "PA", "RI", "SD", "TX", "UT", "WA", "WY"}
    whole = QuietHours(opens=(0,) * 7, closes=(1440,) * 7)

    unheard = [
        row["zip_code"]
        for row in zipcodes.list_all()  # type: ignore[no-untyped-call]
        if row["state"] in narrow and hours_at(row["zip_code"], whole) == whole
    ]

    assert unheard == []
    assert hours_at("60614", whole) == hours_at("90210", whole) == hours_at(None, whole) == whole


@given(
    st.tuples(*[st.tuples(st.integers(0, 1440), st.integers(0, 1440))] * 7),
    st.tuples(*[st.tuples(st.integers(0, 1440), st.integers(0, 1440))] * 7),
    st.integers(0, 6),
    st.integers(0, 1439),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_hours_that_hold_both_are_open_when_each_is(
    one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...], day: int, minute: int
) -> None:
    def week(days: tuple[tuple[int, int], ...]) -> QuietHours:
        opens, closes = zip(*days, strict=True)
        return QuietHours(opens=opens, closes=closes)

    def opened(hours: QuietHours) -> bool:
        return hours.opens[day] <= minute < hours.closes[day]

    assert opened(both(week(one), week(other))) == (opened(week(one)) and opened(week(other)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('sun = ""', 'sunday = ""'), "'sunday' is no day"),
        (('"09:00-18:00"', '"9-6"'), "cannot be read"),
        (('zips = ["028-029"]', 'zips = ["28"]'), "states.RI.zips"),
        (('law = "x"', ""), "law"),
        (("[states.RI]", "[states.RI"), "not TOML"),
    ],
    ids=["day", "hours", "zips", "no law", "no TOML"],
)
def test_a_wrong_table_says_where(change: tuple[str, str], says: str) -> None:
    good = (
        'read_on = "2026-11-22"\nsource = "x"\n[states.RI]\nlaw = "x"\nzips = ["028-029"]\n'
        'days = { mon-fri = "09:00-18:00", sun = "" }\n'
    )
    assert set(read_state_hours(good)) == {"028", "029"}

    with pytest.raises(FlowError, match=says):
        read_state_hours(good.replace(*change))


# --- in words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_a_sentence(language: str) -> None:
    ours = [*Reason, "no_address", "answer_lost", "internal_error", "channel_down:20003", "gave_up:503", "temporary"]
    sentences = [say_reason(reason, language) for reason in ours]

    assert len(set(sentences)) == len(ours)
    assert all(sentence.endswith(".") and "(" not in sentence for sentence in sentences)
    assert say_reason("30007", language) != say_reason("30008", language)
    assert "63016" in say_reason("63016", language)
