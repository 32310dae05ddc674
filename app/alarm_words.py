"""Words for alarms in the language in use, and how each priority looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from twin_model.alarms.model import State
from twin_model.schema.types import Severity

if TYPE_CHECKING:
    from twin_model.alarms.model import AlarmEvent

#: Token of each priority's colour; the shape says the same.
TOKENS: Final = {
    Severity.URGENT: "critical",
    Severity.HIGH: "high",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
}


def priority(one: Severity) -> str:
    """Return a priority's name."""
    return {
        Severity.URGENT: QCoreApplication.translate("Alarms", "Urgent"),
        Severity.HIGH: QCoreApplication.translate("Alarms", "High"),
        Severity.MEDIUM: QCoreApplication.translate("Alarms", "Medium"),
        Severity.LOW: QCoreApplication.translate("Alarms", "Low"),
    }[one]


def state(one: State) -> str:
    """Return a state's name."""
    return {
        State.UNACKNOWLEDGED: QCoreApplication.translate("Alarms", "Unacknowledged"),
        State.ACKNOWLEDGED: QCoreApplication.translate("Alarms", "Acknowledged"),
        State.RETURNED: QCoreApplication.translate("Alarms", "Over, unacknowledged"),
        State.LATCHED: QCoreApplication.translate("Alarms", "Latched"),
        State.SHELVED: QCoreApplication.translate("Alarms", "Shelved"),
        State.SUPPRESSED: QCoreApplication.translate("Alarms", "Suppressed"),
        State.OUT_OF_SERVICE: QCoreApplication.translate("Alarms", "Out of service"),
        State.NORMAL: QCoreApplication.translate("Alarms", "Normal"),
    }[one]


def nowhere() -> str:
    """Return the heading of alarms of entities that are in nothing."""
    return QCoreApplication.translate("Alarms", "Elsewhere")


def event(one: AlarmEvent) -> str:
    """Return what happened, in a few words."""
    kind = str(one.kind)
    said = {
        "raised": QCoreApplication.translate("Alarms", "Raised"),
        "returned": QCoreApplication.translate("Alarms", "Condition over"),
        "acknowledged": QCoreApplication.translate("Alarms", "Acknowledged"),
        "reset": QCoreApplication.translate("Alarms", "Reset"),
        "shelved": QCoreApplication.translate("Alarms", "Shelved"),
        "unshelved": QCoreApplication.translate("Alarms", "Unshelved"),
        "shelf-expiring": QCoreApplication.translate("Alarms", "Shelf ends soon"),
        "suppressed": QCoreApplication.translate("Alarms", "Suppressed"),
        "unsuppressed": QCoreApplication.translate("Alarms", "No longer suppressed"),
        "out-of-service": QCoreApplication.translate("Alarms", "Taken out of service"),
        "in-service": QCoreApplication.translate("Alarms", "Put in service"),
        "escalated": QCoreApplication.translate("Alarms", "Escalated"),
        "value": QCoreApplication.translate("Alarms", "Another value"),
        "hidden-on": QCoreApplication.translate("Alarms", "Condition began while hidden"),
        "hidden-off": QCoreApplication.translate("Alarms", "Condition over while hidden"),
        "flood-started": QCoreApplication.translate("Alarms", "Flood began"),
        "flood-ended": QCoreApplication.translate("Alarms", "Flood ended"),
        "rules-changed": QCoreApplication.translate("Alarms", "Rules changed"),
        "signed-in": QCoreApplication.translate("Alarms", "Signed in"),
        "sign-in-refused": QCoreApplication.translate("Alarms", "Sign-in refused"),
        "signed-out": QCoreApplication.translate("Alarms", "Signed out"),
        "silenced": QCoreApplication.translate("Alarms", "Sound silenced"),
        "notified": QCoreApplication.translate("Alarms", "Notified"),
        "notify-failed": QCoreApplication.translate("Alarms", "Notification failed"),
        "commented": QCoreApplication.translate("Alarms", "Comment"),
    }
    return said.get(kind, kind)


def paint_priority(
    painter: QPainter, where: QRectF, one: Severity, colour: QColor, *, filled: bool
) -> None:
    """Paint a priority's shape: triangle, diamond, square or circle; hollow once acknowledged."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.6))
    painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
    left, top, right, bottom = where.left(), where.top(), where.right(), where.bottom()
    middle = where.center()
    if one == Severity.URGENT:
        corners = [QPointF(middle.x(), top), QPointF(right, bottom), QPointF(left, bottom)]
        painter.drawPolygon(QPolygonF(corners))
    elif one == Severity.HIGH:
        corners = [
            QPointF(middle.x(), top), QPointF(right, middle.y()), QPointF(middle.x(), bottom),
            QPointF(left, middle.y()),
        ]  # fmt: skip
        painter.drawPolygon(QPolygonF(corners))
    elif one == Severity.MEDIUM:
        painter.drawRect(where.adjusted(1, 1, -1, -1))
    else:
        painter.drawEllipse(where.adjusted(1, 1, -1, -1))
    painter.restore()
