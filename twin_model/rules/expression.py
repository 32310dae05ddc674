"""Conditions over entities and their relations: read, checked, evaluated for all at once.

``running = 1 and any(feeds.district, pressure < 2.5)`` is true of everything that runs and feeds
a district whose pressure is low. The text is read by Python's parser, but never run: each node
is turned into an operation on columns, and what is not listed here is refused. Length, nesting
and number of operations are bounded, there are no loops, no calls but those listed, and no
access to anything but indicators, attributes and relations. Grammar: docs/alarms.md.

Truth has three values. A comparison with a value that is missing or bad is neither true nor
false, and so is what depends on it: unknown raises no alarm and ends none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from twin_model.errors import ValidationError
from twin_model.rules.functions import contributed_function, contributed_names

MAX_LENGTH: Final = 2_000
MAX_NODES: Final = 400
MAX_DEPTH: Final = 40
#: Relations within relations: ``any(feeds, any(contains, …))`` has two.
MAX_RELATIONS: Final = 4

Column = NDArray[Any]
"""float64 with NaN for unknown (truth is 1, 0 or NaN), or objects with None for words."""
_Operation = Callable[["World"], Column]

#: How a relation is called from its other end.
INVERSES: Final = {
    "fed_by": "feeds",
    "connected_from": "connects",
    "belongs_to": "contains",
    "child_of": "parent_of",
    "member_of": "union",
}


@dataclass(frozen=True, slots=True)
class RelationStep:
    """One step along a relation.

    Parameters
    ----------
    kind : str
    type : str
        Of what it leads to; empty for any.
    inverse : bool
        From target to source.
    """

    kind: str
    type: str = ""
    inverse: bool = False


class World(Protocol):
    """What a condition is evaluated in: entities as rows; see `twin_model.rules.world`."""

    count: int

    def indicator(self, name: str) -> Column | None:
        """Return an indicator's newest values by row, NaN where unknown; None if nobody has it."""
        ...

    def attribute(self, name: str) -> Column:
        """Return an attribute by row."""
        ...

    def pairs(self, step: RelationStep) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return rows from which and to which a relation leads."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A condition that was read.

    Parameters
    ----------
    text : str
    names : frozenset of str
        Indicators and attributes it asks for.
    own : tuple of str
        Those of the entity itself and not of what relations lead to, in their order.
    steps : frozenset of RelationStep
    depth : int
        Relations within relations.
    """

    text: str
    names: frozenset[str]
    own: tuple[str, ...]
    steps: frozenset[RelationStep]
    depth: int
    _operation: _Operation

    def evaluate(self, world: World) -> NDArray[np.float64]:
        """Return for each row 1 for true, 0 for false, NaN for unknown."""
        with np.errstate(all="ignore"):
            found = np.asarray(self._operation(world), np.float64)
        return np.broadcast_to(found, (world.count,)) if found.ndim == 0 else found


def parse(text: str) -> Expression:
    """Read a condition.

    Raises
    ------
    ValidationError
        If it is too long or too deep, or says something that is not in the language.
    """
    if len(text) > MAX_LENGTH:
        raise _error(text[:40] + "…", f"longer than {MAX_LENGTH} characters")
    source = _as_python(text).strip()
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _error(text, _unreadable(source, error)) from error
    reader = _Reader(text)
    reader.check_size(tree)
    operation, is_truth = reader.read(tree.body, 0)
    if not is_truth:
        raise _error(text, "a condition is a comparison, or several joined by and, or, not")
    return Expression(
        text, frozenset(reader.names), tuple(reader.own), frozenset(reader.steps), reader.depth,
        operation,
    )  # fmt: skip


_STRING: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


def _as_python(text: str) -> str:
    """Let ``=`` mean equality and ``<>`` inequality, as in queries; strings stay as they are."""
    out, at = [], 0
    for match in [*_STRING.finditer(text), None]:
        plain = text[at : match.start() if match else len(text)]
        plain = re.sub(r"(?<![<>=!])=(?!=)", "==", plain).replace("<>", "!=").replace("\n", " ")
        out.append(plain + (match.group() if match else ""))
        at = match.end() if match else at
    return "".join(out)


def _unreadable(source: str, error: Exception) -> str:
    """Return what is wrong with a text in words of its language, not Python's."""
    message, offset = getattr(error, "msg", ""), getattr(error, "offset", None)
    if "was never closed" in message:
        return "a parenthesis is not closed"
    if "unterminated string" in message:
        return "a word has no closing quote"
    if source and offset == 0:
        return "something is missing at the end"
    before = source[: (offset or 1) - 1].replace("==", "=").replace("!=", "<>").strip()
    return f"cannot be understood after {before[-40:]!r}" if before else "cannot be understood"


def _error(text: str, rule: str) -> ValidationError:
    return ValidationError("rules", "condition", text, rule)


# -- three-valued truth --------------------------------------------------------------------


def _and(a: Column, b: Column) -> Column:
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def _or(a: Column, b: Column) -> Column:
    unknown = np.isnan(a) | np.isnan(b)
    return np.where((a == 1) | (b == 1), 1.0, np.where(unknown, np.nan, 0.0))


def _not(a: Column) -> Column:
    return 1.0 - a


_COMPARE: Final[dict[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal,
    ast.Eq: np.equal, ast.NotEq: np.not_equal,
}  # fmt: skip
_ARITHMETIC: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide,
    ast.Mod: np.mod,
}  # fmt: skip
_FUNCTIONS: Final[dict[str, tuple[int, Callable[..., Any]]]] = {
    "abs": (1, np.abs), "sqrt": (1, np.sqrt), "round": (1, np.round), "floor": (1, np.floor),
    "lower": (2, np.fmin), "higher": (2, np.fmax),
}  # fmt: skip


def _compared(operator: Callable[[Any, Any], Any], a: Column, b: Column) -> Column:
    if object in (a.dtype, b.dtype):
        if operator not in (np.equal, np.not_equal):
            return np.full(np.broadcast(a, b).shape, np.nan)
        same = operator(a, b).astype(np.float64)
        unknown = (a == np.array(None)) | (b == np.array(None))
        return np.where(unknown.astype(bool), np.nan, same)
    result = operator(a, b).astype(np.float64)
    return np.where(np.isnan(a) | np.isnan(b), np.nan, result)


# -- along relations -----------------------------------------------------------------------


def _gathered(name: str, step: RelationStep, inner: _Operation | None) -> _Operation:
    def run(world: World) -> Column:
        start, goal = world.pairs(step)
        degree = np.bincount(start, minlength=world.count).astype(np.float64)
        if inner is None:
            return degree
        values = np.asarray(inner(world), np.float64)
        values = np.broadcast_to(values, (world.count,))[goal]
        return _AGGREGATES[name](start, values, degree)

    return run


def _total(start: Column, values: Column, count: int) -> Column:
    return np.bincount(start, np.nan_to_num(values), minlength=count)


def _any(start: Column, values: Column, degree: Column) -> Column:
    hits = _total(start, values == 1, len(degree))
    unknown = _total(start, np.isnan(values), len(degree))
    return np.where(hits > 0, 1.0, np.where(unknown > 0, np.nan, 0.0))


def _all(start: Column, values: Column, degree: Column) -> Column:
    # Of nothing it is false: a pump without districts has none that are all dry.
    misses = _total(start, values == 0, len(degree))
    unknown = _total(start, np.isnan(values), len(degree))
    some = np.where(unknown > 0, np.nan, 1.0)
    return np.where((misses > 0) | (degree == 0), 0.0, some)


def _count(start: Column, values: Column, degree: Column) -> Column:
    return _total(start, values == 1, len(degree))


def _sum(start: Column, values: Column, degree: Column) -> Column:
    known = _total(start, ~np.isnan(values), len(degree))
    return np.where(known > 0, _total(start, values, len(degree)), np.nan)


def _mean(start: Column, values: Column, degree: Column) -> Column:
    return _total(start, values, len(degree)) / _total(start, ~np.isnan(values), len(degree))


def _extreme(best: Any) -> Callable[[Column, Column, Column], Column]:
    def run(start: Column, values: Column, degree: Column) -> Column:
        found = np.full(len(degree), np.nan)
        best.at(found, start, values)
        return found

    return run


_AGGREGATES: Final[dict[str, Callable[[Column, Column, Column], Column]]] = {
    "any": _any, "all": _all, "count": _count, "sum": _sum, "mean": _mean,
    "min": _extreme(np.fmin), "max": _extreme(np.fmax),
}  # fmt: skip
_OF_TRUTH: Final = frozenset({"any", "all", "count"})
_GIVE_TRUTH: Final = frozenset({"any", "all"})


class _Reader:
    """Turns a syntax tree into operations; whatever it does not know is refused."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.names: set[str] = set()
        self.own: dict[str, None] = {}
        self.steps: set[RelationStep] = set()
        self.depth = 0

    def fail(self, rule: str) -> ValidationError:
        """Return an error that quotes the text."""
        return _error(self._text, rule)

    def check_size(self, tree: ast.AST) -> None:
        """Refuse what is too large before anything is built from it."""
        count = 0
        level: list[ast.AST] = [tree]
        depth = 0
        while level:
            count += len(level)
            depth += 1
            if count > MAX_NODES or depth > MAX_DEPTH:
                raise self.fail(f"more than {MAX_NODES} operations or nested deeper than allowed")
            level = [child for node in level for child in ast.iter_child_nodes(node)]

    def read(self, node: ast.AST, depth: int) -> tuple[_Operation, bool]:
        """Return an operation and whether it gives truth rather than a number."""
        match node:
            case ast.BoolOp():
                return self._logic(node, depth), True
            case ast.UnaryOp(op=ast.Not()):
                inner = self._truth(node.operand, depth)
                return lambda world: _not(inner(world)), True
            case ast.UnaryOp(op=ast.USub()):
                number = self._number(node.operand, depth)
                return lambda world: np.negative(number(world)), False
            case ast.Compare():
                return self._comparison(node, depth), True
            case ast.BinOp() if type(node.op) in _ARITHMETIC:
                operator = _ARITHMETIC[type(node.op)]
                left, right = self._number(node.left, depth), self._number(node.right, depth)
                return lambda world: operator(left(world), right(world)), False
            case ast.Constant():
                return self._constant(node.value)
            case ast.Name():
                return self._name(node.id, depth), False
            case ast.Call():
                return self._call(node, depth)
        raise self.fail(f"{type(node).__name__} is not part of the language")

    def _truth(self, node: ast.AST, depth: int) -> _Operation:
        operation, is_truth = self.read(node, depth)
        if not is_truth:
            raise self.fail("and, or, not, any, all and count take comparisons")
        return operation

    def _number(self, node: ast.AST, depth: int) -> _Operation:
        operation, is_truth = self.read(node, depth)
        if is_truth:
            raise self.fail("a comparison is no number")

        def run(world: World) -> Column:
            column = operation(world)
            return np.full(column.shape, np.nan) if column.dtype == object else column

        return run

    def _logic(self, node: ast.BoolOp, depth: int) -> _Operation:
        join = _and if isinstance(node.op, ast.And) else _or
        parts = [self._truth(value, depth) for value in node.values]

        def run(world: World) -> Column:
            found = parts[0](world)
            for part in parts[1:]:
                found = join(found, part(world))
            return found

        return run

    def _comparison(self, node: ast.Compare, depth: int) -> _Operation:
        operators = []
        for operator in node.ops:
            if type(operator) not in _COMPARE:
                raise self.fail(f"{type(operator).__name__} is not part of the language")
            operators.append(_COMPARE[type(operator)])
        sides = [self.read(side, depth)[0] for side in (node.left, *node.comparators)]

        def run(world: World) -> Column:
            values = [side(world) for side in sides]
            found = _compared(operators[0], values[0], values[1])
            for place, operator in enumerate(operators[1:], 1):
                found = _and(found, _compared(operator, values[place], values[place + 1]))
            return found

        return run

    def _constant(self, value: object) -> tuple[_Operation, bool]:
        if isinstance(value, bool):
            truth = np.array(float(value))
            return lambda _world: truth, True
        if isinstance(value, int | float) and abs(value) < 1e300:
            number = np.array(float(value))
            return lambda _world: number, False
        if isinstance(value, str):
            word = np.array(value, object)
            return lambda _world: word, False
        raise self.fail(f"{value!r} is neither a number nor a text")

    def _name(self, name: str, depth: int) -> _Operation:
        if name.startswith("_"):
            raise self.fail(f"{name} is no indicator or attribute")
        if name in ("true", "false"):
            raise self.fail(f"write {name.title()}")
        self.names.add(name)
        if not depth:
            self.own[name] = None

        def run(world: World) -> Column:
            column = world.indicator(name)
            return world.attribute(name) if column is None else column

        return run

    def _call(self, node: ast.Call, depth: int) -> tuple[_Operation, bool]:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self.fail("only the functions of the language can be called")
        name, arguments = node.func.id, node.args
        if name == "value" and len(arguments) == 1:
            quoted = arguments[0]
            if isinstance(quoted, ast.Constant) and isinstance(quoted.value, str):
                return self._name(quoted.value, depth), False
        if name in _AGGREGATES and 1 <= len(arguments) <= 2:
            return self._along(name, arguments, depth)
        if name in _FUNCTIONS and len(arguments) == _FUNCTIONS[name][0]:
            function = _FUNCTIONS[name][1]
            parts = [self._number(argument, depth) for argument in arguments]
            return lambda world: function(*(part(world) for part in parts)), False
        other = contributed_function(name)
        if other is not None and arguments:
            parts = [self._number(argument, depth) for argument in arguments]
            return lambda world: other([part(world) for part in parts]), False
        known = ", ".join(sorted({*_AGGREGATES, *_FUNCTIONS, "value", *contributed_names()}))
        raise self.fail(f"{name} with {len(arguments)} arguments is none of: {known}")

    def _along(self, name: str, arguments: list[ast.expr], depth: int) -> tuple[_Operation, bool]:
        step = self._step(arguments[0])
        if depth >= MAX_RELATIONS:
            raise self.fail(f"more than {MAX_RELATIONS} relations within each other")
        self.steps.add(step)
        self.depth = max(self.depth, depth + 1)
        inner: _Operation | None = None
        if len(arguments) == 2:
            read = self._truth if name in _OF_TRUTH else self._number
            inner = read(arguments[1], depth + 1)
        elif name != "count":
            raise self.fail(f"{name} takes a relation and what to look at")
        return _gathered(name, step, inner), name in _GIVE_TRUTH

    def _step(self, node: ast.expr) -> RelationStep:
        match node:
            case ast.Name(id=kind):
                return _named_step(kind, "")
            case ast.Attribute(value=ast.Name(id=kind), attr=type_id):
                return _named_step(kind, type_id)
        raise self.fail("a relation is written feeds, or feeds.district for one type")


def _named_step(kind: str, type_id: str) -> RelationStep:
    if kind in INVERSES:
        return RelationStep(INVERSES[kind], type_id, inverse=True)
    return RelationStep(kind, type_id)


def attributes_column(values: list[Mapping[str, Any]], name: str) -> Column:
    """Return an attribute by row: numbers where any is one, words otherwise."""
    found = [value.get(name) for value in values]
    if any(isinstance(value, str) for value in found):
        return np.array([value if isinstance(value, str) else None for value in found], object)
    numbers = [float(v) if isinstance(v, int | float) and abs(v) < 1e300 else np.nan for v in found]
    return np.array(numbers, np.float64)
