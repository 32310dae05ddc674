"""Buildings whose source states a solid: its walls and roof faces, dressed as blocks are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.contract import MeshChunk
from ingest.shell import FLOOR, ROOF, SOLID_COLUMN, Face, Shell, read_shell
from ingest.tiling.facades import BAYS, FACADES, STOREY_M, STOREYS, roof_material, wall_material
from twin_model.errors import FrameError
from twin_model.frame import ToLocal

FloatArray = npt.NDArray[np.float64]

_SAME_M: Final = 1e-6


@dataclass(frozen=True)
class Roofed:
    """One solid to draw.

    Parameters
    ----------
    shell : Shell
        Local metres.
    base_m : float
        Where its floor is drawn: sunk into the ground, so that no gap opens on slopes.
    ground_m : float
        From which storeys are counted.
    feature : int
    facade : int
        Index into `facades.FACADES`.
    """

    shell: Shell
    base_m: float
    ground_m: float
    feature: int
    facade: int

    @property
    def eaves_m(self) -> float:
        """Lowest edge of its roof: up to there whole storeys go."""
        roofs = [face for face in self.shell.faces if face.kind == ROOF]
        return min((float(ring[:, 2].min()) for f in roofs for ring in f.rings), default=0.0)


def stated_solids(
    columns: dict[str, list[Any]], count: int, to_local: ToLocal
) -> list[Shell | None]:
    """Return the solid of each row in local metres; None where none is stated.

    What is no closed solid counts as none: the outline is raised instead.

    Parameters
    ----------
    columns : dict of str to list
    count : int
        Number of rows.
    to_local : ToLocal
    """
    texts = columns.get(SOLID_COLUMN)
    if texts is None:
        return [None] * count
    return [_local(text, to_local) if isinstance(text, str) else None for text in texts]


def _local(text: str, to_local: ToLocal) -> Shell | None:
    shell = read_shell(text)
    try:
        return None if shell is None else shell.changed(to_local)
    except FrameError:
        return None


def roofed_chunks(buildings: Sequence[Roofed]) -> list[MeshChunk]:
    """Return walls and roofs, a chunk a material, triangles anticlockwise outside.

    Parameters
    ----------
    buildings : sequence of Roofed
    """
    chunks = []
    for index in range(len(FACADES)):
        own = [building for building in buildings if building.facade == index]
        walls = [_part(b, f) for b in own for f in _faces(b) if f.kind not in (ROOF, FLOOR)]
        roofs = [_part(b, f) for b in own for f in _faces(b) if f.kind in (ROOF, FLOOR)]
        if walls:
            chunks.append(_chunk(walls, wall_material(index), f"walls {index}", textured=True))
        if roofs:
            chunks.append(_chunk(roofs, roof_material(index), f"roofs {index}", textured=False))
    return [chunk for chunk in chunks if len(chunk.triangles)]


def _faces(building: Roofed) -> tuple[Face, ...]:
    floor = min(float(ring[:, 2].min()) for face in building.shell.faces for ring in face.rings)
    if building.base_m >= floor:
        return building.shell.faces

    def sunk(corners: FloatArray) -> FloatArray:
        low = np.abs(corners[:, 2] - floor) < 1e-3
        return np.column_stack([corners[:, :2], np.where(low, building.base_m, corners[:, 2])])

    return building.shell.changed(sunk).faces


@dataclass(frozen=True)
class _Part:
    position: FloatArray
    triangles: npt.NDArray[np.int64]
    normal: FloatArray
    uv: FloatArray
    feature: int


def _part(building: Roofed, face: Face) -> _Part:
    position = np.concatenate(face.rings)
    normal = face.normal()
    normal = normal / max(float(np.linalg.norm(normal)), _SAME_M)
    across, up = _axes(normal)
    flat = np.column_stack([(position - position[0]) @ across, (position - position[0]) @ up])
    return _Part(
        position, _triangles(flat, face.rings), normal,
        _texture(building, position[:, 2], flat[:, 0] - flat[:, 0].min()), building.feature,
    )  # fmt: skip


def _axes(normal: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the directions to the right and up a face as seen from outside."""
    level = np.array([-normal[1], normal[0], 0.0])
    length = float(np.linalg.norm(level))
    across = level / length if length > 1e-3 else np.array([1.0, 0.0, 0.0])
    return across, np.cross(normal, across)


def _triangles(flat: FloatArray, rings: Sequence[FloatArray]) -> npt.NDArray[np.int64]:
    # Compiled, loaded only where solids are drawn.
    import mapbox_earcut

    ends = np.cumsum([len(ring) for ring in rings]).astype(np.uint32)
    found = mapbox_earcut.triangulate_float64(np.ascontiguousarray(flat), ends)
    triangles = found.astype(np.int64).reshape(-1, 3)
    a, b, c = (flat[triangles[:, i]] for i in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    triangles[area < 0] = triangles[area < 0][:, ::-1]
    return triangles


def _texture(building: Roofed, z: FloatArray, along: FloatArray) -> FloatArray:
    """Return texture coordinates in whole bays along a wall and whole storeys up to the eaves."""
    length = max(float(along.max()), _SAME_M)
    bays = round(length / FACADES[building.facade].bay_m)
    above = max(building.eaves_m - building.ground_m, 0.1)
    storeys = max(round(above / STOREY_M), 1)
    u = along / length * bays / BAYS
    return np.column_stack([u, -(z - building.ground_m) * storeys / above / STOREYS])


def _chunk(parts: Sequence[_Part], material: Any, name: str, *, textured: bool) -> MeshChunk:
    counts = [len(part.position) for part in parts]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    normal = np.repeat([part.normal for part in parts], counts, axis=0)
    return MeshChunk(
        position=np.concatenate([part.position for part in parts]),
        triangles=np.concatenate(
            [part.triangles + start for part, start in zip(parts, starts, strict=True)]
        ).astype(np.uint32),
        material=material,
        uv=np.concatenate([part.uv for part in parts]).astype(np.float32) if textured else None,
        normal=normal.astype(np.float32),
        feature=np.repeat([part.feature for part in parts], counts).astype(np.uint32),
        name=name,
    )
