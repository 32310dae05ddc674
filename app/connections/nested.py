"""Values within objects of a record, such as ``{"flow": {"value": 1, "unit": "l/s"}}``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from plugins.builtin.connecting.connections import Mapping
from plugins.builtin.connecting.payloads import at_path

_VALUES: Final = ("value", "v", "val", "Value")
#: Where messages state their unit.
UNIT_NAMES: Final = ("unit", "units", "uom")
#: Where objects state when, and how good their value is.
_TIMES: Final = ("time", "timestamp", "ts", "t", "Timestamp", "time_us", "time_ms")
_QUALITIES: Final = ("quality", "q")
_ASIDE: Final = frozenset({*_TIMES, *_QUALITIES})
_DEEPEST: Final = 4
_MOST: Final = 40


@dataclass(frozen=True)
class Pair:
    """A value within a record, with its unit beside it.

    Parameters
    ----------
    path : str
        Of the object, such as ``data.flow``.
    value, time, quality : str
        Paths as a `Mapping` has them; empty for what is not stated.
    unit : str
        As it is stated; empty where it is not always the same one.
    """

    path: str
    value: str
    unit: str = ""
    time: str = ""
    quality: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.rpartition(".")[2]


def pairs_of(documents: Sequence[Any]) -> list[Pair]:
    """Return the pairs of value and unit that most of some records have, in their order."""
    records = [one for one in documents if isinstance(one, dict)]
    found: dict[str, list[Pair]] = {}
    for record in records:
        for pair in _pairs(record):
            found.setdefault(pair.path, []).append(pair)
    return [
        _joint(same) for same in list(found.values())[:_MOST] if len(same) * 2 > len(records)
    ]  # fmt: skip


def _pairs(record: dict[str, Any]) -> Iterator[Pair]:
    for path, inner in _objects(record, ""):
        named = next((name for name in _VALUES if _is_value(inner.get(name))), "")
        value = f"{path}.{named}"
        # A name with a point in it cannot be told from a path.
        if named and at_path(record, value) is inner[named]:
            unit = next((inner[n] for n in UNIT_NAMES if isinstance(inner.get(n), str)), "")
            time, quality = (
                next((f"{path}.{name}" for name in names if name in inner), "")
                for names in (_TIMES, _QUALITIES)
            )
            yield Pair(path, value, unit.strip(), time, quality)


def _objects(record: dict[str, Any], above: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, inner in record.items():
        path = f"{above}.{name}" if above else str(name)
        if isinstance(inner, dict):
            yield path, inner
            if path.count(".") < _DEEPEST:
                yield from _objects(inner, path)


def _joint(same: Sequence[Pair]) -> Pair:
    """Return what holds for a pair in all records."""
    value = Counter(one.value for one in same).most_common(1)[0][0]
    unit, time, quality = (
        kept.pop() if len(kept) == 1 else ""
        for kept in ({getattr(one, name) for one in same} for name in ("unit", "time", "quality"))
    )
    return Pair(same[0].path, value, unit, time, quality)


def has_numbers(document: Any) -> bool:
    """Return whether a record itself has numbers, beside its time."""
    record = document if isinstance(document, dict) else {}
    return any(_is_number(one) for name, one in record.items() if name not in _ASIDE)


def left_out(mappings: Sequence[Mapping], document: Any) -> list[str]:
    """Return the paths of numbers within a record that no mapping takes.

    Parameters
    ----------
    mappings : sequence of Mapping
        Those whose templates match.
    document : object
        As `decode` gives it; of several records the first one counts.
    """
    found: list[str] = []
    for path in dict.fromkeys(mapping.records for mapping in mappings):
        records = at_path(document, path) if path else document
        record = records[0] if isinstance(records, list) and records else records
        if not isinstance(record, dict):
            continue
        taken = {
            place
            for mapping in mappings if mapping.records == path
            for place in _taken(mapping)
        }  # fmt: skip
        found += [one for one in _numbers(record) if one not in taken]
    return list(dict.fromkeys(found))


def _taken(mapping: Mapping) -> Iterator[str]:
    yield from (mapping.value, mapping.time, mapping.quality)
    if mapping.position is not None:
        yield from (mapping.position.x, mapping.position.y, mapping.position.z)


def _numbers(record: dict[str, Any]) -> Iterator[str]:
    """Yield the paths of numbers within objects, and of lists that have some."""
    for path, inner in ((str(name), one) for name, one in record.items()):
        if isinstance(inner, list) and _has_number(inner):
            yield path
    for path, inner in _objects(record, ""):
        for name, one in inner.items():
            if name in _ASIDE:
                continue
            if _is_number(one) or (isinstance(one, list) and _has_number(one)):
                yield f"{path}.{name}"


def _has_number(found: list[Any]) -> bool:
    return any(
        _is_number(one) or (isinstance(one, dict) and any(map(_is_number, one.values())))
        for one in found[:_MOST]
    )


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _is_value(found: Any) -> bool:
    return isinstance(found, bool | int | float | str)
