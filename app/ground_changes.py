"""Another terrain under things that stand above the ground: asked whether they go with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.editing import changes
from twin_model.heights import GROUND, carried
from twin_model.layer import Layer, LayerRole
from twin_model.store.journal import last_kind

if TYPE_CHECKING:
    from app.overlays import Notice
    from app.project import ProjectSession
    from app.workers import Background
    from ingest.tiling.contract import GroundHeight
    from twin_model.entity import Entity
    from twin_model.time import Instant
    from twin_model.twin import Twin

Terrain = tuple[Layer, ...]


class GroundChanges(QObject):
    """Asks whether things are moved with the ground once terrain came, went or was put elsewhere.

    Parameters
    ----------
    parent : QObject
    session : ProjectSession
    background : Background
    notice : Notice
    """

    def __init__(
        self, parent: QObject, session: ProjectSession, background: Background, notice: Notice
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self._notice = notice
        #: What heights above the ground were stated above, and when it became another.
        self._known: Terrain = ()
        self._since: Instant | None = None
        self._asking = False
        session.opened.connect(self._opened)
        session.changed.connect(self._follow)

    def _opened(self) -> None:
        self._known, self._since, self._asking = _terrain(self._session.required), None, False

    def _follow(self, change: Any) -> None:
        if not change.layers:
            return
        twin = self._session.required
        now = _terrain(twin)
        # Undo brings back what was, heights with the ground; and heights are above no ground that
        # was not there.
        is_back = last_kind(twin.reader()) in ("undo", "redo")
        if is_back or not self._known or _ids(now) == _ids(self._known):
            self._known, self._since = now, None
            self._forget()
            return
        before, since = self._known, self._since or twin.now()
        self._since = since
        self._background.ask(
            "ground-changes", lambda: _moving(twin, before, now, since), lambda n: self._ask(n, now)
        )

    def _ask(self, found: Sequence[Entity], now: Terrain) -> None:
        if not found:
            return
        text = self.tr("%n thing(s) stand above the ground, and the terrain is another one now.",
                       "", len(found))  # fmt: skip
        self._asking = True
        self._notice.show_question(text, self.tr("Move with the ground"), lambda: self._move(
            found, now))  # fmt: skip

    def _move(self, found: Sequence[Entity], now: Terrain) -> None:
        twin, before = self._session.required, self._known
        self._known, self._since = now, None
        self._forget()
        title = changes.edit_title(found, "height")
        grounds = _grounds(twin, before, now)
        self._session.edit_together(
            [one.id for one in found], lambda those: carried(those, *grounds()), title
        )

    def _forget(self) -> None:
        if self._asking:
            self._asking = False
            self._notice.hide()


def _terrain(twin: Twin) -> Terrain:
    return tuple(one for one in twin.layers() if one.role is LayerRole.TERRAIN)


def _ids(terrain: Terrain) -> list[str]:
    return [one.id for one in terrain]


def _grounds(
    twin: Twin, before: Terrain, now: Terrain
) -> Callable[[], tuple[GroundHeight | None, GroundHeight | None]]:
    """Return what reads both grounds; files of a removed layer stay."""

    def read() -> tuple[GroundHeight | None, GroundHeight | None]:
        from ingest.tiling.ground import ground_in  # rasterio is slow to import

        old = ground_in(before, twin.layer_folder, twin.frame)
        return old, ground_in(now, twin.layer_folder, twin.frame)

    return read


def _moving(twin: Twin, before: Terrain, now: Terrain, since: Instant) -> list[Entity]:
    """Return the things that would move; what was stated since then is above the new ground."""
    from twin_model.query import EntityQuery

    found = twin.entities(EntityQuery(where=f"height_reference = '{GROUND}'"))
    found = [one for one in found if one.valid.start <= since]
    moved = carried(found, *_grounds(twin, before, now)())
    return [old for old, new in zip(found, moved, strict=True) if new != old]
