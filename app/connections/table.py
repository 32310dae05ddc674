"""The list of connections: where, how it is, how much comes, what is lost."""

from __future__ import annotations

import time
from typing import Any, Final

from PySide6.QtCore import Qt

from app import messages
from app.connections.book import ConnectionLine
from app.connections.kinds import kind_of
from app.item_models.lines import Index, LinesModel
from app.numbers import duration, integer
from app.theme import Theme
from twin_model.time import Instant

NAME, KIND, ADDRESS, STATE, RATE, SAMPLES, UNKNOWN, UNMAPPED, MALFORMED, NEWEST = range(10)
#: Rates over less would jump.
_LEAST_S: Final = 0.8
LINE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_TOKENS: Final = {"connected": "accent", "refused": "critical", "failed": "critical",
                  "waiting": "high"}  # fmt: skip
_NUMBERS: Final = {SAMPLES: "samples", UNKNOWN: "unknown", UNMAPPED: "unmapped",
                   MALFORMED: "malformed"}  # fmt: skip


class ConnectionsModel(LinesModel):
    """Connections with rates, made of two readings.

    Parameters
    ----------
    theme : Theme
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.lines: list[ConnectionLine] = []
        self._before: dict[tuple[str, str], tuple[float, int]] = {}
        self._rates: dict[tuple[str, str], float] = {}

    def set_lines(self, lines: list[ConnectionLine]) -> None:
        """Show a newer reading."""
        now_s = time.monotonic()
        for line in lines:
            key, count = (line.plugin, line.connection.id), int(line.status.get("samples", 0))
            then_s, before = self._before.setdefault(key, (now_s, count))
            if now_s - then_s >= _LEAST_S:
                self._rates[key] = max(0.0, (count - before) / (now_s - then_s))
                self._before[key] = now_s, count
        same = [(o.plugin, o.connection.id) for o in self.lines] == [
            (o.plugin, o.connection.id) for o in lines
        ]
        self.take_lines(lambda: setattr(self, "lines", lines), same=same)

    def headings(self) -> list[str]:
        return [
            self.tr("Connection"), self.tr("Kind"), self.tr("Address"), self.tr("State"),
            self.tr("A second"), self.tr("Samples"), self.tr("Unknown"), self.tr("Unmapped"),
            self.tr("Unreadable"), self.tr("Newest"),
        ]  # fmt: skip

    def line_count(self) -> int:
        return len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line, column = self.lines[index.row()], index.column()
        if role == LINE_ROLE:
            return line
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._text(line, column) or None
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == STATE:
                return self._theme.colour(_TOKENS.get(line.state, "dim"))
            return self._theme.colour("dim") if line.state == "off" else None
        if role == Qt.ItemDataRole.TextAlignmentRole and RATE <= column <= MALFORMED:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, line: ConnectionLine, column: int) -> str:
        if column in _NUMBERS:
            return integer(int(line.status.get(_NUMBERS[column], 0))) if line.status else ""
        match column:
            case 0:
                return line.connection.name or line.connection.id
            case 1:
                kind = kind_of(line.plugin)
                return kind.title() if kind is not None else line.title
            case 2:
                return line.connection.address
            case 3:
                problem = messages.shown(str(line.status.get("problem", "")))
                state = self.state_name(line.state)
                return f"{state}: {problem}" if problem else state
            case 4:
                return integer(round(self.rate(line))) if line.status else ""
        return self._newest(line)

    def rate(self, line: ConnectionLine) -> float:
        """Return how many samples come a second."""
        return self._rates.get((line.plugin, line.connection.id), 0.0)

    def _newest(self, line: ConnectionLine) -> str:
        at_us = int(line.status.get("last_sample_us", 0))
        if not at_us:
            return ""
        age_s = max(0.0, (Instant.now().us - at_us) / 1e6)
        return self.tr("{0} ago").format(duration(age_s))

    def state_name(self, state: str) -> str:
        """Return what a state is called."""
        return {
            "off": self.tr("Stopped"), "starting": self.tr("Starting"),
            "connecting": self.tr("Connecting"), "connected": self.tr("Connected"),
            "waiting": self.tr("Tries again"), "refused": self.tr("Refused"),
            "failed": self.tr("Failed"), "stopped": self.tr("Stopped"), "ended": self.tr("Ended"),
        }.get(state, state)  # fmt: skip
