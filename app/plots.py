"""pyqtgraph in our colours; imported with the first chart, as it takes a third of a second."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme import SMALL_PX, Theme, small_font

#: Tokens of lines, told apart by dash too where there are more.
LINE_TOKENS: Final = ("accent", "high", "low", "medium", "critical", "bar")
_DASHES: Final = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


@dataclass(frozen=True, eq=False)
class Line:
    """One series.

    Parameters
    ----------
    key : str
    name : str
    unit : str
        Series of one unit share an axis.
    time_s : (n,) float64 array
    value : (n,) float64 array
        NaN makes a gap.
    """

    key: str
    name: str
    unit: str
    time_s: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]


def with_gaps(
    time_s: npt.NDArray[np.float64], value: npt.NDArray[np.float64], least_s: float = 60.0
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return a series with NaN where nothing came for long: no line where nobody knows.

    Parameters
    ----------
    time_s, value : (n,) float64 arrays
    least_s : float
        Shorter pauses are no gaps; nor are those below eight times the usual step.
    """
    if len(time_s) < 3:
        return time_s, value
    steps = np.diff(time_s)
    places = np.flatnonzero(steps > max(least_s, 8.0 * float(np.median(steps))))
    middles = time_s[places] + steps[places] / 2
    return np.insert(time_s, places + 1, middles), np.insert(value, places + 1, np.nan)


class _TimeAxis(pg.DateAxisItem):  # type: ignore[misc]
    """Local time; DateAxisItem's own offset."""


class Plot(QWidget):
    """Lines over time with an axis a unit, and a crosshair.

    Parameters
    ----------
    theme : Theme
    """

    pointed = Signal(float)  # seconds since 1970; NaN where the pointer left
    range_changed = Signal(float, float)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._graphics = pg.GraphicsLayoutWidget(self)
        # pyqtgraph writes the unit of a right axis five pixels beyond its axis.
        self._graphics.ci.setContentsMargins(2, 2, 8, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._graphics)
        self._axes: dict[str, tuple[Any, Any]] = {}
        self._curves: dict[str, Any] = {}
        self.lines: list[Line] = []
        self._markers: list[tuple[float, str]] = []
        self._marks: list[Any] = []
        self._plot: Any = None
        self._units_shown: list[str] = []
        self._crosshair: Any = None
        self._build([])
        self._graphics.scene().sigMouseMoved.connect(self._moved)
        theme.changed.connect(self._rebuild)

    def _rebuild(self) -> None:
        lines, markers = self.lines, self._markers
        self._build([line.unit for line in lines])
        self.set_lines(lines, markers)

    def _build(self, units: list[str]) -> None:
        """Make the axes anew; each unit has its own beside the first on the left."""
        theme = self._theme
        self._graphics.clear()
        self._graphics.setBackground(theme.colour("pane"))
        self._axes, self._curves, self._marks = {}, {}, []
        plot = self._graphics.addPlot(axisItems={"bottom": _TimeAxis("bottom")})
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.showGrid(x=True, y=True, alpha=0.12)
        plot.setDownsampling(auto=False)
        self._plot = plot
        distinct = list(dict.fromkeys(units)) or [""]
        for number, unit in enumerate(distinct):
            self._axes[unit] = self._axis(unit, number)
        for name in ("bottom", "left"):
            self._dress(plot.getAxis(name))
        pen = pg.mkPen(theme.colour("dim"), width=1, style=Qt.PenStyle.DashLine)
        self._crosshair = pg.InfiniteLine(angle=90, pen=pen)
        self._crosshair.setZValue(10)
        plot.addItem(self._crosshair, ignoreBounds=True)
        self._crosshair.hide()
        plot.vb.sigXRangeChanged.connect(
            lambda _, limits: self.range_changed.emit(float(limits[0]), float(limits[1]))
        )
        self._units_shown = distinct

    def _axis(self, unit: str, number: int) -> tuple[Any, Any]:
        if number == 0:
            axis, view = self._plot.getAxis("left"), self._plot.vb
        else:
            view = pg.ViewBox()
            axis = pg.AxisItem("right")
            self._plot.layout.addItem(axis, 2, 2 + number)
            self._plot.scene().addItem(view)
            axis.linkToView(view)
            view.setXLink(self._plot)
            main = self._plot.vb
            main.sigResized.connect(lambda: view.setGeometry(main.sceneBoundingRect()))
            view.setGeometry(main.sceneBoundingRect())
        self._dress(axis)
        self._say_unit(axis, unit)
        return axis, view

    def _say_unit(self, axis: Any, unit: str) -> None:
        colour = self._theme.colour("dim").name()
        axis.setLabel(unit, **{"font-size": f"{SMALL_PX}px", "color": colour})

    def _dress(self, axis: Any) -> None:
        theme = self._theme
        axis.setPen(pg.mkPen(theme.colour("line")))
        axis.setTextPen(pg.mkPen(theme.colour("dim")))
        axis.setTickFont(small_font())
        axis.enableAutoSIPrefix(False)

    # -- what is shown -------------------------------------------------------------------

    def set_lines(self, lines: list[Line], markers: list[tuple[float, str]] | None = None) -> None:
        """Show lines, and upright markers at times in a token's colour."""
        units = list(dict.fromkeys(line.unit for line in lines)) or [""]
        markers = markers or []
        if len(units) == len(self._units_shown) == 1:
            self._rename_axis(units[0])  # another axis takes ten milliseconds
        elif units != self._units_shown:
            self._build(units)
        keys = [line.key for line in lines]
        for key in [known for known in self._curves if known not in keys]:
            curve, view = self._curves.pop(key)
            view.removeItem(curve)
        for number, line in enumerate(lines):
            if line.key not in self._curves:
                view = self._axes[line.unit][1]
                curve = pg.PlotCurveItem(connect="finite", antialias=True)
                view.addItem(curve)
                self._curves[line.key] = curve, view
            self._curves[line.key][0].setData(line.time_s, line.value)
            self._curves[line.key][0].setPen(self.pen(number))
        self.lines = lines
        self._mark(markers)
        for _axis, view in self._axes.values():
            view.enableAutoRange(y=True)

    def _rename_axis(self, unit: str) -> None:
        if [unit] != self._units_shown:
            ((axis, view),) = self._axes.values()
            self._say_unit(axis, unit)
            self._axes, self._units_shown = {unit: (axis, view)}, [unit]

    def set_markers(self, markers: list[tuple[float, str]]) -> None:
        """Show the upright markers elsewhere; the lines stay as they are."""
        if [token for _, token in markers] != [token for _, token in self._markers]:
            self._mark(markers)
            return
        self._markers = markers
        for mark, (at_s, _) in zip(self._marks, markers):
            mark.setPos(at_s)

    def _mark(self, markers: list[tuple[float, str]]) -> None:
        for mark in self._marks:
            self._plot.removeItem(mark)
        self._markers, self._marks = markers, []
        for at_s, token in markers:
            pen = pg.mkPen(self._theme.colour(token), width=1.2)
            mark = pg.InfiniteLine(at_s, angle=90, pen=pen)
            self._plot.addItem(mark, ignoreBounds=True)
            self._marks.append(mark)

    def pen(self, number: int) -> Any:
        """Return the pen of a line."""
        token = LINE_TOKENS[number % len(LINE_TOKENS)]
        dash = _DASHES[number // len(LINE_TOKENS) % len(_DASHES)]
        return pg.mkPen(self._theme.colour(token), width=1.5, style=dash)

    def show_period(self, start_s: float, end_s: float) -> None:
        """Show a stretch of time."""
        self._plot.setXRange(start_s, end_s, padding=0)

    # -- crosshair -----------------------------------------------------------------------

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._crosshair.hide()
        self.pointed.emit(math.nan)

    def _moved(self, at: Any) -> None:
        inside = self._plot.sceneBoundingRect().contains(at)
        self._crosshair.setVisible(inside)
        if inside:
            time_s = float(self._plot.vb.mapSceneToView(at).x())
            self._crosshair.setPos(time_s)
            self.pointed.emit(time_s)
        else:
            self.pointed.emit(math.nan)

    def values_at(self, time_s: float) -> list[tuple[Line, float]]:
        """Return each line with its newest value at a time; NaN where it has none yet."""
        found = []
        for line in self.lines:
            place = int(np.searchsorted(line.time_s, time_s, "right")) - 1
            found.append((line, float(line.value[place]) if place >= 0 else math.nan))
        return found
