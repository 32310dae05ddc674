"""Which photograph each part of the orthophoto is of, as areas whose borders are the seams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from ingest.reconstruction.orthophoto import Orthophoto
from ingest.reconstruction.products import project_crs
from twin_model.frame import Frame

#: Smaller patches belong to what is around them.
_LEAST_AREA_M2: Final = 4.0
_MOST_CELLS: Final = 16_000_000


def write_seamlines(path: Path, ortho: Orthophoto, names: Sequence[str], frame: Frame) -> int:
    """Write the areas of photographs as a GeoPackage without gaps; return how many.

    Colours are blended over the three photographs that look down most steeply: an area is of the
    one that had most weight, and carries the factors that brought its colours to the others'.

    Parameters
    ----------
    path : Path
    ortho : Orthophoto
    names : sequence of str
        Of the photographs, in the scene's order.
    frame : Frame
    """
    import pyogrio
    from rasterio.features import shapes, sieve
    from rasterio.transform import from_origin

    step = max(int(np.ceil(np.sqrt(ortho.photo.size / _MOST_CELLS))), 1)
    photo = np.ascontiguousarray(ortho.photo[::step, ::step])
    cell = ortho.grid.cell_m * step
    known = photo >= 0
    if not known.any():
        return 0
    least = max(round(_LEAST_AREA_M2 / cell**2), 2)
    whole = sieve(photo, least, mask=known, connectivity=4)
    east, north, _ = frame.offset
    transform = from_origin(ortho.grid.west_m + east, ortho.grid.north_m + north, cell, cell)
    found = [
        (shapely.geometry.shape(shape), int(value))
        for shape, value in shapes(whole, mask=known, connectivity=4, transform=transform)
        if value >= 0
    ]
    # Neighbours are simplified together, so that no gaps open between them.
    areas = shapely.coverage_simplify([shape for shape, _ in found], 2 * cell)
    kept = [n for n, area in enumerate(areas) if not area.is_empty]
    number = np.array([found[n][1] for n in kept])
    gains = ortho.gains[number].round(4)
    pyogrio.raw.write(
        path, shapely.to_wkb(areas[kept]),
        [np.array([names[n] for n in number], object), gains[:, 0], gains[:, 1], gains[:, 2]],
        ["photo", "gain_red", "gain_green", "gain_blue"], layer="seamlines",
        geometry_type="Unknown", crs=project_crs(frame).to_wkt(), driver="GPKG",
    )  # fmt: skip
    return len(kept)
