"""The panel: runs in the window's process, so it only shows what is at hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from shapan import Context, Quality, SampleBatch

TEXTS = {
    "zh_CN": {"none": "在场景中选择一个实体", "headings": ["指标", "数值", "时间"],
              "nothing": "{0}：尚无数据"},
    "": {"none": "Select an entity in the scene", "headings": ["Indicator", "Value", "Time"],
         "nothing": "{0}: no values yet"},
}  # fmt: skip


class ValuesPanel(QWidget):
    """A table of indicators with the newest value of each."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.note = QLabel()
        self.note.setObjectName("dim")
        self.note.setWordWrap(True)
        self.table = QTableWidget(0, 3)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self.note)
        layout.addWidget(self.table)
        self.rows: dict[str, int] = {}
        self.subscription: Any = None
        # Subscriptions end by themselves with the panel.
        context.signals.connect("selection-changed", lambda _: self.follow())
        context.signals.connect("language-changed", lambda _: self.follow())
        self.follow()

    def follow(self) -> None:
        """Show the entity that is selected now."""
        texts = TEXTS.get(self.context.language, TEXTS[""])
        self.table.setHorizontalHeaderLabels(texts["headings"])
        self.table.setRowCount(0)
        self.rows.clear()
        if self.subscription is not None:
            self.subscription.close()
            self.subscription = None
        chosen = self.context.selection
        if not chosen:
            self.note.setText(texts["none"])
            return
        self.note.setText(texts["nothing"].format(chosen[0]))
        self.subscription = self.context.samples.subscribe(self.show_values, entities=chosen)
        # What came before the subscription; asked in a thread, answered on this one.
        self.context.jobs.ask(lambda: self.context.samples.last(entities=chosen), self.show_values)

    def show_values(self, batch: SampleBatch) -> None:
        """Show samples; they come at most ten times a second, joined."""
        for n in range(len(batch)):
            name = batch.keys.indicators[batch.indicator[n]]
            row = self.rows.setdefault(name, len(self.rows))
            if row == self.table.rowCount():
                self.table.insertRow(row)
            word = None if batch.text is None else batch.text[n]
            value = word if word is not None else f"{batch.value[n]:g}"
            if batch.quality[n] != Quality.GOOD:
                value = f"{value} ?"
            at = datetime.fromtimestamp(batch.time_us[n] / 1e6).strftime("%H:%M:%S")
            for column, text in enumerate((name, value, at)):
                item = QTableWidgetItem(text)
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.table.setItem(row, column, item)
        if len(batch):
            self.note.setText(batch.keys.entities[batch.entity[0]])


def note_values(context: Context) -> None:
    """A command: write the newest values of the selected entity into the plugin's log."""
    chosen = context.selection

    def answer(batch: SampleBatch) -> None:
        for n in range(len(batch)):
            context.log.info(
                "%s %s = %g", batch.keys.entities[batch.entity[n]],
                batch.keys.indicators[batch.indicator[n]], batch.value[n],
            )  # fmt: skip

    context.jobs.ask(lambda: context.samples.last(entities=chosen or None), answer)
