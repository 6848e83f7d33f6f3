"""Ask the guardian whom a person under 18 has named, and say what follows from what they decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from flows import vetting
from flows.draft import Draft, text_or_none
from flows.effects import AskGuardian, DecideAsGuardian, HandOff, SetTimer, TimerKind
from flows.facts import GuardianStatus, Hub, Json, Ward
from flows.library import Library
from flows.messages import Address
from flows.rules.eligibility import needs_review
from flows.rules.guardians import Decision, last_day, same_person, stage_after
from flows.stages import Stage
from flows.wishes import refereeing


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How a guardian signed."""

    name: str
    relation: str
    #: Names the exact words that they saw.
    form_version: str
    #: ``page`` or ``reply``.
    via: str


# --- ask --------------------------------------------------------------------------------------------------------------


def ask(draft: Draft) -> None:
    """Write to the guardian whom the person has named; if they cannot be reached, let a human do it."""
    known = {**draft.profile, **(draft.frame.answers if draft.conversation.frame else {})}
    contact, name = text_or_none(known.get("guardian_contact")) or "", _full_name(known.get("guardian_name"))
    channel = "email" if "@" in contact else "sms"
    account, public_url = draft.facts.accounts.get(channel), draft.facts.hub.public_url
    if not contact or not account or not public_url:
        draft.note("guardian_not_asked", why="there is no channel to reach them by, or no address for a link")
        draft.effects.append(HandOff(reason="guardian_not_asked"))
        return
    language = draft.language
    link = f"{public_url}/l/{{token}}" + ("" if language == "en" else f"?lang={language}")
    draft.note("guardian_asked", channel=channel)
    draft.effects.append(
        AskGuardian(
            to=Address(channel=channel, account=account, user=contact),
            name=name,
            language=language,
            text=draft.phrase(f"guardian.request_by_{channel}", link=link),
            reminder=draft.phrase(f"guardian.reminder_by_{channel}", link=link),
        )
    )


def names_another(draft: Draft) -> bool:
    """Tell whether the person has named somebody else as their guardian in this turn."""
    before, now = (_full_name(one.get("guardian_name")) for one in (draft.facts.person.answers, draft.profile))
    return bool(before) and not same_person(before, now)


def come_of_age(draft: Draft) -> None:
    """Let nobody wait for a guardian from their 18th birthday on: from then they decide alone."""
    if draft.current_stage is not Stage.WAITING_GUARDIAN or draft.age is None or draft.is_minor:
        return
    stage = stage_when_of_age(draft.library, draft.profile)
    draft.move(stage, cause="came of age")
    if stage is Stage.IN_REVIEW:
        draft.effects.append(HandOff(reason="review_application"))
    elif draft.outstanding():
        draft.effects.append(SetTimer(kind=TimerKind.ACCEPTED, due_at=draft.now, turn=draft.conversation.turn))


def stage_when_of_age(library: Library, answers: Mapping[str, Json]) -> Stage:
    """Say where somebody stands from their 18th birthday on, who waited for a guardian until then."""
    role = library.roles.get(str(answers.get("role")))
    review = needs_review(role, text_or_none(answers.get("audience")))
    return Stage.IN_REVIEW if review else Stage.ELIGIBLE


def _full_name(value: Json) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in (value.get("first"), value.get("last")) if part)
    return text_or_none(value) or ""


# --- decide -----------------------------------------------------------------------------------------------------------


def decide_by_reply(draft: Draft, decision: Decision) -> None:
    """Carry out what the guardian's own flow has come to."""
    frame = draft.frame
    ref = str(frame.inputs.get("ward"))
    ward = next((ward for ward in draft.facts.wards if ward.ref == ref), None)
    if ward is None:  # erased meanwhile
        draft.note("guardian_gone")
        draft.effects.append(HandOff(reason="guardian_gone"))
        return
    signature = None
    if decision is Decision.AGREE:
        signature = Signature(
            name=_full_name(frame.answers.get("signed_name")),
            relation=str(frame.answers.get("relation")),
            form_version=f"{frame.flow}@{frame.revision}",
            via="reply",
        )
    draft.note("guardian", decision=decision.value)
    draft.effects.append(decide(draft.library, draft.facts.hub, ward, decision, signature=signature, via="reply"))


def decide(
    library: Library, hub: Hub, ward: Ward, decision: Decision, *, via: str, signature: Signature | None = None
) -> DecideAsGuardian:
    """Say what follows from a guardian's decision, on a page or by reply: where the person stands, and what they are told."""
    if (
        decision is Decision.DECLINE and ward.status is GuardianStatus.AGREED
    ):  # of a newer edition: the older one goes as well
        decision = Decision.WITHDRAW
    answers = ward.person.answers
    role = library.roles.get(str(answers.get("role")))
    stage = stage_after(
        decision,
        ward.person.stage,
        before=ward.stage_before,
        needs_review=needs_review(role, text_or_none(answers.get("audience"))),
    )
    accepted = stage is Stage.ELIGIBLE is not ward.person.stage
    key = f"ward.{decision.value}_{stage.value}"
    language = ward.person.language or hub.languages[0]
    values = {"hub": hub.name, "help_phone": hub.help_phone, "given_name": given_name(ward)}
    born = birth_date(ward)
    return DecideAsGuardian(
        guardian=ward.ref,
        decision=decision,
        signed_name=signature.name if signature else "",
        relation=signature.relation if signature else "",
        form_version=signature.form_version if signature else "",
        via=via,
        goes_on=accepted and vetting.may_be_asked(library, hub),
        edition=hub.consent_edition,
        stage=stage,
        notice=library.phrases.say(key if key in library.phrases else f"ward.{decision.value}", language, values),
        valid_until=last_day(born) if born else None,
        letters=_letters(library, hub, language, values) if decision is Decision.AGREE else {},
    )


def _letters(library: Library, hub: Hub, language: str, values: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    def say(key: str, *, link: str) -> str:
        return library.phrases.say(key, language, {**values, "link": link})

    write = partial(refereeing.letters, say, public_url=hub.public_url, language=language)
    return {channel: write(channel) for channel in ("sms", "email") if hub.public_url}


def given_name(ward: Ward) -> str:
    """Return what the person under 18 is called."""
    return text_or_none(ward.person.answers.get("given_name")) or ""


def birth_date(ward: Ward) -> date | None:
    born = ward.person.answers.get("birth_date")
    return date.fromisoformat(born) if isinstance(born, str) else None
