"""Shapes of entities as GeoPackage geometries in the project's CRS, for other programs.

Two tables, both derived: ``entity_shape`` holds the own geometry of each entity as it is now,
``feature_shape`` the lines and areas of layers' features, which never change. The views of
`twin_model.store.type_views` join them.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from twin_model.frame import Frame
from twin_model.store.moment import NOW_US

#: Where a layer keeps its features: table ``features``, project CRS (docs/formats.md).
FEATURES_FILE: Final = "features.gpkg"
_PAGE: Final = 5_000
_SRS: Final = struct.Struct("<i")
_PUT: Final = "INSERT OR REPLACE INTO entity_shape (entity, geom) VALUES (?,?)"
_CURRENT: Final = (
    "SELECT entity, own_geometry FROM entity_version WHERE own_geometry IS NOT NULL"
    f" AND revision_to IS NULL AND valid_to > {NOW_US}"
)


def put(
    connection: sqlite3.Connection, geometries: Iterable[tuple[int, bytes]], frame: Frame, srs: int
) -> None:
    """Keep the shapes of entities.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    geometries : iterable of (int, bytes)
        Keys of entities and own geometries as WKB in local metres.
    frame : Frame
    srs : int
    """
    pairs = list(geometries)
    if not pairs:
        return
    # Imports shapely: only where there is own geometry.
    from twin_model.topology import as_geopackage

    made = as_geopackage([geometry for _, geometry in pairs], frame, srs)
    connection.executemany(_PUT, zip((key for key, _ in pairs), made, strict=True))


def rebuild(connection: sqlite3.Connection, frame: Frame, srs: int) -> None:
    """Make ``entity_shape`` anew from the rows, in the caller's transaction."""
    connection.execute("DELETE FROM entity_shape")
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute(f"{_CURRENT} ORDER BY valid_from")  # the last of a thing stays
    while page := cursor.fetchmany(_PAGE):
        put(connection, page, frame, srs)


def missing(connection: sqlite3.Connection) -> int:
    """Return how many entities with own geometry have no shape."""
    found = connection.execute(
        f"SELECT count(*) FROM ({_CURRENT}) WHERE entity NOT IN (SELECT entity FROM entity_shape)"
    ).fetchone()
    return int(found[0])


def copy_features(connection: sqlite3.Connection, layer: str, folder: Path, srs: int) -> None:
    """Keep the lines and areas of a layer's features; nothing where it has none.

    Points are left out: an entity has its own.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    layer : str
    folder : Path
        Of the layer.
    srs : int

    Raises
    ------
    sqlite3.Error
        If the layer's file is damaged.
    """
    path = folder / FEATURES_FILE
    if not path.is_file():
        return
    query = "SELECT fid, geom FROM features WHERE geom IS NOT NULL"
    # Opened for itself: databases cannot be attached within a transaction.
    with contextlib.closing(
        sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    ) as own:
        cursor = own.execute(query)
        while page := cursor.fetchmany(_PAGE):
            connection.executemany(
                "INSERT OR IGNORE INTO feature_shape (layer, feature, geom) VALUES (?,?,?)",
                [
                    (layer, fid, _with_srs(geom, srs))
                    for fid, geom in page
                    if len(geom) > 8 and not _is_point(geom)
                ],
            )


#: Length in bytes of the envelope by the three bits that say which there is (GeoPackage 2.1.3).
_ENVELOPES: Final = (0, 32, 48, 48, 64)


def _is_point(geom: bytes) -> bool:
    """Return whether a GeoPackage geometry is a point or several."""
    start = 8 + _ENVELOPES[min(geom[3] >> 1 & 7, 4)]
    order = "<I" if geom[start : start + 1] == b"\1" else ">I"
    (code,) = struct.unpack_from(order, geom, start + 1)
    return code % 1000 in (1, 4)


def _with_srs(geom: bytes, srs: int) -> bytes:
    """Return a GeoPackage geometry that says it is in another reference system."""
    order = _SRS if geom[3] & 1 else struct.Struct(">i")
    return geom[:4] + order.pack(srs) + geom[8:]
