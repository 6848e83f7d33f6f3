"""Hear to which employer, college or district somebody belongs, and be kind about a code that nobody has."""

from __future__ import annotations

import re
from typing import Final

from flows.answers.words import fold
from flows.draft import Draft
from flows.effects import CountWrongCode, HandOff, JoinOrganisation
from flows.messages import Inbound
from flows.rules.organisations import (
    Guessing,
    OrganisationKind,
    find_organisation,
    guessing,
    looks_like_code,
    may_be_code,
    normal_code,
    status_of_new_member,
)

#: What is kept of wrong codes: the last one, since some names look like codes, and the day on which a human was told.
_WRONG_CODE, _TOLD_ON = "wrong_code", "wrong_codes_on"
#: Says that they have no code, or do not know, and no name.
_NO_CODE: Final = re.compile(
    r"(?:(?:i|we|sorry|sorry,|um|lo siento,?) )*(?:(?:don'?t|do not|didn'?t|did not|haven'?t|have not|never|cant|can'?t) (?:[\w']+ ){0,4}codes?|(?:have |got )?no codes?|"
    r"(?:don'?t|do not|didn'?t) (?:have|get) one(?:,? no code)?|(?:forgot|lost|idk|dunno) (?:[\w']+ ){0,3}code|(?:i'?m )?not sure|none|ningun[ao]?|don'?t know|don'?t have (?:one|it)|idk|dunno|no idea|(?:what|which) code|"
    r"(?:yo )?no (?:tengo|me dieron|me acuerdo|me se|se|recuerdo|conozco) (?:\w+ ){0,4}(?:claves?|codigos?)|(?:sin|ninguna|ningun) (?:claves?|codigos?)|no (?:lo )?se|ni idea|(?:que|cual) (?:clave|codigo))\W*"
)


def hear(draft: Draft, kind: OrganisationKind, said: str, inbound: Inbound) -> str | None:
    """Return the answer to keep, which is the organisation's own name once it is known; ``None`` when we asked again.

    No other code is ever suggested. Who sends many wrong ones is asked to wait, or passed on to a human, and what they send
    meanwhile is compared with no code.
    """
    if _NO_CODE.fullmatch(fold(said).text) and draft.phrase("no_code") not in draft.conversation.last_said:
        draft.note("no_code")
        draft.say_phrase("no_code")
        draft.ask_again()
        return None
    guesses = guessing(draft.facts.wrong_codes, draft.now) if may_be_code(said) else None
    if joined := _join(draft, kind, said, inbound, by_code=guesses is Guessing.FREE):
        return joined
    code = normal_code(said)
    if guesses is None or draft.profile.get(_WRONG_CODE) == code:  # sent again: a name that looks like a code
        return _unknown(draft, kind, said)
    if guesses is Guessing.FREE:
        draft.note("wrong_code")
        draft.effects.append(CountWrongCode())
        draft.remember(_WRONG_CODE, code)
        guesses = guessing((*draft.facts.wrong_codes, draft.now), draft.now)
    if guesses is Guessing.STOPPED:
        _pass_on(draft)
        return said
    if not looks_like_code(said):
        return _unknown(draft, kind, said)
    if guesses is Guessing.WAITS:
        draft.note("waits", why="several wrong codes")
        draft.say_phrase("code_wait")
        return None
    draft.say_phrase("code_unknown")
    draft.ask_again(briefly=False)
    return None


def _unknown(draft: Draft, kind: OrganisationKind, said: str) -> str:
    """Keep a name that nobody has; staff are told of a college, since no shift begins before an aid office confirms."""
    if kind is OrganisationKind.COLLEGE:
        draft.effects.append(HandOff(reason="unknown_college"))
    return said


def _join(draft: Draft, kind: OrganisationKind, said: str, inbound: Inbound, *, by_code: bool) -> str | None:
    known = draft.facts.organisations
    team = inbound.sender.account if inbound.sender.channel == "slack" else None
    found = find_organisation(known, kind, said, slack_team=team, by_code=by_code)
    if found is None:
        return None
    status = status_of_new_member(found)
    via = "said" if find_organisation(known, kind, said, slack_team=None, by_code=by_code) else "workspace"
    draft.note("joined", organisation=found.id, status=status.value, via=via)
    draft.effects.append(JoinOrganisation(organisation=found.id, status=status, via=via))
    draft.say_phrase(f"joined.{kind.value}_{status.value}", organisation=found.name)
    return found.name


def _pass_on(draft: Draft) -> None:
    """Let a human look, once a day, and the person go on; also who was erased since and has come back."""
    if draft.profile.get(_TOLD_ON) != draft.today.isoformat():
        draft.remember(_TOLD_ON, draft.today.isoformat())
        draft.effects.append(HandOff(reason="wrong_codes"))
    draft.say_phrase("code_to_human")
