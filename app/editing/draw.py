"""Drawing new entities: points, lines, and outlines with a height."""

from __future__ import annotations

import itertools
import math
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication

from app import entity_words, messages, numbers
from app.editing import schema
from app.editing.bar import ValueField
from app.editing.points_tool import PointsTool
from app.editing.tool import Point
from app.editing.type_picker import TypePicker
from app.measure import level_area_m2
from twin_model.errors import ShapanError, ValidationError

if TYPE_CHECKING:
    from app.window import MainWindow
    from rendering.snapping import Snap
    from twin_model.entity import Entity, Relation

_OVERLAY: Final = "draw"
#: A drawing that lies on the ground within this is kept flat, and follows the ground.
_ON_GROUND_M: Final = 0.6
#: Where an outline of a type that usually is a volume starts.
_USUAL_HEIGHT_M: Final = 10.0


class DrawKind(StrEnum):
    """What is drawn."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


_GEOMETRIES: Final = {
    DrawKind.POINT: frozenset({"point"}),
    DrawKind.LINE: frozenset({"line"}),
    DrawKind.POLYGON: frozenset({"polygon", "solid"}),
}


class DrawTool(PointsTool):
    """Collects clicked places and makes an entity of them.

    Click for points, Enter or a double click finishes, Backspace takes back, Esc cancels.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.kind = DrawKind.POINT
        self.type = ""
        self._types: dict[DrawKind, str] = {}
        self._hits: list[str | None] = []
        self.height = ValueField(
            window.edit_bar, lambda: QCoreApplication.translate("DrawTool", "Height"), "m"
        )
        self.height.hide()
        self.height.edit.textChanged.connect(lambda _: self.show())
        self.picker = TypePicker(window, window.services.icons)
        self.picker.chosen.connect(self._choose)
        window.edit_bar.type_wanted.connect(self._pick_type)

    # -- starting ------------------------------------------------------------------------

    def start(self, kind: DrawKind) -> None:
        """Begin to draw; the type is asked for first."""
        self.kind = kind
        self.type = self._types.get(kind, "")
        self._window.tools.start(self)
        if schema.is_loaded():
            self._pick_type()
        else:
            # Reading the catalogue takes half a second.
            background = self._window.services.background
            background.ask("draw-types", schema.catalogue, lambda _: self._pick_type())

    def begin(self) -> None:
        self._hits = []
        fields = [self.height] if self.kind is DrawKind.POLYGON else []
        self._window.edit_bar.open(
            self._title, fields, typed=True,
            finish=None if self.kind is DrawKind.POINT else lambda: self.tr("Finish"),
        )  # fmt: skip
        self._show_type()
        super().begin()

    def stop(self) -> None:
        if self.active:
            self.points, self._live = [], None
            self._viewport.stage.set_overlay(_OVERLAY, None)
        super().stop()

    def _title(self) -> str:
        return {
            DrawKind.POINT: self.tr("Draw a point"),
            DrawKind.LINE: self.tr("Draw a line"),
            DrawKind.POLYGON: self.tr("Draw an area"),
        }[self.kind]

    def _pick_type(self) -> None:
        if self.active:
            self.picker.popup(self._window.edit_bar.type, self.type, _GEOMETRIES[self.kind])

    def _choose(self, type_id: str) -> None:
        self.type = self._types[self.kind] = type_id
        if self.kind is DrawKind.POLYGON:
            look = schema.catalogue().appearance(type_id).geometry
            self.height.set_value(_USUAL_HEIGHT_M if look == "solid" else None, 1)
        self._show_type()
        self._viewport.setFocus()
        self.show()

    def _show_type(self) -> None:
        name = entity_words.entity_type(self.type) if self.type else self.tr("Choose a type")
        self._window.edit_bar.set_type(name)

    # -- points --------------------------------------------------------------------------

    def may_click(self) -> bool:
        if not self.type:
            self._pick_type()
        return bool(self.type)

    def take(self, found: Snap) -> None:
        if self.points and math.dist(found.position, self.points[-1]) < 1e-6:
            return  # the second click of a double click
        self._hits.append(self._window.snapping.entity_id(found))
        super().take(found)
        if self.kind is DrawKind.POINT:
            self.finish()

    def take_back(self) -> None:
        self._hits = self._hits[:-1]
        super().take_back()

    # -- finishing -----------------------------------------------------------------------

    def finish(self) -> None:
        try:
            entity = self._entity()
        except ShapanError as error:
            self.say(_refusal(error))
            return
        self._window.entity_editing.create([entity], self._connections(entity))
        # Ready for the next one of the same type.
        self.points, self._hits = [], []
        self.show()

    def _entity(self) -> Entity:
        from twin_model.creation import new_id
        from twin_model.entity import Entity
        from twin_model.shaping import line_wkb, point_wkb, polygon_wkb, reference_point

        attributes: dict[str, Any] = {}
        points = self.points
        if self.kind is DrawKind.POINT:
            if not points:
                raise ValidationError("geometry", "point", 0, "needs a place")
            return Entity(new_id(), self.type, position=points[0], geometry=point_wkb(points[0]))
        flat = self._flat(points)
        if self.kind is DrawKind.LINE:
            geometry = line_wkb(flat)
        else:
            geometry = polygon_wkb(flat)
            height = self.height.value
            self.height.mark(wrong=height is None)
            if height is None or height < 0:
                raise ValidationError("geometry", "height", self.height.edit.text(), "a number")
            if height > 0:
                attributes[_height_name(self.type)] = height
        place = reference_point(geometry)
        level = self._viewport.stage.ground_level(*place[:2])
        return Entity(
            new_id(), self.type, geometry=geometry, attributes=attributes,
            position=reference_point(geometry, level),
        )  # fmt: skip

    def _flat(self, points: list[Point]) -> list[tuple[float, ...]]:
        """Return points without heights where all of them lie on the ground."""
        stage = self._viewport.stage
        on_ground = all(abs(z - stage.ground_level(x, y)) < _ON_GROUND_M for x, y, z in points)
        return [p[:2] for p in points] if on_ground else list(points)

    def _connections(self, entity: Entity) -> list[Relation]:
        """Return what a pipe or cable that was snapped to things at its ends connects."""
        catalogue = schema.catalogue()
        if self.kind is not DrawKind.LINE or not catalogue.is_a(self.type, "segment"):
            return []
        from twin_model.creation import new_id
        from twin_model.relations import connection

        first, last = self._hits[0], self._hits[-1]
        found = []
        if first is not None:
            found.append(connection(new_id(), (first, entity.id)))
        if last is not None and last != first:
            found.append(connection(new_id(), (entity.id, last)))
        return found

    # -- showing -------------------------------------------------------------------------

    def show(self) -> None:
        if not self.active:
            return
        from rendering.options import Label, Overlay

        points = self.reached()
        theme = self._window.theme
        lines: list[tuple[Point, ...]] = [tuple(points)] if len(points) > 1 else []
        polygons: tuple[tuple[Point, ...], ...] = ()
        height = self.height.value or 0.0
        if self.kind is DrawKind.POLYGON and len(points) > 2:
            polygons = (tuple(points),)
            if height > 0:
                top = max(z for _, _, z in points) + height
                lines.append(tuple((x, y, top) for x, y, _ in [*points, points[0]]))
                lines += [(p, (p[0], p[1], top)) for p in points]
        labels = [
            Label(_middle(a, b), numbers.length(math.dist(a, b)))
            for a, b in list(itertools.pairwise(points))[-6:]
        ]
        self._viewport.stage.set_overlay(
            _OVERLAY,
            Overlay(tuple(lines), tuple(self.points), tuple(labels), theme.text("accent"),
                    polygons=polygons),
        )  # fmt: skip
        self._viewport.redraw()
        self.say(self._words(points))

    def _words(self, points: list[Point]) -> str:
        if not self.type:
            return self.tr("Choose a type first")
        if self.kind is DrawKind.POINT:
            return self.tr("Click where it stands · Esc ends")
        least = 2 if self.kind is DrawKind.LINE else 3
        if len(points) < least:
            return self.tr("Click points · Enter finishes · Backspace takes back · Esc ends")
        around = points if self.kind is DrawKind.LINE else [*points, points[0]]
        total = numbers.length(sum(math.dist(a, b) for a, b in itertools.pairwise(around)))
        if self.kind is DrawKind.LINE:
            last = numbers.length(math.dist(points[-2], points[-1]))
            return self.tr("Length {0} · last {1}").format(total, last)
        area = numbers.area(level_area_m2(points))
        height = self.height.value or 0.0
        if height > 0:
            text = self.tr("Area {0} · outline {1} · height {2}")
            return text.format(area, total, numbers.length(height))
        return self.tr("Area {0} · outline {1}").format(area, total)


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2


def _height_name(type_id: str) -> str:
    """Return the attribute that holds a type's height."""
    known = schema.catalogue().properties(type_id)
    return next((name for name in ("height_m", "height") if name in known), "height_m")


def _refusal(error: ShapanError) -> str:
    """Return why a drawing is not finished, in the language in use."""
    say = QCoreApplication.translate
    texts = {
        "outline": say("DrawTool", "The outline crosses itself or encloses nothing"),
        "polygon": say("DrawTool", "An area needs three corners"),
        "line": say("DrawTool", "A line needs two points"),
        "point": say("DrawTool", "A point needs a place"),
        "height": say("DrawTool", "The height is no number"),
    }
    return texts.get(getattr(error, "name", ""), messages.shown(str(error)))
