"""Relations that follow from geometry. The one module of the model that uses shapely."""

from __future__ import annotations


def bounds(geometry: bytes) -> list[tuple[float, float, float]]:
    """Return the two opposite corners of a geometry's extent.

    Raises
    ------
    ValidationError
        If it is no geometry.
    """
    raise NotImplementedError
