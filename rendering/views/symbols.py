"""Points of a vector layer as instanced models with labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkRenderingCore import vtkActor, vtkGlyph3DMapper

from rendering.actors import line_actor
from rendering.camera import Point
from rendering.features import FeatureTable, check_features
from rendering.geometry import poly_data, vtk_array
from rendering.labels import LabelItem, Labels
from rendering.look import Look
from rendering.options import Pick
from rendering.picking import Ray
from rendering.symbology.models import has_model, model
from rendering.symbology.palette import Theme
from rendering.views.draped import content_path
from rendering.views.ground import Ground
from rendering.views.view import Scene
from twin_model.layer import Bounds, Layer

#: A model is drawn where its height covers at least this many pixels.
_LEAST_PX: Final = 3.0
_MOST_TRIANGLES: Final = 400_000
_MOST_LABELS: Final = 400


@dataclass
class _Kind:
    """Instances of one model."""

    kind: str
    rows: npt.NDArray[np.int64]
    position: npt.NDArray[np.float64]
    heading_deg: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    height_m: npt.NDArray[np.float64]
    radius_m: npt.NDArray[np.float64]
    actors: list[Any] = field(default_factory=list)
    mappers: list[Any] = field(default_factory=list)
    shown: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


class SymbolsView:
    """Things known as points.

    Parameters
    ----------
    layer : Layer
    folder : Path
    scene : Scene
    ground : Ground

    Raises
    ------
    SourceError
        If the file is broken.
    """

    def __init__(self, layer: Layer, folder: Path, scene: Scene, ground: Ground) -> None:
        self.layer = layer
        self.scene = scene
        self.bounds: Bounds | None = layer.bounds_local
        self.triangles = self.points = self.tiles_visible = self.tiles_loading = 0
        self.warnings: list[str] = []
        self.labels: Labels | None = None
        self._ground = ground
        self._style = dict(layer.style)
        self._table: FeatureTable | None = None
        self._kinds: list[_Kind] = []
        self._marks: list[Any] = []
        self._chosen: tuple[set[int], int | None] = (set(), None)
        self._ground_version = -1
        self._seen: tuple[Any, ...] = ()
        path = content_path(layer, folder)
        check_features(path)
        ground.load(layer.id, path, "symbols", self._loaded)

    @property
    def visible(self) -> bool:
        """Whether it is switched on."""
        return bool(self._style.get("visible", True))

    def _loaded(self, result: Any) -> None:
        if isinstance(result, Exception):
            self.warnings.append(str(result))
            return
        self._table = result
        self._build()
        chosen, self._chosen = self._chosen, (set(), None)
        self.select(*chosen)

    def _build(self) -> None:
        """Make one group a model, standing on the ground."""
        import shapely

        self._remove()
        table = self._table
        if table is None or len(table) == 0:
            return
        centre = shapely.centroid(table.geometry)
        x, y = shapely.get_x(centre), shapely.get_y(centre)
        point = table.geometry
        z = np.array([g.z if g.geom_type == "Point" and g.has_z else np.nan for g in point])
        ground = self._ground.heights(x, y)
        types = np.array([t if has_model(t) else "pin" for t in table.columns["type"]])
        heights = np.array(
            [table.number("shapan_height_m", i) or np.nan for i in range(len(table))]
        )
        headings = np.array(
            [table.number("shapan_heading_deg", i) or 0.0 for i in range(len(table))]
        )
        for kind in np.unique(types):
            rows = np.flatnonzero(types == kind)
            self._kinds += self._group(str(kind), rows, (x, y, z, ground), heights, headings)
        self._ground_version = self._ground.content.version
        every = np.concatenate([k.position for k in self._kinds])
        top = max(float((k.position[:, 2] + k.height_m).max()) for k in self._kinds)
        low, high = _extent(every)
        self.bounds = (*map(float, low), float(high[0]), float(high[1]), top)  # type: ignore[assignment]
        self._seen = ()
        self._label()

    def _group(
        self, kind: str, rows: Any, place: tuple[Any, Any, Any, Any], heights: Any, headings: Any
    ) -> list[_Kind]:
        x, y, z, ground = (values[rows] for values in place)
        height = heights[rows]
        fid = self._table.fid[rows].astype(np.uint64) if self._table is not None else rows
        mixed = (fid * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)
        chance = (mixed & np.uint64(1023)).astype(float) / 1023.0
        groups = []
        variants = (
            [("tree", chance < 0.78), ("conifer", chance >= 0.78)]
            if kind == "tree"
            else [(kind, chance >= 0)]
        )
        for name, here in variants:
            if not here.any():
                continue
            radius, tall = model(name).size
            stated = height[here]
            usable = np.isfinite(stated) & (stated > 0.3) & (stated < 200)
            vary = 0.8 + 0.5 * chance[here] if kind == "tree" else np.ones(int(here.sum()))
            # A stated height is the thing's own; beyond these limits it means something else.
            scale = np.where(usable, np.clip(stated / tall, 0.35, 3.0), vary)
            # Own heights count where they are not simply zero: many sources write z = 0.
            own = np.isfinite(z[here]) & (np.abs(z[here]) > 1e-6)
            base = np.where(own, z[here], ground[here])
            turn = headings[rows][here] if "tree" not in kind else chance[here] * 360.0
            groups.append(
                _Kind(
                    name,
                    rows[here],
                    np.column_stack([x[here], y[here], base]),
                    turn,
                    scale,
                    scale * tall,
                    scale * radius,
                )
            )
        for group in groups:
            self._actors(group)
        return groups

    def _actors(self, group: _Kind) -> None:
        for colour, corners, normals in model(group.kind).arrays():
            order = np.arange(len(corners)).reshape(-1, 3)
            mapper = vtkGlyph3DMapper()
            mapper.SetSourceData(poly_data(corners, triangles=order, normal=normals))
            mapper.ScalarVisibilityOff()
            mapper.SetScaleModeToScaleByMagnitude()
            mapper.SetScaleArray("scale")
            mapper.SetOrientationModeToRotation()
            mapper.SetOrientationArray("turn")
            mapper.OrientOn()
            mapper.ScalingOn()
            actor = vtkActor()
            actor.SetMapper(mapper)
            actor.PickableOff()
            look = actor.GetProperty()
            look.SetColor(*colour)
            look.SetAmbient(0.34)
            look.SetDiffuse(0.80)
            actor.VisibilityOff()
            self.scene.haze.veil(actor)
            self.scene.renderer.AddActor(actor)
            group.actors.append(actor)
            group.mappers.append(mapper)

    def update(self, look: Look, deadline: float) -> bool:
        """Choose the instances that are large enough and in view."""
        if self._table is not None and self._ground_version != self._ground.content.version:
            self._build()
        key = (look.eye, look.planes, look.pixels_per_radian, self.visible, look.is_moving)
        if key == self._seen:
            return False
        self._seen = key
        self.triangles = 0
        for group in self._kinds:
            self._show(group, look)
        return False

    def _show(self, group: _Kind, look: Look) -> None:
        delta = group.position - np.array(look.eye)
        distance = np.maximum(np.linalg.norm(delta, axis=1), 1e-3)
        pixels = group.height_m * look.pixels_per_radian / distance
        seen = pixels >= _LEAST_PX * (2.0 if look.is_moving else 1.0)
        for a, b, c, d in look.planes:
            side = group.position @ np.array([a, b, c]) + d
            # Wider than the picture while moving, so that not every frame needs new instances.
            margin = 0.2 * distance if look.is_moving else 0.0
            seen &= side >= -np.maximum(group.height_m, group.radius_m) - margin
        rows = np.flatnonzero(seen) if self.visible else np.zeros(0, np.int64)
        each = model(group.kind).triangles
        most = max(50, _MOST_TRIANGLES // (8 if look.is_moving else 1) // each)
        if len(rows) > most:
            rows = rows[np.argsort(distance[rows])[:most]]
        if look.is_moving and len(rows) and len(group.shown):
            # A new set costs more than a frame (measured: 80 ms for 900 instances).
            missing = len(rows) - int(np.isin(rows, group.shown).sum())
            if missing <= 0.1 * len(rows):
                rows = group.shown
        self.triangles += each * len(rows)
        same = np.array_equal(rows, group.shown)
        group.shown = rows
        for actor, mapper in zip(group.actors, group.mappers):
            actor.SetVisibility(len(rows) > 0)
            if len(rows) and not same:
                _instances(group, rows, mapper, actor)

    def _label(self) -> None:
        table = self._table
        by = self._style.get("label_field")
        if table is None or by == "" or (self.labels is None and not self.visible):
            return
        if self.labels is None:
            self.labels = Labels(self.scene.renderer, self.scene.theme)
        items = []
        for group in self._kinds:
            if group.kind in ("tree", "conifer", "lamp", "bench", "manhole") and by is None:
                continue
            for i, row in enumerate(group.rows[:_MOST_LABELS]):
                text = str(table.columns["name"][row])
                if text:
                    x, y, z = (float(v) for v in group.position[i])
                    top = z + float(group.height_m[i]) * 1.04
                    reach = 260.0 + 14.0 * float(group.height_m[i])
                    items.append(LabelItem((x, y, top), text[:40], reach, float(group.height_m[i])))
        self.labels.set("symbols", items if self.visible else [])

    def place_labels(self, look: Look, size: tuple[int, int]) -> None:
        """Place the labels for a camera."""
        if self.labels is not None:
            self.labels.visible = self.visible and not look.is_moving
            self.labels.update(look, size)

    def set_style(self, style: dict[str, Any]) -> None:
        """Apply visible, label_field."""
        self._style = dict(style)
        self._seen = ()
        self._label()

    def set_theme(self, theme: Theme) -> None:
        """Apply label and selection colours."""
        if self.labels is not None:
            self.labels.set_theme(theme)
        for actor in self._marks:
            actor.GetProperty().SetColor(*theme.accent)

    def pick(self, ray: Ray, seen_m: float | None) -> tuple[float, Pick] | None:
        """Return the thing whose model holds the place that was drawn at a pixel."""
        if seen_m is None:
            return None
        position = ray.at(seen_m)
        found = self._near(position)
        return None if found is None else (seen_m, found)

    def _near(self, position: Point) -> Pick | None:
        table = self._table
        if table is None or not self.visible:
            return None
        best: tuple[float, Pick] | None = None
        at = np.array(position)
        for group in self._kinds:
            if len(group.shown) == 0:
                continue
            where = group.position[group.shown]
            flat = np.linalg.norm(where[:, :2] - at[:2], axis=1)
            up = at[2] - where[:, 2]
            radius = group.radius_m[group.shown] + 0.15
            inside = (flat <= radius) & (up > 0.05) & (up <= group.height_m[group.shown] + 0.3)
            for i in np.flatnonzero(inside):
                if not _holds(group, int(group.shown[i]), at):
                    continue
                row = int(group.rows[group.shown[i]])
                score = float(flat[i] / radius[i])
                if best is None or score < best[0]:
                    name = str(table.columns["name"][row])
                    best = (score, Pick(self.layer.id, int(table.fid[row]), position, name))
        return None if best is None else best[1]

    def select(self, features: set[int], hover: int | None) -> None:
        """Put an outline box around things."""
        if (features, hover) == self._chosen and self._marks:
            return
        self._chosen = (set(features), hover)
        for actor in self._marks:
            self.scene.renderer.RemoveActor(actor)
        self._marks = []
        if self._table is None:
            return
        for wanted, width in ((features, 2.5), ({hover} - {None} - features, 1.5)):
            for feature in wanted:
                for group in self._kinds:
                    for i in np.flatnonzero(self._table.fid[group.rows] == feature):
                        actor = _frame_actor(group, int(i), self.scene.theme, width)
                        self.scene.renderer.AddActor(actor)
                        self._marks.append(actor)

    def feature_bounds(self, feature: int) -> Bounds | None:
        """Return a thing's bounds in local metres."""
        if self._table is None:
            return None
        for group in self._kinds:
            for i in np.flatnonzero(self._table.fid[group.rows] == feature):
                x, y, z = (float(v) for v in group.position[i])
                r, h = float(group.radius_m[i]), float(group.height_m[i])
                return (x - r, y - r, z, x + r, y + r, z + h)
        return None

    def _remove(self) -> None:
        for group in self._kinds:
            for actor in group.actors:
                self.scene.renderer.RemoveActor(actor)
        self._kinds = []

    def close(self) -> None:
        """Remove everything."""
        self._ground.forget(self.layer.id)
        self.select(set(), None)
        self._remove()
        if self.labels is not None:
            self.labels.close()


def _extent(position: npt.NDArray[np.float64]) -> tuple[Any, Any]:
    """Return the bounds of most things: a few strays far away would hide all the rest."""
    low, high = position.min(axis=0), position.max(axis=0)
    if len(position) >= 50:
        inner = np.percentile(position, [2.0, 98.0], axis=0)
        if float((high - low)[:2].max()) > 3.0 * float((inner[1] - inner[0])[:2].max()):
            return inner[0], inner[1]
    return low, high


def _instances(group: _Kind, rows: Any, mapper: Any, actor: Any) -> None:
    centre = group.position[rows].mean(axis=0)
    data = poly_data((group.position[rows] - centre).astype(np.float32))
    turn = np.zeros((len(rows), 3), np.float32)
    turn[:, 2] = -group.heading_deg[rows]
    for name, values in (("turn", turn), ("scale", group.scale[rows].astype(np.float32))):
        array = vtk_array(values)
        array.SetName(name)
        data.GetPointData().AddArray(array)
    mapper.SetInputData(data)
    actor.SetPosition(*centre)


def _own_axes(group: _Kind, index: int) -> tuple[Any, Any]:
    """Return the rotation of an instance and its model's scaled bounds (2, 3)."""
    angle = np.radians(-float(group.heading_deg[index]))
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return turn, np.array(model(group.kind).bounds) * float(group.scale[index])


def _holds(group: _Kind, index: int, at: Any) -> bool:
    turn, bounds = _own_axes(group, index)
    own = turn.T @ (at - group.position[index])
    return bool(((own >= bounds[0] - 0.2) & (own <= bounds[1] + 0.2)).all())


def _frame_actor(group: _Kind, index: int, theme: Theme, width_px: float) -> Any:
    turn, bounds = _own_axes(group, index)
    middle, half = bounds.mean(axis=0), (bounds[1] - bounds[0]) / 2 * 1.03 + 0.05
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    edges = [(i, j) for i in range(8) for j in range(i) if np.abs(signs[i] - signs[j]).sum() == 2]
    corners = (middle + signs * half) @ turn.T
    actor = line_actor(
        poly_data(corners.astype(np.float32), lines=np.array(edges)), theme.accent, width_px
    )
    actor.SetPosition(*group.position[index])
    return actor
