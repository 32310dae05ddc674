"""Many copies of one model: baked by neighbourhood, switched by size on the screen."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from rendering.actors import line_actor
from rendering.geometry import poly_data
from rendering.haze import Haze
from rendering.light import Light
from rendering.look import Look
from rendering.symbology.models import model, simple_model
from rendering.symbology.palette import Colour

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Copies in one neighbourhood: fewer would mean more actors (0.07 ms a frame each), more would
#: switch too much at once.
_CELL: Final = 160
#: Models appear above this height on the screen, and get their details above the second.
_LEAST_PX: Final = 2.5
_LEAST_MOVING_PX: Final = 4.0
_DETAIL_PX: Final = 16.0
_DETAIL_MOVING_PX: Final = 44.0
#: Triangles of all baked neighbourhoods; beyond it those out of sight are dropped.
_MOST_BAKED: Final = 3_000_000


@dataclass
class Cell:
    """A neighbourhood.

    Parameters
    ----------
    rows : (n,) array
        Of the instances.
    low, high : (3,) arrays
        Bounds with the models.
    actors : dict of bool to actor
        By whether it shows details.
    """

    rows: IntArray
    low: FloatArray
    high: FloatArray
    actors: dict[bool, Any] = field(default_factory=dict)
    shown: bool | None = None


@dataclass
class Instances:
    """All copies of one model in a layer.

    Parameters
    ----------
    kind : str
    rows : (n,) array
        Rows of the table.
    position : (n, 3) array
        Feet, local metres.
    heading_deg, scale, height_m, radius_m, tint : (n,) arrays
        *tint* is a factor on the colours.
    tilt_deg : (n, 2) array, optional
        Pitch and roll; None where all stand upright.
    """

    kind: str
    rows: IntArray
    position: FloatArray
    heading_deg: FloatArray
    scale: FloatArray
    height_m: FloatArray
    radius_m: FloatArray
    tint: FloatArray
    tilt_deg: FloatArray | None = None
    cells: list[Cell] = field(default_factory=list)
    triangles: int = 0
    _low: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    _high: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    _typical_m: FloatArray = field(default_factory=lambda: np.zeros(0))

    def divide(self) -> None:
        """Form neighbourhoods: halve at the median of the longer side until they are small."""
        stack = [np.arange(len(self.rows))]
        while stack:
            rows = stack.pop()
            if len(rows) <= _CELL:
                reach = self.radius_m[rows].max()
                low = self.position[rows].min(axis=0) - (reach, reach, 0.0)
                rise = self.height_m[rows].max()
                high = self.position[rows].max(axis=0) + np.array([reach, reach, rise])
                self.cells.append(Cell(rows, low, high))
                continue
            flat = self.position[rows, :2]
            axis = int(np.ptp(flat[:, 1]) > np.ptp(flat[:, 0]))
            order = rows[np.argsort(flat[:, axis], kind="stable")]
            stack += [order[: len(order) // 2], order[len(order) // 2 :]]
        self._low = np.array([c.low for c in self.cells]).reshape(-1, 3)
        self._high = np.array([c.high for c in self.cells]).reshape(-1, 3)
        self._typical_m = np.array([float(np.median(self.height_m[c.rows])) for c in self.cells])

    def rotations(self, rows: IntArray) -> FloatArray:
        """Return the rotations of some instances, (n, 3, 3): models face north and stand upright.

        First roll about the front, then pitch about the right, then the heading about the vertical.
        """
        turn = _about(2, -self.heading_deg[rows])
        if self.tilt_deg is None:
            return turn
        pitch, roll = self.tilt_deg[rows].T
        return turn @ _about(0, pitch) @ _about(1, roll)

    @property
    def shown_rows(self) -> IntArray:
        """Instances in neighbourhoods that are drawn."""
        rows = [c.rows for c in self.cells if c.shown is not None]
        return np.concatenate(rows) if rows else np.zeros(0, np.int64)

    def show(self, look: Look, most: int, scene: InstanceScene, deadline: float) -> bool:
        """Switch neighbourhoods for a camera.

        Parameters
        ----------
        look : Look
        most : int
            Triangles that may be drawn; the nearest come first.
        scene : InstanceScene
        deadline : float
            `time.perf_counter` value after which nothing more is baked.

        Returns
        -------
        bool
            Whether some neighbourhoods are still to be baked.
        """
        eye = np.array(look.eye)
        gap = np.maximum(np.maximum(self._low - eye, eye - self._high), 0.0)
        distance = np.maximum(np.linalg.norm(gap, axis=1), 1.0)
        pixels = self._typical_m * look.pixels_per_radian / distance
        seen = pixels >= (_LEAST_MOVING_PX if look.is_moving else _LEAST_PX)
        for a, b, c, d in look.planes:
            normal = np.array([a, b, c])
            corner = np.where(normal > 0, self._high, self._low)
            seen &= corner @ normal + d >= 0
        wanted = np.flatnonzero(seen)
        wanted = wanted[np.argsort(distance[wanted])]
        detail_px = _DETAIL_MOVING_PX if look.is_moving else _DETAIL_PX
        chosen: dict[int, bool] = {}
        self.triangles, pending = 0, False
        for index in wanted:
            cell = self.cells[index]
            is_fine = bool(pixels[index] >= detail_px)
            each = (model if is_fine else simple_model)(self.kind).triangles
            if self.triangles + each * len(cell.rows) > most:
                break
            if is_fine not in cell.actors:
                if time.perf_counter() > deadline and cell.actors:
                    is_fine = not is_fine
                elif time.perf_counter() > deadline + 0.02:
                    pending = True
                    continue
                else:
                    cell.actors[is_fine] = self._bake(cell, is_fine, scene)
            self.triangles += each * len(cell.rows)
            chosen[int(index)] = is_fine
        for index, cell in enumerate(self.cells):
            _switch(cell, chosen.get(index))
        return pending

    def hide(self) -> None:
        """Draw nothing."""
        self.triangles = 0
        for cell in self.cells:
            _switch(cell, None)

    def _bake(self, cell: Cell, is_fine: bool, scene: InstanceScene) -> Any:
        """Return one actor with all copies of a neighbourhood, lit."""
        corner, normal, colour = (model if is_fine else simple_model)(self.kind).mesh
        rows = cell.rows
        turn = self.rotations(rows).astype(np.float32)
        middle = self.position[rows].mean(axis=0)
        feet = (self.position[rows] - middle).astype(np.float32)
        scale = self.scale[rows].astype(np.float32)[:, None, None]
        place = np.einsum("kij,nj->kni", turn, corner) * scale + feet[:, None]
        facing = np.einsum("kij,nj->kni", turn, normal).reshape(-1, 3)
        tint = self.tint[rows].astype(np.float32)[:, None, None]
        shade = scene.light.shade(facing).reshape(len(rows), len(corner), 3)
        colours = np.clip(colour * tint * shade * 255.0, 0, 255).astype(np.uint8).reshape(-1, 3)
        position = place.reshape(-1, 3)
        order = np.arange(len(position)).reshape(-1, 3)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(poly_data(position, triangles=order, colour=colours))
        mapper.SetColorModeToDirectScalars()
        actor = vtkActor()
        actor.SetMapper(mapper)
        actor.PickableOff()
        actor.GetProperty().LightingOff()
        actor.SetPosition(*middle)
        actor.VisibilityOff()
        scene.haze.veil(actor)
        scene.renderer.AddActor(actor)
        return actor

    def drop(self, renderer: Any, *, only_hidden: bool = False) -> None:
        """Give baked neighbourhoods back."""
        for cell in self.cells:
            for is_fine in list(cell.actors):
                if not (only_hidden and cell.shown == is_fine):
                    renderer.RemoveActor(cell.actors.pop(is_fine))
            if not only_hidden:
                cell.shown = None

    @property
    def baked(self) -> int:
        """Triangles of everything that is baked."""
        return sum(
            (model if is_fine else simple_model)(self.kind).triangles * len(cell.rows)
            for cell in self.cells
            for is_fine in cell.actors
        )


@dataclass
class InstanceScene:
    """What baking needs of the scene.

    Parameters
    ----------
    renderer : vtkRenderer
    haze : Haze
    light : Light
    """

    renderer: Any
    haze: Haze
    light: Light


def trim(groups: list[Instances], renderer: Any) -> None:
    """Drop what is out of sight where too much is baked."""
    if sum(group.baked for group in groups) > _MOST_BAKED:
        for group in groups:
            group.drop(renderer, only_hidden=True)


def _switch(cell: Cell, wanted: bool | None) -> None:
    if cell.shown == wanted:
        return
    if cell.shown is not None:
        cell.actors[cell.shown].VisibilityOff()
    if wanted is not None:
        cell.actors[wanted].VisibilityOn()
    cell.shown = wanted


# -- single copies -----------------------------------------------------------------------


def instance_at(groups: list[Instances], at: FloatArray) -> tuple[float, Instances, int] | None:
    """Return the drawn copy that holds a place: how far off its axis (0 to 1), group and index."""
    best: tuple[float, Instances, int] | None = None
    for group in groups:
        shown = group.shown_rows
        if len(shown) == 0:
            continue
        where = group.position[shown]
        flat = np.linalg.norm(where[:, :2] - at[:2], axis=1)
        up = at[2] - where[:, 2]
        radius = group.radius_m[shown] + 0.15
        inside = (flat <= radius) & (up > 0.05) & (up <= group.height_m[shown] + 0.3)
        for i in np.flatnonzero(inside):
            score = float(flat[i] / radius[i])
            if (best is None or score < best[0]) and _holds(group, int(shown[i]), at):
                best = (score, group, int(shown[i]))
    return best


def _about(axis: int, angle_deg: FloatArray) -> FloatArray:
    """Return right-handed rotations about an axis, (n, 3, 3)."""
    angle = np.radians(angle_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.zeros((len(angle), 3, 3))
    one, two = (axis + 1) % 3, (axis + 2) % 3
    turn[:, axis, axis] = 1.0
    turn[:, one, one], turn[:, one, two] = cos, -sin
    turn[:, two, one], turn[:, two, two] = sin, cos
    return turn


def _own_axes(group: Instances, index: int) -> tuple[Any, Any]:
    """Return the rotation of an instance and its model's scaled bounds (2, 3)."""
    turn = group.rotations(np.array([index]))[0]
    return turn, np.array(model(group.kind).bounds) * float(group.scale[index])


def _holds(group: Instances, index: int, at: Any) -> bool:
    turn, bounds = _own_axes(group, index)
    own = turn.T @ (at - group.position[index])
    return bool(((own >= bounds[0] - 0.2) & (own <= bounds[1] + 0.2)).all())


def frame_actor(group: Instances, index: int, colour: Colour, width_px: float) -> Any:
    """Return a box around one copy."""
    turn, bounds = _own_axes(group, index)
    middle, half = bounds.mean(axis=0), (bounds[1] - bounds[0]) / 2 * 1.03 + 0.05
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    edges = [(i, j) for i in range(8) for j in range(i) if np.abs(signs[i] - signs[j]).sum() == 2]
    corners = (middle + signs * half) @ turn.T
    actor = line_actor(
        poly_data(corners.astype(np.float32), lines=np.array(edges)), colour, width_px
    )
    actor.SetPosition(*group.position[index])
    return actor
