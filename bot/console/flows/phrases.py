"""Find what the bot says outside of flows: its own sentences, and answers to questions in the middle; write them anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.flows.room import room
from bot.console.flows.workshop import Bench, open_bench
from bot.console.flows.writing import fields, save, typed
from bot.console.house import Visit
from flows.files.rewording import Place
from flows.files.sources import FAQ, PHRASES
from flows.rules.access import Permission
from flows.text import fold

_PAGE: Final = 40
_FILES: Final = {"phrases": PHRASES, "faq": FAQ}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One sentence of the bot's."""

    kind: str
    key: str
    texts: dict[str, str]
    is_written: bool


@room.get("/flows/words", Permission.SEE_ALL)
def list_words(visit: Visit) -> Answer:
    """List what the bot says, as far as it holds what is looked for."""
    words = visit.query.get("words", "")[:80].strip()
    start = int(visit.query["from"]) if visit.query.get("from", "").isdecimal() and len(visit.query["from"]) < 6 else 0
    with visit.reading() as session:
        bench = open_bench(visit, session)
    found = [said for said in _all(bench) if _fits(said, words)]
    values = {
        "words": words,
        "found": found[start : start + _PAGE],
        "total": len(found),
        "start": start,
        "page": _PAGE,
    }
    return Page(template="_flow_words.html" if visit.is_piece else "flow_words.html", values=values)


def _all(bench: Bench) -> Sequence[Said]:
    written = {(row.file, Place.read(row.place).table) for row in bench.rows}
    phrases = [
        Said(kind="phrases", key=key, texts=dict(texts), is_written=(PHRASES, key) in written)
        for key, texts in bench.library.phrases.texts.items()
    ]
    answers = [
        Said(kind="faq", key=key, texts=dict(entry.answer), is_written=(FAQ, f"faq.{key}") in written)
        for key, entry in bench.library.faq.entries.items()
    ]
    return [*answers, *phrases]


def _fits(said: Said, words: str) -> bool:
    everything = fold(f"{said.key} {' '.join(said.texts.values())}").lower()
    return all(word in everything for word in fold(words).lower().split())


def _place(visit: Visit, bench: Bench) -> tuple[str, Place]:
    kind, key = visit.path["kind"], visit.path["key"]
    if kind not in _FILES:
        raise NotThereError
    file = _FILES[kind]
    place = Place(table=key) if kind == "phrases" else Place(table=f"faq.{key}", key="answer")
    if bench.published(file, place) is None:
        raise NotThereError
    return file, place


@room.get("/flows/words/{kind}/{key}", Permission.SEE_ALL)
def show_words(visit: Visit) -> Answer:
    """Show one sentence, to be written anew."""
    with visit.reading() as session:
        bench = open_bench(visit, session)
    file, place = _place(visit, bench)
    values = {"place": place, "fields": fields(bench, file, [place], flow=None), "key": visit.path["key"]}
    return Page(template="flow_word.html", values={**values, "action": _here(visit), "kind": visit.path["kind"]})


@room.post("/flows/words/{kind}/{key}", Permission.PUBLISH)
def write_words(visit: Visit) -> Answer:
    """Keep a sentence in the draft."""
    sent = typed(visit)
    with visit.writing() as session:
        bench = open_bench(visit, session)
        file, place = _place(visit, bench)
        wanted = fields(bench, file, [place], flow=None, typed=sent)
        refused = {field.id: wrong for field in wanted if (wrong := save(visit, session, bench, field))}
    if not refused:
        return Led(to=_here(visit), told="kept")
    with visit.reading() as session:
        bench = open_bench(visit, session)
    again = [
        replace(field, wrong=refused.get(field.id, "")) for field in fields(bench, file, [place], flow=None, typed=sent)
    ]
    values = {"place": place, "fields": again, "key": visit.path["key"], "kind": visit.path["kind"]}
    status = 409 if "meanwhile" in refused.values() else 422
    return Page(template="flow_word.html", values={**values, "action": _here(visit)}, status=status)


def _here(visit: Visit) -> str:
    return f"/console/flows/words/{visit.path['kind']}/{visit.path['key']}"
