"""Mappings proposed from Sparkplug births: which metric of which device is which indicator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.connections.preview import Seen
from plugins.builtin.connecting.connections import Mapping as Way
from plugins.builtin.connecting.resolving import Target
from twin_model.errors import ShapanError
from twin_model.schema.units import compatible

if TYPE_CHECKING:
    from twin_model.schema.types import IndicatorType

Resolve = Callable[[Sequence[str]], dict[str, Target | None]]
Indicators = Callable[[str], Mapping[str, "IndicatorType"]]
#: Mappings beyond these are no help in a wizard.
_MOST: Final = 60
_LOOKED_AT: Final = 200
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+|\d+")
#: Units as gateways write them and nobody else.
_UNITS: Final = {"gpm": "gallon/min", "lpm": "l/min", "degc": "degC", "deg c": "degC", "c": "degC",
                 "degf": "degF", "deg f": "degF", "f": "degF", "pct": "percent", "hr": "hour",
                 "hrs": "hour", "rpm": "rpm", "cmh": "m^3/h", "cms": "m^3/s"}  # fmt: skip
#: Words that make no other quantity of a name; a setpoint or a limit is another one.
_NO_OTHER: Final = frozenset({"rate", "value", "pv", "actual", "now", "current", "measured"})
_POWER: Final = re.compile(r"\b([cmk]?m|in|ft)([23])\b")


def suggest_births(
    seen: Sequence[Seen], resolve: Resolve, indicators: Indicators
) -> list[tuple[Way, bool]]:
    """Return mappings for metrics whose births were seen, each with whether it reaches entities.

    The entity is the device, the node, or the first folder of the metric's name: whichever of
    them the twin knows. A metric is the indicator that is called alike and measures the same;
    otherwise an indicator of the metric's own name.

    Parameters
    ----------
    seen : sequence of Seen
        Those with a metric.
    resolve : callable
        Returns the entities that texts mean.
    indicators : callable
        Returns the indicators of an entity type.
    """
    groups: dict[int, list[Seen]] = {}
    for one in seen:
        groups.setdefault(len(_source(one)), []).append(one)
    found: list[tuple[Way, bool]] = []
    for members in sorted(groups.values(), key=len, reverse=True):
        found += _of_group(members, resolve, indicators)
    return found[:_MOST]


def _source(one: Seen) -> list[str]:
    """Return group, node and device of a metric."""
    return one.name.removesuffix("/" + one.metric).split("/")


def _of_group(
    members: Sequence[Seen], resolve: Resolve, indicators: Indicators
) -> list[tuple[Way, bool]]:
    levels = [[*_source(one), *one.metric.split("/")] for one in members]
    length = len(_source(members[0]))
    place, targets = _entity_place(levels, length, resolve)
    types = {target.type for target in targets.values()}
    begin = "/".join(_begin(levels, place, length))
    metrics: dict[str, tuple[_Meant, bool]] = {}
    for one, words in zip(members, levels):
        if place >= length and len(words) <= length + 1:
            continue  # no folder, so none of the entity's
        metric = "/".join(words[max(length, place + 1) :])
        target = targets.get(words[place])
        wanted = {target.type} if target is not None else types
        meant, fits = metrics.get(metric, (None, False))
        meant = meant or _meant(metric, one.unit, wanted, indicators)
        metrics[metric] = meant, fits or target is not None
    found = {
        metric: _of_its_own(metric, meant, [other for other, _ in metrics.values()])
        for metric, (meant, _) in metrics.items()
    }
    if found and all(one.indicator == metric and not one.unit for metric, one in found.items()):
        fits = any(fits for _, fits in metrics.values())
        return [(Way(source=f"{begin}/{{indicator*}}", payload="sparkplug"), fits)]
    return [
        (Way(source=f"{begin}/{metric}", indicator=one.indicator, unit=one.unit,
             payload="sparkplug"), metrics[metric][1])
        for metric, one in found.items()
    ]  # fmt: skip


def _entity_place(
    levels: Sequence[Sequence[str]], length: int, resolve: Resolve
) -> tuple[int, dict[str, Target]]:
    """Return which level names the entity, and the entities: a known one, else the last source."""
    best, share = length - 1, 0.0
    targets: dict[str, Target] = {}
    for place in (*range(length - 1, -1, -1), length):
        words = sorted({one[place] for one in levels if len(one) > place + (place >= length)})
        words = words[:_LOOKED_AT]
        known = {text: one for text, one in resolve(words).items() if one is not None}
        if words and len(known) / len(words) > share:
            best, share, targets = place, len(known) / len(words), known
    return best, targets


def _begin(levels: Sequence[Sequence[str]], place: int, length: int) -> list[str]:
    """Return the beginning of the template: what is always the same, or any, and the entity."""
    begin = []
    for level in range(max(length, place + 1)):
        words = {one[level] for one in levels}
        begin.append("{entity}" if level == place else words.pop() if len(words) == 1 else "+")
    return begin


@dataclass(frozen=True)
class _Meant:
    """What a metric is.

    Parameters
    ----------
    indicator : str
    unit : str
        That comes, where it is another one than the indicator's.
    exact : bool
        Whether it is called just so.
    """

    indicator: str
    unit: str = ""
    exact: bool = True


def _of_its_own(metric: str, meant: _Meant, all_meant: Sequence[_Meant]) -> _Meant:
    """Return what a metric is; two that are the same indicator would be one confused series."""
    same = [one for one in all_meant if one.indicator == meant.indicator]
    if len(same) == 1 or (meant.exact and sum(one.exact for one in same) == 1):
        return meant
    return _Meant(metric)


def _meant(metric: str, unit: str, types: set[str], indicators: Indicators) -> _Meant:
    spelled, words = spelled_unit(unit), _words(metric)
    known = {name: one for kind in sorted(types) for name, one in indicators(kind).items()}
    names = {
        name: [_words(name), _words(one.name.en), _words(one.name.zh)]
        for name, one in known.items()
        if not (spelled and one.unit) or _same_quantity(spelled, one.unit)
    }
    exact = [name for name, texts in names.items() if words in texts]
    # What is only called nearly so has to measure the same: running is no running hours.
    alike = exact or [
        name for name, texts in names.items()
        if spelled and known[name].unit and any(_alike(words, text) for text in texts)
    ]  # fmt: skip
    if metric in known:
        chosen = metric
    elif words and len(alike) == 1:
        chosen = alike[0]
    else:
        return _Meant(metric)
    declared = known[chosen].unit
    other = spelled if declared and spelled != declared else ""
    return _Meant(chosen, other, metric in known or bool(exact))


def indicators_of(
    names: Sequence[str], units: Sequence[str], types: set[str], indicators: Indicators
) -> list[tuple[str, str]]:
    """Return which indicator each name of a source is, and the unit that comes where it differs.

    Parameters
    ----------
    names, units : sequence of str
        As the source tells them; an empty unit for one that it does not tell.
    types : set of str
        Of the entities that are meant.
    indicators : callable
        Returns the indicators of an entity type.
    """
    meant = [_meant(name, unit, types, indicators) for name, unit in zip(names, units)]
    found = [_of_its_own(name, one, meant) for name, one in zip(names, meant)]
    return [(one.indicator, one.unit) for one in found]


def _alike(words: tuple[str, ...], text: tuple[str, ...]) -> bool:
    """Return whether "temperature" may be the bearing's, or "flow rate" the flow."""
    if not text:
        return False
    more = set(words) - set(text)
    return set(words) <= set(text) or (set(text) <= set(words) and more <= _NO_OTHER)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORDS.findall(text))


def spelled_unit(unit: str) -> str:
    """Return a unit of a gateway as units are written here; as it is where nothing is known."""
    plain = _UNITS.get(unit.strip().casefold(), unit.strip())
    return _POWER.sub(r"\1^\2", plain)


def _same_quantity(first: str, second: str) -> bool:
    try:
        return compatible(first, second)
    except ShapanError:
        return False
