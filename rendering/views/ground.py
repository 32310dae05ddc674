"""Ground (thin)."""

from __future__ import annotations

from typing import Any

from rendering.look import Look
from rendering.options import Pick
from rendering.symbology.palette import Theme
from rendering.views.view import Scene
from twin_model.layer import Bounds


class Ground:
    """Terrain with what lies on it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.triangles = self.points = self.tiles_visible = self.tiles_loading = 0

    def arrange(self, order: list[str], bounds: Bounds | None) -> None:
        """Take over the order of draped layers."""

    def level(self, bounds: Bounds | None) -> float:
        """Return the height of the far ground."""
        return 0.0 if bounds is None else bounds[2]

    def update(self, look: Look, deadline: float) -> bool:
        """Stream."""
        return False

    def height(self, x: float, y: float) -> float | None:
        """Return the terrain's height."""
        return None

    def pick(self, prop: Any, position: tuple[float, float, float], tolerance_m: float) -> Pick | None:
        """Return the draped feature at a place."""
        return None

    def set_theme(self, theme: Theme) -> None:
        """Apply the theme."""

    def close(self) -> None:
        """Remove it."""
