"""Entities in chunks: what one actor draws, and what is built for it off the drawing thread."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.entities.meshes import Array, Heights, course_of, mesh_of, parts_of
from rendering.entities.shape import LIFTED_M, EntityShape, Form
from rendering.features import FeatureTable
from rendering.geometry import feature_edges, poly_data
from rendering.ground.paint import DrapeLayer
from rendering.ground.shadows import Footprints
from rendering.light import Light
from rendering.symbology.models import model
from rendering.symbology.palette import GROUND, rgb
from rendering.tiles.parts import Part, lit_colours
from rendering.views.instances import Instances
from twin_model.layer import Bounds

#: Entities in one chunk: fewer would mean more actors, more would rebuild too much for one edit.
CHUNK: Final = 128
_STOREY_M: Final = 3.4
#: What lies deeper than this below the ground is shown through it.
_BURIED_M: Final = 0.25
_MOST_STOREYS: Final = 120
#: Imagery does not show what somebody drew: it nearly hides it.
_OVER_IMAGERY: Final = 0.9
_numbers = itertools.count(1)


@dataclass
class Traces:
    """Corners and edges of entities as drawn, in local metres.

    Parameters
    ----------
    vertices : (n, 3) array, vertex_feature : (n,) array
    segments : (k, 2, 3) array, segment_feature : (k,) array
    """

    vertices: Array = field(default_factory=lambda: np.zeros((0, 3)))
    vertex_feature: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    segments: Array = field(default_factory=lambda: np.zeros((0, 2, 3)))
    segment_feature: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def of(cls, corners: dict[int, list[Array]], courses: dict[int, list[Array]]) -> Traces:
        """Return the traces of entities by feature."""
        points = [(f, v) for f, found in corners.items() for v in found if len(v)]
        lines = [(f, c) for f, found in courses.items() for c in found if len(c) > 1]
        made = cls()
        if points:
            made.vertices = np.concatenate([v for _, v in points])
            made.vertex_feature = np.repeat([f for f, _ in points], [len(v) for _, v in points])
        if lines:
            made.segments = np.concatenate([np.stack([c[:-1], c[1:]], 1) for _, c in lines])
            made.segment_feature = np.repeat([f for f, _ in lines], [len(c) - 1 for _, c in lines])
        return made

    def of_feature(self, feature: int) -> Array:
        """Return the edges (k, 2, 3) of one entity."""
        return np.asarray(self.segments[self.segment_feature == feature])

    def extend(self, others: Iterable[Traces]) -> Traces:
        """Return these and others together."""
        every = [self, *others]
        return Traces(
            np.concatenate([t.vertices for t in every]),
            np.concatenate([t.vertex_feature for t in every]),
            np.concatenate([t.segments for t in every]),
            np.concatenate([t.segment_feature for t in every]),
        )


@dataclass
class Built:
    """What a chunk needs to be drawn.

    Parameters
    ----------
    instances : Instances or None
        Copies of a model; `rows` are features.
    part : Part or None
        Triangles with a feature a corner.
    lines, buried : vtkPolyData or None
        Courses of thin things about *centre*, as wide as a few pixels; those that lie below the
        ground apart.
    centre : (3,) array
    traces : Traces
    bounds : Bounds or None
    """

    instances: Instances | None = None
    part: Part | None = None
    lines: Any = None
    buried: Any = None
    centre: Array = field(default_factory=lambda: np.zeros(3))
    traces: Traces = field(default_factory=Traces)
    bounds: Bounds | None = None


@dataclass
class Chunk:
    """Entities that are drawn together.

    Parameters
    ----------
    group : str
        Symbol, or empty for shapes.
    shapes : dict of int to EntityShape
    """

    group: str
    shapes: dict[int, EntityShape] = field(default_factory=dict)
    number: int = field(default_factory=lambda: next(_numbers))
    version: int = 1
    drawn_version: int = 0
    built: Built = field(default_factory=Built)
    actors: list[Any] = field(default_factory=list)
    edges: Any = None

    @property
    def is_stale(self) -> bool:
        """Whether what is drawn is not what it holds."""
        return self.version != self.drawn_version


def group_of(shape: EntityShape, form: Form) -> str | None:
    """Return the group whose chunks hold a shape; None for what is painted on the ground."""
    if form is Form.PAINTED:
        return None
    return shape.symbol if form is Form.SYMBOL else ""


def forms_of(shapes: list[EntityShape], heights: Heights) -> list[Form]:
    """Return how shapes are drawn; what is lifted off the ground is not painted on it."""
    forms = [shape.form for shape in shapes]
    doubtful = [
        n for n, shape in enumerate(shapes)
        if forms[n] is Form.PAINTED and shape.own_base_m is not None
    ]  # fmt: skip
    if doubtful:
        places = np.array([shapes[n].place for n in doubtful])
        ground = heights(places[:, 0], places[:, 1])
        for n, level in zip(doubtful, ground):
            base = shapes[n].own_base_m
            if base is not None and abs(base - float(level)) > LIFTED_M:
                is_area = "Polygon" in shapes[n].geometry.geom_type
                forms[n] = Form.SHEET if is_area else Form.RIBBON
    return forms


def arrange(
    shapes: list[EntityShape], heights: Heights
) -> tuple[list[Chunk], dict[int, EntityShape]]:
    """Divide entities into chunks of neighbours.

    Returns
    -------
    chunks : list of Chunk
    painted : dict of int to EntityShape
        Those that the ground shows.
    """
    groups: dict[str, list[EntityShape]] = {}
    painted: dict[int, EntityShape] = {}
    for shape, form in zip(shapes, forms_of(shapes, heights)):
        group = group_of(shape, form)
        if group is None:
            painted[shape.feature] = shape
        else:
            groups.setdefault(group, []).append(shape)
    chunks = []
    for group, members in groups.items():
        places = np.array([shape.place for shape in members])
        stack = [np.arange(len(members))]
        while stack:
            rows = stack.pop()
            if len(rows) <= CHUNK:
                chunks.append(Chunk(group, {members[i].feature: members[i] for i in rows}))
                continue
            axis = int(np.ptp(places[rows, 1]) > np.ptp(places[rows, 0]))
            order = rows[np.argsort(places[rows, axis], kind="stable")]
            stack += [order[: len(order) // 2], order[len(order) // 2 :]]
    return chunks, painted


# -- building ----------------------------------------------------------------------------


def build(group: str, shapes: list[EntityShape], heights: Heights, light: Light) -> Built:
    """Return what draws a chunk; runs in a decoder thread."""
    if not shapes:
        return Built()
    return _symbols(group, shapes, heights) if group else _surfaces(shapes, heights, light)


def _tilts(shapes: list[EntityShape]) -> npt.NDArray[np.float64] | None:
    found = np.array([(shape.pitch_deg, shape.roll_deg) for shape in shapes])
    return found if found.any() else None


def _symbols(symbol: str, shapes: list[EntityShape], heights: Heights) -> Built:
    places = np.array([_point_of(shape) for shape in shapes])
    ground = heights(places[:, 0], places[:, 1])
    # Own heights count where they are not simply zero: many sources write z = 0.
    own = np.isfinite(places[:, 2]) & (np.abs(places[:, 2]) > 1e-6)
    places[:, 2] = np.where(own, places[:, 2], ground)
    radius, tall = model(symbol).size
    stated = np.array([shape.height_m for shape in shapes])
    usable = (stated > 0.3) & (stated < 200.0)
    scale = np.where(usable, np.clip(stated / tall, 0.35, 3.0), 1.0)
    features = np.array([shape.feature for shape in shapes], np.int64)
    group = Instances(
        symbol, features, places, np.array([s.heading_deg for s in shapes]), scale, scale * tall,
        scale * radius, np.ones(len(shapes)), _tilts(shapes),
    )  # fmt: skip
    group.divide()
    low, high = places.min(axis=0), places.max(axis=0)
    reach = float((scale * radius).max())
    top = float((places[:, 2] + group.height_m).max())
    bounds = (low[0] - reach, low[1] - reach, low[2], high[0] + reach, high[1] + reach, top)
    corners = {int(f): [place[None]] for f, place in zip(features, places)}
    box: Bounds = tuple(float(v) for v in bounds)  # type: ignore[assignment]
    return Built(instances=group, traces=Traces.of(corners, {}), bounds=box)


def _point_of(shape: EntityShape) -> tuple[float, float, float]:
    if shape.position is not None:
        return shape.position
    point = shape.geometry.representative_point()
    return float(point.x), float(point.y), float(point.z) if point.has_z else float("nan")


def _surfaces(shapes: list[EntityShape], heights: Heights, light: Light) -> Built:
    meshes = {}
    for shape, form in zip(shapes, forms_of(shapes, heights)):
        meshes[shape.feature] = mesh_of(shape, form, heights)
    traces = Traces.of(
        {f: mesh.vertices for f, mesh in meshes.items()},
        {f: mesh.traces for f, mesh in meshes.items()},
    )
    full = [(f, mesh) for f, mesh in meshes.items() if mesh.corners]
    if not full:
        return Built(traces=traces)
    corners = np.concatenate([c for _, mesh in full for c in mesh.corners])
    tones = np.concatenate([t for _, mesh in full for t in mesh.tones])
    counts = [sum(len(c) for c in mesh.corners) for _, mesh in full]
    low, high = corners.min(axis=0), corners.max(axis=0)
    centre = (low + high) / 2
    position = (corners - centre).astype(np.float32)
    triangles = np.arange(len(position), dtype=np.uint32).reshape(-1, 3)
    faces = position.reshape(-1, 3, 3)
    normal = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-20)
    facing = np.repeat(normal.astype(np.float32), 3, axis=0)
    tone = np.clip(np.rint(tones * 255.0), 0, 255).astype(np.uint8)
    colour = lit_colours(tone, facing, light)
    matrix = np.eye(4)
    matrix[:3, 3] = centre
    part = Part(
        poly_data(position, triangles=triangles, colour=colour), matrix, "triangles", position,
        triangles, np.repeat(np.array([f for f, _ in full], np.int64), counts), colour=colour,
        unlit=True, tone=tone, facing=facing,
    )  # fmt: skip
    pairs = _edges(shapes, meshes, centre)
    if len(pairs):
        part.edges = poly_data(pairs, lines=np.arange(len(pairs)).reshape(-1, 2))
    box: Bounds = (*map(float, low), *map(float, high))  # type: ignore[assignment]
    lines, buried = _thin_lines(shapes, traces, centre, heights)
    return Built(None, part, lines, buried, centre, traces, box)


def _edges(shapes: list[EntityShape], meshes: dict[int, Any], centre: Array) -> Any:
    """Return the folds of solids and walls as pairs of points about *centre*."""
    found = []
    for shape in shapes:
        if shape.height_m > 0 and meshes[shape.feature].corners:
            corners = np.concatenate(meshes[shape.feature].corners) - centre
            order = np.arange(len(corners)).reshape(-1, 3)
            found.append(feature_edges(corners.astype(np.float32), order))
            if shape.kind == "building":
                found.append((_storeys(shape, meshes[shape.feature]) - centre).astype(np.float32))
    return np.concatenate(found) if found else np.zeros((0, 3), np.float32)


def _storeys(shape: EntityShape, mesh: Any) -> Array:
    """Return the floor lines of a building as pairs of points: they tell its size at a glance."""
    count = min(round(shape.height_m / _STOREY_M), _MOST_STOREYS)
    pairs = [np.zeros((0, 3))]
    for roof in mesh.traces[:-1]:
        for storey in range(1, count):
            down = np.array([0.0, 0.0, shape.height_m * (1 - storey / count)])
            pairs.append(np.stack([roof[:-1] - down, roof[1:] - down], 1).reshape(-1, 3))
    return np.concatenate(pairs)


def _thin_lines(
    shapes: list[EntityShape], traces: Traces, centre: Array, heights: Heights
) -> tuple[Any, Any]:
    """Return the courses of tubes in their colours, which stay visible from afar.

    Returns
    -------
    above, below : vtkPolyData or None
        The ground.
    """
    colours = {s.feature: rgb(s.colour) for s in shapes if s.form is Form.TUBE}
    thin = np.isin(traces.segment_feature, list(colours))
    if not thin.any():
        return None, None
    segments, features = traces.segments[thin], traces.segment_feature[thin]
    middle = segments.mean(axis=1)
    is_buried = middle[:, 2] < heights(middle[:, 0], middle[:, 1]) - _BURIED_M
    found = []
    for chosen in (~is_buried, is_buried):
        points = (segments[chosen] - centre).reshape(-1, 3).astype(np.float32)
        colour = np.array([colours[int(f)] for f in features[chosen]]).reshape(-1, 3)
        colour = np.repeat(np.rint(colour * 255).astype(np.uint8), 2, axis=0)
        order = np.arange(len(points)).reshape(-1, 2)
        found.append(poly_data(points, lines=order, colour=colour) if len(points) else None)
    return found[0], found[1]


# -- on the ground -----------------------------------------------------------------------


@dataclass
class Painted:
    """What the ground shows of entities.

    Parameters
    ----------
    drapes : list of DrapeLayer
        Land, water, lines: None where there is nothing of it.
    footprints : Footprints or None
        Of solids, for their shadows.
    traces : Traces
    bounds : Bounds or None
    """

    drapes: list[DrapeLayer | None] = field(default_factory=lambda: [None, None, None])
    footprints: Footprints | None = None
    traces: Traces = field(default_factory=Traces)
    bounds: Bounds | None = None


def casts_shadow(shape: EntityShape) -> bool:
    """Return whether the ground shows a shape's shadow."""
    return shape.form is Form.SOLID and not shape.geometry.has_z


def paint(
    layer: str, shapes: list[EntityShape], solids: list[EntityShape], heights: Heights
) -> Painted:
    """Return what the ground shows of flat shapes and of solids; runs in a decoder thread."""
    bands: list[list[EntityShape]] = [[], [], []]
    corners: dict[int, list[Array]] = {}
    courses: dict[int, list[Array]] = {}
    for shape in shapes:
        order = GROUND.get(shape.kind, ("", None, 5))[2]
        bands[0 if order < 6 else 1 if order == 6 else 2].append(shape)
        corners[shape.feature], courses[shape.feature] = [], []
        for part in parts_of(shape.geometry):
            for line in [part.exterior] if part.geom_type == "Polygon" else [part]:
                course, own = course_of(line, heights)
                courses[shape.feature].append(course)
                corners[shape.feature].append(own)
    traces = Traces.of(corners, courses)
    made = Painted([_drape(layer, band) if band else None for band in bands], traces=traces)
    if solids:
        made.footprints = _footprints(layer, solids)
    if len(traces.vertices):
        low, high = traces.vertices.min(axis=0), traces.vertices.max(axis=0)
        made.bounds = (*map(float, low), *map(float, high))  # type: ignore[assignment]
    return made


def _drape(layer: str, shapes: list[EntityShape]) -> DrapeLayer:
    import shapely

    table = FeatureTable(
        np.array([shape.feature for shape in shapes], np.int64),
        np.array([shapely.force_2d(shape.geometry) for shape in shapes], object),
        {
            "type": [shape.kind for shape in shapes],
            "name": [shape.name for shape in shapes],
            "shapan_width_m": [shape.width_m or None for shape in shapes],
            "shapan_colour": [shape.colour for shape in shapes],
        },
    )
    return DrapeLayer(layer, table, {"over_imagery": _OVER_IMAGERY}).prepare()


def _footprints(layer: str, solids: list[EntityShape]) -> Footprints:
    import shapely

    parts = [(part, shape) for shape in solids for part in parts_of(shape.geometry)]
    rings = [np.asarray(part.exterior.coords, np.float64)[:, :2] for part, _ in parts]
    heights = np.array([shape.height_m for _, shape in parts], np.float64)
    return Footprints(layer, rings, heights, shapely.STRtree([part for part, _ in parts]))


__all__ = ["Built", "Chunk", "Painted", "Traces", "arrange", "build", "casts_shadow", "paint"]
