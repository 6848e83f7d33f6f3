"""Whatever flows a hub writes and however it edits them under people: nobody is stuck, asked twice, or loses an answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.conversation import Conversation
from flows.effects import HandOff
from flows.library import Library
from flows.model import Ask
from flows.publishing.move import Fate, Moved, move
from tests.flows.random_flows import Flows, edits, fitting_reply, random_flows
from tests.flows.talk import MONDAY, Talk

TODAY = MONDAY.date()
THOROUGHLY = settings(max_examples=70, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def waiting(talk: Talk) -> Ask | None:
    """Return the question that waits; none when an edit took it away."""
    frame = talk.frame
    step = talk.library.flow(frame.flow, frame.revision).steps.get(frame.step)
    return step.ask if step else None


def reply(data: st.DataObject, talk: Talk) -> Talk:
    """Answer the question that waits, a minute later."""
    ask = waiting(talk)
    text = data.draw(fitting_reply(ask)) if ask else "hello"
    if ask and ask.save_as == "consent":
        text = "yes"
    return talk.later(timedelta(minutes=1)).says(text)


def begin(library: Library) -> Talk:
    return replace(Talk(), library=library).says("HI")


def answers_of(conversation: Conversation) -> Counter[str]:
    """Count the values that were given, however they are written; a flow that is walked again has some of its caller's."""
    given = {name: value for frame in conversation.stack for name, value in frame.answers.items()}
    return Counter(map(_loosely, given.values()))


def _loosely(value: object) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value).casefold()


@THOROUGHLY
@given(data=st.data())
def test_random_flows_end_within_as_many_replies_as_there_are_questions(data: st.DataObject) -> None:
    flows = data.draw(random_flows())
    talk, replies = begin(flows.library()), 0

    while talk.conversation.stack:
        talk, replies = reply(data, talk), replies + 1

    assert replies <= flows.questions + 1
    assert set(flows.asked(talk.answers)) <= talk.answers.keys()


def published(talk: Talk, before: Library, after: Library) -> tuple[Talk, Moved]:
    """Publish under somebody, and check what has to hold at once."""
    both = after.with_revisions([*before.revisions.values(), *after.revisions.values()])
    moved = move(before, both, talk.conversation, today=TODAY)
    conversation = Conversation.decode(moved.conversation.encode())

    assert conversation == moved.conversation
    assert conversation.turn == talk.conversation.turn
    if moved.fate is not Fate.OPEN_QUESTION and conversation.frame:
        assert waiting(replace(talk, library=both, conversation=conversation)) is not None
    lost = answers_of(talk.conversation) - answers_of(conversation)
    assert lost.total() == len(moved.asks)
    assert answers_of(conversation) <= answers_of(talk.conversation)
    return replace(talk, library=both, conversation=conversation), moved


def finish(data: st.DataObject, talk: Talk, flows: Flows, moved: Moved) -> Talk:
    """Answer to the end, and check that nothing is asked that has been answered and still stands."""
    if moved.fate is Fate.OPEN_QUESTION:
        before = answers_of(talk.conversation)
        talk = reply(data, talk)
        assert sum(answers_of(talk.conversation).values()) in (0, sum(before.values())), "a reply was misread"
    standing = {name for frame in talk.conversation.stack for name in frame.answers}
    waits, replies = talk.conversation.frame and waiting(talk), 0
    while talk.conversation.stack:
        ask = waiting(talk)
        assert ask is not None
        assert ask is waits or ask.save_as not in standing, f"{ask.save_as} was asked twice"
        standing.add(ask.save_as)
        talk, replies, waits = reply(data, talk), replies + 1, None
        assert replies <= flows.questions + 1, "never comes to an end"
    return talk


def walked_some(data: st.DataObject, flows: Flows) -> Talk | None:
    talk = begin(flows.library())
    for _ in range(data.draw(st.integers(1, flows.questions + 1))):
        talk = reply(data, talk)
        if not talk.conversation.stack:
            return None
    return talk


@THOROUGHLY
@given(data=st.data())
def test_any_edit_under_a_talk_loses_nothing_and_comes_to_the_end(data: st.DataObject) -> None:
    flows = data.draw(random_flows())
    edited = data.draw(edits(flows))
    talk = walked_some(data, flows)
    if talk is None:
        return
    facts = talk.answers

    talk, moved = published(talk, flows.library(), edited.library())
    talk = finish(data, talk, edited, moved)

    assert facts.keys() <= talk.answers.keys()
    if moved.fate is not Fate.KEPT:
        assert set(edited.asked(talk.answers)) <= talk.answers.keys(), "a new question was passed over"


@THOROUGHLY
@given(data=st.data())
def test_what_was_done_before_an_edit_is_not_done_again(data: st.DataObject) -> None:
    flows = data.draw(random_flows())
    edited = data.draw(edits(flows))
    done: Counter[str] = Counter()
    talk = begin(flows.library())
    publish_at, turns = data.draw(st.integers(1, flows.questions + 1)), 0
    while talk.conversation.stack:
        turns += 1
        if turns == publish_at:
            talk, _ = published(talk, flows.library(), edited.library())
        talk = reply(data, talk)
        done.update(effect.reason for effect in talk.all(HandOff))

    renamed = {was: station.id for listed in edited.stations.values() for station in listed for was in station.was}
    assert all(times == 1 for times in Counter(renamed.get(reason, reason) for reason in done.elements()).values())


@THOROUGHLY
@given(data=st.data())
def test_rolling_back_loses_nothing_either(data: st.DataObject) -> None:
    flows = data.draw(random_flows())
    edited = data.draw(edits(flows))
    talk = walked_some(data, flows)
    if talk is None:
        return
    there, moved = published(talk, flows.library(), edited.library())
    for _ in range(data.draw(st.integers(0, 2))):
        if there.conversation.stack:
            there = reply(data, there)
    if not there.conversation.stack:
        return
    facts = there.answers

    back, moved = published(there, there.library, flows.library())
    done = finish(data, back, flows, moved)

    assert facts.keys() <= done.answers.keys()
    assert set(flows.asked(done.answers)) <= done.answers.keys()


@THOROUGHLY
@given(data=st.data())
def test_back_still_leads_back_after_an_edit(data: st.DataObject) -> None:
    flows = data.draw(random_flows())
    edited = data.draw(edits(flows))
    talk = walked_some(data, flows)
    if talk is None:
        return
    talk, _ = published(talk, flows.library(), edited.library())
    for _ in range(data.draw(st.integers(1, 3))):
        if talk.conversation.stack:
            talk = talk.later(timedelta(minutes=1)).says("BACK")
            assert talk.text

    replies = 0
    while talk.conversation.stack:
        talk, replies = reply(data, talk), replies + 1
        assert replies <= 2 * (flows.questions + edited.questions) + 3
