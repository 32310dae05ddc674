"""The history of one entity: who changed what, when and why, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app import words
from app.item_models.history import VERSION_ROLE, HistoryModel, change_lines
from app.panels.time_axis import moment
from app.theme import Theme, base_font, small_font

if TYPE_CHECKING:
    from twin_model.history import Version

_LINE_PX: Final = 19
_MARGIN_PX: Final = 12


class _VersionDelegate(QStyledItemDelegate):
    """Paints the label, who and when, and a line for each value that changed."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        version: Version = index.data(VERSION_ROLE)
        lines = 2 + len(change_lines(version)) + bool(version.why)
        return QSize(100, lines * _LINE_PX + 14)

    def link_box(self, rect: QRect, version: Version) -> QRect:
        """Return where the link lies; empty where there is none."""
        text = link_text(version)
        if not text:
            return QRect()
        width = QFontMetrics(small_font()).horizontalAdvance(text) + 6
        return QRect(rect.right() - _MARGIN_PX - width, rect.top() + 7, width, _LINE_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        version: Version = index.data(VERSION_ROLE)
        theme, rect = self._theme, option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        link = self.link_box(rect, version)
        left = rect.left() + _MARGIN_PX
        room = (link.left() if not link.isEmpty() else rect.right() - _MARGIN_PX) - left - 8
        line = QRect(left, rect.top() + 7, room, _LINE_PX)
        painter.setFont(base_font())
        painter.setPen(theme.colour("text" if version.stands else "faint"))
        self._draw(painter, line, version_label(version))
        painter.setFont(small_font())
        painter.setPen(theme.colour("accent"))
        self._draw(painter, link, link_text(version))
        painter.setPen(theme.colour("dim"))
        line = QRect(left, line.bottom() + 1, rect.right() - _MARGIN_PX - left, _LINE_PX)
        self._draw(painter, line, f"{moment(version.recorded)} · {version.who}")
        if version.why:
            line.translate(0, _LINE_PX)
            self._draw(painter, line, version.why)
        painter.setPen(theme.colour("text" if version.stands else "faint"))
        for text in change_lines(version):
            line.translate(0, _LINE_PX)
            self._draw(painter, line, text)
        painter.setPen(theme.colour("line"))
        painter.drawLine(left, rect.bottom(), rect.right() - _MARGIN_PX, rect.bottom())
        painter.restore()

    def _draw(self, painter: QPainter, box: QRect, text: str) -> None:
        if text:
            elided = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, box.width()
            )
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, elided)


class EntityHistory(QListView):
    """Lists versions; the link, a double click or Enter shows everything as of then.

    Parameters
    ----------
    theme : Theme
    parent : QWidget
    """

    instant_wanted = Signal(object)  # Instant

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.model_ = HistoryModel()
        self.setModel(self.model_)
        self._delegate = _VersionDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.doubleClicked.connect(self._activate)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.setAccessibleName(self.tr("History"))
        self.model_.layoutChanged.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    @property
    def versions(self) -> list[Version]:
        """What is listed."""
        return list(self.model_.versions)

    def set_versions(self, versions: list[Version]) -> None:
        """Show versions, newest first."""
        self.model_.set_versions(versions)

    def link_rect(self, row: int) -> QRect:
        """Return where the link of a row lies in the viewport."""
        rect = self.visualRect(self.model_.index(row))
        return self._delegate.link_box(rect, self.model_.versions[row])

    def _activate(self, index: QModelIndex) -> None:
        version: Version = index.data(VERSION_ROLE)
        if version.stands:
            self.instant_wanted.emit(version.recorded)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._linked(event)
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._linked(event):
            self._activate(self.indexAt(event.position().toPoint()))

    def _linked(self, event: QMouseEvent) -> bool:
        at = event.position().toPoint()
        index = self.indexAt(at)
        return index.isValid() and self.link_rect(index.row()).contains(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if event.key() in keys and self.currentIndex().isValid():
            self._activate(self.currentIndex())
            return
        super().keyPressEvent(event)


def version_label(version: Version) -> str:
    """Return what happened, as users read it."""
    from PySide6.QtCore import QCoreApplication

    label = words.edit(version.label)
    if version.kind == "undo":
        return QCoreApplication.translate("EntityHistory", "Undo: {0}").format(label)
    if version.kind == "redo":
        return QCoreApplication.translate("EntityHistory", "Redo: {0}").format(label)
    return label


def link_text(version: Version) -> str:
    """Return the words of the link, or what became of a version that is shown no more.

    An undoing or a redoing that another one followed was not corrected: it has no words.
    """
    from PySide6.QtCore import QCoreApplication

    if version.undone:
        return QCoreApplication.translate("EntityHistory", "undone")
    if not version.stands:
        if version.kind in ("undo", "redo"):
            return ""
        return QCoreApplication.translate("EntityHistory", "corrected")
    return QCoreApplication.translate("EntityHistory", "Show as of then")
