"""Cells of the BeiDou grid in the scene: flown to, and drawn until something else is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from app import messages
from app.theme import Theme
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from app.project import ProjectSession
    from app.scene import Scene
    from app.viewport import Viewport
    from app.workers import Background
    from rendering.options import Overlay
    from twin_model.space_codes import CellPlace

_OVERLAY: Final = "cell"
#: Room around a cell, in its own sizes.
_ROOM: Final = 0.6


class ShownCell(QObject):
    """One cell in the scene.

    Parameters
    ----------
    session : ProjectSession
    viewport : Viewport
    scene : Scene
    background : Background
    theme : Theme
    """

    failed = Signal(str)

    def __init__(
        self,
        session: ProjectSession,
        viewport: Viewport,
        scene: Scene,
        background: Background,
        theme: Theme,
    ) -> None:
        super().__init__(viewport)
        self._session = session
        self._viewport = viewport
        self._scene = scene
        self._background = background
        self._theme = theme
        self._place: CellPlace | None = None
        session.closed.connect(self.hide)
        session.changed.connect(lambda change: self.hide() if change.frame else None)
        theme.changed.connect(self._draw)

    @property
    def place(self) -> CellPlace | None:
        """The cell that is shown; None where none is."""
        return self._place

    def show(self, code: str) -> None:
        """Fly to the cell of a code and draw it; says why where it cannot be."""
        twin = self._session.twin
        if twin is None:
            return

        def read() -> CellPlace | str:
            from twin_model.space_codes import cell_place
            from twin_model.space_heights import space_heights_of

            try:
                return cell_place(code, twin.frame, space_heights_of(twin))
            except ShapanError as error:
                return str(error)

        self._background.ask("cell", read, self._put)

    def hide(self) -> None:
        """Draw no cell any more."""
        if self._place is not None:
            self._place = None
            self._viewport.stage.set_overlay(_OVERLAY, None)
            self._viewport.redraw()

    def _put(self, found: CellPlace | str) -> None:
        if isinstance(found, str):
            self.failed.emit(messages.shown(found))
            return
        self._place = found
        self._draw()
        if found.height_problem:
            text = self.tr("Drawn on the ground: {0}")
            self.failed.emit(text.format(messages.shown(found.height_problem)))
        xs, ys = zip(*found.outline, strict=True)
        low, high = self._heights(found)
        room = _ROOM * max(max(xs) - min(xs), max(ys) - min(ys), high - low)
        self._scene.zoom_to(
            (min(xs) - room, min(ys) - room, low, max(xs) + room, max(ys) + room, high + room / 2)
        )

    def _heights(self, place: CellPlace) -> tuple[float, float]:
        """Return between which heights a cell is drawn: on the ground where it has none."""
        if place.local_heights is not None:
            return place.local_heights
        xs, ys = zip(*place.outline, strict=True)
        level = self._viewport.stage.ground_level(sum(xs) / len(xs), sum(ys) / len(ys))
        return level, level

    def _draw(self) -> None:
        if self._place is not None:
            self._viewport.stage.set_overlay(_OVERLAY, self._overlay(self._place))
            self._viewport.redraw()

    def _overlay(self, place: CellPlace) -> Overlay:
        from rendering.options import Label, Overlay

        low, high = self._heights(place)
        ring = [*place.outline, place.outline[0]]
        lines = [tuple((x, y, z) for x, y in ring) for z in dict.fromkeys((low, high))]
        if high > low:
            corners = place.outline[:: len(place.outline) // 4]
            lines += [((x, y, low), (x, y, high)) for x, y in corners]
        x, y = (sum(values) / len(values) for values in zip(*place.outline, strict=True))
        return Overlay(
            tuple(lines),
            labels=(Label((x, y, high), place.code),),
            colour=self._theme.text("accent"),
            polygons=(tuple((a, b, low) for a, b in place.outline),),
        )
