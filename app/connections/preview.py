"""What mappings make of the names and values that a source sends, without publishing anything."""

from __future__ import annotations

import functools
import json
import math
from collections import Counter
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from app.connections.nested import UNIT_NAMES, left_out
from plugins.builtin.connecting.connections import Mapping
from plugins.builtin.connecting.payloads import PayloadError, Row, decode, rows_of
from plugins.builtin.connecting.resolving import Resolver, Target
from plugins.builtin.connecting.templates import Template
from twin_model.entity import Entity
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery
from twin_model.schema.units import convert
from twin_model.twin import Twin

if TYPE_CHECKING:
    from twin_model.schema.types import IndicatorType


#: A value that was seen, by which mapping, as which sample, or why it is none.
_Entry = tuple["Seen", Mapping | None, Row | None, str]


@dataclass(frozen=True)
class Seen:
    """Something that a source sends.

    Parameters
    ----------
    name : str
        Topic, browse path, path of an address, channel or column.
    content : str
        Its newest value or message, cut after some thousand characters.
    alias : str
        Another name by which templates may mean it, such as a node id.
    metric : str
        What the source itself calls the value, the end of *name*: of Sparkplug B, where births tell
        it. Empty for others.
    data_type, unit : str
        As the source tells them.
    """

    name: str
    content: str
    alias: str = ""
    metric: str = ""
    data_type: str = ""
    unit: str = ""

    @property
    def shown(self) -> str:
        """Content, unit and data type."""
        value = f"{self.content} {self.unit}".rstrip()
        return f"{value} · {self.data_type}" if self.data_type else value


@dataclass(frozen=True)
class Line:
    """What becomes of one value.

    Parameters
    ----------
    name : str
        As in `Seen`.
    content : str
        As it is shown, with the unit that the source tells.
    entity : str
        What names the entity; empty where no template matches.
    target : Entity or None
        The entity that is meant.
    indicator : str
    value : float
        In the unit of the entity's type; NaN for words.
    text : str
        Words that come.
    unit : str
        Id of that unit; empty where the type declares none.
    time_us : int or None
    quality : int
    problem : str
        Why it cannot be understood.
    told_unit : str
        What the source says that it comes in, where that is another unit than it is taken for.
    """

    name: str
    content: str
    entity: str = ""
    target: Entity | None = None
    indicator: str = ""
    value: float = math.nan
    text: str = ""
    unit: str = ""
    time_us: int | None = None
    quality: int = 0
    problem: str = ""
    told_unit: str = ""


@dataclass(frozen=True)
class Preview:
    """What becomes of everything that was seen.

    Parameters
    ----------
    lines : list of Line
    unknown : list of str
        Entities that the twin does not have.
    left_out : dict
        Paths of numbers within records that no mapping takes, with of how many names.
    """

    lines: list[Line] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def matched(self) -> int:
        """Values that reach an entity."""
        return sum(line.target is not None and not line.problem for line in self.lines)

    @property
    def unmatched(self) -> int:
        """Names that no template matches."""
        return sum(not line.entity and not line.problem for line in self.lines)


@dataclass
class TwinContext:
    """The twin as `Resolver` asks for it.

    Parameters
    ----------
    twin : Twin
    types : object
        The catalogue of entity types.
    """

    twin_: Twin
    types: Any

    @property
    def twin(self) -> TwinContext:
        """Itself."""
        return self

    def query(self, where: str) -> list[Entity]:
        """Return the entities of a condition."""
        return self.twin_.entities(EntityQuery(where=where))

    def indicator_units(self, entity_type: str) -> dict[str, str]:
        """Return the units of a type's indicators."""
        return {name: one.unit for name, one in self.indicators(entity_type).items() if one.unit}

    def indicators(self, entity_type: str) -> Table[str, IndicatorType]:
        """Return what a type's entities can show, by id; nothing for an unknown type."""
        known = entity_type.lower().replace("-", "_")
        return self.types.indicators(known) if known in self.types else {}


class Previewer:
    """Applies mappings to what was seen; for a thread.

    Parameters
    ----------
    twin : Twin
    types : object
        The catalogue of entity types.
    """

    def __init__(self, twin: Twin, types: Any) -> None:
        self._context = TwinContext(twin, types)
        self._resolver = Resolver(cast(Any, self._context))
        self._entities: dict[str, Entity] = {}

    def resolve(self, texts: Sequence[str], match: str = "auto") -> dict[str, Target | None]:
        """Return the entities that texts mean."""
        return self._resolver.resolve(texts, match)

    def indicators(self, entity_type: str) -> Table[str, IndicatorType]:
        """Return what a type's entities can show, by id."""
        return self._context.indicators(entity_type)

    def preview(self, seen: Sequence[Seen], mappings: Sequence[Mapping]) -> Preview:
        """Return what mappings make of what was seen."""
        found: list[_Entry] = []
        missed: Counter[str] = Counter()
        templates = [Template(mapping.source) for mapping in mappings]
        for one in seen:
            rows, paths = _rows(one, mappings, templates)
            found += rows
            missed.update(paths)
        targets = self._targets(found)
        lines = [self._line(*entry, targets) for entry in found]
        unknown = dict.fromkeys(
            line.entity for line in lines if line.entity and line.target is None
        )
        return Preview(lines, list(unknown), dict(missed))

    def _targets(self, found: list[_Entry]) -> dict[tuple[str, str], Entity]:
        wanted: dict[str, set[str]] = {}
        for _, mapping, row, _problem in found:
            if mapping is not None and row is not None:
                wanted.setdefault(mapping.match, set()).add(row.entity)
        known: dict[tuple[str, str], Entity] = {}
        for match, texts in wanted.items():
            for text, target in self._resolver.resolve(sorted(texts), match).items():
                if target is not None:
                    known[match, text] = self._entity(target.id)
        return known

    def _entity(self, entity_id: str) -> Entity:
        if entity_id not in self._entities:
            self._entities[entity_id] = self._context.twin_.entity(entity_id)
        return self._entities[entity_id]

    def _line(
        self,
        seen: Seen,
        mapping: Mapping | None,
        row: Row | None,
        problem: str,
        targets: Table[tuple[str, str], Entity],
    ) -> Line:
        if mapping is None or row is None:
            return Line(seen.name, seen.shown, problem=problem)
        target = targets.get((mapping.match, row.entity))
        value, unit = row.value * mapping.scale + mapping.shift, mapping.unit
        told = ""
        if target is not None:
            declared = self._context.indicator_units(target.type).get(row.indicator, "")
            try:
                factor, shift = self._resolver.conversion(target.type, row.indicator, mapping.unit)
                value, unit = value * factor + shift, declared or mapping.unit
            except ShapanError as error:
                problem = str(error)
            plain = not mapping.unit and mapping.scale == 1.0 and mapping.shift == 0.0
            if plain and declared and not math.isnan(value):
                told = _other_unit(_told_unit(seen), declared)
        return Line(
            seen.name, seen.shown, row.entity, target, row.indicator, value, row.text or "", unit,
            row.time_us, row.quality, problem, told,
        )  # fmt: skip


def _told_unit(seen: Seen) -> str:
    """Return the unit that a message itself states; empty for none."""
    if seen.unit or not any(f'"{name}"' in seen.content for name in UNIT_NAMES):
        return seen.unit
    try:
        document = json.loads(seen.content)
    except (ValueError, RecursionError):
        return ""
    found = [document.get(name) for name in UNIT_NAMES] if isinstance(document, dict) else []
    return next((one for one in found if isinstance(one, str)), "")


@functools.lru_cache(maxsize=256)
def _other_unit(told: str, declared: str) -> str:
    """Return the unit that is told, if it can be converted to the declared one and differs."""
    try:
        zero, one = (convert(value, told, declared) for value in (0.0, 1.0))
    except (ShapanError, ValueError):
        return ""  # words that are no unit, such as "count"
    return "" if not told or (abs(zero) < 1e-12 and abs(one - 1.0) < 1e-12) else told


def _rows(
    seen: Seen, mappings: Sequence[Mapping], templates: Sequence[Template]
) -> tuple[list[_Entry], list[str]]:
    """Return the samples in what was seen, by every mapping whose template matches.

    And the paths of numbers within its record that none of them takes.
    """
    found: list[_Entry] = []
    matching: list[Mapping] = []
    document: Any = None
    for mapping, template in zip(mappings, templates):
        variables = template.match(seen.name)
        if variables is None and seen.alias:
            variables = template.match(seen.alias)
        if variables is None:
            continue
        try:
            kind = "auto" if mapping.payload == "sparkplug" else mapping.payload
            decoded = decode(seen.content.encode(), kind)
            if kind != "text":
                document = decoded
                matching.append(mapping)
            rows = list(rows_of(mapping, variables, decoded))
        except (PayloadError, ValueError, RecursionError) as error:
            found.append((seen, mapping, None, str(error)))
            continue
        found += [(seen, mapping, row, "") for row in rows]
    return found or [(seen, None, None, "")], left_out(matching, document)
