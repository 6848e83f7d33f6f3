"""Each rule of the linter finds its mistake in one file, and nothing in its mended twin; what we ship is clean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from flows.faq import Faq, read_faq
from flows.files.reader import read_flow
from flows.files.shape import FlowError
from flows.library import Library, read_sets, shipped
from flows.lint import RULES, lint
from flows.lint.finding import Finding
from flows.phrases import Phrases, read_phrases

HERE = Path(__file__).parent
SHIPPED = shipped()
PHRASES = (files("flows") / "phrases.toml").read_text("utf-8")
FAQ = (files("flows") / "faq.toml").read_text("utf-8")
CASES = sorted(path.name.removesuffix(".bad.toml") for path in HERE.glob("*.bad.toml"))


def parts_of(text: str, kind: str = "file") -> dict[str, str]:
    """Return the files that stand below lines like ``# file: audiences/cat``; without any, the text is one flow."""
    if not re.search(r"^# (?:file|base): ", text, re.MULTILINE):
        found = re.search(r'^id = "(\w+)"', text, re.MULTILINE)
        return {found[1] if found else "training": text} if kind == "file" else {}
    _, *parts = re.split(r"^# (file|base): (\S+)\n", text, flags=re.MULTILINE)
    named = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return {name.removeprefix("catalog/"): source for of, name, source in named if of == kind}


def library_of(files_: Mapping[str, str]) -> Library:
    """Read flows, and phrases and the FAQ if they are there; all else is as shipped."""
    sources = {name: source for name, source in files_.items() if not name.endswith(".toml")}
    audiences = {name: source for name, source in sources.items() if "/" in name}
    catalog = {name: source for name, source in sources.items() if "/" not in name}
    sets = read_sets(SHIPPED.roles, audiences, catalog)
    flows = {name: read_flow(source, file=f"{name}.toml", sets=sets) for name, source in sources.items()}
    phrases = read_phrases(files_.get("phrases.toml", ""), file="phrases.toml", languages=("en", "es"))
    faq = read_faq(files_["faq.toml"], file="faq.toml") if "faq.toml" in files_ else Faq()
    return replace(SHIPPED, flows=flows, sets=sets, revisions={}, phrases=phrases, faq=faq)


def found_in(text: str) -> tuple[Finding, ...]:
    here, before = parts_of(text), parts_of(text, "base")
    base = library_of(before) if before else None
    told = {"phrases": here.get("phrases.toml", ""), "faq": here.get("faq.toml", "")}
    return lint(library_of(here), base=base, **told)


@pytest.mark.parametrize("rule", CASES)
def test_rule_finds_its_mistake(rule: str) -> None:
    findings = found_in((HERE / f"{rule}.bad.toml").read_text("utf-8"))

    assert {finding.rule for finding in findings} == {rule}


@pytest.mark.parametrize("rule", CASES)
def test_mended_twin_is_clean(rule: str) -> None:
    assert found_in((HERE / f"{rule}.good.toml").read_text("utf-8")) == ()


def test_every_rule_has_its_files() -> None:
    assert set(CASES) == {rule.id for rule in RULES}


def test_what_we_ship_is_clean() -> None:
    assert lint(SHIPPED, phrases=PHRASES, faq=FAQ) == ()


def test_phrases_are_looked_at_and_found_in_their_file() -> None:
    wrong = PHRASES.replace("Thanks for writing! Text STATUS", "Thanks for writing! Text CANCEL or STATUS")
    texts = {**SHIPPED.phrases.texts, "idle": {**SHIPPED.phrases.texts["idle"], "en": "Text CANCEL or STATUS."}}

    (finding,) = lint(replace(SHIPPED, phrases=Phrases(texts=texts)), phrases=wrong)

    assert (finding.file, finding.step, finding.rule) == ("phrases.toml", "idle", "carrier-word-offered")
    assert "Text CANCEL" in wrong.splitlines()[finding.line - 1]


def test_finding_names_the_line_the_letters_and_what_to_write() -> None:
    text = (HERE / "too-many-parts.bad.toml").read_text("utf-8")

    english, spanish = found_in(text)

    assert text.splitlines()[english.line - 1].startswith("say.en")
    assert text.splitlines()[spanish.line - 1].startswith("say.es")
    assert "doubled by í" in spanish.found
    assert "long = true" in spanish.write


SAME_CONDITION = """\
id = "training"
languages = ["en", "es"]

[step.wants_pet]
ask.en = "Is it a cat?"
ask.es = "¿Es gato?"
answer = "yes_no"
save_as = "cat"
[[step.wants_pet.next]]
if = "cat"
to = "name"
[[step.wants_pet.next]]
to = "look"

[step.name]
ask.en = "What is its name?"
ask.es = "¿Qué nombre tiene?"
answer = "text"
save_as = "cat_name"
next = "look"

[step.look]
[[step.look.next]]
if = "cat"
to = "bye"
[[step.look.next]]
to = "other"

[step.bye]
say.en = "Bye, {cat_name}."
say.es = "Saludos, {cat_name}."
end = "done"

[step.other]
say.en = "Bye."
say.es = "Saludos."
end = "done"
"""


def test_answer_is_known_where_one_condition_leads_through_its_question() -> None:
    assert found_in(SAME_CONDITION) == ()
    (finding,) = found_in(SAME_CONDITION.replace('"Bye."', '"Bye, {cat_name}."').replace('"Saludos."', '"{cat_name}."'))
    assert (finding.rule, finding.step) == ("read-before-set", "other")


BROKEN = ["", "next = 'bye'\n", "end = 'done'\n", "ask.en = '''A? B?'''\n", 'if = "minor"\n', 'to = "bye"\n']


@pytest.mark.parametrize("rule", CASES)
def test_no_mutilated_file_makes_it_fail(rule: str) -> None:
    """Each line left out, doubled or exchanged: either the reader refuses the file, or the linter looks at it."""
    lines = (HERE / f"{rule}.bad.toml").read_text("utf-8").splitlines(keepends=True)
    looked_at = 0
    for number, line in enumerate(lines):
        for instead in (*BROKEN[: 1 + number % len(BROKEN)], line * 2):
            try:
                found_in("".join([*lines[:number], instead, *lines[number + 1 :]]))
            except FlowError:
                continue
            looked_at += 1

    assert looked_at


def heard(kind: str, words: str) -> set[str]:
    """Return the rules that an extra word for the first of two choices breaks."""
    text = (HERE / "dead-synonym.good.toml").read_text("utf-8").replace('answer = "choice"', f'answer = "{kind}"')
    if kind == "yes_no":
        text = text.replace('id = "call"', 'id = "yes"').replace('id = "mail"', 'id = "no"')
    return {
        finding.rule
        for finding in found_in(
            text.replace('label.es = "Una llamada', f'also.en = ["{words}"]\nlabel.es = "Una llamada')
        )
    }


@pytest.mark.parametrize(
    ("kind", "words", "rules"),
    [
        ("choice", "on the phone", set()),
        ("choice", "1", set()),
        ("choice", "2", {"dead-synonym"}),
        ("choice", "post", {"shared-word"}),
        ("choice", "...", {"dead-synonym"}),
        ("choice", "help", {"carrier-word"}),
        ("choice", "talk to a person please now", {"intent-word"}),
        ("choice", "cancel my shift", {"intent-word"}),
        ("yes_no", "sure", set()),
        ("yes_no", "never", {"dead-synonym"}),
    ],
)
def test_word_for_a_choice_is_read_as_a_reply_would_be(kind: str, words: str, rules: set[str]) -> None:
    assert heard(kind, words) == rules


def test_what_is_handed_in_counts_with_the_longest_words_of_its_question() -> None:
    text = (HERE / "call-inputs.good.toml").read_text("utf-8")
    label = "a very old animal, far too old to be told its age in years, or in any other way at all"
    choices = f"""\
answer = "choice"
[[step.age_of_pet.choice]]
id = "old"
label.en = "{label[:74]}"
label.es = "{label[:70]}"
[[step.age_of_pet.choice]]
id = "young"
label.en = "Young"
label.es = "Joven"
"""
    head, _, step = text.partition('answer = "number"\n')
    step, _, rest = step.partition("\n\n")
    told = head + step + "\n" + choices + "\n" + rest.replace('{ old = "number" }', '{ old = "choice" }')
    long = told.replace("It is {old}.", "It is {old}. " * 4).replace("Tiene {old}.", "Tiene {old}. " * 4)

    assert found_in(told) == ()
    assert {(finding.rule, finding.step) for finding in found_in(long)} == {("too-many-parts", "how_much")}


def test_emoji_in_a_label_is_found_on_its_line() -> None:
    text = (HERE / "dead-synonym.good.toml").read_text("utf-8").replace("A letter", "A letter \N{ENVELOPE}\ufe0f")

    (finding,) = found_in(text)

    assert finding.rule == "emoji"
    assert text.splitlines()[finding.line - 1] == "[[step.contact.choice]]"


def test_answer_of_the_faq_is_found_on_its_line() -> None:
    text = FAQ.replace("Signing up is free.", "Is it not free?")
    faq = read_faq(text.replace("charge for texts.", "charge. You see?", 1), file="faq.toml")

    finding = next(
        found for found in lint(replace(SHIPPED, faq=faq), phrases=PHRASES, faq=text) if found.step == "cost"
    )

    assert (finding.file, finding.rule) == ("faq.toml", "one-question")
    assert "Is it not free?" in text.splitlines()[finding.line - 1]


@pytest.mark.parametrize(
    ("wanted", "value", "told"),
    [
        ("number", '"{years}"', ""),
        ("number", "3", ""),
        ("number", '"three"', "'three' is none"),
        ("number", "true", "True is none"),
        ("yes_no", "true", ""),
        ("yes_no", '"yes"', "'yes' is none"),
        ("text", '"{years}"', "'years' holds 'number'"),
        ("text", '"Rex"', ""),
        ("age", '"{years}"', "'years' holds 'number'"),
        ("age", '"{age}"', ""),
        ("zip", '"60614"', ""),
        ("zip", '"606"', "'606' is none"),
        ("date", '"2020-05-14"', ""),
        ("date", '"May"', "'May' is none"),
        ("time", '"15:30"', ""),
        ("choice", '"big"', ""),
        ("name", '"Ana"', "'Ana' is none"),
    ],
)
def test_input_is_handed_what_it_wants(wanted: str, value: str, told: str) -> None:
    text = (HERE / "call-inputs.good.toml").read_text("utf-8")
    text = text.replace('{ old = "number" }', f'{{ old = "{wanted}" }}').replace('"{years}"', value)

    assert [told in finding.found for finding in found_in(text) if finding.rule == "call-inputs"] == [True] * bool(told)


@pytest.mark.parametrize(
    ("at", "rules"),
    [
        ("08:59", {"nudge-hours"}),
        ("09:00", {"nudge-on-sunday"}),
        ("11:59", {"nudge-on-sunday"}),
        ("12:00", set()),
        ("19:59", set()),
        ("20:00", {"nudge-hours"}),
    ],
)
def test_nudges_leave_by_day(at: str, rules: set[str]) -> None:
    text = (HERE / "nudge-hours.good.toml").read_text("utf-8")

    assert {finding.rule for finding in found_in(text.replace("17:30", at))} == rules


@pytest.mark.parametrize(
    ("found", "instead", "behind"),
    [
        ("Is it a cat?", "Is it a cat", []),
        ("Is it a cat?", "Is this a cat?", ["the English text of 'ask' was changed, and the Spanish one was not"]),
        ("¿Es gato?", "¿Es un gato?", ["the Spanish text of 'ask' was changed, and the English one was not"]),
    ],
)
def test_translation_that_stayed_behind_is_told(found: str, instead: str, behind: list[str]) -> None:
    text = (HERE / "nudge-hours.good.toml").read_text("utf-8")

    findings = lint(library_of(parts_of(text.replace(found, instead))), base=library_of(parts_of(text)))

    assert [finding.found for finding in findings] == behind


def test_example_that_asks_for_something_else_is_found() -> None:
    text = (HERE / "call-inputs.good.toml").read_text("utf-8")
    offers = text.replace("How old is your pet?", "How old is your pet? For example: stop texting me.")

    (finding,) = found_in(offers)

    assert (finding.rule, finding.step) == ("intent-word", "age_of_pet")
    assert "'stop texting me', which is read as a wish for stop" in finding.found


@pytest.mark.parametrize(("limit", "holds"), [(4, False), (5, True), (9, True), (10, False)])
def test_limits_of_a_number_are_tried(limit: int, holds: bool) -> None:
    text = (
        (HERE / "call-inputs.good.toml")
        .read_text("utf-8")
        .replace(
            'save_as = "years"\nnext = "food"\n',
            'save_as = "years"\nminimum = 5\nmaximum = 9\n'
            f'[[step.age_of_pet.next]]\nif = "years == {limit}"\nto = "food"\n[[step.age_of_pet.next]]\nto = "food"\n',
        )
    )

    assert {finding.rule for finding in found_in(text)} == (set() if holds else {"never-taken"})
