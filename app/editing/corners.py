"""Editing an outline or a line corner by corner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, Qt

from app import numbers
from app.editing.roof import place_on_level
from app.editing.tool import EditTool, Point
from twin_model.errors import ValidationError

if TYPE_CHECKING:
    from app.window import MainWindow
    from twin_model.entity import Entity
    from twin_model.shaping import Corner

_OVERLAY: Final = "corners"
_EDGE_OVERLAY: Final = "corners-middles"
_HOT_OVERLAY: Final = "corners-hot"
_REACH_PX: Final = 10.0


class CornersTool(EditTool):
    """Drag a corner, drag the middle of an edge to insert one, Delete takes the marked one away.

    What would make an outline cross itself is shown in red and not taken.

    Parameters
    ----------
    window : MainWindow
    """

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.entity: Entity | None = None
        self.marked: Corner | None = None
        self._corners: list[tuple[Corner, Point]] = []
        self._middles: list[tuple[Corner, Point]] = []
        self._hot: Point | None = None
        self._dragged: tuple[Corner, bool] | None = None
        self._pending: bytes | None = None
        window.interaction.selected.connect(lambda _: self._follow())
        window.drawn.changed.connect(self._follow)

    def start(self) -> None:
        """Show the corners of the selected entity; a second time puts them away."""
        if self.active:
            self._window.tools.stop()
        else:
            self._window.tools.start(self)

    def begin(self) -> None:
        self._window.edit_bar.open(lambda: self.tr("Edit corners"))
        super().begin()
        self._follow()

    def stop(self) -> None:
        if self.active:
            for name in (_OVERLAY, _EDGE_OVERLAY, _HOT_OVERLAY):
                self._viewport.stage.set_overlay(name, None)
        self.entity = self.marked = self._dragged = None
        super().stop()

    # -- corners -------------------------------------------------------------------------

    def _follow(self) -> None:
        """Take the corners of what is selected now."""
        if not self.active or self._dragged is not None:
            return
        found = [one for one in self._window.entity_editing.own() if one.geometry is not None]
        self.entity = found[0] if len(found) == 1 else None
        self.marked = None
        self._take(None if self.entity is None else self.entity.geometry)
        text = self.tr("Drag a corner, or the middle of an edge for a new one · Delete removes")
        if self.entity is None:
            text = self.tr("Select one entity with a line or an outline of its own")
        self.say(text)
        self._draw()

    def _take(self, geometry: bytes | None) -> None:
        from twin_model.shaping import Corner, rings_of

        self._corners, self._middles = [], []
        if geometry is None:
            return
        is_area = self._is_area
        for part, rings in enumerate(rings_of(geometry)):
            for ring, values in enumerate(rings):
                places = [self._raised(value) for value in values]
                for index, place in enumerate(places):
                    corner = Corner(part, ring, index)
                    self._corners.append((corner, place))
                    if index + 1 < len(places) or is_area:
                        after = places[(index + 1) % len(places)]
                        middle = tuple((a + b) / 2 for a, b in zip(place, after, strict=True))
                        self._middles.append((corner, middle))  # type: ignore[arg-type]

    @property
    def _is_area(self) -> bool:
        shape = self.entity and self._window.drawn.shape(self.entity.id)
        return bool(shape and shape.geometry is not None and "Polygon" in shape.geometry.geom_type)

    def _raised(self, value: tuple[float, ...]) -> Point:
        """Return a corner with a height: its own, that of a solid's roof, or the ground's."""
        x, y = value[:2]
        if len(value) == 3:
            base = value[2]
        else:
            base = self._viewport.stage.ground_level(x, y)
        shape = self.entity and self._window.drawn.shape(self.entity.id)
        if shape and self._is_area and shape.height_m > 0:
            box = self._viewport.stage.entities.feature_bounds(shape.feature)
            return x, y, box[5] if box is not None else base + shape.height_m
        return x, y, base

    def _nearest(
        self, at: QPointF, among: list[tuple[Corner, Point]]
    ) -> tuple[Corner, Point] | None:
        if not among:
            return None
        from rendering.snapping import project

        ratio = self._viewport.devicePixelRatioF()
        cursor = np.array(self._viewport.to_display(at.x(), at.y()), float)
        pixels, depth = project(self._viewport.stage, np.array([place for _, place in among]))
        gap = np.linalg.norm(pixels - cursor, axis=1) / ratio
        gap[depth <= 0] = np.inf
        best = int(np.argmin(gap))
        return among[best] if gap[best] <= _REACH_PX else None

    # -- the mouse -----------------------------------------------------------------------

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        found = self._nearest(at, self._corners)
        is_new = found is None
        if found is None:
            found = self._nearest(at, self._middles)
        if found is None:
            return False
        self._dragged = (found[0], is_new)
        self.marked = None if is_new else found[0]
        self._pending = None
        self._draw()
        return True

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        if self._dragged is None:
            found = self._nearest(at, self._corners) or self._nearest(at, self._middles)
            hot = None if found is None else found[1]
            if hot != self._hot:
                self._hot = hot
                self._draw()
            return found is not None
        place = self._place(at, modifiers)
        if place is not None:
            self._try(place)
        return True

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        if self._dragged is None:
            return False
        (_, is_new), self._dragged = self._dragged, None
        pending, self._pending = self._pending, None
        self._window.snapping.show(None)
        if pending is None:
            self._take(self.entity.geometry if self.entity is not None else None)
            self._draw()
            return True
        self._commit(pending, "new corner" if is_new else "corner")
        return True

    def key(self, key: int) -> bool:
        if key not in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            return False
        if self.marked is None or self.entity is None or self.entity.geometry is None:
            # Without a marked corner, Delete must not remove the whole entity by mistake.
            self.say(self.tr("Click the corner to remove first"))
            return True
        from twin_model.shaping import without_corner

        try:
            geometry = without_corner(self.entity.geometry, self.marked)
        except ValidationError as error:
            self.say(_refusal(error))
            return True
        self.marked = None
        self._commit(geometry, "corner removed")
        return True

    def _place(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> Point | None:
        """Return where a corner goes: to what is snapped to, else on the level it is on."""
        assert self._dragged is not None
        shape = self.entity and self._window.drawn.shape(self.entity.id)
        ignored = [shape.feature] if shape else []
        found = self._window.snapping.find(at.x(), at.y(), modifiers, ignored)
        from rendering.snapping import SnapKind

        if found is not None and found.kind not in {None, SnapKind.SURFACE}:
            self._window.snapping.show(found)
            return found.position
        self._window.snapping.show(None)
        level = next(place for corner, place in self._middles + self._corners
                     if corner == self._dragged[0])[2]  # fmt: skip
        return place_on_level(self._viewport, at.x(), at.y(), level)

    def _try(self, place: Point) -> None:
        """Show the outline with the corner there; in red where it cannot be."""
        from twin_model.shaping import with_corner, with_new_corner

        if self._dragged is None or self.entity is None or self.entity.geometry is None:
            return
        corner, is_new = self._dragged
        old = self.entity.geometry
        x, y = place[:2]
        # A corner with a height of its own keeps it, unless it snapped to one.
        change = with_new_corner if is_new else with_corner
        try:
            self._pending = change(old, corner, (x, y, self._height(corner, place)))
        except ValidationError as error:
            self._pending = None
            self.say(_refusal(error))
            self._draw(refused=place)
            return
        self._take(self._pending)
        self.say(self._measures(self._pending))
        self._draw()

    def _height(self, corner: Corner, place: Point) -> float:
        from twin_model.shaping import rings_of

        assert self.entity is not None
        assert self.entity.geometry is not None
        old = rings_of(self.entity.geometry)[corner.part][corner.ring][corner.index]
        return old[2] if len(old) == 3 else place[2]

    def _measures(self, geometry: bytes) -> str:
        import shapely

        shape = shapely.from_wkb(geometry)
        if shape.area > 0:
            text = self.tr("Area {0} · outline {1}")
            return text.format(numbers.area(shape.area), numbers.length(shape.length))
        return self.tr("Length {0}").format(numbers.length(shape.length))

    def _commit(self, geometry: bytes, what: str) -> None:
        from twin_model.shaping import reshaped

        entity = self.entity
        if entity is not None:
            self._window.entity_editing.shape([entity], lambda one: reshaped(one, geometry), what)

    # -- showing -------------------------------------------------------------------------

    def _draw(self, refused: Point | None = None) -> None:
        if not self.active:
            return
        from rendering.options import Overlay

        stage, theme = self._viewport.stage, self._window.theme
        lines = self._outline()
        colour = theme.text("critical" if refused is not None else "accent")
        stage.set_overlay(
            _OVERLAY,
            Overlay(lines, tuple(place for _, place in self._corners), colour=colour,
                    point_size_px=9.0),
        )  # fmt: skip
        middles = tuple(place for _, place in self._middles)
        stage.set_overlay(
            _EDGE_OVERLAY, Overlay(points=middles, colour=theme.text("low"), point_size_px=6.0)
        )
        marked = [place for corner, place in self._corners if corner == self.marked]
        hot = refused or (marked[0] if marked else self._hot)
        overlay = None
        if hot is not None:
            token = "critical" if refused is not None else "high"
            overlay = Overlay(points=(hot,), colour=theme.text(token), point_size_px=12.0)
        stage.set_overlay(_HOT_OVERLAY, overlay)
        self._viewport.redraw()

    def _outline(self) -> tuple[tuple[Point, ...], ...]:
        rings: dict[tuple[int, int], list[Point]] = {}
        for corner, place in self._corners:
            rings.setdefault((corner.part, corner.ring), []).append(place)
        is_area = self._is_area
        return tuple(tuple([*ring, ring[0]] if is_area else ring) for ring in rings.values())


def _refusal(error: ValidationError) -> str:
    say = QCoreApplication.translate
    if error.name == "corner":
        return say("CornersTool", "An area needs three corners, a line two")
    return say("CornersTool", "The outline would cross itself")
