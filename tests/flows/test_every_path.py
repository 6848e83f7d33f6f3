"""Walk every path of every shipped flow, in both languages, as people may answer: each ends, and nothing is asked twice.

A path is one way to answer: every choice of every question, and ages on each side of every limit. Corrections, dates
that run out and seats that go meanwhile are tried from the plainest path of each audience and age.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

import pytest

from flows.effects import MoveStage
from flows.facts import Person
from flows.model import Ask, Step
from flows.stages import Stage
from flows.text import segments
from tests.flows.talk import LIBRARY, SHIFTS, TRAININGS, Talk, booked

#: What people write, by answer type; for questions with choices each number is tried.
ANSWERS = {
    "availability": {"en": ["weekday afternoons"], "es": ["entre semana por la tarde"]},
    "contact": {"en": ["rosa@example.org"], "es": ["rosa@example.org"]},
    "date": {
        "en": ["5/14/1956", "5/14/1996", "5/14/2010", "5/14/2016"],
        "es": ["14/5/1956", "14/5/1996", "14/5/2010", "14/5/2016"],
    },
    "name": {"en": ["Rosa Diaz"], "es": ["Rosa Diaz"]},
    "number": {"en": ["2027"], "es": ["2027"]},
    "text": {"en": ["Lane Tech"], "es": ["Lane Tech"]},
    "zip": {"en": ["60614"], "es": ["60614"]},
}
#: Replies from a first word to being accepted, at most.
MOST_REPLIES = 12
#: Of these every answer is tried on every path; of the others only where nothing unusual was answered before.
WIDE = {"birth_date", "audience"}
#: What a change of an answer may ask for besides itself.
FOLLOWS = {"birth_date": {"guardian_name", "guardian_contact", "role"}, "audience": {"role"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One way through, as far as it has been walked."""

    talk: Talk
    language: str
    replies: int = 1
    asked: tuple[str, ...] = ()
    #: The answer that is being corrected.
    changed: str | None = None
    #: Whether only first choices were taken, so that detours are tried from here.
    plain: bool = True
    said: tuple[Talk, ...] = field(default=(), repr=False)

    @property
    def step(self) -> Step:
        """The step that waits."""
        frame = self.talk.frame
        return LIBRARY.flow(frame.flow, frame.revision).steps[frame.step]

    @property
    def ask(self) -> Ask:
        """The question that waits."""
        assert self.step.ask
        return self.step.ask

    def take(self, talk: Talk, *, plain: bool = True, changed: str | None = None) -> Path:
        """Go on by one turn."""
        return replace(
            self,
            talk=talk,
            replies=self.replies + 1,
            asked=(*self.asked, f"{self.talk.frame.flow}.{self.talk.step}"),
            changed=changed or self.changed,
            plain=self.plain and plain,
            said=(*self.said, talk),
        )


@dataclass(slots=True)
class Found:
    """What a walk has met."""

    paths: list[Path] = field(default_factory=list)
    messages: dict[str, Talk] = field(default_factory=dict)
    steps: set[str] = field(default_factory=set)


BEGINNINGS = {
    "screening": lambda language: Talk().says({"en": "HI", "es": "HOLA"}[language]),
    "shifts": lambda language: _placed(language).says("SHIFTS"),
    "training": lambda language: _placed(language).says("TRAINING"),
    "another shift": lambda language: _placed(language, "s1").says("R"),
    "another training": lambda language: _placed(language, "t2").says("R"),
    "no shift": lambda language: replace(_placed(language), slots=()).says("SHIFTS"),
    "no training": lambda language: replace(_placed(language), slots=()).says("TRAINING"),
    "no other shift": lambda language: replace(_placed(language, "s1"), slots=()).says("R"),
    "no other training": lambda language: replace(_placed(language, "t2"), slots=()).says("R"),
}


def _placed(language: str, *refs: str) -> Talk:
    talk = booked(*refs).at(Stage.READY)
    return replace(talk, person=replace(talk.person, language=language))


@cache
def walked(beginning: str, language: str) -> Found:
    """Walk all paths from a beginning, depth first."""
    found = Found()
    begun = BEGINNINGS[beginning](language)
    ahead = [Path(talk=begun, language=language, said=(begun,))]
    while ahead:
        path = ahead.pop()
        found.messages.setdefault(path.talk.sms, path.talk)
        found.steps |= _steps(path.talk)
        if path.talk.step is None:
            found.paths.append(path)
        else:
            assert f"{path.talk.frame.flow}.{path.talk.step}" not in path.asked, path.asked
            ahead += _onward(path)
    return found


def _steps(talk: Talk) -> set[str]:
    """List the steps a turn passed, as its trace tells, and the one that waits."""
    waits = {f"{frame.flow}.{frame.step}" for frame in talk.conversation.stack}
    return waits | {f"{note['flow']}.{note['step']}" for note in talk.turn.trace if note["what"] == "step"}


def _onward(path: Path) -> Iterator[Path]:
    """Yield the path after each answer worth trying."""
    if path.step.offer:
        yield from _take_places(path)
    elif path.ask.save_as == "correct":
        yield path.take(path.talk.says("1"))
        if path.plain and path.changed is None:
            yield path.take(path.talk.says("2"))
    elif path.ask.save_as == "change":
        yield from _correct(path)
    else:
        yield from _answer(path)


def _answer(path: Path) -> Iterator[Path]:
    if path.ask.save_as == "language":
        yield path.take(path.talk.says({"en": "1", "es": "2"}[path.language]))
        return
    wide = path.ask.save_as in WIDE
    for number, choice in enumerate(path.talk.choices):
        talk = path.talk.says(str(number + 1)) if path.plain else path.talk.taps(path.step.id, choice.id)
        yield path.take(talk, plain=number == 0 or wide)
    if not path.talk.choices:
        for number, text in enumerate(ANSWERS[path.ask.type][path.language]):
            yield path.take(path.talk.says(text), plain=number == 0 or wide)


def _take_places(path: Path) -> Iterator[Path]:
    yield path.take(path.talk.says("1"))
    if path.plain:
        yield path.take(path.talk.says(str(len(path.talk.choices))))
        gone = replace(path.talk, seats_gone=frozenset({path.talk.choices[0].id}))
        again = path.take(gone.says("1"), plain=False)
        yield replace(again, asked=tuple(name for name in again.asked if not name.endswith(".offer")))


def _correct(path: Path) -> Iterator[Path]:
    audience = {name for name in path.asked if name.startswith("audiences/")}
    for choice in path.talk.choices:
        changed = path.take(path.talk.taps(path.step.id, choice.id), changed=choice.id, plain=False)
        again = {f"screening.{name}" for name in {choice.id, "summary", *FOLLOWS.get(choice.id, ())}}
        again |= audience if choice.id == "audience" else set()
        yield replace(changed, asked=tuple(name for name in changed.asked if name not in again))


LANGUAGES = pytest.mark.parametrize("language", ["en", "es"])
FROM = pytest.mark.parametrize("beginning", BEGINNINGS)


@LANGUAGES
@FROM
def test_every_path_ends_and_asks_nothing_twice(beginning: str, language: str) -> None:
    found = walked(beginning, language)
    count = len(found.paths)

    print(f"{count} paths, {len(found.messages)} messages from {beginning} in {language}")
    assert count >= (600 if beginning == "screening" else 1)
    assert {bool(path.talk.text) for path in found.paths} == {True}


@LANGUAGES
@FROM
def test_no_message_has_an_unfilled_name(beginning: str, language: str) -> None:
    for sms in walked(beginning, language).messages:
        assert not set("{}") & set(sms), sms
        assert " -." not in sms


@LANGUAGES
def test_adults_are_accepted_within_twelve_replies(language: str) -> None:
    straight = [path for path in walked("screening", language).paths if path.changed is None]
    accepted = {
        (path.talk.answers["audience"], path.talk.answers["role"]): replies
        for path in straight
        for replies, talk in enumerate(path.said, 1)
        if MoveStage(stage=Stage.ELIGIBLE, cause="flow screening") in talk.all(MoveStage)
    }

    assert {audience for audience, _ in accepted} == {"work_study", "employee", "older_adult", "high_school"}
    assert max(accepted.values()) <= MOST_REPLIES


@LANGUAGES
def test_each_path_leaves_the_person_at_a_stage_with_a_way_on(language: str) -> None:
    stages = Counter(path.talk.person.stage for path in walked("screening", language).paths)

    assert stages.keys() == {
        *(Stage.ENQUIRED, Stage.ELIGIBLE, Stage.TRAINING, Stage.IN_REVIEW, Stage.WAITING_GUARDIAN),
    }


@LANGUAGES
def test_nobody_keeps_answers_to_questions_that_their_path_does_not_ask(language: str) -> None:
    for path in walked("screening", language).paths:
        kept = path.talk.answers
        if path.talk.person.stage not in (Stage.ENQUIRED, Stage.WAITING_GUARDIAN):
            assert "guardian_name" not in kept
        for flow in LIBRARY.flows.values():
            if flow.id != kept.get("audience") and f"audiences/{flow.id}" in LIBRARY.flows:
                assert not kept.keys() & {step.ask.save_as for step in flow.steps.values() if step.ask}


@pytest.mark.parametrize("flow", sorted(LIBRARY.flows))
def test_walk_meets_every_step_of_every_flow(flow: str) -> None:
    met = {step for beginning in BEGINNINGS for step in walked(beginning, "en").steps}

    assert {f"{flow}.{step}" for step in LIBRARY.flows[flow].steps} <= met


#: What people write beside the point.
ASIDES = ["HELP", "STATUS", "BACK", "SHIFTS", "PERSON", "ESPAÑOL", "ENGLISH", "START", "", "qwrtzp"]


def _asides(talk: Talk) -> Iterator[Talk]:
    for text in ASIDES:
        yield talk.says(text)
    for _ in range(4):
        talk = talk.says("qwrtzp")
        yield talk


@LANGUAGES
@FROM
def test_no_message_needs_a_third_segment(beginning: str, language: str) -> None:
    messages = walked(beginning, language).messages.values()
    waiting = {(talk.step, talk.person.stage): talk for talk in messages}
    said = [*messages, *(aside for talk in waiting.values() for aside in _asides(talk))]

    long = {talk.sms: segments(talk.sms) for talk in said if segments(talk.sms).parts > 2}

    assert not long


def test_screening_in_training_dates_that_are_not_there() -> None:
    talk = replace(Talk(person=Person(stage=Stage.ELIGIBLE)), slots=SHIFTS).says("TRAINING")

    assert "No training is open" in talk.text
    assert replace(talk, slots=TRAININGS).says("TRAINING").choices
