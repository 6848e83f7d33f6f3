"""A flow file that is wrong says where, what was found and what to write instead."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from flows.conditions import Kind
from flows.files.names import Sets, names_of
from flows.files.reader import read_flow
from flows.files.shape import FlowError, read_table
from flows.library import read_library, shipped
from flows.model import Flow

GOOD = """\
id = "pets"
languages = ["en", "es"]
remember = true

[step.kind]
ask.en = '''Which pet is yours, {given_name}?'''
ask.es = '''¿Qué mascota tiene, {given_name}?'''
answer = "choice"
save_as = "kind"
[[step.kind.choice]]
id = "cat"
label.en = "Cat"
label.es = "Gato"
[[step.kind.choice]]
id = "dog"
label.en = "Dog"
label.es = "Perro"
[[step.kind.next]]
if = "kind == 'cat'"
to = "age_of_cat"
[[step.kind.next]]
to = "bye"

[step.age_of_cat]
ask.en = '''How old is it?'''
ask.es = '''¿Cuántos años tiene?'''
answer = "number"
save_as = "cat_age"
next = "bye"

[step.bye]
say.en = '''Bye, {cat_age}!'''
say.es = '''¡Adiós, {cat_age}!'''
end = "done"
"""
CALLED = Sets(choices={"roles": ()}, called={"audiences/employee": {}, "audiences/work_study": {}})


def read(source: str) -> Flow:
    return read_flow(source, file="pets.toml", sets=CALLED)


def test_good_file_is_read() -> None:
    flow = read(GOOD)

    assert flow.start == "kind"
    assert list(flow.steps) == ["kind", "age_of_cat", "bye"]
    assert flow.names["kind"].values == {"cat", "dog"}
    assert flow.names["cat_age"].kind is Kind.NUMBER


def test_revision_changes_with_the_file_and_with_nothing_else() -> None:
    assert read(GOOD).revision == read(GOOD).revision
    assert read(GOOD).revision != read(GOOD + "\n").revision


BROKEN = {
    "not TOML": ("'''Bye, {cat_age}!'''", "Bye", r"pets.toml: this is not TOML: .* texts go between '''"),
    "unknown key of the file": ('id = "pets"', 'id = "pets"\nlanguage = "en"', r"pets.toml:2: language: .*'languages'"),
    "no id": ('id = "pets"\n', "", r"pets.toml:1: id: is missing; add it"),
    "no steps": (GOOD[GOOD.index("[step") :], "[step]", r"pets.toml:5: step: "),
    "no languages": ('["en", "es"]', "[]", r"pets.toml:2: languages: "),
    "unknown key": ('answer = "number"', 'anwser = "number"', r"pets.toml:27: step.age_of_cat.anwser: .*'answer'\?"),
    "unknown key, near none": (
        'answer = "number"',
        'qqqq = "number"',
        r"pets.toml:27: .*qqqq: unknown key; known are say",
    ),
    "unknown key of a choice": (
        'id = "dog"\n',
        'id = "dog"\nlabl = "D"\n',
        r"pets.toml:14: .*choice.1.labl: .*'label'\?",
    ),
    "unknown key of a branch": ('to = "bye"\n\n', 'too = "bye"\n\n', r"pets.toml:21: .*next.*too: .*'to'\?"),
    "key below a table": (
        'to = "bye"\n\n',
        'to = "bye"\nhelp.en = "x"\n\n',
        r"pets.toml:21: .*help: belongs to the step.*move it up",
    ),
    "choice id with capitals": ('id = "dog"', 'id = "Dog"', r"pets.toml:14: .*choice.1.id: found 'Dog'; "),
    "save_as with a dash": (
        'save_as = "cat_age"',
        'save_as = "cat-age"',
        r"pets.toml:28: .*save_as: found 'cat-age'; ",
    ),
    "no label": ('label.en = "Dog"\nlabel.es = "Perro"\n', "", r"pets.toml:14: .*choice.1.label: is missing"),
    "limit too large": ('end = "done"', 'end = "done"\nlimit = 20', r"pets.toml:35: step.bye.limit: found 20; "),
    "language missing": (
        "say.es = '''¡Adiós, {cat_age}!'''\n",
        "",
        r"pets.toml:32: .*bye.say: has no words in 'es'; add say.es",
    ),
    "language unknown": (
        "end =",
        "say.fr = 'Au revoir, {cat_age}'\nend =",
        r"pets.toml:32: .*has words in 'fr'; languages are en, es",
    ),
    "empty text": ("'''Bye, {cat_age}!'''", "'''  '''", r"pets.toml:32: .*has no words in 'en'"),
    "placeholders differ": (
        "¡Adiós, {cat_age}!",
        "¡Adiós!",
        r"pets.toml:32: .*different placeholders \(en: cat_age; es: none\)",
    ),
    "placeholder unknown": ("{cat_age}", "{cat_agee}", r"pets.toml:32: .*found \{cat_agee\}; did you mean 'cat_age'\?"),
    "placeholder in a label": ('"Cat"', '"Cat {hub}"', r"pets.toml:10: .*different placeholders"),
    "step unknown": (
        'to = "age_of_cat"',
        'to = "age_of_dog"',
        r"pets.toml:18: .*found 'age_of_dog'; did you mean 'age_of_cat'\?",
    ),
    "next unknown": (
        'next = "bye"',
        'next = "by"',
        r"pets.toml:29: step.age_of_cat.next.0: found 'by'; did you mean 'bye'\?",
    ),
    "start unknown": ("remember = true", 'start = "kin"', r"pets.toml:3: start: found 'kin'; did you mean 'kind'\?"),
    "name unknown": (
        "kind == 'cat'",
        "kindd == 'cat'",
        r"pets.toml:18: .*no step saves an answer as 'kindd'; did you mean 'kind'\?",
    ),
    "value impossible": ("kind == 'cat'", "kind == 'cow'", r"pets.toml:18: .*'kind' is never 'cow'; "),
    "types do not go together": (
        "kind == 'cat'",
        "kind < 3",
        r"pets.toml:18: .*cannot compare kind \(text\) with 3 \(number\)",
    ),
    "no truth": ("kind == 'cat'", "kind", r"pets.toml:18: .*neither true nor false"),
    "condition not to be read": ("kind == 'cat'", "kind ==", r"pets.toml:18: .*cannot be read; write comparisons"),
    "otherwise in the middle": (
        "if = \"kind == 'cat'\"\n",
        "",
        r"pets.toml:18: .*has no condition, so the branches below",
    ),
    "no otherwise": ('[[step.kind.next]]\nto = "bye"\n', "", r"pets.toml:18: .*the last branch has a condition"),
    "branch without a target": ('to = "bye"\n\n', "\n", r"pets.toml:21: .*must have either to or revisit"),
    "branch with two targets": (
        'to = "bye"\n\n',
        'to = "bye"\nrevisit = "kind"\n\n',
        r"must have either to or revisit",
    ),
    "revisit unknown": ('to = "bye"\n\n', 'revisit = "kid"\n\n', r"pets.toml:21: .*found 'kid'; did you mean 'kind'\?"),
    "revisit by a choice that is no answer": ('to = "bye"\n\n', 'revisit = "{kind}"\n\n', r"found 'cat'; .*cat_age"),
    "revisit by what is no choice": (
        'to = "bye"\n\n',
        'revisit = "{cat_age}"\n\n',
        r"pets.toml:21: .*'cat_age'.*picked from choices",
    ),
    "no way on": ('next = "bye"\n', "", r"pets.toml:24: step.age_of_cat: leads nowhere; add next"),
    "end and next": (
        'next = "bye"',
        'next = "bye"\nend = "x"',
        r"pets.toml:30: .*end: a step that ends cannot lead on",
    ),
    "answer type unknown": ('"number"', '"numbr"', r"pets.toml:27: .*answer: found 'numbr'; did you mean 'number'\?"),
    "answer type missing": ('answer = "number"\n', "", r"pets.toml:24: .*answer: found 'nothing'; "),
    "saves nothing": ('save_as = "cat_age"\n', "", r"asks but saves nothing"),
    "no question": (
        "ask.en = '''How old is it?'''\nask.es = '''¿Cuántos años tiene?'''\n",
        "",
        r"answer: stands without a question",
    ),
    "nothing to choose": ('"number"', '"choice"', r"pets.toml:24: .*has nothing to choose from"),
    "choices unknown": (
        'save_as = "cat_age"',
        'save_as = "cat_age"\nchoices = "role"',
        r"pets.toml:29: .*choices: found 'role'; did you mean 'roles'\?",
    ),
    "yes_no with odd choices": (
        'answer = "choice"',
        'answer = "yes_no"',
        r"pets.toml:10: .*found 'cat'; known are yes, no, unsure",
    ),
    "offer without a question": (
        'end = "done"',
        'offer = "shift"\nnone = "kind"\nend = "done"',
        r"pets.toml:34: .*offer: stands without a question",
    ),
    "offer that asks for a number": (
        'answer = "number"',
        'answer = "number"\noffer = "shift"\nnone = "bye"',
        r"an offer is answered by answer = \"choice\"",
    ),
    "offer without a way out": ('answer = "number"', 'answer = "choice"\noffer = "shift"', r"none: found 'nothing'"),
    "offer of what there is not": (
        'answer = "number"',
        'answer = "choice"\noffer = "shfit"',
        r"pets.toml:28: .*offer: found 'shfit'; ",
    ),
    "book an unknown answer": (
        'end = "done"',
        'book = "kidn"\nfull = "kind"\nend = "done"',
        r"pets.toml:34: .*book: found 'kidn'; did you mean 'kind'\?",
    ),
    "book without a way out": ('end = "done"', 'book = "kind"\nend = "done"', r"full: found 'nothing'"),
    "call unknown": (
        'end = "done"',
        'call = "audiences/employe"\nend = "done"',
        r"pets.toml:34: .*call: .*did you mean 'audiences/employee'\?",
    ),
    "action empty": ('end = "done"', 'do = [{}]\nend = "done"', r"pets.toml:34: .*do.0: must name one action"),
    "two actions in one": (
        'end = "done"',
        'do = [{ stage = "ready", human = "x" }]\nend = "done"',
        r"must name one action",
    ),
    "stage unknown": (
        'end = "done"',
        'do = [{ stage = "redy" }]\nend = "done"',
        r"pets.toml:34: .*do.0.stage: found 'redy'; ",
    ),
    "within what": ('"number"', '"date"\nwithin = "now"', r"pets.toml:28: .*within: found 'now'; "),
    "within a number": ('"number"', '"number"\nwithin = "past"', r"pets.toml:28: .*within: .*date"),
    "same answer twice": ('save_as = "cat_age"', 'save_as = "kind"', r"save_as: 'kind' is saved by step.kind already"),
    "same choice twice": ('id = "dog"', 'id = "cat"', r"pets.toml:14: .*'cat' is offered twice"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_file_is_told_where_and_what_to_write(what: str) -> None:
    old, new, message = BROKEN[what]
    assert old in GOOD

    with pytest.raises(FlowError, match=message):
        read(GOOD.replace(old, new))


def test_all_faults_are_told_at_once() -> None:
    source = GOOD.replace('"number"', '"numbr"').replace('to = "age_of_cat"', 'to = "x"').replace("kind == ", "kid == ")

    with pytest.raises(FlowError) as caught:
        read(source)

    assert len(caught.value.faults) == 3


def test_names_of_a_flow_tell_what_each_answer_holds() -> None:
    names = names_of(read_table(GOOD, file="pets.toml"), CALLED)

    assert {name: known.kind for name, known in names.items()} == {"kind": Kind.TEXT, "cat_age": Kind.NUMBER}


# --- a folder ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(str(files("flows")), tmp_path / "flows")
    return tmp_path / "flows"


def test_shipped_folder_is_read(folder: Path) -> None:
    assert read_library(folder).revisions.keys() == shipped().revisions.keys()


def test_flow_in_one_language_alone_is_refused(folder: Path) -> None:
    source = 'id = "one"\nlanguages = ["en"]\n[step.bye]\nsay.en = "Bye"\nend = "bye"\n'
    (folder / "catalog/one.toml").write_text(source, "utf-8")

    with pytest.raises(FlowError, match=r"catalog/one.toml: languages: lacks 'es'; add its texts"):
        read_library(folder)


FOLDER = {
    "flow under another name": (
        "catalog/shifts.toml",
        'id = "shifts"',
        'id = "shift"',
        r"catalog/shifts.toml:.*id: found 'shift'; write id = 'shifts'",
    ),
    "audience under another name": (
        "audiences/employee.toml",
        'id = "employee"',
        'id = "employe"',
        r"audiences/employee.toml:.*write id = 'employee'",
    ),
    "audience without a label": (
        "audiences/employee.toml",
        'label.en = "Employee of a company"\n',
        "",
        r"audiences/employee.toml:.*label: has no words in 'en'",
    ),
    "flow in one language": (
        "catalog/shifts.toml",
        '["en", "es"]',
        '["en"]',
        r"catalog/shifts.toml:.*has words in 'es'; languages are en",
    ),
    "role with an unknown key": ("roles/tutor.toml", "minors = true", "minor = true", r"roles/tutor.toml: minor"),
    "role without a language": (
        "roles/tutor.toml",
        'es = "Tutor"',
        "",
        r"roles/tutor.toml: label: has no words in 'es'",
    ),
    "role for an unknown audience": (
        "roles/tutor.toml",
        '"employee"',
        '"employe"',
        r"roles/tutor.toml: audiences: found 'employe'; did you mean 'employee'\?",
    ),
    "role that is not TOML": ("roles/tutor.toml", "[label]", "[label", r"roles/tutor.toml: "),
    "command unknown": (
        "commands.toml",
        "[command.person]",
        "[command.persn]",
        r"commands.toml: command.persn: .*'person'",
    ),
    "command word twice": (
        "commands.toml",
        'en = ["back", "go back",',
        'en = ["back", "person",',
        r"commands.toml: .*'person' .*twice",
    ),
    "commands that are not TOML": (
        "commands.toml",
        "[command.stop]",
        "[command.stop",
        r"commands.toml: this is not TOML",
    ),
    "phrases that are not TOML": ("phrases.toml", "[stopped]", "[stopped", r"phrases.toml: this is not TOML"),
    "phrase without a language": (
        "phrases.toml",
        "es = '''Otra vez:'''",
        "",
        r"phrases.toml: once_more: has no words in 'es'",
    ),
    "phrase with other placeholders": (
        "phrases.toml",
        "¡Gracias! Nos vemos {slot}.",
        "¡Gracias!",
        r"phrases.toml: confirmed: has different placeholders",
    ),
    "phrase that is a number": ("phrases.toml", "[once_more]", "odd = 3\n[once_more]", r"phrases.toml: odd: .*found 3"),
}


@pytest.mark.parametrize("what", FOLDER)
def test_broken_folder_is_told_where_and_what_to_write(what: str, folder: Path) -> None:
    file, old, new, message = FOLDER[what]
    source = (folder / file).read_text("utf-8")
    assert old in source
    (folder / file).write_text(source.replace(old, new, 1), "utf-8")

    with pytest.raises(FlowError, match=message):
        read_library(folder)
