"""New entities with name, codes and the time from which they are."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from twin_model.codes.management import ManagementCode, next_sequences
from twin_model.codes.moment import encode_time
from twin_model.coding import with_codes
from twin_model.division import stated_division
from twin_model.entity import ALL_TIME, Codes, Entity, Relation
from twin_model.errors import ValidationError
from twin_model.store.transaction import Transaction
from twin_model.time import Interval

_LAST: Final = "\U0010ffff"


def new_id() -> str:
    """Return an id for a new entity or relation."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Naming:
    """What new entities of one type are called and coded.

    Parameters
    ----------
    word : str
        Before the number, such as ``Pump``.
    class_code : str
        Class of their management codes; empty for none.
    division : str
        Administrative division, six digits; empty for the project's.
    """

    word: str
    class_code: str = ""
    division: str = ""


@dataclass(frozen=True)
class CreateEntities:
    """Adds entities that somebody drew: named, coded and valid from now on.

    Parameters
    ----------
    entities : sequence of Entity
        Those without a name get one; codes that they have are kept.
    naming : mapping of str to Naming
        By type.
    relations : sequence of Relation
    """

    entities: Sequence[Entity]
    naming: Mapping[str, Naming] = field(default_factory=dict)
    relations: Sequence[Relation] = ()
    kind: str = field(default="create-entities", init=False)
    made: list[Entity] = field(default_factory=list, init=False, compare=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        shown = self.made or list(self.entities)
        if len(shown) == 1:
            return f"Add {shown[0].name or shown[0].type}"
        return f"Add {len(shown)} entities"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"entities": [e.id for e in self.entities[:100]], "count": len(self.entities)}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        self.made[:] = named_and_coded(transaction, self.entities, self.naming)
        transaction.add_entities(self.made)
        transaction.add_relations(self.relations)


def named_and_coded(
    transaction: Transaction, entities: Sequence[Entity], naming: Mapping[str, Naming]
) -> list[Entity]:
    """Return entities with name, management, space and time code, valid from now on."""
    time_code = str(encode_time(transaction.at))
    naming = _in_division(naming, transaction)
    given = [entity.codes.management for entity in entities]
    numbers = _numbers(transaction, entities, naming, given)
    found = []
    for entity, number in zip(entities, numbers, strict=True):
        rule = naming.get(entity.type)
        management = entity.codes.management
        if not management and rule is not None and rule.class_code:
            management = str(ManagementCode(rule.division, rule.class_code, number))
        name = entity.name or (f"{rule.word} {number}" if rule is not None else "")
        codes = Codes(management, entity.codes.space, entity.codes.time or time_code)
        valid = Interval(transaction.at) if entity.valid == ALL_TIME else entity.valid
        found.append(replace(entity, name=name, codes=codes, valid=valid))
    return _placed(transaction, found)


def _placed(transaction: Transaction, entities: list[Entity]) -> list[Entity]:
    """Return entities with space codes where they had none."""
    try:
        return with_codes(entities, transaction.frame, None)
    except ValidationError:
        return entities  # somewhere that the grid has no cells for


def with_management_codes(
    transaction: Transaction, entities: Sequence[Entity], classes: Mapping[str, str]
) -> Sequence[Entity]:
    """Return entities with management codes where they had none and their type has a class.

    Parameters
    ----------
    transaction : Transaction
    entities : sequence of Entity
    classes : mapping of str to str
        Class of the code by type; types that are not in it get no codes.
    """
    naming = _in_division({kind: Naming("", code) for kind, code in classes.items()}, transaction)
    uncoded = [
        index
        for index, entity in enumerate(entities)
        if not entity.codes.management and classes.get(entity.type)
    ]
    if not uncoded:
        return entities
    found = list(entities)
    given = [entity.codes.management for entity in entities]
    numbers = _numbers(transaction, [entities[index] for index in uncoded], naming, given)
    for index, number in zip(uncoded, numbers, strict=True):
        entity = entities[index]
        rule = naming[entity.type]
        code = str(ManagementCode(rule.division, rule.class_code, number))
        found[index] = replace(entity, codes=replace(entity.codes, management=code))
    return found


def with_missing_codes(transaction: Transaction, entities: Sequence[Entity]) -> Sequence[Entity]:
    """Return entities with all three codes, where there is a catalogue that knows their classes."""
    rules = transaction.type_rules
    if rules is None:
        return entities
    classes = {kind: rules.code_class(kind) for kind in {entity.type for entity in entities}}
    time_code = str(encode_time(transaction.at))
    found = [
        entity
        if entity.codes.time
        else replace(entity, codes=replace(entity.codes, time=time_code))
        for entity in with_management_codes(transaction, entities, classes)
    ]
    return _placed(transaction, found)


def _in_division(naming: Mapping[str, Naming], transaction: Transaction) -> dict[str, Naming]:
    """Return naming with the project's division where it says none."""
    division = stated_division(transaction.connection)
    return {
        kind: rule if rule.division else replace(rule, division=division)
        for kind, rule in naming.items()
    }


def _numbers(
    transaction: Transaction,
    entities: Sequence[Entity],
    naming: Mapping[str, Naming],
    taken: Sequence[str],
) -> list[int]:
    """Return the number of each entity within its class, or within its type where it has none.

    Parameters
    ----------
    transaction : Transaction
    entities : sequence of Entity
    naming : mapping of str to Naming
    taken : sequence of str
        Management codes that the same command brings along.
    """
    by_type: dict[str, list[int]] = {}
    for index, entity in enumerate(entities):
        by_type.setdefault(entity.type, []).append(index)
    fresh: dict[str, list[int]] = {}
    numbers = [0] * len(entities)
    for kind, indices in by_type.items():
        rule = naming.get(kind)
        key = f"{rule.division}-{rule.class_code}-" if rule and rule.class_code else kind
        wanted = indices if key not in fresh else [*fresh[key], *indices]
        fresh[key] = wanted
        used = _used(transaction, key, kind)
        if key != kind:
            used += _sequences(taken, key)
        given = next_sequences(used, len(wanted))
        for index, number in zip(wanted, given, strict=True):
            numbers[index] = number
    return numbers


def _used(transaction: Transaction, key: str, kind: str) -> list[int]:
    """Return the numbers that a class has or had; for a type without one, how many there were."""
    if key != kind:
        found = transaction.connection.execute(
            "SELECT code FROM entity_code WHERE code >= ? AND code < ?", (key, key + _LAST)
        )
        return _sequences((row[0] for row in found), key)
    count = transaction.connection.execute(
        "SELECT count(*) FROM entity_type WHERE type = ?", (kind,)
    ).fetchone()[0]
    return [int(count)] if count else []


def _sequences(codes: Iterable[str], key: str) -> list[int]:
    """Return the numbers of those codes that begin with *key*."""
    return [int(code[len(key) :]) for code in codes if re.fullmatch(key + r"\d+", code)]
