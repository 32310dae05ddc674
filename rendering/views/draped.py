"""Layers that are part of the ground: terrain, imagery, lines and areas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from rendering.features import FeatureTable, check_features
from rendering.ground.heights import HeightField
from rendering.ground.imagery import ImagerySource
from rendering.ground.paint import DrapeLayer
from rendering.ground.shadows import moved_flat
from rendering.labels import LabelItem
from rendering.look import Look
from rendering.marks import LayerMarks
from rendering.options import Pick
from rendering.outline import course_actor, ground_outline
from rendering.picking import Ray
from rendering.pixels import pixel_ratio
from rendering.symbology.palette import Theme
from rendering.views.ground import Ground
from rendering.views.view import Scene
from twin_model.displacement import Displacement
from twin_model.errors import SourceError
from twin_model.layer import Bounds, Layer

#: Kinds of lines and areas that carry their names in the scene.
_NAMED: Final = frozenset({"road", "district", "boundary", "waterway", "water"})
_MOST_LABELS: Final = 300


def content_path(layer: Layer, folder: Path) -> Path:
    """Return a layer's main file; linked layers name it absolutely.

    Raises
    ------
    SourceError
        If it does not exist.
    """
    named = Path(layer.content)
    path = named if named.is_absolute() else folder / named
    if not path.is_file():
        raise SourceError(path, "no such file", remedy="import the layer again")
    return path


def _arranged(
    table: FeatureTable, hidden: Collection[int], moved: Mapping[int, Displacement]
) -> FeatureTable:
    """Return a table without some features and with others where they stand; for a worker."""
    import shapely

    shown = table.without(hidden) if hidden else table
    geometry = shown.geometry.copy()
    for row in np.flatnonzero(np.isin(shown.fid, list(moved))):
        displacement = moved[int(shown.fid[row])]
        geometry[row] = shapely.transform(
            geometry[row], lambda points, by=displacement: moved_flat(points, by)
        )
    return replace(shown, geometry=geometry)


class DrapedView:
    """What terrain, imagery and vector layers have in common: the ground draws them."""

    def __init__(self, layer: Layer, scene: Scene, ground: Ground) -> None:
        self.layer = layer
        self.scene = scene
        self.ground = ground
        self.bounds: Bounds | None = layer.bounds_local
        self.triangles = self.points = self.tiles_visible = self.tiles_loading = 0
        self.warnings: list[str] = []

    def update(self, look: Look, deadline: float) -> bool:
        """Nothing of its own."""
        return False

    def set_style(self, style: dict[str, Any]) -> None:
        """Nothing to apply."""

    def set_theme(self, theme: Theme) -> None:
        """The ground follows the theme by itself."""

    def relight(self) -> None:
        """The ground shades itself."""

    def pick(self, ray: Ray, seen_m: float | None) -> tuple[float, Pick] | None:
        """The ground answers for all draped layers."""
        return None

    def mark(self, marks: LayerMarks) -> None:
        """Nothing to mark."""

    def hide(self, features: set[int]) -> None:
        """Nothing to leave out."""

    def move(self, features: Mapping[int, Displacement]) -> None:
        """Nothing to move."""

    def close(self) -> None:
        """Take it off the ground."""
        self.ground.forget(self.layer.id)


class TerrainView(DrapedView):
    """A terrain.

    Raises
    ------
    SourceError
        If its file is broken.
    """

    def __init__(self, layer: Layer, folder: Path, scene: Scene, ground: Ground) -> None:
        super().__init__(layer, scene, ground)
        self._field = HeightField(content_path(layer, folder), scene.frame)
        self.bounds = self._field.bounds
        self.set_style(layer.style)

    def set_style(self, style: dict[str, Any]) -> None:
        """Apply visible."""
        self.ground.set_field(self.layer.id, self._field if style.get("visible", True) else None)


class ImageryView(DrapedView):
    """Imagery.

    Raises
    ------
    SourceError
        If its file is broken.
    """

    def __init__(self, layer: Layer, folder: Path, scene: Scene, ground: Ground) -> None:
        super().__init__(layer, scene, ground)
        self._source = ImagerySource(content_path(layer, folder), scene.frame)
        self.set_style(layer.style)
        if self.bounds is None:
            west, south, _, east, north, _ = self._source.bounds
            low = ground.content.flat_m
            self.bounds = (west, south, low, east, north, low)

    def set_style(self, style: dict[str, Any]) -> None:
        """Apply visible and opacity."""
        shown = self._source if style.get("visible", True) else None
        self.ground.set_imagery(self.layer.id, shown, float(style.get("opacity", 1.0)))


class DrapeView(DrapedView):
    """Lines and areas.

    Raises
    ------
    SourceError
        If its file is broken.
    """

    def __init__(self, layer: Layer, folder: Path, scene: Scene, ground: Ground) -> None:
        super().__init__(layer, scene, ground)
        path = content_path(layer, folder)
        check_features(path)
        self._style = dict(layer.style)
        self._drape: DrapeLayer | None = None
        self._marks: list[Any] = []
        self._chosen = LayerMarks()
        self._whole: DrapeLayer | None = None
        self._hidden: set[int] = set()
        self._moved: dict[int, Displacement] = {}
        ground.load(layer.id, path, "drape", self._loaded)

    def _loaded(self, result: Any) -> None:
        if isinstance(result, Exception):
            self.warnings.append(str(result))
            return
        self._whole = result
        if self._hidden or self._moved:
            self._arrange()
        else:
            self._put(result)

    def _put(self, result: Any) -> None:
        if isinstance(result, Exception):
            raise result  # a fault of ours: the table had been read
        self._drape = result
        if self.bounds is None and result.bounds is not None:
            west, south, east, north = result.bounds
            z = self.ground.heights(np.array([west, east]), np.array([south, north]))
            self.bounds = (west, south, float(z.min()), east, north, float(z.max()))
        self.set_style(self._style)
        chosen, self._chosen = self._chosen, LayerMarks()
        self.mark(chosen)

    def set_style(self, style: dict[str, Any]) -> None:
        """Apply visible, opacity, colour, width_m."""
        self._style = dict(style)
        if self._drape is not None:
            self._drape = replace(self._drape, style=dict(style))
            self.ground.set_drape(self.layer.id, self._drape)
            self._label(self._drape)

    def _label(self, drape: DrapeLayer) -> None:
        """Name roads from near and districts from afar, each name once: at its largest piece."""
        best: dict[str, tuple[float, LabelItem]] = {}
        named = drape.visible and self._style.get("label_field") != ""
        for index, text in enumerate(drape.table.columns["name"] if named else []):
            if not text or drape.kinds[index] not in _NAMED:
                continue
            shape = drape.table.geometry[index]
            is_area = shape.area > 0
            size = float(shape.area**0.5 if is_area else shape.length)
            if size <= best.get(text, (0.0, None))[0]:
                continue
            at = (
                shape.representative_point() if is_area else shape.interpolate(0.5, normalized=True)
            )
            z = float(self.ground.heights(at.x, at.y)) + 2.0
            reach = min(8.0 * size, 20_000.0) if is_area else 450.0
            item = LabelItem((at.x, at.y, z), text[:40], reach, size / 10 if is_area else 1.0)
            best[text] = (size, item)
        items = sorted((i for _, i in best.values()), key=lambda i: -i.priority)[:_MOST_LABELS]
        self.scene.labels.set(self.layer.id, items)

    def hide(self, features: set[int]) -> None:
        """Leave features out of what is painted."""
        if features == self._hidden:
            return
        self._hidden = set(features)
        self._arrange()

    def move(self, features: Mapping[int, Displacement]) -> None:
        """Paint features where they stand."""
        if features == self._moved:
            return
        self._moved = dict(features)
        self._arrange()

    def _arrange(self) -> None:
        """Have what is painted made anew in the background."""
        whole, hidden, moved = self._whole, self._hidden, self._moved
        if whole is None:
            return

        def work() -> DrapeLayer:
            return replace(whole, table=_arranged(whole.table, hidden, moved)).prepare()

        self.ground.ask(self.layer.id, "arranged", work, self._put)

    def mark(self, marks: LayerMarks) -> None:
        """Outline features on the ground."""
        if marks == self._chosen:
            return
        self._chosen = marks
        for actor in self._marks:
            self.scene.renderer.RemoveActor(actor)
        self._marks = []
        if self._drape is None:
            return
        accent = self.scene.theme.accent
        hovered = set() if marks.hovered is None else {marks.hovered}
        ratio = pixel_ratio(self.scene.renderer)
        wanted = [(colour, features, 4.0) for colour, features in marks.groups]
        wanted += [(accent, marks.selected, 3.0), (accent, hovered - marks.selected, 1.5)]
        for colour, features, width in wanted:
            actor = course_actor(self._outline(features), colour, width * ratio)
            if actor is not None:
                self._marks.append(actor)
                self.scene.renderer.AddActor(actor)

    def _outline(self, features: set[int]) -> list[Any]:
        if not features or self._drape is None:
            return []
        table = self._drape.table
        found = np.flatnonzero(np.isin(table.fid, list(features)))
        courses: list[Any] = []
        for index in found:
            width = self._drape.width_of(int(index))
            courses += ground_outline(table.geometry[index], width, self.ground.heights)
        return courses

    def set_theme(self, theme: Theme) -> None:
        """Apply the selection colour."""
        chosen, self._chosen = self._chosen, LayerMarks()
        self.mark(chosen)

    def feature_bounds(self, feature: int) -> Bounds | None:
        """Return a feature's bounds in local metres."""
        if self._drape is None:
            return None
        found = np.flatnonzero(self._drape.table.fid == feature)
        if len(found) == 0:
            return None
        west, south, east, north = self._drape.table.geometry[found[0]].bounds
        z = self.ground.heights(np.array([west, east]), np.array([south, north]))
        return (west, south, float(z.min()), east, north, float(z.max()))

    def close(self) -> None:
        """Take it off the ground."""
        self.mark(LayerMarks())
        self.scene.labels.set(self.layer.id, [])
        super().close()
