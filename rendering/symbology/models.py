"""Low-poly models of things that vector layers know only as points.

Every model stands at the origin on z = 0, in metres, its front towards north (+y); a heading
turns it clockwise. Colours are parts, because instancing draws one colour a part.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.symbology.palette import rgb

Array = npt.NDArray[np.float64]

STEEL: Final = "#8d979c"
DARK: Final = "#4a5257"
CONCRETE: Final = "#b9b6ae"
ORANGE: Final = "#c8641e"
WHITE: Final = "#eef1f2"


@dataclass
class Model:
    """Triangles by colour.

    Parameters
    ----------
    parts : dict of str to list of (n, 3, 3) arrays
        Colour -> triangles, anticlockwise from outside.
    soft : set of str
        Colours of leaves.
    """

    parts: dict[str, list[Array]] = field(default_factory=dict)
    soft: set[str] = field(default_factory=set)

    def add(self, colour: str, triangles: Array) -> None:
        """Add triangles."""
        self.parts.setdefault(colour, []).append(np.asarray(triangles, np.float64))

    def box(self, colour: str, centre: Any, size: Any, *, lean: Any = (0.0, 0.0)) -> None:
        """Add a box; *lean* shifts its top."""
        half = np.asarray(size, float) / 2
        signs = np.array([(x, y, z) for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], float)
        corners = np.asarray(centre, float) + signs * half
        corners[4:, 0] += lean[0]
        corners[4:, 1] += lean[1]
        quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
        self.add(colour, _quads(corners, quads))

    def beam(self, colour: str, start: Any, end: Any, width: float) -> None:
        """Add a square bar between two points."""
        a, b = np.asarray(start, float), np.asarray(end, float)
        along = (b - a) / np.linalg.norm(b - a)
        side = np.cross(along, (0.0, 0.0, 1.0))
        side = np.array([1.0, 0, 0]) if np.linalg.norm(side) < 1e-6 else side / np.linalg.norm(side)
        up = np.cross(side, along)
        ring = [(-side - up), (side - up), (side + up), (-side + up)]
        corners = np.array([a + r * width / 2 for r in ring] + [b + r * width / 2 for r in ring])
        quads = [(0, 1, 2, 3), (4, 7, 6, 5), (0, 4, 5, 1), (1, 5, 6, 2), (2, 6, 7, 3), (3, 7, 4, 0)]
        self.add(colour, _quads(corners, quads))

    def cone(
        self, colour: str, base: Any, height: float, low: float, high: float, sides: int = 7
    ) -> None:
        """Add a frustum with radii *low* and *high*."""
        around = np.linspace(0, 2 * math.pi, sides, endpoint=False)
        ring = np.column_stack([np.cos(around), np.sin(around), np.zeros(sides)])
        origin = np.asarray(base, float)
        bottom, top = origin + ring * low, origin + ring * high + (0.0, 0.0, height)
        tip = origin + np.array([0.0, 0.0, height])
        faces = []
        for i in range(sides):
            j = (i + 1) % sides
            faces.append((bottom[i], bottom[j], top[j]))
            if high > 1e-6:
                faces.append((bottom[i], top[j], top[i]))
                faces.append((top[i], top[j], tip))
        self.add(colour, np.array(faces))

    def blob(self, colour: str, centre: Any, radius: Any, seed: int = 1) -> None:
        """Add a slightly irregular icosahedral ball, once divided at its equator only."""
        chance = np.random.default_rng(seed)
        points, faces = _icosahedron()
        points = points * (1.0 + chance.uniform(-0.10, 0.10, (len(points), 1)))
        self.add(colour, (np.asarray(centre, float) + points * np.asarray(radius, float))[faces])

    @functools.cached_property
    def mesh(
        self,
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Corners (3 n, 3), their normals, and their colours 0 to 1."""
        corners, normals, colours = [], [], []
        for colour, pieces in self.parts.items():
            triangles = np.concatenate(pieces)
            sides = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
            normal = np.repeat(_unit(np.cross(*sides).astype(np.float64)), 3, axis=0)
            corner = triangles.reshape(-1, 3)
            tone = np.tile(rgb(colour), (len(corner), 1))
            if colour in self.soft:
                # Leaves: as if the crown were round, darker below where less of the sky is.
                low, high = corner.min(axis=0), corner.max(axis=0)
                outward = (corner - (low + high) / 2) / np.maximum(high - low, 1e-6)
                normal = _unit(0.45 * normal + _unit(outward))
                share = (corner[:, 2:] - low[2]) / max(high[2] - low[2], 1e-6)
                tone = tone * (0.70 + 0.42 * share)
            corners.append(corner)
            normals.append(normal)
            colours.append(tone)
        return (
            np.concatenate(corners).astype(np.float32),
            np.concatenate(normals).astype(np.float32),
            np.concatenate(colours).astype(np.float32),
        )

    @property
    def triangles(self) -> int:
        """Number of triangles."""
        return sum(len(piece) for pieces in self.parts.values() for piece in pieces)

    @property
    def bounds(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Lowest and highest corner."""
        points = np.concatenate([p.reshape(-1, 3) for ps in self.parts.values() for p in ps])
        return points.min(axis=0), points.max(axis=0)

    @property
    def size(self) -> tuple[float, float]:
        """Radius about the z axis and height, metres."""
        points = np.concatenate([p.reshape(-1, 3) for ps in self.parts.values() for p in ps])
        return float(np.linalg.norm(points[:, :2], axis=1).max()), float(points[:, 2].max())


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def _quads(corners: Array, quads: list[tuple[int, int, int, int]]) -> Array:
    return np.array(
        [
            t
            for a, b, c, d in quads
            for t in ((corners[a], corners[b], corners[c]), (corners[a], corners[c], corners[d]))
        ]
    )


def _icosahedron() -> tuple[Array, npt.NDArray[np.int64]]:
    g = (1 + math.sqrt(5)) / 2
    points = np.array(
        [(-1, g, 0), (1, g, 0), (-1, -g, 0), (1, -g, 0), (0, -1, g), (0, 1, g), (0, -1, -g),
         (0, 1, -g), (g, 0, -1), (g, 0, 1), (-g, 0, -1), (-g, 0, 1)], float
    )  # fmt: skip
    points /= np.linalg.norm(points[0])
    faces = np.array(
        [(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4),
         (11, 10, 2), (10, 7, 6), (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8),
         (3, 8, 9), (4, 9, 5), (2, 4, 11), (6, 2, 10), (8, 6, 7), (9, 8, 1)]
    )  # fmt: skip
    return points, faces


_LEAVES: Final = ("#6f9360", "#7fa06c", "#8bab76")
_NEEDLES: Final = ("#5f8364", "#6a8d6c")


def _tree() -> Model:
    m = Model(soft=set(_LEAVES))
    m.cone("#6f5a45", (0, 0, 0), 2.8, 0.20, 0.13, 5)
    m.blob(_LEAVES[0], (-0.35, -0.2, 3.9), (1.9, 1.8, 1.5), 1)
    m.blob(_LEAVES[1], (0.55, 0.35, 4.5), (1.7, 1.75, 1.5), 2)
    m.blob(_LEAVES[2], (0.0, 0.0, 5.7), (1.45, 1.4, 1.35), 3)
    return m


def _conifer() -> Model:
    m = Model(soft=set(_NEEDLES))
    m.cone("#6b5642", (0, 0, 0), 1.6, 0.2, 0.16, 5)
    m.cone(_NEEDLES[0], (0, 0, 1.2), 3.6, 1.9, 0.3, 7)
    m.cone(_NEEDLES[1], (0, 0, 3.4), 4.2, 1.4, 0.0, 7)
    return m


def _far_tree() -> Model:
    m = Model(soft=set(_LEAVES))
    around = np.linspace(0, 2 * math.pi, 6, endpoint=False)
    ring = np.column_stack([2.0 * np.cos(around), 2.0 * np.sin(around), np.full(6, 4.3)])
    low, high = np.array([0.0, 0.0, 2.2]), np.array([0.0, 0.0, 7.0])
    after = np.roll(ring, -1, axis=0)
    faces = [(a, b, high) for a, b in zip(ring, after)] + [(b, a, low) for a, b in zip(ring, after)]
    m.add(_LEAVES[1], np.array(faces))
    return m


def _far_conifer() -> Model:
    m = Model(soft=set(_NEEDLES))
    m.cone(_NEEDLES[0], (0, 0, 0.8), 6.8, 1.8, 0.0, 5)
    return m


def _far_lamp() -> Model:
    m = Model()
    m.cone(STEEL, (0, 0, 0), 8.0, 0.14, 0.0, 3)
    m.box(WHITE, (0, 1.4, 8.2), (0.3, 1.6, 0.12))
    return m


def _lamp() -> Model:
    m = Model()
    m.cone(STEEL, (0, 0, 0), 8.0, 0.11, 0.06, 6)
    m.beam(STEEL, (0, 0, 7.9), (0, 1.7, 8.3), 0.08)
    m.box(WHITE, (0, 1.9, 8.28), (0.32, 0.75, 0.12))
    return m


def _camera() -> Model:
    m = Model()
    m.cone(STEEL, (0, 0, 0), 6.0, 0.12, 0.08, 6)
    m.beam(STEEL, (0, 0, 5.7), (0, 0.9, 5.7), 0.09)
    m.box(WHITE, (0, 1.0, 5.55), (0.34, 0.95, 0.34))
    m.box(DARK, (0, 1.52, 5.55), (0.24, 0.10, 0.24))
    return m


def _sensor() -> Model:
    m = Model()
    m.cone(STEEL, (0, 0, 0), 2.4, 0.07, 0.06, 6)
    m.box(WHITE, (0, 0, 2.2), (0.55, 0.35, 0.65))
    m.box("#2f9aa0", (0, 0.19, 2.25), (0.36, 0.05, 0.30))
    m.blob("#2f9aa0", (0, 0, 2.75), 0.20)
    return m


def _crane() -> Model:
    """A ship-to-shore crane: portal of 30 m gauge, boom over the water to the north."""
    m = Model()
    gauge, width, sill, top = 24.0, 17.0, 14.0, 38.0
    for x in (-width / 2, width / 2):
        for y in (-gauge / 2, gauge / 2):
            m.beam(ORANGE, (x, y, 0.8), (x, y, top), 1.3)
            m.box(DARK, (x, y, 0.6), (3.4, 1.4, 1.2))
        m.beam(ORANGE, (x, -gauge / 2, sill), (x, gauge / 2, sill), 1.2)
        m.beam(ORANGE, (x, -gauge / 2, sill), (x, gauge / 2, top - 2), 0.7)
        m.beam(ORANGE, (x, -gauge / 2, top), (x, gauge / 2, top), 1.1)
    for y in (-gauge / 2, gauge / 2):
        m.beam(ORANGE, (-width / 2, y, sill), (width / 2, y, sill), 1.2)
        m.beam(ORANGE, (-width / 2, y, top), (width / 2, y, top), 1.2)
    for x in (-2.6, 2.6):
        m.beam(ORANGE, (x, -gauge / 2 - 14, top + 1.5), (x, gauge / 2 + 46, top + 1.5), 1.4)
    for y in range(-24, 56, 10):
        m.beam(ORANGE, (-2.6, y, top + 1.5), (2.6, y, top + 1.5), 0.5)
    apex = (0.0, gauge / 2 - 3, top + 22)
    for x in (-width / 2, width / 2):
        m.beam(ORANGE, (x, gauge / 2, top), apex, 0.9)
        m.beam(ORANGE, (x, -gauge / 2, top), apex, 0.5)
    for x in (-2.6, 2.6):
        m.beam(STEEL, apex, (x, gauge / 2 + 24, top + 2), 0.35)
        m.beam(STEEL, apex, (x, gauge / 2 + 44, top + 2), 0.35)
        m.beam(STEEL, apex, (x, -gauge / 2 - 13, top + 2), 0.35)
    m.box(WHITE, (0, -gauge / 2 - 4, top + 4), (8, 12, 4.5))
    m.box(DARK, (0, gauge / 2 + 14, top - 0.4), (4.4, 4.0, 2.2))
    m.box(WHITE, (0, gauge / 2 + 17.4, top - 1.6), (2.4, 2.2, 2.4))
    m.box("#d9b13a", (0, gauge / 2 + 14, 21.5), (2.6, 12.4, 0.9))
    for y in (gauge / 2 + 9, gauge / 2 + 19):
        m.beam(DARK, (0, y, 22), (0, gauge / 2 + 14, top - 1.4), 0.16)
    return m


def _pump() -> Model:
    m = Model()
    m.box(CONCRETE, (0, 0, 0.15), (3.2, 2.2, 0.3))
    m.box("#3f7d9c", (-0.5, 0, 1.0), (1.6, 1.0, 1.3))
    m.cone("#5b96b3", (0.9, 0, 0.3), 1.3, 0.62, 0.62, 9)
    m.beam(STEEL, (0.9, 0, 1.1), (0.9, 1.6, 1.1), 0.34)
    m.beam(STEEL, (0.9, 0, 1.6), (0.9, 0, 2.4), 0.26)
    return m


def _container() -> Model:
    m = Model()
    length, width, height = 6.06, 2.44, 2.59
    colours = ("#b5523f", "#3f6f94", "#5f8a63", "#c9973f", "#8a8f93")
    stacks = (
        (0, 0, 0),
        (0, 0, 1),
        (1, 0, 0),
        (1, 0, 1),
        (1, 0, 2),
        (2, 0, 0),
        (0, 1, 0),
        (1, 1, 0),
        (2, 1, 0),
        (2, 1, 1),
    )
    for i, (row, column, tier) in enumerate(stacks):
        m.box(
            colours[(i * 3 + tier) % len(colours)],
            ((row - 1) * (width + 0.35), (column - 0.5) * (length + 0.4), (tier + 0.5) * height),
            (width, length, height - 0.06),
        )
    return m


def _far_container() -> Model:
    m = Model()
    length, width, height = 6.06, 2.44, 2.59
    for row, tiers, colour in ((-1, 2, "#b5523f"), (0, 3, "#8a8f93"), (1, 2, "#c9973f")):
        size = (width, 2 * length + 0.4, tiers * height)
        m.box(colour, (row * (width + 0.35), 0.0, tiers * height / 2), size)
    return m


def _truck() -> Model:
    m = Model()
    m.box(DARK, (0, -1.5, 0.85), (2.3, 13.0, 0.35))
    m.box("#3f6f94", (0, -2.6, 2.35), (2.44, 9.6, 2.6))
    m.box(WHITE, (0, 4.2, 2.0), (2.4, 2.2, 2.6), lean=(0.0, -0.15))
    m.box(DARK, (0, 5.25, 2.45), (2.0, 0.15, 0.9))
    for y in (-6.2, -4.9, 1.6, 4.2):
        m.box(DARK, (0, y, 0.5), (2.5, 1.0, 1.0))
    return m


def _ship() -> Model:
    m = Model()
    length, beam, depth = 120.0, 20.0, 9.0
    half = beam / 2
    outline = [
        (-half, -length / 2),
        (half, -length / 2),
        (half, length * 0.32),
        (0.0, length / 2),
        (-half, length * 0.32),
    ]
    deck = np.array([(x, y, depth) for x, y in outline])
    keel = np.array([(x * 0.86, y * 0.96, -2.0) for x, y in outline])
    sides = []
    for i in range(5):
        j = (i + 1) % 5
        sides += [(keel[i], keel[j], deck[j]), (keel[i], deck[j], deck[i])]
    m.add("#344a5e", np.array(sides))
    m.add(
        "#8b5a4a",
        np.array(
            [(deck[0], deck[1], deck[2]), (deck[0], deck[2], deck[4]), (deck[4], deck[2], deck[3])]
        ),
    )
    m.box(WHITE, (0, -length * 0.40, depth + 8), (beam * 0.86, 11, 16))
    m.box(DARK, (0, -length * 0.353, depth + 14), (beam * 0.8, 0.4, 1.6))
    m.box(ORANGE, (0, -length * 0.455, depth + 15), (4, 4, 8))
    colours = ("#b5523f", "#3f6f94", "#5f8a63", "#c9973f", "#8a8f93")
    for row in range(7):
        for column in range(3):
            tiers = 1 + (row * 3 + column * 2) % 3
            m.box(
                colours[(row * 2 + column) % 5],
                ((column - 1) * 5.6, -length * 0.27 + row * 10.4, depth + tiers * 1.35),
                (5.2, 9.6, tiers * 2.7),
            )
    return m


def _tank() -> Model:
    m = Model()
    m.cone("#dfe3e4", (0, 0, 0), 9.0, 7.0, 7.0, 18)
    m.cone("#cfd5d7", (0, 0, 9.0), 1.1, 7.0, 0.0, 18)
    m.cone("#c4cacc", (0, 0, 8.2), 0.3, 7.12, 7.12, 18)
    return m


def _pole() -> Model:
    m = Model()
    m.cone(STEEL, (0, 0, 0), 9.0, 0.14, 0.08, 6)
    m.beam(STEEL, (-1.2, 0, 8.4), (1.2, 0, 8.4), 0.12)
    return m


def _signal() -> Model:
    m = Model()
    m.cone(DARK, (0, 0, 0), 4.6, 0.09, 0.08, 6)
    m.box(DARK, (0, 0.12, 4.3), (0.36, 0.28, 1.1))
    for z, colour in ((4.65, "#d14b4b"), (4.3, "#e0b23c"), (3.95, "#4fa35c")):
        m.box(colour, (0, 0.28, z), (0.22, 0.06, 0.22))
    return m


def _hydrant() -> Model:
    m = Model()
    m.cone("#c0392b", (0, 0, 0), 0.8, 0.16, 0.14, 7)
    m.blob("#c0392b", (0, 0, 0.85), 0.17)
    m.beam("#c0392b", (-0.28, 0, 0.55), (0.28, 0, 0.55), 0.14)
    return m


def _bench() -> Model:
    m = Model()
    m.box("#9a7350", (0, 0, 0.45), (1.8, 0.45, 0.08))
    m.box("#9a7350", (0, -0.22, 0.75), (1.8, 0.06, 0.45))
    for x in (-0.75, 0.75):
        m.box(DARK, (x, 0, 0.22), (0.08, 0.4, 0.44))
    return m


def _manhole() -> Model:
    m = Model()
    m.cone("#5c6468", (0, 0, 0), 0.06, 0.4, 0.4, 10)
    return m


def _pin(colour: str = "#157f86") -> Model:
    m = Model()
    m.cone(colour, (0, 0, 0.05), 2.6, 0.02, 0.62, 9)
    m.blob(colour, (0, 0, 3.1), 0.85)
    m.blob("#f4f5f6", (0, 0, 3.35), 0.55)
    return m


def _cabinet(colour: str = STEEL) -> Model:
    """Machines and equipment that have no model of their own: a housing on its footing."""
    m = Model()
    m.box(CONCRETE, (0, 0, 0.08), (1.5, 1.1, 0.16))
    m.box(colour, (0, 0, 0.92), (1.3, 0.9, 1.52))
    m.box(DARK, (0, 0, 1.71), (1.36, 0.96, 0.06))
    m.box(WHITE, (0, 0.46, 1.25), (0.7, 0.03, 0.4))
    return m


MODELS: Final = {
    "tree": _tree, "conifer": _conifer, "lamp": _lamp, "camera": _camera, "sensor": _sensor,
    "crane": _crane, "pump": _pump, "container": _container, "truck": _truck, "ship": _ship,
    "tank": _tank, "pole": _pole, "traffic_signal": _signal, "hydrant": _hydrant,
    "bench": _bench, "manhole": _manhole,
}  # fmt: skip


#: Stand for whatever has no model of its own, in the colour of its type: ``cabinet#7f8c94``.
_COLOURED: Final = {"pin": _pin, "cabinet": _cabinet}


#: Models of symbols that plugins brought, by their ids; replaced as a whole.
_brought: Final[list[Mapping[str, Model]]] = [{}]


def bring_models(models: Mapping[str, Model]) -> None:
    """Have the models of plugins beside our own from now on, in place of those of before."""
    _brought[0] = dict(models)  # decoder threads may be reading the other one


def model(kind: str) -> Model:
    """Return the model of an entity type; a pin where there is none."""
    return _brought[0].get(kind) or _own_model(kind)


@functools.cache
def _own_model(kind: str) -> Model:
    name, mark, colour = kind.partition("#")
    if mark and name in _COLOURED:
        return _COLOURED[name](mark + colour)
    return MODELS.get(kind, _pin)()


_SIMPLE: Final = {
    "tree": _far_tree, "conifer": _far_conifer, "lamp": _far_lamp, "container": _far_container,
}  # fmt: skip


def simple_model(kind: str) -> Model:
    """Return what an entity type looks like from afar: the same model where it has no other."""
    return _own_simple_model(kind) if kind in _SIMPLE else model(kind)


@functools.cache
def _own_simple_model(kind: str) -> Model:
    return _SIMPLE[kind]()


def has_model(kind: str) -> bool:
    """Return whether an entity type has a model of its own."""
    return kind in MODELS or kind in _brought[0]
