"""Queries as SQL conditions over `entity_version` that use the indexes."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from twin_model import query_text
from twin_model.codes.cover import is_solid
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.query import (
    All,
    Any_,
    Compare,
    EntityQuery,
    InBox,
    InCell,
    InPolygon,
    IsNull,
    IsType,
    Near,
    Node,
    Not,
    Parsed,
    Reached,
    Step,
    folded,
)
from twin_model.store import rows, text
from twin_model.store.cells import Area, asked_cell, outline_of, reaching
from twin_model.store.coordinates import localised
from twin_model.store.moment import Moment
from twin_model.store.naming import entity_called, known_properties, nearest
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.view import TypeTree

_COLUMNS: Final = {"name": "name", "type": "type", "guid": "guid", "layer": "layer",
                   "id": "id", "management": "management_code", "space": "space_code",
                   "time": "time_code", "code_class": "substr(management_code, 8, 6)",
                   "height_reference": "height_reference"}  # fmt: skip
_CODES: Final = ("management_code", "space_code", "time_code")
_CODED: Final = "SELECT entity FROM entity_code WHERE code >= ? AND code < ?"
_ESCAPE: Final = "'\\'"
_LAST: Final = "\U0010ffff"
_ENDS: Final = {
    "out": (("source", "target"),),
    "in": (("target", "source"),),
    "both": (("source", "target"), ("target", "source")),
}


@dataclass(frozen=True)
class Context:
    """What a query is asked of.

    Parameters
    ----------
    connection : sqlite3.Connection
    frame : Frame
    now : Instant
    catalogue : TypeTree or None
        For subtypes.
    """

    connection: sqlite3.Connection
    frame: Frame
    now: Instant
    catalogue: TypeTree | None = None


@dataclass(frozen=True)
class Compiled:
    """SQL of a query: a condition, an order and their parameters."""

    condition: str
    parameters: list[Any]
    order: str
    order_parameters: list[Any]
    limit: int
    offset: int


def _declared(context: Context, types: Iterable[str] | None) -> set[str]:
    """Return the properties that types declare, whether or not any entity has them yet."""
    declared = getattr(context.catalogue, "property_ids", None)
    return set() if declared is None else declared(types)


def compiled(context: Context, query: EntityQuery) -> Compiled:
    """Return the SQL of a query.

    Raises
    ------
    ValidationError
        If its text does not follow the grammar, or it names something that there is not.
    """
    parsed = query_text.parse(query.where)
    connection = context.connection
    at = query.at or parsed.at or context.now
    moment = Moment.of(connection, at, query.known_on or parsed.known_on)
    types = None if query.type is None else [query.type]
    if query.type is not None and not query.exactly:
        types = subtypes(context, query.type)
    order = query_text.parse_order(query.order_by) or parsed.order
    named = parsed.condition is not None or bool(order)
    known = known_properties(connection, types) | _declared(context, types) if named else set()
    writer = Writer(known, query.where, context, moment, types)
    parts = list(_fields(query, types, writer))
    if parsed.condition is not None:
        parts.append(writer.node(parsed.condition))
    # Last: what the indexes above leave is few.
    condition, values = moment.condition()
    parameters = writer.parameters + values
    writer.parameters = []
    ordered = _order(query, order, writer)
    return Compiled(
        " AND ".join([*parts, condition]), parameters, ordered, writer.parameters,
        query.limit or parsed.limit, query.offset or parsed.offset,
    )  # fmt: skip


def subtypes(context: Context, kind: str) -> list[str]:
    """Return a type with its subtypes, as far as there is a catalogue that knows it."""
    tree = context.catalogue
    return sorted(tree.descendants(kind)) if tree is not None and kind in tree else [kind]


def compile_condition(condition: str, known: Iterable[str]) -> tuple[str, list[Any]]:
    """See `twin_model.query.compile_where`."""
    parsed = query_text.parse(condition)
    if parsed.condition is None or parsed != Parsed(parsed.condition):
        raise ValidationError("query", "where", condition, "only a condition is expected")
    writer = Writer(set(known), condition)
    return writer.node(parsed.condition), writer.parameters


def _fields(query: EntityQuery, types: Sequence[str] | None, writer: Writer) -> Iterable[str]:
    if types is not None:
        yield writer.types(types)
    if query.layer is not None:
        writer.parameters.append(query.layer)
        yield "layer = ?"
    if query.related_to is not None:
        if query.direction not in _ENDS:
            raise ValidationError("query", "direction", query.direction, "is out, in or both")
        if not 1 <= query.hops <= query_text.MAX_HOPS:
            rule = f"must be 1 to {query_text.MAX_HOPS}"
            raise ValidationError("query", "hops", query.hops, rule)
        step = Step(query.relation or "", query.direction, query.hops)
        yield writer.reached(query.related_to, (step,))
    # What relations lead to is few: testing each place beats asking the index for a whole box.
    indexed = query.related_to is None
    if query.bbox is not None or query.heights is not None:
        yield writer.box(query.bbox, query.heights, indexed=indexed)
    if query.polygon is not None:
        yield writer.polygon(query.polygon, indexed=indexed)
    if query.near is not None:
        yield writer.near(query.near[:2], query.near[2], indexed=indexed)
    if query.code:
        yield writer.code(query.code)
    if query.text:
        yield writer.text(query.text)


def _order(query: EntityQuery, order: Sequence[tuple[str, bool]], writer: Writer) -> str:
    if not order and query.near is not None:
        order = (("distance", False),)
    parts = []
    for name, descending in order:
        if name == "distance" and query.near is not None:
            sql = writer.distance(query.near[:2])
        else:
            sql = writer.named(name)
        parts.append(f"{sql} {'DESC' if descending else 'ASC'} NULLS LAST")
    return ", ".join([*parts, "name", "fid"])


@dataclass
class Writer:
    """Writes conditions as SQL and collects their parameters.

    Parameters
    ----------
    known : set of str
        Attribute names.
    source : str
        The text they come from, for messages.
    context : Context, optional
        None where only attributes can be asked for.
    moment : Moment, optional
    asked_types : sequence of str, optional
        Those that the query is limited to, whose names of properties count.
    """

    known: set[str]
    source: str
    context: Context | None = None
    moment: Moment | None = None
    asked_types: Sequence[str] | None = None
    parameters: list[Any] = field(default_factory=list)

    def _error(self, rule: str) -> ValidationError:
        return ValidationError("query", "where", self.source, rule)

    def _whole(self) -> tuple[Context, Moment]:
        if self.context is None or self.moment is None:
            raise self._error("only conditions on attributes are expected")
        return self.context, self.moment

    def node(self, node: Node) -> str:
        """Return the SQL of a node."""
        if isinstance(node, All):
            return "(" + " AND ".join(self.node(part) for part in node.parts) + ")"
        if isinstance(node, Any_):
            return "(" + " OR ".join(self.node(part) for part in node.parts) + ")"
        if isinstance(node, Not):
            return f"NOT coalesce({self.node(node.part)}, 0)"
        if isinstance(node, IsNull):
            return f"{self.named(node.name)} IS NULL"
        if isinstance(node, Compare):
            return self._compare(node)
        context, moment = self._whole()
        if isinstance(node, IsType):
            if context.catalogue is None:
                return self.types([node.type])
            named = getattr(context.catalogue, "called", None)
            kind = (named(node.type) if named else None) or node.type
            return self.types(sorted(context.catalogue.descendants(kind)))
        if isinstance(node, InBox | InPolygon | Near):
            return self._place(node, context, moment)
        if isinstance(node, InCell):
            return self._cell(node.code, context, touches=node.touches)
        self._check_path(node, context)
        return self.reached(self._entity(node.start, context, moment), node.steps)

    def _place(self, node: InBox | InPolygon | Near, context: Context, moment: Moment) -> str:
        try:
            place = localised(node, context.frame)
        except ValueError as error:
            raise self._error(str(error)) from None
        if isinstance(place, Near) and place.touches:
            return self._beside(place, context, moment)
        if isinstance(place, Near):
            return self.near(self._centre(place, context, moment), place.radius)
        if isinstance(place, InBox):
            found = self.box(place.plan, place.heights)
        else:
            found = self.polygon(place.corners)
            if place.heights is not None:
                found = f"({found} AND {self.box(None, place.heights)})"
        return self._or_touching(found, Area.of(place)) if place.touches else found

    def _beside(self, place: Near, context: Context, moment: Moment) -> str:
        """Return the SQL for outlines within a distance of a point, or of an entity's outline."""
        from_ = place.centre
        if isinstance(from_, str):
            from_ = self._entity(from_, context, moment)
        elif len(from_) == 3:
            raise self._error("distances of outlines are in plan: give two numbers")
        shape = outline_of(context.connection, context.frame, moment, from_)
        if shape is None:
            raise self._error(f"no entity {place.centre!r} that has a place")
        area = Area.around(shape, place.radius)
        west, south, east, north = area.bounds
        found = self._candidates(west, south, east, north) + "place_beside(geom, ?, ?)"
        self.parameters += [area.wkb(self._origin()), place.radius]
        return self._or_touching(f"({found})", area)

    def _cell(self, code: str, context: Context, *, touches: bool = False) -> str:
        """Return the SQL for a place in a cell, or for an outline that touches it."""
        place = asked_cell(context.connection, context.frame, code)
        found = self.polygon(place.outline)
        if place.local_heights is not None:
            found = f"({found} AND {self.box(None, place.local_heights)})"
        return self._or_touching(found, Area.of_cell(place)) if touches else found

    def _or_touching(self, found: str, area: Area) -> str:
        """Return the SQL for what is found, or reaches into an area with its outline."""
        context, moment = self._whole()
        fids = reaching(context.connection, context.frame, moment, area)
        self.parameters.append(json.dumps(fids))
        return f"({found} OR fid IN (SELECT value FROM json_each(?)))"

    # -- properties --------------------------------------------------------------------

    def named(self, name: str) -> str:
        """Return the SQL of a property; an attribute before a column of the same name.

        Not so for name and type: rows of tables often bring attributes of these names, and
        entities that were drawn would never be found.
        """
        if name in self.known and name not in ("name", "type"):
            self.parameters.append('$."' + name.replace('"', '\\"') + '"')
            return "json_extract(attributes, ?)"
        if name in _COLUMNS:
            return _COLUMNS[name]
        found = sorted(self._called(name))
        if len(found) == 1:
            return self.named(found[0])
        if found:
            ids = ", ".join(found)
            raise self._error(f"{name!r} is the name of several properties: say which of {ids}")
        raise self._error(f"no property {name!r}; {nearest(name, self.known | set(_COLUMNS))}")

    def _called(self, name: str) -> set[str]:
        """Return the known properties that types call so, in Chinese or English."""
        catalogue = None if self.context is None else self.context.catalogue
        names = getattr(catalogue, "property_names", None)
        if names is None:
            return set()
        called: set[str] = names(self.asked_types).get(folded(name), set())
        return called & self.known

    def _compare(self, node: Compare) -> str:
        if node.operator == "^" and node.name not in self.known:
            column = _COLUMNS.get(node.name)
            value = str(node.values[0])
            if column == "space_code" and self.context is not None and is_solid(value):
                return self._cell(value, self._whole()[0])
            if column in _CODES:
                return self._starts(str(node.values[0]), (column,))
        sql = self.named(node.name)
        if node.operator in ("~", "^"):
            escaped = re.sub(r"([\\%_])", r"\\\1", str(node.values[0]))
            self.parameters.append(f"%{escaped}%" if node.operator == "~" else f"{escaped}%")
            return f"{sql} LIKE ? ESCAPE '\\'"
        self.parameters += node.values
        if node.operator == "in":
            return f"{sql} IN ({','.join('?' * len(node.values))})"
        return f"{sql} {node.operator} ?"

    def _starts(self, prefix: str, columns: Sequence[str]) -> str:
        """Return the SQL for one of some columns beginning so; the table of codes gives them."""
        end = prefix + _LAST
        exact = " OR ".join(f"({column} >= ? AND {column} < ?)" for column in columns)
        self.parameters += [prefix, end] * (1 + len(columns))
        return f"(entity IN ({_CODED}) AND ({exact}))"

    def code(self, prefix: str) -> str:
        """Return the SQL for a code that begins so."""
        return self._starts(prefix, _CODES)

    def types(self, names: Sequence[str]) -> str:
        """Return the SQL for one of some types."""
        self.parameters += [*names, *names]
        marks = ",".join("?" * len(names))
        found = f"SELECT entity FROM entity_type WHERE type IN ({marks})"
        return f"(entity IN ({found}) AND type IN ({marks}))"

    def text(self, part: str) -> str:
        """Return the SQL for a part of the name or identifier, or the beginning of a code or id."""
        escaped = re.sub(r"([\\%_])", r"\\\1", part)
        begins = ("id", "management_code", "space_code")
        like = "(" + " OR ".join(
            f"{column} LIKE ? ESCAPE '\\'" for column in ("name", "guid", *begins)
        ) + ")"  # fmt: skip
        like_values = [f"%{escaped}%"] * 2 + [f"{escaped}%"] * len(begins)
        grams = text.match(part)
        if grams is None:
            self.parameters += like_values
            return like
        # Of the few that the index names, those are read for a name in another language too.
        others = [f"""json_extract(attributes, '$."{key}"')""" for key in text.OTHER_NAMES]
        like = f"({like} OR {' OR '.join(f'{sql} LIKE ? ESCAPE {_ESCAPE}' for sql in others)})"
        like_values += [f"%{escaped}%"] * len(others)
        candidates = ["SELECT entity FROM entity_version WHERE fid IN"
                      " (SELECT rowid FROM entity_text WHERE entity_text MATCH ?)"]  # fmt: skip
        self.parameters.append(grams)
        for spelt in dict.fromkeys((part, part.lower(), part.upper())):
            candidates += ["SELECT key FROM entity_key WHERE id >= ? AND id < ?", _CODED]
            self.parameters += [spelt, spelt + _LAST] * 2
        self.parameters += like_values
        return f"(entity IN ({' UNION '.join(candidates)}) AND {like})"

    # -- places ------------------------------------------------------------------------

    def _origin(self) -> tuple[float, float, float]:
        return self._whole()[0].frame.origin or (0.0, 0.0, 0.0)

    def _candidates(self, west: float, south: float, east: float, north: float) -> str:
        self.parameters += [west, east, south, north]
        # As IN: joined, the planner builds a Bloom filter over the whole table
        # (153 ms against 0.43 ms on a million entities).
        return (
            "entity IN (SELECT entity FROM entity_box"
            " WHERE max_x >= ? AND min_x <= ? AND max_y >= ? AND min_y <= ?) AND "
        )

    def box(
        self,
        plan: tuple[float, float, float, float] | None,
        heights: tuple[float, float] | None,
        *,
        indexed: bool = True,
    ) -> str:
        """Return the SQL for a place in a box, in plan, in height or both; local metres."""
        x, y, z = self._origin()
        parts = []
        if plan is not None:
            west, south, east, north = plan
            candidates = self._candidates(west, south, east, north) if indexed else ""
            parts.append(candidates + "place_in_box(geom, ?, ?, ?, ?)")
            self.parameters += [west + x, south + y, east + x, north + y]
        if heights is not None:
            parts.append("place_between(geom, ?, ?)")
            self.parameters += [heights[0] + z, heights[1] + z]
        return "(" + " AND ".join(parts) + ")"

    def polygon(self, corners: Sequence[tuple[float, float]], *, indexed: bool = True) -> str:
        """Return the SQL for a place in a polygon; local metres."""
        if len(corners) < 3:
            raise ValidationError("query", "polygon", len(corners), "has three corners at least")
        x, y, _z = self._origin()
        xs, ys = zip(*corners, strict=True)
        found = self._candidates(min(xs), min(ys), max(xs), max(ys)) if indexed else ""
        self.parameters.append(json.dumps([(a + x, b + y) for a, b in corners]))
        return f"({found}place_in_polygon(geom, ?))"

    def distance(self, centre: Sequence[float]) -> str:
        """Return the SQL of the squared distance from a place of two coordinates or three."""
        x, y, z = self._origin()
        high = centre[2] + z if len(centre) == 3 else None
        self.parameters += [centre[0] + x, centre[1] + y, high]
        return "place_distance2(geom, ?, ?, ?)"

    def near(self, centre: Sequence[float], radius: float, *, indexed: bool = True) -> str:
        """Return the SQL for a place within a distance of another; local metres."""
        x, y = centre[:2]
        box = (x - radius, y - radius, x + radius, y + radius)
        found = self._candidates(*box) if indexed else ""
        condition = self.distance(centre)
        self.parameters.append(radius * radius)
        return f"({found}{condition} <= ?)"

    def _centre(self, node: Near, context: Context, moment: Moment) -> tuple[float, ...]:
        if not isinstance(node.centre, str):
            return node.centre
        condition, values = moment.condition()
        row = context.connection.execute(
            "SELECT geom FROM entity_version WHERE entity ="
            f" (SELECT key FROM entity_key WHERE id = ?) AND {condition}",
            [self._entity(node.centre, context, moment), *values],
        ).fetchone()
        place = None if row is None else rows.decode_point(row[0], context.frame)
        if place is None:
            raise self._error(f"no entity {node.centre!r} that has a place")
        return place[:2]

    def _entity(self, text: str, context: Context, moment: Moment) -> str:
        try:
            return entity_called(context.connection, text, moment)
        except ValueError as error:
            raise self._error(str(error)) from None

    # -- relations ---------------------------------------------------------------------

    def _check_path(self, node: Reached, context: Context) -> None:
        kinds = {str(row[0]) for row in context.connection.execute("SELECT kind FROM kind_seen")}
        for step in node.steps:
            if step.kind and step.kind not in kinds:
                raise self._error(f"no relation {step.kind!r}; {nearest(step.kind, kinds)}")

    def reached(self, start: str, steps: Sequence[Step]) -> str:
        """Return the SQL for what a path of relations leads to.

        CROSS JOIN fixes the order: from the few keys reached to their relations by index.
        """
        _context, moment = self._whole()
        hold, hold_values = moment.condition("r.")
        self.parameters.append(start)
        tables = ["s0(key, hop) AS (SELECT key, 0 FROM entity_key WHERE id = ?)"]
        for number, step in enumerate(steps, start=1):
            kind = " AND r.kind = ?" if step.kind else ""
            values = hold_values + ([step.kind] if step.kind else [])
            first, further = [], []
            for start_end, goal_end in _ENDS[step.direction]:
                first.append(
                    f"SELECT r.{goal_end}, 1 FROM s{number - 1} p CROSS JOIN relation_version r"
                    f" ON r.{start_end} = p.key WHERE {hold}{kind}"
                )
                further.append(
                    f"SELECT r.{goal_end}, p.hop + 1 FROM s{number} p"
                    f" CROSS JOIN relation_version r ON r.{start_end} = p.key"
                    f" WHERE p.hop < {step.hops} AND {hold}{kind}"
                )
            selects = first + (further if step.hops > 1 else [])
            self.parameters += values * len(selects)
            tables.append(f"s{number}(key, hop) AS ({' UNION '.join(selects)})")
        return f"entity IN (WITH RECURSIVE {', '.join(tables)} SELECT key FROM s{len(steps)})"
