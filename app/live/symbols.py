"""Discs whose size says a value, and the values themselves, over the entities in the scene."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.item_models.alarms import value_text
from app.live.colouring import COLOURS, Colours
from app.theme import Theme
from app.viewport import Viewport
from rendering.options import Label, Overlay

if TYPE_CHECKING:
    from rendering.camera import Point
    from twin_model.entity import Entity

_NAME: Final = "indicator-{0}"
_LEAST_PX: Final = 6.0
_STEP_PX: Final = 2.0
_LIFT_PX: Final = 12
#: Attributes that say how tall a thing is, as readers and types name them.
_HEIGHTS: Final = ("height", "height_m")
#: Labels beyond this would lie over one another anyway.
_MOST_LABELS: Final = 400


class IndicatorSymbols:
    """Draws what `Colouring` found.

    Parameters
    ----------
    viewport : Viewport
    theme : Theme
    """

    def __init__(self, viewport: Viewport, theme: Theme) -> None:
        self._viewport = viewport
        self._theme = theme
        self.sizes = False
        self.values = False
        self._drawn: set[str] = set()

    def show(self, colours: Colours) -> None:
        """Draw the values of a moment; nothing where neither sizes nor values are wanted."""
        overlays: dict[str, Overlay] = {}
        if self.sizes or self.values:
            for colour, entities in colours.groups:
                overlays[_NAME.format(colour)] = self._overlay(colours, colour, entities)
        stage = self._viewport.stage
        for name in self._drawn - overlays.keys():
            stage.set_overlay(name, None)
        for name, overlay in overlays.items():
            stage.set_overlay(name, overlay)
        if self._drawn or overlays:
            self._viewport.redraw()
        self._drawn = set(overlays)

    def _overlay(self, colours: Colours, colour: str, entities: list[Entity]) -> Overlay:
        """Return discs of one class; those of stale values are small and grey."""
        rank = COLOURS.index(colour) if colour in COLOURS else 0
        tops = [(entity, top_of(entity)) for entity in entities if entity.position is not None]
        labels = tuple(
            Label(top, value_text(colours.values[entity.id], colours.unit), _LIFT_PX)
            for entity, top in tops[:_MOST_LABELS]
            if entity.id in colours.values
        )
        return Overlay(
            points=tuple(top for _, top in tops) if self.sizes else (),
            labels=labels if self.values else (),
            colour=colour,
            point_size_px=_LEAST_PX + _STEP_PX * rank,
            casing=self._theme.text("raised")[:7],
        )


def top_of(entity: Entity) -> Point:
    """Return the place above an entity, as far as its attributes say how tall it is."""
    x, y, z = entity.position or (0.0, 0.0, 0.0)
    tall = next(
        (float(value) for name in _HEIGHTS
         if isinstance(value := entity.attributes.get(name), int | float)), 0.0,
    )  # fmt: skip
    return x, y, z + max(0.0, tall) + 1.0
