"""Which view draws which kind of layer."""

from __future__ import annotations

from pathlib import Path

from rendering.views.ground import Ground
from rendering.views.tileset import TilesetView
from rendering.views.view import Scene, View
from twin_model.layer import Layer, LayerRole


def make_view(layer: Layer, folder: Path, scene: Scene, ground: Ground) -> View:
    """Return the view of a layer.

    Raises
    ------
    SourceError
        If its files are missing or broken.
    """
    return TilesetView(layer, folder, scene)


__all__ = ["LayerRole", "make_view"]
