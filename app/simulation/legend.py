"""What the colours of a run mean, over the scene."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.item_models.alarms import value_text
from app.numbers import fixed
from app.simulation.compared import DifferenceMap
from app.simulation.line_colours import scale_colours
from app.simulation.shown import Picture
from app.simulation.words import is_greatest, map_title, simulated
from app.theme import Theme, small_font
from app.unit_words import label
from twin_model.time import Instant

_BAR_PX: Final = 12
_WIDTH_PX: Final = 248
#: Within it, what a long title is wrapped to.
_TEXT_PX: Final = _WIDTH_PX - 22
#: What folds it takes so much of that.
_FOLD_PX: Final = 28
#: Letters stand on colours that are the same in both themes.
_ON_COLOURS: Final = "#1c1f21"


class _Scale(QWidget):
    """Colours side by side, and beneath each border between two of them what it stands for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.colours: tuple[str, ...] = ()
        self.inside = ""
        #: Place of a text, in colours from the left, and the text.
        self.marks: list[tuple[float, str]] = []
        self.setFont(small_font())

    def show_scale(
        self, colours: tuple[str, ...], marks: list[tuple[float, str]], inside: str = ""
    ) -> None:
        """Show colours with texts beneath, and a letter in each of them."""
        self.colours, self.marks, self.inside = colours, marks, inside
        self.setFixedHeight(_BAR_PX + 4 + self.fontMetrics().height())
        self.setAccessibleName(" ".join(text for _, text in marks))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        width = self.width() / max(1, len(self.colours))
        for number, colour in enumerate(self.colours):
            painter.fillRect(QRectF(number * width, 0, width + 0.5, _BAR_PX), QColor(colour))
        painter.setPen(QColor(_ON_COLOURS))
        for number, letter in enumerate(self.inside):
            box = QRectF(number * width, 0, width, _BAR_PX)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
        painter.setPen(self._theme.colour("text"))
        for place, text in self.marks:
            wide = self.fontMetrics().horizontalAdvance(text) + 2.0
            left = min(max(0.0, place * width - wide / 2), self.width() - wide)
            box = QRectF(left, _BAR_PX + 2, wide, self.height() - _BAR_PX - 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, text)


class DifferenceLegend(QFrame):
    """What the colours of a difference between two runs mean.

    Parameters
    ----------
    place : QWidget
        The viewport.
    theme : Theme
    """

    def __init__(self, place: QWidget, theme: Theme) -> None:
        super().__init__(place)
        self._place = place
        self._shown: tuple[str, str, DifferenceMap] | None = None
        self.setObjectName("chip")
        self.title, self.what = QLabel(self), QLabel(self)
        self.title.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.what.setFont(small_font())
        self.scale = _Scale(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        for part in (self.title, self.what, self.scale):
            column.addWidget(part)
        self.setFixedWidth(_WIDTH_PX)
        self.hide()

    def show_map(self, after: str, before: str, found: DifferenceMap) -> None:
        """Say what the colours of a map mean."""
        from rendering.water import CHANGE_COLOURS

        self._shown = (after, before, found)
        self.title.setText(f"{after}\n− {before}")
        self.title.setMinimumHeight(self.title.heightForWidth(_TEXT_PX))
        what = map_title(found.indicator)
        if not is_greatest(found.indicator):
            what = self.tr("{0}, mean over the run").format(what)
        unit = label(found.unit)
        self.what.setText(f"{what} ({unit})" if unit else what)
        colours = tuple(colour or "#b8bec2" for colour in CHANGE_COLOURS)
        marks = [(n + 1.0, _signed(limit)) for n, limit in enumerate(found.limits)]
        self.scale.show_scale(colours, marks)
        self.show()
        self.adjustSize()

    def place(self, above_px: int) -> None:
        """Stand at the lower left, so many pixels above the other legend's place."""
        self.move(16, max(8, self._place.height() - self.height() - 56 - above_px))

    def changeEvent(self, event: QEvent) -> None:
        changed = event.type() == QEvent.Type.LanguageChange
        if changed and self._shown is not None and self.isVisible():
            self.show_map(*self._shown)
        super().changeEvent(event)


class SimulationLegend(QFrame):
    """Roads and pipes by the chosen figure, and water by depth.

    Parameters
    ----------
    place : QWidget
        The viewport.
    theme : Theme
    """

    chosen = Signal(str)
    #: Whether the floor is to show how dense people stand.
    crowd_wanted = Signal(bool)
    #: Whether it is to show the greatest of the whole run.
    greatest_wanted = Signal(bool)
    #: Whether the building they are in is to be seen through.
    inside_wanted = Signal(bool)

    def __init__(self, place: QWidget, theme: Theme) -> None:
        super().__init__(place)
        self._place = place
        self._picture: Picture | None = None
        #: By how much the run is seen later than it was computed for, microseconds.
        self.shift_us = 0
        self._told: tuple[object, ...] = ()
        self.setObjectName("chip")
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.choice = QComboBox(self)
        self.choice.activated.connect(lambda _: self.chosen.emit(str(self.choice.currentData())))
        self.roads, self.water, self.crowd = _Scale(theme), _Scale(theme), _Scale(theme)
        self.people = QCheckBox(self)
        self.people.setChecked(True)
        self.people.clicked.connect(self.crowd_wanted)
        self.greatest = QCheckBox(self)
        self.greatest.clicked.connect(self.greatest_wanted)
        self.inside = QCheckBox(self)
        self.inside.setChecked(True)
        self.inside.clicked.connect(self.inside_wanted)
        self.levels = QLabel(self)
        self.levels.setObjectName("dim")
        self.levels.setFont(small_font())
        self.levels.setWordWrap(True)
        self.water_title = QLabel(self)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.note.setFont(small_font())
        self._lay_out()
        self.setFixedWidth(_WIDTH_PX)
        self.hide()

    def _lay_out(self) -> None:
        #: Folds the legend to its title, so that it covers less of a small scene.
        self.fold = QToolButton(self)
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setArrowType(Qt.ArrowType.DownArrow)
        self.fold.toggled.connect(self._fold)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignTop)
        self.body = QWidget(self)
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        for widget in (self.choice, self.roads, self.water_title, self.water, self.inside,
                       self.people, self.greatest, self.crowd, self.levels, self.note):  # fmt: skip
            inner.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.body)
        self._say_fold()

    def _fold(self, folded: bool) -> None:
        self.body.setVisible(not folded)
        arrow = Qt.ArrowType.RightArrow if folded else Qt.ArrowType.DownArrow
        self.fold.setArrowType(arrow)
        self._say_fold()
        self.adjustSize()
        self.place()

    def _say_fold(self) -> None:
        folded = self.fold.isChecked()
        self.fold.setToolTip(self.tr("Show the legend") if folded else self.tr("Fold the legend"))
        self.fold.setAccessibleName(self.fold.toolTip())

    def show_picture(self, title: str, picture: Picture) -> None:
        """Say what the colours of a picture mean."""
        from rendering.water import DEPTH_COLOURS, DEPTHS_M

        self._picture = picture
        # A run under way gives a picture a second, and to paint this paints what is beneath, too.
        told = (
            title, tuple(picture.indicators), picture.indicator, picture.high, picture.unit,
            picture.water is not None, picture.water_instant, picture.has_people,
            bool(picture.crowd), self.shift_us,
        )  # fmt: skip
        if told == self._told and not self.isHidden():
            return
        self._told = told
        self.title.setText(title)
        self.title.setMinimumHeight(self.title.heightForWidth(_TEXT_PX - _FOLD_PX))
        self._fill_choice(picture)
        has_roads, has_water = bool(picture.indicators), picture.water is not None
        self.choice.setVisible(has_roads)
        self.roads.setVisible(has_roads and bool(picture.indicator))
        colours = scale_colours(picture.indicator)
        end = f"≥ {value_text(picture.high, label(picture.unit))}"
        half = value_text(picture.high / 2, "")
        marks = [(0.0, "0"), (len(colours) / 2, half), (float(len(colours)), end)]
        self.roads.show_scale(colours, marks)
        for item in (self.water_title, self.water):
            item.setVisible(has_water)
        self.water_title.setText(f"{self.tr('Water depth')} (m)")
        depths = [(float(n), fixed(depth, 2)) for n, depth in enumerate(DEPTHS_M)]
        self.water.show_scale(DEPTH_COLOURS, depths)
        self._show_crowd(picture)
        note = ""
        if picture.water_instant is not None:
            at = Instant(picture.water_instant.us + self.shift_us)
            clock = f"{at.to_datetime().astimezone():%H:%M:%S}"
            note = self.tr("depths as of {0}").format(clock)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.setVisible(has_roads or has_water or picture.has_people
                        or bool(picture.walked))  # fmt: skip
        self.adjustSize()
        self.place()

    def _show_crowd(self, picture: Picture) -> None:
        from rendering.crowd import CROWD_COLOURS, LETTERS, LEVELS

        unit = label("person/m^2")
        self.inside.setVisible(bool(picture.walked))
        self.inside.setText(self.tr("See through the building"))
        self.people.setVisible(picture.has_people)
        self.people.setText(f"{self.tr('Density of people')} ({unit})")
        self.people.setToolTip(self.tr("Mean within 2 m; who is nearer counts more"))
        for item in (self.crowd, self.levels):
            item.setVisible(bool(picture.crowd))
        self.greatest.setVisible(picture.whole_known)
        self.greatest.setText(self.tr("Greatest of the whole run"))
        marks = [(n + 1.0, fixed(level, 2)) for n, level in enumerate(LEVELS)]
        self.crowd.show_scale(CROWD_COLOURS, marks, LETTERS)
        self.levels.setText(self.tr("Levels of service A to F after Fruin"))

    def _fill_choice(self, picture: Picture) -> None:
        wanted = [*picture.indicators, ""] if picture.indicators else []
        if [self.choice.itemData(n) for n in range(self.choice.count())] != wanted:
            self.choice.clear()
            for name in wanted:
                shown = simulated(name) if name else self.tr("No colours")
                self.choice.addItem(shown, name)
        self.choice.setCurrentIndex(self.choice.findData(picture.indicator))
        self.choice.setAccessibleName(self.tr("Colour roads and pipes by"))

    def place(self) -> None:
        """Stand at the lower left, above the scale bar."""
        self.move(16, max(8, self._place.height() - self.height() - 56))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and self._picture is not None:
            self.choice.clear()
            self._told = ()
            self._say_fold()
            self.show_picture(self.title.text(), self._picture)
        super().changeEvent(event)


def _signed(limit: float) -> str:
    text = f"{abs(limit):g}"
    return f"+{text}" if limit > 0 else f"−{text}" if limit < 0 else text
