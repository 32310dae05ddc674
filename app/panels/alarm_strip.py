"""Above the alarm list: what there is in figures, and the banner of a flood."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from app import alarm_words
from app.alarms.picture import AlarmPicture
from app.item_models.alarms import since
from app.numbers import duration, integer
from app.theme import Theme, small_font
from twin_model.alarms.model import PRIORITIES, State
from twin_model.schema.types import Severity

_SHAPE_PX: Final = 11


class PriorityCount(QWidget):
    """A priority's shape with how many alarms stand.

    Parameters
    ----------
    theme : Theme
    priority : Severity
    """

    clicked = Signal()

    def __init__(self, theme: Theme, priority: Severity) -> None:
        super().__init__()
        self._theme = theme
        self._priority = priority
        self.count = 0
        self.setFixedHeight(24)
        self.setMinimumWidth(44)

    def set_count(self, count: int) -> None:
        """Show another count."""
        self.count = count
        name = alarm_words.priority(self._priority)
        self.setToolTip(f"{name}: {integer(count)}")
        self.setAccessibleName(self.toolTip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(26 + self.fontMetrics().horizontalAdvance(integer(self.count)), 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        token = alarm_words.TOKENS[self._priority] if self.count else "faint"
        where = QRectF(2, (self.height() - _SHAPE_PX) / 2, _SHAPE_PX, _SHAPE_PX)
        colour = self._theme.colour(token)
        alarm_words.paint_priority(painter, where, self._priority, colour, filled=bool(self.count))
        painter.setPen(self._theme.colour("text" if self.count else "faint"))
        area = self.rect().adjusted(_SHAPE_PX + 9, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, integer(self.count))


class AlarmStrip(QFrame):
    """Counts by priority, the rate, and what is wrong with the alarms themselves.

    Parameters
    ----------
    theme : Theme
    """

    shelved_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture = AlarmPicture()
        self._trouble = ""
        self.priorities = {one: PriorityCount(theme, one) for one in reversed(PRIORITIES)}
        self.rate = self._label()
        self.others = self._label()
        self.ending = QPushButton(self)
        self.ending.setObjectName("warningLink")
        self.ending.setFont(small_font())
        self.ending.clicked.connect(self.shelved_wanted)
        self.problem = self._label("error")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 12, 2)
        row.setSpacing(14)
        for shape in self.priorities.values():
            row.addWidget(shape)
        row.addSpacing(4)
        row.addWidget(self.rate)
        row.addWidget(self.others)
        row.addWidget(self.ending)
        row.addWidget(self.problem, 1)
        row.addStretch(1)

    def _label(self, name: str = "dim") -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setFont(small_font())
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def set_trouble(self, text: str) -> None:
        """Say why somebody could not be told of alarms; nothing once it goes again."""
        self._trouble = self.tr("Not told: {0}").format(text) if text else ""
        self.set_picture(self._picture)

    def set_picture(self, picture: AlarmPicture) -> None:
        """Show the figures of a picture."""
        self._picture = picture
        counts, states = picture.counts, picture.counts.by_state
        for one, shape in self.priorities.items():
            shape.set_count(counts.by_priority.get(one, 0))
        self.rate.setText(
            "" if picture.historic else self.tr("{0} in 10 min").format(integer(picture.raised))
        )
        parts = [
            (counts.waiting, self.tr("{0} unacknowledged")),
            (counts.chattering, self.tr("{0} chattering")),
            (counts.stale, self.tr("{0} stale")),
            (states.get(State.SHELVED, 0), self.tr("{0} shelved")),
            (states.get(State.SUPPRESSED, 0), self.tr("{0} suppressed")),
            (states.get(State.OUT_OF_SERVICE, 0), self.tr("{0} out of service")),
        ]
        self.others.setText(
            "  ·  ".join(text.format(integer(count)) for count, text in parts if count)
        )
        text = self.tr("%n shelved alarms come back soon", "", counts.ending)
        self.ending.setText(text)
        self.ending.setToolTip(self.tr("Show what is shelved"))
        self.ending.setVisible(counts.ending > 0)
        unwritten = self.tr("{0} events wait for the disk").format(integer(picture.unwritten))
        wrong = [unwritten if picture.unwritten else "", self._trouble]
        self.problem.setText("  ·  ".join(part for part in wrong if part))
        self.problem.setToolTip(self.problem.text())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.set_picture(self._picture)
        super().changeEvent(event)


class FloodBanner(QFrame):
    """Says that more alarms come than anybody can work off, and offers what helps.

    Parameters
    ----------
    theme : Theme
    """

    roots_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture = AlarmPicture()
        self.setObjectName("floodBanner")
        self.text = QLabel(self)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.roots = QPushButton(self)
        self.roots.clicked.connect(self.roots_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.addWidget(self.text, 1)
        row.addWidget(self.roots)
        self.hide()

    def set_picture(self, picture: AlarmPicture) -> None:
        """Show or hide it."""
        self._picture = picture
        self.setVisible(picture.in_flood)
        if not picture.in_flood:
            return
        roots = picture.counts.roots
        began = since(picture.since_us, picture.now_us) if picture.since_us else ""
        age = duration((picture.now_us - (picture.since_us or picture.now_us)) / 1e6)
        if roots == 1:
            text = self.tr("Alarm flood since {0} ({1}): {2} alarms in 10 minutes, one cause.")
        else:
            text = self.tr("Alarm flood since {0} ({1}): {2} alarms in 10 minutes, {3} causes.")
        self.text.setText(text.format(began, age, integer(picture.raised), integer(roots)))
        self.roots.setText(self.tr("Show causes only"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.set_picture(self._picture)
        super().changeEvent(event)
