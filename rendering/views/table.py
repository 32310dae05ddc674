"""Which view draws which kind of layer."""

from __future__ import annotations

from pathlib import Path

from rendering.views.draped import DrapedView, DrapeView, ImageryView, TerrainView
from rendering.views.ground import Ground
from rendering.views.symbols import SymbolsView
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
    match layer.role:
        case LayerRole.TERRAIN:
            return TerrainView(layer, folder, scene, ground)
        case LayerRole.IMAGERY:
            return ImageryView(layer, folder, scene, ground)
        case LayerRole.DRAPE:
            return DrapeView(layer, folder, scene, ground)
        case LayerRole.SYMBOLS:
            return SymbolsView(layer, folder, scene, ground)
        case LayerRole.TABLE:
            return DrapedView(layer, scene, ground)
        case _:
            return TilesetView(layer, folder, scene, ground)
