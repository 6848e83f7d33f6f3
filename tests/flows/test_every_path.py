"""Walk every path of every shipped flow, in both languages, on each channel: each ends, and nothing is asked twice.

A path is one way to answer: every choice of every question, and ages on each side of every limit. Corrections, dates
that run out and seats that go meanwhile are tried from the plainest path of each audience and age. By SMS people type the
numbers of choices, elsewhere they press buttons; each message is drawn as the channel's vendor is given it.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path as File
from typing import Final

import pytest
from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock
from telegram import InlineKeyboardMarkup

from channels.capabilities import CAPABILITIES
from channels.render import as_slack, as_sms, as_telegram, require_sendable
from flows.effects import MoveStage
from flows.facts import GuardianStatus, Person, Ward
from flows.messages import Address, Outbound, Tap
from flows.model import Ask, Step
from flows.stages import Stage
from flows.text import segments
from tests.flows.talk import HUB, LIBRARY, SCREENED, SHIFTS, TRAININGS, Talk, booked

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
#: A path with a correction is longer; one that has not ended by then never does.
MOST_TURNS = 30
#: Of these every answer is tried on every path; of the others only where nothing unusual was answered before.
WIDE = {"birth_date", "audience"}
#: Whoever is younger is told so and asked for their audience once more.
ONLY_FROM_55 = "screening.only_from_55"
#: What a change of an answer may ask for besides itself.
FOLLOWS = {"birth_date": {"guardian_name", "guardian_contact", "role", "audience"}, "audience": {"role"}}


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
    """What a walk has met: paths that ended, each message by its text message, steps."""

    paths: list[Path] = field(default_factory=list)
    messages: dict[str, Talk] = field(default_factory=dict)
    steps: set[str] = field(default_factory=set)


WARD = Ward(
    ref="g1",
    status=GuardianStatus.ASKED,
    person=Person(stage=Stage.WAITING_GUARDIAN, answers={"given_name": "Mia", "birth_date": "2010-03-01"}),
)
#: With a hub that asks for references and a talk before anything else.
CHECKED = Talk(hub=replace(HUB, requires=("reference", "interview")))
#: On paid time, of which the employer approves each shift.
PAID = replace(
    booked().at(Stage.READY),
    person=Person(stage=Stage.READY, answers={"audience": "employee", "time_off": "vto"}),
    approves_shifts=True,
)
BEGINNINGS = {
    "guardian": (Talk(wards=(WARD,)), {"en": "who is this", "es": "quién es"}),
    "screening": (Talk(), {"en": "HI", "es": "HOLA"}),
    "checks": (replace(CHECKED, person=Person(stage=Stage.ELIGIBLE)), {"en": "TRAINING", "es": "ENTRENAMIENTO"}),
    "shifts": (booked().at(Stage.READY), {"en": "SHIFTS", "es": "TURNOS"}),
    "subjects": (
        replace(booked().at(Stage.READY), slots=(replace(SHIFTS[0], subject="math", grades="6-8"), SHIFTS[1])),
        {"en": "SHIFTS", "es": "TURNOS"},
    ),
    "paid time": (PAID, {"en": "SHIFTS", "es": "TURNOS"}),
    "training": (booked().at(Stage.READY), {"en": "TRAINING", "es": "ENTRENAMIENTO"}),
    "another shift": (booked("s1").at(Stage.READY), {"en": "R", "es": "R"}),
    "another training": (booked("t2").at(Stage.READY), {"en": "R", "es": "R"}),
    "no shift": (replace(booked().at(Stage.READY), slots=()), {"en": "SHIFTS", "es": "TURNOS"}),
    "no training": (replace(booked().at(Stage.READY), slots=()), {"en": "TRAINING", "es": "ENTRENAMIENTO"}),
    "no other shift": (replace(booked("s1").at(Stage.READY), slots=()), {"en": "R", "es": "R"}),
    "no other training": (replace(booked("t2").at(Stage.READY), slots=()), {"en": "R", "es": "R"}),
}
USERS: Final = {"sms": "+13125550142", "slack": "U0EVERY", "telegram": "7000142"}


def _begun(beginning: str, language: str, channel: str) -> Talk:
    talk, words = BEGINNINGS[beginning]
    person = talk.person if beginning == "screening" else replace(talk.person, language=language)
    sender = Address(channel=channel, account="ours", user=USERS[channel])
    confirms = CAPABILITIES[channel].network_confirms_opt_out
    return replace(talk, person=person, sender=sender, network_confirms=confirms).says(words[language])


@cache
def walked(beginning: str, language: str, channel: str) -> Found:
    """Walk all paths from a beginning, depth first."""
    found = Found()
    begun = _begun(beginning, language, channel)
    ahead = [Path(talk=begun, language=language, said=(begun,))]
    while ahead:
        path = ahead.pop()
        found.messages.setdefault(path.talk.sms, path.talk)
        found.steps |= _steps(path.talk)
        if path.talk.step is None:
            found.paths.append(path)
        else:
            assert f"{path.talk.frame.flow}.{path.talk.step}" not in path.asked, path.asked
            assert path.replies <= MOST_TURNS, path.asked
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
        yield path.take(_choose(path.talk, 0))
        if path.plain and path.changed is None:
            yield path.take(_choose(path.talk, 1))
    elif path.ask.save_as == "change":
        yield from _correct(path)
    else:
        yield from _not_for_their_age(path, _answer(path))


def _not_for_their_age(path: Path, onward: Iterator[Path]) -> Iterator[Path]:
    """Let whoever is too young for an audience be asked for it once more, and not pick it again."""
    for after in onward:
        if ONLY_FROM_55 not in _steps(after.talk):
            yield after
        elif ONLY_FROM_55 not in path.asked:
            asked = (*(name for name in after.asked if name != "screening.audience"), ONLY_FROM_55)
            yield replace(after, asked=asked)


def _choose(talk: Talk, number: int) -> Talk:
    """Pick one of the choices as people do on that channel."""
    if talk.sender.channel == "sms":
        return talk.says(str(number + 1))
    assert talk.step
    return talk.taps(talk.step, talk.choices[number].id)


def _answer(path: Path) -> Iterator[Path]:
    if path.ask.save_as == "language":
        yield path.take(_choose(path.talk, {"en": 0, "es": 1}[path.language]))
        return
    wide = path.ask.save_as in WIDE
    for number in range(len(path.talk.choices)):
        yield path.take(_choose(path.talk, number), plain=number == 0 or wide)
    if not path.talk.choices:
        for number, text in enumerate(ANSWERS[path.ask.type][path.language]):
            said = path.talk.says(text)
            if side := said.conversation.side:  # said back before it counts
                said = said.says("1") if said.sender.channel == "sms" else said.taps(side.step, said.choices[0].id)
            yield path.take(said, plain=number == 0 or wide)


def _take_places(path: Path) -> Iterator[Path]:
    yield path.take(_choose(path.talk, 0))
    if path.plain:
        yield path.take(_choose(path.talk, len(path.talk.choices) - 1))
        gone = replace(path.talk, seats_gone=frozenset({path.talk.choices[0].id}))
        again = path.take(_choose(gone, 0), plain=False)
        yield replace(again, asked=tuple(name for name in again.asked if not name.endswith(".offer")))


def _correct(path: Path) -> Iterator[Path]:
    audience = {name for name in path.asked if name.startswith("audiences/")}
    for number, choice in enumerate(path.talk.choices):
        changed = path.take(_choose(path.talk, number), changed=choice.id, plain=False)
        again = {f"screening.{name}" for name in {choice.id, "summary", *FOLLOWS.get(choice.id, ())}}
        again |= audience if choice.id == "audience" else set()
        yield replace(changed, asked=tuple(name for name in changed.asked if name not in again))


LANGUAGES = pytest.mark.parametrize("language", ["en", "es"])
FROM = pytest.mark.parametrize("beginning", BEGINNINGS)
CHANNELS = pytest.mark.parametrize("channel", USERS)


@LANGUAGES
@FROM
@CHANNELS
def test_every_path_ends_and_asks_nothing_twice(beginning: str, language: str, channel: str) -> None:
    found = walked(beginning, language, channel)
    count = len(found.paths)

    print(f"{count} paths, {len(found.messages)} messages from {beginning} in {language} on {channel}")
    assert count >= (600 if beginning == "screening" else 1)
    assert {bool(path.talk.text) for path in found.paths} == {True}
    assert not [path.asked for path in found.paths if _repeats(path)]


def _repeats(path: Path) -> bool:
    """Tell whether the same words stand twice in a row."""
    texts = [talk.sms for talk in path.said if talk.text]
    return any(one == other for one, other in pairwise(texts))


@LANGUAGES
@FROM
@CHANNELS
def test_no_message_has_an_unfilled_name(beginning: str, language: str, channel: str) -> None:
    for sms in walked(beginning, language, channel).messages:
        assert not set("{}") & set(sms), sms
        assert " -." not in sms


@LANGUAGES
@FROM
@CHANNELS
def test_every_message_can_be_shown_on_its_channel(beginning: str, language: str, channel: str) -> None:
    for talk in walked(beginning, language, channel).messages.values():
        outbound = Outbound(
            reference="r", to=talk.sender, text=talk.text, choices=talk.choices, step=talk.step or "ended"
        )
        require_sendable(outbound, CAPABILITIES[channel])
        SHOWN[channel](outbound)


def _check_sms(outbound: Outbound) -> None:
    lines = as_sms(outbound).splitlines()

    listed = [line.partition(" ")[0] for line in lines[len(lines) - len(outbound.choices) :]]
    assert listed == [choice.key or str(number) for number, choice in enumerate(outbound.choices, 1)]


def _check_slack(outbound: Outbound) -> None:
    shown = as_slack(outbound)
    blocks = Block.parse_all(shown["blocks"])
    for block in blocks:
        block.validate_json()

    section, *actions = blocks
    assert isinstance(section, SectionBlock)
    assert shown["text"]
    buttons = [element.to_dict() for block in actions if isinstance(block, ActionsBlock) for element in block.elements]
    assert [button["text"]["text"] for button in buttons] == [choice.label for choice in outbound.choices]
    assert [Tap.decode(button["value"]) for button in buttons] == _taps(outbound)
    assert len({button["action_id"] for button in buttons}) == len(buttons) == len(outbound.choices)


def _check_telegram(outbound: Outbound) -> None:
    shown = as_telegram(outbound)
    keyboard = InlineKeyboardMarkup.de_json(shown.get("reply_markup", {"inline_keyboard": []}), None)
    keys = [key for row in keyboard.inline_keyboard for key in row]

    assert [key.text for key in keys] == [choice.label for choice in outbound.choices]
    assert [Tap.decode(str(key.callback_data)) for key in keys] == _taps(outbound)


def _taps(outbound: Outbound) -> list[Tap]:
    taps = [Tap(step=outbound.step, choice=choice.id) for choice in outbound.choices]
    assert len(set(taps)) == len(taps), "two buttons of one meaning"
    return taps


SHOWN: Final = {"sms": _check_sms, "slack": _check_slack, "telegram": _check_telegram}


@LANGUAGES
def test_adults_are_accepted_within_twelve_replies(language: str) -> None:
    paths = walked("screening", language, "sms").paths
    straight = [path for path in paths if path.changed is None and ONLY_FROM_55 not in path.asked]
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
    stages = Counter(path.talk.person.stage for path in walked("screening", language, "sms").paths)

    assert stages.keys() == {
        *(Stage.ENQUIRED, Stage.ELIGIBLE, Stage.TRAINING, Stage.IN_REVIEW, Stage.WAITING_GUARDIAN),
    }


@LANGUAGES
def test_nobody_keeps_answers_to_questions_that_their_path_does_not_ask(language: str) -> None:
    for path in walked("screening", language, "sms").paths:
        kept = path.talk.answers
        if path.talk.person.stage not in (Stage.ENQUIRED, Stage.WAITING_GUARDIAN):
            assert "guardian_name" not in kept
        for flow in LIBRARY.flows.values():
            if flow.id != kept.get("audience") and f"audiences/{flow.id}" in LIBRARY.flows:
                assert not kept.keys() & {step.ask.save_as for step in flow.steps.values() if step.ask}


@pytest.mark.parametrize("flow", sorted(LIBRARY.flows))
def test_walk_meets_every_step_of_every_flow(flow: str) -> None:
    met = {step for beginning in BEGINNINGS for step in walked(beginning, "en", "sms").steps}
    met |= _steps(CHECKED.says(*SCREENED))

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
@CHANNELS
def test_no_message_needs_a_third_segment_unless_a_step_of_it_says_so(
    beginning: str, language: str, channel: str
) -> None:
    messages = walked(beginning, language, channel).messages.values()
    waiting = {(talk.step, talk.person.stage): talk for talk in messages}
    said = [*messages, *(aside for talk in waiting.values() for aside in _asides(talk))]

    long = {talk.sms: segments(talk.sms) for talk in said if segments(talk.sms).parts > 2 and not _steps(talk) & LONG}

    assert not long


def _long_steps() -> Iterator[str]:
    folder = File(__file__).parents[2] / "flows"
    for path in [*folder.glob("catalog/*.toml"), *folder.glob("audiences/*.toml")]:
        name = path.stem if path.parent.name == "catalog" else f"audiences/{path.stem}"
        steps = tomllib.loads(path.read_text("utf-8"))["step"]
        yield from (f"{name}.{step}" for step, keys in steps.items() if keys.get("long"))


#: Marked in their file: a look at every other message is enough.
LONG: Final = frozenset(_long_steps())


def test_screening_in_training_dates_that_are_not_there() -> None:
    talk = replace(Talk(person=Person(stage=Stage.ELIGIBLE)), slots=SHIFTS).says("TRAINING")

    assert "No training is open" in talk.text
    assert replace(talk, slots=TRAININGS).says("TRAINING").choices
