"""What extraction hands over: tables whose rows wait for review."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from ingest.reconstruction.products import project_crs
from twin_model.frame import Frame

#: What ``review`` says of an entity that nobody has looked at yet.
PROPOSED: Final = "proposed"


def review_columns(layer: str, confidence: list[float]) -> dict[str, Any]:
    """Return the columns by which the review queue knows its rows.

    Parameters
    ----------
    layer : str
        Where they were found.
    confidence : list of float
        0 to 1, one a row.
    """
    count = len(confidence)
    return {
        "confidence": np.array(confidence),
        "review": np.array([PROPOSED] * count, object),
        "extracted_from": np.array([layer] * count, object),
    }


def write_table(
    path: Path, table: str, geometry: list[Any], kind: str, frame: Frame, columns: dict[str, Any]
) -> None:
    """Write a GeoPackage in the project's CRS, with its vertical datum.

    Parameters
    ----------
    path : Path
    table : str
    geometry : list of shapely geometries
    kind : str
        Of the geometries, as GDAL says it.
    frame : Frame
    columns : dict of str to array
    """
    import pyogrio

    pyogrio.raw.write(
        path, np.array(shapely.to_wkb(geometry), object), list(columns.values()),
        np.array(list(columns), object), layer=table, geometry_type=kind,
        crs=project_crs(frame).to_wkt(), driver="GPKG",
    )  # fmt: skip
