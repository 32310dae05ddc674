"""Plays a CSV or Parquet file of the project as if its samples came now."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from plugins.builtin.connecting.connections import Connection
from plugins.builtin.connecting.payloads import PayloadError
from plugins.builtin.connecting.resolving import Resolver
from plugins.builtin.connecting.running import Connector, Line
from plugins.builtin.file_replay.columns import Columns, batches_of
from shapan import SourceError, WorkerContext

_LOOK_S: Final = 0.2
_FASTEST: Final = 1e6


class ReplayConnector(Connector):
    """See `shapan.Connector`."""

    def line(self, connection: Connection) -> Line:
        """See `Connector`."""
        return ReplayLine(self.context, connection, self.resolver)

    def control(self, connection: str, **wanted: Any) -> dict[str, Any]:
        """Change ``speed`` or ``paused`` of a replay; return its status."""
        line = self._lines.get(connection)
        if not isinstance(line, ReplayLine):
            raise SourceError(connection, "does not run")
        line.control(**wanted)
        return line.status()


class ReplayLine(Line):
    """One file.

    Options: ``speed`` (1 as it was, 0 as fast as it goes), ``times`` (``now``: moved so that the
    first sample comes now; ``original``), ``again`` (from the start at the end).
    """

    def __init__(self, context: WorkerContext, connection: Connection, resolver: Resolver) -> None:
        super().__init__(context, connection, resolver)
        self.speed = float(connection.option("speed", 1.0))
        self._going = threading.Event()
        self._going.set()
        self._shift_us: int | None = None
        self._clock: tuple[float, int] | None = None

    def control(self, speed: float | None = None, paused: bool | None = None) -> None:
        """Change speed, pause or go on."""
        if speed is not None:
            self.speed = max(0.0, float(speed))
        if paused is not None:
            (self._going.clear if paused else self._going.set)()
        self._clock = None

    def talk(self) -> None:
        """See `Line`."""
        path = self.context.storage.folder / self.connection.address
        if not path.resolve().is_relative_to(self.context.storage.folder.resolve()):
            raise SourceError(self.connection.address, "is no file of the project")
        if not path.is_file():
            raise SourceError(
                path, "is not there", remedy="add the file again in the connection's form"
            )
        self.connected()
        while not self.ending():
            self._shift_us = self._clock = None
            for columns in batches_of(path, self.connection.mappings):
                if not self._play(columns):
                    return
            if not self.connection.option("again", False):
                self.intake.drain(30.0)
                self._note("ended", "")
                while not self.wait(1.0):
                    pass

    def _play(self, columns: Columns) -> bool:
        """Give samples at their times; return False where it has to end."""
        order = np.argsort(columns.time_us, kind="stable")
        if self._shift_us is None and len(order):
            moved = self.connection.option("times", "now") == "now"
            first = int(columns.time_us[order[0]])
            self._shift_us = time.time_ns() // 1000 - first if moved else 0
        done = 0
        while done < len(order):
            if not self._going.is_set():
                self._going.wait(_LOOK_S)
                self._clock = None
                if self.ending():
                    return False
                continue
            until = self._due(columns.time_us[order[done:]])
            self._give(columns, order[done : done + until])
            done += until
            if not until and self.wait(_LOOK_S / 10):
                return False
        return not self.ending()

    def _due(self, times_us: npt.NDArray[np.int64]) -> int:
        """Return how many of the next samples are due now."""
        if self.speed <= 0 or self.speed >= _FASTEST:
            return min(len(times_us), 20_000)
        now_s = time.monotonic()
        if self._clock is None:
            self._clock = now_s, int(times_us[0])
        begun_s, from_us = self._clock
        reached_us = from_us + int((now_s - begun_s) * self.speed * 1e6)
        return int(np.searchsorted(times_us, reached_us, "right"))

    def _give(self, columns: Columns, rows: npt.NDArray[np.intp]) -> None:
        shift_us = self._shift_us or 0
        for row in columns.rows(rows, shift_us):
            try:
                if math.isnan(row[1].value) and row[1].text is None:
                    continue
                self.intake.put_row(*row)
            except PayloadError as error:
                self.intake.malformed(self.connection.address, error)
        if len(rows):
            self.intake.message_done()

    def lines(self) -> Iterator[str]:
        """Yield what the status says beside the counts."""
        yield f"speed {self.speed:g}"
