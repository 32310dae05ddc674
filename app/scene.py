"""Keeps the stage in step with the twin: layers, styles, order, camera, selection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.as_of import AsOf, view_at, world_instant
from app.project import ProjectSession
from app.viewport import Viewport
from app.workers import Background
from twin_model.errors import ShapanError, StoreError, ValidationError
from twin_model.layer import Bounds, Layer, LayerRole
from twin_model.placing import Placing, placing
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.drawn import DrawnEntities
    from rendering.camera import CameraPose
    from rendering.marks import MarkGroup
    from twin_model.comparison import EntityChange
    from twin_model.entity import Entity
    from twin_model.twin import Twin
    from twin_model.view import TwinView

    Marked = Entity | EntityChange

_PLACING_MS: Final = 300
#: The sun goes a degree meanwhile; less of it would have all that is lit and shaded made anew, for
#: every step of a replay, and nobody see it.
_SUN_US: Final = 240_000_000

_PLACE_TIMEOUT_S: Final = 10.0


class Scene(QObject):
    """Shows the open project in a viewport.

    Parameters
    ----------
    session : ProjectSession
    viewport : Viewport
    background : Background
    drawn : DrawnEntities
        Entities that no layer draws, of the same viewport.
    key : str
        Tells the questions of one scene from those of another.
    """

    failed = Signal(str)
    settled = Signal()
    placed = Signal()  # features of layers were put elsewhere, or are back

    def __init__(
        self,
        session: ProjectSession,
        viewport: Viewport,
        background: Background,
        drawn: DrawnEntities,
        *,
        key: str = "",
    ) -> None:
        super().__init__(viewport)
        self._session = session
        self._drawn = drawn
        self._background = background
        self._placing_key = f"placing{key}"
        #: Features that are left out, replaced, or stand elsewhere at the instant.
        self.placing = Placing()
        self._again: dict[str, set[int]] = {}
        self._again_at: AsOf = None
        self._viewport = viewport
        self._shown: dict[str, Layer] = {}
        #: How the stage draws each, which takes it long to learn.
        self._styles: dict[str, dict[str, Any]] = {}
        self._placed = False
        self._instant: AsOf = None
        #: Whether the sun follows the instant; else another scene says where it stands.
        self.has_own_sun = True
        #: When the sun stands as it does; None for the light that no date gives.
        self.sun: Instant | None = None
        # In a turn of its own: everything that is lit once a vertex is lit anew.
        self._lighting = QTimer(self)
        self._lighting.setSingleShot(True)
        self._lighting.timeout.connect(self._light)
        self._marks: dict[str, list[tuple[str, Sequence[Marked]]]] = {}
        self.views: dict[str, Any] = {}
        self._look_over_nothing()
        # The first of many edits a second is shown at once, the others with the last of them.
        self._is_outdated = False
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(_PLACING_MS)
        self._stale.timeout.connect(self._ask_again)
        drawn.changed.connect(self._show_marks)
        session.opened.connect(self._open)
        session.closed.connect(self._clear)
        session.changed.connect(self._follow)

    @property
    def absent(self) -> dict[str, set[int]]:
        """Features that are left out because what they stand for does not exist at the instant."""
        return self.placing.absent

    @property
    def layers(self) -> dict[str, Layer]:
        """The layers that the stage holds, by id."""
        return dict(self._shown)

    def show_project(self) -> None:
        """Show the project that is open already, from where the viewport looks."""
        self._viewport.stage.set_frame(self._session.required.frame)
        self._placed = True
        self._sync()

    def leave(self) -> None:
        """Follow the project no more."""
        self._stale.stop()
        self._lighting.stop()
        self._background.drop(self._placing_key)
        self._session.opened.disconnect(self._open)
        self._session.closed.disconnect(self._clear)
        self._session.changed.disconnect(self._follow)

    def _open(self) -> None:
        twin = self._session.required
        self._clear()
        self._viewport.stage.set_frame(twin.frame)
        state = twin.view_state()
        self.views = dict(state.get("views", {}))
        pose = pose_from(state.get("camera"))
        self._placed = pose is not None
        self._sync()
        if pose is not None:
            self._viewport.set_pose(pose, moving=False)

    def _clear(self) -> None:
        for layer_id in list(self._shown):
            self._viewport.stage.remove_layer(layer_id)
        self._shown.clear()
        self._styles.clear()
        self._lighting.stop()
        self._viewport.stage.select([])
        self._viewport.stage.hover(None)
        self._marks.clear()
        self._viewport.stage.set_marks([])
        self._stale.stop()
        self._background.drop(self._placing_key)
        self._instant = None
        self._again = {}
        self._show_placing(Placing())
        self._look_over_nothing()

    def _look_over_nothing(self) -> None:
        """Stand above the ground with the horizon in view, as long as there is no layer."""
        from rendering.camera import CameraPose

        self._placed = False
        self._viewport.set_pose(CameraPose((0.0, -600.0, 90.0), (0.0, 0.0, 60.0)), moving=False)

    def _follow(self, change: Any) -> None:
        if change.frame:
            self._viewport.stage.set_frame(self._session.required.frame)
        if change.layers or change.frame:
            self._sync()
        if change.entities or change.all_entities:
            if not self._stale.isActive():
                self._stale.start()
                self._ask_placing()
            else:
                self._is_outdated = True

    def _sync(self) -> None:
        """Add, remove and restyle so that the stage shows the twin's layers."""
        stage = self._viewport.stage
        twin = self._session.required
        layers = {layer.id: layer for layer in twin.layers()}
        for layer_id in [known for known in self._shown if known not in layers]:
            stage.remove_layer(layer_id)
            del self._shown[layer_id], self._styles[layer_id]
        for layer in layers.values():
            known = self._shown.get(layer.id)
            if known is None:
                self._add(layer)
            elif known.style != layer.style:
                self._style(layer.id, layer.style)
                self._shown[layer.id] = layer
            else:
                self._shown[layer.id] = layer
        self._ask_placing()
        stage.set_order([layer_id for layer_id in layers if layer_id in self._shown])
        if self._shown:
            self._place_now()
        self._viewport.redraw()
        self.settled.emit()

    def _place_now(self) -> None:
        """Look at everything, unless the camera stands somewhere already."""
        stage = self._viewport.stage
        if not self._placed and stage.scene_bounds() is not None:
            self._placed = True
            self._viewport.set_pose(stage.fit(), moving=False)

    def place(self) -> None:
        """Look at everything once it is drawn, unless the camera stands somewhere already."""
        if not self._placed:
            self.when_complete(self._place_now, _PLACE_TIMEOUT_S)

    def _add(self, layer: Layer) -> None:
        if layer.role == LayerRole.TABLE:
            return
        try:
            self._viewport.stage.add_layer(layer, self._session.required.layer_folder(layer.id))
        except ShapanError as error:
            self.failed.emit(str(error))
            return
        self._shown[layer.id] = layer
        self._styles[layer.id] = dict(layer.style)

    def _style(self, layer_id: str, style: dict[str, Any]) -> None:
        """Have the stage draw a layer so, unless it does."""
        if self._styles[layer_id] != style:
            self._styles[layer_id] = dict(style)
            self._viewport.stage.set_style(layer_id, style)

    def preview_style(self, layer_id: str, **values: Any) -> None:
        """Show a style that is not yet a command, while a slider moves."""
        layer = self._shown.get(layer_id)
        if layer is not None:
            self._style(layer_id, {**layer.style, **values})
            self._viewport.redraw()

    def set_instant(self, instant: AsOf) -> None:
        """Show only layers that were there as of a time: surveyed or, by record, added by then."""
        self._instant = instant
        twin = self._session.twin
        if twin is None:
            return
        view = view_at(twin, instant)
        known = None if instant is None else {layer.id for layer in view.layers()}
        for layer in self._shown.values():
            visible = bool(layer.style.get("visible", True)) and (
                known is None or layer.id in known
            )
            if visible != bool(self._styles[layer.id].get("visible", True)):
                self._style(layer.id, {**layer.style, "visible": visible})
        if self.has_own_sun:
            self.set_sun(world_instant(instant) or Instant.now())
        self._ask_placing()
        self._viewport.redraw()

    def set_sun(self, date: Instant | None) -> None:
        """Put the sun where it stands at an instant, to a degree; None leaves it."""
        if date is not None and (self.sun is None or abs(date.us - self.sun.us) >= _SUN_US):
            self.sun = date
            self._lighting.start(0)

    def _light(self) -> None:
        if self.sun is not None:
            self._viewport.stage.set_date(self.sun)
            self._viewport.redraw()

    def _ask_again(self) -> None:
        if self._is_outdated:
            self._stale.start()
            self._ask_placing()

    def _ask_placing(self) -> None:
        """Find out which features stand for nothing at the instant, and which elsewhere."""
        self._is_outdated = False
        twin = self._session.twin
        if twin is None or not self._shown:
            return
        view, then = view_at(twin, self._instant), view_at(twin, self._again_at)
        again = self._again

        def read() -> Placing | StoreError:
            try:
                return _placing(view, then, again)
            except StoreError as error:
                return error  # the project may have been closed meanwhile

        self._background.ask(self._placing_key, read, self._show_placing)

    def _show_placing(self, found: Placing | StoreError) -> None:
        if isinstance(found, StoreError):
            self.failed.emit(str(found))
            return
        self.placing = found
        self._viewport.stage.set_hidden(found.hidden(self._again))
        self._viewport.stage.set_moved(found.moved)
        self._viewport.redraw()
        self.placed.emit()

    def show_again(self, things: Sequence[Marked], instant: AsOf) -> None:
        """Draw features although what they stand for is gone: those that a comparison marks.

        Parameters
        ----------
        things : sequence of Entity or EntityChange
        instant : AsOf
            When they were there: they are drawn where they stood then.
        """
        wanted: dict[str, set[int]] = {}
        for thing in things:
            if thing.layer is not None and thing.feature is not None:
                wanted.setdefault(thing.layer, set()).add(thing.feature)
        if wanted != self._again or (wanted and instant != self._again_at):
            self._again, self._again_at = wanted, instant
            self._show_placing(self.placing)
            self._ask_placing()

    def set_marks(self, name: str, groups: Sequence[tuple[str, Sequence[Marked]]]) -> None:
        """Mark entities in colours, for one who asks; none to unmark.

        Parameters
        ----------
        name : str
            Who asks; the marks of others stay.
        groups : sequence of (colour, entities)
            ``#rrggbb``.
        """
        self._marks[name] = list(groups)
        self._show_marks()

    def _show_marks(self) -> None:
        groups = [one for kept in self._marks.values() for one in kept]
        self._viewport.stage.set_marks(
            [_mark_group(colour, entities, self._drawn) for colour, entities in groups]
        )
        self._viewport.redraw()

    # -- camera --------------------------------------------------------------------------

    def zoom_to(self, bounds: Bounds | None = None) -> None:
        """Fly so that bounds are in view; everything where none are given."""
        stage = self._viewport.stage
        if bounds is None and stage.scene_bounds() is None:
            return
        self._viewport.fly_to(stage.fit(bounds))

    def zoom_to_thing(self, bounds: Bounds, thing: Bounds) -> None:
        """Fly so that bounds are in view, ending where nothing hides the thing in their middle."""
        from rendering.sight import clear_view, reach, surfaces_near

        stage = self._viewport.stage
        goal, aspect = stage.fit(bounds), stage.aspect
        self._viewport.fly_to(goal)
        surfaces = surfaces_near(stage.views(), reach(bounds, aspect))

        def turn(pose: CameraPose) -> None:
            if pose != goal and self._viewport.goal == goal:  # nobody went elsewhere meanwhile
                self._viewport.fly_to(pose)

        self._background.ask("sight", lambda: clear_view(bounds, thing, surfaces, aspect), turn)

    def zoom_to_layer(self, layer_id: str) -> None:
        """Fly to a layer."""
        bounds = self._viewport.stage.layer_bounds(layer_id)
        if bounds is None and layer_id in self._shown:
            bounds = self._shown[layer_id].bounds_local
        if bounds is not None:
            self.zoom_to(bounds)

    def look_north(self) -> None:
        """Turn until north is up, about the camera's target."""
        from rendering.navigation import face_north

        self._viewport.fly_to(face_north(self._viewport.pose))

    def look_down(self) -> None:
        """Look straight down at the camera's target."""
        from rendering.navigation import orbit

        pose = self._viewport.pose
        self._viewport.fly_to(orbit(pose, pose.target, 0.0, -90.0))

    def store_view(self, number: int) -> None:
        """Keep the present view under a number."""
        self.views[str(number)] = self._viewport.pose.to_json()

    def recall_view(self, number: int) -> bool:
        """Fly to a kept view; return whether there is one."""
        pose = pose_from(self.views.get(str(number)))
        if pose is None:
            return False
        self._viewport.fly_to(pose)
        return True

    def document(self) -> dict[str, Any]:
        """Return what belongs to the project's view state."""
        found: dict[str, Any] = {"views": self.views}
        if self._placed:
            found["camera"] = self._viewport.pose.to_json()
        return found

    # -- waiting -------------------------------------------------------------------------

    def when_complete(self, then: Callable[[], None], timeout_s: float) -> None:
        """Call *then* once every needed tile is drawn, or when the time is up."""
        timer = QTimer(self)
        timer.setInterval(100)
        left = [round(timeout_s * 10), 0]

        def look() -> None:
            left[0] -= 1
            # Twice in a row: a frame that asked for tiles is complete only after the next.
            left[1] = left[1] + 1 if self._viewport.complete else 0
            if left[1] < 2 and left[0] > 0:
                self._viewport.redraw()
                return
            timer.stop()
            timer.deleteLater()
            then()

        timer.timeout.connect(look)
        timer.start()


def _placing(
    view: Twin | TwinView, then: Twin | TwinView, again: Mapping[str, Collection[int]]
) -> Placing:
    """Return where features stand in a view, and some that are gone where they stood then."""
    found = placing(view)
    stood = placing(then).moved if again else {}
    for layer, features in again.items():
        ways = {one: way for one, way in stood.get(layer, {}).items() if one in features}
        found.moved[layer] = {**ways, **found.moved.get(layer, {})}
    for ways in found.moved.values():
        for way in ways.values():
            _ = way.matrix  # worked out here and kept, not while drawing
    return found


def _mark_group(colour: str, entities: Sequence[Marked], drawn: DrawnEntities) -> MarkGroup:
    from rendering.marks import MarkGroup

    features: dict[str, set[int]] = {}
    points = []
    for entity in entities:
        mark = drawn.mark_of(entity)
        if mark is not None:
            features.setdefault(mark[0], set()).add(mark[1])
        elif entity.position is not None:
            points.append(entity.position)
    return MarkGroup(colour, features, tuple(points))


def pose_from(document: Any) -> CameraPose | None:
    """Return the pose of a JSON document, None where it holds none."""
    from rendering.camera import CameraPose

    try:
        return CameraPose.from_json(document)
    except ValidationError:
        return None
