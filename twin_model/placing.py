"""Where the features of layers stand in the scene: as their layer has them, moved, or not at all.

A layer's files stay as they were imported. What an edit says of the entity that a feature stands
for is told by comparing the entity with what it was when the feature came to stand for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin_model.displacement import Displacement
from twin_model.entity import Entity
from twin_model.store.damage import telling_damage
from twin_model.store.displaced import displacement_of, edited
from twin_model.store.displaced import is_replaced as is_replaced_by
from twin_model.view import TwinView

if TYPE_CHECKING:
    from twin_model.twin import Twin


@dataclass(frozen=True)
class Placing:
    """What of the layers is not drawn as they have it.

    Parameters
    ----------
    absent : dict of str to set of int
        Features by layer that stand for nothing at the instant.
    replaced : dict of str to set of int
        Features whose entity got a shape of its own, which is drawn in their place.
    moved : dict of str to dict of int to Displacement
    """

    absent: dict[str, set[int]] = field(default_factory=dict)
    replaced: dict[str, set[int]] = field(default_factory=dict)
    moved: dict[str, dict[int, Displacement]] = field(default_factory=dict)

    def hidden(self, again: Mapping[str, Collection[int]] = {}) -> dict[str, set[int]]:
        """Return the features that are not drawn, by layer.

        Parameters
        ----------
        again : mapping of str to collection of int
            Features that are drawn although they stand for nothing.
        """
        found = {layer: ids - set(again.get(layer, ())) for layer, ids in self.absent.items()}
        for layer, ids in self.replaced.items():
            found[layer] = found.get(layer, set()) | ids
        return found


@telling_damage
def placing(view: Twin | TwinView) -> Placing:
    """Return where the features of all layers stand at a view's instant."""
    seen = view if isinstance(view, TwinView) else TwinView(view)
    found = Placing(absent_features(seen))
    for now, first in edited(seen.reader(), seen.moment()):
        layer, feature = str(now["layer"]), int(now["feature"])
        if is_replaced_by(now, first):
            found.replaced.setdefault(layer, set()).add(feature)
            continue
        displacement = displacement_of(now, first, seen.frame)
        if displacement is not None:
            found.moved.setdefault(layer, {})[feature] = displacement
    return found


@telling_damage
def replacing(view: Twin | TwinView, limit: int = 100_000) -> list[Entity]:
    """Return the entities whose own shape is drawn in the place of a layer's feature."""
    seen = view if isinstance(view, TwinView) else TwinView(view)
    ids = [
        str(now["id"])
        for now, first in edited(seen.reader(), seen.moment())
        if is_replaced_by(now, first)
    ]
    return [seen.entity(one) for one in ids[:limit]]


@telling_damage
def is_replaced(view: Twin | TwinView, entity: Entity) -> bool:
    """Return whether an entity's own shape is drawn in the place of a layer's feature."""
    if entity.geometry is None or entity.layer is None or entity.feature is None:
        return False
    seen = view if isinstance(view, TwinView) else TwinView(view)
    return any(
        is_replaced_by(now, first)
        for now, first in edited(seen.reader(), seen.moment(), [entity.id])
    )


@telling_damage
def absent_features(
    view: Twin | TwinView, layers: Collection[str] | None = None
) -> dict[str, set[int]]:
    """Return features of layers whose entities do not exist at a view's instant, though they did
    or will.

    Parameters
    ----------
    view : Twin or TwinView
    layers : collection of str, optional
        Only of these.
    """
    seen = view if isinstance(view, TwinView) else TwinView(view)
    moment = seen.moment()
    # One index answers: (layer, feature, valid_from, valid_to) of what is known now.
    query = (
        "SELECT layer, feature FROM entity_version INDEXED BY entity_version_feature"
        " WHERE revision_to IS NULL AND layer IS NOT NULL AND feature IS NOT NULL"
        " GROUP BY layer, feature HAVING max(valid_from <= ? AND valid_to > ?) = 0"
    )
    found: dict[str, set[int]] = {}
    for layer, feature in seen.reader().execute(query, (moment.at_us, moment.at_us)):
        if layers is None or layer in layers:
            found.setdefault(str(layer), set()).add(int(feature))
    return found
