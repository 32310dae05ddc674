"""What a stage is doing, in figures."""

from __future__ import annotations

from collections.abc import Mapping

from rendering.options import StageStatistics
from rendering.quality import Quality
from rendering.tiles.engine import Cache
from rendering.views.ground import Ground
from rendering.views.view import View


def statistics_of(
    ground: Ground, layers: Mapping[str, View], quality: Quality, cache: Cache
) -> StageStatistics:
    """Return the figures of a stage: of its ground and layers together."""
    views: list[Ground | View] = [ground, *layers.values()]
    return StageStatistics(
        frame_ms=quality.frame_ms,
        tiles_visible=sum(v.tiles_visible for v in views),
        tiles_loading=sum(v.tiles_loading for v in views),
        bytes_cached=cache.used,
        bytes_ceiling=cache.ceiling,
        triangles=sum(v.triangles for v in views),
        points=sum(v.points for v in views),
        quality_notes=quality.notes(),
        failures={
            layer: [*getattr(view, "failures", []), *getattr(view, "warnings", [])]
            for layer, view in layers.items()
        },
        software=quality.software,
    )
