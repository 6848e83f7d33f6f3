"""What guardians write, in both languages: answers to the request, and taking a consent back in any words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import AskGuardian, DecideAsGuardian, HandOff
from flows.facts import GuardianStatus, Person, Ward
from flows.messages import Address
from flows.rules.guardians import Decision
from flows.stages import Stage
from tests.flows.talk import HUB, Talk

MIA = Ward(
    ref="g1",
    status=GuardianStatus.ASKED,
    person=Person(
        stage=Stage.WAITING_GUARDIAN,
        language="es",
        answers={"given_name": "Mia", "birth_date": "2010-03-01", "role": "tutor", "audience": "high_school"},
    ),
)
LEO = replace(MIA, ref="g2", person=replace(MIA.person, answers={**MIA.person.answers, "given_name": "Leo"}))
AGREED = replace(MIA, status=GuardianStatus.AGREED, person=replace(MIA.person, stage=Stage.ACTIVE))


def decisions(talk: Talk) -> list[tuple[str, Decision]]:
    return [(effect.guardian, effect.decision) for effect in talk.all(DecideAsGuardian)]


@pytest.mark.parametrize("first", ["I agree", "acepto", "yes", "who is this?", "ok"])
def test_whatever_a_guardian_writes_first_they_see_what_it_is_about(first: str) -> None:
    talk = Talk(wards=(MIA,)).says(first)

    assert talk.step == "form"
    assert "Mia" in talk.text
    assert decisions(talk) == []


@pytest.mark.parametrize("words", [("hello", "1"), ("I agree", "I agree"), ("hola", "acepto"), ("sí", "sí")])
def test_guardian_signs_by_reply(words: tuple[str, str]) -> None:
    talk = Talk(wards=(MIA,)).says(*words, "Rosa Diaz", "1")

    (decided,) = talk.all(DecideAsGuardian)
    assert (decided.decision, decided.signed_name, decided.relation) == (Decision.AGREE, "Rosa Diaz", "parent")
    assert (decided.via, decided.stage) == ("reply", Stage.ELIGIBLE)
    assert decided.form_version.startswith("guardian@")
    assert decided.notice.startswith("Buenas noticias, Mia")
    assert str(decided.valid_until) == "2028-02-29"


@pytest.mark.parametrize("words", ["no", "No thank you", "no, gracias", "nope"])
def test_no_is_a_no_at_once(words: str) -> None:
    talk = Talk(wards=(MIA,)).says(words)

    assert decisions(talk) == [("g1", Decision.DECLINE)]
    assert not talk.choices


@pytest.mark.parametrize(
    "reply",
    [
        "ok but is she supervised?",
        "yes but only on Saturdays",
        "ok as long as I am there",
        "yes?",
        "sí, pero solo los sábados",
    ],
)
def test_a_yes_that_depends_on_something_is_neither_a_yes_nor_a_no(reply: str) -> None:
    talk = Talk(wards=(MIA,)).says("hello", reply)

    assert talk.step == "form"
    assert decisions(talk) == []
    assert decisions(talk.says("1", "Rosa Diaz", "1")) == [("g1", Decision.AGREE)]


@pytest.mark.parametrize(
    "reply", ["AGREE", "yes I agree", "ok, I agree now", "I changed my mind, I agree", "sí, acepto"]
)
def test_whoever_declined_may_agree_later_in_words_like_ours(reply: str) -> None:
    assert Talk(wards=(replace(MIA, status=GuardianStatus.DECLINED),)).says(reply).step == "form"


@pytest.mark.parametrize("reply", ["I do not agree", "I still don't agree", "ya no acepto", "yes"])
def test_whoever_declined_is_not_asked_again_by_other_words(reply: str) -> None:
    assert Talk(wards=(replace(MIA, status=GuardianStatus.DECLINED),)).says(reply).step != "form"


@pytest.mark.parametrize(
    "words",
    [
        *("WITHDRAW", "withdraw", "Withdraw.", "withdraw Mia", "I withdraw", "I take back my consent"),
        *("I want to revoke my permission", "I no longer agree", "please remove my consent for Mia"),
        *(
            "RETIRAR",
            "retiro",
            "retirar Mia",
            "retiro mi permiso",
            "ya no doy permiso",
            "quiero cancelar mi autorización",
        ),
        "ya no acepto",
    ],
)
def test_consent_is_taken_back_in_any_words_at_any_step(words: str) -> None:
    idle, busy = Talk(wards=(AGREED,)), Talk(wards=(AGREED,)).says("HI", "1")

    for talk in (idle, busy):
        withdrawn = talk.says(words)
        assert decisions(withdrawn) == [("g1", Decision.WITHDRAW)]
        assert withdrawn.all(DecideAsGuardian)[0].stage is Stage.WAITING_GUARDIAN


@pytest.mark.parametrize(
    "words", ["when does she start?", "I agree", "she will come later", "gracias", "do you need a permission slip?"]
)
def test_look_alikes_take_nothing_back(words: str) -> None:
    assert decisions(Talk(wards=(AGREED,)).says(words)) == []


def test_of_several_the_named_one_is_meant() -> None:
    talk = Talk(wards=(AGREED, replace(AGREED, ref="g2", person=replace(LEO.person, stage=Stage.READY))))

    assert decisions(talk.says("WITHDRAW Leo")) == [("g2", Decision.WITHDRAW)]
    unclear = talk.says("WITHDRAW")
    assert decisions(unclear) == []
    assert [one.reason for one in unclear.all(HandOff)] == ["guardian_withdraws_for_one_of_several"]
    assert "Mia, Leo" in unclear.text


def test_who_is_of_age_has_no_guardian() -> None:
    grown = replace(
        AGREED, person=replace(AGREED.person, answers={**AGREED.person.answers, "birth_date": "2008-01-01"})
    )

    assert decisions(Talk(wards=(grown,)).says("WITHDRAW")) == []


@pytest.mark.parametrize(
    ("contact", "channel"), [("312-555-0188", "sms"), ("rosa@example.org", "email"), ("(312) 555 0188", "sms")]
)
def test_guardian_is_asked_where_they_can_be_reached(contact: str, channel: str) -> None:
    hub = replace(HUB, public_url="https://bot.hub.org")
    talk = Talk(hub=hub, accounts={"sms": "MG1", "email": "hello@hub.org"}).says(
        *("HI", "1", "1", "60614", "3/1/2010", "Rosa Diaz", contact, "Mia Diaz", "4", "Lane Tech", "2027", "NO", "1"),
        *("weekends", "1"),
    )

    (asked,) = talk.all(AskGuardian)
    user = contact if channel == "email" else "+13125550188"
    account = {"sms": "MG1", "email": "hello@hub.org"}[channel]
    assert asked.to == Address(channel=channel, account=account, user=user)
    assert asked.name == "Rosa Diaz"
    assert "https://bot.hub.org/l/{token}" in asked.text
    assert "Mia" in asked.text
    assert "Diaz" not in asked.text


def test_nobody_waits_for_a_guardian_from_their_birthday_on() -> None:
    answers = {"birth_date": "2008-11-23", "role": "tutor", "audience": "high_school", "given_name": "Mia"}
    waiting = Talk(person=Person(stage=Stage.WAITING_GUARDIAN, answers=answers))
    day_before = replace(waiting, person=replace(waiting.person, answers={**answers, "birth_date": "2008-11-24"}))

    assert waiting.says("status").person.stage is Stage.ELIGIBLE
    assert day_before.says("status").person.stage is Stage.WAITING_GUARDIAN
