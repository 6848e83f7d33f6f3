"""Everything the engine reads besides a conversation: flows, audiences, roles, phrases and command words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import process

from flows.commands import Commands, read_commands
from flows.conditions import Condition, parse
from flows.courses import COURSES, Course, read_courses
from flows.facts import LANGUAGES, Json
from flows.faq import Faq, read_faq
from flows.files.names import BUILT_IN_NAMES, Sets, with_called
from flows.files.reader import read_flow
from flows.files.shape import FlowError, read_table
from flows.files.sources import FAQ, NEEDED, PHRASES, Sources, shipped_sources, sources_in
from flows.intents import Intents, read_intents
from flows.model import Flow, Option
from flows.phrases import Phrases, read_phrases
from flows.requirements import REQUIREMENTS, read_requirements
from flows.rules.eligibility import Role
from flows.rules.requirements import Requirement

_LANGUAGE_NAMES: Final = {"en": ("English", ("ingles",)), "es": ("Español", ("spanish", "castellano"))}


class _RoleTable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
    order: int
    label: dict[str, str]
    also: dict[str, list[str]] = {}
    audiences: list[str]
    minors: bool
    human_decides: bool
    sessions_a_week: Annotated[int, Field(ge=0, le=7)] = 0


#: What the names of flows begin with that are for one audience.
_AUDIENCES: Final = "audiences/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All that is said and asked, in one consistent set."""

    #: Flows that new conversations begin with, by id: ``screening``, ``audiences/employee``.
    flows: Mapping[str, Flow]
    roles: Mapping[str, Role]
    phrases: Phrases
    commands: Commands
    intents: Intents
    #: What flow files refer to by name.
    sets: Sets
    #: Every flow that a conversation may still be in, by revision; holds the current ones too.
    revisions: Mapping[str, Flow] = field(default_factory=dict)
    #: What people ask in the middle, and the answers.
    faq: Faq = field(default_factory=Faq)
    #: What trainings teach, and how long each counts.
    courses: Mapping[str, Course] = field(default_factory=dict)
    #: What people may have to bring before a shift.
    requirements: Mapping[str, Requirement] = field(default_factory=dict)

    def flow(self, flow_id: str, revision: str | None = None) -> Flow:
        """Return a flow as a conversation began it, or the current one when that revision is gone."""
        return self.revisions.get(revision or "") or self.flows[flow_id]

    def met_by(self, audience: Json) -> Iterator[Flow]:
        """Yield the flows that somebody of an audience may come to: all but those of the other audiences."""
        own = f"{_AUDIENCES}{audience}"
        return (flow for name, flow in self.flows.items() if name == own or not name.startswith(_AUDIENCES))

    def knows(self, flow_id: str, revision: str) -> bool:
        """Tell whether a flow that a conversation began can still be walked."""
        return revision in self.revisions or flow_id in self.flows

    def with_revisions(self, older: Iterable[Flow]) -> Library:
        """Return the library with older revisions that conversations may still be in."""
        known = {flow.revision: flow for flow in older} | {flow.revision: flow for flow in self.flows.values()}
        return replace(self, revisions=known)


def shipped() -> Library:
    """Read the flows, audiences, roles and phrases that come with the program."""
    return library_of(shipped_sources())


def read_library(folder: Traversable) -> Library:
    """Read a library from a folder with ``catalog``, ``audiences``, ``roles``, ``phrases.toml`` and ``commands.toml``.

    Raises:
        FlowError: with every fault of the first file that has one.
    """
    return library_of(sources_in(folder))


def library_of(sources: Sources) -> Library:
    """Build a library from the texts of its files, by path.

    Raises:
        FlowError: with every fault of the first file that has one, or a file that is missing.
    """
    return _library_of(tuple(sorted(sources.items())))


@lru_cache(maxsize=4)  # a quarter of a second of parsing; whoever opens many houses in one process reads the same texts
def _library_of(texts: tuple[tuple[str, str], ...]) -> Library:
    sources = dict(texts)
    missing = [f"{path}: is missing; add it" for path in NEEDED if path not in sources]
    if missing:
        raise FlowError(missing)
    roles = _read_roles(_in_folder(sources, "roles"))
    audiences = {f"{_AUDIENCES}{name}": source for name, source in _in_folder(sources, "audiences").items()}
    catalog = _in_folder(sources, "catalog")
    sets = read_sets(roles, audiences, catalog)
    commands = read_commands(sources["commands.toml"])
    current = {name: _read_named(name, source, sets) for name, source in {**audiences, **catalog}.items()}
    return Library(
        flows=current,
        roles=roles,
        phrases=read_phrases(sources[PHRASES], file=PHRASES, languages=LANGUAGES),
        commands=commands,
        intents=read_intents(
            commands,
            words=sources["intents/words.toml"],
            rules=sources["intents/rules.toml"],
            shift_replies=sources["intents/shift_replies.toml"],
        ),
        sets=sets,
        revisions={flow.revision: flow for flow in current.values()},
        faq=read_faq(sources[FAQ], file=FAQ) if FAQ in sources else Faq(),  # a hub need not have one
        courses=read_courses(sources[COURSES]) if COURSES in sources else {},
        requirements=read_requirements(sources[REQUIREMENTS]) if REQUIREMENTS in sources else {},
    )


def _in_folder(sources: Sources, folder: str) -> dict[str, str]:
    """Return the sources of a folder by stem, as sorted names."""
    found = {path.removeprefix(f"{folder}/"): text for path, text in sources.items() if path.startswith(f"{folder}/")}
    return {name.removesuffix(".toml"): found[name] for name in sorted(found)}


def _read_named(name: str, source: str, sets: Sets) -> Flow:
    """Read a flow and check what the engine relies on: that it is found by its name and speaks every language."""
    flow = read_flow(source, file=_file_of(name), sets=sets)
    stem = name.rpartition("/")[2]
    missing = [language for language in LANGUAGES if language not in flow.languages]
    if flow.id != stem:
        raise FlowError([f"{_file_of(name)}: id: found {flow.id!r}; write id = {stem!r}, as the file is called"])
    if missing:
        raise FlowError([f"{_file_of(name)}: languages: lacks {', '.join(map(repr, missing))}; add its texts"])
    return flow


def read_sets(roles: Mapping[str, Role], audiences: Mapping[str, str], catalog: Mapping[str, str]) -> Sets:
    """Build what flow files refer to by name: choices kept in their own files, and the answers of flows they can call.

    Args:
        audiences: source by flow id.
        catalog: source by flow id.
    """
    not_minor: Condition = parse("not minor", BUILT_IN_NAMES)
    tables = {name: read_table(source, file=_file_of(name)) for name, source in {**audiences, **catalog}.items()}
    for name in audiences:
        _require_label(tables[name].label, _file_of(name))
    for role in roles.values():
        _require_label(role.label, f"roles/{role.id}.toml")
        _require_audiences(role, [name.rpartition("/")[2] for name in audiences])
    offered = sorted((tables[name] for name in audiences), key=lambda table: table.order)
    choices = {
        "roles": tuple(
            Option(id=role.id, label=role.label, also=role.also, condition=None if role.minors else not_minor)
            for role in roles.values()
        ),
        "audiences": tuple(
            Option(
                id=table.id, label=table.label or {}, also={lang: tuple(words) for lang, words in table.also.items()}
            )
            for table in offered
        ),
        "languages": tuple(
            Option(id=code, label=dict.fromkeys(LANGUAGES, name), also=dict.fromkeys(LANGUAGES, also))
            for code, (name, also) in _LANGUAGE_NAMES.items()
        ),
    }
    return with_called(Sets(choices=choices), tables)


def _require_label(label: Mapping[str, str] | None, file: str) -> None:
    missing = [language for language in LANGUAGES if not (label or {}).get(language)]
    if missing:
        raise FlowError([f"{file}: label: has no words in {language!r}" for language in missing])


def _require_audiences(role: Role, known: list[str]) -> None:
    """Refuse a slip of the pen; an audience whose file was removed is none, and harms nobody."""
    near = {name: process.extractOne(name, known, score_cutoff=80) for name in sorted(role.audiences - set(known))}
    faults = [f"found {name!r}; did you mean {other[0]!r}?" for name, other in near.items() if other]
    if faults:
        raise FlowError([f"roles/{role.id}.toml: audiences: {fault}" for fault in faults])


def _read_roles(sources: Mapping[str, str]) -> dict[str, Role]:
    tables = sorted((_read_role(*named) for named in sources.items()), key=lambda table: table.order)
    return {
        table.id: Role(
            id=table.id,
            label=table.label,
            also={language: tuple(words) for language, words in table.also.items()},
            audiences=frozenset(table.audiences),
            minors=table.minors,
            human_decides=table.human_decides,
            sessions_a_week=table.sessions_a_week,
        )
        for table in tables
    }


def _read_role(name: str, source: str) -> _RoleTable:
    try:
        return _RoleTable.model_validate(tomllib.loads(source))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        faults: list[Any] = error.errors() if isinstance(error, ValidationError) else [{"loc": (), "msg": str(error)}]
        raise FlowError([f"roles/{name}.toml: {'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults]) from error


def _file_of(flow_id: str) -> str:
    return f"{flow_id}.toml" if "/" in flow_id else f"catalog/{flow_id}.toml"
