"""The versions of an entity as a list, and what changed in each as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from app import entity_words, heights, numbers, words
from app.editing import schema
from app.editing.times import time_text
from app.panels.entity_fields import value_text

if TYPE_CHECKING:
    from twin_model.history import Difference, Version

Index = QModelIndex | QPersistentModelIndex

VERSION_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_LINES: Final = 12


class HistoryModel(QAbstractListModel):
    """Versions, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: list[Version] = []

    def set_versions(self, versions: list[Version]) -> None:
        """Show versions in place of the present ones."""
        self.beginResetModel()
        self.versions = versions
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.versions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        version = self.versions[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{words.edit(version.label)}. {'. '.join(change_lines(version))}"
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(change_lines(version))
            case _ if role == VERSION_ROLE:
                return version
        return None


def change_lines(version: Version) -> list[str]:
    """Return a line for each value that a version changed, at most a dozen."""
    if version.entity is None:
        return [QCoreApplication.translate("EntityHistory", "removed")]
    type_id = version.entity.type
    found = [difference_line(one, type_id) for one in version.differences[:_LINES]]
    more = len(version.differences) - len(found)
    if more:
        text = QCoreApplication.translate("EntityHistory", "and {0} more")
        found.append(text.format(numbers.integer(more)))
    return found


def difference_line(difference: Difference, type_id: str) -> str:
    """Return what differs with its value before and after."""
    say = QCoreApplication.translate
    before, after = difference.before, difference.after
    match difference.dimension:
        case "attributes" | "indicators":
            return attribute_line(type_id, difference.name, before, after)
        case "geometry":
            return say("EntityHistory", "Geometry changed")
        case "type":
            name = say("EntityHistory", "Type")
            before, after = entity_words.entity_type(before), entity_words.entity_type(after)
        case "name":
            name = say("EntityHistory", "Name")
        case "position":
            name = say("EntityPanel", "Position")
            before, after = _place(before), _place(after)
        case "heading_deg" | "pitch_deg" | "roll_deg":
            name = {
                "heading_deg": say("EntityPanel", "Heading"),
                "pitch_deg": say("EntityPanel", "Pitch"),
                "roll_deg": say("EntityPanel", "Roll"),
            }[difference.dimension]
            before, after = f"{before:g}°", f"{after:g}°"
        case "height_reference":
            name = say("EntityPanel", "Height above")
            before, after = heights.reference_title(before), heights.reference_title(after)
        case "codes":
            name = say("EntityPanel", "Codes")
            before, after = (" ".join(filter(None, (c.management, c.space, c.time)))
                             for c in (before, after))  # fmt: skip
        case "valid" if difference.name == "start":
            name = say("EntityPanel", "Valid from")
            before, after = (time_text(one) or say("EntityPanel", "always")
                             for one in (before, after))  # fmt: skip
        case "valid":
            name = say("EntityPanel", "Valid until")
            before, after = (time_text(one) or say("EntityPanel", "no end")
                             for one in (before, after))  # fmt: skip
        case other:
            name = other
    return f"{name}: {value_text(before)} → {value_text(after)}"


def attribute_line(type_id: str, name: str, before: Any, after: Any) -> str:
    """Return the title of an attribute with its value before and after."""
    title, kind = name, None
    known = schema.known_type(type_id)
    if known is not None:
        kind = schema.catalogue().properties(known).get(name)
    if kind is not None:
        title = schema.sentence(kind.name.get(schema.language()) or name)
    return f"{title}: {_shown(kind, before)} → {_shown(kind, after)}"


def _shown(kind: Any, value: Any) -> str:
    if kind is None or value is None:
        return value_text(value) if value is not None else "—"
    from twin_model.schema.values import shown

    return shown(kind, value, schema.language())


def _place(position: Any) -> str:
    return "" if position is None else ", ".join(numbers.fixed(v, 2) for v in position)
