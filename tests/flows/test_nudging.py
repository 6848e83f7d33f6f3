"""Who does not answer is asked twice more, by day, and then left alone; who comes back goes on where they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.effects import ClearTimer, HandOff, PauseSending, ResumeSending, Say, SetTimer, TimerKind
from flows.engine import advance
from flows.events import TimerDue
from flows.facts import Facts, Person, QuietHours
from flows.messages import InboundKind, Purpose
from flows.model import Nudge, Silence
from flows.stages import Stage
from flows.text import segments
from tests.flows.talk import HUB, LIBRARY, SCREENED, SHIFTS, Talk, booked

CHICAGO = ZoneInfo("America/Chicago")
#: At each question of the first conversation, by the step that waits.
WAITING = {str(talk.step): talk for n in range(1, len(SCREENED) + 1) for talk in [Talk().says(*SCREENED[:n])]}
#: Agreed to be written to, lives in Chicago, is asked for a birth date.
BORN = WAITING["birth_date"]
CONSENTED: Final = [step for step in WAITING if step != "consent"]


def local(talk: Talk) -> str:
    assert talk.timer
    return talk.timer.due_at.astimezone(CHICAGO).strftime("%a %H:%M")


def asked_at(at: datetime) -> Talk:
    """Let somebody in Chicago be asked at an instant."""
    return replace(BORN, now=at).says("STATUS")


def test_silence_is_met_by_a_nudge_another_one_and_a_last_word() -> None:
    first = BORN.waits()
    second = first.waits()
    closed = second.waits()

    assert local(BORN) == "Tue 17:00"
    assert local(first) == "Thu 12:00"
    assert local(second) == "Mon 10:00"
    assert [first.text, second.text] == [
        "Chicago Reads: whenever you have a minute, here is where we were:\n" + BORN.text,
        "Chicago Reads: schools could use your help. We were here:\n" + BORN.text,
    ]
    assert "Text us any time" in closed.text
    assert closed.timer is None
    assert closed.step == "birth_date"
    assert {say.purpose for talk in (first, second, closed) for say in talk.all(Say)} == {Purpose.NUDGE}


@pytest.mark.parametrize("step", CONSENTED)
@pytest.mark.parametrize("times", range(4))
def test_answer_after_any_silence_is_simply_taken(step: str, times: int) -> None:
    at = list(WAITING).index(step)
    silent = WAITING[step]
    for _ in range(min(times, 3)):
        silent = silent.waits()
    answer = SCREENED[at + 1] if at + 1 < len(SCREENED) else "1"

    answered = silent.later(timedelta(hours=3)).says(answer)

    assert answered.step == WAITING[step].says(answer).step != step
    assert "Welcome back" not in answered.text


@pytest.mark.parametrize("words", ["hi", "hello there", "sorry I was busy", "I'm back!", "hola, disculpe", "ola"])
@pytest.mark.parametrize("step", [*CONSENTED, "school", "name"])
def test_who_comes_back_with_a_greeting_is_welcomed_and_asked_again(step: str, words: str) -> None:
    school = Talk().says("HI", "1", "1", "60614", "5/14/1996", "1").later(timedelta())
    talk = {"school": school, "name": WAITING["offer"].says("1")}.get(step) or WAITING[step]

    back = talk.later(timedelta(days=3)).says(words)

    assert back.text.startswith("Welcome back! We were here:\n")
    assert back.step == talk.step
    assert back.frame.misses == talk.frame.misses
    assert not back.all(HandOff)


def test_anything_not_understood_is_welcomed_once_and_then_counted() -> None:
    back = BORN.later(timedelta(days=2)).says("things have been so wild over here lately")

    assert back.text.startswith("Welcome back!")
    assert back.frame.misses == 0
    assert back.says("things have been so wild over here lately").frame.misses == 1


def test_back_after_the_last_word_is_back_however_short_the_silence() -> None:
    closed = BORN.waits().waits().waits()

    assert closed.later(timedelta(minutes=5)).says("hi").text.startswith("Welcome back!")


def test_back_after_the_last_word_is_looked_after_again() -> None:
    back = BORN.waits().waits().waits().later(timedelta(days=1)).says("hi")

    assert local(back) == "Wed 17:00"


@pytest.mark.parametrize("words", ["hi", "Good morning!", "Hola buenas"])
def test_greeting_in_the_middle_asks_again_without_a_miss(words: str) -> None:
    greeted = BORN.says(words)

    assert greeted.text == "Hello! We are at this question:\n" + BORN.text
    assert greeted.frame.misses == 0


def test_nudge_is_no_miss_and_no_answer() -> None:
    nudged = BORN.says("blah").waits()

    assert nudged.frame.misses == 1
    assert nudged.conversation.heard_at == BORN.conversation.heard_at


def test_every_turn_sets_the_timer_anew() -> None:
    later = BORN.later(timedelta(hours=20)).says("HELP")

    assert local(later) == "Wed 17:00"
    assert later.timer_turn == later.conversation.turn


def test_nothing_is_set_once_nothing_waits() -> None:
    done = WAITING["offer"].says("4")

    assert not done.conversation.stack
    assert done.all(ClearTimer)
    assert done.timer is None
    assert not done.says("thanks").all(ClearTimer)


def test_before_consent_there_is_no_nudge_but_a_silent_end() -> None:
    asked = WAITING["consent"]
    closed = asked.waits()

    assert asked.timer
    assert asked.timer.kind is TimerKind.CLOSE
    assert closed.text == ""
    assert closed.timer is None
    assert closed.later(timedelta(days=1)).says("1").step == "language"


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(BORN.says("STOP"), id="opted out"),
        pytest.param(BORN.reports(InboundKind.BLOCKED), id="unreachable"),
        pytest.param(BORN.says("go away"), id="paused"),
    ],
)
def test_nobody_is_nudged_who_cannot_be_written_to(talk: Talk) -> None:
    assert talk.all(ClearTimer)
    assert talk.timer is None


def test_who_is_back_is_looked_after_again() -> None:
    assert BORN.says("STOP").says("START").timer
    assert BORN.reports(InboundKind.BLOCKED).reports(InboundKind.UNBLOCKED).timer


def test_nudge_is_passed_over_while_a_coordinator_holds_the_conversation() -> None:
    held = replace(BORN, person=replace(BORN.person, held=True)).waits()
    handed_back = replace(held, person=replace(held.person, held=False)).waits()

    assert held.text == ""
    assert handed_back.text.startswith("Chicago Reads: schools could use your help.")


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(replace(BORN.person, opted_out=True), id="opted out"),
        pytest.param(replace(BORN.person, paused=True), id="paused"),
        pytest.param(replace(BORN.person, reachable=False), id="unreachable"),
    ],
)
def test_nobody_is_nudged_who_left_without_a_turn(person: Person) -> None:
    left = replace(BORN, person=person).waits()

    assert left.text == ""
    assert left.timer is None


def test_machine_that_was_answered_too_often_is_not_nudged_on_top() -> None:
    talk = BORN
    for _ in range(40):
        talk = talk.says("HELP")
    due = TimerDue(turn=talk.conversation.turn, kind=TimerKind.NUDGE)

    assert talk.takes(due).text == ""


def test_offer_is_looked_up_anew_for_a_nudge() -> None:
    offered = WAITING["offer"]
    nudged = replace(offered, slots=offered.slots[1:]).waits()

    assert [say.purpose for say in nudged.all(Say)] == [Purpose.NUDGE]
    assert nudged.choices != offered.choices
    assert nudged.timer
    assert local(nudged) == "Thu 12:00"


def test_nudge_for_an_offer_of_which_nothing_is_left_ends_it() -> None:
    ended = replace(WAITING["offer"], slots=()).waits()

    assert "No training is open" in ended.text
    assert ended.timer is None


# --- when ---------------------------------------------------------------------------------------------------------------


def test_what_falls_due_at_night_waits_for_the_morning() -> None:
    due = TimerDue(turn=BORN.conversation.turn, kind=TimerKind.NUDGE)
    night = replace(BORN, now=datetime(2026, 11, 25, 3, 0, tzinfo=CHICAGO)).takes(due)

    assert night.text == ""
    assert local(night) == "Wed 09:00"
    assert night.waits().text.startswith("Chicago Reads: whenever")


def test_sunday_begins_at_noon() -> None:
    closed = asked_at(datetime(2026, 11, 22, 7, 0, tzinfo=CHICAGO)).waits().waits()

    assert local(closed) == "Sun 12:00"


@pytest.mark.parametrize(
    "asked",
    [datetime(2027, 3, 13, 12, 0, tzinfo=CHICAGO), datetime(2026, 10, 31, 12, 0, tzinfo=CHICAGO)],
    ids=["spring", "fall"],
)
def test_change_of_clocks_moves_nothing(asked: datetime) -> None:
    talk = asked_at(asked)

    assert local(talk) == "Sun 17:00"
    assert local(talk.waits()) == "Tue 12:00"
    assert local(talk.waits().waits()) == "Sat 12:00"


def test_after_an_outage_there_is_one_nudge_a_day() -> None:
    first = BORN.waits(late=timedelta(days=10, hours=1))
    second = first.waits()

    assert local(first) == "Sat 12:00"
    assert local(second) == "Sun 12:00"
    assert second.waits().timer is None


HOURS = st.builds(
    lambda opens, length: QuietHours(
        opens=(opens,) * 7,
        closes=(min(opens + length, 1440),) * 7,
    ),
    st.integers(0, 1380),
    st.integers(60, 1440),
)
ZONES = st.sampled_from(
    [
        *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
        *("America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Apia"),
        *("Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca", "Europe/Dublin"),
    ]
)
INSTANTS = st.integers(0, 2 * 365 * 1440).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@settings(max_examples=300, deadline=None)
@given(
    asked=INSTANTS,
    zone=ZONES,
    hours=HOURS,
    late=st.timedeltas(timedelta(), timedelta(days=9)),
    days=st.tuples(st.integers(1, 20), st.integers(1, 20), st.integers(1, 20)),
    at=st.times(),
)
def test_nothing_leaves_outside_legal_hours_whatever_the_zone_the_hour_and_the_delay(
    asked: datetime, zone: str, hours: QuietHours, late: timedelta, days: tuple[int, int, int], at: time
) -> None:
    first, second, last = (sum(days[:n]) for n in (1, 2, 3))
    silence = Silence(nudges=(Nudge(days=first, at=at), Nudge(days=second, at=at)), close_after_days=last)
    flow = replace(BORN.library.flows["screening"], silence=silence)
    library = replace(LIBRARY, revisions={flow.revision: flow})
    answers = {**BORN.person.answers, "zone": zone}
    person = replace(BORN.person, zone=zone, answers=answers)
    talk = replace(BORN, library=library, hub=replace(HUB, quiet_hours=hours), person=person, now=asked).says("STATUS")

    said = 0
    for nth in range(9):  # a timer that falls into the night is set anew
        if talk.timer is None:
            break
        assert talk.timer.due_at > talk.now
        assert is_open(talk.timer.due_at, zone, hours)
        talk = talk.waits(late=late if nth < 3 else timedelta())
        said += bool(talk.text)
        assert not talk.text or is_open(talk.now, zone, hours)

    assert said == 3
    assert talk.timer is None


def is_open(at: datetime, zone: str, hours: QuietHours) -> bool:
    there = at.astimezone(ZoneInfo(zone))
    return hours.opens[there.weekday()] <= there.hour * 60 + there.minute < hours.closes[there.weekday()]


@given(
    turn=st.integers(-1, 40),
    kind=st.sampled_from([TimerKind.NUDGE, TimerKind.CLOSE]),
    step=st.sampled_from(sorted(WAITING)),
)
def test_stale_timer_changes_nothing(turn: int, kind: TimerKind, step: str) -> None:
    talk = WAITING[step]
    if turn == talk.conversation.turn:
        return
    facts = Facts(hub=HUB, person=talk.person)

    stale = advance(LIBRARY, talk.conversation, TimerDue(turn=turn, kind=kind), facts, talk.now + timedelta(days=9))

    assert stale.conversation == talk.conversation
    assert stale.effects == ()
    assert stale.trace[-1]["what"] == "stale"


@given(
    kind=st.sampled_from([TimerKind.ACCEPTED, TimerKind.REVIEWED]),
    step=st.sampled_from(sorted(WAITING)),
    stage=st.sampled_from(sorted(set(Stage) - {Stage.ELIGIBLE})),
)
def test_whoever_is_not_accepted_any_more_is_not_told_so(kind: TimerKind, step: str, stage: Stage) -> None:
    talk = WAITING[step]
    facts = Facts(hub=HUB, person=replace(talk.person, stage=stage))

    stale = advance(LIBRARY, talk.conversation, TimerDue(turn=0, kind=kind), facts, talk.now)

    assert stale.conversation == talk.conversation
    assert stale.effects == ()


def test_timer_fires_once() -> None:
    nudged = BORN.waits()

    assert replace(nudged, timer=BORN.timer, timer_turn=BORN.timer_turn).waits().turn.effects == ()


def test_called_flow_is_as_patient_as_its_caller() -> None:
    talk = WAITING["programme"]

    assert talk.frame.flow.startswith("audiences/")
    assert local(talk) == "Tue 17:00"


def test_flow_with_its_own_settings_keeps_them() -> None:
    known = replace(booked().person, consented=True, answers={"zip": "60614", "zone": "America/Chicago"})
    offered = replace(booked(), slots=SHIFTS, person=known).says("SHIFTS")

    assert local(offered) == "Tue 17:00"
    assert local(offered.waits()) == "Fri 10:00"
    assert offered.waits().timer.kind is TimerKind.CLOSE  # type: ignore[union-attr]


def test_flow_without_settings_waits_for_ever() -> None:
    quiet = {revision: replace(flow, silence=None) for revision, flow in LIBRARY.revisions.items()}

    talk = replace(BORN, library=replace(LIBRARY, revisions=quiet)).says("HELP")

    assert talk.all(ClearTimer)
    assert not talk.all(SetTimer)


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_nudge_needs_a_third_part(language: str) -> None:
    for step, talk in WAITING.items():
        if step == "consent" or LIBRARY.flows[talk.frame.flow].steps[step].offer:
            continue
        asked = talk.says("ENGLISH" if language == "en" else "ESPAÑOL") if step != "language" else talk
        for nudged in (asked.waits(), asked.waits().waits(), asked.waits().waits().waits()):
            assert segments(nudged.sms).parts <= 2, nudged.sms


# --- sending is paused --------------------------------------------------------------------------------------------------


def test_unclear_wish_to_leave_is_asked_once_and_told_each_time() -> None:
    asked = BORN.says("go away")
    again = asked.says("go away")

    assert asked.all(PauseSending)
    assert asked.person.paused
    assert again.text == ""
    assert again.person.paused
    assert [one.reason for one in again.all(HandOff)] == ["unclear_opt_out"]


@pytest.mark.parametrize("text", ["5/14/1956", "START", "HELP", "what?", "hi"])
def test_whoever_goes_on_stays(text: str) -> None:
    stayed = BORN.says("go away", text)

    assert stayed.all(ResumeSending)
    assert not stayed.person.paused
    assert stayed.timer


def test_stop_after_the_question_is_leaving() -> None:
    left = BORN.says("go away", "STOP")

    assert left.person.opted_out
    assert not left.all(ResumeSending)
    assert left.says("START").all(ResumeSending)


# --- talks without an end -----------------------------------------------------------------------------------------------


def chatter(turns: int) -> Talk:
    talk = BORN
    for _ in range(turns):
        talk = talk.later(timedelta(minutes=11)).says("HELP")
    return talk


def test_talk_without_an_end_is_left_to_a_human_once() -> None:
    last = chatter(200 - BORN.conversation.turn)
    worn_out = last.later(timedelta(minutes=11)).says("HELP")

    assert last.text
    assert worn_out.text == ""
    assert [one.reason for one in worn_out.all(HandOff)] == ["talks_without_end"]
    assert worn_out.timer is None
    assert not worn_out.says("HELP").all(HandOff)


def test_end_or_start_begins_the_count_anew() -> None:
    worn_out = chatter(201)

    assert worn_out.says("START").text
    assert worn_out.says("START").later(timedelta(minutes=11)).says("HELP").text


def test_leaving_and_harm_are_answered_even_then() -> None:
    worn_out = chatter(201)

    assert worn_out.says("STOP").text
    assert "911" in worn_out.says("my dad hits me").text
