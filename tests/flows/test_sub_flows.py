"""A flow that is called is handed what the step passes, and shows its caller the outputs that it names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from flows.effects import HandOff, Remember
from flows.files.reader import read_flow
from flows.files.shape import FlowError
from flows.library import Library, read_sets
from flows.stages import Stage
from tests.flows.talk import LIBRARY, Talk, booked

CALLER = """\
id = "training"
languages = ["en", "es"]

[step.kind]
ask.en = '''Which pet?'''
ask.es = '''¿Qué mascota?'''
answer = "choice"
save_as = "kind"
[[step.kind.choice]]
id = "cat"
label.en = "Gray cat"
label.es = "Gato gris"
[[step.kind.choice]]
id = "dog"
label.en = "Brown dog"
label.es = "Perro pardo"
[[step.kind.next]]
to = "pet"

[step.pet]
call = "pet"
with = { sort = "{kind}", most = 30, word = "Rex", born = "2020-05-14" }
[[step.pet.next]]
if = "size == 'big'"
to = "sure"
[[step.pet.next]]
to = "bye"

[step.sure]
ask.en = '''Is {size} all right?'''
ask.es = '''¿Va bien {size}?'''
answer = "yes_no"
save_as = "sure"
[[step.sure.next]]
if = "not sure"
to = "again"
[[step.sure.next]]
to = "bye"

[step.again]
[[step.again.next]]
revisit = "kind"

[step.bye]
say.en = '''Bye, {kind}.'''
say.es = '''Saludos, {kind}.'''
end = "done"
"""
CALLED = """\
id = "pet"
languages = ["en", "es"]
inputs = { sort = "choice", most = "number", word = "text", born = "date" }
outputs = ["size"]

[step.weight]
ask.en = '''How heavy is your {sort} {word}, born {born}?'''
ask.es = '''¿Qué pesa su {sort} {word}, del {born}?'''
answer = "number"
save_as = "weight"
remember = true
[[step.weight.next]]
if = "weight > most"
to = "huge"
[[step.weight.next]]
if = "sort == 'dog'"
to = "size"
[[step.weight.next]]
to = "small"

[step.huge]
say.en = '''That is more than {most}.'''
say.es = '''Es más de {most}.'''
next = "size"

[step.small]
say.en = '''A light one.'''
say.es = '''Pesa poco.'''
next = "size"

[step.size]
ask.en = '''Big or small?'''
ask.es = '''¿Grande o chico?'''
answer = "choice"
save_as = "size"
[[step.size.choice]]
id = "big"
label.en = "Very big"
label.es = "Muy grande"
[[step.size.choice]]
id = "small"
label.en = "Rather small"
label.es = "Bastante chico"
[[step.size.next]]
to = "kind"

[step.kind]
ask.en = '''What is its color?'''
ask.es = '''¿De qué color es?'''
answer = "text"
save_as = "color"
end = "done"
"""


def library(caller: str = CALLER, called: str = CALLED) -> Library:
    sources = {"training": caller, "pet": called}
    sets = read_sets(LIBRARY.roles, {}, sources)
    flows = {name: read_flow(source, file=f"{name}.toml", sets=sets) for name, source in sources.items()}
    return replace(LIBRARY, flows={**LIBRARY.flows, **flows}, sets=sets).with_revisions(flows.values())


def begun(*edits: tuple[str, str]) -> Talk:
    """Begin the calling flow, both files edited."""
    files = [CALLER, CALLED]
    for found, instead in edits:
        files = [file.replace(found, instead) for file in files]
    return replace(booked().at(Stage.READY), library=library(*files)).says("TRAINING")


def test_what_is_handed_in_is_read_by_texts_in_the_persons_words() -> None:
    assert begun().says("dog").text == "How heavy is your Brown dog Rex, born May 14, 2020?"


@pytest.mark.parametrize(("kind", "weight", "said"), [("1", "5", "A light"), ("2", "5", "Big"), ("2", "31", "That is")])
def test_what_is_handed_in_is_read_by_conditions(kind: str, weight: str, said: str) -> None:
    assert begun().says(kind, weight).text.startswith(said)


def test_outputs_are_seen_by_the_caller_and_nothing_else_is() -> None:
    talk = begun().says("dog", "5", "big", "red")

    assert talk.text == "Is Very big all right?"
    assert {name: value for name, value in talk.frame.answers.items() if "/" not in name} == {
        "kind": "dog",
        "size": "big",
    }
    assert talk.frame.inputs == {}


def test_called_flow_without_outputs_shows_all() -> None:
    talk = begun(('outputs = ["size"]\n', "")).says("dog", "5", "big", "red")

    assert dict(talk.frame.answers) == {"kind": "dog", "weight": 5, "size": "big", "color": "red"}


def test_what_it_keeps_to_itself_still_stands_when_it_is_called_again() -> None:
    again = begun().says("dog", "5", "big", "red", "no", "dog")

    assert again.text == "Is Very big all right?"


def test_back_goes_into_it_with_what_it_was_handed_and_kept() -> None:
    before = begun().says("dog", "5", "big")
    back = before.says("red", "BACK")

    assert (back.frame, back.text) == (before.frame, before.text)
    assert back.says("BACK", "BACK").text == "How heavy is your Brown dog Rex, born May 14, 2020?"


def test_same_name_in_both_is_two_answers() -> None:
    talk = begun(('save_as = "color"', 'save_as = "kind"')).says("dog", "5", "small", "red")

    assert talk.text == "Bye, Brown dog."


def test_fact_that_a_correction_made_pointless_is_dropped_though_kept_inside() -> None:
    talk = begun(
        (
            '[[step.kind.next]]\nto = "pet"',
            '[[step.kind.next]]\nif = "kind == \'cat\'"\nto = "bye"\n[[step.kind.next]]\nto = "pet"',
        )
    )
    asked = talk.says("dog", "5", "big", "red")
    assert asked.answers["weight"] == 5

    changed = asked.says("no", "cat")

    assert changed.text == "Bye, Gray cat."
    assert Remember(field="weight", value=None) in changed.turn.effects


CIRCLE = """\
id = "{id}"
languages = ["en", "es"]

[step.inner]
call = "{other}"
next = "bye"

[step.bye]
say.en = "Bye."
say.es = "Saludos."
end = "done"
"""


def test_calls_in_a_circle_are_passed_over_and_a_human_looks() -> None:
    circle = library(CIRCLE.format(id="training", other="pet"), CIRCLE.format(id="pet", other="training"))

    talk = replace(booked().at(Stage.READY), library=circle).says("TRAINING")

    assert talk.text == "Bye.\nBye."
    assert [effect.reason for effect in talk.all(HandOff)] == ["flow_in_circle"]


def test_flow_that_goes_round_leaves_the_person_where_they_were() -> None:
    goes_round = ("[step.small]\nsay.en = ", '[step.round]\ncall = "empty"\nnext = "small"\n\n[step.small]\nsay.en = ')
    looped = CALLED.replace(*goes_round).replace("Pesa poco.'''\nnext = \"size\"", "Pesa poco.'''\nnext = \"round\"")
    empty = 'id = "empty"\nlanguages = ["en", "es"]\n[step.nothing]\nend = "done"\n'
    sources = {"training": CALLER, "pet": looped, "empty": empty}
    sets = read_sets(LIBRARY.roles, {}, sources)
    flows = {name: read_flow(source, file=f"{name}.toml", sets=sets) for name, source in sources.items()}
    before = replace(booked().at(Stage.READY), library=replace(LIBRARY, flows=flows, sets=sets)).says("TRAINING", "cat")

    talk = before.says("5")

    assert talk.text == "We have passed that on. A person from Chicago Reads will write to you."
    assert [effect.reason for effect in talk.all(HandOff)] == ["flow_in_circle"]
    assert talk.says("31").text == "That is more than 30.\nBig or small?"


BROKEN = {
    "type of an input": (CALLED, '"number", word', '"nunber", word', "pet.toml:3: inputs: 'most' has the type 'nunber'; did you mean 'number'?"),
    "input that has a meaning": (CALLED, "most", "weight", "pet.toml:3: inputs: 'weight' has a meaning already; write another name"),
    "output that nobody asks for": (CALLED, '["size"]', '["size", "sise"]', "pet.toml:4: outputs: no step saves an answer as 'sise'; did you mean 'size'?"),
    "with without call": (CALLER, 'call = "pet"\n', "", "training.toml:21: step.pet.with: goes with call, which this step has not; remove it"),
    "unknown answer passed": (CALLER, '"{kind}"', '"{kid}"', "training.toml:22: step.pet.with: found {kid}; did you mean 'kind'?"),
    "answer among words": (CALLER, '"{kind}"', '"a {kind}"', "training.toml:22: step.pet.with: found 'a {kind}' for 'sort'; write one answer"),
    "condition on what is no output": (CALLER, "size == 'big'", "weight > 4", "training.toml:23: step.pet.next.0: 'weight' is an answer of 'pet', but none of its outputs; add it to outputs there"),
    "text with what is no output": (CALLER, "{size}", "{color}", "training.toml:30: step.sure.ask: 'color' is an answer of 'pet', but none of its outputs"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_broken_signature_is_told_where_and_what_to_write(what: str) -> None:
    file, found, instead, told = BROKEN[what]
    assert found in file
    files = [file.replace(found, instead) if file is one else one for one in (CALLER, CALLED)]

    with pytest.raises(FlowError, match=re.escape(told)):
        library(*files)
