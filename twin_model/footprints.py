"""Splitting an outline in two and merging neighbours, with what hangs on them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from twin_model.coding import at_new_place
from twin_model.creation import Naming, named_and_coded, new_id
from twin_model.entity import Codes, Entity, Relation
from twin_model.errors import StoreError, ValidationError
from twin_model.relations import HIERARCHY
from twin_model.shaping import reference_point
from twin_model.store import rows
from twin_model.store.transaction import Transaction

if TYPE_CHECKING:
    from twin_model.schema.catalogue import Catalogue

_RELATIONS: Final = (
    "SELECT r.id, r.kind, s.id, t.id, r.attributes, r.computed, r.valid_from, r.valid_to"
    " FROM relation_version r JOIN entity_key s ON s.key = r.source"
    " JOIN entity_key t ON t.key = r.target"
    " WHERE (r.source = ? OR r.target = ?) AND r.computed = 0 AND r.revision_to IS NULL"
    " AND r.valid_to > ?"
)
#: Outlines nearer than this touch: half a centimetre of drawing.
_GAP_M: Final = 5e-3


def outline_of(entity: Entity) -> Any:
    """Return an entity's outline.

    Raises
    ------
    ValidationError
        If it has none of its own.
    """
    import shapely

    shape = None if entity.geometry is None else shapely.from_wkb(entity.geometry)
    if shape is None or "Polygon" not in shape.geom_type:
        name = entity.name or entity.id
        raise ValidationError("geometry", "outline", name, "has no outline of its own")
    return shape


def split_outline(entity: Entity, cut: Sequence[Sequence[float]]) -> list[bytes]:
    """Return the two pieces into which a line cuts an outline, the larger one first.

    Parameters
    ----------
    entity : Entity
    cut : sequence of points
        Local metres; only x and y count.

    Raises
    ------
    ValidationError
        If the line does not cross the outline from side to side, or makes more than two pieces.
    """
    import shapely
    from shapely.ops import split

    outline = outline_of(entity)
    if len(cut) < 2:
        raise ValidationError("geometry", "cut", len(cut), "a cut needs two points")
    line = shapely.LineString([tuple(p)[:2] for p in cut])
    parts = [p for whole in shapely.get_parts(outline) for p in split(whole, line).geoms]
    if len(parts) != 2:
        rule = "does not cross the outline" if len(parts) < 2 else "makes more than two pieces"
        raise ValidationError("geometry", "cut", len(parts), f"the line {rule}")
    larger, smaller = sorted(parts, key=lambda part: -part.area)
    return [bytes(shapely.to_wkb(larger)), bytes(shapely.to_wkb(smaller))]


def merged_outline(entities: Sequence[Entity]) -> bytes:
    """Return the outline around entities that touch.

    Raises
    ------
    ValidationError
        If there are fewer than two, one has no outline, or they do not all touch.
    """
    import shapely

    if len(entities) < 2:
        raise ValidationError("geometry", "outlines", len(entities), "select two that touch")
    outlines = [outline_of(entity) for entity in entities]
    whole = shapely.union_all(outlines)
    if whole.geom_type != "Polygon":
        # Drawn by hand, neighbours may miss each other by the width of a line.
        near = shapely.union_all([o.buffer(_GAP_M, join_style="mitre") for o in outlines])
        whole = near.buffer(-_GAP_M, join_style="mitre")
    if whole.geom_type != "Polygon":
        raise ValidationError("geometry", "outlines", len(entities), "they do not touch")
    return bytes(shapely.to_wkb(shapely.geometry.polygon.orient(whole)))


def shared_attributes(entity: Entity, share: float, catalogue: Catalogue | None) -> dict[str, Any]:
    """Return an entity's attributes with areas and volumes multiplied by a share."""
    found = dict(entity.attributes)
    for name in _extensive(entity.type, catalogue):
        value = found.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = round(value * share, 3)
    return found


def _extensive(type_id: str, catalogue: Catalogue | None) -> list[str]:
    """Return the properties that a part has less of than the whole: areas and volumes."""
    if catalogue is None or type_id not in catalogue:
        return []
    kinds = catalogue.properties(type_id)
    return [name for name, kind in kinds.items() if kind.unit in ("m^2", "m^3")]


# -- commands --------------------------------------------------------------------------


@dataclass(frozen=True)
class SplitEntity:
    """Cuts an entity in two: the larger piece stays what it was, the smaller one is new.

    The new one takes type, attributes, indicators and rules; areas and volumes are shared by the
    size of the pieces. It belongs to what the whole belongs to; connections and parts go to the
    piece that is nearer to their other end.

    Parameters
    ----------
    entity : str
        Id.
    cut : sequence of points
        Local metres.
    naming : mapping of str to Naming
    catalogue : Catalogue, optional
        Says which attributes are areas and volumes.
    new : str
        Id of the new one.
    """

    entity: str
    cut: Sequence[Sequence[float]]
    naming: Mapping[str, Naming] = field(default_factory=dict)
    catalogue: Catalogue | None = None
    new: str = field(default_factory=new_id)
    kind: str = field(default="split-entity", init=False)
    _name: list[str] = field(default_factory=list, init=False, compare=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return f"Split {self._name[0] if self._name else self.entity}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        cut = [[round(float(v), 3) for v in point] for point in self.cut]
        return {"entity": self.entity, "new": self.new, "cut": cut}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        import shapely

        whole = current(transaction, self.entity)
        self._name[:] = [whole.name or whole.type]
        larger, smaller = split_outline(whole, self.cut)
        area = outline_of(whole).area
        shares = [float(shapely.from_wkb(part).area / area) for part in (larger, smaller)]
        z = whole.position[2] if whole.position is not None else 0.0
        kept = replace(
            whole,
            geometry=larger,
            position=reference_point(larger, z),
            attributes=shared_attributes(whole, shares[0], self.catalogue),
        )
        made = replace(
            whole,
            id=self.new,
            name="",
            geometry=smaller,
            position=reference_point(smaller, z),
            attributes=shared_attributes(whole, shares[1], self.catalogue),
            codes=Codes(),
            guid="",
        )
        (made,) = named_and_coded(transaction, [made], self.naming)
        transaction.replace_entities([at_new_place(kept, transaction.frame)])
        transaction.add_entities([made])
        self._share_relations(transaction, kept, made)

    def _share_relations(self, transaction: Transaction, kept: Entity, made: Entity) -> None:
        added, moved = [], []
        for relation in asserted(transaction, self.entity):
            is_part = relation.target == self.entity and relation.kind in HIERARCHY
            if is_part:
                fresh = replace(relation, id=new_id(), valid=made.valid)
                added.append(_with_end(fresh, self.entity, made.id))
                continue
            other = relation.target if relation.source == self.entity else relation.source
            place = current(transaction, other).position
            if place is not None and _gap(made, place) < _gap(kept, place):
                moved.append(_with_end(relation, self.entity, made.id))
        transaction.add_relations(added, as_given=True)
        transaction.replace_relations(moved, as_given=True)


@dataclass(frozen=True)
class MergeEntities:
    """Makes one entity of several that touch: the largest stays, the others end.

    Areas and volumes are added up; what the largest has no value for is taken from the others.
    Relations of the others go over to it, where it has not the same one already.

    Parameters
    ----------
    entities : sequence of str
        Ids, at least two.
    catalogue : Catalogue, optional
        Says which attributes are areas and volumes.
    """

    entities: Sequence[str]
    catalogue: Catalogue | None = None
    kind: str = field(default="merge-entities", init=False)
    kept: list[Entity] = field(default_factory=list, init=False, compare=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        name = self.kept[0].name or self.kept[0].type if self.kept else self.entities[0]
        return f"Merge {name}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"entities": list(self.entities), "kept": [one.id for one in self.kept]}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        found = [current(transaction, one) for one in dict.fromkeys(self.entities)]
        outline = merged_outline(found)
        found.sort(key=lambda one: -outline_of(one).area)
        largest, others = found[0], found[1:]
        z = largest.position[2] if largest.position is not None else 0.0
        kept = replace(
            largest,
            geometry=outline,
            position=reference_point(outline, z),
            attributes=self._attributes(found),
        )
        kept = at_new_place(kept, transaction.frame)
        self.kept[:] = [kept]
        self._take_over(transaction, kept.id, [one.id for one in others])
        transaction.replace_entities([kept])
        transaction.end_entities([one.id for one in others])

    def _attributes(self, found: Sequence[Entity]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for entity in reversed(found):
            values.update(entity.attributes)
        for name in _extensive(found[0].type, self.catalogue):
            known = [e.attributes[name] for e in found if name in e.attributes]
            if known and all(isinstance(v, int | float) for v in known):
                values[name] = round(math.fsum(known), 3)
        return values

    def _take_over(self, transaction: Transaction, kept: str, others: Sequence[str]) -> None:
        own = asserted(transaction, kept)
        known = {(one.kind, one.source, one.target) for one in own}
        has_whole = {one.kind for one in own if one.target == kept and one.kind in HIERARCHY}
        moved: dict[str, Relation] = {}
        for other in others:
            for relation in asserted(transaction, other):
                turned = _with_end(moved.get(relation.id, relation), other, kept)
                key = (turned.kind, turned.source, turned.target)
                if turned.source == turned.target or key in known:
                    continue
                if turned.target == kept and turned.kind in has_whole:
                    continue  # it belongs somewhere already
                known.add(key)
                moved[relation.id] = turned
        transaction.replace_relations(list(moved.values()), as_given=True)


def current(transaction: Transaction, entity_id: str) -> Entity:
    """Return an entity as it is now, within a transaction.

    Raises
    ------
    StoreError
        If there is none of that id.
    """
    found = transaction.current_rows([entity_id])
    if not found:
        raise StoreError(f"entity {entity_id} does not exist now")
    return rows.entity_from(found[0][1:], transaction.frame)


def asserted(transaction: Transaction, entity_id: str) -> list[Relation]:
    """Return the relations that somebody stated of an entity and that hold now."""
    key = transaction.keys_of([entity_id])[entity_id]
    found = transaction.connection.execute(_RELATIONS, (key, key, transaction.at.us))
    return [rows.relation_from(tuple(row)) for row in found]


def _with_end(relation: Relation, old: str, new: str) -> Relation:
    source = new if relation.source == old else relation.source
    target = new if relation.target == old else relation.target
    return replace(relation, source=source, target=target)


def _gap(entity: Entity, place: tuple[float, float, float]) -> float:
    import shapely

    assert entity.geometry is not None  # made by a cut
    return float(shapely.from_wkb(entity.geometry).distance(shapely.Point(place[:2])))
