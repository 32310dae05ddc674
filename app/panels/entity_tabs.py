"""The tabs of the Entity dock: one for each of the seven dimensions, and the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication

CODES, POSITION, GEOMETRY, RELATIONS, ATTRIBUTES, LIVE, RULES, HISTORY = range(8)
#: Tabs that say something of several entities at once.
FOR_SEVERAL: Final = frozenset({POSITION, ATTRIBUTES})


def tab_names() -> list[Callable[[], str]]:
    """Return what gives the name of each tab in the language in use."""
    return [
        lambda: QCoreApplication.translate("EntityPanel", "Codes"),
        lambda: QCoreApplication.translate("EntityPanel", "Position"),
        lambda: QCoreApplication.translate("EntityPanel", "Geometry"),
        lambda: QCoreApplication.translate("EntityPanel", "Relations"),
        lambda: QCoreApplication.translate("EntityPanel", "Attributes"),
        lambda: QCoreApplication.translate("EntityPanel", "Live"),
        lambda: QCoreApplication.translate("EntityPanel", "Rules"),
        lambda: QCoreApplication.translate("EntityPanel", "History"),
    ]


def nothing_text(tab: int) -> str:
    """Return what a tab says that has nothing to show."""
    say = QCoreApplication.translate
    return [
        say("EntityPanel", "No codes have been given yet."),
        say("EntityPanel", "The position is unknown."),
        say("EntityPanel", "No geometry."),
        say(
            "EntityPanel",
            "No relations with other entities. Edit ▸ Compute spatial relations finds what"
            " lies in, touches or is next to what.",
        ),
        say("EntityPanel", "The source has no attributes for it."),
        say("EntityPanel", "No live values are declared."),
        say(
            "EntityPanel",
            "No rule watches it. Rules are made in the Rules panel, and in entity types.",
        ),
        "",
    ][tab]
