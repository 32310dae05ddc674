"""Keeps the catalogue in step with the open project: its own types, and queries that mean them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.editing import schema
from app.project import ProjectSession
from app.workers import Background

if TYPE_CHECKING:
    from twin_model.schema.catalogue import Catalogue
    from twin_model.twin import Twin

_WAIT_MS: Final = 1200


class ProjectTypes(QObject):
    """Reads a project's types when it is opened and when they change.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    """

    changed = Signal()

    def __init__(self, session: ProjectSession, background: Background) -> None:
        super().__init__()
        self._session = session
        self._background = background
        # Not while the first picture is drawn: the catalogue takes half a second of a core.
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self.read)
        session.opened.connect(self._wait.start)
        session.closing.connect(self._closing)
        session.closed.connect(self._closed)
        session.changed.connect(self._follow)

    def read(self) -> None:
        """Read them now, in a thread."""
        twin = self._session.twin
        if twin is not None:
            self._background.ask("project-types", lambda: _read(twin), self._take)

    def _follow(self, change: Any) -> None:
        if "type" in change.definitions:
            self.read()

    def _take(self, found: tuple[Twin, tuple[Catalogue, frozenset[str]]]) -> None:
        twin, made = found
        if twin is not self._session.twin:
            return
        schema.set_project(made)
        # Queries for a type mean its subtypes too, and a misspelt one is an error.
        twin.catalogue = schema.catalogue()
        self.changed.emit()

    def _closing(self) -> None:
        # What is being read would be read from a file that is closed: SQLite ends the process.
        self._wait.stop()
        self._background.drop("project-types")
        self._background.end_running()

    def _closed(self) -> None:
        schema.set_project(None)


def _read(twin: Twin) -> tuple[Twin, tuple[Catalogue, frozenset[str]]]:
    from twin_model.schema.project_types import stored_types

    return twin, schema.with_project(stored_types(twin))
