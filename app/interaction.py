"""What the pointer does in the scene: coordinates, hover card, selection, flights."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QObject, QPointF, Qt, QTimer, Signal

from app import entity_words, messages, numbers, words
from app.as_of import AsOf, view_at
from app.drawn import DrawnEntities
from app.item_models.entities import display_name
from app.navigator import Navigator
from app.overlays import HoverCard, Overlays
from app.panels.entity import EntityPanel
from app.project import ProjectSession
from app.scene import Scene
from app.viewport import Viewport
from twin_model.entity import Entity
from twin_model.errors import ShapanError
from twin_model.layer import Bounds

if TYPE_CHECKING:
    from rendering.options import Pick
    from twin_model.twin import Twin
    from twin_model.view import TwinView

#: Half the width of what a flight to an entity without bounds shows, in metres.
_ENTITY_REACH_M: Final = 30.0
_SPACE_CODE_LEVEL: Final = 7
#: Held down, a click adds to what is selected or takes out of it.
_ADDING: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


#: The Entity panel is painted before the scene draws its outline: on software OpenGL a frame takes
#: a tenth of a second, and one painting of the window waits for both.
_PANEL_FIRST_MS: Final = 15


class SceneInteraction(QObject):
    """Connects the pointer, what lies over the scene, and the Entity dock.

    Parameters
    ----------
    session : ProjectSession
    viewport : Viewport
    navigator : Navigator
    scene : Scene
    overlays : Overlays
    panel : EntityPanel
    drawn : DrawnEntities
    """

    selected = Signal(object)  # Entity, Pick or None

    def __init__(
        self,
        session: ProjectSession,
        viewport: Viewport,
        navigator: Navigator,
        scene: Scene,
        overlays: Overlays,
        panel: EntityPanel,
        drawn: DrawnEntities,
    ) -> None:
        super().__init__(viewport)
        self._session = session
        self._viewport = viewport
        self._scene = scene
        self._overlays = overlays
        self._panel = panel
        self._drawn = drawn
        self._navigator = navigator
        self._cursor: tuple[float, float, float] | None = None
        self._hovered: tuple[str, int] | None = None
        self._instant: AsOf = None
        #: An earlier instant whose things are shown too, while two are compared.
        self.compared: AsOf = None
        navigator.cursor.connect(self._show_coordinates)
        navigator.hovered.connect(self._hover)
        navigator.clicked.connect(self._click)
        navigator.view_wanted.connect(self._view)
        viewport.pose_changed.connect(self._follow_camera)
        viewport.resized.connect(self._resized)
        panel.entity_wanted.connect(self.select_id)
        overlays.north.clicked.connect(scene.look_north)
        scene.settled.connect(self.refresh)
        drawn.changed.connect(self._drawn_changed)
        session.closed.connect(self.refresh)
        session.changed.connect(lambda _: self._mark())

    def attend(
        self,
        navigator: Navigator,
        told: Callable[[Pick | None], Pick | None],
        card: HoverCard | None,
    ) -> None:
        """Select what is clicked in another viewport, and say what the pointer rests on.

        Parameters
        ----------
        navigator : Navigator
            Of that viewport.
        told : callable
            Returns what was picked there by the numbers of the scene's own viewport.
        card : HoverCard or None
            Of that viewport, for things as they were at the earlier instant.
        """
        navigator.clicked.connect(lambda pick, at: self._click(told(pick), at, navigator))
        if card is not None:
            navigator.hovered.connect(
                lambda pick, at: self._show_card(card, told(pick), at, earlier=True)
            )

    # -- what lies over the scene --------------------------------------------------------

    def refresh(self) -> None:
        """Bring everything over the scene up to date."""
        shown = self._has_scene
        self._overlays.north.setVisible(shown)
        if shown:
            self._follow_camera()
        else:
            self._overlays.scale.set_resolution(0.0)
            self._overlays.coordinates.set_text("")
        credits = dict.fromkeys(
            layer.attribution for layer in self._scene.layers.values() if layer.attribution
        )
        self._overlays.attribution.set_text(" · ".join(credits))
        self._overlays.place()

    @property
    def _has_scene(self) -> bool:
        return bool(self._scene.layers) or len(self._drawn) > 0

    def _drawn_changed(self) -> None:
        """Mark what is selected again: it may be drawn only now, or anew."""
        self.refresh()
        self._mark()

    def _resized(self) -> None:
        if self._has_scene:
            self._follow_camera()
        self._overlays.place()

    def _follow_camera(self) -> None:
        self._overlays.north.set_heading(self._viewport.heading_deg())
        self._overlays.scale.set_resolution(
            self._viewport.metres_per_pixel() if self._has_scene else 0.0
        )
        self._overlays.place()

    def _show_coordinates(self, position: tuple[float, float, float] | None) -> None:
        self._cursor = position
        twin = self._session.twin
        if position is None or twin is None:
            self._overlays.coordinates.set_text("")
            return
        self._overlays.show_coordinates(coordinate_texts(twin.frame, position))

    @property
    def cursor(self) -> tuple[float, float, float] | None:
        """The local position under the pointer."""
        return self._cursor

    def _hover(self, pick: Pick | None, at: QPointF) -> None:
        key = (pick.layer, pick.feature) if pick and pick.feature is not None else None
        if key != self._hovered:
            self._hovered = key
            self._viewport.stage.hover(key)
            self._viewport.redraw()
        self._show_card(self._overlays.card, pick, at)

    def _show_card(
        self, card: HoverCard, pick: Pick | None, at: QPointF, *, earlier: bool = False
    ) -> None:
        """Say on a card what the pointer rests on."""
        if pick is None or self._session.twin is None:
            card.hide()
            return
        entity = self.entity_of(pick, earlier=earlier)
        if entity is None and pick.moving:
            card.show_at(round(at.x()), round(at.y()), *_moving_words(pick))
            return
        if entity is not None:
            note = [entity_words.entity_type(entity.type), *_facts(entity)]
            name, note_text = display_name(entity), " · ".join(note)
        else:
            layer = self._scene.layers.get(pick.layer)
            if layer is None or layer.role in {"terrain", "imagery"}:
                card.hide()
                return
            name, note_text = pick.name or layer.name, words.kind(layer.kind)
        card.show_at(round(at.x()), round(at.y()), name, note_text)

    # -- selection -----------------------------------------------------------------------

    def entity_of(self, pick: Pick | None, *, earlier: bool = False) -> Entity | None:
        """Return the entity that something picked stands for; None where it is only a layer's.

        Parameters
        ----------
        pick : Pick or None
        earlier : bool
            Whether it is meant as it was at the earlier of two compared instants, where it was.
        """
        twin = self._session.twin
        if twin is None or pick is None:
            return None
        if pick.moving:
            with contextlib.suppress(ShapanError):  # not every thing that moves is an entity
                return self._views()[0].entity(pick.moving)
        if pick.feature is None:
            return None
        own = self._drawn.id_of(pick.layer, pick.feature)
        views = self._views()
        for view in reversed(views) if earlier else views:
            if own is None:
                found = view.entity_at(pick.layer, pick.feature)
                if found is not None:
                    return found
                continue
            with contextlib.suppress(ShapanError):  # removed a moment ago; the scene follows
                return view.entity(own)
        return None

    def _click(self, pick: Pick | None, at: QPointF, navigator: Navigator | None = None) -> None:
        adds = bool((navigator or self._navigator).modifiers & _ADDING)
        if self._session.twin is None or pick is None:
            if not adds:
                self.clear()
            return
        entity = self.entity_of(pick)
        if entity is not None:
            self.toggle(entity) if adds else self.select(entity)
            return
        if pick.moving and not adds:
            self.clear()
            self._mark_moving(frozenset({pick.moving}))
            self._overlays.card.show_at(round(at.x()), round(at.y()), *_moving_words(pick))
            return
        layer = self._scene.layers.get(pick.layer)
        if layer is not None and not adds:
            self._panel.show_part(pick)
            self._mark([(pick.layer, pick.feature)] if pick.feature is not None else [])
            self.selected.emit(pick)

    def clear(self) -> None:
        """Select nothing."""
        self._panel.clear()
        self._mark()
        self.selected.emit(None)

    def select(self, entity: Entity) -> None:
        """Select an entity: outlined in the scene, shown in the Entity dock."""
        self.select_several([entity])

    def select_several(self, entities: Sequence[Entity]) -> None:
        """Select entities: outlined in the scene, what they have in common in the Entity dock."""
        self._panel.show_entities(entities)
        self._mark(after_ms=_PANEL_FIRST_MS)
        self.selected.emit(entities[0] if len(entities) == 1 else list(entities))

    def set_instant(self, instant: AsOf) -> None:
        """Mean things as they are as of a time."""
        self._instant = instant
        self._mark()

    def _views(self) -> list[Twin | TwinView]:
        """Return the twin as it is shown, then as it is compared with."""
        twin = self._session.required
        found = [view_at(twin, self._instant)]
        return found if self.compared is None else [*found, view_at(twin, self.compared)]

    def entity(self, entity_id: str) -> Entity | None:
        """Return an entity as it is shown; None, said to the user, where there is none then."""
        for view in self._views():
            try:
                return view.entity(entity_id)
            except ShapanError as error:
                message = str(error)
        if self._instant is not None:
            message = self.tr("It did not exist then.")
        self._overlays.notice.show_error(messages.shown(message), details=False)
        return None

    def toggle(self, entity: Entity) -> None:
        """Add an entity to what is selected, or take it out."""
        others = [one for one in self._panel.entities if one.id != entity.id]
        if len(others) == len(self._panel.entities):
            others.append(entity)
        if others:
            self.select_several(others)
        else:
            self.clear()

    def _mark(self, marks: list[tuple[str, int]] | None = None, *, after_ms: int = 0) -> None:
        """Outline what is selected, or the given parts of layers."""
        if marks is None:
            if self._panel.pick is not None:
                return  # a part of a layer is; it stays so
            found = [self._drawn.mark_of(entity) for entity in self._panel.entities]
            marks = [mark for mark in found if mark is not None]
        self._viewport.stage.select(marks)
        self._mark_moving(frozenset(entity.id for entity in self._panel.entities), after_ms)

    def _mark_moving(self, ids: frozenset[str], after_ms: int = 0) -> None:
        self._viewport.stage.moving_things.selected = ids
        if after_ms:
            QTimer.singleShot(after_ms, self._viewport, self._viewport.redraw)
        else:
            self._viewport.redraw()

    def select_id(self, entity_id: str) -> None:
        """Select an entity by its id."""
        entity = self.entity(entity_id)
        if entity is not None:
            self.select(entity)

    def fly_to_id(self, entity_id: str, room_m: float = 0.0) -> None:
        """Select an entity by its id and fly to it, at least with so much room around it."""
        entity = self.entity(entity_id)
        if entity is not None:
            self.fly_to_entity(entity, room_m)

    def fly_to_entity(self, entity: Entity, room_m: float = 0.0) -> None:
        """Select an entity and fly to it."""
        self.select(entity)
        found = self._bounds_of(entity, room_m)
        if found is not None:
            self._scene.zoom_to_thing(*found)
        elif entity.layer is not None:
            self._scene.zoom_to_layer(entity.layer)

    def _bounds_of(self, entity: Entity, room_m: float) -> tuple[Bounds, Bounds] | None:
        """Return what a flight to an entity shows, itself with room around it, and itself."""
        mark = self._drawn.mark_of(entity)
        found = None if mark is None else self._viewport.stage.feature_bounds(*mark)
        if found is None and entity.position is None and entity.geometry is not None:
            found = _extent(entity.geometry)
        if found is not None:
            west, south, low, east, north, high = found
            room = max(0.4 * max(east - west, north - south, high - low, 8.0), room_m)
            shown = (west - room, south - room, low, east + room, north + room, high + room / 2)
            return shown, found
        if entity.position is None:
            return None
        x, y, z = entity.position
        reach = max(_ENTITY_REACH_M, room_m)
        shown = (x - reach, y - reach, z - 2.0, x + reach, y + reach, z + reach)
        return shown, (x - 0.5, y - 0.5, z, x + 0.5, y + 0.5, z + 2.0)

    def _view(self, number: int, store: bool) -> None:
        if store:
            self._scene.store_view(number)
        elif not self._scene.recall_view(number):
            self._overlays.notice.show_error(
                self.tr("View {0} is empty; Ctrl+{0} keeps the present one there.").format(number),
                details=False,
            )


def _moving_words(pick: Pick) -> tuple[str, str]:
    """Return title and note of a thing that moves and is no entity of the project."""
    note = QCoreApplication.translate("SceneInteraction", "Moves; not an entity of this project")
    return pick.moving, note


def _facts(entity: Entity) -> list[str]:
    """Return up to two attributes that people ask for first."""
    found = []
    for key in ("height", "height_m", "building:height"):
        value = entity.attributes.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append(numbers.length(float(value), 0.1))
            break
    return found


def coordinate_texts(frame: Any, position: tuple[float, float, float]) -> list[str]:
    """Return degrees, height with its datum, project coordinates and space code, in that order."""
    longitude, latitude, height = (float(v) for v in frame.to_wgs84(position)[0])
    east, north, _ = (float(v) for v in frame.offset + position)
    return [
        numbers.degrees(longitude, latitude),
        f"{numbers.fixed(height, 1)} m {words.datum(frame.vertical_crs)}",
        f"{frame.crs[:16]}  {numbers.fixed(east, 1)}, {numbers.fixed(north, 1)}",
        *_space_code(longitude, latitude),
    ]


def _space_code(longitude: float, latitude: float) -> list[str]:
    """Return the BeiDou grid code of the cell of about eight metres; none in the polar areas."""
    from twin_model.codes.grid import POLAR_DEG, encode

    if abs(latitude) >= POLAR_DEG or not abs(longitude) <= 180.0:
        return []
    name = QCoreApplication.translate("Numbers", "BeiDou")
    return [f"{name} {encode(longitude, latitude, _SPACE_CODE_LEVEL)}"]


def _extent(geometry: bytes) -> Bounds | None:
    """Return the bounds of a shape in local metres; on the zero of heights where it has none."""
    import numpy as np
    import shapely

    points = shapely.get_coordinates(shapely.from_wkb(geometry), include_z=True)
    if not len(points):
        return None
    west, south, low, east, north, high = np.nan_to_num(
        np.concatenate([points.min(axis=0), points.max(axis=0)])
    ).tolist()
    return west, south, low, east, north, high
