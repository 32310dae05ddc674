"""Editing of places: heights above what they are stated above, and moves that follow the ground."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.editing import changes
from app.heights import ground_of
from app.workers import Background
from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.heights import (
    GROUND,
    at_height,
    checked_reference,
    over_ground,
    with_reference,
)

if TYPE_CHECKING:
    from app.project import ProjectSession


def commit_position(
    parent: QWidget,
    session: ProjectSession,
    background: Background,
    entities: Sequence[Entity],
    edit: tuple[str, Any],
) -> None:
    """Carry out what was entered in a line of the Position tab.

    Parameters
    ----------
    parent : QWidget
        Of a dialog that may be needed.
    session : ProjectSession
    background : Background
    entities : sequence of Entity
        What is shown.
    edit : (str, value)
        Key of the line, beginning with `changes.POSITION`, and what was entered.
    """
    key, value = edit
    twin, ids = session.required, [one.id for one in entities]
    title = changes.edit_title(entities, changes.title_of(key))
    name = key.removeprefix(changes.POSITION)
    if name == "reference":
        if value == changes.OTHER:
            dialog = DatumDialog(parent, background)
            dialog.accepted.connect(lambda: state(session, entities, dialog.value))
            dialog.open()
        else:
            state(session, entities, "" if value == changes.PROJECT else str(value))
    elif name == "stated":

        def raised(found: Sequence[Entity]) -> Sequence[Entity]:
            is_ground = any(one.height_reference == GROUND for one in found)
            return at_height(
                found, float(value), twin.frame, ground_of(twin) if is_ground else None
            )

        session.edit_together(ids, raised, title)
    else:
        change = changes.set_position(key, value, twin.frame)
        session.edit_together(ids, on_the_ground(session, change), title)


def state(session: ProjectSession, entities: Sequence[Entity], reference: str) -> None:
    """Say what the heights of things are stated above; they stay where they are."""
    title = changes.edit_title(entities, changes.title_of(changes.POSITION + "reference"))
    session.edit([one.id for one in entities], lambda one: with_reference(one, reference), title)


def on_the_ground(session: ProjectSession, change: changes.Change) -> changes.Changes:
    """Return a change of several whose moves in plan follow the ground, see `over_ground`.

    It reads terrain: for the thread that writes.
    """
    twin = session.required

    def changed(found: Sequence[Entity]) -> Sequence[Entity]:
        after = [change(one) for one in found]
        if not any(one.height_reference == GROUND for one in found):
            return after
        return over_ground(found, after, ground_of(twin))

    return changed


@functools.lru_cache(maxsize=1)
def vertical_datums() -> list[str]:
    """Return ``EPSG:5737  Yellow Sea 1985 height`` and the like, by code."""
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType

    found = query_crs_info(auth_name="EPSG", pj_types=[PJType.VERTICAL_CRS])
    found.sort(key=lambda info: int(info.code))
    return [f"EPSG:{info.code}  {info.name}" for info in found]


class DatumDialog(QDialog):
    """Asks for a vertical datum, by name or code.

    Parameters
    ----------
    parent : QWidget
    background : Background
        Reads PROJ's list in a thread the first time.
    """

    def __init__(self, parent: QWidget, background: Background) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.value = ""
        self.setWindowTitle(self.tr("Height above another datum"))
        note = QLabel(self.tr("The height is stated above this datum; the thing stays."), self)
        note.setObjectName("dim")
        note.setWordWrap(True)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText(self.tr("EPSG code or name"))
        self.name.setAccessibleName(self.tr("Vertical datum"))
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.name.setCompleter(completer)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox(self)
        self.choose = buttons.addButton(
            self.tr("State height"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.choose.setObjectName("primary")
        self.choose.style().polish(self.choose)  # the button box has polished it already
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        for widget in (note, self.name, self.problem, buttons):
            layout.addWidget(widget)
        self.problem.hide()
        self.choose.setEnabled(False)
        self.name.textChanged.connect(self._check)
        self.setMinimumWidth(400)
        background.ask("vertical-datums", vertical_datums, self._names.setStringList)

    def _check(self) -> None:
        self.problem.hide()
        self.choose.setEnabled(bool(self.name.text().strip()))

    def _accept(self) -> None:
        text = self.name.text().split("  ")[0].strip()
        try:
            self.value = checked_reference(f"EPSG:{text}" if text.isdigit() else text)
        except ValidationError as error:
            self.problem.setText(messages.shown(error.rule))
            self.problem.show()
            return
        self.accept()
