"""Which features stand out: selected, hovered, marked in colours; moved, or not drawn at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rendering.camera import Point
from rendering.options import Overlay
from rendering.symbology.palette import Colour, rgb
from twin_model.displacement import Displacement

Feature = tuple[str, int]
"""Layer id and feature id."""


@dataclass(frozen=True)
class MarkGroup:
    """Things marked in one colour.

    Parameters
    ----------
    colour : str
        ``#rrggbb``.
    features : mapping of str to collection of int
        Feature ids by layer.
    points : tuple of Point
        Places of what no feature stands for, local metres.
    """

    colour: str
    features: Mapping[str, Collection[int]] = field(default_factory=dict)
    points: tuple[Point, ...] = ()

    def overlay(self) -> Overlay | None:
        """Return what shows its points; None where it has none."""
        if not self.points:
            return None
        return Overlay(points=self.points, colour=self.colour, point_size_px=11.0)


@dataclass
class LayerMarks:
    """What of one layer stands out.

    Parameters
    ----------
    selected : set of int
    hovered : int or None
    groups : list of (colour, set of int)
        Later ones over earlier ones.
    """

    selected: set[int] = field(default_factory=set)
    hovered: int | None = None
    groups: list[tuple[Colour, set[int]]] = field(default_factory=list)


class Marks:
    """All marks of a stage by layer."""

    def __init__(self) -> None:
        self.selected: list[Feature] = []
        self._hovered: Feature | None = None
        self.groups: list[MarkGroup] = []
        self._hidden: dict[str, frozenset[int]] = {}
        self._moved: dict[str, dict[int, Displacement]] = {}

    def select(self, items: Iterable[Feature]) -> None:
        """Replace what is selected."""
        self.selected = list(items)

    def hover(self, item: Feature | None) -> set[str]:
        """Replace what the pointer is over; return the layers to draw anew."""
        if item == self._hovered:
            return set()
        previous, self._hovered = self._hovered, item
        return {one[0] for one in (previous, item) if one is not None}

    def set_groups(self, groups: Sequence[MarkGroup]) -> set[str]:
        """Replace what is marked in colours; return the layers to draw anew."""
        touched = {layer for group in (*self.groups, *groups) for layer in group.features}
        self.groups = list(groups)
        return touched

    def hide(self, features: Mapping[str, Collection[int]]) -> set[str]:
        """Replace what is not drawn; return the layers to draw anew."""
        fresh = {layer: frozenset(ids) for layer, ids in features.items() if ids}
        before, self._hidden = self._hidden, fresh
        return {
            layer for layer in before.keys() | fresh.keys() if before.get(layer) != fresh.get(layer)
        }

    def hidden(self, layer: str) -> frozenset[int]:
        """Return the features of a layer that are not drawn."""
        return self._hidden.get(layer, frozenset())

    def move(self, features: Mapping[str, Mapping[int, Displacement]]) -> set[str]:
        """Replace what stands elsewhere; return the layers to draw anew."""
        fresh = {layer: dict(found) for layer, found in features.items() if found}
        before, self._moved = self._moved, fresh
        return {
            layer for layer in before.keys() | fresh.keys() if before.get(layer) != fresh.get(layer)
        }

    def moved(self, layer: str) -> Mapping[int, Displacement]:
        """Return the features of a layer that do not stand where it has them."""
        return self._moved.get(layer, {})

    def of(self, layer: str) -> LayerMarks:
        """Return what of a layer stands out."""
        here = self._hovered is not None and self._hovered[0] == layer
        return LayerMarks(
            {feature for one, feature in self.selected if one == layer},
            self._hovered[1] if here and self._hovered is not None else None,
            [
                (rgb(group.colour), set(group.features[layer]))
                for group in self.groups
                if group.features.get(layer)
            ],
        )
