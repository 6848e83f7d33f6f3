"""Whatever the engine may want to say has words in every language, short enough for two text messages."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from channels.render import as_sms
from flows.answers import ANSWER_TYPES
from flows.answers.outcome import Reason
from flows.commands import ShiftReply
from flows.facts import LANGUAGES, SlotKind
from flows.messages import Choice, Outbound
from flows.rules.placement import REASONS
from flows.rules.reminders import KINDS
from flows.stages import Stage
from flows.text import fold, segments
from tests.flows.talk import LIBRARY, PHONE

VALUES = {
    "minor_name": "Guadalupe",
    "names": "Guadalupe, Francisco",
    "code": "123456",
    "link": "https://bot.bright-futures.org/l/q3Zk0v-S_1aGZc2kq9wXtA?lang=es",
    "hub": "Bright Futures Chicago",
    "help_phone": "312-555-0100",
    "given_name": "Guadalupe",
    "number": "+13125550142",
    "when": "lunes a viernes antes de las 10 o luego de las 4, por favor",
    "what": "horas libres LU-VI 12 PM-5 PM; fecha de nacimiento 14 de mayo de 1956",
    "value": "Coach para la universidad",
    "before": "Wed Nov 25, 3 PM, Lincoln School",
    "title": "After-school tutoring",
    "minutes": "90",
    "times": "3",
    "hours": "1 hora, 30 minutos",
    "count": "25",
    "site": "Lincoln Elementary",
    "channel": "mensaje de texto",
    "until": "Wed Nov 25, 3 PM",
    "course": "Keeping children safe",
    "days": "Mon, Wed, Fri 3:30 PM",
    "organisation": "Universidad Benito Juarez",
    "percent": "95",
    "left": "12 horas, 30 minutos",
    "weekly": "15 horas",
    "day": "15 de mayo de 2027",
    "income_limit": "$31,920 a year for one person (Jan 15, 2026)",
    "amount": "$31,920",
    "since": "15 de enero de 2026",
    "slot": "Wed Nov 25, 3 PM, Lincoln School, 615 W Kemper Pl",
    "audience": "Spanish-speaking tutors",
    "audiences": "Spanish-speaking tutors, Lincoln tutors",
    "people": "2400",
    "left_out": "120",
    "parts": "4800",
    "finish": "Wed Nov 25, 3 PM",
    "cost": "$ 38.40",
    "sent": "1200",
}
WANTED = {
    *(f"reason.{reason.value}" for reason in Reason),
    *(f"status.{stage.value}" for stage in Stage),
    *(f"reminder_choice.{reply.name.lower()}" for reply in ShiftReply),
    *(f"refusal.{reason}" for reason in REASONS),
    *("reason.own_contact", "reason.own_reference", "released.shift", "released.training", "idle"),
    *(f"reminder.{kind}" for kind in KINDS),
}


@pytest.mark.parametrize("key", sorted(WANTED))
def test_everything_the_engine_may_say_has_words(key: str) -> None:
    for language in LANGUAGES:
        assert LIBRARY.phrases.say(key, language, VALUES).strip()


def test_every_key_named_in_the_code_has_words() -> None:
    code = "".join(path.read_text("utf-8") for path in Path(str(files("flows"))).rglob("*.py"))
    named = set(re.findall(r'(?:say_phrase|phrase)\(\s*"([a-z_.]+)"', code))

    assert len(named) > 15
    assert {key for key in named if key not in LIBRARY.phrases} == set()


def test_every_key_in_the_file_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in Path(str(files("flows"))).rglob("*.py"))
    spoken = {key for key in LIBRARY.phrases.texts if f'"{key}"' in code}
    by_pattern = (
        WANTED
        | {f"attended.{stage.value}" for stage in Stage}
        | {"reminder_confirmed", "slot_moved", "slot_lasts", "slot_renamed", "seat_kept"}
        | {f"{why}.{kind.value}" for why in ("called_off", "not_under_18", "placed", "freed") for kind in SlotKind}
        | {"not_covered.shift"}
        | {"cover.ask", "cover.ask_open", "swap.lapsed"}
        | {"held.taken", "held.changed", "held.placed", "held.reminder", "held.reminder_confirmed"}
        | {"calendar.sent", "calendar.renewed"}
        | {f"calendar_mail.{what}" for what in ("booked", "changed", "called_off")}
        | {f"refusal.{reason}" for reason in REASONS}
        | {f"seat_choice.{reply.name.lower()}" for reply in (ShiftReply.CONFIRM, ShiftReply.DECLINE)}
        | {f"idle_by_stage.{stage.value}" for stage in Stage}
        | {f"example.{name}" for name in ANSWER_TYPES}
        | {f"guardian.{kind}_by_{channel}" for kind in ("request", "reminder", "anew") for channel in ("sms", "email")}
        | {
            "guardian.code",
            "ward.agree",
            "ward.agree_eligible",
            "ward.agree_in_review",
            "ward.decline",
            "ward.withdraw",
        }
        | {"requirement.all_met_eligible", "requirement.all_met_ready", "requirement.refused"}
        | {
            "requirement.freed",
            "requirement.ends",
            "recheck.waiting_guardian",
            "recheck.in_review",
            "recheck.vetting",
            "recheck.eligible",
        }
        | {f"here.{kind.value}" for kind in SlotKind}
        | {"after.asked", "after.noted", "after_choice.yes", "after_choice.no", "hours_corrected", "hours_disputed"}
        | {"supervisor.digest", "supervisor.code"}
        | {"of_age.checks", "of_age.eligible", "of_age.in_review", "ward.agree_checks"}
        | {f"broadcast_text.status_{state}" for state in ("sending", "paused")}
        | {f"reference.reminder_by_{channel}" for channel in ("sms", "email")}
        | {"review.checks", "review.eligible", "review.declined"}
        | {f"joined.{one}" for one in ("employer_confirmed", "employer_pending", "college_pending")}
        | {f"joined.district_{status}" for status in ("confirmed", "pending")}
        | {f"{who}.request_by_{channel}" for who in ("aid_office", "manager") for channel in ("sms", "email")}
        | {f"aid_office.{said}_{what}" for said in ("confirmed", "declined") for what in ("award", "member")}
        | {f"manager.{outcome}{many}" for outcome in ("approved", "declined", "expired") for many in ("", "_many")}
        | {f"manager.request_many_by_{channel}" for channel in ("sms", "email")}
        | {f"allowance.{what}_{share}" for what in ("award", "time_off") for share in ("part", "all")}
        | {f"reference.request_by_{channel}" for channel in ("sms", "email")}
        | {f"channel.{channel}" for channel in ("sms", "slack", "telegram")}
        | {f"prefer.{kind}" for kind in ("reminder", "notice", "all")}
        | {"income_limit.known", "income_limit.unknown", "letter.link"}
        | {"echo_choice.yes", "echo_choice.no", "forget_choice.erase", "forget_choice.keep"}
    )

    assert LIBRARY.phrases.texts.keys() - spoken - by_pattern == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(LIBRARY.phrases.texts))
def test_no_phrase_needs_a_third_segment(key: str, language: str) -> None:
    text = LIBRARY.phrases.say(key, language, VALUES)
    keys = (
        Choice(
            id=reply.value,
            key=reply.value,
            label=LIBRARY.phrases.say(f"reminder_choice.{reply.name.lower()}", language),
        )
        for reply in ShiftReply
    )
    choices = (
        tuple(keys) if key.startswith(("reminder.", "slot_", "held.reminder", "held.placed", "held.changed")) else ()
    )

    assert segments(as_sms(Outbound(reference="r", to=PHONE, text=text, choices=choices))).parts <= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_signs_that_a_phone_cannot_show(language: str) -> None:
    texts = [by[language] for by in LIBRARY.phrases.texts.values()]
    texts += [step.say[language] for flow in LIBRARY.flows.values() for step in flow.steps.values() if step.say]

    assert [text for text in texts if fold(text) != text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_told_to_text_a_word_that_unsubscribes(language: str) -> None:
    texts = [by[language] for by in LIBRARY.phrases.texts.values()]
    for flow in LIBRARY.flows.values():
        for step in flow.steps.values():
            texts += [
                said[language]
                for said in (step.say, step.ask and step.ask.question, step.ask and step.ask.retry)
                if said
            ]

    for text in texts:
        assert not re.search(r"\b(?:CANCEL|END|QUIT|REVOKE|OPTOUT|UNSUBSCRIBE|YES|INFO)\b", text), text
