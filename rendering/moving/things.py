"""Drawing moving things: one instanced actor a shape, part and certainty, whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkGlyph3DMapper, vtkRenderer

from rendering.camera import Point
from rendering.geometry import flat_normals, poly_data, vtk_array
from rendering.labels import LabelItem
from rendering.light import LAMPS, SKY, Light
from rendering.look import Look
from rendering.moving.far import FAR_PX, IS_BOX, FarThings
from rendering.moving.ground_lines import Ring, Trail
from rendering.moving.recorded import RecordedTracks
from rendering.moving.shapes import BODY, DETAIL, shape_length_m, shape_triangles
from rendering.moving.style import SHAPES
from rendering.moving.tracks import Certainty, Placed, Tracks
from rendering.options import MOVING, Pick
from rendering.picking import Ray
from rendering.symbology.palette import Colour, rgb

_DETAIL_COLOUR: Final = rgb("#56626a")
_HELD_COLOUR: Final = rgb("#8b9296")
_GHOST_OPACITY: Final = 0.45
_HELD_OPACITY: Final = 0.7
_NATURAL_M: Final = np.array([shape_length_m(name) for name in SHAPES])
#: Things that are so long on the screen have their names above them, so many of them.
_NAMED_PX: Final = 14.0
_MOST_NAMES: Final = 20


class MovingThings:
    """All moving things of a stage, by the name of who shows them.

    Parameters
    ----------
    renderer : vtkRenderer
    accent : Colour
        Of the rings around what is selected.
    """

    def __init__(self, renderer: vtkRenderer, accent: Colour) -> None:
        self._renderer = renderer
        self._groups: dict[str, MovingGroup] = {}
        self._ring = Ring(renderer, accent)
        #: That they are in, as all of the scene.
        self.light = Light()
        #: Ids of things that are marked.
        self.selected: frozenset[str] = frozenset()
        #: Returns what to call a thing; its id until somebody knows better.
        self.name_of: Callable[[str], str] = str

    def set(self, name: str, tracks: Tracks | RecordedTracks | None) -> None:
        """Show things that move, in place of those of that name; None removes them."""
        group = self._groups.pop(name, None)
        if group is not None:
            group.close()
        if tracks is not None:
            self._groups[name] = MovingGroup(self._renderer, tracks)

    def groups(self) -> list[MovingGroup]:
        """Return what is shown, by who shows it."""
        return list(self._groups.values())

    def set_accent(self, accent: Colour) -> None:
        """Apply the theme's colour of what is selected."""
        self._ring.actor.GetProperty().SetColor(*accent)

    @property
    def active(self) -> bool:
        """Whether anything is on its way, so that every frame is another."""
        return any(group.active for group in self._groups.values())

    @property
    def count(self) -> int:
        """How many things the last frame showed."""
        return sum(group.count for group in self._groups.values())

    def update(self, look: Look) -> None:
        """Put everything where it is now."""
        for group in self._groups.values():
            group.update(look, self.light)
        self._ring.show(
            [spot for group in self._groups.values() for spot in group.spots(self.selected)]
        )

    def pick(self, ray: Ray) -> tuple[float, Pick] | None:
        """Return the nearest thing of the last frame that a ray meets, with its distance."""
        found = [hit for group in self._groups.values() if (hit := group.pick(ray)) is not None]
        if not found:
            return None
        distance, name, place = min(found)
        return distance, Pick(MOVING, None, place, moving=name)

    def labels(self, look: Look) -> list[LabelItem]:
        """Return the names that stand above things: of those near enough, and of selected ones."""
        found: list[tuple[float, str, Point]] = []
        chosen: list[LabelItem] = []
        for group in self._groups.values():
            near, marked = group.named(look, self.selected)
            found += near
            chosen += [LabelItem(place, self.name_of(one), 1e9, 2.0, 8) for one, place in marked]
        found.sort()
        return chosen + [
            LabelItem(place, self.name_of(one), 1e9, 1.0, 8)
            for _, one, place in found[:_MOST_NAMES]
        ]

    def close(self) -> None:
        """Remove everything."""
        for name in list(self._groups):
            self.set(name, None)
        self._renderer.RemoveActor(self._ring.actor)


class MovingGroup:
    """Things that somebody shows, in one style."""

    def __init__(self, renderer: vtkRenderer, tracks: Tracks | RecordedTracks) -> None:
        self._renderer = renderer
        self._tracks = tracks
        self._colour = rgb(tracks.style.colour)
        self._actors: dict[tuple[int, int, str], _Instanced] = {}
        self._far: dict[int, FarThings] = {}
        self._trail: Trail | None = None
        self.active = False
        self.count = 0
        self._placed: Placed | None = None
        self._length_m: npt.NDArray[np.float64] = np.zeros(0)

    def pick(self, ray: Ray) -> tuple[float, str, Point] | None:
        """Return distance, id and place of the nearest thing on a ray."""
        placed = self._placed
        if placed is None or not len(placed.row):
            return None
        away = placed.position - ray.origin
        along = away @ ray.direction
        beside = np.linalg.norm(away - along[:, None] * ray.direction, axis=1)
        hit = np.flatnonzero((along > 0) & (beside <= 0.5 * self._length_m + along * ray.spread))
        if not len(hit):
            return None
        # Of several in line the one that the pointer is nearest to, for its size.
        best = hit[np.argmin(along[hit] + beside[hit])]
        near = max(0.0, float(along[best] - 0.5 * self._length_m[best]))
        return near, self._tracks.name(int(placed.row[best])), _point(placed, best)

    def spots(self, names: frozenset[str]) -> list[tuple[Point, float]]:
        """Return places and lengths in metres of some things."""
        return [
            (_point(placed, n), float(self._length_m[n])) for _, placed, n in self._found(names)
        ]  # fmt: skip

    def _found(self, names: frozenset[str]) -> Iterator[tuple[str, Placed, int]]:
        placed = self._placed
        for name in names:
            row = self._tracks.row(name)
            if placed is not None and row is not None:
                yield from ((name, placed, int(n)) for n in np.flatnonzero(placed.row == row))

    def named(
        self, look: Look, marked: frozenset[str]
    ) -> tuple[list[tuple[float, str, Point]], list[tuple[str, Point]]]:
        """Return distance, id and place of what is near enough to name; ids of what is marked."""
        placed = self._placed
        if placed is None:
            return [], []
        above = [
            (name, _point(there, n, 0.4 * float(self._length_m[n])))
            for name, there, n in self._found(marked)
        ]
        if not self._tracks.style.labels:
            return [], above
        distance = np.linalg.norm(placed.position - np.array(look.eye), axis=1)
        pixels = self._length_m * look.pixels_per_radian / np.maximum(distance, 1.0)
        in_view = _in_view(placed, look, np.zeros(1))
        rows = np.flatnonzero(in_view & (pixels >= _NAMED_PX))
        rows = rows[np.argsort(distance[rows])][:_MOST_NAMES]
        near = [
            (float(distance[n]), name, _point(placed, n, 0.4 * float(self._length_m[n])))
            for n in rows if (name := self._tracks.name(int(placed.row[n]))) not in marked
        ]  # fmt: skip
        return near, above

    def update(self, look: Look, light: Light) -> None:
        placed = self._tracks.place()
        self.count = len(placed.row)
        # What is held stands still, until it is forgotten or more comes.
        self.active = bool(self.count) and self._tracks.fixed_us is None
        pixels, scale = self._sizes(placed, look)
        self._placed = placed
        self._length_m = _NATURAL_M[placed.shape] * scale
        in_view = _in_view(placed, look, self._length_m)
        far = (pixels < FAR_PX) & IS_BOX[placed.shape]
        self._show_near(placed, scale, in_view & ~far)
        for certainty in Certainty:
            rows = in_view & far & (placed.certainty == certainty)
            if rows.any():
                self._far_things(certainty).show(
                    placed.position[rows], placed.heading_deg[rows], scale[rows],
                    placed.shape[rows], look.eye, light,
                )  # fmt: skip
            elif certainty in self._far:
                self._far[certainty].hide()
        if self._tracks.style.trail_s > 0:
            if self._trail is None:
                self._trail = Trail(self._renderer, self._colour)
            self._trail.show(self._tracks, placed)

    def _show_near(
        self, placed: Placed, scale: npt.NDArray[np.float64], shown: npt.NDArray[np.bool_]
    ) -> None:
        """Draw things in full, of which there are few in a large picture."""
        used = set()
        for shape in np.flatnonzero(np.bincount(placed.shape[shown])):
            for certainty in Certainty:
                rows = shown & (placed.shape == shape) & (placed.certainty == certainty)
                if not rows.any():
                    continue
                for part in (BODY, DETAIL):
                    key = (int(shape), int(certainty), part)
                    used.add(key)
                    self._actor(key).show(
                        placed.position[rows], placed.heading_deg[rows], scale[rows]
                    )
        for key, actor in self._actors.items():
            if key not in used:
                actor.hide()

    def _sizes(
        self, placed: Placed, look: Look
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return how long things are on the screen, in pixels, and the factors on their size."""
        style = self._tracks.style
        lengths: npt.NDArray[np.float64] = _NATURAL_M[placed.shape] * style.scale
        distance = np.linalg.norm(placed.position - np.array(look.eye), axis=1)
        pixels = lengths * look.pixels_per_radian / np.maximum(distance, 1.0)
        enlarged: npt.NDArray[np.float64] = style.least_px / np.maximum(pixels, 1e-6)
        return np.maximum(pixels, style.least_px), style.scale * np.maximum(1.0, enlarged)

    def _far_things(self, certainty: int) -> FarThings:
        if certainty not in self._far:
            colour, opacity = self._look_of(certainty)
            self._far[certainty] = FarThings(self._renderer, colour, opacity)
        return self._far[certainty]

    def _look_of(self, certainty: int) -> tuple[Colour, float]:
        """Return colour and opacity by how sure a place is."""
        if certainty == Certainty.BETWEEN:
            return self._colour, 1.0
        if certainty == Certainty.HELD:
            return _HELD_COLOUR, _HELD_OPACITY
        return self._colour, _GHOST_OPACITY

    def _actor(self, key: tuple[int, int, str]) -> _Instanced:
        found = self._actors.get(key)
        if found is None:
            shape, certainty, part = key
            found = _Instanced(self._renderer, shape_triangles(SHAPES[shape], part))
            look = found.actor.GetProperty()
            body, opacity = self._look_of(certainty)
            look.SetColor(*(body if part == BODY else _DETAIL_COLOUR))
            look.SetOpacity(opacity)
            self._actors[key] = found
        return found

    def close(self) -> None:
        for near in self._actors.values():
            self._renderer.RemoveActor(near.actor)
        for far in self._far.values():
            self._renderer.RemoveActor(far.actor)
        if self._trail is not None:
            self._renderer.RemoveActor(self._trail.actor)


class _Instanced:
    """Copies of some triangles, uploaded once; a frame brings places, headings and sizes."""

    def __init__(self, renderer: vtkRenderer, triangles: npt.NDArray[np.float64]) -> None:
        corners = triangles.reshape(-1, 3).astype(np.float32)
        index = np.arange(len(corners)).reshape(-1, 3)
        position, _, normal = flat_normals(corners, index)
        self._points = vtkPoints()
        self._data = vtkPolyData()
        self._data.SetPoints(self._points)
        mapper: Any = vtkGlyph3DMapper()
        mapper.SetInputData(self._data)
        mapper.SetSourceData(poly_data(position, triangles=index, normal=normal))
        mapper.SetOrientationArray("turn")
        mapper.SetOrientationModeToRotation()
        mapper.SetScaleArray("scale")
        mapper.SetScaleModeToScaleByMagnitude()
        mapper.ScalarVisibilityOff()
        self.actor: Any = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.PickableOff()
        look = self.actor.GetProperty()
        # As bright as what is lit before it is drawn.
        look.SetAmbient(SKY)
        look.SetDiffuse(LAMPS)
        # Sides that are hidden would cost as much as those that are seen.
        look.BackfaceCullingOn()
        renderer.AddActor(self.actor)

    def show(
        self,
        position: npt.NDArray[np.float64],
        heading_deg: npt.NDArray[np.float64],
        scale: npt.NDArray[np.float64],
    ) -> None:
        centre = position.mean(axis=0)
        self._points.SetData(vtk_array((position - centre).astype(np.float32)))
        turn = np.zeros((len(position), 3), np.float32)
        turn[:, 2] = -heading_deg
        for name, values in (("turn", turn), ("scale", scale.astype(np.float32))):
            array = vtk_array(values)
            array.SetName(name)
            self._data.GetPointData().AddArray(array)
        self._data.Modified()
        self.actor.SetPosition(*centre)
        self.actor.VisibilityOn()

    def hide(self) -> None:
        self.actor.VisibilityOff()


def _in_view(placed: Placed, look: Look, reach_m: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which things are in the picture, or reach into it."""
    planes = np.array(look.planes)
    inside = placed.position @ planes[:, :3].T + planes[:, 3] > -reach_m[:, None]
    return np.asarray(inside.all(axis=1))


def _point(placed: Placed, row: Any, lift_m: float = 0.0) -> Point:
    x, y, z = placed.position[row]
    return float(x), float(y), float(z) + lift_m
