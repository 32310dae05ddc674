"""Names of moving things on a link: each passes once, not with every batch."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from twin_model.samples import SampleBatch, SampleKeys

#: New names that may go along, for each sample of the batch: a numbering of a whole city is not
#: sent for one vehicle.
_MOST_NEW: Final = 4
#: Numberings that one side may have the other keep.
_MOST_KEPT: Final = 1024


@dataclass
class _Told:
    """What the other side knows of a numbering."""

    number: int
    entities: int = 0
    indicators: int = 0


class SentNames:
    """What was sent. Used by one thread at a time; see `Link.send`."""

    def __init__(self) -> None:
        # Not told the first time: most numberings are of one batch only.
        self._known: weakref.WeakKeyDictionary[SampleKeys, _Told | None] = (
            weakref.WeakKeyDictionary()
        )
        self._next = 0
        self._kept = 0
        self._gone: deque[int] = deque()
        self._coming: list[tuple[_Told, int, int]] = []

    def describe(self, batch: SampleBatch) -> dict[str, Any] | None:
        """Return what the other side lacks of a batch's names; None to send them along."""
        keys = batch.keys
        if keys not in self._known:
            self._known[keys] = None
            return None
        entities, indicators = len(keys.entities), len(keys.indicators)
        told = self._known[keys]
        known = 0 if told is None else told.entities
        if entities - known > _MOST_NEW * len(batch):
            return None
        if told is None:
            if self._kept - len(self._gone) >= _MOST_KEPT:
                return None
            told = self._known[keys] = _Told(self._next)
            self._next += 1
            self._kept += 1
            weakref.finalize(keys, self._gone.append, told.number)
        self._coming.append((told, entities, indicators))
        gone = [self._gone.popleft() for _ in range(len(self._gone))]
        self._kept -= len(gone)
        return {
            "number": told.number,
            "entities": list(keys.entities[told.entities : entities]),
            "indicators": list(keys.indicators[told.indicators : indicators]),
            "gone": gone,
        }

    def settle(self, *, sent: bool) -> None:
        """Take note of whether what was described since the last time is on its way."""
        for told, entities, indicators in self._coming if sent else ():
            told.entities, told.indicators = entities, indicators
        self._coming.clear()


class ReceivedNames:
    """What came. Used by the reading thread."""

    def __init__(self) -> None:
        self._keys: dict[int, SampleKeys] = {}

    def take(self, told: Mapping[str, Any]) -> SampleKeys:
        """Return the numbering that `SentNames.describe` told of.

        Raises
        ------
        ValueError
            If there are too many.
        """
        for number in told["gone"]:
            self._keys.pop(int(number), None)
        keys = self._keys.setdefault(int(told["number"]), SampleKeys())
        if len(self._keys) > _MOST_KEPT:
            raise ValueError("too many numberings of names")
        keys.extend(map(str, told["entities"]), map(str, told["indicators"]))
        return keys
