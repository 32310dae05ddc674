"""The open project: the twin, and its signals brought to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from app.threads import Threads
from twin_model.errors import ShapanError, StoreError

if TYPE_CHECKING:
    from twin_model.commands import Command
    from twin_model.entity import Entity
    from twin_model.frame import Frame
    from twin_model.schema.catalogue import Catalogue
    from twin_model.twin import Twin
    from twin_model.validity import SetValidity

#: Characters of a reason.
MAX_REASON: Final = 500


def project_title(folder: Path) -> str:
    """Return the title of a project that is not open; its folder's name where there is none."""
    from twin_model.project import read_project

    try:
        return read_project(folder).title or folder.name.removesuffix(".shapan")
    except StoreError:
        return folder.name.removesuffix(".shapan")


def _types_of(twin: Twin) -> Catalogue:
    from app.editing import schema
    from twin_model.schema.project_types import stored_types

    return schema.with_project(stored_types(twin))[0]


class ProjectSession(QObject):
    """Holds at most one open twin.

    Parameters
    ----------
    parent : QObject, optional
    """

    opened = Signal()
    closing = Signal()
    closed = Signal()
    changed = Signal(object)  # twin_model.twin.Change, on the GUI thread
    failed = Signal(object)  # ShapanError of a command
    reason_changed = Signal(str)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._twin: Twin | None = None
        self._reason = ""
        # Commands of workers emit in their thread; a queued Qt signal brings them here.
        self._arrived.connect(self._deliver)
        # An import commits under the same lock, so commands wait in this thread and not in
        # the one that draws.
        self._writer = Threads(self, 1)

    @property
    def twin(self) -> Twin | None:
        """The open twin, None on the welcome page."""
        return self._twin

    @property
    def required(self) -> Twin:
        """The open twin.

        Raises
        ------
        StoreError
            If no project is open.
        """
        if self._twin is None:
            raise StoreError("no project is open", remedy="open or make one first")
        return self._twin

    @property
    def reason(self) -> str:
        """Why things are being changed, noted with each command of the user; empty for unsaid."""
        return self._reason

    def set_reason(self, text: str) -> None:
        """Say why things are changed from now on; what is queued keeps its own."""
        text = " ".join(text.split())[:MAX_REASON]
        if text != self._reason:
            self._reason = text
            self.reason_changed.emit(text)

    @property
    def writable(self) -> bool:
        """Whether a project is open for writing."""
        return self._twin is not None and not self._twin.read_only

    def open(self, folder: Path, *, read_only: bool = False) -> None:
        """Open a project in place of the present one.

        Raises
        ------
        StoreError
            If it is locked, damaged, newer than the program or no project; the present one
            then stays open.
        """
        from twin_model.twin import Twin

        if self._twin is not None and self._twin.path.resolve() == folder.resolve():
            return
        twin = Twin.open(folder, read_only=read_only)
        self._adopt(twin)

    def create(self, folder: Path, frame: Frame, title: str) -> None:
        """Make a project and open it.

        Raises
        ------
        ShapanError
            If the folder cannot be made or already holds something.
        """
        from twin_model.twin import Twin

        try:
            twin = Twin.create(folder, frame, title)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be made ({error.strerror})") from error
        self._adopt(twin)

    def close(self) -> None:
        """Close the open project, if any."""
        if self._twin is None:
            return
        self.closing.emit()
        self.settle()
        twin, self._twin = self._twin, None
        twin.changed.disconnect(self._relay)
        twin.close()
        self.set_reason("")
        self.closed.emit()

    def execute(self, command: Command) -> None:
        """Queue a command of the user; `changed` or `failed` follows."""
        twin = self._twin
        if twin is None or twin.read_only:
            self.failed.emit(StoreError("the project is open for reading only"))
            return
        why = self._reason
        self._submit(lambda: twin.execute(command, why=why))

    def edit(self, entities: Sequence[str], change: Callable[[Entity], Entity], title: str) -> None:
        """Queue one command that changes entities as they are when its turn comes.

        Parameters
        ----------
        entities : sequence of str
            Ids.
        change : callable
            Returns what becomes of an entity; those that stay as they are get no new version.
        title : str
            What users read in undo and history, such as ``Edit P-07: rated power``.
        """
        self.edit_together(entities, lambda found: [change(one) for one in found], title)

    def edit_together(
        self,
        entities: Sequence[str],
        change: Callable[[Sequence[Entity]], Sequence[Entity]],
        title: str,
    ) -> None:
        """Queue one command as `edit` does, whose change is of all of them at once."""
        twin = self._twin
        if twin is None or twin.read_only:
            self.failed.emit(StoreError("the project is open for reading only"))
            return

        why = self._reason

        def work() -> None:
            from twin_model.commands import EditEntities
            from twin_model.topology import keeping

            found = [twin.entity(entity_id) for entity_id in entities]
            pairs = [
                (old, new) for old, new in zip(found, change(found), strict=True) if new != old
            ]
            if pairs:
                before, after = zip(*pairs, strict=True)
                twin.execute(keeping(EditEntities(after, title), before, after), why=why)

        self._submit(work)

    def set_validity(self, entities: Sequence[str], command: SetValidity) -> None:
        """Queue saying when things are there, unless that is what is known when its turn comes."""
        twin = self._twin
        if twin is None or twin.read_only:
            self.failed.emit(StoreError("the project is open for reading only"))
            return
        why = self._reason

        def work() -> None:
            from twin_model.validity import life_of

            try:
                lives = [life_of(twin, twin.entity(entity_id)) for entity_id in entities]
            except StoreError:
                return  # it ended meanwhile: a form that closes says again what it has said
            if any(
                command.start not in (None, life.start) or command.end not in (None, life.end)
                for life in lives
            ):
                twin.execute(command, why=why)

        self._submit(work)

    def undo(self) -> None:
        """Queue an undo."""
        self._submit(self.required.undo)

    def redo(self) -> None:
        """Queue a redo."""
        self._submit(self.required.redo)

    def set_style(self, layer_id: str, **values: Any) -> None:
        """Change a layer's style, keeping the rest of it."""
        from twin_model.commands import SetLayerStyle

        twin = self.required
        self.execute(SetLayerStyle(layer_id, {**twin.layer(layer_id).style, **values}))

    def settle(self) -> None:
        """Wait until every queued command is carried out."""
        self._writer.wait()

    def _submit(self, work: Callable[[], object]) -> None:
        def run() -> None:
            try:
                work()
            except ShapanError as error:
                self.failed.emit(error)

        self._writer.start(run)

    def _adopt(self, twin: Twin) -> None:
        try:
            self.close()
        except ShapanError:
            twin.close()
            raise
        self._twin = twin
        # Until the window has read the project's types, the first edit does.
        twin.load_catalogue = _types_of
        twin.changed.connect(self._relay)
        self.opened.emit()

    def _relay(self, change: object) -> None:
        self._arrived.emit(change)

    def _deliver(self, change: object) -> None:
        if self._twin is not None:
            self.changed.emit(change)
