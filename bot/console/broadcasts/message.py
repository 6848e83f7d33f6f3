"""Second page of a draft: what it says, weighed and shown while it is written, and tried on one's own phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import bot.console.broadcasts.drafts as drafts
from bot import broadcasts as planning
from bot.console.answers import Answer, Led, Page
from bot.console.broadcasts.room import room
from bot.console.house import Visit
from bot.console.words import Words
from channels.render import as_slack, as_sms, as_telegram
from flows.broadcast_text import PERSONAL, SHARED, WrongTextError
from flows.facts import LANGUAGES
from flows.messages import Address, Outbound, Purpose
from flows.rules.access import Permission
from flows.text import Segments, segments
from storage import broadcast_people, broadcasts, own_addresses
from storage.broadcast_people import Sample
from storage.operations.rows import write_json
from storage.own_addresses import Own
from storage.recipients import Recipients
from storage.tables import BroadcastRow

MOST_CHARS: Final = planning.MAX_CHARS
#: Longer than this is not even read.
_TOO_MUCH: Final = 4 * MOST_CHARS
_COSTS: Final = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A text in one language as one person would read it."""

    language: str
    #: Who reads it; ``None`` when nobody of the people is written to in this language.
    sample: Sample | None
    #: The fault that keeps it from being sent; empty: none.
    wrong: str
    text: str
    weight: Segments
    sms: str
    slack: Mapping[str, Any]
    telegram: Mapping[str, Any]


@room.get("/broadcasts/{ref}/message", Permission.BROADCAST)
def show(visit: Visit) -> Answer:
    """Show the words of a draft, to write them."""
    with visit.reading() as session:
        draft = drafts.find(visit, session)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        return _page(visit, session, draft, _shown_texts(draft))


@room.post("/broadcasts/{ref}/message", Permission.BROADCAST)
def write(visit: Visit) -> Answer:
    """Keep the words, however they are; what cannot be sent does not come to the next page."""
    texts = _sent_texts(visit)
    with visit.writing() as session:
        draft = drafts.find(visit, session)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        languages = _asked_for(draft, texts)
        _keep(session, draft, texts, languages)
        wrong = _wrong(visit, drafts.written(draft), languages)
        if wrong:
            return _page(visit, session, draft, texts, wrong=wrong, status=422)
        return Led(to=drafts.here(draft, "check"))


@room.post("/broadcasts/{ref}/weigh", Permission.BROADCAST)
def weigh(visit: Visit) -> Answer:
    """Weigh what is being written and show it as it would arrive; nothing is kept."""
    texts = _sent_texts(visit)
    with visit.reading() as session:
        draft = drafts.find(visit, session)
        shown = _show(visit, session, draft, texts, _asked_for(draft, texts), known=visit.form)
    return Page(template="_broadcast_weight.html", values={"shown": shown, **_prices(visit, visit.form)})


@room.post("/broadcasts/{ref}/test", Permission.BROADCAST)
def test(visit: Visit) -> Answer:
    """Send the words to the user's own phone or Slack, as they stand, and to nobody else."""
    texts = _sent_texts(visit)
    with visit.writing() as session:
        draft = drafts.find(visit, session)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        languages = _asked_for(draft, texts)
        _keep(session, draft, texts, languages)
        wrong = _wrong(visit, drafts.written(draft), languages)
        sent = [] if wrong else _send_test(visit, session, draft, languages)
        told = "test_wrong" if wrong else "test_sent" if sent else "test_refused"
        if visit.is_piece:
            return Page(template="_broadcast_tested.html", values={"tested": told, "sent": sent})
        return Led(to=drafts.here(draft, "message"), told=told)


def _send_test(visit: Visit, session: Any, draft: BroadcastRow, languages: Sequence[str]) -> Sequence[Own]:
    """Say it to the user by their own name, with a real person's site."""
    told = planning.read_texts(visit.hub, drafts.written(draft))
    first_name = visit.user.name.split()[0] if visit.user.name.split() else None
    said = []
    for language in languages:
        if language in told:
            one = broadcast_people.sample(session, visit.hub, drafts.recipients_of(draft), visit.now, language=language)
            said.append(told[language].fill({"first_name": first_name, "site": one.site if one else None}))
    return own_addresses.send(session, visit.hub.id, visit.user.user_id, said, visit.now)


# --- the words --------------------------------------------------------------------------------------------------------


def _languages(draft: BroadcastRow) -> Sequence[str]:
    """Return the languages that its people read: of a draft for readers of one language, that one alone."""
    chosen = drafts.recipients_of(draft).language
    return (chosen,) if chosen else LANGUAGES


def _read_by(draft: BroadcastRow, readers: Mapping[str, int]) -> Sequence[str]:
    """Leave out a language that nobody reads where nobody can join: among those who got an earlier broadcast."""
    languages = _languages(draft)
    return [language for language in languages if readers[language]] or languages if _is_closed(draft) else languages


def _asked_for(draft: BroadcastRow, texts: Mapping[str, str]) -> Sequence[str]:
    """Return the languages for which the form had a field."""
    languages = _languages(draft)
    return [language for language in languages if language in texts] or languages if _is_closed(draft) else languages


def _is_closed(draft: BroadcastRow) -> bool:
    recipients = drafts.recipients_of(draft)
    return bool(recipients.answered or recipients.not_answered)


def _sent_texts(visit: Visit) -> dict[str, str]:
    return {
        language: visit.form[f"text_{language}"].replace("\r\n", "\n")[:_TOO_MUCH]
        for language in LANGUAGES
        if f"text_{language}" in visit.form
    }


def _shown_texts(draft: BroadcastRow) -> dict[str, str]:
    return dict(broadcasts.texts_of(draft))


def _keep(session: Any, draft: BroadcastRow, texts: Mapping[str, str], languages: Sequence[str]) -> None:
    """Keep the words; when all people read one language, its words stand for the others too, since all are asked for."""
    kept = {language: texts.get(language, "").strip() for language in languages}
    if len(languages) == 1 and "en" not in kept:
        kept["en"] = kept[languages[0]]
    draft.body = write_json({language: text for language, text in kept.items() if text})
    session.add(draft)


def _wrong(visit: Visit, texts: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """Return the faults by language."""
    found: dict[str, str] = {}
    for language in languages:
        if texts.get(language) or language == "en":
            try:
                planning.read_texts(visit.hub, {"en": texts.get(language, "")})
            except WrongTextError as error:
                found[language] = error.kind
    if len(languages) == 1 and not texts.get(languages[0]):
        found[languages[0]] = "empty"
    return found


# --- shown ------------------------------------------------------------------------------------------------------------


def _page(
    visit: Visit,
    session: Any,
    draft: BroadcastRow,
    texts: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> Page:
    recipients = drafts.recipients_of(draft)
    counted = broadcasts.preview(session, visit.hub, recipients, visit.now, cap=draft.cap)
    readers = {
        language: sum(group.people for group in counted.groups if (group.language or "en") == language)
        for language in LANGUAGES
    }
    costing = {
        language: sum(
            group.people for group in counted.groups if (group.language or "en") == language and group.channel == _COSTS
        )
        for language in LANGUAGES
    }
    languages = _read_by(draft, readers)
    known = {f"sms_{language}": str(people) for language, people in costing.items()}
    values = {
        "draft": draft,
        "here": drafts.here(draft, "message"),
        "texts": {language: texts.get(language, "") for language in LANGUAGES},
        "written_in": languages,
        "filters": drafts.Naming(visit, session).name(recipients),
        "people": counted.people,
        "readers": readers,
        "known": known,
        "inserts": {language: _inserts(language, visit.hub.name) for language in LANGUAGES},
        "most": MOST_CHARS,
        "shown": _show(visit, session, draft, texts, languages, known={}),
        "wrong": wrong or {},
        "own": own_addresses.verified(session, visit.user.user_id),
        **_prices(visit, known),
    }
    return Page(template="broadcast_message.html", values=values, status=status)


def _inserts(language: str, hub: str) -> list[tuple[str, str]]:
    """List what a press inserts into a text: its name and the letters, with a word for whoever has none."""
    say = Words(room.name, language, hub)
    personal = [(name, f"{{{name}|{say(f'instead.{name}')}}}") for name in PERSONAL]
    return [*personal, *((name, f"{{{name}}}") for name in SHARED)]


def _prices(visit: Visit, known: Mapping[str, str]) -> dict[str, Any]:
    """Return how many people pay for a text in each language; counted once, when the page was opened."""
    counts = {language: known.get(f"sms_{language}", "") for language in LANGUAGES}
    return {
        "phones": {language: int(count) if count.isdecimal() else 0 for language, count in counts.items()},
        "price": visit.hub.contact.text_price,
    }


def _show(
    visit: Visit,
    session: Any,
    draft: BroadcastRow,
    texts: Mapping[str, str],
    languages: Sequence[str],
    *,
    known: Mapping[str, str],
) -> list[Shown]:
    """Show each text by a real person who would get it.

    Args:
        known: references of the people shown before, as ``sample_en``; ``another`` asks for the next ones.
    """
    recipients = drafts.recipients_of(draft)
    return [
        _shown(visit, language, texts.get(language, ""), _sample(visit, session, recipients, language, known))
        for language in languages
    ]


def _sample(
    visit: Visit, session: Any, recipients: Recipients, language: str, known: Mapping[str, str]
) -> Sample | None:
    before = known.get(f"sample_{language}", "")
    if before and not known.get("another"):
        return broadcast_people.sample_again(session, visit.hub, before)
    return broadcast_people.sample(session, visit.hub, recipients, visit.now, language=language, after=before)


def _shown(visit: Visit, language: str, text: str, sample: Sample | None) -> Shown:
    wrong, said = "", ""
    try:
        told = planning.read_texts(visit.hub, {"en": text})["en"]
        said = told.fill({"first_name": sample.first_name, "site": sample.site} if sample else {})
    except WrongTextError as error:
        wrong, said = error.kind, text.strip()
    outbound = Outbound(
        reference="",
        to=Address(channel=_COSTS, account="", user=""),
        text=said,
        purpose=Purpose.BROADCAST,
    )
    sms = as_sms(outbound)
    return Shown(
        language=language,
        sample=sample,
        wrong=wrong,
        text=said,
        weight=segments(sms),
        sms=sms,
        slack=as_slack(outbound),
        telegram=as_telegram(outbound),
    )
