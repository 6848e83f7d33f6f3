"""Whatever people, networks and coordinators do, in whatever order: a turn never fails, and silence has a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from flows.effects import OptIn, Say
from flows.messages import Inbound, InboundKind, Purpose
from flows.stages import Stage
from tests.flows.talk import SCREENED, SHIFTS, TRAININGS, Talk, booked

#: Words that mean something somewhere.
SENSIBLE = [
    *("HI", "hola", "yes", "no", "1", "2", "3", "4", "5", "9", "60614", "10001", "5/14/1956", "3/1/2010", "5/14/2016"),
    *("Ana Torres", "rosa@example.org", "312-253-0142", "weekday afternoons", "fines de semana", "Acme", "40 by May"),
    *("HELP", "PERSON", "BACK", "STATUS", "SHIFTS", "TRAINING", "ESPAÑOL", "ENGLISH", "idioma", "C", "N", "R", "none"),
    *("start", "restart", "not sure", "maybe", "yes but Tuesday", "{hub}", "?", "thanks!", "change something", "zip"),
    *(
        "CHANGE",
        "cambiar",
        "CHANGE zip",
        "change my birthday",
        "cambiar papel",
        "CHANGE support",
        "change my name",
        "SKIP",
        "omitir",
    ),
    *(
        "no, my zip is 60608",
        "wait, I put the wrong zip",
        "yes but my role is tutor",
        "Tuesday not Monday",
        "mejor los sábados",
    ),
    *(
        "my birthday is 3/1/2010",
        "not 60614",
        "60614 or 60615",
        "1 or 2",
        "next Friday",
        "mentr",
        "Betty",
        "ok",
        "gracias",
    ),
    *("CALL ME", "call me tomorrow at 5", "anytime", "DELETE MY DATA", "borrar mis datos", "delete", "keep my data"),
]
STOPS = ["STOP", "cancel", "QUIT", "alto", "don't text me", "Stop please"]
TEXTS = st.one_of(st.sampled_from(SENSIBLE), st.sampled_from(SENSIBLE), st.text(max_size=40))
STEPS = ["consent", "language", "role", "audience", "offer", "summary", "reminder.b-s1", "reminder.b-t2", "", "x" * 80]
CHOICES = [
    "yes",
    "no",
    "en",
    "es",
    "tutor",
    "mentor",
    "older_adult",
    "none",
    "t2",
    "s1",
    "C",
    "N",
    "R",
    "",
    "zip",
    "role",
]
QUIET = (InboundKind.OPT_OUT, InboundKind.OPT_IN, InboundKind.HELP, InboundKind.BLOCKED, InboundKind.UNBLOCKED)


class AnyTalk(RuleBasedStateMachine):
    """One dialogue; each rule is something that may happen next. ``Talk`` itself checks what holds for every turn."""

    talk: Talk

    @initialize(
        begun=st.integers(0, len(SCREENED)),
        stage=st.sampled_from([None, *Stage]),
        network=st.booleans(),
        held=st.sampled_from([(), ("s1",), ("s1", "t2"), ("t2",)]),
    )
    def begin(self, begun: int, stage: Stage | None, network: bool, held: tuple[str, ...]) -> None:
        """Begin anywhere: on the way, or long known."""
        talk = booked(*held).at(stage) if stage else Talk().says(*SCREENED[:begun])
        self.talk = replace(talk, network_confirms=network)

    @rule(text=TEXTS)
    def say(self, text: str) -> None:
        """Write anything."""
        self._take(self.talk.says(text))

    @rule(step=st.sampled_from(STEPS), choice=st.sampled_from(CHOICES))
    def tap(self, step: str, choice: str) -> None:
        """Press any button, new or old."""
        self._take(self.talk.taps(step, choice))

    @rule(place=st.integers(0, 8), old=st.booleans())
    def tap_shown(self, place: int, old: bool) -> None:
        """Press a button that was shown last, or that of an earlier question of ours."""
        shown = self.talk.all(Say)[-1:]
        choices = shown[0].choices if shown else ()
        if choices:
            step = f"asked.{self.talk.conversation.turn - 1}" if old else shown[0].step
            self._take(self.talk.taps(step, choices[place % len(choices)].id))

    @rule(text=st.sampled_from(SENSIBLE))
    def change_and_leave_it(self, text: str) -> None:
        """Wish to change something and take the wish back: no answer is lost."""
        before = self.talk.says("CHANGE zip")
        if before.step == "zip" and before.frame.alone:
            after = before.says("BACK")
            assert after.answers == self.talk.answers
            self._take(after)
        else:
            self._take(before.says(text))

    @rule(kind=st.sampled_from(InboundKind), text=TEXTS, media=st.integers(0, 1))
    def happen(self, kind: InboundKind, text: str, media: int) -> None:
        """Do what a network may report."""
        inbound = Inbound(provider_id="x", sender=self.talk.sender, kind=kind, text=text, media_count=media)
        self._take(self.talk.takes(inbound), quiet=kind in QUIET)

    @rule(word=st.sampled_from(STOPS))
    def stop(self, word: str) -> None:
        """Opt out: nothing is said until the person comes back."""
        before = self.talk
        talk = before.says(word)
        purposes = [say.purpose for say in talk.all(Say)]
        assert talk.person.opted_out
        assert purposes in ([], [Purpose.FAREWELL])
        assert not (before.person.opted_out and purposes)
        self.talk = talk

    @rule(on=st.booleans())
    def hold(self, on: bool) -> None:
        """Let a coordinator take the conversation, or hand it back."""
        self.talk = replace(self.talk, person=replace(self.talk.person, held=on))

    @rule(stage=st.sampled_from(Stage))
    def move(self, stage: Stage) -> None:
        """Let a coordinator move the person."""
        self.talk = self.talk.at(stage)

    @rule(days=st.integers(0, 900))
    def wait(self, days: int) -> None:
        """Come back later."""
        self.talk = self.talk.later(timedelta(days=days))

    @precondition(lambda self: self.talk.timer)
    @rule(late=st.timedeltas(timedelta(), timedelta(days=20)))
    def keep_silent(self, late: timedelta) -> None:
        """Write nothing until the timer is due, or longer."""
        before, self.talk = self.talk.person, self.talk.waits(late=late)
        said = self.talk.all(Say)
        assert {say.purpose for say in said} <= {Purpose.NUDGE}
        assert not (said and (before.opted_out or before.held or before.paused or not before.consented))
        assert self.talk.turn.trace

    @precondition(lambda self: self.talk.bookings)
    @rule()
    def remind(self) -> None:
        """Let a reminder ask."""
        self.talk = self.talk.reminded(self.talk.bookings[0].ref)

    @rule(slots=st.sampled_from([(), TRAININGS, SHIFTS, TRAININGS + SHIFTS]), gone=st.sampled_from(["t2", "s1", ""]))
    def fill(self, slots: tuple[object, ...], gone: str) -> None:
        """Let others take places."""
        open_slots = tuple(slot for slot in TRAININGS + SHIFTS if slot in slots)
        self.talk = replace(self.talk, slots=open_slots, seats_gone=frozenset({gone} - {""}))

    @invariant()
    def speaks_or_says_why_not(self) -> None:
        """Hold after every rule."""
        if self.talk.turn.effects or self.talk.turn.trace:
            assert not {"{", "}"} & set(self.talk.text) or "{hub}" in self.talk.text

    def _take(self, talk: Talk, *, quiet: bool = False) -> None:
        before, self.talk = self.talk.person, talk
        said = talk.all(Say)
        if before.opted_out and not talk.all(OptIn):
            assert not said
        if before.held and not talk.person.opted_out and not talk.all(OptIn):
            assert not said
        assert said or talk.turn.trace, "silent, and nobody can tell why"
        assert said or quiet or talk.person.opted_out or any(note["what"] == "silent" for note in talk.turn.trace)
        assert all(say.text.strip() for say in said)


AnyTalk.TestCase.settings = settings(
    max_examples=200, stateful_step_count=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
test_no_sequence_of_events_breaks_a_talk = AnyTalk.TestCase


@settings(max_examples=400, deadline=None, derandomize=True)
@given(text=st.text(max_size=200), begun=st.integers(0, len(SCREENED)))
def test_any_text_is_answered_at_any_question(text: str, begun: int) -> None:
    talk = WAITING[begun].says(text)

    assert talk.text or talk.person.opted_out or talk.turn.trace[-1]["what"] == "silent"
    assert talk.conversation.encode().encode("utf-8")


WAITING = [Talk().says(*SCREENED[:n]) for n in range(len(SCREENED) + 1)]
