"""Moving, turning and scaling the selected entities: handles in the scene, and typed values."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, Qt

from app.editing.bar import ValueField
from app.editing.shift import (
    AXES,
    Handle,
    Shift,
    Vector,
    along_axis,
    as_point,
    box_edges,
    gap_to,
    on_level,
    shifted,
    what_was_done,
    words_for,
)
from app.editing.tool import EditTool, Point
from app.error_words import error_text
from rendering.entities.shape import Form
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from app.window import MainWindow
    from twin_model.entity import Entity

_OVERLAY: Final = "transform"
_HOT_OVERLAY: Final = "transform-hot"
_GHOST_OVERLAY: Final = "transform-ghost"
#: Lengths of the handles in logical pixels.
_ARM_PX: Final = 78.0
_RING_PX: Final = 60.0
_PLANE_PX: Final = 22.0
_REACH_PX: Final = 9.0
_TURN_STEP_DEG: Final = 5.0


class TransformTool(EditTool):
    """Shows handles at the middle of what is selected.

    Arrows move along east, north and up, the square moves on the level, the ring turns, its knob
    beyond the ring scales. Typed values are applied with Enter.

    Parameters
    ----------
    window : MainWindow
    """

    cursor = Qt.CursorShape.ArrowCursor
    keys = frozenset[int]()  # Delete removes what is selected, as ever

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.pivot: Point | None = None
        self.handle: Handle | None = None
        self._hot: Handle | None = None
        self._start: Any = None
        self._shift = Shift()
        say = QCoreApplication.translate
        self.fields = {
            "east": self._field(lambda: say("TransformTool", "East"), "m"),
            "north": self._field(lambda: say("TransformTool", "North"), "m"),
            "up": self._field(lambda: say("TransformTool", "Up"), "m"),
            "turn": self._field(lambda: say("TransformTool", "Turn"), "°"),
            "scale": self._field(lambda: say("TransformTool", "Scale"), "×"),
        }
        window.edit_bar.finished.connect(self._apply_typed)
        window.viewport.pose_changed.connect(self._draw)
        window.interaction.selected.connect(lambda _: self._follow())
        window.drawn.changed.connect(self._follow)
        window.scene.placed.connect(self._follow)

    def _field(self, title: Callable[[], str], unit: str) -> ValueField:
        field = ValueField(self._window.edit_bar, title, unit)
        field.hide()
        field.entered.connect(self._apply_typed)
        return field

    # -- starting ------------------------------------------------------------------------

    def start(self) -> None:
        """Show the handles; a second time puts them away."""
        if self.active:
            self._window.tools.stop()
        else:
            self._window.tools.start(self)

    def begin(self) -> None:
        self._window.edit_bar.open(
            lambda: self.tr("Move, turn, scale"), list(self.fields.values()),
            finish=lambda: self.tr("Apply"),
        )  # fmt: skip
        super().begin()
        self._reset()
        self._follow()

    def stop(self) -> None:
        if self.active:
            for name in (_OVERLAY, _HOT_OVERLAY, _GHOST_OVERLAY):
                self._viewport.stage.set_overlay(name, None)
        self.handle = self.pivot = None
        super().stop()

    def _entities(self) -> list[Entity]:
        return self._window.entity_editing.movable()

    def _follow(self) -> None:
        """Put the handles where the selection is now."""
        if not self.active or self.handle is not None:
            return
        from twin_model.shaping import pivot_of

        entities, stage = self._entities(), self._viewport.stage
        pivot = pivot_of(entities)
        if pivot is not None and abs(pivot[2]) < 1e-6:
            # Heights that nobody gave: it stands on the ground.
            pivot = (*pivot[:2], stage.ground_level(*pivot[:2]))
        if pivot is not None and all(self._window.drawn.shape(one.id) is None for one in entities):
            # Features are known by their middles: what is scaled shall stay on its foot.
            marks = [self._window.drawn.mark_of(one) for one in entities]
            boxes = [stage.feature_bounds(*mark) for mark in marks if mark is not None]
            feet = [box[2] for box in boxes if box is not None]
            pivot = (*pivot[:2], min(feet, default=pivot[2]))
        self.pivot = pivot
        self.say("" if pivot else self.tr("Select entities that have a place"))
        self._draw()

    # -- the mouse -----------------------------------------------------------------------

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        self.handle = self._handle_at(at)
        if self.handle is None or self.pivot is None:
            return False
        self._start = self._grip(self.handle, at)
        self._shift = Shift()
        if self._start is None:
            self.handle = None
        return self.handle is not None

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        if self.handle is None:
            hot = self._handle_at(at)
            if hot != self._hot:
                self._hot = hot
                self._draw()
            return hot is not None
        grip = self._grip(self.handle, at)
        if grip is not None:
            self._shift = self._shift_to(grip, at, modifiers)
            self._show_shift()
        return True

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        if self.handle is None:
            return False
        self.handle = None
        self._commit(self._shift)
        return True

    def key(self, key: int) -> bool:
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._apply_typed()
            return True
        return False

    # -- geometry of the handles ---------------------------------------------------------

    @property
    def _metres_per_px(self) -> float:
        assert self.pivot is not None
        pose = self._viewport.pose
        distance = float(np.dot(np.subtract(self.pivot, pose.eye), pose.direction))
        half = math.tan(math.radians(pose.field_of_view_deg) / 2)
        return max(2 * distance * half / max(1, self._viewport.height()), 1e-4)

    def places(self) -> dict[Handle, Point]:
        """Return where the handles are taken hold of, local metres."""
        assert self.pivot is not None
        x, y, z = self.pivot
        unit = self._metres_per_px
        arm, ring, side = _ARM_PX * unit, _RING_PX * unit, _PLANE_PX * unit
        out = ring * math.sqrt(0.5)
        return {
            Handle.EAST: (x + arm, y, z),
            Handle.NORTH: (x, y + arm, z),
            Handle.UP: (x, y, z + arm),
            Handle.PLANE: (x + side, y + side, z),
            Handle.TURN: (x - out, y - out, z),
            Handle.SCALE: (x + 1.45 * out, y - 1.45 * out, z),
        }

    def _handle_at(self, at: QPointF) -> Handle | None:
        if self.pivot is None:
            return None
        from rendering.snapping import project

        ratio = self._viewport.devicePixelRatioF()
        cursor = np.array(self._viewport.to_display(at.x(), at.y()), float) / ratio
        stage = self._viewport.stage
        places = self.places()
        pixels, depth = project(stage, np.array(list(places.values())))
        ring = self._ring()
        ring_px, _ = project(stage, np.array(ring))
        origin, _ = project(stage, np.array([self.pivot]))
        gaps = {}
        for handle, spot, deep in zip(places, pixels / ratio, depth, strict=True):
            if deep <= 0:
                continue
            gap = float(np.linalg.norm(spot - cursor))
            if handle in AXES:
                # The arrow's outer half counts, not only its tip.
                gap = min(gap, gap_to(cursor, (origin[0] / ratio + spot) / 2, spot))
            elif handle is Handle.TURN:
                gap = min(
                    gap_to(cursor, a, b) for a, b in zip(ring_px / ratio, ring_px[1:] / ratio)
                )
            gaps[handle] = gap
        best = min(gaps, key=lambda one: gaps[one], default=None)
        return best if best is not None and gaps[best] <= _REACH_PX else None

    def _ring(self) -> list[Point]:
        assert self.pivot is not None
        x, y, z = self.pivot
        radius = _RING_PX * self._metres_per_px
        angles = np.linspace(0.0, 2 * math.pi, 49)
        return [(x + radius * math.cos(a), y + radius * math.sin(a), z) for a in angles]

    def _grip(self, handle: Handle, at: QPointF) -> Any:
        """Return where a handle is held: a place on its axis or on the level of the pivot."""
        assert self.pivot is not None
        ray = self._viewport.stage.ray(*self._viewport.to_display(at.x(), at.y()))
        if handle in AXES:
            return along_axis(ray, self.pivot, AXES[handle])
        return on_level(ray, self.pivot)

    def _shift_to(self, grip: Any, at: QPointF, modifiers: Qt.KeyboardModifier) -> Shift:
        assert self.pivot is not None
        pivot = np.array(self.pivot)
        if self.handle in AXES:
            axis: Vector = AXES[self.handle]
            offset = axis * float(grip - self._start)
            if self._window.snapping.is_on("grid") and not modifiers:
                step = self._window.snapping.grid_m
                offset = np.round(offset / step) * step
            return Shift(as_point(offset))
        if self.handle is Handle.PLANE:
            return Shift(self._level_offset(grip, at, modifiers))
        a, b = self._start - pivot, grip - pivot
        if self.handle is Handle.TURN:
            angle = math.degrees(math.atan2(a[1], a[0]) - math.atan2(b[1], b[0]))
            angle = (angle + 180.0) % 360.0 - 180.0
            if not modifiers & Qt.KeyboardModifier.ControlModifier:
                angle = round(angle / _TURN_STEP_DEG) * _TURN_STEP_DEG
            return Shift(turn_deg=angle)
        factor = float(np.linalg.norm(b[:2])) / max(float(np.linalg.norm(a[:2])), 1e-6)
        return Shift(factor=min(max(round(factor, 3), 0.05), 20.0))

    def _level_offset(self, grip: Any, at: QPointF, modifiers: Qt.KeyboardModifier) -> Point:
        """Return the level movement; the pivot goes to what the cursor snaps to."""
        from rendering.snapping import SnapKind

        assert self.pivot is not None
        ids = {one.id for one in self._entities()}
        shapes = [self._window.drawn.shape(one) for one in ids]
        ignored = [shape.feature for shape in shapes if shape is not None]
        snaps = self._window.snapping
        found = snaps.find(at.x(), at.y(), modifiers, ignored)
        is_meant = found is not None and found.kind not in {None, SnapKind.SURFACE}
        snaps.show(found if is_meant else None)
        if found is not None and is_meant:
            offset = np.subtract(found.position, self.pivot)
            return float(offset[0]), float(offset[1]), 0.0
        offset = grip - self._start
        return float(offset[0]), float(offset[1]), 0.0

    # -- carrying out --------------------------------------------------------------------

    def _typed(self) -> Shift | None:
        values = {name: field.value for name, field in self.fields.items()}
        for name, field in self.fields.items():
            field.mark(wrong=values[name] is None)
        if any(value is None for value in values.values()):
            self.say(self.tr("That is no number"))
            return None
        scale = values["scale"] if self.fields["scale"].edit.text().strip() else 1.0
        return Shift(
            (values["east"] or 0.0, values["north"] or 0.0, values["up"] or 0.0),
            values["turn"] or 0.0, 1.0 if scale is None else scale,
        )  # fmt: skip

    def _apply_typed(self) -> None:
        if not self.active:
            return
        shift = self._typed()
        if shift is not None:
            self._viewport.setFocus()
            self._commit(shift)

    def _commit(self, shift: Shift) -> None:
        entities, pivot = self._entities(), self.pivot
        self._viewport.stage.set_overlay(_GHOST_OVERLAY, None)
        self._window.snapping.show(None)
        self._reset()
        if pivot is None or not entities or shift.is_none:
            self._draw()
            return
        try:
            self._window.entity_editing.shape(
                entities, lambda entity: self._applied(shift, entity, pivot), what_was_done(shift)
            )
        except ShapanError as error:
            self.say(error_text(error))
            return
        x, y, z = (a + b for a, b in zip(pivot, shift.offset, strict=True))
        self.pivot = (x, y, z)
        self.say("")
        self._draw()

    def _applied(self, shift: Shift, entity: Entity, pivot: Point) -> Entity:
        """Return what becomes of an entity; a symbol that is scaled gets its height stated."""
        after = shift.apply(entity, pivot)
        shape = self._window.drawn.shape(entity.id)
        if shift.factor == 1.0 or shape is None or shape.form is not Form.SYMBOL:
            return after
        box = self._viewport.stage.entities.feature_bounds(shape.feature)
        if box is None or after.attributes != entity.attributes:
            return after
        tall = round((box[5] - box[2]) * shift.factor, 2)
        return replace(after, attributes={**after.attributes, "height_m": tall})

    def _reset(self) -> None:
        for name, field in self.fields.items():
            field.edit.clearFocus()
            field.set_value(1.0 if name == "scale" else 0.0)

    # -- showing -------------------------------------------------------------------------

    def _show_shift(self) -> None:
        """Show the entities as they will be, and the values."""
        from rendering.options import Overlay

        shift, pivot = self._shift, self.pivot
        assert pivot is not None
        values = (*shift.offset, shift.turn_deg, shift.factor)
        for field, value in zip(self.fields.values(), values, strict=True):
            field.set_value(round(value, 6) + 0.0)  # which makes -0 a 0
        lines: list[tuple[Point, ...]] = []
        for entity in self._entities()[:200]:
            lines += self._ghost(entity, shift, pivot)
        overlay = Overlay(tuple(lines), colour=self._window.theme.text("accent"))
        self._viewport.stage.set_overlay(_GHOST_OVERLAY, overlay)
        self._draw()
        self.say(words_for(shift))

    def _ghost(self, entity: Entity, shift: Shift, pivot: Point) -> list[tuple[Point, ...]]:
        mark = self._window.drawn.mark_of(entity)
        stage = self._viewport.stage
        if mark is None:
            return []
        edges = np.zeros((0, 2, 3))
        if self._window.drawn.shape(entity.id) is not None:
            edges = stage.entities.traces().of_feature(mark[1])
        if len(edges) == 0:
            edges = box_edges(stage.feature_bounds(*mark))
        turned = shifted(edges.reshape(-1, 3), shift, pivot).reshape(-1, 2, 3)
        return [(as_point(a), as_point(b)) for a, b in turned[:2000]]

    def _draw(self) -> None:
        """Draw the handles, as large on the screen whatever the distance."""
        if not self.active:
            return
        from rendering.options import Label, Overlay

        stage, theme = self._viewport.stage, self._window.theme
        pivot = self.pivot
        if pivot is None:
            for name in (_OVERLAY, _HOT_OVERLAY):
                stage.set_overlay(name, None)
            self._viewport.redraw()
            return
        if self.handle is not None:
            offset = self._shift.offset
            pivot = (pivot[0] + offset[0], pivot[1] + offset[1], pivot[2] + offset[2])
        kept, self.pivot = self.pivot, pivot
        places, ring = self.places(), self._ring()
        self.pivot = kept
        say = QCoreApplication.translate
        words = {
            Handle.EAST: say("TransformTool", "E"), Handle.NORTH: say("TransformTool", "N"),
            Handle.UP: say("TransformTool", "Up"),
        }  # fmt: skip
        x, y, z = places[Handle.PLANE]
        square = (pivot, (x, pivot[1], z), (x, y, z), (pivot[0], y, z))
        lines = {
            Handle.EAST: ((pivot, places[Handle.EAST]),),
            Handle.NORTH: ((pivot, places[Handle.NORTH]),),
            Handle.UP: ((pivot, places[Handle.UP]),),
            Handle.PLANE: ((*square, square[0]),),
            Handle.TURN: (tuple(ring),),
            Handle.SCALE: ((pivot, places[Handle.SCALE]),),
        }
        knobs = [Handle.EAST, Handle.NORTH, Handle.UP, Handle.SCALE]
        every = tuple(line for found in lines.values() for line in found)
        labels = tuple(Label(places[one], text, lift_px=6) for one, text in words.items())
        stage.set_overlay(
            _OVERLAY,
            Overlay(every, tuple(places[k] for k in knobs), labels, theme.text("low"),
                    polygons=(square,)),
        )  # fmt: skip
        hot = self.handle or self._hot
        overlay = None
        if hot is not None:
            points = (places[hot],) if hot in knobs else ()
            overlay = Overlay(lines[hot], points, colour=theme.text("high"), line_width_px=4.0,
                              point_size_px=11.0)  # fmt: skip
        stage.set_overlay(_HOT_OVERLAY, overlay)
        self._viewport.redraw()
