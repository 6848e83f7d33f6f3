"""Ask the people whom somebody has named as references."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flows.draft import Draft, text_or_none
from flows.effects import AskReferee, HandOff
from flows.facts import Json
from flows.messages import Address
from flows.rules.references import KIND, NAMED
from flows.stages import Stage

#: The answers that say how references are reached.
CONTACTS: Final = frozenset(contact for _, contact in NAMED.values())


def ask_all(draft: Draft) -> None:
    """Ask every reference that the person has named."""
    for nth in NAMED:
        _ask(draft, nth)


def ask_other(draft: Draft, answer: str) -> None:
    """Ask somebody else, where the person names another contact while the checks are under way."""
    nth = next((nth for nth, (_, contact) in NAMED.items() if contact == answer), None)
    if nth is not None and draft.facts.person.stage is Stage.VETTING:
        _ask(draft, nth)


def _ask(draft: Draft, nth: int) -> None:
    name, contact = (draft.profile.get(answer) for answer in NAMED[nth])
    if not isinstance(contact, str) or KIND not in draft.outstanding():
        return
    channel = "email" if "@" in contact else "sms"
    account, public_url = draft.facts.accounts.get(channel), draft.facts.hub.public_url
    if not account or not public_url:
        draft.note("reference_not_asked", nth=nth, why="there is no channel to reach them by, or no address for a link")
        if (task := HandOff(reason="reference_not_asked")) not in draft.effects:
            draft.effects.append(task)
        return
    draft.note("reference_asked", nth=nth, channel=channel)
    text, reminder = letters(draft.phrase, channel, public_url=public_url, language=draft.language)
    draft.effects.append(
        AskReferee(
            nth=nth,
            to=Address(channel=channel, account=account, user=contact),
            name=_full_name(name),
            text=text,
            reminder=reminder,
        )
    )


def letters(say: Callable[..., str], channel: str, *, public_url: str, language: str) -> tuple[str, str]:
    """Return both messages to a reference, with ``{token}`` where the secret part of the link belongs.

    Args:
        say: fills a phrase of the phrase file.
    """
    link = f"{public_url}/l/{{token}}" + ("" if language == "en" else f"?lang={language}")
    return say(f"reference.request_by_{channel}", link=link), say(f"reference.reminder_by_{channel}", link=link)


def _full_name(value: Json) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in (value.get("first"), value.get("last")) if part)
    return text_or_none(value) or ""
