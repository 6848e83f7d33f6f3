"""The small typed language of a flow file's conditions: a whitelisted subset of Python's expressions, read with ``ast``.

``age < 18 and audience == 'high_school'`` compares answers with literals; nothing is ever handed to ``eval``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from rapidfuzz import process

from flows.facts import Json


class Kind(Enum):
    """What a name in a condition holds."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "yes or no"
    DATE = "date"
    OTHER = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A name that conditions may use."""

    kind: Kind
    #: The only values it can have, for answers picked from a list.
    values: frozenset[str] = field(default_factory=frozenset)
    #: The answer type it comes from; empty for what the bot works out. Conditions do not ask for it, calls do.
    type: str = field(default="", compare=False)


class Values(Mapping[str, Json]):
    """What conditions read: what is given, and what follows from it, worked out when it is read, as most read none."""

    __slots__ = ("_follows", "_given")

    def __init__(self, given: Mapping[str, Json], follows: Mapping[str, Callable[[], Json]]) -> None:
        """Put both together; of two values of one name the one that follows counts."""
        self._given, self._follows = given, follows

    def __getitem__(self, name: str) -> Json:
        """Read one value; ``KeyError``: there is none."""
        return self._follows[name]() if name in self._follows else self._given[name]

    def __iter__(self) -> Iterator[str]:
        """Yield every name that has a value."""
        return iter({**self._given, **self._follows})

    def __len__(self) -> int:
        """Count the names."""
        return len(self._given.keys() | self._follows.keys())


class ConditionError(ValueError):
    """A condition cannot be read; the message says what was found and what to write."""


_ORDER: Final[dict[type[ast.cmpop], Callable[..., bool]]] = {
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
}
_WRITE: Final = "write comparisons such as age < 18, joined by and, or, not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition, read and checked; ``holds`` decides it."""

    source: str
    tree: ast.expr

    def holds(self, values: Mapping[str, Json]) -> bool:
        """Decide the condition; a name that has no value yet compares false."""
        return bool(_evaluate(self.tree, values))

    @property
    def names(self) -> frozenset[str]:
        """The names it reads."""
        return frozenset(node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name))


def parse(source: str, known: Mapping[str, Known]) -> Condition:
    """Read a condition against the names it may use.

    Raises:
        ConditionError: it is no expression of this language, or compares what cannot be compared.
    """
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConditionError(f"{source!r} cannot be read; {_WRITE}") from error
    if _kind(tree, known) is not Kind.TRUTH:
        raise ConditionError(f"{source!r} is neither true nor false; {_WRITE}")
    return Condition(source=source, tree=tree)


def _kind(node: ast.expr, known: Mapping[str, Known]) -> Kind:
    match node:
        case ast.Constant(value=bool()):
            return Kind.TRUTH
        case ast.Constant(value=int()):
            return Kind.NUMBER
        case ast.Constant(value=str()):
            return Kind.TEXT
        case ast.Name(id=name):
            return _look_up(name, known).kind
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _truth(operand, known)
        case ast.BoolOp(values=values):
            for value in values:
                _truth(value, known)
            return Kind.TRUTH
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            _check_comparison(left, op, right, known)
            return Kind.TRUTH
        case _:
            raise ConditionError(f"{ast.unparse(node)!r} is not allowed in a condition; {_WRITE}")


def _truth(node: ast.expr, known: Mapping[str, Known]) -> Kind:
    if _kind(node, known) is not Kind.TRUTH:
        raise ConditionError(f"{ast.unparse(node)!r} is neither true nor false; {_WRITE}")
    return Kind.TRUTH


def _look_up(name: str, known: Mapping[str, Known]) -> Known:
    if name in known:
        return known[name]
    near = process.extractOne(name, list(known), score_cutoff=60)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
    raise ConditionError(f"no step saves an answer as {name!r}; {hint}")


def _check_comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, known: Mapping[str, Known]) -> None:
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
            raise ConditionError(f"{ast.unparse(right)!r} is no list; write for example audience in ['employee']")
        for element in right.elts:
            _check_pair(left, element, known)
        return
    _check_pair(left, right, known)
    kind = _kind(left, known)
    if type(op) in _ORDER:
        if kind not in (Kind.NUMBER, Kind.DATE, Kind.TEXT):
            raise ConditionError(f"{ast.unparse(left)!r} has no order; compare it with == or !=")
    elif not isinstance(op, ast.Eq | ast.NotEq):
        raise ConditionError(f"the comparison with {ast.unparse(left)!r} is not allowed; {_WRITE}")


def _check_pair(left: ast.expr, right: ast.expr, known: Mapping[str, Known]) -> None:
    kinds = {_kind(left, known), _kind(right, known)}
    if len(kinds) == 2 and kinds != {Kind.DATE, Kind.TEXT}:
        found = (
            f"{ast.unparse(left)} ({_kind(left, known).value}) with {ast.unparse(right)} ({_kind(right, known).value})"
        )
        raise ConditionError(f"cannot compare {found}")
    for name, literal in ((left, right), (right, left)):
        match name, literal:
            case ast.Name(id=id_), ast.Constant(value=str(value)):
                allowed = known[id_].values
                if allowed and value not in allowed:
                    near = process.extractOne(value, sorted(allowed), score_cutoff=60)
                    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(allowed))}"
                    raise ConditionError(f"{id_!r} is never {value!r}; {hint}")


def _evaluate(node: ast.expr, values: Mapping[str, Json]) -> Json:
    match node:
        case ast.Constant(value=bool() | int() | str() as value):
            return value
        case ast.Name(id=name):
            return values.get(name)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _evaluate(operand, values)
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_evaluate(part, values) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_evaluate(part, values) for part in parts)
        case ast.Compare(left=left, ops=[op], comparators=[ast.List(elts=elements) | ast.Tuple(elts=elements)]):
            among = _evaluate(left, values) in [_evaluate(element, values) for element in elements]
            return among if isinstance(op, ast.In) else not among
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(op, _evaluate(left, values), _evaluate(right, values))
        case _:  # pragma: no cover - parse() lets nothing else through
            raise AssertionError(ast.dump(node))


def _compare(op: ast.cmpop, left: Json, right: Json) -> bool:
    if isinstance(op, ast.Eq):
        return left == right
    if isinstance(op, ast.NotEq):
        return left != right
    if left is None or right is None:
        return False
    return _ORDER[type(op)](left, right)
