"""The Charts dock: live and past values of several series, with units, crosshair and export."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app import plots
from app.icons import IconSet
from app.item_models.alarms import value_text
from app.live.session import LiveSession
from app.live.units import indicator_name, unit_of
from app.panels.list_panel import tool_button
from app.panels.time_axis import moment
from app.theme import Theme, small_font
from app.workers import Background
from twin_model.errors import ShapanError
from twin_model.time import Instant, Interval

if TYPE_CHECKING:
    from app.simulation.recording import RunValues
    from twin_model.operations import Operations

#: Stretches to choose from, in seconds.
_STRETCHES_S: Final = (60, 600, 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400)
_MOST: Final = 12
_POINTS: Final = 1200
_PICTURE_SCALE: Final = 2
#: Of the table that is saved.
_HEADINGS: Final = (
    "time", "entity", "indicator", "value", "unit", "entity_name", "indicator_name",
)  # fmt: skip


@dataclass(frozen=True)
class Series:
    """What is charted.

    Parameters
    ----------
    entity, indicator : str
    """

    entity: str
    indicator: str


class ChartsPanel(QWidget):
    """See module.

    Parameters
    ----------
    live : LiveSession
    background : Background
    theme : Theme
    icons : IconSet
    """

    entity_wanted = Signal(str)

    def __init__(
        self, live: LiveSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._live = live
        self._background = background
        self._theme = theme
        self.series: list[Series] = []
        self._lines: list[plots.Line] = []
        #: Whether an answer is awaited, and whether to ask again then.
        self._reading = self._again = False
        self.plot = plots.Plot(theme)
        self.stretch = QComboBox(self)
        for seconds in _STRETCHES_S:
            self.stretch.addItem("", seconds)
        self.stretch.setCurrentIndex(1)
        self.legend = QLabel(self)
        self.legend.setFont(small_font())
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setWordWrap(True)
        self.readout = QLabel(self)
        self.readout.setObjectName("dim")
        self.readout.setFont(small_font())
        self.hint = QLabel(self)
        self.hint.setObjectName("dim")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(12, 8, 12, 8)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.picture = tool_button(self, icons.icon("image"), self._save_picture)
        self.table = tool_button(self, icons.icon("table"), self._save_table)
        self.clear = tool_button(self, icons.icon("x"), lambda: self.set_series([]))
        self._lay_out()
        self.setAcceptDrops(True)
        self.stretch.currentIndexChanged.connect(lambda _: self.refresh())
        self.plot.pointed.connect(self._point)
        live.ticked.connect(self._tick)
        live.changed.connect(self._restart)
        theme.changed.connect(self._say)
        self.retranslate()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(10, 2, 8, 2)
        tools.setSpacing(8)
        tools.addWidget(self.stretch)
        tools.addWidget(self.legend, 1)
        tools.addWidget(self.readout)
        for button in (self.picture, self.table, self.clear):
            tools.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(tools)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self.plot, 1)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        texts = [
            self.tr("1 minute"), self.tr("10 minutes"), self.tr("1 hour"), self.tr("6 hours"),
            self.tr("1 day"), self.tr("1 week"), self.tr("30 days"),
        ]  # fmt: skip
        for number, text in enumerate(texts):
            self.stretch.setItemText(number, text)
        self.stretch.setAccessibleName(self.tr("Stretch of time"))
        self.picture.setToolTip(self.tr("Save as picture (PNG)…"))
        self.table.setToolTip(self.tr("Save as table (CSV)…"))
        self.clear.setToolTip(self.tr("Remove all lines"))
        for button in (self.picture, self.table, self.clear):
            button.setAccessibleName(button.toolTip())
        self.hint.setText(
            self.tr("Double-click a value in the Live tab of an entity, or drag an entity here, "
                    "to chart it.")
        )  # fmt: skip
        self.plot.setAccessibleName(self.tr("Chart"))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- what is shown -------------------------------------------------------------------

    def add(self, entity: str, indicator: str) -> None:
        """Chart one more series."""
        one = Series(entity, indicator)
        if one not in self.series:
            self.set_series([*self.series, one][-_MOST:])

    def set_series(self, series: Sequence[Series]) -> None:
        """Chart these."""
        self.series = list(series)
        self.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        operations = self._live.values
        names = operations.hub.series.names() if operations is not None else []
        dropped = set(event.mimeData().text().split())
        for entity, indicator in names:
            if entity in dropped and len(self.series) < _MOST:
                self.add(entity, indicator)
        event.acceptProposedAction()

    def period(self) -> Interval:
        """Return what stretch of time is shown."""
        operations = self._live.values
        now_us = operations.hub.clock() if operations is not None else Instant.now().us
        end_us = self._live.values_instant.us if self._live.values_instant is not None else now_us
        span_us = int(self.stretch.currentData()) * 1_000_000
        return Interval(Instant(end_us - span_us), Instant(end_us))

    def refresh(self) -> None:
        """Read the history again, in a thread."""
        shown = bool(self.series)
        self.plot.setVisible(shown)
        self.hint.setVisible(not shown)
        for button in (self.picture, self.table, self.clear):
            button.setEnabled(shown)
        operations = self._live.values
        if not shown or operations is None:
            self._background.drop("charts")
            self._reading = self._again = False
            self._take([])
            return
        series, period = list(self.series), self.period()
        self.plot.show_period(period.start.us / 1e6, period.end.us / 1e6)
        if self._reading:  # another question would have this one's answer dropped, again and again
            self._again = True
            return
        self._reading = True

        def work() -> list[plots.Line] | Exception:
            try:
                return self._read(operations, series, period)
            except Exception as error:
                return error

        self._background.ask("charts", work, self._answered)

    def _answered(self, found: list[plots.Line] | Exception) -> None:
        self._reading, again, self._again = False, self._again, False
        if isinstance(found, Exception):
            self._background.failed.emit(found)
        else:
            self._take(found)
        if again:
            self.refresh()

    def _restart(self) -> None:
        """Read from what runs now; nobody answers for what ran before."""
        self._background.drop("charts")
        self._reading = self._again = False
        self.refresh()

    def _tick(self) -> None:
        if self.isVisible() and self.series and not self._reading:
            self.refresh()

    def _read(
        self, operations: Operations | RunValues, series: list[Series], period: Interval
    ) -> list[plots.Line]:
        operations.history.flush()
        names = self._live.names(one.entity for one in series)
        found = []
        for one in series:
            chart = operations.history.chart(one.entity, one.indicator, period, _POINTS)
            kind = _type_of(operations, one.entity)
            name = f"{names[one.entity]} · {indicator_name(kind, one.indicator)}"
            unit = unit_of(operations, kind, one.indicator)
            key = f"{one.entity}/{one.indicator}"
            found.append(
                plots.Line(key, name, unit, *plots.with_gaps(chart.time_us / 1e6, chart.value))
            )
        return found

    def _take(self, lines: list[plots.Line]) -> None:
        self._lines = lines
        self.plot.set_lines(lines)
        period = self.period()
        self.plot.show_period(period.start.us / 1e6, period.end.us / 1e6)
        self._say()

    def _say(self) -> None:
        """Name the lines in their colours, with what they are now."""
        parts = []
        for number, line in enumerate(self._lines):
            token = plots.LINE_TOKENS[number % len(plots.LINE_TOKENS)]
            colour = self._theme.text(token)[:7]
            now = value_text(float(line.value[-1]), line.unit) if len(line.value) else "–"
            parts.append(f'<span style="color:{colour}">■</span> {_escaped(line.name)} {now}')
        self.legend.setText("&nbsp;&nbsp; ".join(parts))

    def _point(self, time_s: float) -> None:
        if math.isnan(time_s) or not self._lines:
            self.readout.setText("")
            return
        values = [
            value_text(value, line.unit) or "–" for line, value in self.plot.values_at(time_s)
        ]
        at = Instant(int(time_s * 1e6))
        seconds = at.to_datetime().astimezone().strftime(":%S")
        text = moment(at)
        self.readout.setText(f"{text[:16]}{seconds}   {'   '.join(values)}")

    # -- export --------------------------------------------------------------------------

    def _save_picture(self) -> None:
        place, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save chart"), "chart.png", "PNG (*.png)"
        )
        if place:
            self.save_picture(Path(place))

    def save_picture(self, place: Path) -> None:
        """Write the chart below its legend, without the tools, as PNG at twice the size."""
        legend = QLabel(self.legend.text())
        legend.setFont(small_font())
        legend.setTextFormat(Qt.TextFormat.RichText)
        legend.setWordWrap(True)
        legend.setContentsMargins(12, 8, 12, 4)
        width, height = self.plot.width(), self.plot.height()
        above = legend.heightForWidth(width)
        legend.resize(width, above)
        picture = QPixmap(QSize(width, above + height) * _PICTURE_SCALE)
        picture.setDevicePixelRatio(_PICTURE_SCALE)
        picture.fill(self._theme.colour("pane"))
        legend.render(picture, QPoint(0, 0))
        self.plot.render(picture, QPoint(0, above))
        if picture.save(str(place)):
            self.readout.setText(self.tr("Saved {0}").format(place.name))
        else:
            self._live.failed.emit(f"{place} cannot be written")

    def _save_table(self) -> None:
        place, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save values"), "chart.csv", "CSV (*.csv)"
        )
        if place:
            self.save_table(Path(place))

    def save_table(self, place: Path) -> None:
        """Write all samples of the stretch as CSV: time, entity, indicator, value, unit, and names.

        Ids come first, under headings in English, so that file replay reads it again.
        """
        operations, series, period = self._live.values, list(self.series), self.period()
        if operations is None:
            return

        def work() -> OSError | None:
            operations.history.flush()
            try:
                write(operations)
            except OSError as error:
                return error
            return None

        def write(operations: Operations | RunValues) -> None:
            names = self._live.names(one.entity for one in series)
            with place.open("w", newline="", encoding="utf-8-sig") as stream:
                out = csv.writer(stream)
                out.writerow(_HEADINGS)
                for one in series:
                    kind = _type_of(operations, one.entity)
                    unit = unit_of(operations, kind, one.indicator)
                    words = names[one.entity], indicator_name(kind, one.indicator)
                    batch = operations.history.read(period, [one.entity], [one.indicator])
                    for at_us, value in zip(batch.time_us.tolist(), batch.value.tolist()):
                        shown = "" if np.isnan(value) else value
                        at = str(Instant(at_us))
                        out.writerow([at, one.entity, one.indicator, shown, unit, *words])

        def answer(error: OSError | None) -> None:
            if error is not None:
                self._live.failed.emit(f"{place} cannot be written ({error.strerror})")
            else:
                self.readout.setText(self.tr("Saved {0}").format(place.name))

        self._background.ask("chart-table", work, answer)


def _type_of(operations: Operations | RunValues, entity: str) -> str:
    try:
        return operations.twin.entity(entity).type
    except ShapanError:
        return ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
