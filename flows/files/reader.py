"""Read a flow file: TOML to a checked ``Flow``, or an error that names file, line, what was found and what to write."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from itertools import pairwise
from typing import Final

from flows import model
from flows.answers import ANSWER_TYPES
from flows.conditions import Condition, ConditionError, Known, parse
from flows.files.names import BUILT_IN_NAMES, BUILT_IN_PLACEHOLDERS, Sets, callable_flows, known_as, names_of
from flows.files.shape import (
    ChoiceTable,
    DoTable,
    FlowError,
    FlowTable,
    NextTable,
    StepTable,
    TextsTable,
    did_you_mean,
    line_of,
    read_table,
)
from flows.files.signature import handing_faults, signature_faults
from flows.rules.guardians import Decision
from flows.stages import Stage
from flows.templates import placeholders

#: Places offered at once unless the step says otherwise: few enough to read on a small screen.
_LIMIT: Final = 3
#: More reminders of an open question drive people away.
_MAX_NUDGES: Final = 2
_TIME_OF_DAY: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def read_flow(source: str, *, file: str, sets: Sets) -> model.Flow:
    """Read one flow file.

    Raises:
        FlowError: with every fault found.
    """
    table = read_table(source, file=file)
    return _Reader(source, file, table, sets).flow()


class _Reader:
    """Collects faults while it turns one file's table into a flow."""

    def __init__(self, source: str, file: str, table: FlowTable, sets: Sets) -> None:
        self.source, self.file, self.table, self.sets = source, file, table, sets
        self.faults: list[str] = []
        inputs = {name: known_as(answer_type) for name, answer_type in table.inputs.items()}
        self.names = {**BUILT_IN_NAMES, **inputs, **self._called_names(), **names_of(table, sets)}

    def _called_names(self) -> dict[str, Known]:
        names: dict[str, Known] = {}
        for step in self.table.step.values():
            for flow in self._callable(step.call):
                names.update(self.sets.called[flow])
        return names

    def _callable(self, call: str | None) -> tuple[str, ...]:
        return callable_flows(call, self.sets.called)

    def _hidden(self, name: str) -> str | None:
        """Say that a name is an answer of a called flow which that flow keeps to itself; ``None`` when it is none."""
        called = [flow for step in self.table.step.values() for flow in self._callable(step.call)]
        flow = next((flow for flow in called if name in self.sets.hidden.get(flow, ())), None)
        return flow and f"{name!r} is an answer of {flow!r}, but none of its outputs; add it to outputs there"

    def flow(self) -> model.Flow:
        steps = {step_id: self._step(step_id, step) for step_id, step in self.table.step.items()}
        start = self.table.start or next(iter(steps))
        if start not in steps:
            self._fault(["start"], f"found {start!r}; {did_you_mean(start, list(steps))}")
        answers = {**self._called_names(), **names_of(self.table, self.sets)}
        self._faults(signature_faults(self.table, answers, self._hidden))
        silence = self._silence()
        if not self.faults:
            self._check_circles(steps)
        if self.faults:
            raise FlowError(self.faults)
        return model.Flow(
            id=self.table.id,
            revision=hashlib.sha256(self.source.encode()).hexdigest()[:16],
            languages=tuple(self.table.languages),
            start=start,
            steps=steps,
            names=self.names,
            source=self.source,
            inputs=self.table.inputs,
            outputs=None if self.table.outputs is None else frozenset(self.table.outputs),
            silence=silence,
        )

    def _silence(self) -> model.Silence | None:
        """Read when to write to somebody who does not answer, and when no more."""
        nudges, close = self.table.nudge, self.table.close
        last = max((nudge.days for nudge in nudges), default=0)
        if len(nudges) > _MAX_NUDGES:
            self._fault(["nudge"], f"found {len(nudges)} nudges; more than two drive people away, keep two")
        for number, nudge in enumerate(nudges):
            if not _TIME_OF_DAY.fullmatch(nudge.at):
                self._fault(["nudge", str(number), "at"], f'found {nudge.at!r}; write a time of day, like at = "17:00"')
        for earlier, later in pairwise(nudges):
            if later.days <= earlier.days:
                found = f"found days = {later.days} after days = {earlier.days}"
                self._fault(["nudge"], f"{found}; the second comes later: write days = {earlier.days + 1} or more")
        if nudges and close is None:
            self._fault(["nudge"], f"never ends; say when we stop writing, like close = {{ days = {last + 4} }}")
        if close and close.days <= last:
            found = f"found days = {close.days}, but a nudge comes after {last}"
            self._fault(["close", "days"], f"{found}; write days = {last + 1} or more")
        if close is None or self.faults:
            return None
        return model.Silence(
            nudges=tuple(model.Nudge(days=nudge.days, at=time.fromisoformat(nudge.at)) for nudge in nudges),
            close_after_days=close.days,
        )

    def _check_circles(self, steps: Mapping[str, model.Step]) -> None:
        """Refuse steps that lead back to themselves without a question: a conversation would never come out of them."""
        for begins_at in steps:
            seen: set[str] = set()
            ahead = [begins_at]
            while ahead:
                step = steps[ahead.pop()]
                if step.ask or step.call:
                    continue
                leads_to = [branch.to for branch in step.branches if not branch.revisit]
                if begins_at in leads_to:
                    self._fault(
                        ["step", begins_at], "leads back to itself without asking anything; put a question in between"
                    )
                    return
                ahead += [to for to in leads_to if to not in seen]
                seen.update(leads_to)

    def _faults(self, found: Iterable[tuple[list[str], str]]) -> None:
        for path, message in found:
            self._fault(path, message)

    def _fault(self, path: list[str], message: str) -> None:
        self.faults.append(f"{self.file}:{line_of(self.source, path)}: {'.'.join(path)}: {message}")

    def _step(self, step_id: str, step: StepTable) -> model.Step:
        path = ["step", step_id]
        if not (step.next or step.end):
            self._fault(path, 'leads nowhere; add next = "…" or, on a last step, end = "…"')
        if step.next and step.end:
            self._fault([*path, "end"], "a step that ends cannot lead on; remove next or end")
        if step.call and not self._callable(step.call):
            self._fault([*path, "call"], f"found {step.call!r}; {did_you_mean(step.call, list(self.sets.called))}")
        for key, needs in (
            ("limit", "offer"),
            ("none", "offer"),
            ("first", "offer"),
            ("full", "book"),
            ("release", "book"),
        ):
            if getattr(step, key) not in (None, {}) and getattr(step, needs) is None:
                self._fault([*path, key], f"goes with {needs}, which this step has not; remove it")
        self._faults(handing_faults(step, path, self.names, self._hidden))
        return model.Step(
            id=step_id,
            say=self._texts(step.say, [*path, "say"]),
            do=tuple(self._action(action, [*path, "do", str(n)]) for n, action in enumerate(step.do)),
            offer=self._offer(step, path),
            ask=self._ask(step, path),
            book=self._book(step, path),
            call=step.call,
            passes=step.with_,
            branches=tuple(self._branches(step.next, path)),
            end=step.end,
            was=self._was(step_id, step),
        )

    def _was(self, step_id: str, step: StepTable) -> tuple[str, ...]:
        path = ["step", step_id, "was"]
        for old in step.was:
            first = next(name for name, other in self.table.step.items() if old in other.was)
            if old in self.table.step:
                self._fault(path, f"found {old!r}, which is still a step; name only ids that are gone")
            elif first != step_id:
                self._fault(path, f"{old!r} became step.{first} already; people cannot go on in two places")
        return tuple(step.was)

    def _was_saved_as(self, step_id: str, step: StepTable) -> tuple[str, ...]:
        path = ["step", step_id, "was_saved_as"]
        saved = {other.save_as for other in self.table.step.values()}
        for old in step.was_saved_as:
            first = next(name for name, other in self.table.step.items() if old in other.was_saved_as)
            if old in saved:
                self._fault(path, f"found {old!r}, which a step still saves; name only answers that are gone")
            elif first != step_id:
                self._fault(path, f"{old!r} is taken over by step.{first} already; an answer has one new name")
        return tuple(step.was_saved_as)

    def _texts(self, texts: TextsTable | None, path: list[str], *, plain: bool = False) -> TextsTable | None:
        if texts is None:
            return None
        for language in self.table.languages:
            if not texts.get(language, "").strip():
                self._fault(path, f"has no words in {language!r}; add {path[-1]}.{language} = '''…'''")
        for language in texts:
            if language not in self.table.languages:
                self._fault(path, f"has words in {language!r}; languages are {', '.join(self.table.languages)}")
        used = {language: placeholders(text) for language, text in texts.items()}
        if len(set(map(frozenset, used.values()))) > 1:
            found = "; ".join(f"{language}: {', '.join(sorted(names)) or 'none'}" for language, names in used.items())
            self._fault(path, f"has different placeholders ({found}); use the same in each language")
        known = set() if plain else BUILT_IN_PLACEHOLDERS | (self.names.keys() - BUILT_IN_NAMES.keys())
        for name in sorted(set().union(*used.values()) - known):
            self._fault(path, self._hidden(name) or f"found {{{name}}}; {did_you_mean(name, sorted(known))}")
        return {language: text.strip() for language, text in texts.items()}

    def _action(self, action: DoTable, path: list[str]) -> model.Action:
        match action:
            case DoTable(guardian=Decision() as decision, stage=None, human=None, consent=None, forget=None):
                return model.ToGuardian(decision=decision)
            case DoTable(guardian=Decision()):
                pass
            case DoTable(stage=Stage() as stage, human=None, consent=None, forget=None):
                return model.ToStage(stage=stage)
            case DoTable(stage=None, human=str(reason), consent=None, forget=None):
                return model.ToHuman(reason=reason)
            case DoTable(stage=None, human=None, consent=str(purpose), forget=None):
                return model.ToConsent(purpose=purpose)
            case DoTable(stage=None, human=None, consent=None, forget=str(reason)):
                return model.ToForget(reason=reason)
            case _:
                pass
        self._fault(path, "must name one action: stage, human, consent, forget or guardian")
        return model.ToHuman(reason="")

    def _ask(self, step: StepTable, path: list[str]) -> model.Ask | None:
        if step.ask is None:
            for key in (
                *("answer", "save_as", "within", "minimum", "maximum", "choices", "choice", "retry", "help"),
                *("optional", "called", "organisation", "was_saved_as"),
            ):
                if getattr(step, key) not in (None, [], {}, False):
                    self._fault([*path, key], "stands without a question; add ask.en = '''…'''")
            return None
        if step.answer not in ANSWER_TYPES:
            found = step.answer or "nothing"
            self._fault([*path, "answer"], f"found {found!r}; {did_you_mean(found, sorted(ANSWER_TYPES))}")
        if not step.save_as:
            self._fault(path, 'asks but saves nothing; add save_as = "…"')
        first = next((name for name, other in self.table.step.items() if other.save_as == step.save_as), path[1])
        if step.save_as and first != path[1]:
            self._fault([*path, "save_as"], f"{step.save_as!r} is saved by step.{first} already; write another name")
        if step.within and step.answer != "date":
            self._fault([*path, "within"], f'goes with answer = "date", not with {step.answer!r}; remove it')
        for key in ("minimum", "maximum"):
            if getattr(step, key) is not None and step.answer not in ("number", "age"):
                self._fault([*path, key], f"goes with a number or an age, not with {step.answer!r}; remove it")
        for number, choice in enumerate(step.choice):
            if step.answer == "yes_no" and choice.id not in ("yes", "no", "unsure"):
                self._fault([*path, "choice", str(number)], f"found {choice.id!r}; known are yes, no, unsure")
        if step.offer and step.answer != "choice":
            self._fault([*path, "answer"], f'found {step.answer!r}; an offer is answered by answer = "choice"')
        if step.organisation and step.answer != "text":
            self._fault([*path, "organisation"], f'goes with answer = "text", not with {step.answer!r}; remove it')
        options = self._options(step, path)
        if step.answer == "choice" and not options and not step.offer:
            self._fault(path, "has nothing to choose from; add [[step.NAME.choice]] tables or choices = '…'")
        return model.Ask(
            question=self._texts(step.ask, [*path, "ask"]) or {},
            type=step.answer or "",
            save_as=step.save_as or "",
            within=step.within,
            minimum=step.minimum,
            maximum=step.maximum,
            options=options,
            retry=self._texts(step.retry, [*path, "retry"]),
            help=self._texts(step.help, [*path, "help"]),
            remember=self.table.remember if step.remember is None else step.remember,
            optional=step.optional,
            organisation=step.organisation,
            was=self._was_saved_as(path[1], step),
            called=self._called(step.called, [*path, "called"]),
        )

    def _options(self, step: StepTable, path: list[str]) -> tuple[model.Option, ...]:
        named: tuple[model.Option, ...] = ()
        if step.choices is not None:
            if step.choices not in self.sets.choices:
                known = list(self.sets.choices)
                self._fault([*path, "choices"], f"found {step.choices!r}; {did_you_mean(step.choices, known)}")
            named = self.sets.choices.get(step.choices, ())
        own = tuple(self._option(choice, [*path, "choice", str(n)]) for n, choice in enumerate(step.choice))
        for number, option in enumerate(own):
            if option.id in {other.id for other in (*named, *own[:number])}:
                self._fault([*path, "choice", str(number)], f"{option.id!r} is offered twice; write another id")
        return named + own

    def _also(self, also: Mapping[str, list[str]], path: list[str]) -> dict[str, tuple[str, ...]]:
        for language in also:
            if language not in self.table.languages:
                self._fault(path, f"has other words in {language!r}; languages are {', '.join(self.table.languages)}")
        return {language: tuple(words) for language, words in also.items()}

    def _called(self, called: Mapping[str, list[str]], path: list[str]) -> dict[str, tuple[str, ...]]:
        for language in self.table.languages:
            if called and not called.get(language):
                self._fault(path, f'has no words in {language!r}; add called.{language} = ["…"]')
        return self._also(called, path)

    def _option(self, choice: ChoiceTable, path: list[str]) -> model.Option:
        return model.Option(
            id=choice.id,
            label=self._texts(choice.label, path, plain=True) or {},
            also=self._also(choice.also, path),
            condition=self._condition(choice.if_, path),
        )

    def _condition(self, source: str | None, path: list[str]) -> Condition | None:
        if source is None:
            return None
        try:
            return parse(source, self.names)
        except ConditionError as error:
            hidden = (self._hidden(name) for name in re.findall(r"\w+", source) if name not in self.names)
            self._fault(path, next(filter(None, hidden), str(error)))
            return None

    def _offer(self, step: StepTable, path: list[str]) -> model.Offer | None:
        if step.offer is None:
            return None
        if step.ask is None:
            self._fault([*path, "offer"], "stands without a question; add ask.en")
        first: dict[str, str] = {name: self._target(to, [*path, "first", name]) for name, to in step.first.items()}
        for name, to in first.items():
            if (asking := self.table.step.get(to)) and asking.save_as != name:
                self._fault(
                    [*path, "first", name], f"step.{to} saves {asking.save_as!r}; name the step that asks {name!r}"
                )
        none = self._target(step.none, [*path, "none"])
        return model.Offer(kind=step.offer, limit=step.limit or _LIMIT, none=none, first=first)

    def _book(self, step: StepTable, path: list[str]) -> model.BookSeat | None:
        if step.book is None:
            return None
        for key, name in (("book", step.book), ("release", step.release)):
            if name is not None and name not in self.names:
                self._fault([*path, key], f"found {name!r}; {did_you_mean(name, sorted(self.names))}")
        return model.BookSeat(answer=step.book, full=self._target(step.full, [*path, "full"]), release=step.release)

    def _target(self, target: str | None, path: list[str]) -> str:
        known = list(self.table.step)
        if target not in known:
            found = target or "nothing"
            self._fault(path, f"found {found!r}; {did_you_mean(found, known)}")
        return target or ""

    def _branches(self, branches: list[NextTable], path: list[str]) -> Iterator[model.Branch]:
        for number, branch in enumerate(branches):
            where = [*path, "next", str(number)]
            last = number == len(branches) - 1
            if last and branch.if_ is not None:
                self._fault(where, "the last branch has a condition, so some answers lead nowhere; add one without")
            if not last and branch.if_ is None:
                self._fault(where, "has no condition, so the branches below it are never taken; move it to the end")
            if (branch.to is None) == (branch.revisit is None):
                self._fault(where, "must have either to or revisit")
            elif branch.revisit is not None:
                yield model.Branch(
                    condition=self._condition(branch.if_, where),
                    to=self._revisited(branch.revisit, where),
                    revisit=True,
                )
            else:
                yield model.Branch(condition=self._condition(branch.if_, where), to=self._target(branch.to, where))

    def _revisited(self, name: str, path: list[str]) -> str:
        """``{answer}`` names the answer chosen; its choices must then be answers of this flow."""
        chosen = re.fullmatch(r"\{(\w+)\}", name)
        own = {step.save_as for step in self.table.step.values() if step.save_as}
        if chosen and chosen[1] in self.names and not self.names[chosen[1]].values:
            self._fault(path, f"found {chosen[1]!r}, which is not picked from choices; name the answer itself")
        for candidate in sorted(self.names[chosen[1]].values) if chosen and chosen[1] in self.names else [name]:
            if candidate not in own:
                self._fault(path, f"found {candidate!r}; {did_you_mean(candidate, sorted(own))}")
        return name
