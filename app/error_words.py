"""What an error says to users: which thing, in their words, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication

from app import messages, numbers, words
from app.editing import schema
from twin_model.errors import ValidationError

#: Longer values say nothing more in a line.
_MOST_CHARACTERS: Final = 24


def error_text(error: Exception) -> str:
    """Return an error as users read it: a value that breaks a rule by its name, not by its key."""
    if not isinstance(error, ValidationError):
        return messages.shown(str(error))
    if (listed := getattr(error, "listed", ())) and error.dimension == "relations":
        return broken_text(listed, getattr(error, "count", len(listed)))
    subject, rule = _subject(error), messages.shown(error.rule)
    value = error.value
    if isinstance(value, float):
        value = f"{value:g}"
    is_short = isinstance(value, str | int) and not isinstance(value, bool)
    if is_short and error.dimension != "relations" and 0 < len(str(value)) <= _MOST_CHARACTERS:
        subject = f"{subject} {value}"
    return f"{subject}: {rule}"


def broken_text(listed: Sequence[tuple[str, str, str]], count: int) -> str:
    """Return that a type does not allow relations that there are, with the first of them.

    Parameters
    ----------
    listed : sequence of (str, str, str)
        Name of the source, kind, name of the target.
    count : int
        Of all.
    """
    say = QCoreApplication.translate
    said = [words.relation(kind) for _, kind, _ in listed]
    lines = [
        f"{source} – {kind[:1].lower()}{kind[1:]} – {target}"
        for (source, _, target), kind in zip(listed, said)
    ]
    if count > len(lines):
        more = say("EntityPanel", "and {0} more")
        lines.append(more.format(numbers.integer(count - len(lines))))
    text = say(
        "EntityPanel", "its type does not allow these relations; remove or change them first:"
    )
    return "\n".join([text, *lines])


def _subject(error: ValidationError) -> str:
    """Return what the rule is about."""
    say = QCoreApplication.translate
    if error.dimension == "relations":
        return words.relation(error.name)
    if (error.dimension, error.name) == ("geometry", "factor"):
        return say("TransformTool", "Scale")
    if error.dimension == "geometry":
        return say("EntityPanel", "Geometry")
    if schema.is_loaded():
        for kind in schema.catalogue().types():
            for one in kind.properties:
                if one.id == error.name:
                    return schema.sentence(one.name.get(schema.language()) or one.id)
    return error.name
