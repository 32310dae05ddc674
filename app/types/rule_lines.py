"""Rules that every entity of a type starts with, as lines of the types editor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app import alarm_words
from app.theme import Theme
from app.types.forms import LinesForm
from app.types.rule_draft import RuleDraft
from app.types.table import Column
from twin_model.schema.types import Severity

_OPERATORS: Final = ((">", ">"), (">=", "≥"), ("<", "<"), ("<=", "≤"), ("=", "="), ("!=", "≠"))


def _severities() -> Sequence[tuple[str, str]]:
    return [(str(one), alarm_words.priority(one)) for one in Severity]


def rule_columns() -> list[Column]:
    """Return the columns of the table."""
    say = QCoreApplication.translate
    return [
        Column("id", lambda: say("TypesEditor", "Identifier"), 118),
        Column("zh", lambda: say("TypesEditor", "Chinese name"), 92),
        Column("en", lambda: say("TypesEditor", "English name"), 116),
        Column("indicator", lambda: say("TypesEditor", "Live value"), 116),
        Column("operator", lambda: say("TypesEditor", "Is"), 44, lambda: _OPERATORS),
        Column(
            "limit", lambda: say("TypesEditor", "Limit"), 60,
            note=lambda: say("TypesEditor", "A number in the unit of the live value, or a word"),
        ),
        Column(
            "property", lambda: say("TypesEditor", "Or attribute"), 92,
            note=lambda: say("TypesEditor", "The property that holds each thing's own limit"),
        ),
        Column(
            "deadband", lambda: say("TypesEditor", "Deadband"), 72,
            note=lambda: say("TypesEditor", "How far the value must come back"),
        ),
        Column("delay_s", lambda: say("TypesEditor", "After (s)"), 70),
        Column("severity", lambda: say("TypesEditor", "Priority"), 64, _severities),
    ]  # fmt: skip


def rule_lines(theme: Theme, parent: QWidget) -> LinesForm:
    """Return the table of rules."""
    return LinesForm(rule_columns(), RuleDraft, theme, parent)
