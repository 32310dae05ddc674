"""A first proposal of mappings, from the names and values that a source sends."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from app.connections.births import Indicators, Resolve, indicators_of, suggest_births
from app.connections.nested import has_numbers, pairs_of
from app.connections.preview import Seen
from plugins.builtin.connecting.connections import Mapping, PositionFields

_VALUES: Final = ("value", "v", "val")
_LONGITUDES: Final = ("lon", "lng", "longitude")
_LATITUDES: Final = ("lat", "latitude")
_NAMING: Final = ("id", "code", "entity", "device", "name", "tag")
_SEPARATORS: Final = "/.:"
_MOST: Final = 4
_NOT_WORD: Final = re.compile(r"[{}]")


def suggest(
    seen: Sequence[Seen], resolve: Resolve, indicators: Indicators = lambda _: {}
) -> list[Mapping]:
    """Return mappings that fit most of what was seen; one to begin with where nothing does.

    Parameters
    ----------
    seen : sequence of Seen
    resolve : callable
        Returns the entities that texts mean, by any of id, management code and name.
    indicators : callable
        Returns the indicators of an entity type.
    """
    seen = [one for one in seen if not _NOT_WORD.search(one.name)]
    born = [one for one in seen if one.metric]
    groups: dict[tuple[str, int], list[Seen]] = {}
    for one in seen:
        if one.metric:
            continue
        separator = next((s for s in _SEPARATORS if s in one.name), "/")
        groups.setdefault((separator, one.name.count(separator)), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    found = suggest_births(born, resolve, indicators)
    for (separator, _), members in ordered[:_MOST]:
        found += _of_group(separator, members, resolve, indicators)
    # Where some names mean entities, the others are of no interest, such as a server's own.
    fitting = [mapping for mapping, fits in found if fits] or [mapping for mapping, _ in found]
    return fitting or [Mapping(source="{entity}/{indicator}")]


def _of_group(
    separator: str, members: list[Seen], resolve: Resolve, indicators: Indicators
) -> list[tuple[Mapping, bool]]:
    documents = [_document(one.content) for one in members]
    records = _records_of(documents)
    if records is not None:
        return [_of_records(members, documents, records, resolve)]
    levels = list(zip(*(one.name.split(separator) for one in members)))
    place, fits = _entity_level(levels, resolve)
    is_record = sum(isinstance(one, dict) for one in documents) * 2 > len(documents)
    named_value = is_record and any(_value_name(one) for one in documents)
    position = _position(documents)
    indicator = None
    if not position and (named_value or not is_record):
        indicator = _indicator_level(levels, place)
    parts = []
    for number, level in enumerate(levels):
        if number == place:
            parts.append("{entity}")
        elif number == indicator:
            parts.append("{indicator}")
        elif len(set(level)) == 1:
            parts.append(level[0])
        else:
            parts.append(f"{{level{number}}}" if separator != "/" else "+")
    source = separator.join(parts)
    made: dict[str, Any] = {"source": source}
    if place is None:
        made["entity"] = ""
    if position:
        made |= {"indicator": "position", "position": position}
    elif is_record and not named_value:
        types = _types(levels[place], resolve) if place is not None else set()
        nested = _of_nested(documents, types, indicators)
        # The numbers of the record itself, then those within its objects.
        plain = [{"value": "*"}] if not nested or any(map(has_numbers, documents)) else []
        return [(Mapping(**(made | more)), fits) for more in (*plain, *nested)]
    elif indicator is None:
        made["indicator"] = "value"
    return [(Mapping(**made), fits)]


def _types(words: Sequence[str], resolve: Resolve) -> set[str]:
    found = resolve(sorted(set(words))[:200]).values()
    return {target.type for target in found if target is not None}


def _of_nested(
    documents: list[Any], types: set[str], indicators: Indicators
) -> list[dict[str, str]]:
    """Return what mappings state that take values and units within objects of records."""
    pairs = pairs_of(documents)
    names = Counter(pair.name for pair in pairs)
    called = [pair.name if names[pair.name] == 1 else pair.path for pair in pairs]
    units = [pair.unit for pair in pairs]
    return [
        {"indicator": indicator, "value": pair.value, "unit": unit, "time": pair.time,
         "quality": pair.quality}
        for pair, (indicator, unit) in zip(pairs, indicators_of(called, units, types, indicators))
    ]  # fmt: skip


def _document(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content


def _entity_level(levels: list[tuple[str, ...]], resolve: Resolve) -> tuple[int | None, bool]:
    """Return the level whose words mean entities, and whether they do.

    Where none does, it is the one with the most different words.
    """
    best, place = 0.0, None
    for number, level in enumerate(levels):
        words = sorted(set(level))
        known = sum(target is not None for target in resolve(words[:200]).values())
        share = known / min(len(words), 200)
        if share > best:
            best, place = share, number
    if place is not None:
        return place, True
    varying = [n for n, level in enumerate(levels) if len(set(level)) > 1]
    if len(varying) == 1 and len(levels) > 1 and varying[0] == len(levels) - 1:
        return len(levels) - 2, False  # one device with many values
    most = max(varying, key=lambda n: len(set(levels[n])), default=len(levels) - 1 or None)
    return most, False


def _indicator_level(levels: list[tuple[str, ...]], place: int | None) -> int | None:
    others = [n for n in range(len(levels)) if n != place]
    return others[-1] if others else None


def _value_name(document: Any) -> str:
    if not isinstance(document, dict):
        return ""
    return next((name for name in _VALUES if name in document), "")


def _position(documents: list[Any]) -> PositionFields | None:
    """Return where longitude and latitude stand, where most records have them."""
    names = Counter(name for one in documents if isinstance(one, dict) for name in one)
    x = next((name for name in _LONGITUDES if names[name]), "")
    y = next((name for name in _LATITUDES if names[name]), "")
    return PositionFields(x=x, y=y) if x and y else None


# -- documents that hold a list of records ------------------------------------------------


def _records_of(documents: list[Any]) -> str | None:
    """Return the path of the list of records; None where there is none."""
    for document in documents:
        if _is_list_of_records(document):
            return ""
        if isinstance(document, dict):
            for name, inner in document.items():
                if _is_list_of_records(inner):
                    return str(name)
    return None


def _is_list_of_records(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(r, dict) for r in found)


def _of_records(
    members: list[Seen], documents: list[Any], path: str, resolve: Resolve
) -> tuple[Mapping, bool]:
    lists: list[Any] = [
        one.get(path) if path and isinstance(one, dict) else one for one in documents
    ]
    first: list[dict[str, Any]] = next(found for found in lists if _is_list_of_records(found))
    texts = {
        name: [str(record[name]) for record in first if isinstance(record.get(name), str | int)]
        for name in first[0]
    }
    known = {
        name: sum(target is not None for target in resolve(sorted(set(words))[:200]).values())
        for name, words in texts.items()
        if words
    }
    best = max(known, key=lambda name: known[name], default="")
    if not best or not known[best]:
        best = next((name for name in _NAMING if name in first[0]), best)
    named = _value_name(first[0])
    made: dict[str, Any] = {
        "source": members[0].name if len(members) == 1 else "#", "records": path,
        "entity": f"{{{best}}}" if best else "",
    }  # fmt: skip
    naming = next(
        (name for name in ("indicator", "metric", "quantity", "kind") if name in first[0]), ""
    )
    if named and naming:
        made["indicator"] = f"{{{naming}}}"
    else:
        made["value"] = "*"
    return Mapping(**made), bool(known.get(best))
