"""What heights of photographs are above, and from there to the project's vertical datum.

Receivers measure above the ellipsoid; cameras write that, or what is left after subtracting some
geoid, and few say which. Only a geoid grid leads from one to the other: one that PROJ has here for
the project's datum, or a file that the user gives. Nothing is fetched.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.photo_metadata import PhotoMetadata
from twin_model.errors import FrameError, SourceError
from twin_model.frame import Frame, parse_crs
from twin_model.heights import ELLIPSOID, shift_m

FloatArray = npt.NDArray[np.float64]

_CONTROL: Final = "control points"
_POSITIONS: Final = "positions"
_PROJ_GRID: Final = "PROJ"
_WORSE_THAN_EARTH_M: Final = 150.0
#: The name of a layer that nothing brings down to a datum.
ABOVE_ELLIPSOID: Final = "{0} (above the ellipsoid)"


@dataclass(frozen=True)
class PhotoHeights:
    """What the heights of photographs are above.

    Parameters
    ----------
    stated : str
        What the photographs say: ``ellipsoid``, or empty where they don't.
    geoid : str
        Name of the grid whose heights were taken off, ``PROJ`` for one that PROJ has for the
        project's datum; empty where they are as stated.
    """

    stated: str = ""
    geoid: str = ""

    def to_json(self) -> dict[str, str]:
        """Return it as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class StatedHeights:
    """What heights of products are above.

    Parameters
    ----------
    datum : str or None
        Name of the vertical datum; None where it isn't known, or the ellipsoid.
    text : str
        One line for products and the report.
    remark : str
        Names of layers with what has to be said of it; empty where heights are above the datum.
    vertical_crs : str or None
        Of control points, where the project has none.
    """

    datum: str | None
    text: str
    remark: str = ""
    vertical_crs: str | None = None

    def frame(self, frame: Frame) -> Frame:
        """Return the frame that products state: without a datum where they are not above it."""
        if self.datum is None:
            return replace(frame, vertical_crs=None)
        return replace(frame, vertical_crs=frame.vertical_crs or self.vertical_crs)


def brought_to_datum(
    frame: Frame, metadata: Sequence[PhotoMetadata], geoid: Path | None
) -> tuple[FloatArray, PhotoHeights]:
    """Return the heights of photographs in metres, (n,), above the project's datum if possible.

    Parameters
    ----------
    frame : Frame
        With its origin fixed.
    metadata : sequence of PhotoMetadata
        With positions.
    geoid : Path or None
        A grid of geoid heights that PROJ reads. Who gives one says that heights of photographs
        that say nothing else are above the ellipsoid.

    Raises
    ------
    SourceError
        If the grid cannot be read, or does not reach all photographs.
    """
    heights = np.array([one.altitude_m or 0.0 for one in metadata], np.float64)
    where = np.array([(one.longitude_deg or 0.0, one.latitude_deg or 0.0) for one in metadata])
    says = {one.altitude_reference for one in metadata}
    stated = ELLIPSOID if says == {ELLIPSOID} else ""
    if not len(metadata):
        return heights, PhotoHeights()
    if geoid is not None:
        return heights - geoid_heights_m(geoid, where), PhotoHeights(ELLIPSOID, geoid.name)
    if stated != ELLIPSOID or frame.vertical_crs is None:
        return heights, PhotoHeights(stated)
    try:
        local = frame.transform_from("EPSG:4326")(np.column_stack([where, heights]))
        return heights - shift_m(frame, ELLIPSOID, local), PhotoHeights(stated, _PROJ_GRID)
    except FrameError:
        return heights, PhotoHeights(stated)


def geoid_heights_m(grid: Path, where: FloatArray) -> FloatArray:
    """Return the height of the geoid above the ellipsoid at places, (n,) metres.

    Parameters
    ----------
    grid : Path
        Of a format that PROJ reads for vertical shifts: GeoTIFF (GTG), GTX.
    where : (n, 2) float64 array
        Longitude and latitude in degrees.

    Raises
    ------
    SourceError
    """
    import pyproj
    from pyproj.network import set_network_enabled  # type: ignore[attr-defined]

    if not grid.is_file():
        raise SourceError(grid, "is missing", remedy="give a geoid grid in GTX or GeoTIFF")
    set_network_enabled(False)
    with tempfile.TemporaryDirectory(prefix="shapan-geoid-") as folder:
        # PROJ takes commas and spaces in names for something else.
        own = Path(folder) / f"geoid{grid.suffix.lower()}"
        shutil.copyfile(grid, own)
        try:
            transformer = pyproj.Transformer.from_pipeline(
                "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
                f"+step +proj=vgridshift +grids={own} +multiplier=1 "
                "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
            )
            # Of one place, pyproj makes a scalar.
            lon, lat = (np.repeat(where[:, n], 2) for n in (0, 1))
            found = transformer.transform(lon, lat, np.zeros(len(lon)))[2][::2]
        except pyproj.exceptions.ProjError as error:
            raise SourceError(
                grid, f"is no geoid grid that PROJ reads ({error})",
                remedy="give a geoid grid in GTX or GeoTIFF",
            ) from error  # fmt: skip
    heights = np.asarray(found, np.float64)
    if not np.isfinite(heights).all() or np.abs(heights).max() > _WORSE_THAN_EARTH_M:
        raise SourceError(
            grid, "does not reach where the photographs were taken",
            remedy="give a geoid grid of that place",
        )  # fmt: skip
    return heights


def stated_heights(placed: dict[str, Any], photos: dict[str, Any], frame: Frame) -> StatedHeights:
    """Return what heights of products are above.

    Parameters
    ----------
    placed : dict
        Of the step that placed the scene: ``method``, and the ``vertical_crs`` of control points
        or None.
    photos : dict
        `PhotoHeights` as JSON values.
    frame : Frame
    """
    method, surveyed = str(placed["method"]), placed.get("vertical_crs")
    datum = parse_crs(frame.vertical_crs).name if frame.vertical_crs else None
    if method == _CONTROL:
        if datum is None and surveyed:
            datum = parse_crs(surveyed).name
        if datum is None:
            return StatedHeights(None, "as the control points state them, above an unknown datum")
        above = f"above {datum}, as the control points are"
        return StatedHeights(datum, above, vertical_crs=surveyed)
    if not method.startswith(_POSITIONS):
        return StatedHeights(None, "above no datum: nothing says how high the scene lies")
    if photos.get("geoid") == _PROJ_GRID and datum is not None:
        return StatedHeights(datum, f"above {datum}: from the ellipsoid by PROJ's geoid grid")
    if photos.get("geoid"):
        above = datum or "the geoid"
        return StatedHeights(datum, f"above {above}: from the ellipsoid by {photos['geoid']}")
    if photos.get("stated") == ELLIPSOID:
        return StatedHeights(
            None, "above the WGS 84 ellipsoid: there is no geoid grid to leave it by",
            ABOVE_ELLIPSOID,
        )  # fmt: skip
    return StatedHeights(
        None,
        "as the photographs state them, above the ellipsoid or the sea: unknown, no geoid grid",
    )
