"""The stage: layers and camera in, pixels out. Knows VTK, knows no Qt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from psygnal import Signal
from vtkmodules.vtkRenderingCore import vtkRenderer

from rendering.camera import CameraPose, Point, look_at
from rendering.entities.view import ENTITIES, EntitiesView
from rendering.extent import gathered
from rendering.hidden_window import make_window
from rendering.labels import Labels
from rendering.light import Light
from rendering.look import Look, make_look
from rendering.marks import MarkGroup, Marks
from rendering.options import Overlay, Pick, StageOptions, StageStatistics
from rendering.overlays import Overlays
from rendering.picking import Picker, Ray
from rendering.quality import Quality
from rendering.screenshot import read_pixels
from rendering.sky import Sky, sun_direction
from rendering.statistics import statistics_of
from rendering.symbology.palette import DARK, LIGHT
from rendering.tiles.engine import Cache
from rendering.tiles.loader import Loader
from rendering.views.ground import Ground
from rendering.views.table import make_view
from rendering.views.tileset import TilesetView
from rendering.views.view import Scene, View
from twin_model.displacement import Displacement
from twin_model.errors import FrameError
from twin_model.frame import Frame
from twin_model.layer import Bounds, Layer
from twin_model.time import Instant

_WAIT_S: Final = 0.05


class Stage:
    """Draws the layers of one project.

    All methods but the signal belong to the thread that owns the window.

    Parameters
    ----------
    window : vtkRenderWindow or None
        None makes an off-screen window of its own.
    size : tuple of two int
        Width and height in pixels of that window.
    options : StageOptions
    """

    #: Emitted from decoder threads when something arrived: call `update` and `render` then.
    needs_frame = Signal()

    def __init__(
        self,
        window: Any | None = None,
        *,
        size: tuple[int, int] = (1280, 720),
        options: StageOptions = StageOptions(),  # noqa: B008  frozen
    ) -> None:
        self._arrival = threading.Event()
        self._own_window = window is None
        if window is None:
            window = make_window(size)
        # Multisampling costs two to four times the frame on software OpenGL.
        window.SetMultiSamples(0)
        self.window = window
        self.renderer = vtkRenderer()
        # A pass of its own for what is translucent would blur marks and cost half a frame.
        self.renderer.SetUseOIT(False)
        window.AddRenderer(self.renderer)
        self._options = options
        self._closed = False
        self._layers: dict[str, View] = {}
        self._order: list[str] = []
        self._pose = CameraPose((0.0, -100.0, 60.0), (0.0, 0.0, 0.0))
        self._moving = False
        self._frame_count = 0
        self._dark = False
        self._pending = False
        self._instant: Instant | None = None
        self._quality = Quality(options)
        self._scene = Scene(
            self.renderer,
            Loader(options.decoder_threads, self._arrived),
            Cache(options.cache_bytes),
            Frame("EPSG:3857"),
            LIGHT,
            Labels(self.renderer, LIGHT),
        )
        self._sky = Sky(self.renderer, LIGHT, self._scene.haze)
        self._sky.set_light(self._scene.light)
        self._ground = Ground(self._scene, options.screen_space_error_px)
        #: Entities that no layer draws; the others are parts of layers.
        self.entities = EntitiesView(self._scene, self._ground)
        self._layers[ENTITIES] = self.entities
        self._order.append(ENTITIES)
        self._overlays = Overlays(self.renderer, LIGHT)
        #: Things that move; while there are any, every frame is another.
        self.moving_things = self._overlays.moving
        self._picker = Picker(self.renderer)
        self._marks = Marks()
        self._apply_camera()

    # -- layers ----------------------------------------------------------------------------

    def set_frame(self, frame: Frame) -> None:
        """Set the project's frame; call it before adding layers."""
        self._scene.frame = frame
        if self._instant is not None:
            self.set_date(self._instant)

    def add_layer(self, layer: Layer, folder: Path) -> None:
        """Show a layer.

        Parameters
        ----------
        layer : Layer
        folder : Path
            Its folder; ``layer.content`` is relative to it.

        Raises
        ------
        SourceError
            If its files are missing or broken; the stage is as before.
        """
        if layer.id in self._layers:
            self.remove_layer(layer.id)
        view = make_view(layer, folder, self._scene, self._ground)
        self._layers[layer.id] = view
        self._order.append(layer.id)
        view.hide(set(self._marks.hidden(layer.id)))
        view.move(self._marks.moved(layer.id))
        self._mark([layer.id])
        self._layers_changed()

    def remove_layer(self, layer_id: str) -> None:
        """Take a layer off the stage; an unknown id does nothing."""
        view = self._layers.pop(layer_id, None)
        if view is None:
            return
        self._order.remove(layer_id)
        view.close()
        self._layers_changed()

    def set_style(self, layer_id: str, style: dict[str, Any]) -> None:
        """Apply a layer's style: visible, opacity, colour_by, point_size, colour, width_m…"""
        if layer_id in self._layers:
            self._layers[layer_id].set_style(style)
            self._layers_changed()

    def set_order(self, layer_ids: list[str]) -> None:
        """Set the drawing order of draped layers, first at the bottom."""
        known = [i for i in layer_ids if i in self._layers]
        self._order = known + [i for i in self._order if i not in known]
        self._layers_changed()

    def _layers_changed(self) -> None:
        self._ground.arrange(self._order, self._bounds_of_tilesets())
        self._quality.reset()
        self._pending = True

    def layer_bounds(self, layer_id: str) -> Bounds | None:
        """Return a layer's bounds in local metres, None where it has none."""
        view = self._layers.get(layer_id)
        return None if view is None else view.bounds

    def feature_bounds(self, layer_id: str, feature: int) -> Bounds | None:
        """Return the bounds of a feature as far as it is loaded, None where nobody knows."""
        find = getattr(self._layers.get(layer_id), "feature_bounds", None)
        return None if find is None else find(feature)

    def scene_bounds(self) -> Bounds | None:
        """Return the joint bounds of the layers about the camera's target; see `gathered`."""
        return gathered([v.bounds for v in self._layers.values()], self._pose.target)

    def _bounds_of_tilesets(self) -> Bounds | None:
        """Bounds that the ground has to reach under; a stray point must not stretch it."""
        tilesets = [v for v in self._layers.values() if isinstance(v, TilesetView)]
        return gathered([v.bounds for v in tilesets], self._pose.target)

    # -- camera ----------------------------------------------------------------------------

    def _get_camera(self) -> CameraPose:
        return self._pose

    def _set_camera(self, pose: CameraPose) -> None:
        if pose != self._pose:
            self._quality.reset()
        self._pose = pose
        self._apply_camera()

    camera = property(_get_camera, _set_camera, doc="The camera's pose; setting it does not draw.")

    def fit(self, bounds: Bounds | None = None) -> CameraPose:
        """Return a pose that shows *bounds*, by default the whole scene; it is not set."""
        chosen = bounds or self.scene_bounds() or (-50.0, -50.0, 0.0, 50.0, 50.0, 20.0)
        return look_at(chosen, aspect=self.aspect)

    @property
    def aspect(self) -> float:
        """Width by height of the picture."""
        width, height = self.window.GetSize()
        return float(width / max(height, 1))

    def _apply_camera(self) -> None:
        camera = self.renderer.GetActiveCamera()
        pose = self._pose
        camera.SetPosition(*pose.eye)
        target = pose.target if pose.distance_m > 0 else tuple(np.add(pose.eye, pose.direction))
        camera.SetFocalPoint(*target)
        camera.SetViewUp(0.0, 0.0, 1.0)
        if abs(pose.pitch_deg) > 89.9:
            camera.SetViewUp(0.0, 1.0, 0.0)
        camera.SetViewAngle(pose.field_of_view_deg)
        scene = self.scene_bounds()
        level = self._ground.level(scene)
        self._sky.follow(pose.eye, scene, level)
        near = 0.02 * max(pose.distance_m, abs(pose.eye[2] - level))
        # 24 bits of depth: below a tenth of a metre near, far surfaces would flicker.
        camera.SetClippingRange(min(max(near, 0.1), 50.0), self._sky.radius_m * 1.05)

    # -- drawing ---------------------------------------------------------------------------

    def update(self) -> bool:
        """Stream towards the camera; call once before each frame.

        Returns
        -------
        bool
            Whether more is to come.
        """
        if self._closed:
            return False
        self._frame_count += 1
        self._apply_camera()
        # Does nothing unless the camera has come to another scene.
        self._ground.arrange(self._order, self._bounds_of_tilesets())
        look = self._look()
        deadline = time.perf_counter() + self._options.upload_ms / 1000.0
        pending = self._ground.update(look, deadline)
        self._sky.set_rim(self._ground.rim)
        triangles, points = self._ground.triangles, 0
        for layer_id in self._order:
            view = self._layers[layer_id]
            pending = view.update(look, deadline) or pending
            triangles += view.triangles
            points += view.points
        pending = self._quality.balance(triangles, points, self._moving) or pending
        self._scene.labels.visible = not self._moving
        self._scene.labels.update(look, self.window.GetSize())
        self._overlays.update(look, self.window.GetSize())
        self._scene.cache.evict(self._frame_count)
        self._pending = pending
        return pending

    def _look(self) -> Look:
        return make_look(
            self._pose,
            self.window.GetSize(),
            frame=self._frame_count,
            is_moving=self._moving,
            error_px=self._quality.error_px(self._moving),
        )

    def render(self) -> None:
        """Draw one frame."""
        if self._closed:
            return
        started = time.perf_counter()
        changing = self._pending or self.moving_things.active
        self._quality.prepare(self.renderer, self._moving, changing)
        self.window.Render()
        if not self._quality.is_known:
            self._quality.learn(self.window)
            self._scene.software = self._quality.software
        self._quality.measured((time.perf_counter() - started) * 1000.0, self.renderer)

    @property
    def complete(self) -> bool:
        """Whether every tile that the view needs is in."""
        return not self._pending and not self.entities.is_stale

    def wait_complete(self, timeout_s: float, job_check: Callable[[], None] | None = None) -> bool:
        """Stream until everything is in or the time is over.

        Parameters
        ----------
        timeout_s : float
        job_check : callable, optional
            Called often; may raise to stop.

        Returns
        -------
        bool
            Whether it is complete.
        """
        end = time.monotonic() + timeout_s
        while self.update():
            if job_check is not None:
                job_check()
            if time.monotonic() > end:
                return False
            self._arrival.clear()
            self._arrival.wait(_WAIT_S)
        return True

    def _arrived(self) -> None:
        self._arrival.set()
        self.needs_frame.emit()

    def screenshot(self, scale: int = 1) -> npt.NDArray[np.uint8]:
        """Draw and return the picture.

        Parameters
        ----------
        scale : int
            Enlarges the picture, drawn tile by tile.

        Returns
        -------
        (h, w, 3) uint8 array
            First row on top.
        """
        self.render()
        return read_pixels(self.window, max(1, scale))

    # -- asking ----------------------------------------------------------------------------

    def pick(self, x: int, y: int) -> Pick | None:
        """Return what lies under a pixel of the last frame.

        Parameters
        ----------
        x, y : int
            Display pixels, origin at the bottom left.
        """
        ray = self._picker.ray(x, y)
        seen = self._picker.depth(x, y, self._sky.radius_m * 0.97)
        hits = [view.pick(ray, seen) for view in self._layers.values()]
        found = [hit for hit in (*hits, self.moving_things.pick(ray)) if hit is not None]
        best = min(found, key=lambda hit: hit[0], default=None)
        if seen is None:
            return None if best is None else best[1]
        # Something of the ground or without features of its own may hide what was hit.
        if best is not None and best[0] <= seen * 1.01 + 0.5:
            return best[1]
        return self._ground.pick(ray.at(seen), seen * ray.spread)

    def position_at(self, x: int, y: int) -> Point | None:
        """Return the local position under a pixel: from the depth buffer, else the ground."""
        seen = self._picker.depth(x, y, self._sky.radius_m * 0.97)
        if seen is not None:
            return self._picker.ray(x, y).at(seen)
        return self._picker.on_plane(x, y, self._ground.level(self.scene_bounds()))

    def ground_height(self, x: float, y: float) -> float | None:
        """Return the terrain's height at a local place, None outside it."""
        return self._ground.height(x, y)

    def ground_level(self, x: float, y: float) -> float:
        """Return the ground's height at a local place, also where there is no terrain."""
        return float(self._ground.heights(x, y))

    @property
    def frame(self) -> Frame:
        """The project's frame."""
        return self._scene.frame

    def views(self) -> list[View]:
        """Return what draws the layers and entities."""
        return list(self._layers.values())

    def ray(self, x: int, y: int) -> Ray:
        """Return the line of sight through a pixel, origin at the bottom left."""
        return self._picker.ray(x, y)

    def is_surface(self, layer_id: str) -> bool:
        """Return whether a layer consists of meshes or points with places of their own."""
        return isinstance(self._layers.get(layer_id), TilesetView | EntitiesView)

    # -- marks -----------------------------------------------------------------------------

    def select(self, items: list[tuple[str, int]]) -> None:
        """Mark (layer, feature) pairs as selected; replaces what was."""
        self._marks.select(items)
        self._mark(self._layers)

    def hover(self, item: tuple[str, int] | None) -> None:
        """Mark what the pointer is over."""
        self._mark(self._marks.hover(item))

    def set_marks(self, groups: Sequence[MarkGroup]) -> None:
        """Mark things in colours; replaces what was, and stays whatever is selected."""
        for index in range(max(len(groups), len(self._marks.groups))):
            overlay = groups[index].overlay() if index < len(groups) else None
            self._overlays.set(f"marks-{index}", overlay)
        self._mark(self._marks.set_groups(groups))

    def set_hidden(self, features: Mapping[str, Collection[int]]) -> None:
        """Leave features of layers undrawn and unpickable; replaces what was."""
        for layer_id in self._marks.hide(features) & self._layers.keys():
            self._layers[layer_id].hide(set(self._marks.hidden(layer_id)))
            self._pending = True

    def set_moved(self, features: Mapping[str, Mapping[int, Displacement]]) -> None:
        """Draw and pick features of layers where they stand now; replaces what was."""
        for layer_id in self._marks.move(features) & self._layers.keys():
            self._layers[layer_id].move(self._marks.moved(layer_id))
            self._pending = True

    def _mark(self, layer_ids: Iterable[str]) -> None:
        for layer_id in self._layers.keys() & set(layer_ids):
            self._layers[layer_id].mark(self._marks.of(layer_id))

    def set_overlay(self, name: str, overlay: Overlay | None) -> None:
        """Show lines, points and labels above the scene; None removes them."""
        self._overlays.set(name, overlay)

    # -- settings --------------------------------------------------------------------------

    def set_theme(self, dark: bool) -> None:
        """Switch between the light and the dark theme."""
        theme = DARK if dark else LIGHT
        if theme is self._scene.theme:
            return
        self._scene.theme = theme
        self._sky.set_theme(theme)
        self._overlays.set_theme(theme)
        self._scene.labels.set_theme(theme)
        self._ground.set_theme(theme)
        for view in self._layers.values():
            view.set_theme(theme)
        self._relight(self._scene.light.direction)

    def set_moving(self, moving: bool) -> None:
        """Tell whether the camera is being moved: coarser and faster then."""
        if moving != self._moving:
            self._moving = moving
            self._quality.reset()
            self._pending = True

    def set_date(self, instant: Instant) -> None:
        """Set the sun by date, time and the scene's place."""
        self._instant = instant
        scene = self.scene_bounds() or (0.0,) * 6
        centre = tuple((scene[i] + scene[i + 3]) / 2 for i in range(3))
        try:
            direction = sun_direction(self._scene.frame, centre, instant)  # type: ignore[arg-type]
        except FrameError:
            return
        self._ground.set_sun(direction)
        self._relight((float(direction[0]), float(direction[1]), float(direction[2])))

    def _relight(self, direction: Point) -> None:
        theme = self._scene.theme
        light = Light(direction, theme.sun, theme.fill)
        if light == self._scene.light:
            return
        self._scene.light = light
        self._sky.set_light(light)
        self.moving_things.light = light
        for view in self._layers.values():
            view.relight()
        self._pending = True

    def statistics(self) -> StageStatistics:
        """Return what the stage is doing."""
        return statistics_of(self._ground, self._layers, self._quality, self._scene.cache)

    def close(self) -> None:
        """Stop the decoders and give everything back; further calls do nothing."""
        if self._closed:
            return
        self._closed = True
        self._scene.loader.close()
        for layer_id in list(self._layers):
            self._layers.pop(layer_id).close()
        self._ground.close()
        self._overlays.close()
        self._scene.labels.close()
        self._sky.close()
        self._picker.close()
        self._quality.close(self.renderer, self.window)
        self.renderer.RemoveAllViewProps()
        self.window.RemoveRenderer(self.renderer)
        if self._own_window:
            self.window.Finalize()
