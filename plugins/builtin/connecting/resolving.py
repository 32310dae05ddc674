"""Finds the entity that a source means by a text."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from shapan import Context, Entity, convert_unit

_AT_ONCE: Final = 50
_MAX_KNOWN: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """An entity as connectors need it."""

    id: str
    type: str


@dataclass
class Resolver:
    """Asks the twin for entities by id, management code or name, and remembers the answers.

    Parameters
    ----------
    context : Context
    """

    context: Context
    _known: dict[tuple[str, str], Target | None] = field(default_factory=dict)
    _units: dict[str, dict[str, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def forget_unknown(self) -> None:
        """Ask again for what the twin did not have: it has changed."""
        with self._lock:
            self._known = {key: found for key, found in self._known.items() if found is not None}

    def resolve(self, texts: Iterable[str], match: str) -> dict[str, Target | None]:
        """Return for each text the entity it means; None where the twin has none.

        Where a name belongs to several entities it means none of them.

        Raises
        ------
        ShapanError
            If the twin cannot be asked.
        """
        with self._lock:
            wanted = list(dict.fromkeys(texts))
            if len(self._known) > _MAX_KNOWN:
                self._known.clear()
            missing = [text for text in wanted if (match, text) not in self._known]
            for start in range(0, len(missing), _AT_ONCE):
                self._ask(missing[start : start + _AT_ONCE], match)
            return {text: self._known[match, text] for text in wanted}

    def _ask(self, texts: list[str], match: str) -> None:
        found: dict[str, Target | None] = {}
        for way in ("id", "management", "name") if match == "auto" else (match,):
            left = [text for text in texts if text not in found]
            if left:
                found |= self._ask_by(left, way)
        for text in texts:
            self._known[match, text] = found.get(text)

    def _ask_by(self, texts: list[str], way: str) -> dict[str, Target | None]:
        listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
        found: dict[str, Target | None] = {}
        for entity in self.context.twin.query(f"{way} in ({listed})"):
            key = _key(entity, way)
            found[key] = None if key in found else Target(entity.id, entity.type)
        return {text: found[text] for text in texts if text in found}

    def conversion(self, entity_type: str, indicator: str, unit: str) -> tuple[float, float]:
        """Return factor and shift that bring a source's unit to that of the type's indicator.

        Raises
        ------
        ShapanError
            If one is no unit, or they measure different things.
        """
        if not unit:
            return 1.0, 0.0
        with self._lock:
            if entity_type not in self._units:
                self._units[entity_type] = dict(self.context.twin.indicator_units(entity_type))
            wanted = self._units[entity_type].get(indicator)
        if wanted is None:
            return 1.0, 0.0
        zero, one = (convert_unit(value, unit, wanted) for value in (0.0, 1.0))
        return one - zero, zero


def _key(entity: Entity, way: str) -> str:
    if way == "id":
        return entity.id
    return entity.codes.management if way == "management" else entity.name
