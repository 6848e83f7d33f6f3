"""Hear to which employer, college or district somebody belongs, and be kind about a code that nobody has."""

from __future__ import annotations

from flows.draft import Draft
from flows.effects import HandOff, JoinOrganisation
from flows.messages import Inbound
from flows.rules.organisations import (
    MAX_WRONG_CODES,
    OrganisationKind,
    find_organisation,
    looks_like_code,
    normal_code,
    status_of_new_member,
)

#: What is kept of wrong codes: how many there were, and the last one, since some names look like codes.
_WRONG_CODES, _WRONG_CODE = "wrong_codes", "wrong_code"


def hear(draft: Draft, kind: OrganisationKind, said: str, inbound: Inbound) -> str | None:
    """Return the answer to keep, which is the organisation's own name once it is known; ``None`` when we asked again.

    No other code is ever suggested. After five wrong ones a human looks, and codes of this person open nothing any more.
    """
    wrong = draft.profile.get(_WRONG_CODES)
    tries = wrong if isinstance(wrong, int) else 0
    team = inbound.sender.account if inbound.sender.channel == "slack" else None
    known = draft.facts.organisations if tries < MAX_WRONG_CODES else ()
    if found := find_organisation(known, kind, said, slack_team=team):
        status = status_of_new_member(found)
        via = "said" if find_organisation(known, kind, said, slack_team=None) else "workspace"
        draft.note("joined", organisation=found.id, status=status.value, via=via)
        draft.effects.append(JoinOrganisation(organisation=found.id, status=status, via=via))
        draft.say_phrase(f"joined.{kind.value}_{status.value}", organisation=found.name)
        return found.name
    code = normal_code(said)
    if tries >= MAX_WRONG_CODES or not looks_like_code(said) or draft.profile.get(_WRONG_CODE) == code:
        return said
    draft.note("wrong_code", tries=tries + 1)
    draft.remember(_WRONG_CODES, tries + 1)
    draft.remember(_WRONG_CODE, code)
    if tries + 1 == MAX_WRONG_CODES:
        draft.effects.append(HandOff(reason="wrong_codes"))
        draft.say_phrase("code_to_human")
        return said
    draft.say_phrase("code_unknown")
    draft.ask_again(briefly=False)
    return None
