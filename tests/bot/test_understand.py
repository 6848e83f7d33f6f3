"""``peoplepower understand`` answers each reply with a line of JSON, whatever else is in the file."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from bot.commands.understand import TYPES, answer_lines
from flows.library import shipped

TODAY = date(2026, 11, 21)  # a Saturday
FRUIT = [{"id": "a", "label": "Apples"}, {"id": "b", "label": "Pears"}]


def run(*arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "understand", *arguments],
        input=lines,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def told(kind: str, text: str, **fields: Any) -> dict[str, Any]:
    line = json.dumps({"type": kind, "text": text, "today": "2026-11-21", **fields})
    ((answer, _),) = answer_lines([line], today=TODAY)
    read: dict[str, Any] = json.loads(answer)
    return read


def test_one_reply_prints_one_line() -> None:
    done = run("--type", "date", "--lang", "en", "--today", "2026-11-21", "--asked", "Which day?", "December 3rd")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "id": None,
        "kind": "match",
        "value": "2026-12-03",
        "options": [],
        "intent": None,
    }


def test_a_reply_in_spanish_comes_out_as_it_was_written() -> None:
    done = run("--type", "name", "José Núñez")

    assert '"first": "José"' in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--jsonl"),
        (["--type", "dates", "hi"], '"type" is "dates"'),
        (["--today", "yesterday", "hi"], '"today" is "yesterday"'),
        (["--type", "choice", "hi"], '"choices" is missing'),
    ],
)
def test_what_cannot_be_read_is_told_and_ends_with_a_mistake(arguments: list[str], says: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert says in done.stdout.replace('\\"', '"') + done.stderr


def test_thousands_of_lines_are_answered_in_order() -> None:
    chance = random.Random(5)
    texts = [
        "tomorrow",
        "stop texting me",
        "Ana Torres",
        "60614",
        "sí",
        "3pm",
        "no puedo ir el martes",
        "",
        "🎉",
        "tutor",
    ]
    lines = [
        {"id": number, "type": chance.choice(TYPES), "text": chance.choice(texts), "choices": FRUIT}
        for number in range(5_000)
    ]

    done = run("--jsonl", lines="".join(json.dumps(line) + "\n" for line in lines))

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [answer["id"] for answer in answers] == list(range(5_000))
    assert {answer["kind"] for answer in answers} == {"match", "no_match"}


def test_a_malformed_line_leaves_the_others_answered() -> None:
    good = '{"id": "x", "type": "yes_no", "text": "yes"}'
    bad = [
        *(
            "{",
            "[]",
            '"yes"',
            "null",
            '{"id": 7}',
            '{"id": 7, "type": "yes_no"}',
            '{"id": 7, "type": "yes_no", "text": 1}',
        ),
        *('{"type": "any", "text": "x", "lang": "fr"}', '{"type": "any", "text": "x", "today": "soon"}'),
        *('{"type": "time", "text": "3", "within": ["3pm", "5pm"]}', '{"type": "choice", "text": "3", "choices": [1]}'),
        *('{"type": "choice", "text": "3"}', '{"type": ["date"], "text": "3"}', "[" * 100_000),
    ]

    done = run("--jsonl", lines="\n".join([good, *bad, "", good]))

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert answers[0]["value"] is answers[-1]["value"] is True
    assert len(answers) == len(bad) + 2
    assert all(answer["error"].endswith(".") for answer in answers[1:-1])
    assert answers[5]["id"] == 7


def test_broken_letters_do_not_end_the_run() -> None:
    done = run("--jsonl", lines='{"id": "\\ud800", "type": "text", "text": "a\\ud800b"}\n')

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "match"


def test_nothing_that_stores_or_sends_is_loaded() -> None:
    program = (
        "import sys; from bot.__main__ import app; sys.argv[1:] = ['understand', '--type', 'role', 'tutor']\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    heavy = ("storage", "channels", "alembic", "sqlmodel", "sqlalchemy", "twilio", "telegram", "slack_bolt", "fastapi")
    assert not [name for name in heavy if f"'{name}'" in loaded]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        *[("yes_no", "sure", True), ("yes_no", "nope", False), ("yes_no", "not sure", None), ("number", "twelve", 12)],
        *[("date", "December 3", "2026-12-03"), ("time", "half past four pm", "16:30"), ("age", "I'm 67", 67)],
        *[
            ("name", "my name is ana lopez", {"first": "Ana", "last": "Lopez"}),
            ("phone", "312-555-0142", "+13125550142"),
        ],
        *[("email", "jane dot doe at gmail dot com", "jane.doe@gmail.com"), ("zip", "60614", "60614")],
        ("availability", "Mondays 4 to 8pm", [{"day": "mon", "from": "16:00", "to": "20:00"}]),
        *[("role", "homework help", "tutor"), ("role", "apoyo a familias", "wraparound_coordinator")],
        *[("audience", "I'm retired", "older_adult"), ("audience", "estudiante de secundaria", "high_school")],
        *[
            ("shift_reply", "yep see you there", "confirm"),
            ("shift_reply", "can I come Thursday instead", "reschedule"),
        ],
        *[("shift_reply", "running 10 min late", "late"), ("shift_reply", "who do I ask for?", "question")],
        ("shift_reply", "no puedo ir", "decline"),
    ],
)
def test_each_type_gives_its_value(kind: str, text: str, value: object) -> None:
    answer = told(kind, text)

    assert (answer["kind"], answer["value"], answer["intent"]) == ("match", value, None)


@pytest.mark.parametrize("kind", ["role", "audience"])
def test_every_shipped_label_is_understood_in_both_languages(kind: str) -> None:
    for option in shipped().sets.choices[f"{kind}s"]:
        for language, label in option.label.items():
            assert told(kind, label, lang=language)["value"] == option.id


def test_what_may_mean_two_things_lists_both() -> None:
    answer = told("choice", "apples or pears", choices=FRUIT)

    assert (answer["kind"], answer["value"], answer["options"]) == ("ambiguous", None, ["a", "b"])


@pytest.mark.parametrize(
    ("kind", "text", "intent", "read_as"),
    [
        *[("any", "take me off this list pls", "stop", "no_match"), ("date", "STOP", "stop", "no_match")],
        *[("yes_no", "my dad hits me", "alert", "no_match"), ("zip", "call me please", "human", "no_match")],
        *[
            ("yes_no", "yes, but change my birthday", "change:birth_date", "match"),
            ("name", "skip", "skip", "no_match"),
        ],
        *[("age", "un niño me dijo que lo golpean", "alert", "no_match"), ("any", "hello", None, "no_match")],
        ("phone", "I gave you the wrong number, it's 312-555-0142", "change:phone", "match"),
        ("shift_reply", "cancel my Tuesday shift", "cancel_shift", "match"),
    ],
)
def test_what_outranks_the_question_is_told_beside_the_answer(
    kind: str, text: str, intent: str | None, read_as: str
) -> None:
    answer = told(kind, text)

    assert (answer["intent"], answer["kind"]) == (intent, read_as)


def test_an_unclear_opt_out_is_marked() -> None:
    assert told("any", "too many texts!") == {
        "id": None,
        "kind": "no_match",
        "value": None,
        "options": [],
        "intent": "stop",
        "unclear": True,
    }


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"type": "date", "text": "5/14/1956", "within": "past", "lang": "en"}, "1956-05-14"),
        ({"type": "date", "text": "14 de mayo de 1956", "within": "past"}, "1956-05-14"),
        ({"type": "time", "text": "4", "within": ["15:00", "19:00"]}, "16:00"),
        ({"type": "choice", "text": "the second one", "choices": FRUIT}, "b"),
        ({"type": "date", "text": "today"}, "2026-11-21"),
    ],
    ids=["past", "spanish untold", "window", "choices", "today untold"],
)
def test_what_is_known_of_the_question_counts(fields: dict[str, Any], value: str) -> None:
    ((answer, _),) = answer_lines([json.dumps(fields)], today=TODAY)

    assert json.loads(answer)["value"] == value
