"""From object trees to levels of detail: surfaces, what replaces them, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.osgb_format.drawables import OVERALL, PER_VERTEX, VertexArray, triangles_of
from ingest.readers.osgb_format.nodes import PIXEL_RANGE
from ingest.readers.osgb_format.parse import ParsedFile
from ingest.readers.osgb_format.records import Record
from twin_model.errors import SourceError

FloatArray = npt.NDArray[np.float64]
#: Screen-space error, in pixels, at which viewers of 3D Tiles refine unless told otherwise.
_SCREEN_ERROR_PX: Final = 16.0
#: Pixels a metre at a metre's distance on a screen 1080 pixels high seen at 45 degrees; only
#: for files that give ranges as distances.
_PIXELS_PER_TANGENT: Final = 1303.7
#: A node reached by more paths than this makes a file that is meant to exhaust.
_MAX_VISITS: Final = 200_000
#: Triangles of one file, those of shared geometry counted wherever it stands.
_MAX_TRIANGLES: Final = 10_000_000


@dataclass
class Surface:
    """Triangles with one texture, in metres of the file.

    Parameters
    ----------
    position : (n, 3) float32 or float64 array
    triangles : (m, 3) uint32 array
    uv : (n, 2) float32 array or None
        v down.
    normal : (n, 3) float32 array or None
    colour : (n, 4) uint8 array or None
    image : Record or None
        Image of texture unit 0.
    diffuse : tuple of four floats or None
    """

    position: npt.NDArray[Any]
    triangles: npt.NDArray[np.uint32]
    uv: npt.NDArray[np.float32] | None = None
    normal: npt.NDArray[np.float32] | None = None
    colour: npt.NDArray[np.uint8] | None = None
    image: Record | None = None
    diffuse: tuple[float, ...] | None = None


@dataclass
class Level:
    """Surfaces that are drawn together and replaced together.

    Parameters
    ----------
    surfaces : list of Surface
    children : list of Level
        Finer levels within the same file.
    files : list of str
        Finer levels in other files, as written.
    sphere : (4,) float64 array or None
        Centre and radius in metres of the file; None where the file gives none.
    error_m : float
        Geometric error of *surfaces*; 0 for the finest.
    """

    surfaces: list[Surface] = field(default_factory=list)
    children: list[Level] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    sphere: FloatArray | None = None
    error_m: float = 0.0

    def all_surfaces(self) -> list[Surface]:
        """Return the surfaces of this level and of those below it in the file."""
        return self.surfaces + [s for child in self.children for s in child.all_surfaces()]


@dataclass(frozen=True)
class _State:
    image: Record | None = None
    diffuse: tuple[float, ...] | None = None

    def under(self, state_set: Record | None) -> _State:
        """Return what holds below a node with *state_set*."""
        if state_set is None:
            return self
        image, diffuse = self.image, self.diffuse
        for unit in (state_set.fields.get("textures") or [])[:1]:
            for attribute in unit:
                image = attribute.fields.get("image") or image
        for attribute in state_set.fields.get("attributes") or []:
            if attribute.kind == "osg::Material":
                diffuse = attribute.fields.get("diffuse") or diffuse
        return _State(image, diffuse)


def levels_of(parsed: ParsedFile, warn: Callable[[str], None]) -> list[Level]:
    """Return the levels at the root of a file; together they replace the file's parent.

    Parameters
    ----------
    parsed : ParsedFile
    warn : callable
        Gets one sentence for each thing left out.

    Raises
    ------
    SourceError
        If indices point outside their arrays or nodes form a cycle.
    """
    for name, count in sorted(parsed.skipped.items()):
        warn(f"{count} objects of the unknown class {name} are left out")
    if parsed.root is None or parsed.root.kind == "osg::Image":
        return []
    return _Walk(parsed, warn).levels(parsed.root, np.eye(4), _State(), 0)


class _Walk:
    def __init__(self, parsed: ParsedFile, warn: Callable[[str], None]) -> None:
        self.path = parsed.path
        self.warn = warn
        self.visits = 0
        self.triangles = 0
        self.open: set[int] = set()

    def levels(self, node: Record, matrix: FloatArray, state: _State, depth: int) -> list[Level]:
        """Return the levels below *node*; plain surfaces are joined into one of them."""
        self.visits += 1
        if self.visits > _MAX_VISITS or id(node) in self.open:
            raise SourceError(self.path, "its nodes form a cycle or a bomb", remedy="export again")
        self.open.add(id(node))
        try:
            return self._levels(node, matrix, state, depth)
        finally:
            self.open.discard(id(node))

    def _levels(self, node: Record, matrix: FloatArray, state: _State, depth: int) -> list[Level]:
        state = state.under(node.fields.get("state"))
        if node.kind == "osg::Geometry":
            surface = self._surface(node, matrix, state)
            return [Level([surface])] if surface is not None else []
        if node.kind in ("osg::LOD", "osg::PagedLOD"):
            return self._lod(node, matrix, state, depth)
        if "absolute" in node.fields:
            own = _own_matrix(node)
            matrix = own if node.fields["absolute"] else matrix @ own
        plain, others = Level(), []
        for child in node.records("drawables") + node.records("children"):
            for level in self.levels(child, matrix, state, depth + 1):
                if level.children or level.files or level.sphere is not None:
                    others.append(level)
                else:
                    plain.surfaces += level.surfaces
        return others + ([plain] if plain.surfaces else [])

    def _lod(self, node: Record, matrix: FloatArray, state: _State, depth: int) -> list[Level]:
        sphere = _sphere(node, matrix)
        finer: list[Level] = []
        files: list[str] = []
        switch = 0.0
        for step in reversed(_steps(node)):
            inside = [
                level
                for child in step.nodes
                for level in self.levels(child, matrix, state, depth + 1)
            ]
            if not inside:
                # Of several finer files for the same place the finest is enough.
                if step.files and not finer and not files:
                    files, switch = step.files, step.switch
                continue
            if not finer and not files:
                finer = inside
            else:
                error = _error(node, switch, sphere)
                finer = [Level(_flat(inside), finer, files, sphere, error)]
            files, switch = step.files, step.switch
        if files:
            return [Level([], finer, files, sphere, _error(node, switch, sphere))]
        return finer

    def _surface(self, node: Record, matrix: FloatArray, state: _State) -> Surface | None:
        vertex = node.fields.get("vertex")
        if not isinstance(vertex, VertexArray) or vertex.values.ndim != 2 or not len(vertex.values):
            return None
        position = vertex.values[:, :3]
        position = position.astype(position.dtype.newbyteorder("="), copy=False)
        if position.shape[1] == 2:
            position = np.column_stack([position, np.zeros(len(position), position.dtype)])
        triangles, other = triangles_of(node.fields.get("primitives") or [])
        if other:
            self.warn(f"{other} sets of points or lines are left out")
        if not len(triangles):
            return None
        self.triangles += len(triangles)
        if self.triangles > _MAX_TRIANGLES:
            raise SourceError(
                self.path,
                f"holds more than {_MAX_TRIANGLES} triangles",
                remedy="export smaller tiles",
            )
        if int(triangles.max()) >= len(position):
            raise SourceError(
                self.path,
                f"a triangle uses vertex {int(triangles.max())} of {len(position)}",
                remedy="export the tile again",
            )
        if not np.isfinite(position).all():
            position, triangles = self._finite(position, triangles)
        surface = Surface(position, triangles, image=state.image, diffuse=state.diffuse)
        count = len(position)
        surface.uv = _uv(node, count)
        surface.normal = _per_vertex(node.fields.get("normal"), count, 3)
        surface.colour = _colour(node.fields.get("colour"), count)
        if not np.array_equal(matrix, np.eye(4)):
            _transform(surface, matrix)
        return surface

    def _finite(
        self, position: npt.NDArray[Any], triangles: npt.NDArray[np.uint32]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint32]]:
        good = np.isfinite(position).all(axis=1)
        kept = triangles[good[triangles].all(axis=1)]
        self.warn(f"{len(triangles) - len(kept)} triangles without finite coordinates are left out")
        return np.where(good[:, None], position, position[good][:1] if good.any() else 0.0), kept


@dataclass
class _Step:
    """Children of one LOD node with the same range, and the switch that brings them in."""

    switch: float
    nodes: list[Record]
    files: list[str]


def _steps(node: Record) -> list[_Step]:
    """Return the steps of a LOD node, the coarsest first."""
    children = list(node.fields.get("children") or [])
    names = node.fields.get("files") or [""] * len(children)
    ranges = node.fields.get("ranges") or []
    prefix = str(node.fields.get("database_path") or "").replace("\\", "/")
    if prefix.startswith("/") or ":" in prefix:
        # A folder on the producer's machine; tiles lie beside each other.
        prefix = ""
    pixels = node.fields.get("range_mode") == PIXEL_RANGE
    steps: dict[float, _Step] = {}
    for number, name in enumerate(names):
        low, high = ranges[number] if number < len(ranges) else (0.0, 1e30)
        # In pixels a finer child begins where it is large, in metres where it is near.
        switch = float(low if pixels else high)
        switch = switch if np.isfinite(switch) else 0.0
        step = steps.setdefault(switch, _Step(switch, [], []))
        if name:
            step.files.append(f"{prefix}{name}")
        elif children:
            child = children.pop(0)
            if isinstance(child, Record):
                step.nodes.append(child)
    ordered = sorted(steps.values(), key=lambda step: step.switch if pixels else -step.switch)
    return [step for step in ordered if step.nodes or step.files]


def _error(node: Record, switch: float, sphere: FloatArray | None) -> float:
    """Return the error in metres that makes a viewer switch where OpenSceneGraph would.

    A sphere of radius r at distance d covers ``2 r s / d`` pixels and an error e covers
    ``e s / d``; both reach their limits at the same d where ``e = limit 2 r / switch``.
    """
    if node.fields.get("range_mode") != PIXEL_RANGE:
        return _SCREEN_ERROR_PX * min(switch, 1e7) / _PIXELS_PER_TANGENT
    radius = float(sphere[3]) if sphere is not None else 0.0
    return _SCREEN_ERROR_PX * 2.0 * radius / max(switch, 1.0)


def _sphere(node: Record, matrix: FloatArray) -> FloatArray | None:
    values = node.fields.get("sphere")
    if values is None or not np.isfinite(values).all() or values[3] <= 0.0:
        return None
    centre = matrix @ [*values[:3], 1.0]
    scale = float(np.linalg.norm(matrix[:3, :3], axis=0).max())
    return np.array([*centre[:3], values[3] * scale])


def _flat(levels: list[Level]) -> list[Surface]:
    """Return the finest surfaces of *levels*: what a level without room for more shows."""
    found: list[Surface] = []
    for level in levels:
        found += _flat(level.children) if level.children else level.surfaces
    return found


def _own_matrix(node: Record) -> FloatArray:
    fields = node.fields
    if "matrix" in fields:
        return np.asarray(fields["matrix"], dtype=np.float64)
    matrix = np.eye(4)
    if "attitude" in fields:
        x, y, z, w = np.asarray(fields["attitude"]) / (np.linalg.norm(fields["attitude"]) or 1.0)
        matrix[:3, :3] = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
        matrix[:3, :3] = matrix[:3, :3] @ np.diag(fields["scale"])
        matrix[:3, 3] = np.asarray(fields["position"]) - matrix[:3, :3] @ fields["pivot"]
    return matrix


def _transform(surface: Surface, matrix: FloatArray) -> None:
    linear = matrix[:3, :3]
    surface.position = surface.position.astype(np.float64) @ linear.T + matrix[:3, 3]
    if np.linalg.det(linear) < 0.0:
        surface.triangles = surface.triangles[:, ::-1]
    if surface.normal is not None:
        turned = surface.normal @ np.linalg.pinv(linear)
        length = np.linalg.norm(turned, axis=1, keepdims=True)
        surface.normal = (turned / np.where(length > 0, length, 1.0)).astype(np.float32)


def _per_vertex(array: object, count: int, width: int) -> npt.NDArray[np.float32] | None:
    if not isinstance(array, VertexArray) or array.values.ndim != 2:
        return None
    values = array.values[:, :width]
    if values.shape[1] != width or not len(values):
        return None
    if array.binding == OVERALL or (len(values) == 1 and count > 1):
        values = np.repeat(values[:1], count, axis=0)
    elif array.binding not in (PER_VERTEX, -1) or len(values) < count:
        return None
    return np.ascontiguousarray(values[:count], dtype=np.float32)


def _uv(node: Record, count: int) -> npt.NDArray[np.float32] | None:
    arrays = node.fields.get("uv") or []
    values = _per_vertex(arrays[0], count, 2) if arrays else None
    if values is None:
        return None
    out = values.copy()
    # OpenSceneGraph counts v from the bottom of the image, glTF from the top.
    out[:, 1] = 1.0 - out[:, 1]
    return np.nan_to_num(out, nan=0.0, posinf=0.0, neginf=0.0)


def _colour(array: object, count: int) -> npt.NDArray[np.uint8] | None:
    if not isinstance(array, VertexArray) or array.values.ndim != 2:
        return None
    values = array.values
    if values.shape[1] not in (3, 4) or not len(values):
        return None
    scaled = values if values.dtype == np.uint8 else np.clip(np.nan_to_num(values), 0, 1) * 255.0
    rgba = np.full((len(values), 4), 255, np.uint8)
    rgba[:, : values.shape[1]] = np.round(scaled).astype(np.uint8)
    if array.binding == OVERALL or len(rgba) == 1:
        # White for everything is what programs write that mean no colour at all.
        return None if (rgba[0] == 255).all() else np.repeat(rgba[:1], count, axis=0)
    if array.binding not in (PER_VERTEX, -1) or len(rgba) < count:
        return None
    return np.ascontiguousarray(rgba[:count])
