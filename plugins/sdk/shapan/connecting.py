"""What every connector needs: staying connected, and knowing which entity an address means."""

from __future__ import annotations

import csv
import json
import random
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shapan.stability import provisional
from twin_model.errors import SourceError
from twin_model.samples import Quality, SampleBatch, SampleKeys
from twin_model.time import Instant

if TYPE_CHECKING:
    from shapan.context import WorkerContext

_PLACEHOLDER: Final = re.compile(r"\{(entity|indicator)\}")
_COLUMNS: Final = ("address", "entity", "indicator")


@provisional("0.2")
def keep_connected(
    context: WorkerContext,
    session: Callable[[], object],
    *,
    least_s: float = 1.0,
    most_s: float = 60.0,
) -> None:
    """Hold a connection until the worker is asked to stop: the ``run`` of a connector.

    Parameters
    ----------
    context : WorkerContext
    session : callable
        Connects, says ``context.report_status("connected")``, and stays until the connection is
        lost, then raises or returns. It must come back soon after ``context.stopping``.
    least_s, most_s : float
        Wait before the next try: doubled with each failure and up to a half longer by chance,
        so that a hundred clients of a server that starts again do not come at once. A session
        that held for longer than *most_s* starts from *least_s* again.
    """
    wait_s = least_s
    while not context.stopping:
        context.report_status("connecting")
        begun = time.monotonic()
        reason = "the connection was closed"
        try:
            session()
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
        if context.wait(0):
            break
        if time.monotonic() - begun > most_s:
            wait_s = least_s
        # A half by chance is no secret.
        pause_s = wait_s * (1.0 + 0.5 * random.random())
        context.report_status("disconnected", f"{reason}; next try in {pause_s:.0f} s")
        context.log.warning("%s; next try in %.1f s", reason, pause_s)
        context.wait(pause_s)
        wait_s = min(most_s, wait_s * 2)
    context.report_status("stopped")


@provisional("0.2")
@dataclass(frozen=True)
class Reading:
    """One value as a source gives it.

    Parameters
    ----------
    address : str
        An MQTT topic, an OPC UA node id, a tag.
    value : float, str, bool or tuple of three floats
        A number, a word, or a position in local metres.
    time : Instant or int, optional
        Of the source, an Instant or microseconds; when it was read where not given.
    quality : Quality
    """

    address: str
    value: float | str | bool | tuple[float, float, float]
    time: Instant | int | None = None
    quality: Quality = Quality.GOOD


@provisional("0.2")
@dataclass(frozen=True)
class MappedPoint:
    """What one address means.

    Parameters
    ----------
    address : str
        As it is, or with ``{entity}`` and ``{indicator}`` in place of one level of it each, and
        ``+`` for any one level: ``plant/{entity}/state/{indicator}``. ``/`` parts levels.
    entity : str
        Entity id; may be empty where the address has ``{entity}``.
    indicator : str
        May be empty where the address has ``{indicator}``.
    factor, offset : float
        value = raw * factor + offset, in the unit that the entity's type states.
    """

    address: str
    entity: str = ""
    indicator: str = ""
    factor: float = 1.0
    offset: float = 0.0


@provisional("0.2")
class PointMap:
    """Which entity and indicator the addresses of a source mean. Not safe for several threads.

    Parameters
    ----------
    points : iterable of MappedPoint
        Where several fit an address, one without placeholders goes before, then the first.
    """

    def __init__(self, points: Iterable[MappedPoint] = ()) -> None:
        self.points = list(points)
        #: Readings whose address means nothing, by address; at most a thousand addresses.
        self.unmapped: dict[str, int] = {}
        self._exact = {one.address: one for one in reversed(self.points) if not _is_open(one)}
        self._open = [(_pattern(one), one) for one in self.points if _is_open(one)]
        self._found: dict[str, tuple[str, str, MappedPoint] | None] = {}

    @classmethod
    def read(cls, path: Path) -> PointMap:
        """Read a map from CSV (with a heading) or JSON (a list of objects).

        Columns: address, entity, indicator, and where needed factor, offset.

        Raises
        ------
        SourceError
            If it cannot be read; the line is named.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
            if path.suffix.lower() == ".json":
                rows = list(json.loads(text))
            else:
                rows = list(csv.DictReader(text.splitlines()))
        except (OSError, ValueError) as error:
            raise SourceError(path, f"cannot be read ({error})") from error
        return cls(_point(path, number, row) for number, row in enumerate(rows, start=1))

    def find(self, address: str) -> tuple[str, str, MappedPoint] | None:
        """Return entity id, indicator and point of an address; None where it means nothing."""
        if address not in self._found:
            if len(self._found) > 100_000:
                self._found.clear()
            self._found[address] = self._look_up(address)
        return self._found[address]

    def _look_up(self, address: str) -> tuple[str, str, MappedPoint] | None:
        exact = self._exact.get(address)
        if exact is not None:
            return exact.entity, exact.indicator, exact
        for pattern, point in self._open:
            match = pattern.fullmatch(address)
            if match is not None:
                named = match.groupdict()
                entity = named.get("entity", point.entity)
                return entity, named.get("indicator", point.indicator), point
        return None

    def addresses(self) -> list[str]:
        """Return what to subscribe to, with ``+`` in place of ``{entity}`` and ``{indicator}``."""
        return [re.sub(r"\{(entity|indicator)\}", "+", one.address) for one in self.points]

    def batch(self, keys: SampleKeys, readings: Iterable[Reading]) -> SampleBatch:
        """Return readings as one batch; those whose address means nothing are counted.

        Parameters
        ----------
        keys : SampleKeys
            ``context.samples.keys``.
        readings : iterable of Reading
        """
        import numpy as np

        rows: list[tuple[int, int, int, float, int]] = []
        words: dict[int, str] = {}
        places: dict[int, tuple[float, float, float]] = {}
        for one in readings:
            found = self.find(one.address)
            if found is None:
                if one.address in self.unmapped or len(self.unmapped) < 1000:
                    self.unmapped[one.address] = self.unmapped.get(one.address, 0) + 1
                continue
            entity, indicator, point = found
            value = float("nan")
            if isinstance(one.value, str):
                words[len(rows)] = one.value
            elif isinstance(one.value, tuple):
                places[len(rows)] = one.value
            else:
                value = float(one.value) * point.factor + point.offset
            at = Instant.now() if one.time is None else one.time
            at_us = at.us if isinstance(at, Instant) else int(at)
            rows.append((keys.entity(entity), keys.indicator(indicator), at_us, value,
                         int(one.quality)))  # fmt: skip
        table: Any = np.array(rows, object).reshape(-1, 5)
        columns = [
            table[:, n].astype(kind) for n, kind in enumerate(("i4", "i4", "i8", "f8", "u1"))
        ]
        text = position = None
        if words:
            text = np.array([words.get(n) for n in range(len(rows))], object)
        if places:
            position = np.array([places.get(n, (np.nan,) * 3) for n in range(len(rows))], float)
        return replace(SampleBatch.of(keys, *columns), text=text, position=position)


def _is_open(point: MappedPoint) -> bool:
    return "{" in point.address or "+" in point.address.split("/")


def _pattern(point: MappedPoint) -> re.Pattern[str]:
    levels = []
    for level in point.address.split("/"):
        if level == "+":
            levels.append("[^/]+")
            continue
        parts = re.split(r"(\{entity\}|\{indicator\})", level)
        levels.append("".join(
            f"(?P<{part[1:-1]}>[^/]+)" if _PLACEHOLDER.fullmatch(part) else re.escape(part)
            for part in parts
        ))  # fmt: skip
    return re.compile("/".join(levels))


def _point(path: Path, number: int, row: Mapping[str, Any]) -> MappedPoint:
    try:
        text = {name: str(row.get(name) or "").strip() for name in _COLUMNS}
        point = MappedPoint(
            **text, factor=float(row.get("factor") or 1.0), offset=float(row.get("offset") or 0.0)
        )
    except (ValueError, AttributeError) as error:
        raise SourceError(path, f"row {number}: {error}") from error
    if not point.address:
        raise SourceError(path, f"row {number} has no address")
    for name in ("entity", "indicator"):
        if not getattr(point, name) and f"{{{name}}}" not in point.address:
            raise SourceError(path, f"row {number}: {point.address} has no {name}")
    return point
