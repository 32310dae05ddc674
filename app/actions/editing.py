"""Actions that draw, shape and remove entities."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from app.actions.registry import ActionSpec
from app.editing import snapping, spatial
from app.editing.draw import DrawKind
from app.editing.snapping import KINDS

if TYPE_CHECKING:
    from app.window import MainWindow

#: In the Edit menu, in order.
MENU: Final = [
    "edit.draw_point", "edit.draw_line", "edit.draw_polygon", "-",
    "edit.transform", "edit.corners", "edit.split", "edit.merge", "-",
    "edit.duplicate", "edit.remove", "edit.attach", "edit.detach", "edit.assign",
    "edit.topology", "-", "edit.reason", "-", "snap",
]  # fmt: skip
#: Icons of the top bar.
TOOLS: Final = ["edit.draw_point", "edit.draw_line", "edit.draw_polygon", "edit.transform",
                "edit.corners"]  # fmt: skip


def editing_actions(window: MainWindow) -> list[ActionSpec]:
    """Return the actions that draw and shape."""
    return [
        *_drawing(window), *_shaping(window), *_entities(window), *_snapping(window),
    ]  # fmt: skip


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


def _shaping(window: MainWindow) -> list[ActionSpec]:
    editing, attach = window.entity_editing, window.attach
    return [
        ActionSpec("edit.transform",
                   lambda: QCoreApplication.translate("Actions", "Move, turn, scale"),
                   window.transform.start, "F8", "arrows-out-cardinal",
                   lambda: editing.allowed and bool(editing.movable()),
                   lambda: window.transform.active),
        ActionSpec("edit.corners",
                   lambda: QCoreApplication.translate("Actions", "Edit corners"),
                   window.corners.start, "F9", "pen-nib",
                   lambda: editing.allowed and editing.has_one_shape,
                   lambda: window.corners.active),
        ActionSpec("edit.split", lambda: QCoreApplication.translate("Actions", "Split outline…"),
                   window.cut.start, "Ctrl+Shift+X", "scissors",
                   lambda: editing.allowed and len(editing.outlined()) == 1,
                   lambda: window.cut.active),
        ActionSpec("edit.merge", lambda: QCoreApplication.translate("Actions", "Merge outlines"),
                   editing.merge, "Ctrl+Shift+G", "intersect",
                   lambda: editing.allowed and len(editing.outlined()) > 1),
        ActionSpec("edit.attach",
                   lambda: QCoreApplication.translate("Actions", "Attach a thing of a layer…"),
                   attach.start, "Ctrl+Shift+T", "link",
                   lambda: editing.allowed and len(editing.selected()) == 1,
                   lambda: attach.active),
        ActionSpec("edit.detach",
                   lambda: QCoreApplication.translate("Actions", "Detach from its layer"),
                   attach.detach, "", "link-break",
                   lambda: editing.allowed and any(e.layer for e in editing.selected())),
        ActionSpec("edit.assign",
                   lambda: QCoreApplication.translate("Actions", "Assign values by query…"),
                   partial(_assign_by_query, window), "Ctrl+B", "pencil-simple",
                   lambda: editing.allowed),
        ActionSpec("edit.topology",
                   lambda: QCoreApplication.translate("Actions", "Compute spatial relations"),
                   partial(spatial.start, window.services), "", "circles-three",
                   lambda: editing.allowed),
        ActionSpec("edit.reason",
                   lambda: QCoreApplication.translate("Actions", "Reason for changes…"),
                   partial(_say_why, window), "Ctrl+Shift+R", "note-pencil",
                   lambda: editing.allowed, lambda: bool(window.session.reason)),
    ]  # fmt: skip


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


def _assign_by_query(window: MainWindow) -> None:
    """Give many entities a value at once."""
    from app.editing.assign import AssignDialog

    AssignDialog(window, window.services).open()


def _say_why(window: MainWindow) -> None:
    """Ask for what is noted with each change from now on."""
    from app.editing.reason import ReasonDialog

    ReasonDialog(window, window.session).open()
