"""What can be done with one live value: charted, watched by a rule, shown in the scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.editing import schema
from app.live.units import indicator_name, indicator_type

if TYPE_CHECKING:
    from app.live.parts import LiveParts
    from app.panels.charts import ChartsPanel
    from app.panels.entity import EntityPanel


class ValueMenu(QObject):
    """Menus of the Live tab and of the chart.

    Parameters
    ----------
    live : LiveParts
    panel : EntityPanel
    """

    def __init__(self, live: LiveParts, panel: EntityPanel) -> None:
        super().__init__(live)
        self._live = live
        self._panel = panel
        #: The menu that is open, for whoever looks at it.
        self.menu: QMenu | None = None
        panel.fields.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        panel.fields.customContextMenuRequested.connect(self._of_field)

    def follow_charts(self, charts: ChartsPanel) -> None:
        """Have a menu in the chart too."""
        charts.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        charts.customContextMenuRequested.connect(lambda at: self._of_chart(charts, at))

    def _of_field(self, at: QPoint) -> None:
        fields, entity = self._panel.fields, self._panel.entity
        index = fields.indexAt(at)
        if not index.isValid() or entity is None:
            return
        kind, _, indicator = fields.fields[index.row()].target.partition(":")
        if kind != "chart":
            return
        menu = self._make(fields.viewport())
        say = QCoreApplication.translate
        menu.addAction(
            say("ValueMenu", "Show in the chart"), lambda: self._live.chart(entity.id, indicator)
        )
        self._add_rules(menu, entity.id, indicator)
        menu.addAction(
            say("ValueMenu", "Colour the scene by it"), lambda: self._live.colour_by(indicator)
        )
        menu.popup(fields.viewport().mapToGlobal(at))

    def _of_chart(self, charts: ChartsPanel, at: QPoint) -> None:
        if not charts.series:
            return
        menu = self._make(charts)
        for series, line in zip(charts.series, charts.plot.lines):
            under = menu.addMenu(line.name)
            self._add_rules(under, series.entity, series.indicator)
        menu.popup(charts.mapToGlobal(at))

    def _make(self, parent: QWidget) -> QMenu:
        self.menu = QMenu(parent)
        self.menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu.destroyed.connect(self._closed)
        return self.menu

    def _closed(self) -> None:
        self.menu = None

    def _add_rules(self, menu: QMenu, entity: str, indicator: str) -> None:
        say = QCoreApplication.translate
        menu.addAction(
            say("ValueMenu", "New rule for this entity…"),
            lambda: self._make_rule(entity, indicator, only=True),
        )
        menu.addAction(
            say("ValueMenu", "New rule for all of its type…"),
            lambda: self._make_rule(entity, indicator, only=False),
        )

    def _make_rule(self, entity_id: str, indicator: str, *, only: bool) -> None:
        """Open the form of a limit, filled in with what is normal for the indicator."""
        entity = self._live.entity(entity_id)
        kind = entity.type if entity is not None else ""
        found = indicator_type(kind, indicator)
        values: dict[str, object] = {"indicator": indicator}
        if found is not None and found.normal_maximum is not None:
            values |= {"operator": ">", "limit": {"threshold": found.normal_maximum}}
        name = indicator_name(kind, indicator)
        high = QCoreApplication.translate("ValueMenu", "{0} high").format(name)
        values[f"name_{schema.language()}"] = high
        applies = {"entities": [entity_id]} if only or not kind else {"type": kind}
        self._live.make_rule("threshold", applies, values)
