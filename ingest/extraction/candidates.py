"""Layers in which buildings and trees can be found, the best first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Final

from twin_model.layer import Layer, LayerRole

#: Points know more of roofs than a grid of heights does.
_ORDER: Final = (LayerRole.POINTS, LayerRole.TERRAIN)
_GROUND: Final = "dtm.tif"


def extractable(layers: Iterable[Layer]) -> list[Layer]:
    """Return layers of points, then those of heights, without the bare ground of our own runs.

    Whether heights of other sources are of the ground or of roofs is not known; those are kept.
    """
    fit = [layer for layer in layers if layer.role in _ORDER and not _is_bare_ground(layer)]
    return sorted(fit, key=lambda layer: _ORDER.index(layer.role))


def _is_bare_ground(layer: Layer) -> bool:
    source = PurePath(layer.source)
    run = source.parent.parent.name
    return (
        source.name == _GROUND
        and source.parent.name == "products"
        and (run.startswith("reconstruct-"))
    )
