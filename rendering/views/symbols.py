"""Points of a vector layer as instanced models with labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.camera import Point
from rendering.features import FeatureTable, check_features
from rendering.labels import LabelItem
from rendering.look import Look
from rendering.marks import LayerMarks
from rendering.options import Pick
from rendering.picking import Ray
from rendering.pixels import pixel_ratio
from rendering.symbology.models import has_model, model
from rendering.symbology.palette import Theme
from rendering.views.draped import content_path
from rendering.views.ground import Ground
from rendering.views.instances import (
    Instances,
    InstanceScene,
    frame_actor,
    instance_at,
    trim,
)
from rendering.views.view import Scene
from twin_model.displacement import Displacement
from twin_model.layer import Bounds, Layer

#: Triangles of one layer at rest and while moving.
_MOST_TRIANGLES: Final = 500_000
_MOST_MOVING: Final = 70_000
_MOST_LABELS: Final = 400
#: Kinds that no one looks for by name; a style with a label field names them all the same.
_NAMELESS: Final = frozenset(
    {"tree", "conifer", "lamp", "bench", "manhole", "container", "truck", "hydrant", "pole"}
)


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
        self._ground = ground
        self._style = dict(layer.style)
        self._table: FeatureTable | None = None
        self._kinds: list[Instances] = []
        self._marks: list[Any] = []
        self._chosen = LayerMarks()
        self._whole: FeatureTable | None = None
        self._hidden: set[int] = set()
        self._moved: dict[int, Displacement] = {}
        self._stands_on: Any = None
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
        self._whole = result
        self._leave_out()

    def hide(self, features: set[int]) -> None:
        """Leave features out."""
        if features != self._hidden:
            self._hidden = set(features)
            if self._whole is not None:
                self._leave_out()

    def move(self, features: Mapping[int, Displacement]) -> None:
        """Draw features where they stand."""
        if features != self._moved:
            self._moved = dict(features)
            if self._whole is not None:
                self._leave_out()

    def _leave_out(self) -> None:
        whole = self._whole
        self._table = whole.without(self._hidden) if whole is not None and self._hidden else whole
        self._build()
        chosen, self._chosen = self._chosen, LayerMarks()
        self.mark(chosen)

    def _build(self) -> None:
        """Make one group a model, standing on the ground."""
        import shapely

        self._remove()
        table = self._table
        if table is None or len(table) == 0:
            self._label()
            return
        centre = shapely.centroid(table.geometry)
        place = np.column_stack([shapely.get_x(centre), shapely.get_y(centre)])
        point = table.geometry
        z = np.array([g.z if g.geom_type == "Point" and g.has_z else np.nan for g in point])
        moved = moved_points(table.fid, self._moved, place, z)
        x, y = place.T
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
            places = (x[rows], y[rows], z[rows], ground[rows])
            self._kinds += self._group(
                str(kind), rows, places, heights[rows], headings[rows], moved[rows]
            )
        self._stands_on = self._ground.content.fields
        every = np.concatenate([k.position for k in self._kinds])
        top = max(float((k.position[:, 2] + k.height_m).max()) for k in self._kinds)
        low, high = _extent(every)
        self.bounds = (*map(float, low), float(high[0]), float(high[1]), top)  # type: ignore[assignment]
        self._seen = ()
        self._label()

    def _group(
        self,
        kind: str,
        rows: Any,
        place: tuple[Any, Any, Any, Any],
        height: Any,
        heading: Any,
        moved: npt.NDArray[np.float64],
    ) -> list[Instances]:
        x, y, z, ground = place
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
            flat = np.ones(int(here.sum()))
            vary = 0.8 + 0.5 * chance[here] if kind == "tree" else flat
            # A stated height is the thing's own; beyond these limits it means something else.
            scale = np.where(usable, np.clip(stated / tall, 0.35, 3.0), vary)
            # Own heights count where they are not simply zero: many sources write z = 0.
            own = np.isfinite(z[here]) & (np.abs(z[here]) > 1e-6)
            base = np.where(own, z[here], ground[here])
            turn = heading[here] if "tree" not in kind else chance[here] * 360.0
            turned, factor, tilt = moved[here, 0], moved[here, 1], moved[here, 2:]
            scale = scale * factor
            groups.append(
                Instances(
                    name,
                    rows[here],
                    np.column_stack([x[here], y[here], base]),
                    turn + turned,
                    scale,
                    scale * tall,
                    scale * radius,
                    0.86 + 0.26 * ((chance[here] * 7.3) % 1.0) if kind == "tree" else flat,
                    tilt if tilt.any() else None,
                )
            )
        for group in groups:
            group.divide()
        return groups

    def update(self, look: Look, deadline: float) -> bool:
        """Choose the neighbourhoods that are large enough and in view."""
        if self._table is not None and self._stands_on != self._ground.content.fields:
            self._build()
        key = (look.eye, look.planes, look.pixels_per_radian, self.visible, look.is_moving)
        if key == self._seen:
            return False
        self.triangles, pending = 0, False
        left = _MOST_MOVING if look.is_moving else _MOST_TRIANGLES
        scene = InstanceScene(self.scene.renderer, self.scene.haze, self.scene.light)
        for group in self._kinds:
            if self.visible:
                pending = group.show(look, left, scene, deadline) or pending
            else:
                group.hide()
            self.triangles += group.triangles
            left -= group.triangles
        self._seen = () if pending else key
        trim(self._kinds, self.scene.renderer)
        return pending

    def relight(self) -> None:
        """Bake anew with the scene's light."""
        for group in self._kinds:
            group.drop(self.scene.renderer)
        self._seen = ()

    def _label(self) -> None:
        """Name what is worth a name: big things from afar, small ones from near, trees never."""
        table = self._table
        by = self._style.get("label_field")
        items = []
        for group in self._kinds if table is not None and by != "" and self.visible else []:
            if group.kind in _NAMELESS and by is None:
                continue
            for i, row in enumerate(group.rows[:_MOST_LABELS]):
                text = str(table.columns["name"][row]) if table is not None else ""
                if text:
                    x, y, z = (float(v) for v in group.position[i])
                    tall = float(group.height_m[i])
                    reach = 70.0 + 22.0 * tall
                    items.append(LabelItem((x, y, z + tall * 1.04), text[:40], reach, tall))
        self.scene.labels.set(self.layer.id, items)

    def set_style(self, style: dict[str, Any]) -> None:
        """Apply visible, label_field."""
        self._style = dict(style)
        self._seen = ()
        self._label()

    def set_theme(self, theme: Theme) -> None:
        """Apply label and selection colours."""
        chosen, self._chosen = self._chosen, LayerMarks()
        self.mark(chosen)

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
        found = instance_at(self._kinds, np.array(position))
        if found is None:
            return None
        row = int(found[1].rows[found[2]])
        name = str(table.columns["name"][row])
        return Pick(self.layer.id, int(table.fid[row]), position, name)

    def mark(self, marks: LayerMarks) -> None:
        """Put an outline box around things."""
        if marks == self._chosen:
            return
        self._chosen = marks
        for actor in self._marks:
            self.scene.renderer.RemoveActor(actor)
        self._marks = []
        if self._table is None:
            return
        accent = self.scene.theme.accent
        hovered = set() if marks.hovered is None else {marks.hovered}
        ratio = pixel_ratio(self.scene.renderer)
        wanted = [(colour, features, 3.0) for colour, features in marks.groups]
        wanted += [(accent, marks.selected, 2.5), (accent, hovered - marks.selected, 1.5)]
        for colour, features, width in wanted:
            for group in self._kinds if features else []:
                for i in np.flatnonzero(np.isin(self._table.fid[group.rows], list(features))):
                    actor = frame_actor(group, int(i), colour, width * ratio)
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
            group.drop(self.scene.renderer)
        self._kinds = []

    def close(self) -> None:
        """Remove everything."""
        self._ground.forget(self.layer.id)
        self.mark(LayerMarks())
        self._remove()
        self.scene.labels.set(self.layer.id, [])


def moved_points(
    fid: npt.NDArray[np.int64],
    displacements: Mapping[int, Displacement],
    place: npt.NDArray[np.float64],
    height: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Bring points to where they stand, and return how they are turned, enlarged and tilted.

    Parameters
    ----------
    fid : (n,) array
    displacements : mapping of int to Displacement
    place : (n, 2) array
        Changed in place, like *height*.
    height : (n,) array
        NaN, or zero, for what stands on the ground.

    Returns
    -------
    (n, 4) array
        Degrees clockwise, factor, pitch and roll in degrees.
    """
    out = np.tile([0.0, 1.0, 0.0, 0.0], (len(fid), 1))
    for row in np.flatnonzero(np.isin(fid, list(displacements))):
        found = displacements[int(fid[row])]
        before, after = found.before, found.after
        own = height[row] if np.isfinite(height[row]) and abs(height[row]) > 1e-6 else None
        x, y, z = found.matrix[:3] @ (*place[row], before.position[2] if own is None else own, 1.0)
        place[row] = x, y
        if own is not None or abs(after.position[2] - before.position[2]) > 1e-4:
            height[row] = z
        turn = after.heading_deg - before.heading_deg
        out[row] = turn, after.scale / before.scale, after.pitch_deg, after.roll_deg
    return out


def _extent(position: npt.NDArray[np.float64]) -> tuple[Any, Any]:
    """Return the bounds of most things: a few strays far away would hide all the rest."""
    low, high = position.min(axis=0), position.max(axis=0)
    if len(position) >= 50:
        inner = np.percentile(position, [2.0, 98.0], axis=0)
        if float((high - low)[:2].max()) > 3.0 * float((inner[1] - inner[0])[:2].max()):
            return inner[0], inner[1]
    return low, high
