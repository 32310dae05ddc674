"""The Runs compared dock: figures with differences, overlaid courses, entities that changed."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import numbers, plots
from app.icons import IconSet
from app.item_models.alarms import value_text
from app.simulation.compared import ComparedData, ComparedRuns
from app.simulation.differences import (
    COURSES,
    LARGEST_SHARE,
    LETTERS,
    change_text,
    signed,
    with_unit,
)
from app.simulation.words import map_title, simulated
from app.theme import ROW_PX, Theme
from app.unit_words import label
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.simulation.comparison import ComparedFigure

#: More runs than this leave no room for a unit beside every number.
_MOST_WITH_UNITS: Final = 2
#: Of the colour that stands for a run.
_SWATCH_PX: Final = 9
#: Names of figures, and of entities, get no more of a table's width at first.
_FIGURE_PX: Final = 420
_NAME_PX: Final = 220
_ENTITY = Qt.ItemDataRole.UserRole + 1
_INDICATOR = Qt.ItemDataRole.UserRole + 2


class RunComparisonPanel(QWidget):
    """See module.

    Parameters
    ----------
    compared : ComparedRuns
    theme : Theme
    icons : IconSet
    """

    #: An entity is to be selected in the scene, or flown to.
    entity_wanted = Signal(str)
    fly_wanted = Signal(str)
    #: The camera is to go to where the runs differ most.
    largest_wanted = Signal()
    #: Run number to be seen beside the first, or 0 for none.
    beside_wanted = Signal(int)
    #: A run is to be seen beside the live picture: its id; empty for none any more.
    forecast_wanted = Signal(str)
    #: ``html`` or ``pdf``.
    report_wanted = Signal(str)
    end_wanted = Signal()

    def __init__(self, compared: ComparedRuns, theme: Theme, icons: IconSet) -> None:
        super().__init__()
        self._compared = compared
        self._theme = theme
        self._icons = icons
        self._shown: tuple[str, str] | None = None
        #: Runs that the width was shared for last, and whether somebody has parted it since.
        self._shared: list[str] = []
        self._parted = False
        self._forecast = ""
        self.plot = plots.Plot(theme)
        self._make_tools()
        self.figures = self._table()
        self.entities = self._table()
        self.figures.itemSelectionChanged.connect(lambda: self._chosen(self.figures))
        self.entities.itemSelectionChanged.connect(lambda: self._chosen(self.entities))
        # Not clicked alone: Enter and a double click go there.
        self.entities.itemActivated.connect(self._fly)
        self.hint = QLabel(self)
        self.hint.setObjectName("dim")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(14, 10, 14, 8)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()
        compared.found.connect(self.show_data)
        theme.changed.connect(self._recolour)
        self.retranslate()

    def _make_tools(self) -> None:
        self.runs = QLabel(self)
        self.runs.setTextFormat(Qt.TextFormat.RichText)
        self.runs.setWordWrap(True)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.map = QComboBox(self)
        self.map.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.map.setMinimumContentsLength(18)
        self.map.activated.connect(self._show_map)
        self.against = QComboBox(self)
        self.against.setIconSize(QSize(_SWATCH_PX, _SWATCH_PX))
        self.against.setMinimumContentsLength(8)  # its colour needs room beside the letters
        self.against.activated.connect(self._change_against)
        self.largest = self._button("crosshair", self.largest_wanted.emit)
        self.beside = self._button("columns", self._show_beside)
        self.beside.setCheckable(True)
        self.forecasts = QMenu(self.beside)
        self.beside.setMenu(self.forecasts)
        self.beside.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.report = self._button("file-text", lambda: None)
        self.reports = QMenu(self.report)
        self.report.setMenu(self.reports)
        self.report.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.end = self._button("x", self.end_wanted.emit)

    def _button(self, glyph: str, slot: Any) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(self._icons.icon(glyph))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(slot)
        return button

    def _table(self) -> QTableWidget:
        table = QTableWidget(0, 0, self)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_PX)
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return table

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(14, 4, 8, 4)
        tools.setSpacing(6)
        tools.addWidget(self.runs, 1)
        for widget in (self.note, self.against, self.map, self.largest, self.beside, self.report,
                       self.end):  # fmt: skip
            tools.addWidget(widget)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.plot, "")
        self.tabs.addTab(self.entities, "")
        self.halves = QSplitter(Qt.Orientation.Horizontal, self)
        self.halves.addWidget(self.figures)
        self.halves.addWidget(self.tabs)
        self.halves.setSizes([560, 560])
        self.halves.setChildrenCollapsible(False)
        self.halves.splitterMoved.connect(lambda *_: setattr(self, "_parted", True))
        self.tools = QWidget(self)
        self.tools.setLayout(tools)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self.tools)
        layout.addWidget(self.halves, 1)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.hint.setText(
            self.tr("Select two to four runs in the Simulation panel and press Compare there.")
        )
        self.beside.setToolTip(self.tr("Both runs in the scene, side by side"))
        self.report.setToolTip(self.tr("Report of the comparison"))
        self.end.setToolTip(self.tr("Compare no more"))
        self.map.setToolTip(self.tr("Difference drawn in the scene"))
        self.against.setToolTip(self.tr("The run whose difference from A is drawn"))
        self.largest.setToolTip(self.tr("Go to the largest difference"))
        for widget in (self.largest, self.beside, self.report, self.end, self.map, self.against):
            widget.setAccessibleName(widget.toolTip())
        self.reports.clear()
        for text, kind in ((self.tr("Save as web page (HTML)…"), "html"),
                           (self.tr("Save as PDF…"), "pdf")):  # fmt: skip
            self.reports.addAction(text).triggered.connect(
                lambda _=False, k=kind: self.report_wanted.emit(k)
            )
        self.tabs.setTabText(0, self.tr("Course"))
        self.figures.setAccessibleName(self.tr("Figures compared"))
        self.entities.setAccessibleName(self.tr("Entities that changed"))
        self.show_data(self._compared.data)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- showing -------------------------------------------------------------------------

    @property
    def number(self) -> int:
        """Which run is drawn against the first."""
        return int(self.against.currentData() or 1)

    def show_data(self, data: ComparedData | None) -> None:
        """Show what was read of the runs."""
        self.hint.setVisible(data is None)
        self.tools.setVisible(data is not None)
        self.halves.setVisible(data is not None)
        self._shown = None
        self.note.setText("")
        if data is None:
            self.beside.setChecked(False)
            self.plot.set_lines([])
            return
        self._say_runs()
        self._fill_choices(data)
        shown = self._fill_figures(data)
        self._fill_entities(data)
        if data.ids != self._shared and not self._parted:
            self._shared = data.ids
            self._share_width()
        self.tabs.setTabText(
            1, self.tr("Entities that changed ({0})").format(numbers.integer(data.changed))
        )
        if self.figures.rowCount():
            self.figures.selectRow(_telling(shown))
            # Once it is laid out: rows that were just made have no place yet.
            QTimer.singleShot(0, self, self._scroll_to_chosen)

    def _share_width(self) -> None:
        """Give each half what its columns need, and the rest to the courses."""
        left = self._needed_px(self.figures, _FIGURE_PX)
        right = self._needed_px(self.entities, _NAME_PX)
        whole = max(self.halves.width(), left + 1)
        if left + right > whole:  # both scroll
            left = round(whole * left / (left + right))
        self.halves.setSizes([left, whole - left])

    @staticmethod
    def _needed_px(table: QTableWidget, most_px: int) -> int:
        header = table.horizontalHeader()
        widths = [
            max(table.sizeHintForColumn(n), header.sectionSizeHint(n))
            for n in range(table.columnCount())
        ]
        name = min(widths[0], most_px) if widths else 0
        return name + sum(widths[1:]) + table.verticalScrollBar().sizeHint().width() + 8

    def _scroll_to_chosen(self) -> None:
        for index in self.figures.selectionModel().selectedRows():
            self.figures.scrollTo(index)

    def _recolour(self) -> None:
        self._say_runs()
        for number in range(self.against.count()):
            self.against.setItemIcon(number, self._swatch(number + 1))
        for table, first in ((self.figures, 1), (self.entities, 2)):
            self._mark_headings(table, first)

    def _swatch(self, number: int) -> QIcon:
        """Return a square in the colour of a run's lines."""
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(_SWATCH_PX * ratio), round(_SWATCH_PX * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._theme.colour(plots.LINE_TOKENS[number]))
        return QIcon(pixmap)

    def _mark_headings(self, table: QTableWidget, first: int) -> None:
        """Show the colour of each run beside its letter; the first of them has that column."""
        for number in range(0 if self._compared.data is None else len(self._compared.data.ids)):
            heading = table.horizontalHeaderItem(first + max(0, 2 * number - 1))
            if heading is not None:
                heading.setIcon(self._swatch(number))

    def _say_runs(self) -> None:
        data = self._compared.data
        if data is None:
            return
        parts, whole = [], []
        for number, (title, run) in enumerate(zip(data.titles, data.ids)):
            token = plots.LINE_TOKENS[number]
            colour = self._theme.text(token)[:7]
            # Four of them have room for what tells them apart.
            named = len(data.ids) <= _MOST_WITH_UNITS or data.titles.count(title) > 1
            name = f"{title} · {run}" if named else title
            name = html.escape(name).replace(" ", "&nbsp;")  # lines break between runs
            parts.append(
                f'<span style="color:{colour}">■</span>&nbsp;<b>{LETTERS[number]}</b>&nbsp;{name}'
            )
            whole.append(f"{LETTERS[number]}  {title} · {run}")
        self.runs.setText("&nbsp;&nbsp; ".join(parts))
        self.runs.setToolTip("\n".join(whole))

    def _fill_choices(self, data: ComparedData) -> None:
        self.against.clear()
        for number in range(1, len(data.ids)):
            self.against.addItem(self._swatch(number), f"{LETTERS[number]} − A", number)
        self.against.setVisible(len(data.ids) > 2)
        self._fill_forecasts()
        self.map.clear()
        self.map.addItem(self.tr("No difference map"), "")
        for name in data.maps:
            self.map.addItem(self.tr("Difference map: {0}").format(map_title(name)), name)
        self.map.setEnabled(bool(data.maps))
        self.largest.setEnabled(bool(data.maps or data.entities))

    def _fill_forecasts(self) -> None:
        """Offer each run beside the live picture, in place of A."""
        data = self._compared.data
        self.forecasts.clear()
        for letter, run_id, title in () if data is None else zip(LETTERS, data.ids, data.titles):
            text = self.tr("Beside the live picture: {0}").format(f"{letter}  {title}")
            action = self.forecasts.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(run_id == self._forecast)
            action.triggered.connect(
                lambda on, wanted=run_id: self.forecast_wanted.emit(wanted if on else "")
            )

    def set_forecast(self, run_id: str) -> None:
        """Say which run is seen beside the live picture; empty for none."""
        if run_id:
            self._leave_map()
        if run_id or self._forecast:
            self.beside.setChecked(bool(run_id))
        self._forecast = run_id
        self._fill_forecasts()

    def _fill_figures(self, data: ComparedData) -> list[ComparedFigure]:
        """List the figures, those that differ first; return them."""
        shown = sorted(data.figures, key=lambda one: not one.differs)
        table, beside = self.figures, len(data.ids) <= _MOST_WITH_UNITS
        headings = [self.tr("Figure"), "A"]
        for number in range(1, len(data.ids)):
            headings += [LETTERS[number], f"{LETTERS[number]} − A"]
        self._begin(table, len(shown), headings)
        for row, one in enumerate(shown):
            name = simulated(one.indicator) if beside else with_unit(one.indicator, one.unit)
            unit = label(one.unit) if beside else ""
            several = len({f.engine for f in data.figures}) > 1
            whole = f"{name} · {data.engine_name(one.engine)}" if several else name
            self._put(table, row, 0, whole, one.engine, one.indicator)
            self._put(table, row, 1, value_text(one.values[0], unit))
            for number in range(1, len(one.values)):
                at = 2 * number
                self._put(table, row, at, value_text(one.values[number], unit))
                self._put(table, row, at + 1, change_text(one, number, with_unit=beside))
                item = table.item(row, at + 1)
                if item is not None and not one.differs:
                    item.setForeground(QColor(self._theme.colour("dim")))
        return shown

    def _fill_entities(self, data: ComparedData) -> None:
        table, beside = self.entities, len(data.ids) <= _MOST_WITH_UNITS
        headings = [self.tr("Entity"), self.tr("Mean or total of"), "A"]
        for number in range(1, len(data.ids)):
            headings += [LETTERS[number], f"{LETTERS[number]} − A"]
        self._begin(table, len(data.entities), headings)
        for row, one in enumerate(data.entities):
            unit = label(one.unit) if beside else ""
            kind = simulated(one.indicator) if beside else with_unit(one.indicator, one.unit)
            name = data.names.get(one.entity, one.entity)
            self._put(table, row, 0, name, one.entity, one.indicator)
            self._put(table, row, 1, kind, one.entity, one.indicator)
            self._put(table, row, 2, value_text(one.values[0], unit), one.entity, one.indicator)
            for number in range(1, len(one.values)):
                at = 2 * number + 1
                self._put(table, row, at, value_text(one.values[number], unit), one.entity)
                self._put(table, row, at + 1, signed(one.change(number), unit), one.entity)

    def _begin(self, table: QTableWidget, rows: int, headings: list[str]) -> None:
        table.setRowCount(0)
        table.setColumnCount(len(headings))
        table.setHorizontalHeaderLabels(headings)
        for column in range(1, len(headings)):
            heading = table.horizontalHeaderItem(column)
            assert heading is not None
            heading.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._mark_headings(table, headings.index("A"))
        table.setRowCount(rows)
        header = table.horizontalHeader()
        for column in range(len(headings)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _put(
        self, table: QTableWidget, row: int, column: int, text: str, entity: str = "",
        indicator: str = "",
    ) -> None:  # fmt: skip
        item = QTableWidgetItem(text if column else f"  {text}")
        if not column:  # with four runs there is little room for names
            item.setToolTip(text)
        item.setData(_ENTITY, entity)
        item.setData(_INDICATOR, indicator)
        if column:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        table.setItem(row, column, item)

    # -- the course ----------------------------------------------------------------------

    def _chosen(self, table: QTableWidget) -> None:
        rows = table.selectionModel().selectedRows()
        item = table.item(rows[0].row(), 0) if rows else None
        if item is not None:
            other = self.entities if table is self.figures else self.figures
            other.clearSelection()
            indicator = str(item.data(_INDICATOR))
            data = self._compared.data
            if table is self.entities and data is not None and item.data(_ENTITY) in data.names:
                self.entity_wanted.emit(str(item.data(_ENTITY)))
            self.show_course(str(item.data(_ENTITY)), COURSES.get(indicator, indicator))

    def _fly(self, item: QTableWidgetItem) -> None:
        data = self._compared.data
        if data is not None and item.data(_ENTITY) in data.names:
            self.fly_wanted.emit(str(item.data(_ENTITY)))

    def show_course(self, entity: str, indicator: str) -> None:
        """Overlay the course of one value in all runs, from the beginning of each."""
        self._shown = entity, indicator
        self._compared.ask_courses(
            entity, indicator, lambda found: self._take_courses(entity, indicator, found)
        )

    def _take_courses(self, entity: str, indicator: str, found: list[tuple[Any, Any]]) -> None:
        data = self._compared.data
        if data is None or self._shown != (entity, indicator):
            return
        units = {one.indicator: one.unit for one in data.entities}
        units |= {one.indicator: one.unit for one in data.figures}
        unit = label(units.get(indicator, ""))
        axis = f"{simulated(indicator)} ({unit})" if unit else simulated(indicator)
        start_s = Instant.parse(str(data.abouts[0]["start"])).us / 1e6
        lines = [
            plots.Line(data.ids[n], data.titles[n], axis, seconds + start_s, value)
            for n, (seconds, value) in enumerate(found)
        ]  # fmt: skip
        self.plot.set_lines(lines)
        ends = [float(line.time_s[-1]) for line in lines if len(line.time_s)]
        if ends:
            self.plot.show_period(start_s, max(ends))

    # -- the scene -----------------------------------------------------------------------

    def _show_map(self) -> None:
        """Draw a difference; not over the colours of runs that are seen side by side."""
        indicator = str(self.map.currentData())
        if indicator and self.beside.isChecked():
            self.beside.setChecked(False)
            self.beside_wanted.emit(0)
        self._compared.show_map(indicator, self.number)

    def draw_map(self, indicator: str) -> None:
        """Choose what a difference is drawn of."""
        self.map.setCurrentIndex(self.map.findData(indicator))
        self._show_map()

    def _change_against(self) -> None:
        self._show_map()
        if self.beside.isChecked() and not self._forecast:
            self.beside_wanted.emit(self.number)

    def _leave_map(self) -> None:
        if self.map.currentData():
            self.map.setCurrentIndex(0)
            self._compared.show_map("", self.number)

    def _show_beside(self) -> None:
        if self.beside.isChecked():
            self._leave_map()
        self.beside_wanted.emit(self.number if self.beside.isChecked() else 0)


def _telling(figures: Sequence[ComparedFigure]) -> int:
    """Return which figure differs by the largest share: its course is seen first."""
    share = [
        max((abs(one.relative(n)) for n in range(1, len(one.values))
             if math.isfinite(one.relative(n))), default=0.0) if one.differs else -1.0
        for one in figures
    ]  # fmt: skip
    return max(range(len(share)), key=lambda row: min(share[row], LARGEST_SHARE))
