"""The pages: nothing that people can write or set goes unmentioned, every example loads, every link leads somewhere."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import click
import pytest
import typer
from typer.testing import CliRunner

from bot import config
from bot.__main__ import app
from flows.answers import ANSWER_TYPES
from flows.commands import Command, ShiftReply
from flows.effects import Effect
from flows.files.names import BUILT_IN_NAMES, BUILT_IN_PLACEHOLDERS
from flows.files.reader import read_flow
from flows.files.shape import FlowError, FlowTable
from flows.library import Library, read_library, read_sets, shipped
from flows.lint import RULES, lint
from flows.lint.sight import Rule
from flows.messages import Address
from flows.model import Flow
from flows.stages import Stage
from storage.database import Database, migrate
from storage.people import add_person, find_by_user
from storage.schedule import list_slots
from storage.tables import TaskRow
from storage.tasks import list_open

ROOT = Path(__file__).parent.parent
PAGES = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
README = (ROOT / "README.md").read_text("utf-8")
EVERYWHERE = {"README.md": README, **{f"docs/{name}": text for name, text in PAGES.items()}}
EVERYWHERE["CONTRIBUTING.md"] = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
SCREENING = (ROOT / "flows/catalog/screening.toml").read_text("utf-8")

#: Every word of the field that code and pages share.
TERMS = """
    address, alert, answer type, audience, booking, broadcast, channel, choice, command, condition, conversation,
    coordinator, effect, flow, frame, hand-off, hub, inbound, offer, opt-out, outbound, outbox, person, phrase, quiet hours,
    receipt, redelivery, reminder, revision, role, seat, segment, sender, shift, site, slot, stage, step, task, turn
""".replace("\n", " ").split(",")


def commands() -> dict[str, click.Command]:
    """List every command, those of a group as ``flows lint``."""
    return dict(_below(typer.main.get_command(app), ""))


def _below(group: object, before: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in getattr(group, "commands", {}).items():  # typer's group and click's are two classes by now
        yield before + name, command
        yield from _below(command, f"{before}{name} ")


def flow_keys(shape: dict[str, Any]) -> Iterator[str]:
    """List the keys of every table of a flow file, as its schema names them."""
    for table in (shape, *shape["$defs"].values()):
        yield from table.get("properties", {})


def examples(page: str, name: str) -> list[str]:
    """Return the fenced blocks of a page below ``<!-- example: name -->``."""
    return re.findall(rf"<!-- example: {re.escape(name)} -->\n+```\w+\n(.*?)```", PAGES[page], re.DOTALL)


def rows(page: str) -> set[str]:
    """Return what the first cells of a page's tables name."""
    cells = re.findall(r"^\| ([^|]+) \|", PAGES[page], re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped()


# --- nothing goes unmentioned -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", config.keys())
def test_every_setting_has_a_row(setting: str) -> None:
    assert setting in rows("operators.md")


@pytest.mark.parametrize("command", commands())
def test_every_command_and_option_is_explained(command: str) -> None:
    options = [option for parameter in commands()[command].params for option in parameter.opts]

    assert f"peoplepower {command}" in rows("operators.md")
    assert [o for o in options if o.startswith("--") and o not in PAGES["operators.md"]] == []


@pytest.mark.parametrize("key", sorted(set(flow_keys(FlowTable.model_json_schema()))))
def test_every_key_of_a_flow_file_has_a_row(key: str) -> None:
    assert key in rows("write-a-flow.md")


@pytest.mark.parametrize("name", [*BUILT_IN_NAMES, *(f"{{{name}}}" for name in sorted(BUILT_IN_PLACEHOLDERS))])
def test_every_name_that_the_bot_gives_is_told(name: str) -> None:
    assert f"`{name}`" in PAGES["write-a-flow.md"]


@pytest.mark.parametrize("effect", get_args(Effect), ids=lambda effect: effect.__name__)
def test_every_effect_has_a_row(effect: type) -> None:
    assert effect.__name__ in rows("architecture.md")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_of_the_linter_is_told(rule: Rule) -> None:
    assert f"`{rule.id}`" in PAGES["write-a-flow.md"]


@pytest.mark.parametrize("name", ANSWER_TYPES)
def test_every_answer_type_has_a_row(name: str) -> None:
    assert name in rows("write-a-flow.md")


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_a_row(stage: Stage) -> None:
    assert stage.value in rows("glossary.md")


def test_every_word_that_outranks_a_question_has_a_row_in_both_languages(library: Library) -> None:
    english, spanish = PAGES["volunteers.md"].split("# Para voluntarios")
    told = {
        language: {library.commands.read(word) for word in re.findall(r"`([^`]+)`", text)}
        for language, text in (("en", english), ("es", spanish))
    }

    assert told["en"] >= set(Command)
    assert told["es"] >= set(Command)
    assert all(f"`{reply.value}`" in text for reply in ShiftReply for text in (english, spanish))


@pytest.mark.parametrize("term", [term.strip() for term in TERMS])
def test_every_term_is_defined_once(term: str) -> None:
    defined = [word.lower() for word in re.findall(r"\*\*([^*]+)\*\*", PAGES["glossary.md"])]

    assert defined.count(term) == 1


def test_every_decision_has_its_choice_its_cost_and_its_date() -> None:
    _, *decisions = re.split(r"^(?=\*\*)", PAGES["why.md"], flags=re.MULTILINE)

    assert [
        text.splitlines()[0]
        for text in decisions
        if not re.fullmatch(r"\*\*.+\*\* \(20\d\d-\d\d\)\nQuestion: .+ Choice: .+\bCost: .+", text.strip(), re.DOTALL)
    ] == []


# --- every example works ----------------------------------------------------------------------------------------------


def load(source: str, library: Library) -> Flow:
    return read_flow(source, file="catalog/screening.toml", sets=library.sets)


def with_the_question_of_the_page() -> str:
    """Do what the page tells a coordinator to do in five minutes."""
    (step,) = examples("write-a-flow.md", "step after role in screening")
    before, role, after = SCREENING.partition("[step.role]")
    led = after.replace('next = "availability"', 'next = "experience"', 1)
    return before + role + led.replace("\n[step.availability]", f"\n{step}\n[step.availability]", 1)


def test_a_flow_of_the_page_loads(library: Library) -> None:
    flows = examples("write-a-flow.md", "flow")

    assert [load(source, library).id for source in flows] == ["welcome_back"]


def test_the_question_of_five_minutes_fits_into_the_sign_up(library: Library) -> None:
    flow = load(with_the_question_of_the_page(), library)

    assert [branch.to for branch in flow.steps["role"].branches] == ["experience"]
    assert [branch.to for branch in flow.steps["experience"].branches] == ["availability"]


def test_flows_of_the_page_pass_the_linter(library: Library) -> None:
    (welcome,) = examples("write-a-flow.md", "flow")
    flows = {"screening": load(with_the_question_of_the_page(), library), "welcome_back": load(welcome, library)}

    findings = lint(replace(library, flows={**library.flows, **flows}))

    assert [finding for finding in findings if finding.rule != "uncalled-flow"] == []


def test_flows_that_call_flows_pass_the_linter(library: Library) -> None:
    (text,) = examples("write-a-flow.md", "calling")
    _, *parts = re.split(r"^# file: catalog/(\w+)\n", text, flags=re.MULTILINE)
    catalog = dict(zip(parts[::2], parts[1::2], strict=True))
    sets = read_sets({}, {}, catalog)
    flows = {name: read_flow(source, file=f"{name}.toml", sets=sets) for name, source in catalog.items()}

    assert flows["training"].names["subject"].values == {"reading", "math"}
    assert lint(replace(library, flows=flows, sets=sets)) == ()


def faults(source: str, library: Library) -> list[str]:
    with pytest.raises(FlowError) as refused:
        load(source, library)
    return [re.sub(r":\d+:", "", fault, count=1) for fault in refused.value.faults]


def test_mistakes_are_told_as_the_page_says(library: Library) -> None:
    good, page = with_the_question_of_the_page(), re.sub(r"(\.toml):\d+:", r"\1", PAGES["write-a-flow.md"])
    led = 'save_as = "experience"\nnext = "availability"\n'
    below = good.replace(led, 'save_as = "experience"\n', 1)
    below = below.replace('also.en = ["no", "never"]\n', 'also.en = ["no", "never"]\nnext = "availability"\n', 1)

    for wrong in (good.replace(f'answer = "choice"\n{led}', f'answer = "choise"\n{led}'), below):
        assert [fault for fault in faults(wrong, library) if fault not in page] == []


def test_conditions_of_the_page_can_be_read(library: Library) -> None:
    step = "\n".join(
        f'[[step.role.next]]\nif = "{c}"\nto = "review"'
        for c in re.findall(r'^`if = "(.+)"`$', PAGES["write-a-flow.md"], re.MULTILINE)
    )
    before, role, after = SCREENING.partition("[step.role]")
    led = after.replace('next = "availability"', f'{step}\n[[step.role.next]]\nto = "availability"', 1)

    assert len(load(before + role + led, library).steps["role"].branches) > 1


def test_a_role_and_an_audience_are_one_file_each(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("*.py", "__*")))
    for kind, place in (("role", "roles"), ("audience", "audiences")):
        (source,) = examples("add-more.md", kind)
        (folder / place / f"{tomllib.loads(source)['id']}.toml").write_text(source, "utf-8")

    library = read_library(folder)

    assert "reading_buddy" in library.roles
    assert "audiences/retired_teacher" in library.flows
    assert "retired_teacher" in {option.id for option in library.sets.choices["audiences"]}


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    migrate(url)
    return url


def run_lines(name: str, url: str) -> None:
    (source,) = examples("operators.md", name)
    exec(compile(source.replace("sqlite:///peoplepower.db", url), name, "exec"), {})  # noqa: S102 - our own page


def test_lines_of_the_page_plan_a_training_and_shifts(url: str, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'[database]\nurl = "{url}"\n[hub]\nid = "springfield"\n', "utf-8")
    section = PAGES["operators.md"].partition("## Places, trainings and shifts")[2]
    (block, *_) = re.findall(r"```console\n(.*?)```", section, re.DOTALL)

    for line in block.splitlines():
        done = CliRunner().invoke(app, [*shlex.split(line)[1:], "--config", str(settings)])
        assert done.exit_code == 0, done.output

    with Database(url).reading() as session:
        kinds = [slot.kind for slot in list_slots(session, "springfield", since=NOW)]
        assert kinds[0] == "training"
        assert set(kinds[1:]) == {"shift"}


def test_lines_for_a_decision_move_the_person_and_close_their_task(url: str) -> None:
    address = Address(channel="sms", account="MG1", user="+13125550123")
    with Database(url).session() as session:
        person = add_person(session, "springfield", address, NOW, stage=Stage.IN_REVIEW)
        assert person
        session.add(TaskRow(hub="springfield", person_id=person.id, kind="hand_off", reason="review", opened_at=NOW))

    run_lines("decide", url)

    with Database(url).reading() as session:
        moved = find_by_user(session, "springfield", address.user)
        assert moved
        assert moved.stage == Stage.ELIGIBLE
        assert not list_open(session, "springfield")


def test_the_slack_manifest_asks_for_no_more_than_is_used() -> None:
    (manifest,) = re.findall(r"```json\n(.*?)```", PAGES["operators.md"], re.DOTALL)
    table = json.loads(manifest)

    assert table["oauth_config"]["scopes"]["bot"] == ["chat:write", "im:history", "im:write"]
    assert table["settings"]["event_subscriptions"]["request_url"].endswith("/webhooks/slack")


# --- every line can be typed ------------------------------------------------------------------------------------------


def typed() -> Iterator[tuple[str, list[str]]]:
    """Yield every command line for ``peoplepower`` in fenced blocks and between backticks."""
    for page, text in EVERYWHERE.items():
        fenced = "\n".join(re.findall(r"```\w*\n(.*?)```", text, re.DOTALL))
        inline = re.findall(r"(?<!`)`([^`\n]*\bpeoplepower [^`\n]*)`(?!`)", text)
        for line in [*fenced.splitlines(), *inline]:
            if found := re.search(r"(?:^|[\s/])peoplepower (?=[a-z])(.*)", line):
                words = shlex.split(found[1], comments=True)
                if words[0] != "{":
                    yield page, words


def test_every_command_line_can_be_typed() -> None:
    lines = list(typed())

    assert len(lines) > 15
    for page, (first, *arguments) in lines:
        inner = f"{first} {arguments[0]}" if arguments else ""
        name = inner if inner in commands() else first
        assert name in commands(), f"{page}: there is no command {name}"
        options = [word.partition("=")[0] for word in arguments if word.startswith("-")]
        known = {option for parameter in commands()[name].params for option in parameter.opts}
        assert set(options) <= known, f"{page}: {name} {options}"


def test_readme_has_the_two_commands_alone_in_their_blocks() -> None:
    blocks = re.findall(r"```\w*\n(.*?)```", README, re.DOTALL)

    assert "python3 -m pip install uv && uv run peoplepower demo\n" in blocks
    assert "uv run pytest\n" in blocks


# --- every link leads somewhere ---------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", EVERYWHERE)
def test_every_link_leads_somewhere(page: str) -> None:
    prose = re.sub(r"```.*?```", "", EVERYWHERE[page], flags=re.DOTALL)

    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / page).parent / path if path else ROOT / page
        assert found.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in anchors(found.read_text("utf-8")), f"{page}: {target}"


def test_every_page_is_in_the_index() -> None:
    assert [name for name in PAGES if name != "index.md" and f"({name})" not in PAGES["index.md"]] == []
