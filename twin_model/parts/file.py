"""``base/<layer>/parts.gpkg``: the footprints of a model's parts, kept beside its tiles.

Derived, and made anew where it is missing or damaged; a GeoPackage, so that other programs can draw
rooms and walls in plan.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.parts.outline import Part
from twin_model.store import schema

PARTS_FILE: Final = "parts.gpkg"
#: Version of what footprints mean; a file of another one is made anew.
_VERSION: Final = 2
_APPLICATION_ID: Final = 0x47504B47
_TABLE: Final = """
CREATE TABLE parts (
  fid INTEGER PRIMARY KEY, geom BLOB NOT NULL, feature INTEGER, entity TEXT,
  bottom_m REAL NOT NULL, top_m REAL NOT NULL);
CREATE TABLE parts_version (version INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class LayerParts:
    """The parts of one layer.

    Parameters
    ----------
    features : dict of int to Part
        What is drawn, by feature id.
    entities : dict of str to Part
        What is not drawn, such as rooms and storeys, by the id of its entity.
    """

    features: dict[int, Part] = field(default_factory=dict)
    entities: dict[str, Part] = field(default_factory=dict)

    def of(self, entity_id: str, feature: int | None) -> Part | None:
        """Return the part that an entity of the layer stands for; None where there is none."""
        return self.entities.get(entity_id) if feature is None else self.features.get(feature)


def write_parts(folder: Path, parts: LayerParts, frame: Frame) -> None:
    """Write the parts of a layer; a reader sees all of them or none.

    Parameters
    ----------
    folder : Path
        Of the layer.
    parts : LayerParts
    frame : Frame

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    path = folder / PARTS_FILE
    temporary = path.with_name(f".{PARTS_FILE}.{os.getpid()}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(temporary)) as made, made:
            _fill(made, parts, frame)
        temporary.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{path} could not be written ({error})", remedy="free some disk space"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _fill(made: sqlite3.Connection, parts: LayerParts, frame: Frame) -> None:
    import shapely  # only where there are models: it takes 0.1 s to load

    from twin_model.topology import as_geopackage

    made.executescript(f"PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = 10300;")
    made.executescript(schema.GEOPACKAGE + _TABLE)
    srs = schema.insert_spatial_reference(made, frame)
    up = frame.offset[2]
    named: Iterable[tuple[int | None, str | None, Part]] = [
        *((feature, None, part) for feature, part in parts.features.items()),
        *((None, entity, part) for entity, part in parts.entities.items()),
    ]
    flat = [bytes(shapely.to_wkb(part.footprint, output_dimension=2)) for *_, part in named]
    made.executemany(
        "INSERT INTO parts (geom, feature, entity, bottom_m, top_m) VALUES (?,?,?,?,?)",
        [
            (geom, feature, entity, part.bottom + up, part.top + up)
            for geom, (feature, entity, part) in zip(
                as_geopackage(flat, frame, srs) if flat else [], named, strict=True
            )
        ],
    )
    made.execute("INSERT INTO parts_version VALUES (?)", (_VERSION,))
    made.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
        " VALUES ('parts', 'features', 'parts', 'Footprints of the parts of a model', ?)",
        (srs,),
    )
    made.execute(
        "INSERT INTO gpkg_geometry_columns VALUES ('parts', 'geom', 'GEOMETRY', ?, 0, 0)", (srs,)
    )


def read_parts(folder: Path, frame: Frame) -> LayerParts | None:
    """Return the parts of a layer; None where they are not kept, or the file is damaged."""
    path = folder / PARTS_FILE
    if not path.is_file():
        return None
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        ) as own:
            if own.execute("SELECT version FROM parts_version").fetchone() != (_VERSION,):
                return None
            rows = own.execute(
                "SELECT feature, entity, bottom_m, top_m, geom FROM parts"
            ).fetchall()
        return _parts(rows, frame)
    except (sqlite3.Error, ValueError, TypeError, IndexError):
        return None


def _parts(rows: list[tuple[Any, ...]], frame: Frame) -> LayerParts:
    from twin_model.spatial import local_shapes

    shapes = local_shapes({("", n): row[4] for n, row in enumerate(rows)}, frame)
    found = LayerParts()
    up = frame.offset[2]
    for n, (feature, entity, bottom, top, _geom) in enumerate(rows):
        shape = shapes.get(("", n))
        if shape is None:
            continue
        part = Part(shape, float(bottom) - up, float(top) - up)
        if feature is None:
            found.entities[str(entity)] = part
        else:
            found.features[int(feature)] = part
    return found
