"""What an error says to users: which thing, in their words, and why."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from app import messages, words
from app.editing import schema
from twin_model.errors import ValidationError

#: Longer values say nothing more in a line.
_MOST_CHARACTERS: Final = 24


def error_text(error: Exception) -> str:
    """Return an error as users read it: a value that breaks a rule by its name, not by its key."""
    if not isinstance(error, ValidationError):
        return messages.shown(str(error))
    subject, rule = _subject(error), messages.shown(error.rule)
    value = error.value
    if isinstance(value, float):
        value = f"{value:g}"
    is_short = isinstance(value, str | int) and not isinstance(value, bool)
    if is_short and error.dimension != "relations" and 0 < len(str(value)) <= _MOST_CHARACTERS:
        subject = f"{subject} {value}"
    return f"{subject}: {rule}"


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
