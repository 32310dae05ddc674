"""GIS tables of the demo city (GeoPackage)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from shapely import Point, box, to_wkb
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from assets.demo_city.buildings import Building
from assets.demo_city.furniture import Thing, Tree, species
from assets.demo_city.plan import (
    CONTAINER_YARD,
    CRS,
    OLD_TOWN,
    ORIGIN,
    TERMINAL_LOT,
    Plan,
    polygons,
)

_USES: Final = {
    "cbd": ("中央商务区", "business"), "housing": ("居住用地", "residential"),
    "park": ("公园绿地", "park"), "green": ("防护绿地", "green"), "plaza": ("广场", "plaza"),
    "logistics": ("物流仓储", "logistics"), "mixed": ("商住混合", "mixed"),
    "industry": ("工业用地", "industry"),
}  # fmt: skip


def write_table(
    path: Path,
    table: str,
    geometry: Sequence[BaseGeometry],
    columns: Mapping[str, Sequence[Any]],
    kind: str,
) -> None:
    """Append one table to a GeoPackage.

    Parameters
    ----------
    geometry : sequence
        In plan coordinates; written in the project's CRS.
    kind : str
        ``Point``, ``LineString`` or ``Polygon``.
    """
    import pyogrio  # heavy, and needed only when the city is made

    # Otherwise the time of writing would be in the file.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-03-01T10:00:00.000Z"})
    moved = [translate(g, *ORIGIN) for g in geometry]
    try:
        pyogrio.raw.write(
            path,
            np.array([to_wkb(g) for g in moved], dtype=object),
            field_data=[_column(values) for values in columns.values()],
            fields=np.array(list(columns), dtype=object),
            layer=table,
            driver="GPKG",
            geometry_type=kind,
            crs=CRS,
            append=path.exists(),
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _column(values: Sequence[Any]) -> Any:
    first = next((v for v in values if v is not None), "")
    if isinstance(first, str):
        return np.array(["" if v is None else v for v in values], dtype=object)
    if isinstance(first, int):
        return np.array(values, dtype=np.int32)
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def named(chinese: Iterable[str], english: Iterable[str], *, in_english: bool) -> dict[str, Any]:
    """Return the columns of names: ``name`` in the language asked for, the other one beside it."""
    if in_english:
        return {"name": list(english), "name_zh": list(chinese)}
    return {"name": list(chinese), "name_en": list(english)}


def write_buildings(path: Path, buildings: list[Building], *, english: bool) -> None:
    """Write the footprints, as the cadastre delivers them."""
    names = named((b.name for b in buildings), (b.name_en for b in buildings), in_english=english)
    columns: dict[str, Sequence[Any]] = {
        **names,
        "height": [b.height_m for b in buildings],
        "levels": [b.levels for b in buildings],
        "use": [b.use for b in buildings],
        "built": [b.built for b in buildings],
    }
    write_table(path, "buildings", [b.outline for b in buildings], columns, "Polygon")


def write_streets(path: Path, plan: Plan, *, english: bool) -> None:
    """Write centre lines with class, width and lanes."""
    streets = plan.streets
    columns: dict[str, Sequence[Any]] = {
        **named((s.name for s in streets), (s.name_en for s in streets), in_english=english),
        "class": [s.kind for s in streets],
        "width_m": [s.width_m for s in streets],
        "lanes": [s.lanes for s in streets],
        "bridge": [int(s.bridge) for s in streets],
    }
    write_table(path, "roads", [s.line for s in streets], columns, "LineString")


def write_water(path: Path, plan: Plan, *, english: bool) -> None:
    """Write sea and canal."""
    parts = [(p, "杭州湾", "Hangzhou Bay", "sea") for p in polygons(plan.sea)]
    parts += [(p, "通海河", "Tonghai Canal", "canal") for p in polygons(plan.canal)]
    shapes, names, names_en, kinds = zip(*parts)
    columns = {**named(names, names_en, in_english=english), "class": kinds}
    write_table(path, "water", shapes, columns, "Polygon")


def write_land_use(path: Path, plan: Plan, *, english: bool) -> None:
    """Write what every block is used for."""
    blocks = [(b.area, *_USES[b.use]) for b in plan.blocks]
    blocks += [
        (box(*CONTAINER_YARD), "集装箱堆场", "container yard"),
        (box(*TERMINAL_LOT), "客运码头", "passenger terminal"),
        (box(*OLD_TOWN), "老城区", "old town"),
    ]
    blocks += [(p, "沙滩", "beach") for p in polygons(plan.beach)]
    shapes, names, kinds = zip(*blocks)
    names_en = [kind.capitalize() for kind in kinds]
    columns = {**named(names, names_en, in_english=english), "class": kinds}
    write_table(path, "land_use", shapes, columns, "Polygon")


def write_districts(path: Path, plan: Plan, *, english: bool) -> None:
    """Write the districts' outlines."""
    width, depth = plan.size.width_m, plan.size.depth_m
    districts = (
        ("港区", "Port", box(0, 330, 585, 575)),
        ("客运枢纽", "Passenger Hub", box(585, 330, 1010, 575)),
        ("海湾公园", "Bay Park", box(1060, 330, width, 590)),
        ("金融城", "Financial District", box(400, 590, 975, 780)),
        ("临港物流园", "Logistics Park", box(0, 590, 400, 780)),
        ("老城区", "Old Town", box(545, 790, 975, 1110)),
        ("城西社区", "West Side", box(0, 790, 545, 1110)),
        ("北苑", "Beiyuan", box(0, 1130, 975, min(depth, 1545))),
        ("青山公园", "Qingshan Park", box(1140, 590, 1540, 1110)),
        ("东湾", "East Bay", box(1140, 1130, width, min(depth, 1545))),
    )
    columns = named((d[0] for d in districts), (d[1] for d in districts), in_english=english)
    write_table(path, "districts", [d[2] for d in districts], columns, "Polygon")


def write_things(path: Path, plan: Plan, things: list[Thing], *, english: bool) -> None:
    """Write one table a kind of thing, with the columns that kind has."""
    said = {**_ENGLISH, **{s.name: s.name_en for s in plan.streets}} if english else {}
    for kind in sorted({t.type for t in things}):
        some = [t for t in things if t.type == kind]
        columns: dict[str, list[Any]] = {
            "type": [t.type for t in some],
            **named((t.name for t in some), (t.name_en for t in some), in_english=english),
            # What stands on a foot is as tall as its height above ground; for the others a
            # column of that name would say how high they hang.
            "height_m" if kind in _FOOTED else "overall_height_m": [t.height_m for t in some],
            "heading_deg": [t.heading_deg for t in some],
        }
        for key in sorted({k for t in some for k in t.attributes}):
            values = [t.attributes.get(key) for t in some]
            columns[key] = [said.get(v, v) for v in values]
        write_table(path, _TABLES[kind][english], [Point(t.x, t.y) for t in some], columns, "Point")


_ENGLISH: Final[dict[Any, str]] = {
    "市环境监测站": "Environment Office", "港航局": "Port Authority",
    "市交警支队": "Traffic Police", "港务集团": "Harbour Group",
    "远洋航运": "Yuanyang Shipping", "市政照明": "Street Lighting", "水务集团": "Water Works",
}  # fmt: skip
_FOOTED: Final = frozenset({"lamp", "camera", "sensor"})
_TABLES: Final = {
    "crane": ("岸桥", "Quay cranes"), "container": ("集装箱", "Containers"),
    "lamp": ("路灯", "Street lamps"), "camera": ("摄像机", "Cameras"),
    "sensor": ("传感器", "Sensors"), "pump": ("水泵", "Pumps"),
    "truck": ("集卡", "Trucks"), "ship": ("船舶", "Ships"),
}  # fmt: skip


def write_trees(
    path: Path, trees: list[Tree], chance: np.random.Generator, *, english: bool
) -> None:
    """Write the tree register."""
    names = [species(t) for t in trees]
    columns: dict[str, Sequence[Any]] = {
        "type": ["tree"] * len(trees),
        **named((n[0] for n in names), (n[1] for n in names), in_english=english),
        "height_m": [round(t.height_m, 1) for t in trees],
        "crown_m": [round(t.crown_m, 1) for t in trees],
        "planted": [int(v) for v in chance.integers(1975, 2022, len(trees))],
    }
    write_table(path, "trees", [Point(t.x, t.y) for t in trees], columns, "Point")
