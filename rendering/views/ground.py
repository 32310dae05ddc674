"""The ground: one quadtree of terrain with imagery and features painted on it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from rendering.features import FeatureTable, read_features
from rendering.geometry import vtk_matrix
from rendering.ground.heights import HeightField
from rendering.ground.imagery import ImagerySource
from rendering.ground.paint import DrapeLayer
from rendering.ground.rim import Rim
from rendering.ground.shadows import Footprints, make_footprints
from rendering.ground.tile import TEXELS, GroundContent, GroundPayload, make_tile, paint_rim
from rendering.look import Look
from rendering.options import Pick
from rendering.symbology.palette import DARK, Theme
from rendering.tiles.engine import Engine, Node
from rendering.tiles.loader import Request
from rendering.views.view import Scene
from twin_model.layer import Bounds

#: Texels may be this many pixels wide on the screen before a square is divided.
_TEXEL_PX: Final = 1.5
_FINEST_TEXEL_M: Final = 0.10


class GroundNode(Node):
    """One square of the quadtree."""

    def __init__(self, ground: Ground, box: tuple[float, float, float, float]) -> None:
        low, high = ground.height_range
        size = box[2] - box[0]
        # The engine compares against its own limit in pixels; this makes it ours in texels.
        error = size / TEXELS * ground.error_px / _TEXEL_PX
        super().__init__((box[0], box[1], low, box[2], box[3], high), error, adds=False)
        self._ground = ground
        self._square = box
        self._children: list[Node] | None = None
        self._version = -1
        self.actor: Any = None

    @property
    def children(self) -> list[Node]:
        """The four quarters, none below the finest texel."""
        if self._children is None:
            west, south, east, north = self._square
            if (east - west) / TEXELS / 2 < self._ground.finest_texel_m:
                self._children = []
            else:
                x, y = (west + east) / 2, (south + north) / 2
                quarters = [
                    (west, south, x, y),
                    (x, south, east, y),
                    (west, y, x, north),
                    (x, y, east, north),
                ]
                self._children = [GroundNode(self._ground, q) for q in quarters]
        return self._children

    @property
    def made_children(self) -> list[Node]:
        """Those that were asked for before."""
        return self._children or []

    @property
    def has_content(self) -> bool:
        """Always: squares are made on demand."""
        return True

    @property
    def is_stale(self) -> bool:
        """Whether something on the ground changed since it was made."""
        return self.actor is not None and self._version != self._ground.content.version

    def work(self) -> GroundPayload:
        """Make the square."""
        return make_tile(self._ground.content, self._square)

    def install(self, payload: GroundPayload) -> None:
        """Show the new square instead of an older one."""
        self.uninstall()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(payload.data)
        mapper.SetColorModeToDirectScalars()
        # Undoes the offset that all other surfaces get for their edge lines: at grazing angles
        # it grows to metres, and the far ground would show through.
        mapper.SetRelativeCoincidentTopologyPolygonOffsetParameters(-2.0, -2.0)
        texture = vtkTexture()
        texture.SetInputData(payload.image)
        texture.InterpolateOn()
        texture.MipmapOn()
        # On llvmpipe anisotropic filtering alone costs 110 ms of a 270 ms frame.
        texture.SetMaximumAnisotropicFiltering(1.0 if self._ground.is_software else 8.0)
        texture.EdgeClampOn()
        texture.RepeatOff()
        texture.SetColorModeToDirectScalars()
        actor = vtkActor()
        actor.SetMapper(mapper)
        actor.SetTexture(texture)
        actor.SetUserMatrix(vtk_matrix(payload.matrix))
        actor.GetProperty().LightingOff()
        actor.ForceOpaqueOn()
        actor.PickableOff()
        actor.SetVisibility(self.is_shown)
        self._ground.add_actor(actor)
        self.actor = actor
        self._version = payload.version
        self.nbytes, self.triangles = payload.nbytes, payload.triangles
        margin = 0.05 * (self._square[2] - self._square[0]) if self._ground.content.fields else 0.0
        self.box = (*self.box[:2], payload.low - margin, *self.box[3:5], payload.high + margin)

    def show(self, visible: bool) -> None:
        """Switch the square on or off."""
        if self.actor is not None:
            self.actor.SetVisibility(visible)

    def uninstall(self) -> None:
        """Remove the square."""
        if self.actor is not None:
            self._ground.remove_actor(self.actor)
            self.actor = None


class Ground:
    """Terrain, imagery and draped layers together.

    Parameters
    ----------
    scene : Scene
    error_px : float
        The engine's screen-space error at rest.
    """

    def __init__(self, scene: Scene, error_px: float = 16.0) -> None:
        self._scene = scene
        self.error_px = error_px
        self.triangles = self.points = self.tiles_visible = self.tiles_loading = 0
        self.content = GroundContent(colour=scene.theme.ground)
        self._fields: dict[str, HeightField] = {}
        self._imagery: dict[str, tuple[ImagerySource, float]] = {}
        self._drapes: dict[str, DrapeLayer] = {}
        self._footprints: dict[str, Footprints] = {}
        self._order: list[str] = []
        self._bounds: Bounds | None = None
        self._engine: Engine | None = None
        self._square: tuple[float, float, float, float] | None = None
        self._jobs: dict[tuple[str, str], tuple[Request, Callable[[Any], None]]] = {}
        self._counter = 0
        self._rim_made_of: tuple[Any, ...] = ()
        self.finest_texel_m = 0.1

    # -- content ---------------------------------------------------------------------------

    def set_field(self, layer: str, field: HeightField | None) -> None:
        """Add, replace or remove a terrain."""
        _put(self._fields, layer, field)
        self._rebuild()

    def set_imagery(self, layer: str, source: ImagerySource | None, opacity: float = 1.0) -> None:
        """Add, replace or remove imagery."""
        _put(self._imagery, layer, None if source is None else (source, opacity))
        self._rebuild()

    def set_drape(self, layer: str, drape: DrapeLayer | None) -> None:
        """Add, replace or remove a vector layer."""
        _put(self._drapes, layer, drape)
        self._rebuild()

    def set_footprints(self, layer: str, footprints: Footprints | None) -> None:
        """Add, replace or remove buildings that cast shadows on the ground."""
        _put(self._footprints, layer, footprints)
        self._rebuild()

    def load(self, layer: str, path: Path, what: str, done: Callable[[Any], None]) -> None:
        """Read a feature table in a decoder thread.

        Parameters
        ----------
        layer : str
        path : Path
        what : str
            ``drape``, ``footprints`` or ``symbols``.
        done : callable
            Called in the drawing thread with the result or the exception.
        """
        frame = self._scene.frame

        def work() -> Any:
            table: FeatureTable = read_features(path, frame)
            if what == "drape":
                return DrapeLayer(layer, table).prepare()
            return make_footprints(layer, table) if what == "footprints" else table

        self.ask(layer, what, work, done)

    def ask(
        self, layer: str, what: str, work: Callable[[], Any], done: Callable[[Any], None]
    ) -> None:
        """Have something of a layer made in a decoder thread, in place of what was asked before.

        Parameters
        ----------
        layer, what : str
        work : callable
            Must not touch what is being drawn.
        done : callable
            Called in the drawing thread with the result or the exception.
        """
        self._counter += 1
        key = (layer, what)
        self._jobs[key] = (Request((id(self), self._counter, *key), -1.0, work), done)

    def forget(self, layer: str) -> None:
        """Drop everything of a layer, loaded or on its way."""
        for key in [k for k in self._jobs if k[0] == layer]:
            del self._jobs[key]
        for table in (self._fields, self._imagery, self._drapes, self._footprints):
            table.pop(layer, None)
        self._rebuild()

    def set_sun(self, direction: Any) -> None:
        """Turn hill shading and shadows to the sun."""
        self.content = replace(
            self.content,
            sun=(float(direction[0]), float(direction[1]), float(direction[2])),
            version=self.content.version + 1,
        )

    def set_theme(self, theme: Theme) -> None:
        """Apply the theme."""
        self.content = replace(
            self.content, colour=theme.ground, dark=theme is DARK, version=self.content.version + 1
        )
        self._continue_outwards()

    def arrange(self, order: list[str], bounds: Bounds | None) -> None:
        """Take over the drawing order and the extent of the scene.

        Areas of land lie below water, water below lines; within such a band the order counts.
        """
        if order != self._order or bounds != self._bounds:
            self._order = list(order)
            self._bounds = bounds
            self._rebuild()

    def _rebuild(self) -> None:
        rank = {layer: index for index, layer in enumerate(self._order)}

        def place(layer: str) -> int:
            return rank.get(layer, len(rank))

        drapes = sorted(self._drapes.values(), key=lambda d: (d.band, place(d.layer)))
        self.content = replace(
            self.content,
            version=self.content.version + 1,
            fields=tuple(self._fields[i] for i in sorted(self._fields, key=place)),
            imagery=tuple(self._imagery[i] for i in sorted(self._imagery, key=place)),
            drapes=tuple(drapes),
            footprints=tuple(self._footprints[i] for i in sorted(self._footprints, key=place)),
            flat_m=0.0 if self._bounds is None else self._bounds[2],
        )
        self._continue_outwards()
        self._resize()

    def _continue_outwards(self) -> None:
        """Make the colours beyond the data anew where what they come from changed."""
        content = self.content
        water = tuple(d for d in content.drapes if d.band == 1 and d.visible)
        boxes = [s.bounds for s, _ in content.imagery] or [f.bounds for f in content.fields]
        outlines = [] if boxes else [d.bounds for d in water if d.bounds is not None]
        boxes += [(west, south, 0.0, east, north, 0.0) for west, south, east, north in outlines]
        made_of = (
            content.fields, content.imagery, tuple(id(d.table) for d in water), content.colour,
        )  # fmt: skip
        if made_of == self._rim_made_of:
            return
        self._rim_made_of = made_of
        rim = None
        if boxes:
            low = np.min([b[:2] for b in boxes], axis=0)
            high = np.max([b[3:5] for b in boxes], axis=0)
            box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
            rim = Rim(box, lambda: paint_rim(content, box), content.colour)
        self.content = replace(content, rim=rim)

    @property
    def is_software(self) -> bool:
        """Whether OpenGL runs on the processor."""
        return self._scene.software

    @property
    def height_range(self) -> tuple[float, float]:
        """Lowest and highest ground."""
        if not self.content.fields:
            return self.content.flat_m, self.content.flat_m
        lows = [f.bounds[2] for f in self.content.fields]
        highs = [f.bounds[5] for f in self.content.fields]
        return min(lows), max(highs)

    def _resize(self) -> None:
        """Make a new quadtree where the extent or the finest texel changed."""
        content = self.content
        boxes = [f.bounds for f in content.fields]
        boxes += [s.bounds for s, _ in content.imagery]
        for drape in content.drapes:
            if drape.bounds is not None:
                west, south, east, north = drape.bounds
                boxes.append((west, south, 0.0, east, north, 0.0))
        if self._bounds is not None:
            boxes.append(self._bounds)
        active = bool(content.fields or content.imagery or content.drapes)
        texels = [f.pixel_m / 4 for f in content.fields]
        texels += [max(s.pixel_m / 1.5, 0.02) for s, _ in content.imagery]
        if content.drapes or content.footprints:
            texels.append(_FINEST_TEXEL_M)
        finest = min(texels, default=1.0)
        square = None
        if active and boxes:
            low = np.min([b[:2] for b in boxes], axis=0)
            high = np.max([b[3:5] for b in boxes], axis=0)
            half = max(float((high - low).max()) * 0.53, 20.0)
            x, y = (low + high) / 2
            square = (float(x) - half, float(y) - half, float(x) + half, float(y) + half)
        if square == self._square and finest == self.finest_texel_m:
            return
        if self._engine is not None:
            self._engine.close()
            self._engine = None
        self._square, self.finest_texel_m = square, finest
        if square is not None:
            root = GroundNode(self, square)
            self._engine = Engine(root, self._scene.loader, self._scene.cache)

    # -- drawing ---------------------------------------------------------------------------

    def add_actor(self, actor: Any) -> None:
        """Show a square's actor."""
        self._scene.haze.veil(actor)
        self._scene.renderer.AddActor(actor)

    def remove_actor(self, actor: Any) -> None:
        """Remove a square's actor."""
        self._scene.renderer.RemoveActor(actor)

    @property
    def rim(self) -> Rim | None:
        """The colours beyond the data, None until they are known."""
        rim = self.content.rim
        return rim if rim is not None and rim.is_ready else None

    def level(self, bounds: Bounds | None) -> float:
        """Return the height of the far ground, just below everything."""
        low, _ = self.height_range
        if self.content.fields:
            return low - 1.0
        size = 0.0 if bounds is None else math.dist(bounds[:2], bounds[3:5])
        return self.content.flat_m - max(0.02, size * 1e-4)

    def update(self, look: Look, deadline: float) -> bool:
        """Stream; also takes over tables that were read."""
        loader = self._scene.loader
        while (item := loader.take(self)) is not None:
            _, layer, what = item[0][1:]  # type: ignore[index]
            job = self._jobs.get((layer, what))
            if job is not None and job[0].key == item[0]:
                del self._jobs[layer, what]
                job[1](item[1])
        loader.want(self, [request for request, _ in self._jobs.values()])
        pending = bool(self._jobs)
        self.triangles = self.tiles_visible = self.tiles_loading = 0
        if self._engine is not None:
            pending = self._engine.update(look, max(deadline, time.perf_counter())) or pending
            for node in self._engine.drawn:
                self.triangles += node.triangles
                self.tiles_visible += 1
            self.tiles_loading = self._engine.loading if pending else 0
        return pending

    # -- asking ----------------------------------------------------------------------------

    def height(self, x: float, y: float) -> float | None:
        """Return the terrain's height at a local place, None outside it."""
        for field in reversed(self.content.fields):
            if field.contains(x, y):
                return float(field.sample(x, y))
        return None

    def heights(self, x: Any, y: Any) -> Any:
        """Return ground heights of many places; terrain extends outwards, else flat."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        if not self.content.fields:
            return np.full(x.shape, self.content.flat_m)
        first = self.content.fields[0]
        out = first.beyond(x, y, first.sample(x, y))
        for field in self.content.fields[1:]:
            west, south, _, east, north, _ = field.bounds
            inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
            out = np.where(inside, field.sample(x, y), out)
        return out

    def pick(self, position: tuple[float, float, float], tolerance_m: float) -> Pick | None:
        """Return the draped feature at a place on the ground: lines first, then small areas."""
        above = position[2] - float(self.heights(position[0], position[1]))
        if abs(above) > 1.5 + 2 * tolerance_m:
            return None
        import shapely

        x, y, _ = position
        point = shapely.Point(x, y)
        best: tuple[float, Pick] | None = None
        for drape in reversed(self.content.drapes):
            if not drape.visible:
                continue
            reach = 20.0 + tolerance_m
            for index in drape.tree.query(shapely.box(x - reach, y - reach, x + reach, y + reach)):
                geometry = drape.table.geometry[index]
                if geometry.area > 0:
                    if not geometry.contains(point):
                        continue
                    score = 1e6 + float(geometry.area)
                else:
                    distance = float(geometry.distance(point))
                    if distance > drape.width_of(int(index)) / 2 + tolerance_m:
                        continue
                    score = distance
                if best is None or score < best[0]:
                    name = str(drape.table.columns["name"][index])
                    found = Pick(drape.layer, int(drape.table.fid[index]), position, name)
                    best = (score, found)
        return None if best is None else best[1]

    def close(self) -> None:
        """Remove everything."""
        self._scene.loader.forget(self)
        if self._engine is not None:
            self._engine.close()
            self._engine = None


def _put(table: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value
