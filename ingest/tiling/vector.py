"""Brings vector tables into the project: solids, draped lines and areas, symbols, tables."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from ingest.readers.contract import FeatureChunk, MeshChunk
from ingest.shell import SOLID_COLUMN, Shell, read_shell
from ingest.tiling import feature_types
from ingest.tiling.contract import LayerContent, Target
from ingest.tiling.facades import choose
from ingest.tiling.feature_table import FILE_NAME, FeatureTable, read_chunks
from ingest.tiling.placing import place, shapes_of
from ingest.tiling.roofed import Roofed, roofed_chunks, stated_solids
from ingest.tiling.solids import Solids, extrude, valid_polygons
from twin_model.entity import Entity
from twin_model.frame import ToLocal
from twin_model.layer import LayerRole

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[Any]

#: Namespace of the ids of features: the same layer and row always give the same entity.
_NAMESPACE: Final = uuid.UUID("5b1f4f0e-6a0c-5d5e-9d55-7c1a2f6f9b10")
#: What stands there has some height; two storeys is the usual guess.
ASSUMED_BUILDING_HEIGHT_M: Final = 6.0
#: Solids reach this far below the lowest ground under them, so that no gap opens on slopes.
_SUNK_M: Final = 0.5
_SOLIDS_A_CHUNK: Final = 500
_SOLID_COLUMNS: Final = (
    "shapan_base_m", "shapan_ground_m", "shapan_roof_m", "shapan_facade", "shapan_part",
    SOLID_COLUMN,
)  # fmt: skip
#: An outline of which this share is covered by parts is drawn by them (Simple 3D Buildings).
_PARTED: Final = 0.5
_FAMILIES: Final = {
    0: "points",
    4: "points",
    1: "lines",
    2: "lines",
    5: "lines",
    3: "areas",
    6: "areas",
}
_ROLES: Final = {
    "points": LayerRole.SYMBOLS, "lines": LayerRole.DRAPE, "areas": LayerRole.DRAPE,
    "solids": LayerRole.MESH, "none": LayerRole.TABLE,
}  # fmt: skip

TargetFor = Callable[[str], Target]


def convert_features(chunks: Iterable[FeatureChunk], target_for: TargetFor) -> list[LayerContent]:
    """Write every source table as layers, one for each kind of geometry in it.

    Polygons that have a height (and buildings, whose height is assumed where none is stated)
    become solids on the terrain; other polygons and lines are draped; points become symbols of
    their entity type; rows without geometry stay a table. Every row is an entity.

    Parameters
    ----------
    chunks : iterable of FeatureChunk
        Tables may alternate.
    target_for : callable
        Called with a name, gives a fresh target for one layer.

    Returns
    -------
    list of LayerContent
        In the order in which the tables appeared; `features.gpkg` is in every folder.

    Raises
    ------
    FrameError
        If a table's CRS cannot be transformed into the project's.
    SourceError, Cancelled
    """
    tables: dict[str, _Table] = {}
    for chunk in chunks:
        table = tables.setdefault(chunk.layer, _Table(chunk.layer, target_for))
        table.add(chunk)
    return [content for table in tables.values() for content in table.finish()]


@dataclass
class _Rows:
    """Rows of one chunk that go into the same layer."""

    shapes: Shapes
    has_heights: npt.NDArray[np.bool_]
    types: list[str]
    names: list[str]
    columns: dict[str, list[Any]]
    solids: list[Shell | None]

    def __len__(self) -> int:
        return len(self.shapes)

    def taken(self, rows: npt.NDArray[np.int64]) -> _Rows:
        index = rows.tolist()
        return _Rows(
            self.shapes[rows],
            self.has_heights[rows],
            [self.types[i] for i in index],
            [self.names[i] for i in index],
            {name: [values[i] for i in index] for name, values in self.columns.items()},
            [self.solids[i] for i in index],
        )


class _Table:
    """One table of the source and the layers made of it."""

    def __init__(self, name: str, target_for: TargetFor) -> None:
        self._name = name
        self._target_for = target_for
        self._layers: dict[str, _FeatureLayer] = {}
        self._transforms: dict[str | None, ToLocal] = {}
        self._malformed = 0
        self._misplaced = 0
        self._label_field = ""

    def add(self, chunk: FeatureChunk) -> None:
        """Add rows, each to the layer of its kind."""
        count = len(chunk)
        if count == 0:
            return
        shapes, malformed = shapes_of(chunk.geometry)
        self._malformed += malformed
        types = feature_types.entity_types(self._name, chunk.columns, count)
        families = _families(shapes, types, chunk.columns)
        main = self._main_family(families)
        to_local = self._to_local(chunk, main)
        placed, has_heights = place(shapes, to_local)
        self._misplaced += int((shapely.is_missing(placed) & ~shapely.is_missing(shapes)).sum())
        names, label = feature_types.names(chunk.columns, count)
        self._label_field = self._label_field or label
        solids = stated_solids(chunk.columns, count, to_local)
        columns = {key: values for key, values in chunk.columns.items() if key != SOLID_COLUMN}
        rows = _Rows(placed, has_heights, types, names, columns, solids)
        families[families == "none"] = main
        for family in dict.fromkeys([main, *families.tolist()]):
            chosen = np.flatnonzero(families == family)
            if len(chosen):
                self._layer(family).add(rows.taken(chosen))

    def finish(self) -> list[LayerContent]:
        """Return what was written."""
        contents = [layer.finish(self._label_field) for layer in self._layers.values()]
        if contents and self._malformed:
            contents[0].warnings.append(f"{self._malformed} geometries are malformed and left out")
        if contents and self._misplaced:
            contents[0].warnings.append(
                f"{self._misplaced} features have no place in the project's CRS; "
                "only their attributes are kept"
            )
        return contents

    def _main_family(self, families: npt.NDArray[Any]) -> str:
        if self._layers:
            return next(iter(self._layers))
        counted = Counter(f for f in families.tolist() if f != "none")
        return counted.most_common(1)[0][0] if counted else "none"

    def _to_local(self, chunk: FeatureChunk, main: str) -> ToLocal:
        if chunk.crs not in self._transforms:
            target = self._layer(main).target
            # Tables of one source may be in different CRS, so the chunk's own goes first.
            self._transforms[chunk.crs] = (
                target.to_local if chunk.crs is None or target.to_local.is_local
                else target.frame.transform_from(chunk.crs)
            )  # fmt: skip
        return self._transforms[chunk.crs]

    def _layer(self, family: str) -> _FeatureLayer:
        if family not in self._layers:
            name = self._name if not self._layers else f"{self._name} {family}"
            self._layers[family] = _FeatureLayer(name, family, self._target_for(name))
        return self._layers[family]


def _families(shapes: Shapes, types: list[str], columns: dict[str, list[Any]]) -> npt.NDArray[Any]:
    """Return points, lines, areas, solids or none for each row."""
    kinds = shapely.get_type_id(shapes)
    families = np.array([_FAMILIES.get(int(kind), "none") for kind in kinds], dtype=object)
    heights = feature_types.heights_m(columns, len(shapes))
    for index in np.flatnonzero(families == "areas"):
        kind = types[index]
        if kind == "building" or (heights[index] > 0 and feature_types.is_solid(kind)):
            families[index] = "solids"
    return families


@dataclass
class _Bounds:
    low: Floats = field(default_factory=lambda: np.full(3, np.inf))
    high: Floats = field(default_factory=lambda: np.full(3, -np.inf))

    def add(self, points: Floats) -> None:
        if len(points):
            self.low = np.fmin(self.low, points.min(axis=0))
            self.high = np.fmax(self.high, points.max(axis=0))


class _FeatureLayer:
    """One layer about to be: its features.gpkg and entities."""

    def __init__(self, name: str, family: str, target: Target) -> None:
        self.name = name
        self.family = family
        self.target = target
        self.table = FeatureTable(target.folder / FILE_NAME, target.frame.crs)
        self.entities: list[Entity] = []
        self.types: Counter[str] = Counter()
        self.warnings: list[str] = []
        self.bounds = _Bounds()
        self.assumed = 0
        self.parts = 0
        self.repaired = 0

    def add(self, rows: _Rows) -> None:
        """Write rows and make their entities."""
        self.target.job.report(f"Placing {self.name}", self.table.count, 0, "features")
        self.types.update(rows.types)
        positions = self._positions(rows)
        extra: dict[str, list[Any]] = {
            "shapan_type": list(rows.types),
            "shapan_name": [name or None for name in rows.names],
        }
        headings = np.nan_to_num(feature_types.headings_deg(rows.columns, len(rows)))
        if self.family == "points":
            heights = feature_types.heights_m(rows.columns, len(rows))
            extra["shapan_height_m"] = _or_none(heights)
            extra["shapan_heading_deg"] = headings.tolist()
        elif self.family == "lines":
            extra["shapan_width_m"] = feature_types.widths_m(rows.types, rows.columns).tolist()
        elif self.family == "solids":
            extra |= self._solid_columns(rows)
        offset = self.target.frame.offset
        own = {name: values for name, values in rows.columns.items() if name not in extra}
        absolute = _moved(rows.shapes, offset)
        first = self.table.append(absolute, own | extra)
        self._add_entities(rows, positions, headings, first)

    def finish(self, label_field: str) -> LayerContent:
        """Return the layer's content; solids are built now, from the table."""
        counts = {"features": self.table.count}
        main_type = self.types.most_common(1)[0][0] if self.types else "feature"
        style = feature_types.style_of(main_type) | {"label_field": label_field}
        if self.table.misfits:
            self.warnings.append(
                f"{self.table.misfits} values do not fit the type of their column; left empty"
            )
        bounds = None
        if np.isfinite(self.bounds.low).all():
            bounds = (*map(float, self.bounds.low), *map(float, self.bounds.high))
        content = LayerContent(
            _ROLES[self.family], FILE_NAME, bounds, counts,  # type: ignore[arg-type]
            name=self.name, entities=self.entities, warnings=self.warnings, style=style,
            layer=self.target.layer,
        )  # fmt: skip
        return self._solidified(content) if self.family == "solids" else content

    def _solidified(self, content: LayerContent) -> LayerContent:
        from ingest.tiling.meshes import tile_meshes

        # The shapes in the table are local once the offset is taken off: nothing to transform.
        local = replace(self.target, to_local=self.target.frame.transform_from(None))
        made = tile_meshes(self._solid_chunks(), local)
        if self.assumed:
            self.warnings.append(
                f"{self.assumed} of {self.table.count} buildings state no height; "
                f"they stand {ASSUMED_BUILDING_HEIGHT_M:g} m high"
            )
        if self.repaired:
            self.warnings.append(f"{self.repaired} outlines cross themselves and were repaired")
        return replace(
            content,
            content=made.content,
            bounds_local=made.bounds_local or content.bounds_local,
            counts=made.counts | content.counts,
            warnings=self.warnings + made.warnings,
            style=content.style | {"extruded": True},
        )

    def _solid_chunks(self) -> Iterator[MeshChunk]:
        done = 0
        offset = self.target.frame.offset
        tree, part_areas = self._part_tree() if self.parts else (None, np.empty(0))
        for fids, shapes, columns in read_chunks(
            self.table.path, list(_SOLID_COLUMNS), _SOLIDS_A_CHUNK
        ):
            self.target.job.report(f"Raising {self.name}", done, self.table.count, "features")
            done += len(fids)
            outlines, repaired = valid_polygons(_moved(shapes, -offset))
            self.repaired += repaired
            base, ground, roof = (np.asarray(c, np.float64) - offset[2] for c in columns[:3])
            usable = ~shapely.is_missing(outlines) & np.isfinite(base) & (roof > base)
            if tree is not None:
                covered = np.zeros(len(outlines))
                outline, part = tree.query(outlines, predicate="contains")
                np.add.at(covered, outline, part_areas[part])
                whole = np.asarray(columns[4], np.float64) == 0
                usable &= ~(whole & (covered > _PARTED * shapely.area(outlines)))
            facade = np.asarray(columns[3], np.float64)
            roofed = []
            for index in np.flatnonzero(usable & np.isfinite(ground)).tolist():
                shell = read_shell(columns[5][index] or "")
                if shell is not None:
                    usable[index] = False
                    roofed.append(Roofed(
                        shell.moved(-offset), float(base[index]), float(ground[index]),
                        int(fids[index]), int(facade[index]),
                    ))  # fmt: skip
            yield from roofed_chunks(roofed)
            yield from extrude(
                Solids(
                    outlines[usable], base[usable], ground[usable], roof[usable],
                    np.asarray(fids, np.int64)[usable], facade[usable].astype(np.int64),
                )
            )  # fmt: skip

    def _part_tree(self) -> tuple[shapely.STRtree, Floats]:
        """Return a point in each part of a building, in a tree, and the parts' areas."""
        points: list[Any] = []
        areas: list[float] = []
        for _, shapes, _ in read_chunks(
            self.table.path, ["shapan_part"], _SOLIDS_A_CHUNK, "shapan_part = 1"
        ):
            self.target.job.check()
            outlines, _ = valid_polygons(_moved(shapes, -self.target.frame.offset))
            outlines = outlines[~shapely.is_missing(outlines)]
            points += list(shapely.point_on_surface(outlines))
            areas += shapely.area(outlines).tolist()
        return shapely.STRtree(points), np.array(areas)

    def _solid_columns(self, rows: _Rows) -> dict[str, list[Any]]:
        """Return absolute heights of underside, ground and roof, and the façade."""
        count = len(rows)
        stated = feature_types.heights_m(rows.columns, count)
        lift = feature_types.base_heights_m(rows.columns, count)
        low = self._lowest_ground(rows.shapes)
        has_ground = np.isfinite(low)
        own = _top_heights(rows.shapes)
        # Without terrain the ground is the plane through the project's origin.
        ground = np.where(has_ground, low, np.where(rows.has_heights & (stated > 0), own, 0.0))
        above = own - ground
        # Heights of its own that lie well above the ground are those of the roof.
        roofed = rows.has_heights & (above > np.fmax(0.5 * np.nan_to_num(stated), 0.5))
        assumed = ~(stated > 0) & ~roofed
        height = np.where(stated > 0, stated, ASSUMED_BUILDING_HEIGHT_M)
        roof = np.where(roofed, own, ground + height)
        base = np.where(lift > 0, ground + np.minimum(lift, height - 0.1), ground)
        base = np.where(has_ground & ~(lift > 0), base - _SUNK_M, base)
        self.assumed += int(assumed.sum())
        uses = feature_types.uses(rows.columns, count)
        first = self.table.count + 1
        facade = [choose(uses[i], float(height[i]), first + i) for i in range(count)]
        parts = feature_types.are_parts(rows.columns, count)
        self.parts += sum(parts)
        z = float(self.target.frame.offset[2])
        return {
            "shapan_height_m": (roof - ground).tolist(),
            "shapan_base_m": (base + z).tolist(),
            "shapan_ground_m": (ground + z).tolist(),
            "shapan_roof_m": (roof + z).tolist(),
            "shapan_facade": facade,
            "shapan_part": [int(part) for part in parts],
            SOLID_COLUMN: [
                None if solid is None else solid.moved(self.target.frame.offset).to_text()
                for solid in rows.solids
            ],
        }

    def _lowest_ground(self, shapes: Shapes) -> Floats:
        low = np.full(len(shapes), np.nan)
        if self.target.ground is None:
            return low
        points, owner = shapely.get_coordinates(shapes, return_index=True)
        heights = self.target.ground(points)
        np.fmin.at(low, owner, heights)
        return low

    def _positions(self, rows: _Rows) -> Floats:
        """Return (n, 3) reference points on the ground, NaN for rows without a place."""
        shapes = rows.shapes
        out = np.full((len(rows), 3), np.nan)
        present = np.flatnonzero(~shapely.is_missing(shapes))
        chosen = shapes[present]
        if self.family == "lines":
            points = shapely.line_interpolate_point(chosen, 0.5, normalized=True)
            bad = shapely.is_missing(points) | shapely.is_empty(points)
            points[bad] = shapely.centroid(chosen[bad])
        elif self.family == "points":
            points = shapely.get_geometry(chosen, 0)
        else:
            points = shapely.point_on_surface(chosen)
        places = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
        z = np.zeros(len(chosen))
        if self.target.ground is not None and len(places):
            z = np.nan_to_num(self.target.ground(places))
        own = shapely.get_z(points)
        if self.family == "points":
            # A surveyed height counts more than the terrain's.
            z = np.where(rows.has_heights[present] & np.isfinite(own), own, z)
        out[present] = np.column_stack([places, z])
        corners = shapely.get_coordinates(chosen)
        low, high = (float(z.min()), float(z.max())) if len(z) else (0.0, 0.0)
        if len(corners):
            self.bounds.add(np.column_stack([corners, np.full(len(corners), low)]))
            self.bounds.add(np.column_stack([corners[:1], [high]]))
        return out

    def _add_entities(self, rows: _Rows, positions: Floats, headings: Floats, first: int) -> None:
        layer = self.target.layer
        fields = list(rows.columns.items())
        if all(name.lower() != "height_m" for name in rows.columns):
            # What the source calls in its own way, in the words and the unit of the types.
            stated = feature_types.heights_m(rows.columns, len(rows), by_levels=False)
            fields.append(("height_m", _or_none(stated)))
        placed = np.asarray(np.isfinite(positions).all(axis=1), bool)
        for index, (kind, name, place_m, heading) in enumerate(
            zip(rows.types, rows.names, positions.tolist(), headings.tolist())
        ):
            if index % 2000 == 0:
                self.target.job.check()
            fid = first + index
            self.entities.append(
                Entity(
                    id=str(uuid.uuid5(_NAMESPACE, f"{layer}/{fid}")),
                    type=kind,
                    name=name,
                    position=(place_m[0], place_m[1], place_m[2]) if placed[index] else None,
                    heading_deg=heading,
                    layer=layer,
                    feature=fid,
                    attributes={
                        key: values[index] for key, values in fields if values[index] is not None
                    },
                )
            )


def _top_heights(shapes: Shapes) -> Floats:
    """Return each shape's greatest own height, NaN where it has none."""
    points, owner = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    top = np.full(len(shapes), np.nan)
    np.fmax.at(top, owner, points[:, 2])
    return top


def _moved(shapes: Shapes, offset: Floats) -> Shapes:
    """Return shapes shifted by *offset*; those without heights stay two-dimensional."""
    out = shapes.copy()
    for dimensions in (2, 3):
        chosen = np.asarray(shapely.has_z(out)) == (dimensions == 3)
        part: Shapes = out[chosen]
        points = shapely.get_coordinates(part, include_z=dimensions == 3)
        if len(points):
            moved = points + offset[:dimensions]
            out[chosen] = shapely.set_coordinates(part.copy(), moved)
    return out


def _or_none(values: Floats) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]
