"""What is typed into a search field: a part of a name, or a condition of docs/query.md."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QCoreApplication

from app import messages
from twin_model.errors import ValidationError
from twin_model.query import EntityQuery

#: Whatever has one of these is a condition; a name with a sign in it can be searched in quotes.
_SIGNS: Final = re.compile(r"[=<>~^]")
_WORDS: Final = re.compile(
    r"\b(is\s+(not\s+)?null|type\s+is|(within|touches)\s*(\(|polygon)|within\s*[\d.]+\s+of"
    r"|reached\s+from|(within|touches)\s+cell\s|in\s*\(|order\s+by|as\s+of|known\s+on|not\s+\()",
    re.IGNORECASE,
)
_MISSING: Final = re.compile(
    r"no (?P<what>property|relation|such entity type)(?: (?P<name>'[^']*'))?;?"
    r"(?: did you mean (?P<near>.+)\?)?"
)


def is_condition(text: str) -> bool:
    """Return whether a text is a condition, and not a part of a name or code."""
    return bool(_SIGNS.search(text) or _WORDS.search(text))


def query_of(text: str) -> EntityQuery:
    """Return the query that a text means."""
    stripped = text.strip()
    return EntityQuery(where=stripped) if is_condition(stripped) else EntityQuery(text=stripped)


def problem_of(error: ValidationError) -> str:
    """Return what is wrong with a condition, in the language in use."""
    say = QCoreApplication.translate
    if error.rule == "ends too early":
        return say("Condition", "The condition is not complete yet.")
    found = _MISSING.match(error.rule)
    if found is None:
        return messages.shown(error.rule)
    name = (found["name"] or f"'{error.value}'").strip("'")
    if found["what"] == "property":
        text = say("Condition", "There is no property “{0}”.").format(name)
    elif found["what"] == "relation":
        text = say("Condition", "There is no kind of relation “{0}”.").format(name)
    else:
        text = say("Condition", "There is no type “{0}”.").format(name)
    near = found["near"]
    if not near:
        return text
    gap = "" if text.endswith("。") else " "
    return text + gap + say("Condition", "Did you mean {0}?").format(near)
