"""The JSON Schema of a flow file: editors complete keys and underline mistakes with it."""

from __future__ import annotations

from typing import Any, Final

from flows.answers import ANSWER_TYPES
from flows.facts import LANGUAGES
from flows.files.shape import FlowTable

#: What each key means, by table; as docs/write-a-flow.md says at more length.
_MEANING: Final = {
    "FlowTable": {
        "id": "the flow's name, that of its file",
        "languages": "always both: en and es",
        "start": "the first step, if it is not the first in the file",
        "remember": "whether answers are kept as facts about the person",
        "inputs": "what a flow that is called is handed: names, and the answer type of each",
        "outputs": "the answers that the calling flow sees; without it, all",
        "step": "the steps, each a table of its own",
        "nudge": "when somebody who does not answer is asked once more; at most twice",
        "close": "when we stop writing to somebody who does not answer",
        "order": "in an audience file: its place in the list",
        "label": "in an audience file: how it is offered, by language",
        "also": "in an audience file: other words for it, by language",
    },
    "StepTable": {
        "say": "what is said, by language",
        "do": "what is done",
        "offer": "looks for open slots that fit and shows them before its own choices",
        "limit": "how many slots are shown",
        "none": "the step to go to when nothing fits",
        "first": "steps that ask for subject or grades before anything is shown, where that decides what fits",
        "ask": "the question, by language; the flow waits for its answer",
        "answer": "how the reply is read",
        "save_as": "the name of the answer",
        "within": "of a date: in the past or in the future",
        "choices": "a list of choices kept elsewhere",
        "choice": "one answer to choose from, a table each",
        "retry": "asked instead after a first reply that was not understood",
        "help": "asked instead after a second one",
        "minimum": "the smallest number that is accepted",
        "maximum": "the largest number that is accepted",
        "remember": "whether this answer is kept as a fact about the person",
        "optional": "whether SKIP passes the question over",
        "called": "what the answer is called, by language: CHANGE and corrections know it by these words",
        "book": "the answer that holds the slot to take a seat in",
        "full": "the step to go to when the last seat has just gone",
        "release": "the name that holds a booking to give back for it",
        "call": "another flow to walk through first",
        "with": "what the called flow is handed: by input, an answer in braces, or the value itself",
        "next": "the step to go to, or a table for each case",
        "end": "ends the flow; the word is for the record",
        "was": "earlier names of this step, so that people who stand there are not lost",
        "was_saved_as": "earlier names of this answer, so that people who gave it are not asked again",
        "organisation": "the answer names an organisation of this kind, by code or name: employer, college or district",
        "long": "this message may take more than two parts",
    },
    "NudgeTable": {
        "days": "days after the person last wrote",
        "at": "time of day where the person is",
    },
    "CloseTable": {
        "days": "days after the person last wrote, more than those of the last nudge",
    },
    "ChoiceTable": {
        "id": "the value: small letters, digits and _",
        "label": "what is shown, by language",
        "also": "other words people use for it, by language",
        "if": "shown only while this condition holds",
    },
    "NextTable": {
        "if": "the condition; the last branch has none",
        "to": "the step to go to",
        "revisit": "instead of to: an answer to be given anew",
    },
    "DoTable": {
        "stage": "moves the person to a stage",
        "human": "opens a task for a coordinator, with this reason",
        "consent": "records that the person agreed to be written to, for this purpose",
        "forget": "erases the person, for this reason",
        "guardian": "asks the guardian whom the person named, or keeps what a guardian decided",
    },
}


def file_schema() -> dict[str, Any]:
    """Return the schema of a flow file, each key with its meaning."""
    schema = FlowTable.model_json_schema()
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "PeoplePower flow"}
    for name, table in {"FlowTable": schema, **schema["$defs"]}.items():
        for key, property_ in table.get("properties", {}).items():
            if meaning := _MEANING.get(name, {}).get(key):
                property_["description"] = meaning
    _widen(schema)
    return schema


def _widen(schema: dict[str, Any]) -> None:
    """Tell what the reader knows beyond the shape: answer types, languages, and ``next`` as the name of a step."""
    step = schema["$defs"]["StepTable"]["properties"]
    step["answer"] |= {"anyOf": [{"enum": sorted(ANSWER_TYPES)}, {"type": "null"}]}
    step["next"] = {"anyOf": [{"type": "string"}, {key: step["next"][key] for key in ("items", "type")}]} | {
        key: value for key, value in step["next"].items() if key not in ("items", "type")
    }
    schema["properties"]["inputs"]["additionalProperties"] = {"enum": sorted(ANSWER_TYPES)}
    schema["properties"]["languages"]["items"] = {"enum": list(LANGUAGES)}
