"""Everything live in the window: made in one place and joined to the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from app.actions.registry import ActionSpec
from app.alarms.bars import AlarmBars
from app.alarms.notification import Notification
from app.alarms.people import People
from app.alarms.report import AlarmReport
from app.connections.running import start_configured
from app.editing import schema
from app.item_models.entities import display_name
from app.live.colouring import Colouring, Legend
from app.live.session import LiveSession
from app.live.symbols import IndicatorSymbols
from app.live.value_menu import ValueMenu
from app.rules.editing import RuleEditing
from app.threads import Threads

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

    from app.alarms.replay import IncidentReplay
    from app.connections.panel import ConnectionsPanel
    from app.panels.alarms import AlarmsPanel
    from app.panels.charts import ChartsPanel
    from app.rules.panel import RulesPanel
    from app.rules.special import RingField
    from app.window import MainWindow
    from twin_model.alarms.model import Alarm
    from twin_model.entity import Entity
    from twin_model.rules.rule_set import RuleSet
    from twin_model.time import Instant, Interval

_START_MS: Final = 1500


class LiveParts(QObject):
    """Session, alarm list, charts and colouring of one window.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        s = window.services
        self._window = window
        self.session = LiveSession(s.session, s.background, window.plugins.services.live)
        self.session.setParent(self)
        self.alarms: AlarmsPanel
        self.rules: RulesPanel
        self.connections: ConnectionsPanel
        self.rule_editing = RuleEditing(s.session, self.session, s.background)
        self.rule_editing.setParent(self)
        self.charts: ChartsPanel | None = None
        self.colouring = Colouring(s.session, self.session, s.background, window.scene)
        self.legend = Legend(window.viewport, s.theme)
        self.notification = Notification(window, self.session, self.rule_editing)
        self.notification.setParent(self)
        self.replay: IncidentReplay | None = None
        self._stretch: tuple[Instant, Instant] | None = None
        self.bars = AlarmBars(self.session, s.background, window.timeline.axis, s.theme)
        self.symbols = IndicatorSymbols(window.viewport, s.theme)
        self.people = People(window, self.session, s.background)
        self.people.setParent(self)
        self.report = AlarmReport(window, self.session, s.jobs)
        self.report.setParent(self)
        self._threads = Threads(self, 1)
        self._start = QTimer(self)
        self._start.setSingleShot(True)
        self._start.setInterval(_START_MS)
        self._start.timeout.connect(self._start_connectors)
        self.value_menu = ValueMenu(self, window.entity_panel)
        self._connect()

    def _connect(self) -> None:
        window = self._window
        panel = window.entity_panel
        panel.live = self.session
        panel.chart_wanted.connect(self.chart)
        self.session.failed.connect(
            lambda text: window.overlays.notice.show_error(text, details=False)
        )
        self.session.ticked.connect(panel.show_live)
        self.session.values_changed.connect(panel.show_live)
        self.colouring.changed.connect(self.legend.show_colours)
        self.colouring.changed.connect(self.symbols.show)
        self.legend.sizes.toggled.connect(lambda on: self._set_symbols(sizes=on))
        self.legend.values.toggled.connect(lambda on: self._set_symbols(values=on))
        self.legend.chosen.connect(self.colouring.set_indicator)
        window.timeline.instant_changed.connect(self.session.set_instant)
        window.viewport.resized.connect(self.legend.place)
        window.session.opened.connect(self._start.start)
        window.session.closing.connect(self._closing)
        window.project_types.changed.connect(self._types_changed)

    def _types_changed(self) -> None:
        operations = self.session.operations
        if operations is not None:
            operations.set_types(schema.catalogue())

    def _closing(self) -> None:
        self._start.stop()
        self._threads.wait()

    def _start_connectors(self) -> None:
        """Start what the project is connected to, in a thread, once the scene is there."""
        host = self._window.plugins.host
        self._threads.start(lambda: self._started(start_configured(host)[1]))

    def _started(self, problems: list[str]) -> None:
        for problem in problems:
            self.session.failed.emit(problem)

    def make_alarms(self) -> AlarmsPanel:
        """Make the list of alarms; the table of panels asks for it."""
        from app.panels.alarms import AlarmsPanel

        window, s = self._window, self._window.services
        made = AlarmsPanel(self.session, s.background, s.theme, s.icons)
        made.fly_wanted.connect(window.interaction.fly_to_id)
        made.selected.connect(window.interaction.select_id)
        made.notification_wanted.connect(self.notification.show_dialog)
        made.people_wanted.connect(self.people.show)
        idle = self.people.idle
        idle.ending.connect(lambda _, left_s: made.count_down(left_s))
        idle.stayed.connect(lambda: made.count_down(None))
        idle.ended.connect(lambda *_: made.count_down(None))
        self.notification.troubled.connect(made.strip.set_trouble)
        self.notification.sounding.connect(made.set_sounding)
        made.silence_wanted.connect(self.notification.silence)
        made.detail.replay_wanted.connect(self.replay_incident)
        made.detail.guidance_wanted.connect(self.write_guidance)
        self.rule_editing.changed.connect(made.detail.read_again)
        made.report_wanted.connect(self._show_report)
        self.alarms = made
        return made

    def replay_incident(self, alarm: Alarm) -> None:
        """Show an incident again: time, camera, trend, and what people did."""
        from app.alarms.replay import IncidentReplay

        window, s = self._window, self._window.services
        if window.timeline.run_shown:
            window.timeline.run_end_wanted.emit()  # the slider is that of a run
        if self.replay is None:
            self.replay = IncidentReplay(
                window, self.session, s.background, (s.theme, s.icons)
            )  # fmt: skip
            self.replay.instant_wanted.connect(self._show_instant)
            self.replay.fly_wanted.connect(window.interaction.fly_to_id)
            self.replay.period_wanted.connect(self._show_period)
        self.replay.show_alarm(alarm)

    def write_guidance(self, alarm: Alarm) -> None:
        """Open the window in which is written what to do about an alarm."""
        from app.alarms.guidance import GuidanceDialog

        operations, entity = self.session.operations, self.entity(alarm.point.entity)
        if operations is None or entity is None:
            return

        def show(rules: RuleSet) -> None:
            name = display_name(entity)
            GuidanceDialog(self._window, self.rule_editing, rules, entity, name).open()

        store = operations.rule_store
        self._window.services.background.ask("guidance-rules", store.current, show)

    def _show_instant(self, instant: Instant | None) -> None:
        self._window.timeline.axis.catch_up()
        self._window.timeline.set_instant(instant)

    def _show_period(self, period: Interval | None) -> None:
        """Have the timeline show an incident, or again what it showed before."""
        axis = self._window.timeline.axis
        if period is None:
            axis.show_stretch(*(self._stretch or (axis.first, axis.last)))
            return
        stretch = axis.start, axis.end
        self._stretch = None if stretch == (axis.first, axis.last) else stretch
        axis.show_stretch(period.start, period.end)

    def _show_report(self) -> None:
        self.report.language = self._window.language.code
        self.report.show()

    def make_rules(self) -> RulesPanel:
        """Make the list of rules; the table of panels asks for it."""
        from app.rules.panel import RulesPanel

        window, s = self._window, self._window.services
        made = RulesPanel(
            self.session, self.rule_editing, (s.background, s.jobs, s.theme), s.icons,
            lambda: window.entity_panel.entity,
        )  # fmt: skip
        made.fly_wanted.connect(window.interaction.fly_to_id)
        made.fence_wanted.connect(self.draw_fence)
        self.rules = made
        return made

    def draw_fence(self, dialog: QDialog, field: RingField) -> None:
        """Draw the fence of a rule in the scene; its form steps aside until then."""
        from app.rules.fence import FenceTool

        tool = FenceTool(self._window)
        tool.drawn.connect(field.set_value)
        tool.ended.connect(dialog.show)
        tool.ended.connect(tool.deleteLater)
        dialog.finished.connect(lambda _: self._window.tools.stop() if tool.active else None)
        dialog.hide()
        self._window.tools.start(tool)

    def make_connections(self) -> ConnectionsPanel:
        """Make the list of connections; the table of panels asks for it."""
        from app.connections.book import ConnectionBook
        from app.connections.editing import ConnectionEditing
        from app.connections.panel import ConnectionsPanel

        s = self._window.services
        editing = ConnectionEditing(
            s.session, self.session, s.background, ConnectionBook(self._window.plugins.host)
        )
        editing.setParent(self)
        self.connections = ConnectionsPanel(
            s.session, self.session, s.background, (s.theme, s.icons), editing
        )
        return self.connections

    def make_charts(self) -> ChartsPanel:
        """Make the charts; the table of panels asks for them when they are first seen."""
        from app.panels.charts import ChartsPanel  # and with it pyqtgraph

        s = self._window.services
        self.charts = ChartsPanel(self.session, s.background, s.theme, s.icons)
        self.value_menu.follow_charts(self.charts)
        return self.charts

    def chart(self, entity: str, indicator: str) -> None:
        """Show a series in the Charts dock."""
        self._window.docks.show("charts")
        self._window.panels.make("charts")
        if self.charts is not None:
            self.charts.add(entity, indicator)

    def entity(self, entity_id: str) -> Entity | None:
        """Return an entity as it is shown now; None where there is none."""
        return self._window.interaction.entity(entity_id)

    def make_rule(self, kind: str, applies: dict[str, Any], values: dict[str, Any]) -> None:
        """Open the form of a new rule, filled in."""
        self._window.docks.show("rules")
        self.rules.make(kind, applies, values)

    def connect_source(self) -> None:
        """Open the wizard of connections."""
        self._window.docks.show("connections")
        self.connections.add()

    def colour_by(self, indicator: str) -> None:
        """Colour entities by an indicator."""
        self.colouring.set_indicator(indicator)
        if not self.colouring.on:
            self.toggle_colouring()

    def _set_symbols(self, sizes: bool | None = None, values: bool | None = None) -> None:
        """Draw discs sized by value, or values as text, over the entities."""
        symbols = self.symbols
        symbols.sizes = symbols.sizes if sizes is None else sizes
        symbols.values = symbols.values if values is None else values
        symbols.show(self.legend.colours)

    def toggle_colouring(self) -> None:
        """Colour entities by an indicator, or stop."""
        self.colouring.set_on(not self.colouring.on)
        self.legend.setVisible(self.colouring.on)
        self.legend.place()

    def actions(self) -> list[ActionSpec]:
        """Return the actions of the View menu."""
        window = self._window
        return [
            ActionSpec("view.alarms", lambda: QCoreApplication.translate("Actions", "Alarms"),
                       lambda: window.docks.toggle("alarms"), "Ctrl+Shift+L", "bell"),
            ActionSpec("view.rules", lambda: QCoreApplication.translate("Actions", "Rules"),
                       lambda: window.docks.toggle("rules"), "Ctrl+Shift+U", "scales"),
            ActionSpec("view.connections",
                       lambda: QCoreApplication.translate("Actions", "Connections"),
                       lambda: window.docks.toggle("connections"), "", "broadcast"),
            ActionSpec("live.connect",
                       lambda: QCoreApplication.translate("Actions", "Connect a source…"),
                       self.connect_source, "", "plus", lambda: window.session.writable),
            ActionSpec("view.charts", lambda: QCoreApplication.translate("Actions", "Charts"),
                       lambda: window.docks.toggle("charts"), "Ctrl+Shift+K", "chart-line"),
            ActionSpec("view.colour_by",
                       lambda: QCoreApplication.translate("Actions", "Colour by live values"),
                       self.toggle_colouring, "Ctrl+Shift+I", "palette",
                       lambda: window.session.twin is not None,
                       lambda: self.colouring.on),
        ]  # fmt: skip
