"""The one coordinate frame of a project: a compound CRS and a local origin."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError, ProjError

from twin_model.errors import FrameError

FloatArray = npt.NDArray[np.float64]

_ECEF: Final = "EPSG:4978"
_MAX_CRS_TEXT: Final = 20_000


def parse_crs(text: str) -> CRS:
    """Read an authority code (``EPSG:4549``, ``EPSG:4544+5773``), WKT or PROJJSON.

    Raises
    ------
    FrameError
        If the text is too long or PROJ does not understand it.
    """
    if len(text) > _MAX_CRS_TEXT:
        raise FrameError(f"CRS text of {len(text)} characters is longer than {_MAX_CRS_TEXT}")
    try:
        return CRS.from_user_input(text.strip())
    except (CRSError, ProjError) as error:
        raise FrameError(
            f"'{text.strip()[:80]}' is not a coordinate reference system that PROJ knows",
            remedy="give an authority code such as EPSG:4549, or WKT",
        ) from error


def crs_name(crs: CRS) -> str:
    """Return ``AUTHORITY:code`` where there is one of full confidence, else WKT2."""
    authority = crs.to_authority(min_confidence=100)
    return f"{authority[0]}:{authority[1]}" if authority else crs.to_wkt()


def split_compound(crs: CRS) -> tuple[CRS, CRS | None]:
    """Return the horizontal part of *crs* and its vertical part, None where it has none."""
    if crs.is_bound and crs.source_crs is not None:
        return split_compound(crs.source_crs)
    if crs.is_compound:
        return split_compound(crs.sub_crs_list[0])[0], crs.sub_crs_list[1]
    return crs, None


def suggest_crs(longitude_deg: float, latitude_deg: float) -> CRS:
    """Return the WGS 84 / UTM zone that holds a place.

    Raises
    ------
    FrameError
        If no UTM zone covers it (beyond 84° N or 80° S).
    """
    zones = query_utm_crs_info(
        datum_name="WGS 84",
        area_of_interest=AreaOfInterest(longitude_deg, latitude_deg, longitude_deg, latitude_deg),
    )
    if not zones:
        raise FrameError(f"no UTM zone covers longitude {longitude_deg}, latitude {latitude_deg}")
    return CRS.from_epsg(int(zones[0].code))


@dataclass(frozen=True)
class Frame:
    """A projected CRS in metres, a vertical datum and a local origin.

    Local coordinates are metres, x east (grid), y north (grid), z up, float64, relative to
    the origin.

    Parameters
    ----------
    crs : str
        Horizontal CRS, projected, unit metre.
    origin : tuple of three floats or None
        Easting, northing, height of the local origin in metres. None until the first layer
        fixes it.
    vertical_crs : str or None
        Vertical CRS (``EPSG:5773``…); None where the datum is unknown, which users are shown.

    Raises
    ------
    FrameError
        If *crs* is unknown, not projected, or not in metres, or the origin is not finite.
    """

    crs: str
    origin: tuple[float, float, float] | None = None
    vertical_crs: str | None = None

    def __post_init__(self) -> None:
        horizontal, vertical = split_compound(parse_crs(self.crs))
        if not horizontal.is_projected:
            raise FrameError(
                f"{self.crs[:60]} ({horizontal.name}) is not a projected CRS",
                remedy="give one in metres such as EPSG:4549, or the UTM zone EPSG:326nn / 327nn",
            )
        if any(abs(axis.unit_conversion_factor - 1.0) > 1e-12 for axis in horizontal.axis_info):
            unit = horizontal.axis_info[0].unit_name
            raise FrameError(
                f"{self.crs[:60]} ({horizontal.name}) is in {unit}, not metres",
                remedy="choose a metric CRS for the project; sources in other units are converted",
            )
        if vertical is not None:
            object.__setattr__(self, "crs", crs_name(horizontal))
            if self.vertical_crs is None:
                object.__setattr__(self, "vertical_crs", crs_name(vertical))
        if self.origin is not None and not all(np.isfinite(self.origin)):
            raise FrameError(f"origin {self.origin} is not finite")

    @functools.cached_property
    def horizontal(self) -> CRS:
        """The horizontal CRS object."""
        return parse_crs(self.crs)

    @property
    def offset(self) -> FloatArray:
        """The origin as a (3,) array in metres; zeros while it is not fixed."""
        return np.array(self.origin or (0.0, 0.0, 0.0), dtype=np.float64)

    def with_origin(self, easting_m: float, northing_m: float, height_m: float) -> Frame:
        """Return the same frame with its origin fixed."""
        return replace(self, origin=(float(easting_m), float(northing_m), float(height_m)))

    def transform_from(self, source_crs: str | None, vertical_crs: str | None = None) -> ToLocal:
        """Return the transform from a source's coordinates to local ones.

        Parameters
        ----------
        source_crs : str or None
            CRS of the source; None or ``"local"`` for coordinates that already are local
            metres.
        vertical_crs : str or None
            Vertical CRS of the source where it is stated apart from *source_crs*.

        Raises
        ------
        FrameError
            If the CRS is unknown or PROJ has no operation between the two.
        """
        return ToLocal(self, source_crs, vertical_crs)

    def to_wgs84(self, local: npt.ArrayLike) -> FloatArray:
        """Return longitude, latitude in degrees and the height as stored, shape (n, 3).

        Parameters
        ----------
        local : (n, 3) or (3,) array_like
            Local coordinates in metres.
        """
        points = np.atleast_2d(np.asarray(local, dtype=np.float64)) + self.offset
        lon, lat = _apply(_transformer(self.crs, "EPSG:4326"), points[:, 0], points[:, 1])
        return np.column_stack([lon, lat, points[:, 2]])

    def ecef_matrix(self, at: npt.ArrayLike = (0.0, 0.0, 0.0)) -> FloatArray:
        """Return the affine map local -> ECEF (EPSG:4978) that is exact at one local point.

        Heights are taken as ellipsoidal. Includes grid convergence and scale. The error grows
        with the square of the distance *d* from the point, about d²/2R: 2 cm at 500 m.

        Parameters
        ----------
        at : (3,) array_like
            Local coordinates in metres.

        Returns
        -------
        (4, 4) float64 array
            Column-vector convention: ``ecef = matrix @ [x, y, z, 1]``.
        """
        centre = np.asarray(at, dtype=np.float64)
        step = 50.0
        probes = np.vstack([centre] + [centre + s * step * e for e in np.eye(3) for s in (1, -1)])
        ecef = self.to_ecef(probes)
        matrix = np.eye(4)
        for axis in range(3):
            matrix[:3, axis] = (ecef[1 + 2 * axis] - ecef[2 + 2 * axis]) / (2 * step)
        matrix[:3, 3] = ecef[0] - matrix[:3, :3] @ centre
        return matrix

    def to_ecef(self, local: npt.ArrayLike) -> FloatArray:
        """Return ECEF metres (EPSG:4978), shape (n, 3); heights are taken as ellipsoidal."""
        points = np.atleast_2d(np.asarray(local, dtype=np.float64)) + self.offset
        lon, lat = _apply(_transformer(self.crs, "EPSG:4979"), points[:, 0], points[:, 1])
        x, y, z = _apply(_transformer("EPSG:4979", _ECEF), lon, lat, points[:, 2])
        return np.column_stack([x, y, z])


class ToLocal:
    """Maps a source's coordinates to local metres of a frame.

    Attributes
    ----------
    warnings : list of str
        What had to be assumed (unit of heights, vertical datum not transformed).
    """

    def __init__(self, frame: Frame, source_crs: str | None, vertical_crs: str | None) -> None:
        self.frame = frame
        self.warnings: list[str] = []
        self.is_local = source_crs is None or source_crs.lower() == "local"
        self.is_geocentric = False
        self.height_factor = 1.0
        self._horizontal: Any = None
        self._vertical: Any = None
        if self.is_local or source_crs is None:
            return
        crs = parse_crs(source_crs)
        horizontal, vertical = split_compound(crs)
        if vertical is None and vertical_crs:
            vertical = parse_crs(vertical_crs)
        self.is_geocentric = horizontal.is_geocentric
        if self.is_geocentric:
            self._geocentric = _transformer(crs_name(horizontal), "EPSG:4979")
            self._horizontal = _transformer("EPSG:4979", frame.crs)
        else:
            self._horizontal = _transformer(crs_name(horizontal), frame.crs)
        self._set_heights(horizontal, vertical)

    def _set_heights(self, horizontal: CRS, vertical: CRS | None) -> None:
        if vertical is not None:
            self.height_factor = float(vertical.axis_info[0].unit_conversion_factor)
        elif len(horizontal.axis_info) == 3:
            self.height_factor = float(horizontal.axis_info[2].unit_conversion_factor)
        elif horizontal.is_projected:
            axis = horizontal.axis_info[0]
            self.height_factor = float(axis.unit_conversion_factor)
            if abs(self.height_factor - 1.0) > 1e-9:
                self.warnings.append(
                    f"heights are taken to be in {axis.unit_name}, like the horizontal coordinates"
                )
        target = self.frame.vertical_crs
        if target is None:
            return
        if vertical is None:
            self.warnings.append(
                f"the source states no vertical datum; its heights are used as they are in "
                f"the project's ({parse_crs(target).name})"
            )
            return
        if vertical.equals(parse_crs(target), ignore_axis_order=True):
            return
        self._vertical = self._vertical_transformer(horizontal, vertical, target)

    def _vertical_transformer(self, horizontal: CRS, vertical: CRS, target: str) -> Any:
        source = (
            CRS(f"{crs_name(horizontal)}+{crs_name(vertical)}".replace("+EPSG:", "+"))
            if (horizontal.to_authority() and vertical.to_authority())
            else None
        )
        if source is not None:
            try:
                compound = f"{self.frame.crs}+{target.rsplit(':', maxsplit=1)[-1]}"
                transformer = Transformer.from_crs(
                    source, CRS(compound), always_xy=True, allow_ballpark=False, only_best=True
                )
                probe = horizontal.area_of_use
                if probe is not None:
                    x, y = (probe.west + probe.east) / 2, (probe.south + probe.north) / 2
                    px, py = _transformer("EPSG:4326", crs_name(horizontal)).transform(x, y)
                    if np.isfinite(transformer.transform(px, py, 0.0)).all():
                        return transformer
            except (CRSError, ProjError, FrameError):
                pass
        self.warnings.append(
            f"heights are in {vertical.name} and the project's in {parse_crs(target).name}; "
            "the transformation between them is not installed, so they are used as they are"
        )
        return None

    def __call__(self, points: npt.ArrayLike) -> FloatArray:
        """Return local coordinates in metres.

        Parameters
        ----------
        points : (n, 3) or (n, 2) array_like
            Source coordinates, x/easting/longitude first; missing heights count as zero
            height in the source's datum.

        Returns
        -------
        (n, 3) float64 array

        Raises
        ------
        FrameError
            If any finite point has no image in the project's CRS.
        """
        source = np.atleast_2d(np.asarray(points, dtype=np.float64))
        if source.shape[1] == 2:
            source = np.column_stack([source, np.zeros(len(source))])
        if self.is_local or len(source) == 0:
            return source.copy()
        out = np.empty_like(source)
        try:
            if self._vertical is not None:
                x, y, z = _apply(self._vertical, source[:, 0], source[:, 1], source[:, 2])
            else:
                x, y, z = source.T
                if self.is_geocentric:
                    x, y, z = _apply(self._geocentric, x, y, z)
                else:
                    z = z * self.height_factor
                x, y = _apply(self._horizontal, x, y)
        except ProjError as error:
            raise FrameError(f"coordinates cannot be transformed: {error}") from error
        out[:, 0], out[:, 1], out[:, 2] = x, y, z
        bad = ~np.isfinite(out[:, :2]).all(axis=1) & np.isfinite(source).all(axis=1)
        if bad.any():
            first = source[np.argmax(bad)]
            raise FrameError(
                f"{int(bad.sum())} of {len(source)} points have no place in {self.frame.crs[:40]} "
                f"(first: {first[0]:g}, {first[1]:g})",
                remedy="check the CRS and the order of its axes",
            )
        out -= self.frame.offset
        return out

    def matrix_at(self, centre: npt.ArrayLike) -> FloatArray:
        """Return the affine map source -> local that is exact at one source point.

        Parameters
        ----------
        centre : (3,) array_like
            Source coordinates.

        Returns
        -------
        (4, 4) float64 array
            Column-vector convention.
        """
        at = np.asarray(centre, dtype=np.float64)
        horizontal_degrees = (
            not self.is_local and not self.is_geocentric and bool(np.abs(at[:2]).max() <= 360.0)
        )
        step = np.array([1e-4, 1e-4, 10.0]) if horizontal_degrees else np.full(3, 10.0)
        probes = np.vstack([at] + [at + s * step * e for e in np.eye(3) for s in (1, -1)])
        local = self(probes)
        matrix = np.eye(4)
        for axis in range(3):
            matrix[:3, axis] = (local[1 + 2 * axis] - local[2 + 2 * axis]) / (2 * step[axis])
        matrix[:3, 3] = local[0] - matrix[:3, :3] @ at
        return matrix


def _apply(transformer: Any, *columns: FloatArray) -> tuple[FloatArray, ...]:
    """Transform columns; a single row goes twice, since pyproj takes an array of one for a
    scalar in a way that NumPy deprecates."""
    if len(columns[0]) == 1:
        doubled = transformer.transform(*(np.repeat(column, 2) for column in columns))
        return tuple(column[:1] for column in doubled)
    return tuple(transformer.transform(*columns))


@functools.lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Any:
    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except (CRSError, ProjError) as error:
        raise FrameError(f"PROJ has no operation from {source[:60]} to {target[:60]}") from error
