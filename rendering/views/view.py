"""What every kind of layer offers the stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rendering.haze import Haze
from rendering.labels import Labels
from rendering.light import Light
from rendering.look import Look
from rendering.marks import LayerMarks
from rendering.options import Pick
from rendering.picking import Ray
from rendering.symbology.palette import Theme
from rendering.tiles.engine import Cache
from rendering.tiles.loader import Loader
from twin_model.displacement import Displacement
from twin_model.frame import Frame
from twin_model.layer import Bounds


@dataclass
class Scene:
    """What views share.

    Parameters
    ----------
    renderer : vtkRenderer
    loader : Loader
    cache : Cache
    frame : Frame
    theme : Theme
    labels : Labels
        Of all layers together, so that none covers another.
    software : bool
        Whether OpenGL runs on the processor.
    haze : Haze
    light : Light
        For surfaces that are lit once a vertex.
    """

    renderer: Any
    loader: Loader
    cache: Cache
    frame: Frame
    theme: Theme
    labels: Labels
    software: bool = True
    haze: Haze = field(default_factory=Haze)
    light: Light = field(default_factory=Light)


class View(Protocol):
    """One layer on the stage."""

    bounds: Bounds | None
    triangles: int
    points: int
    tiles_visible: int
    tiles_loading: int

    def update(self, look: Look, deadline: float) -> bool:
        """Bring what is drawn up to date; return whether more is to come."""
        ...

    def set_style(self, style: dict[str, Any]) -> None:
        """Apply visible, opacity, colour_by, point_size."""
        ...

    def set_theme(self, theme: Theme) -> None:
        """Apply colours of the theme."""
        ...

    def relight(self) -> None:
        """Apply the scene's light."""
        ...

    def pick(self, ray: Ray, seen_m: float | None) -> tuple[float, Pick] | None:
        """Return what a ray meets first of this layer, with its distance.

        Parameters
        ----------
        ray : Ray
        seen_m : float or None
            Distance of what the last frame drew there.
        """
        ...

    def mark(self, marks: LayerMarks) -> None:
        """Make features stand out; replaces what was."""
        ...

    def hide(self, features: set[int]) -> None:
        """Leave features undrawn and unpickable; replaces what was."""
        ...

    def move(self, features: Mapping[int, Displacement]) -> None:
        """Draw features elsewhere than their layer has them; replaces what was."""
        ...

    def close(self) -> None:
        """Remove everything from the renderer."""
        ...
