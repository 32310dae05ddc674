"""What the colours of a run mean, over the scene."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QVBoxLayout, QWidget

from app.item_models.alarms import value_text
from app.numbers import fixed
from app.simulation.compared import WATER, DifferenceMap
from app.simulation.shown import ROAD_INDICATORS, Picture, scale_colours
from app.simulation.words import simulated
from app.theme import Theme, small_font
from twin_model.schema.units import label


class _Scale(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.colours: tuple[str, ...] = ()
        self.setFixedHeight(12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        width = self.width() / max(1, len(self.colours))
        for number, colour in enumerate(self.colours):
            painter.fillRect(QRectF(number * width, 0, width + 0.5, self.height()), QColor(colour))


class DifferenceLegend(QFrame):
    """What the colours of a difference between two runs mean.

    Parameters
    ----------
    place : QWidget
        The viewport.
    """

    def __init__(self, place: QWidget) -> None:
        super().__init__(place)
        self._place = place
        self._shown: tuple[str, str, DifferenceMap] | None = None
        self.setObjectName("chip")
        self.title, self.what, self.ends = (QLabel(self) for _ in range(3))
        self.title.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        for widget in (self.what, self.ends):
            widget.setFont(small_font())
        self.scale = _Scale()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        for part in (self.title, self.what, self.scale, self.ends):
            column.addWidget(part)
        self.setFixedWidth(248)
        self.hide()

    def show_map(self, after: str, before: str, found: DifferenceMap) -> None:
        """Say what the colours of a map mean."""
        from rendering.water import CHANGE_COLOURS

        self._shown = (after, before, found)
        self.title.setText(f"{after} − {before}")
        if found.indicator == WATER:
            self.what.setText(self.tr("greatest water depth"))
        else:
            self.what.setText(self.tr("{0}, mean over the run").format(simulated(found.indicator)))
        self.scale.colours = tuple(colour or "#b8bec2" for colour in CHANGE_COLOURS)
        self.scale.update()
        unit = label(found.unit)
        limits = "   ".join(f"{limit:+.4g}" for limit in found.limits)
        self.ends.setText(f"{limits} {unit}")
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
    """Roads by the chosen figure, and water by depth.

    Parameters
    ----------
    place : QWidget
        The viewport.
    theme : Theme
    """

    chosen = Signal(str)

    def __init__(self, place: QWidget, theme: Theme) -> None:
        super().__init__(place)
        self._place = place
        self._picture: Picture | None = None
        self.setObjectName("chip")
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.choice = QComboBox(self)
        self.choice.activated.connect(lambda _: self.chosen.emit(str(self.choice.currentData())))
        self.roads, self.water = _Scale(), _Scale()
        self.road_ends, self.water_ends, self.water_title = (QLabel(self) for _ in range(3))
        for ends in (self.road_ends, self.water_ends):
            ends.setFont(small_font())
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.note.setFont(small_font())
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        for widget in (self.title, self.choice, self.roads, self.road_ends, self.water_title,
                       self.water, self.water_ends, self.note):  # fmt: skip
            column.addWidget(widget)
        self.setFixedWidth(248)
        self.hide()

    def show_picture(self, title: str, picture: Picture) -> None:
        """Say what the colours of a picture mean."""
        from rendering.water import DEPTH_COLOURS, DEPTHS_M

        self._picture = picture
        self.title.setText(title)
        self._fill_choice(picture)
        has_roads, has_water = bool(picture.indicators), picture.water is not None
        self.choice.setVisible(has_roads)
        for widget in (self.roads, self.road_ends):
            widget.setVisible(has_roads and bool(picture.indicator))
        self.roads.colours = scale_colours(picture.indicator)
        unit = label(picture.unit)
        self.road_ends.setText(f"0 – {value_text(picture.high, unit)}")
        for item in (self.water_title, self.water, self.water_ends):
            item.setVisible(has_water)
        self.water_title.setText(self.tr("Water depth"))
        self.water.colours = DEPTH_COLOURS
        self.water_ends.setText("   ".join(fixed(d, 2) for d in DEPTHS_M) + " m")
        note = ""
        if picture.water_instant is not None:
            clock = f"{picture.water_instant.to_datetime().astimezone():%H:%M:%S}"
            note = self.tr("depths as of {0}").format(clock)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.roads.update()
        self.water.update()
        self.setVisible(has_roads or has_water)
        self.adjustSize()
        self.place()

    def _fill_choice(self, picture: Picture) -> None:
        wanted = [*picture.indicators, ""] if picture.indicators else []
        if [self.choice.itemData(n) for n in range(self.choice.count())] != wanted:
            self.choice.clear()
            for name in wanted:
                shown = simulated(name) if name in ROAD_INDICATORS else self.tr("No road colours")
                self.choice.addItem(shown, name)
        self.choice.setCurrentIndex(self.choice.findData(picture.indicator))
        self.choice.setAccessibleName(self.tr("Colour roads by"))

    def place(self) -> None:
        """Stand at the lower left, above the scale bar."""
        self.move(16, max(8, self._place.height() - self.height() - 56))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and self._picture is not None:
            self.choice.clear()
            self.show_picture(self.title.text(), self._picture)
        super().changeEvent(event)
