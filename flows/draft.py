"""The draft of one turn: what has been gathered so far, and the words and facts it draws on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from flows import wording
from flows.answers.context import AnswerChoice, AnswerContext, Within
from flows.conditions import Values
from flows.conversation import Conversation, Frame, SideQuestion, place
from flows.effects import Effect, MoveStage, Remember
from flows.facts import Booking, Facts, Json, age_on
from flows.geography import place_of
from flows.library import Library
from flows.lookups import AskBroadcast, FindByCode, FindColleague, FindHours, FindSlots, FindVisits, FindWays
from flows.messages import Choice, Purpose
from flows.model import Ask, Flow, Option, Step
from flows.rules.eligibility import ADULT, needs_review
from flows.rules.guardians import refused
from flows.rules.organisations import PaidBy, payer
from flows.rules.requirements import Need, Subject, needs_of, outstanding
from flows.stages import Stage
from flows.templates import fill, placeholders
from flows.walking.origin import asking, origin

#: The side question that says a guess back a second time; there is no third.
ECHO_AGAIN: Final = "echo_again"

#: What the engine may ask the shell in the middle of a turn.
Needs = FindSlots | FindVisits | FindHours | FindColleague | FindByCode | FindWays | AskBroadcast


@dataclass(slots=True, kw_only=True)
class Draft:
    """The turn as far as it is decided; lives for one call of ``flows.engine.advance``."""

    library: Library
    conversation: Conversation
    facts: Facts
    now: datetime
    profile: dict[str, Json]
    effects: list[Effect] = field(default_factory=list)
    trace: list[Mapping[str, Json]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    step: str = ""
    purpose: Purpose = Purpose.REPLY
    needs: Needs | None = None
    moved_to: Stage | None = None
    #: Whether the person comes back after a silence.
    away: bool = False
    #: Whether this turn asks once more, since nobody answered.
    nudging: bool = False
    #: Whether this has to be said, however much has been said before.
    urgent: bool = False
    #: Whether the turn has to end with the first open question: an edit took away the one that waited.
    finds_question: bool = False
    #: A guess at the waiting answer that was said back before, and of which nothing has been heard yet.
    open_guess: SideQuestion | None = None
    #: Whether we had asked if everything shall be erased, and nothing has been heard of it yet.
    asked_to_erase: bool = False
    #: Steps whose answers still stood and were not asked for again.
    passed_over: set[str] = field(default_factory=set)

    def copy(self) -> Draft:
        """Return the turn as it is now, whatever becomes of this one."""
        return replace(
            self,
            profile=dict(self.profile),
            effects=list(self.effects),
            trace=list(self.trace),
            said=list(self.said),
            passed_over=set(self.passed_over),
        )

    def become(self, other: Draft) -> None:
        """Go back to what the turn was when ``other`` was copied from it; ``other`` is spent."""
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

    def remember_answer(self, ask: Ask, value: Json) -> None:
        """Keep an answer as a fact about the person, and what follows from it."""
        if ask.type == "name" and isinstance(value, dict) and ask.save_as == "name":
            self.remember("given_name", value.get("first"))
            self.remember("family_name", value.get("last"))
            return
        self.remember(ask.save_as, value)
        if ask.type == "zip" and ask.save_as == "zip" and isinstance(value, str):
            place = place_of(value)
            self.remember("zone", place.zone if place else None)

    def remember(self, name: str, value: Json) -> None:
        """Keep one fact about the person."""
        self.profile[name] = value
        self.effects.append(Remember(field=name, value=value))

    def move(self, stage: Stage, *, cause: str, author: str = "person") -> None:
        """Move the person to a stage, unless they are there."""
        if stage is self.current_stage:
            return
        self.note("stage", to=stage.value, why=cause)
        self.effects.append(MoveStage(stage=stage, cause=cause, author=author))
        self.moved_to = stage

    def ask_again(self, *, briefly: bool = True) -> None:
        """Ask the waiting step once more, if one waits; places on offer are looked up anew.

        Args:
            briefly: use the step's shorter words, where it has some.
        """
        frame = self.conversation.frame
        step = self.flow(frame).steps.get(frame.step) if frame else None
        self.finds_question = step is None and frame is not None
        if step and step.offer:
            self.needs = FindSlots(kind=step.offer.kind)
        elif step and step.ask and self._guess_again(step.ask):
            pass
        elif step and step.ask:
            self.said.append(self.text(step.ask.retry if briefly and step.ask.retry else step.ask.question))
            self.offer_choices(step, step.ask)

    def _guess_again(self, ask: Ask) -> bool:
        """Say an open guess back once more, briefly, in the place of its question; tell whether there is one."""
        guess, self.open_guess = self.open_guess, None
        if guess is None or guess.about != place(self.frame):
            return False
        self.say_phrase("echo_again", value=self.say_guess(ask, guess.values[0]))
        self.ask_back(replace(guess, kind=ECHO_AGAIN, turn=self.conversation.turn))
        return True

    def say_guess(self, ask: Ask, value: Json) -> str:
        """Say how a reply was read, beginning with a capital."""
        choices = {choice.id: choice.chosen or choice.label for choice in self.shown(self.frame, ask)}
        said = choices.get(str(value)) or wording.say_reading(ask.type, value, language=self.language, today=self.today)
        return said[:1].upper() + said[1:]

    def ask_back(self, side: SideQuestion) -> None:
        """Ask a side question; what is said has been added before, and nothing more should be."""
        self.conversation = replace(self.conversation, side=side)
        self.choices, self.step = side.choices, side.step
        self.note("asks_back", kind=side.kind)

    def offer_choices(self, step: Step, ask: Ask) -> None:
        """Show a step's choices with the message."""
        self.choices = self.shown(self.frame, ask)
        self.step = step.id

    def asks_for(self, name: str) -> bool:
        """Tell whether the step that waits saves its answer under a name."""
        frame = self.conversation.frame
        step = self.flow(frame).steps.get(frame.step) if frame else None
        return bool(step and step.ask and step.ask.save_as == name)

    def shown(self, frame: Frame, ask: Ask) -> tuple[Choice, ...]:
        """List the choices of a step as the person sees them: what was found first, then the step's own."""
        offered = frame.offered if self.flow(frame).steps[frame.step].offer else ()
        language = self.language
        own = tuple(Choice(id=one.id, label=one.label[language], also=_all_words(one)) for one in self.options(ask))
        return offered + own

    def options(self, ask: Ask) -> tuple[Option, ...]:
        """List a step's own options that may be taken now."""
        if not any(option.condition for option in ask.options):
            return ask.options
        values = self.values()
        return tuple(option for option in ask.options if option.condition is None or option.condition.holds(values))

    def context(self, frame: Frame, ask: Ask, *, tap: str | None) -> AnswerContext:
        """Say what a reader of the reply may depend on."""
        return AnswerContext(
            language=self.language,
            today=self.today,
            choices=tuple(
                AnswerChoice(id=choice.id, label=choice.label, synonyms=choice.also)
                for choice in self.shown(frame, ask)
            ),
            within=Within(ask.within) if ask.within else None,
            minimum=ask.minimum,
            maximum=ask.maximum,
            tap=tap,
            question=ask.question[self.language],
        )

    def say_phrase(self, key: str, **values: str) -> None:
        """Add a sentence of the phrase file to the message."""
        self.said.append(self.phrase(key, **values))

    def phrase(self, key: str, **values: str) -> str:
        """Return a sentence of the phrase file, its names filled."""
        return self.library.phrases.say(key, self.language, {**self.built_in_texts(), **values})

    def text(self, texts: Mapping[str, str]) -> str:
        """Return a flow's text in the person's language, its names filled."""
        text, values = texts[self.language], self.built_in_texts()
        frame = self.conversation.frame
        if frame:
            flow, known = self.flow(frame), {**self.profile, **frame.known}
            for name in placeholders(text):
                if name in known:
                    values[name] = self.say_answer(frame, name, known[name])
                elif name in flow.names:
                    values.setdefault(name, "-")
        return fill(text, values)

    def say_answer(self, frame: Frame, name: str, value: Json) -> str:
        """Say a stored answer back in the person's words."""
        frame, name = origin(self.library, self.conversation.stack, frame, name)
        flow = self.flow(frame)
        step = asking(self.library, flow, name)
        if step is None or step.ask is None:
            return wording.say_value(flow.inputs.get(name, "text"), value, language=self.language, labels={})
        labels = {option.id: option.label[self.language] for option in step.ask.options}
        labels |= {choice.id: choice.chosen or choice.label for choice in frame.offered}
        return wording.say_value(step.ask.type, value, language=self.language, labels=labels)

    def built_in_texts(self) -> dict[str, str]:
        """Return the names that every text may use."""
        return {
            "hub": self.facts.hub.name,
            "help_phone": self.facts.hub.help_phone,
            "given_name": str(self.profile.get("given_name") or ""),
            "income_limit": self._income_limit(),
        }

    def _income_limit(self) -> str:
        hub = self.facts.hub
        if not hub.income_limit or not hub.income_limit_from:
            return self.library.phrases.say("income_limit.unknown", self.language)
        values = {"amount": f"${hub.income_limit:,}", "since": wording.say_date(hub.income_limit_from, self.language)}
        return self.library.phrases.say("income_limit.known", self.language, values)

    def say_booking(self, booking: Booking) -> str:
        """Say when and where a booking is."""
        return wording.say_slot(booking.slot, zone=self.zone, language=self.language)

    def values(self) -> Values:
        """Return all that conditions may read: facts, answers, and what follows from them, as far as it is decided now."""
        answers = self.frame.known if self.conversation.frame else {}
        known = {**self.profile, **answers}
        return Values(
            known,
            {
                "age": lambda: self.age,
                "minor": lambda: self.is_minor,
                "needs_review": lambda: needs_review(
                    self.library.roles.get(str(known.get("role"))), text_or_none(known.get("audience"))
                ),
                "has_name": lambda: bool(known.get("given_name")),
                "replacing": lambda: bool(answers.get("replaces")),
                "needs_vetting": lambda: bool(self.outstanding()),
                "asks_reference": lambda: "reference" in self.outstanding(),
                "asks_interview": lambda: "interview" in self.outstanding(),
                "awaits_employer": lambda: self.awaits_employer,
                "stage": lambda: self.current_stage.value,
            },
        )

    def outstanding(self) -> tuple[str, ...]:
        """List what has to be met before a shift and is not met today, but for what a training meets."""
        if not self.needs_of_hub:
            return ()
        found = outstanding(self.subject(), self.needs_of_hub, self.facts.person.requirements, on=self.today)
        own = self.library.requirements
        return tuple(kind for kind in found if own[kind].need.course is None and own[kind].decides == "coordinator")

    @property
    def awaits_employer(self) -> bool:
        """Whether a shift that is booked now is only kept, until whoever pays for the time has approved it."""
        paid_by = payer(text_or_none(self.profile.get("audience")), self.profile)
        return self.facts.approves_shifts and paid_by is PaidBy.EMPLOYER

    @property
    def needs_of_hub(self) -> tuple[Need, ...]:
        """What the hub asks of people before a shift."""
        return needs_of(self.library.requirements, self.facts.hub.requires)

    def subject(self) -> Subject:
        """Say of whom something is asked: by what is known and what has been answered in this talk."""
        known = {**self.profile, **(self.frame.known if self.conversation.frame else {})}
        born = known.get("birth_date")
        return Subject(
            birth_date=date.fromisoformat(born) if isinstance(born, str) else None,
            audience=text_or_none(known.get("audience")),
            role=text_or_none(known.get("role")),
        )

    @property
    def age(self) -> int | None:
        """Full years today where the person is; ``None`` before we know."""
        born = self.profile.get("birth_date")
        return age_on(date.fromisoformat(born), self.today) if isinstance(born, str) else None

    @property
    def is_minor(self) -> bool:
        """Whether a guardian decides."""
        age = self.age
        return age is not None and age < ADULT

    @property
    def current_stage(self) -> Stage:
        """The person's stage as this turn leaves it."""
        return self.moved_to or self.facts.person.stage

    @property
    def status_key(self) -> str:
        """The phrase that says where the person stands."""
        waits = self.current_stage is Stage.WAITING_GUARDIAN
        if waits and refused(self.facts.person.requirements):
            return "status_guardian_refused"
        return f"status.{self.current_stage.value}"

    @property
    def language(self) -> str:
        """The language we write in."""
        return self.conversation.language or self.facts.hub.languages[0]

    @property
    def zone(self) -> str | None:
        """The person's zone, if known."""
        return text_or_none(self.profile.get("zone")) or self.facts.person.zone

    @property
    def today(self) -> date:
        """The date where the person is."""
        return self.now.astimezone(ZoneInfo(self.zone or self.facts.hub.zone)).date()

    @property
    def frame(self) -> Frame:
        """The flow under way; there must be one."""
        frame = self.conversation.frame
        assert frame is not None, "no flow is under way"
        return frame

    def flow(self, frame: Frame) -> Flow:
        """The flow of a frame, as the conversation began it."""
        return self.library.flow(frame.flow, frame.revision)

    def note(self, what: str, **details: Json) -> None:
        """Add a decision to the trace."""
        self.trace.append({"what": what, **details})

    def set_language(self, language: str) -> None:
        """Write in another language from now on."""
        self.conversation = replace(self.conversation, language=language)
        self.remember("language", language)


def _all_words(option: Option) -> tuple[str, ...]:
    """Every word for a choice in every language: people mix them."""
    also = [word for words in option.also.values() for word in words]
    return tuple(dict.fromkeys([*option.label.values(), *also]))


def text_or_none(value: Json) -> str | None:
    """Return a text, or ``None`` for anything else."""
    return value if isinstance(value, str) else None
