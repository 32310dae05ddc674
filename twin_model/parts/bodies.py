"""The kept parts of a project's building models, in memory: which are where, and their shapes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import Entity
from twin_model.parts.file import PARTS_FILE, LayerParts, read_parts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from twin_model.frame import Frame
    from twin_model.parts.outline import Part

Box = tuple[float, float, float, float]
"""West, east, south, north in local metres."""

State = frozenset[tuple[str, int]]
"""Layers whose parts are kept, and when their files were written, in nanoseconds."""

_BASE: Final = "base"


def kept_state(project: Path, layers: Iterable[str]) -> State:
    """Return of which layers parts are kept, and since when.

    Parameters
    ----------
    project : Path
        Its folder.
    layers : iterable of str
        Those that may have some.
    """
    found = set()
    for layer in layers:
        try:
            found.add((layer, (project / _BASE / layer / PARTS_FILE).stat().st_mtime_ns))
        except OSError:
            continue
    return frozenset(found)


class ModelBodies:
    """Parts of models by layer.

    Parameters
    ----------
    project : Path
        Its folder.
    layers : iterable of str
    frame : Frame
    """

    def __init__(self, project: Path, layers: Iterable[str], frame: Frame) -> None:
        self._layers: dict[str, LayerParts] = {}
        for layer in sorted(layers):
            parts = read_parts(project / _BASE / layer, frame)
            if parts is not None:
                self._layers[layer] = parts
        self._features: list[tuple[str, int]] = []
        self._entities: list[str] = []
        self._boxes = self._extents()

    def _extents(self) -> npt.NDArray[np.float64]:
        """Return west, east, south, north of all that are drawn, then of all that are not."""
        import numpy as np

        if not self._layers:
            return np.empty((0, 4))
        import shapely  # only where there are models: it takes 0.1 s to load

        shapes: list[Any] = []
        for layer, parts in self._layers.items():
            self._features += [(layer, feature) for feature in parts.features]
            shapes += [part.footprint for part in parts.features.values()]
        for parts in self._layers.values():
            self._entities += parts.entities
            shapes += [part.footprint for part in parts.entities.values()]
        return np.asarray(shapely.bounds(np.array(shapes, dtype=object)))[:, (0, 2, 1, 3)]

    def __contains__(self, layer: object) -> bool:
        return layer in self._layers

    def part(self, entity: Entity) -> Part | None:
        """Return the part that an entity stands for; None where there is none."""
        if entity.layer is None or (parts := self._layers.get(entity.layer)) is None:
            return None
        return parts.of(entity.id, entity.feature)

    def of(self, places: Iterable[tuple[str, str, int | None]]) -> list[Box]:
        """Return the extents of those of some entities that are parts.

        Parameters
        ----------
        places : iterable of (str, str, int or None)
            Entity, layer, feature.
        """
        found = []
        for entity, layer, feature in places:
            parts = self._layers.get(layer)
            part = None if parts is None else parts.of(entity, feature)
            if part is not None:
                west, south, east, north = part.footprint.bounds
                found.append((west, east, south, north))
        return found

    def near(self, boxes: Collection[Box], margin: float) -> tuple[set[tuple[str, int]], set[str]]:
        """Return the parts within *margin* metres of some boxes: features, and entities' ids."""
        import numpy as np

        features: set[tuple[str, int]] = set()
        entities: set[str] = set()
        mine = self._boxes
        if not len(mine):
            return features, entities
        for west, east, south, north in boxes:
            hits = (mine[:, 1] >= west - margin) & (mine[:, 0] <= east + margin)
            hits &= (mine[:, 3] >= south - margin) & (mine[:, 2] <= north + margin)
            for row in np.flatnonzero(hits).tolist():
                if row < len(self._features):
                    features.add(self._features[row])
                else:
                    entities.add(self._entities[row - len(self._features)])
        return features, entities
