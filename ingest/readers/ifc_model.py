"""What is asked of an open ifcopenshell model before its shapes are built."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import asdict
from functools import cached_property
from typing import Any, Final

from ingest.readers.ifc_objects import listed_objects
from ingest.readers.ifc_placement import placement_of

#: Computed (for their place) but not drawn: they are air, helpers or analysis models.
UNDRAWN: Final = (
    "IfcSpace", "IfcSpatialZone", "IfcExternalSpatialElement", "IfcVirtualElement",
    "IfcStructuralItem", "IfcStructuralActivity", "IfcAnnotation", "IfcGrid",
)  # fmt: skip


class OpenModel:
    """An open model, and what it is asked once: by whoever opens it ahead, if anybody does.

    Parameters
    ----------
    model : ifcopenshell.file
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def ask_ahead(self) -> None:
        """Ask what every reading of shapes asks."""
        _ = self.start, self.index, self._hands

    @cached_property
    def start(self) -> dict[str, Any]:
        """What is said before everything else: the place, and how much there is to come."""
        return {
            "kind": "start",
            "placement": asdict(placement_of(self.model)),
            "with_shape": [
                thing.id() for thing in self._with_shape if thing.id() not in self.undrawn
            ],
            "objects": len(listed_objects(self.model)),
        }

    @cached_property
    def index(self) -> dict[int, int]:
        """The feature id of every product, by its STEP number."""
        return {thing.id(): i for i, thing in enumerate(self.model.by_type("IfcProduct"))}

    @cached_property
    def undrawn(self) -> set[int]:
        """STEP numbers of products that have a place but are not drawn."""
        out: set[int] = set()
        for name in UNDRAWN:
            try:
                out |= {thing.id() for thing in self.model.by_type(name)}
            except RuntimeError:
                continue  # the schema has no such class
        return out

    def wanted(self, skip: Iterable[int]) -> list[Any]:
        """Return the products that have a shape, but for those in *skip*."""
        skipped = set(skip)
        return [thing for thing in self._with_shape if thing.id() not in skipped]

    def dealt(self, skip: Iterable[int], share: int, shares: int) -> tuple[list[Any], list[Any]]:
        """Return one process's share of the products: for manifold, and for OpenCASCADE.

        Those that show the same mapped shape stay together: a kernel builds it once, and then
        only places it.
        """
        skipped = set(skip)
        mine = [
            [
                thing
                for hand in itertools.islice(hands, share, None, shares)
                for thing in hand
                if thing.id() not in skipped
            ]
            for hands in self._hands
        ]
        return mine[0], mine[1]

    @cached_property
    def _with_shape(self) -> list[Any]:
        """The products that have a representation, openings left out."""
        return [
            thing
            for thing in self.model.by_type("IfcProduct")
            if thing.Representation is not None and not thing.is_a("IfcOpeningElement")
        ]

    @cached_property
    def _hands(self) -> tuple[list[list[Any]], list[list[Any]]]:
        """Products that belong together: those for manifold, and those for OpenCASCADE."""
        clipped = _clipped(self.model)
        hands: tuple[dict[int, list[Any]], dict[int, list[Any]]] = ({}, {})
        for thing in self._with_shape:
            number = thing.id()
            hands[number in clipped].setdefault(_mapped(thing) or number, []).append(thing)
        return list(hands[0].values()), list(hands[1].values())


def _mapped(thing: Any) -> int:
    """Return the number of the IfcRepresentationMap that a product shows; 0 where it has none."""
    for representation in thing.Representation.Representations or ():
        for item in representation.Items or ():
            if item.is_a("IfcMappedItem") and item.MappingSource is not None:
                return int(item.MappingSource.id())
    return 0


def _clipped(model: Any) -> set[int]:
    """Return the products cut by an unbounded half space, directly or through an opening.

    Manifold leaves the cut out in ifcopenshell 0.9.0: walls under a roof rise above it. The
    bounded ones (IfcPolygonalBoundedHalfSpace) are right.
    """
    waiting = list(model.by_type("IfcHalfSpaceSolid", include_subtypes=False))
    seen: set[int] = set()
    out: set[int] = set()
    while waiting:
        thing = waiting.pop()
        if thing.id() in seen:
            continue
        seen.add(thing.id())
        if thing.is_a("IfcProduct"):
            out.add(thing.id())
            # Asking others for the attribute makes ifcopenshell load its schema rules: 0.12 s.
            if thing.is_a("IfcFeatureElementSubtraction"):
                out.update(r.RelatingBuildingElement.id() for r in thing.VoidsElements or ())
        elif not thing.is_a("IfcRoot"):
            waiting += model.get_inverse(thing)
    return out
