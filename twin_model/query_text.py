"""The text form of questions, read into the nodes of `twin_model.query`. Grammar: docs/query.md."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from twin_model.errors import ValidationError
from twin_model.query import (
    SYSTEMS,
    All,
    Any_,
    Compare,
    InBox,
    InCell,
    InPolygon,
    IsNull,
    IsType,
    Near,
    Node,
    Not,
    Parsed,
    Reached,
    Step,
)
from twin_model.time import Instant

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<date>\d{4}-\d{2}(?:-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?)?)(?![\w.-])"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])"
    r"|(?P<string>\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*')"
    r"|(?P<operator><=|>=|!=|<>|==|=|<|>|~|\^|\(|\)|,)"
    r"|(?P<word>[^\W\d][\w.:\-]*))"
)
_COMPARISONS: Final = {"=": "=", "==": "=", "!=": "<>", "<>": "<>", "<": "<", ">": ">",
                       "<=": "<=", ">=": ">=", "~": "~", "^": "^"}  # fmt: skip
_MAX_LENGTH: Final = 4_000
#: Of a text with lists of values, such as the ids of all that are selected.
_MAX_LENGTH_WITH_LISTS: Final = 2_000_000
#: SQLite takes some 32,000 parameters.
_MAX_VALUES: Final = 30_000
_LIST: Final = re.compile(r"\bin\s*\((?:[^()'\"]|'[^']*'|\"[^\"]*\")*\)", re.IGNORECASE)
_MAX_DEPTH: Final = 32
#: Relations that one step of a path may follow.
MAX_HOPS: Final = 8
_MAX_STEPS: Final = 8
_MAX_CORNERS: Final = 200


def parse(text: str) -> Parsed:
    """Read a text.

    Raises
    ------
    ValidationError
        If it does not follow the grammar.
    """
    if len(text) > _MAX_LENGTH and (
        len(text) > _MAX_LENGTH_WITH_LISTS or len(_LIST.sub("in ()", text)) > _MAX_LENGTH
    ):
        raise ValidationError("query", "where", text[:40] + "…", "longer than 4000 characters")
    return _Parser(text).parse()


def parse_order(text: str) -> tuple[tuple[str, bool], ...]:
    """Read what stands after ``order by``.

    Raises
    ------
    ValidationError
        If it does not follow the grammar.
    """
    return parse(f"order by {text}").order if text.strip() else ()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        self.position = 0
        self.depth = 0
        at, end = 0, len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._error(f"cannot read {text[at : at + 12]!r} at character {at + 1}")
            kind = match.lastgroup or ""
            self.tokens.append((kind, match.group(kind)))
            at = match.end()

    def _error(self, rule: str) -> ValidationError:
        shown = self.text if len(self.text) <= _MAX_LENGTH else self.text[:80] + "…"
        return ValidationError("query", "where", shown, rule)

    # -- tokens ------------------------------------------------------------------------

    def _peek(self, ahead: int = 0) -> str:
        if self.position + ahead >= len(self.tokens):
            return ""
        kind, value = self.tokens[self.position + ahead]
        return value.lower() if kind == "word" else value

    def _next_kind(self) -> str:
        return self.tokens[self.position][0] if self.position < len(self.tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self.position >= len(self.tokens):
            raise self._error("ends too early")
        self.position += 1
        return self.tokens[self.position - 1]

    def _accept(self, *words: str) -> bool:
        """Take *words* if they come next, all of them or none."""
        if any(self._peek(n) != word for n, word in enumerate(words)):
            return False
        self.position += len(words)
        return True

    def _expect(self, value: str) -> None:
        if not self._accept(value):
            got = self._peek() or "the end"
            raise self._error(f"{value!r} expected, not {got!r}")

    def _value(self) -> Any:
        kind, text = self._take()
        if kind == "number":
            return float(text) if re.search(r"[.eE]", text) else int(text)
        if kind == "string":
            return _unquoted(text)
        if kind == "word":
            return {"true": 1, "false": 0}.get(text.lower(), text)
        if kind == "date":
            return text
        raise self._error(f"a value expected, not {text!r}")

    def _number(self) -> float:
        kind, text = self._take()
        if kind != "number":
            raise self._error(f"a number expected, not {text!r}")
        value = float(text)
        if abs(value) > 1e15:
            raise self._error(f"{text} is out of range")
        return value

    def _count(self, low: int, high: int) -> int:
        value = self._number()
        if value != int(value) or not low <= value <= high:
            raise self._error(f"{value:g} is not a whole number from {low} to {high}")
        return int(value)

    def _name(self, what: str) -> str:
        kind, word = self._take()
        if kind not in ("word", "string"):
            raise self._error(f"{what} expected, not {word!r}")
        return _unquoted(word) if kind == "string" else word

    # -- the whole ---------------------------------------------------------------------

    def parse(self) -> Parsed:
        condition = None if not self.tokens or self._at_clause() else self._condition()
        order: tuple[tuple[str, bool], ...] = ()
        limit = offset = 0
        at = known_on = None
        while self.position < len(self.tokens):
            if not order and self._accept("order", "by"):
                order = self._order()
            elif not limit and self._accept("limit"):
                limit = self._count(1, 2**31)
                if self._accept("offset"):
                    offset = self._count(0, 2**31)
            elif at is None and self._accept("as", "of"):
                at = self._instant()
            elif known_on is None and self._accept("known", "on"):
                known_on = self._instant()
            else:
                raise self._error(f"{self.tokens[self.position][1]!r} is not expected here")
        return Parsed(condition, order, limit, offset, at, known_on)

    def _at_clause(self) -> bool:
        """Whether a clause begins here; `limit` and the like may also name properties."""
        pair = (self._peek(), self._peek(1))
        if pair in (("order", "by"), ("as", "of"), ("known", "on")):
            return True
        return pair[0] == "limit" and pair[1].isdigit()

    def _order(self) -> tuple[tuple[str, bool], ...]:
        found = []
        while True:
            name = self._name("a property")
            descending = self._accept("desc")
            if not descending:
                self._accept("asc")
            found.append((name, descending))
            if not self._accept(","):
                return tuple(found)

    def _instant(self) -> Instant:
        kind, text = self._take()
        if kind not in ("date", "string", "number"):
            raise self._error(f"a time expected, not {text!r}")
        return Instant.parse(_unquoted(text) if kind == "string" else text)

    # -- conditions --------------------------------------------------------------------

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self._error(f"nested deeper than {_MAX_DEPTH}")

    def _condition(self) -> Node:
        self._deeper()
        parts = [self._clause()]
        while self._accept("or"):
            parts.append(self._clause())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def _clause(self) -> Node:
        parts = [self._factor()]
        while self._accept("and"):
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _factor(self) -> Node:
        if self._accept("not"):
            self._deeper()
            inner = self._factor()
            self.depth -= 1
            return Not(inner)
        if self._accept("("):
            inner = self._condition()
            self._expect(")")
            return inner
        for word in ("within", "touches"):
            if self._accept(word, "cell"):
                return InCell(str(self._value()), word == "touches")
        if self._peek() == "within" and (
            self._peek(1) in ("(", "polygon") or self._peek(2) == "of"
        ):
            self._take()
            return self._place()
        if self._peek() == "touches" and (
            self._peek(1) in ("(", "polygon") or self._peek(2) == "of"
        ):
            self._take()
            return replace(self._place(), touches=True)
        if self._accept("reached", "from"):
            return self._path()
        return self._comparison()

    def _comparison(self) -> Node:
        name = self._name("a property")
        operator = self._take()[1].lower()
        if operator in _COMPARISONS:
            return Compare(name, _COMPARISONS[operator], (self._value(),))
        if operator == "in":
            return Compare(name, "in", tuple(self._list()))
        if operator == "is":
            negated = self._accept("not")
            if self._accept("null"):
                node: Node = IsNull(name)
            elif name == "type":
                node = IsType(self._name("a type"))
            else:
                raise self._error(f"'null' expected, not {self._peek() or 'the end'!r}")
            return Not(node) if negated else node
        raise self._error(f"a comparison expected after {name!r}, not {operator!r}")

    def _list(self) -> list[Any]:
        self._expect("(")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")")
        if len(values) > _MAX_VALUES:
            raise self._error(f"a list has {_MAX_VALUES} values at most")
        return values

    def _numbers(self) -> list[float]:
        self._expect("(")
        values = [self._number()]
        while self._accept(","):
            values.append(self._number())
        self._expect(")")
        return values

    # -- places and paths --------------------------------------------------------------

    def _place(self) -> InBox | InPolygon | Near:
        if self._accept("polygon"):
            return self._polygon()
        if self._peek() == "(":
            v = self._numbers()
            if len(v) == 4:
                return InBox((v[0], v[1], v[2], v[3]), system=self._system())
            if len(v) == 6:
                return InBox((v[0], v[1], v[3], v[4]), (v[2], v[5]), self._system())
            raise self._error("a box has four numbers, or six in three dimensions")
        radius = self._number()
        if radius < 0:
            raise self._error("a distance is not negative")
        self._expect("of")
        if self._peek() != "(":
            return Near(radius, self._name("a place or an entity"))
        centre = self._numbers()
        if len(centre) not in (2, 3):
            raise self._error("a place has two numbers or three")
        return Near(radius, tuple(centre), self._system())

    def _system(self) -> str:
        return next((word for word in SYSTEMS if self._accept(word)), "")

    def _polygon(self) -> InPolygon:
        self._expect("(")
        corners = [(self._number(), self._number())]
        while self._accept(","):
            corners.append((self._number(), self._number()))
        self._expect(")")
        if not 3 <= len(corners) <= _MAX_CORNERS:
            raise self._error(f"a polygon has 3 to {_MAX_CORNERS} corners")
        return InPolygon(tuple(corners), system=self._system())

    def _path(self) -> Node:
        start = self._name("an entity")
        self._expect("by")
        steps = [self._step()]
        while self._accept("then"):
            steps.append(self._step())
        if len(steps) > _MAX_STEPS:
            raise self._error(f"more than {_MAX_STEPS} steps")
        return Reached(start, tuple(steps))

    def _step(self) -> Step:
        direction = self._peek() if self._peek() in ("out", "in", "both") else "out"
        self._accept(direction)
        kind = self._name("a kind of relation, or 'any'")
        hops = self._count(1, MAX_HOPS) if self._next_kind() == "number" else 1
        return Step("" if kind.lower() == "any" else kind, direction, hops)


def _unquoted(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote)
