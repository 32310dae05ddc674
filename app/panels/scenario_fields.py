"""Fields of the scenario editor: instants, and durations in minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QDateTime, QTimeZone
from PySide6.QtWidgets import QDateTimeEdit, QDoubleSpinBox, QHBoxLayout, QWidget

from twin_model.time import Instant


def date_field(parent: QWidget, slot: Callable[..., Any]) -> QDateTimeEdit:
    """Return a field for an instant that calls *slot* when it was edited."""
    field = QDateTimeEdit(parent)
    field.setDisplayFormat("yyyy-MM-dd HH:mm")
    field.setCalendarPopup(True)
    field.editingFinished.connect(slot)
    return field


def minutes_field(parent: QWidget, low: float, high: float) -> QDoubleSpinBox:
    """Return a field for a duration in minutes."""
    field = QDoubleSpinBox(parent)
    field.setDecimals(1)
    field.setRange(low, high)
    field.setSuffix(" min")
    return field


def beside(parent: QWidget, check: QWidget, field: QWidget) -> QWidget:
    """Return a box to check with the field beside it."""
    both = QWidget(parent)
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(check)
    row.addWidget(field, 1)
    return both


def local_time(instant: Instant) -> QDateTime:
    """Return an instant as a field shows it, in the time of where the user is."""
    return QDateTime.fromMSecsSinceEpoch(instant.us // 1000, QTimeZone.systemTimeZone())


def instant_text(field: QDateTimeEdit) -> str:
    """Return what a field says as an instant's text."""
    return str(Instant(field.dateTime().toMSecsSinceEpoch() * 1000))
