"""Actions that draw, shape and remove entities."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from app.actions.registry import ActionSpec
from app.editing import snapping
from app.editing.draw import DrawKind
from app.editing.snapping import KINDS

if TYPE_CHECKING:
    from app.window import MainWindow

#: In the Edit menu, in order.
MENU: Final = [
    "edit.draw_point", "edit.draw_line", "edit.draw_polygon", "-",
    "edit.duplicate", "edit.remove", "-", "snap",
]  # fmt: skip
#: Icons of the top bar.
TOOLS: Final = ["edit.draw_point", "edit.draw_line", "edit.draw_polygon"]


def editing_actions(window: MainWindow) -> list[ActionSpec]:
    """Return the actions that draw and shape."""
    return [*_drawing(window), *_entities(window), *_snapping(window)]


def _drawing(window: MainWindow) -> list[ActionSpec]:
    draw, editing = window.draw, window.entity_editing
    titles = {
        DrawKind.POINT: lambda: QCoreApplication.translate("Actions", "Draw a point"),
        DrawKind.LINE: lambda: QCoreApplication.translate("Actions", "Draw a line"),
        DrawKind.POLYGON: lambda: QCoreApplication.translate("Actions", "Draw an area"),
    }
    looks = {
        DrawKind.POINT: ("F5", "map-pin-line"),
        DrawKind.LINE: ("F6", "line-segments"),
        DrawKind.POLYGON: ("F7", "bounding-box"),
    }
    return [
        ActionSpec(f"edit.draw_{kind.value}", titles[kind], partial(draw.start, kind),
                   looks[kind][0], looks[kind][1], lambda: editing.allowed,
                   partial(_is_drawing, window, kind))
        for kind in DrawKind
    ]  # fmt: skip


def _is_drawing(window: MainWindow, kind: DrawKind) -> bool:
    return bool(window.draw.active and window.draw.kind == kind)


def _entities(window: MainWindow) -> list[ActionSpec]:
    editing = window.entity_editing
    return [
        ActionSpec("edit.duplicate", lambda: QCoreApplication.translate("Actions", "Duplicate"),
                   editing.duplicate, "Ctrl+D", "copy",
                   lambda: editing.allowed and bool(editing.own())),
        ActionSpec("edit.remove",
                   lambda: QCoreApplication.translate("Actions", "Remove entities"),
                   editing.remove, "Delete", "trash",
                   lambda: editing.allowed and bool(editing.selected())),
    ]  # fmt: skip


def _snapping(window: MainWindow) -> list[ActionSpec]:
    snaps = window.snapping
    return [
        ActionSpec(f"snap.{kind}", partial(snapping.title, kind), partial(snaps.toggle, kind),
                   checked=partial(snaps.is_on, kind))
        for kind in KINDS
    ]  # fmt: skip
