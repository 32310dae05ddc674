"""Colours entities in the scene by an indicator, stale ones greyed, with a legend."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app.item_models.alarms import value_text
from app.live.session import LiveSession
from app.live.units import indicator_name, indicator_type, unit_of
from app.project import ProjectSession
from app.scene import Scene
from app.theme import Theme, small_font
from app.workers import Background
from twin_model.live.last_values import NEVER_US
from twin_model.query import EntityQuery
from twin_model.samples import Quality
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.simulation.recording import RunValues
    from twin_model.entity import Entity
    from twin_model.operations import Operations

#: Viridis at seven places: even steps for the eye, also for colour-blind ones (CC0, matplotlib).
COLOURS: Final = (
    "#440154", "#443983", "#31688e", "#21918c", "#35b779", "#90d743", "#fde725",
)  # fmt: skip
_STALE: Final = "#9aa4a9"
#: Ids in one condition, which may have 4,000 characters.
_AT_ONCE: Final = 50
_MOST: Final = 20_000


@dataclass(frozen=True)
class Colours:
    """What is drawn.

    Parameters
    ----------
    indicator : str
    groups : list of (colour, entities)
    low, high : float
        Values at the ends of the scale.
    unit, name : str
    stale : int
        Entities whose value is too old.
    indicators : list of (str, str, int)
        Indicators that values came for: id, name, how many entities.
    values : dict
        By entity.
    """

    indicator: str = ""
    groups: list[tuple[str, list[Entity]]] = field(default_factory=list)
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    name: str = ""
    stale: int = 0
    indicators: list[tuple[str, str, int]] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)


class Colouring(QObject):
    """Follows one indicator.

    Parameters
    ----------
    session : ProjectSession
    live : LiveSession
    background : Background
    scene : Scene
    """

    changed = Signal(object)  # Colours

    def __init__(
        self, session: ProjectSession, live: LiveSession, background: Background, scene: Scene
    ) -> None:
        super().__init__(scene)
        self._session = session
        self._live = live
        self._background = background
        self._scene = scene
        self._entities: dict[str, Entity] = {}
        self._drawn: Any = None
        self.indicator = ""
        self.on = False
        live.ticked.connect(self.refresh)
        session.closing.connect(self._closing)
        session.changed.connect(lambda _: self._entities.clear())

    def set_on(self, on: bool) -> None:
        """Colour, or stop colouring."""
        self.on = on
        self._drawn = None
        if on:
            self.refresh()
        else:
            self._scene.set_marks("indicator", [])
            self.changed.emit(Colours())

    def set_indicator(self, indicator: str) -> None:
        """Colour by another indicator."""
        self.indicator = indicator
        self.refresh()

    def _closing(self) -> None:
        self._entities.clear()
        self._drawn = None

    def refresh(self) -> None:
        """Read the values again, in a thread."""
        operations = self._live.values
        if not self.on or operations is None:
            return
        wanted, instant = self.indicator, self._live.values_instant
        self._background.ask(
            "colouring", lambda: self._read(operations, wanted, instant), self._show
        )

    def _read(
        self, operations: Operations | RunValues, wanted: str, instant: Instant | None
    ) -> Colours:
        values = _values(operations, instant)
        counted = Counter(name for _, name in values if name != "position")
        if not counted:
            return Colours(wanted)
        indicator = wanted if wanted in counted else counted.most_common(1)[0][0]
        chosen = {e: v for (e, name), v in values.items() if name == indicator}
        entities = self._known(list(chosen)[:_MOST])
        numbers = [v for v, stale in chosen.values() if not stale and not math.isnan(v)]
        kind = next((e.type for e in entities), "")
        low, high = _range(kind, indicator, numbers)
        groups: dict[str, list[Entity]] = {}
        stale = 0
        for entity in entities:
            value, old = chosen[entity.id]
            if math.isnan(value):
                continue
            stale += old
            groups.setdefault(_STALE if old else colour_of(value, low, high), []).append(entity)
        types = {name: e for (e, name) in values}
        kinds = {e.id: e.type for e in self._known([types[name] for name in counted])}
        listed = sorted(
            (name, indicator_name(kinds.get(types[name], ""), name), count)
            for name, count in counted.items()
        )
        return Colours(
            indicator, sorted(groups.items()), low, high,
            unit_of(operations, kind, indicator), indicator_name(kind, indicator),
            stale, listed,
            {e.id: chosen[e.id][0] for e in entities if not math.isnan(chosen[e.id][0])},
        )  # fmt: skip

    def _known(self, ids: list[str]) -> list[Entity]:
        twin = self._session.twin
        missing = [one for one in ids if one not in self._entities]
        for start in range(0, len(missing) if twin is not None else 0, _AT_ONCE):
            part = missing[start : start + _AT_ONCE]
            listed = ", ".join("'" + one.replace("'", "''") + "'" for one in part)
            if twin is not None:
                for entity in twin.entities(EntityQuery(where=f"id in ({listed})")):
                    self._entities[entity.id] = entity
        return [self._entities[one] for one in ids if one in self._entities]

    def _show(self, colours: Colours) -> None:
        if not self.on:
            return
        self.indicator = colours.indicator
        drawn = [(colour, [e.id for e in found]) for colour, found in colours.groups]
        if drawn != self._drawn:
            self._drawn = drawn
            self._scene.set_marks("indicator", colours.groups)
        self.changed.emit(colours)


def _values(
    operations: Operations | RunValues, instant: Instant | None
) -> dict[tuple[str, str], tuple[float, bool]]:
    """Return the newest value of each series and whether it is stale."""
    if instant is not None:
        operations.history.flush()
        batch = operations.history.as_of(instant)
        patience_us = int(operations.hub.options.stale_after_s * 1e6)
        return {
            (batch.keys.entities[e], batch.keys.indicators[i]): (v, instant.us - t > patience_us)
            for e, i, v, t in zip(
                batch.entity.tolist(), batch.indicator.tolist(), batch.value.tolist(),
                batch.time_us.tolist(),
            )
        }  # fmt: skip
    hub = operations.hub
    names, last, stale = hub.series.names(), hub.snapshot(), hub.stale()
    count = min(len(names), len(last.time_us), len(stale))
    usable = (last.time_us[:count] != NEVER_US) & (last.quality[:count] != Quality.BAD)
    there = np.flatnonzero(usable)
    return {names[n]: (float(last.value[n]), bool(stale[n])) for n in there.tolist()}


def _range(kind: str, indicator: str, numbers: list[float]) -> tuple[float, float]:
    """Return the ends of the scale: the normal range where the type states one."""
    found = indicator_type(kind, indicator)
    if found is not None and found.normal_minimum is not None and found.normal_maximum is not None:
        return found.normal_minimum, found.normal_maximum
    if not numbers:
        return 0.0, 1.0
    low, high = min(numbers), max(numbers)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def colour_of(value: float, low: float, high: float) -> str:
    """Return the colour of a value on the scale; beyond its ends that of the end."""
    place = (value - low) / (high - low) if high > low else 0.5
    return COLOURS[min(len(COLOURS) - 1, max(0, int(place * len(COLOURS))))]


class Legend(QFrame):
    """The scale over the scene, with the choice of the indicator.

    Parameters
    ----------
    parent : QWidget
        The viewport.
    theme : Theme
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._theme = theme
        self._place = parent
        self.colours = Colours()
        self.setObjectName("chip")
        self.choice = QComboBox(self)
        self.choice.activated.connect(lambda _: self.chosen.emit(str(self.choice.currentData())))
        self.scale = _Scale(theme)
        self.ends = QLabel(self)
        self.ends.setFont(small_font())
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.note.setFont(small_font())
        self.sizes, self.values = QCheckBox(self), QCheckBox(self)
        more = QHBoxLayout()
        more.addWidget(self.sizes)
        more.addWidget(self.values)
        more.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        for widget in (self.choice, self.scale, self.ends, self.note):
            column.addWidget(widget)
        column.addLayout(more)
        self.setFixedWidth(248)
        self._say()
        self.hide()

    def _say(self) -> None:
        self.choice.setAccessibleName(self.tr("Colour by"))
        self.sizes.setText(self.tr("Size"))
        self.sizes.setToolTip(self.tr("Discs over the entities, larger for larger values"))
        self.values.setText(self.tr("Values"))
        self.values.setToolTip(self.tr("The values over the entities"))

    def show_colours(self, colours: Colours) -> None:
        """Say what the colours mean."""
        self.colours = colours
        known = [self.choice.itemData(n) for n in range(self.choice.count())]
        if known != [name for name, *_ in colours.indicators]:
            self.choice.clear()
            for name, shown, count in colours.indicators:
                self.choice.addItem(f"{shown}  ({count})", name)
        self.choice.setCurrentIndex(self.choice.findData(colours.indicator))
        low, high = value_text(colours.low), value_text(colours.high, colours.unit)
        self.ends.setText(f"{low} – {high}")
        stale = self.tr("grey: stale ({0})").format(colours.stale)
        self.note.setText(stale if colours.stale else "")
        self.note.setVisible(bool(colours.stale))
        if not colours.indicators:
            self.ends.setText(self.tr("No values have come yet."))
        self.choice.setVisible(bool(colours.indicators))
        self.scale.setVisible(bool(colours.indicators))
        self._say()
        self.adjustSize()
        self.place()

    def place(self) -> None:
        """Stand at the lower left, above the coordinates."""
        self.move(16, max(8, self._place.height() - self.height() - 56))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.show_colours(self.colours)
        super().changeEvent(event)


class _Scale(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        width = self.width() / len(COLOURS)
        for number, colour in enumerate(COLOURS):
            painter.fillRect(QRectF(number * width, 0, width + 0.5, self.height()), QColor(colour))
