"""Questions to the twin: one object, and one small text form for attribute conditions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from twin_model.errors import ValidationError
from twin_model.time import Instant


@dataclass(frozen=True, slots=True)
class EntityQuery:
    """Which entities to give; conditions are joined by *and*.

    Parameters
    ----------
    type : str or None
    layer : str or None
    bbox : (west, south, east, north) or None
        Local metres; the reference point must lie inside.
    near : (x, y, radius) or None
        Local metres, in plan.
    where : str
        Condition on attributes, see `compile_where`.
    text : str
        Part of the name, of a code or of the identifier in the source.
    related_to : str or None
        Id of an entity; only those that relations lead to from it.
    relation : str or None
        Kind of relation to follow; None for every kind.
    hops : int
        How many relations to follow at most, 1 to 8.
    direction : str
        ``out`` from source to target, ``in`` against it, ``both``.
    at : Instant or None
        As of this instant in the world; None for now.
    known_on : Instant or None
        As it was recorded on that instant; None for what is known now.
    limit, offset : int
        0 for no limit.
    """

    type: str | None = None
    layer: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    near: tuple[float, float, float] | None = None
    where: str = ""
    text: str = ""
    related_to: str | None = None
    relation: str | None = None
    hops: int = 1
    direction: str = "out"
    at: Instant | None = None
    known_on: Instant | None = None
    limit: int = 0
    offset: int = 0


_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])"
    r"|(?P<string>\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*')"
    r"|(?P<operator><=|>=|!=|<>|==|=|<|>|~|\(|\)|,)"
    r"|(?P<word>[^\W\d][\w.:\-]*))"
)
_COMPARISONS: Final = {"=": "=", "==": "=", "!=": "<>", "<>": "<>", "<": "<", ">": ">",
                       "<=": "<=", ">=": ">="}  # fmt: skip
_COLUMNS: Final = {"name": "name", "type": "type", "guid": "guid", "layer": "layer",
                   "id": "id", "management": "management_code", "space": "space_code",
                   "time": "time_code"}  # fmt: skip
_MAX_LENGTH: Final = 4_000
_MAX_DEPTH: Final = 32


def compile_where(text: str, known: Iterable[str]) -> tuple[str, list[Any]]:
    """Turn a condition on attributes into SQL over `entity_version`.

    Grammar::

        condition  = clause { "or" clause }
        clause     = factor { "and" factor }
        factor     = "not" factor | "(" condition ")" | comparison
        comparison = property ("=" | "!=" | "<" | "<=" | ">" | ">=") value
                   | property "~" string            (contains, ignoring case)
                   | property "in" "(" value { "," value } ")"
                   | property "is" ["not"] "null"
        property   = word | string                  (quoted where it has spaces)
        value      = number | string | "true" | "false"

    Parameters
    ----------
    text : str
    known : iterable of str
        Attribute names that occur; others are refused.

    Returns
    -------
    sql : str
    parameters : list

    Raises
    ------
    ValidationError
        If the text does not follow the grammar, or names a property that no entity has; the
        message gives the nearest names.
    """
    if len(text) > _MAX_LENGTH:
        raise ValidationError("query", "where", text[:40] + "…", "longer than 4000 characters")
    return _Parser(text, set(known)).parse()


class _Parser:
    def __init__(self, text: str, known: set[str]) -> None:
        self.text = text
        self.known = known
        self.tokens: list[tuple[str, str]] = []
        self.position = 0
        self.depth = 0
        self.parameters: list[Any] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._error(f"cannot read {text[at : at + 12]!r} at character {at + 1}")
            kind = match.lastgroup or ""
            self.tokens.append((kind, match.group(kind)))
            at = match.end()

    def _error(self, rule: str) -> ValidationError:
        return ValidationError("query", "where", self.text, rule)

    def parse(self) -> tuple[str, list[Any]]:
        sql = self._condition()
        if self.position < len(self.tokens):
            raise self._error(f"unexpected {self.tokens[self.position][1]!r}")
        return sql, self.parameters

    def _peek(self) -> str:
        if self.position >= len(self.tokens):
            return ""
        kind, value = self.tokens[self.position]
        return value.lower() if kind == "word" else value

    def _take(self) -> tuple[str, str]:
        if self.position >= len(self.tokens):
            raise self._error("ends too early")
        self.position += 1
        return self.tokens[self.position - 1]

    def _condition(self) -> str:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self._error(f"nested deeper than {_MAX_DEPTH}")
        parts = [self._clause()]
        while self._peek() == "or":
            self._take()
            parts.append(self._clause())
        self.depth -= 1
        return "(" + " OR ".join(parts) + ")"

    def _clause(self) -> str:
        parts = [self._factor()]
        while self._peek() == "and":
            self._take()
            parts.append(self._factor())
        return "(" + " AND ".join(parts) + ")"

    def _factor(self) -> str:
        if self._peek() == "not":
            self._take()
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise self._error(f"nested deeper than {_MAX_DEPTH}")
            inner = self._factor()
            self.depth -= 1
            return f"NOT coalesce({inner}, 0)"
        if self._peek() == "(":
            self._take()
            inner = self._condition()
            self._expect(")")
            return inner
        return self._comparison()

    def _expect(self, value: str) -> None:
        kind, got = self._take()
        if (got.lower() if kind == "word" else got) != value:
            raise self._error(f"{value!r} expected, not {got!r}")

    def _comparison(self) -> str:
        kind, word = self._take()
        if kind not in ("word", "string"):
            raise self._error(f"a property expected, not {word!r}")
        name = _unquote(word) if kind == "string" else word
        operator = self._take()[1].lower()
        if operator in _COMPARISONS:
            property_sql = self._property(name)
            self.parameters.append(self._value())
            return f"{property_sql} {_COMPARISONS[operator]} ?"
        if operator == "~":
            property_sql = self._property(name)
            pattern = str(self._value())
            escaped = re.sub(r"([\\%_])", r"\\\1", pattern)
            self.parameters.append(f"%{escaped}%")
            return f"{property_sql} LIKE ? ESCAPE '\\'"
        if operator == "in":
            property_sql = self._property(name)
            self._expect("(")
            values = [self._value()]
            while self._peek() == ",":
                self._take()
                values.append(self._value())
            self._expect(")")
            self.parameters += values
            return f"{property_sql} IN ({','.join('?' * len(values))})"
        if operator == "is":
            negated = self._peek() == "not"
            if negated:
                self._take()
            self._expect("null")
            return f"{self._property(name)} IS {'NOT ' if negated else ''}NULL"
        raise self._error(f"a comparison expected after {name!r}, not {operator!r}")

    def _property(self, name: str) -> str:
        if name in self.known:
            self.parameters.append('$."' + name.replace('"', '\\"') + '"')
            return "json_extract(attributes, ?)"
        if name in _COLUMNS:
            return _COLUMNS[name]
        nearest = difflib.get_close_matches(name, sorted(self.known | set(_COLUMNS)), 3, 0.4)
        hint = f"did you mean {', '.join(nearest)}?" if nearest else "no entity has attributes"
        raise self._error(f"no property {name!r}; {hint}")

    def _value(self) -> Any:
        kind, text = self._take()
        if kind == "number":
            return float(text) if re.search(r"[.eE]", text) else int(text)
        if kind == "string":
            return _unquote(text)
        if kind == "word":
            return {"true": 1, "false": 0}.get(text.lower(), text)
        raise self._error(f"a value expected, not {text!r}")


def _unquote(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote)
