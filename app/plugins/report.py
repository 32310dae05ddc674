"""What an analysis found: its answer, tables to sort and save, values over time."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app import dialogs
from app.plugins.series_chart import SeriesChart

if TYPE_CHECKING:
    from app.plugins.hub import PluginHub
    from shapan import Report, Table

_SORT: Final = Qt.ItemDataRole.UserRole
Index = QModelIndex


class _Rows(QAbstractTableModel):
    """The columns of a table, sorted by their values rather than by their texts."""

    def __init__(self, columns: dict[str, Sequence[Any]], parent: QWidget) -> None:
        super().__init__(parent)
        self._names = list(columns)
        self._columns = list(columns.values())
        self._length = min((len(c) for c in self._columns), default=0)

    def rowCount(self, parent: Any = Index()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else self._length

    def columnCount(self, parent: Any = Index()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._names)

    def headerData(self, section: int, orientation: Any, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._names[section]
        return None

    def data(self, index: Any, role: int = 0) -> Any:
        value = self._columns[index.column()][index.row()]
        if role == _SORT:
            return value
        if role == Qt.ItemDataRole.DisplayRole:
            if value is None:
                return ""
            return f"{value:.6g}" if isinstance(value, float) else str(value)
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(value, (int, float)):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class ReportWindow(QDialog):
    """Shows a report; not modal, so that several can be compared.

    Parameters
    ----------
    hub : PluginHub
    title : str
    report : Report
    parent : QWidget
    """

    def __init__(self, hub: PluginHub, title: str, report: Report, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(640, 480)
        self._hub = hub
        self.report = report
        self.summary = QLabel(report.summary, self)
        self.summary.setObjectName("heading")
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tabs = QTabWidget(self)
        self.views: list[QTableView] = []
        for table in report.tables:
            self.tabs.addTab(self._table(table), table.title or title)
        if report.series:
            self.tabs.addTab(SeriesChart(report.series, hub.window_.theme, self), "")
        self.tabs.setVisible(self.tabs.count() > 0)
        self.copy = QPushButton(self)
        self.copy.clicked.connect(self._copy)
        self.save = QPushButton(self)
        self.save.clicked.connect(self._save)
        self.close_ = QPushButton(self)
        self.close_.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(self.summary)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(buttons)
        if not self.tabs.count():
            layout.addStretch(1)
        self.save.setEnabled(bool(report.tables or report.series))
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use; what the plugin said stays as it is."""
        self.copy.setText(self.tr("Copy answer"))
        self.save.setText(self.tr("Save as CSV…"))
        self.close_.setText(self.tr("Close"))
        if self.report.series:
            self.tabs.setTabText(self.tabs.count() - 1, self.tr("Over time"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _table(self, table: Table) -> QTableView:
        view = QTableView(self)
        rows = _Rows(dict(table.columns), view)
        sorted_ = QSortFilterProxyModel(view)
        sorted_.setSourceModel(rows)
        sorted_.setSortRole(_SORT)
        view.setModel(sorted_)
        view.setSortingEnabled(True)
        view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setShowGrid(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(26)
        view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        if table.entity_column in table.columns:
            column = list(table.columns).index(table.entity_column)

            def chosen(current: QModelIndex) -> None:
                if current.isValid():
                    entity_id = str(current.siblingAtColumn(column).data(_SORT))
                    self._hub.services.select(entity_id)

            view.selectionModel().currentRowChanged.connect(lambda now, _: chosen(now))
        self.views.append(view)
        return view

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.summary)

    def _save(self) -> None:
        proposed = dialogs.documents() / f"{self.windowTitle()}.csv"
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save as CSV"), str(proposed), "CSV (*.csv)"
        )
        if chosen:
            try:
                save_csv(self.report, self.tabs.currentIndex(), Path(chosen))
            except OSError as error:
                self._hub.notice(f"{chosen}: {error.strerror}")


def save_csv(report: Report, tab: int, path: Path) -> None:
    """Write one table, or all series, as CSV with a heading; Excel reads its encoding."""
    if tab < len(report.tables):
        columns = dict(report.tables[tab].columns)
    else:
        columns = {"series": [], "time": [], "value": [], "unit": []}
        for one in report.series:
            for time_us, value in zip(one.time_us.tolist(), one.value.tolist(), strict=True):
                at = datetime.fromtimestamp(time_us / 1e6, UTC).isoformat()
                for name, cell in zip(columns, (one.name, at, value, one.unit), strict=True):
                    columns[name].append(cell)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=False))
