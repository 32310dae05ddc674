"""Choices and results of the stage, without any drawing library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.camera import Point


@dataclass(frozen=True)
class StageOptions:
    """How much the stage may use.

    Parameters
    ----------
    cache_bytes : int
        Ceiling of memory for loaded tiles.
    screen_space_error_px : float
        Tiles are refined until their geometric error is smaller than this on the screen.
    moving_factor : float
        By how much coarser tiles may be while the camera moves, on software OpenGL.
    decoder_threads : int
        Two by default: on two cores a third starves the main thread.
    upload_ms : float
        Time a call of `Stage.update` may take for new tiles.
    rest_triangles, rest_points : int
        Budgets of one frame at rest, on software OpenGL.
    moving_triangles, moving_points : int
        Likewise while the camera moves.
    eye_dome : bool
        Eye-dome lighting of point clouds; on software OpenGL only at rest.
    """

    cache_bytes: int = 1 << 30
    screen_space_error_px: float = 16.0
    moving_factor: float = 3.0
    decoder_threads: int = 2
    upload_ms: float = 20.0
    rest_triangles: int = 1_500_000
    rest_points: int = 1_500_000
    moving_triangles: int = 120_000
    moving_points: int = 150_000
    eye_dome: bool = True


#: Stands in a `Pick` for the layer of things that move.
MOVING: Final = "moving things"


@dataclass(frozen=True)
class Pick:
    """What lies under a pixel.

    Parameters
    ----------
    layer : str
    feature : int or None
        None where the layer has no features there.
    position_local : tuple of three floats
        Metres.
    name : str
        Of the part in the tile, empty where there is none.
    moving : str
        Id of a moving thing; its layer is `MOVING` and it has no feature.
    """

    layer: str
    feature: int | None
    position_local: Point
    name: str = ""
    moving: str = ""


@dataclass(frozen=True)
class Label:
    """A text at a place, some pixels above it."""

    position: Point
    text: str
    lift_px: int = 0


@dataclass(frozen=True, eq=False)
class OverlayMesh:
    """Triangles, part of an `Overlay`: hidden behind what lies before them, unlike its lines.

    Parameters
    ----------
    position : (n, 3) float64 array
        Local metres.
    triangles : (m, 3) integer array
    colour : str
        ``#rrggbb``.
    opacity : float
    vertex_colour : (n, 3) or (n, 4) uint8 array, optional
        In place of *colour*: a field of values, for example.
    lit : bool
        Whether light and shade fall on it.
    above : bool
        Whether it is drawn over the surface that it lies on, although that is drawn coarser far
        away than it is.
    """

    position: npt.NDArray[np.float64]
    triangles: npt.NDArray[np.integer[Any]]
    colour: str = "#157f86"
    opacity: float = 1.0
    vertex_colour: npt.NDArray[np.uint8] | None = None
    lit: bool = True
    above: bool = False

    def __post_init__(self) -> None:
        if self.position.ndim != 2 or self.position.shape[1] != 3:
            raise ValueError(f"positions of a mesh are (n, 3), not {self.position.shape}")
        if len(self.triangles):
            # VTK crashes on others.
            low, high = int(np.min(self.triangles)), int(np.max(self.triangles))
            if low < 0 or high >= len(self.position):
                raise ValueError(
                    f"a mesh of {len(self.position)} points has a triangle of point"
                    f" {low if low < 0 else high}"
                )


@dataclass(frozen=True)
class Overlay:
    """Lines, points, meshes and labels drawn above the scene (measuring, marks).

    Parameters
    ----------
    lines : tuple of tuple of points
        Polylines in local metres.
    points : tuple of points
    labels : tuple of Label
    colour : str
        ``#rrggbb``.
    line_width_px, point_size_px : float
    polygons : tuple of tuple of points
        Outlines that are closed and filled translucently.
    meshes : tuple of OverlayMesh
    casing : str
        ``#rrggbb`` of an edge along lines and around points, which sets them off from a ground
        of their own colour; empty for none.
    """

    lines: tuple[tuple[Point, ...], ...] = ()
    points: tuple[Point, ...] = ()
    labels: tuple[Label, ...] = ()
    colour: str = "#157f86"
    line_width_px: float = 2.0
    point_size_px: float = 8.0
    polygons: tuple[tuple[Point, ...], ...] = ()
    meshes: tuple[OverlayMesh, ...] = ()
    casing: str = ""


@dataclass(frozen=True)
class StageStatistics:
    """What the stage is doing.

    Parameters
    ----------
    frame_ms : float
        Time of the last frame.
    tiles_visible, tiles_loading : int
    bytes_cached, bytes_ceiling : int
    triangles, points : int
        In the last frame.
    quality_notes : list of str
        What is switched off or simplified at present, one sentence each.
    failures : dict of str to list of str
        By layer: what could not be loaded or was left out, one line each.
    software : bool
        Whether the processor draws, as far as that is known.
    """

    frame_ms: float
    tiles_visible: int
    tiles_loading: int
    bytes_cached: int
    bytes_ceiling: int
    triangles: int = 0
    points: int = 0
    quality_notes: list[str] = field(default_factory=list)
    failures: dict[str, list[str]] = field(default_factory=dict)
    software: bool = True
