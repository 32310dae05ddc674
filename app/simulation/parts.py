"""Everything of simulation in the window: made in one place and joined to the rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QObject

from app.actions.registry import ActionSpec
from app.simulation.branching import ask_branch
from app.simulation.compared import CROWD, ComparedData, ComparedRuns, DifferenceMap
from app.simulation.differences import LETTERS
from app.simulation.forecast import Forecast
from app.simulation.inside import SeenInside
from app.simulation.legend import DifferenceLegend, SimulationLegend
from app.simulation.restarts import notice_text
from app.simulation.session import SimulationSession
from app.simulation.shown import Picture, ShownRun
from app.simulation.sides import RunSides
from rendering.moving.style import MovingStyle
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.panels.run_comparison import RunComparisonPanel
    from app.panels.scenario import ScenarioPanel
    from app.panels.simulation import SimulationPanel
    from app.scene import Scene
    from app.simulation.recording import Recording
    from app.window import MainWindow
    from twin_model.simulation.scenario import Scenario

#: What differs is seen with its surroundings: a manhole alone says nothing.
_ROOM_M: Final = 30.0


class SimulationParts(QObject):
    """Session, docks, and the run that the scene shows, of one window.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        s = window.services
        self._window = window
        self.session = SimulationSession(s.session, s.background, s.jobs)
        self.session.setParent(self)
        self.style = MovingStyle("car", s.theme.text("high")[:7], least_px=12.0)
        self.shown = ShownRun(self.session, s.session, s.background, window.viewport, self.style)
        self.compared = ComparedRuns(self.session, s.session, s.background, window.viewport)
        self.legend = SimulationLegend(window.viewport, s.theme)
        self.map_legend = DifferenceLegend(window.viewport, s.theme)
        self.sides = RunSides(window, self)
        self.forecast = Forecast(window, self)
        self.inside = SeenInside(self, self._scenes)
        self.panel: SimulationPanel | None = None
        self.editor: ScenarioPanel | None = None
        self.comparison: RunComparisonPanel | None = None
        #: The largest difference is gone to once the map is drawn.
        self._goes = False
        self._connect()
        self.forecast.changed.connect(self._say_forecast)
        self.session.runs_changed.connect(self._runs_changed)

    def _connect(self) -> None:
        window, shown = self._window, self.shown
        self.session.failed.connect(
            lambda text: window.overlays.notice.show_error(text, details=False)
        )
        self.session.restarted.connect(
            lambda one, told: window.overlays.notice.show_news(
                notice_text(one, told), good=told.back
            )
        )
        shown.opened.connect(self._opened)
        shown.changed.connect(self._changed)
        shown.drawn.connect(self._drawn)
        shown.valued.connect(self._valued)
        window.timeline.run_moved.connect(shown.seek)
        window.timeline.run_end_wanted.connect(shown.leave)
        self.legend.chosen.connect(shown.set_indicator)
        self.legend.chosen.connect(self.sides.set_indicator)
        self.legend.crowd_wanted.connect(shown.set_crowded)
        self.legend.crowd_wanted.connect(self.sides.set_crowded)
        self.legend.greatest_wanted.connect(shown.set_greatest)
        self.legend.greatest_wanted.connect(self.sides.set_greatest)
        self.legend.inside_wanted.connect(self.inside.set_wanted)
        window.viewport.resized.connect(self._place_legends)
        self.compared.found.connect(self._compared)
        self.compared.mapped.connect(self._mapped)

    # -- docks ---------------------------------------------------------------------------

    def make_panel(self) -> SimulationPanel:
        """Make the list of scenarios and runs; the table of panels asks for it."""
        from app.panels.simulation import SimulationPanel

        s = self._window.services
        panel = self.panel = SimulationPanel(self.session, self.shown, s.theme, s.icons)
        panel.edit_wanted.connect(self.edit)
        panel.new_wanted.connect(self.new)
        panel.compare_wanted.connect(self.compare)
        panel.branch_wanted.connect(self.branch)
        panel.unit_wanted.connect(self._ask_for_unit)
        panel.beside_wanted.connect(self.forecast.show)
        panel.set_beside(self.forecast.run_id)
        return panel

    def make_editor(self) -> ScenarioPanel:
        """Make the editor of scenarios; the table of panels asks for it."""
        from app.panels.scenario import ScenarioPanel

        window, s = self._window, self._window.services
        editor = self.editor = ScenarioPanel(self.session, s.session, s.icons)
        editor.run_wanted.connect(self.run)
        editor.entity_wanted.connect(window.interaction.select_id)
        window.interaction.selected.connect(editor.set_selection)
        editor.set_selection(window.entity_panel.entity)
        return editor

    def make_comparison(self) -> RunComparisonPanel:
        """Make the comparison of runs; the table of panels asks for it."""
        from app.panels.run_comparison import RunComparisonPanel

        window, s = self._window, self._window.services
        panel = self.comparison = RunComparisonPanel(self.compared, s.theme, s.icons)
        panel.entity_wanted.connect(window.interaction.select_id)
        panel.fly_wanted.connect(window.interaction.fly_to_id)
        panel.largest_wanted.connect(self.go_to_largest)
        panel.beside_wanted.connect(self._show_beside)
        panel.forecast_wanted.connect(self.forecast.show)
        panel.set_forecast(self.forecast.run_id)
        panel.report_wanted.connect(self._ask_report)
        panel.end_wanted.connect(self.compared.leave)
        return panel

    def _show(self, dock: str) -> None:
        self._window.docks.show(dock)
        self._window.panels.make(dock)

    def required_panel(self) -> SimulationPanel:
        """Return the panel, opening its dock."""
        self._show("simulation")
        assert self.panel is not None
        return self.panel

    def edit(self, scenario_id: str) -> None:
        """Open a scenario in the editor."""
        self._show("scenario")
        scenario = self.session.scenario(scenario_id)
        if self.editor is not None and scenario is not None:
            self.editor.show_scenario(scenario)

    def new(self, template_id: str) -> None:
        """Ask what a template needs, and open the scenario made of it."""
        from app.simulation.template_form import ask_scenario

        scenario = ask_scenario(self._window, template_id)
        if scenario is not None:
            self._edit_fresh(scenario)

    def _edit_fresh(self, scenario: Scenario) -> None:
        self._show("scenario")
        if self.editor is not None:
            self.editor.show_scenario(scenario, fresh=True)

    def take_units(self, paths: list[Path]) -> None:
        """Make a scenario of functional mock-up units, and ask what variables stand for."""
        from app.simulation.taken_units import take_units

        def answer(scenario: Scenario) -> None:
            self._edit_fresh(scenario)
            if self.editor is not None:
                self.editor.map_units()

        take_units(self.session, paths, answer)

    def _ask_for_unit(self) -> None:
        from app.simulation.dialogs import ask_unit

        path = ask_unit(self._window)
        if path is not None:
            self.take_units([path])

    def branch(self, run_id: str, at: Instant) -> None:
        """Open the scenario of a run, going on from a checkpoint of it."""
        info = self.session.run(run_id)
        if info is not None:
            ask_branch(self.session, info, at, self._edit_fresh)

    def run(self, scenario_id: str) -> None:
        """Run a scenario that is kept."""
        scenario = self.session.scenario(scenario_id)
        panel = self.required_panel()
        if scenario is not None:
            panel.start(scenario)

    # -- comparing -----------------------------------------------------------------------

    def compare(self, run_ids: list[str]) -> None:
        """Compare runs with the one that was computed first."""
        order = {run.id: number for number, run in enumerate(self.session.runs)}
        self._show("run_comparison")
        self.compared.compare(sorted(run_ids, key=lambda one: -order.get(one, 0)))

    def _compared(self, data: ComparedData | None) -> None:
        if data is None:
            self.sides.stop()
        self._window.actions_registry.refresh()

    def _mapped(self, found: DifferenceMap | None) -> None:
        data = self.compared.data
        if found is None or data is None:
            self.map_legend.hide()
        else:
            after = f"{LETTERS[found.number]}  {data.titles[found.number]}"
            self.map_legend.show_map(after, f"A  {data.titles[0]}", found)
        self._see_inside()
        self._place_legends()
        if self._goes:
            self._goes = False
            self.go_to_largest()

    def go_to_largest(self) -> None:
        """Fly to where the runs differ most: of the map that is drawn, else the entity."""
        data, found = self.compared.data, self.compared.map
        if data is None:
            return
        if found is not None:
            if found.entity in data.names:
                self._window.interaction.select_id(found.entity)
            if found.largest is not None:
                self._window.scene.zoom_to(found.largest)
        elif entity := data.most_changed(self.comparison.number if self.comparison else 1):
            self._window.interaction.fly_to_id(entity, _ROOM_M)
        elif data.maps and self.comparison is not None:
            self._goes = True
            self.comparison.draw_map(data.maps[0])

    def _show_beside(self, number: int) -> None:
        data = self.compared.data
        if number and data is not None:
            self.sides.start(data, number)
        else:
            self.sides.stop()
            self.forecast.stop()

    def _runs_changed(self) -> None:
        self._window.actions_registry.refresh()

    def _say_forecast(self) -> None:
        if self.panel is not None:
            self.panel.set_beside(self.forecast.run_id)
        if self.comparison is not None:
            self.comparison.set_forecast(self.forecast.run_id)
        self._window.actions_registry.refresh()

    def _ask_report(self, kind: str) -> None:
        from app.simulation.dialogs import ask_report_place

        place = ask_report_place(self._window, kind)
        if place is not None:
            self.save_report(place)

    def save_report(self, place: Path) -> None:
        """Write what is compared as a page, HTML or PDF by its name, in a thread."""
        from app.simulation.reporting import save_report

        save_report(self._window, self.compared, place)

    def _place_legends(self) -> None:
        self.legend.place()
        above = self.legend.height() + 8 if self.legend.isVisible() else 0
        self.map_legend.place(above)

    # -- the run that is shown -----------------------------------------------------------

    def _opened(self, recording: Recording) -> None:
        info = self.shown.info
        title = recording.run.id if info is None else f"{info.title or info.scenario} · {info.id}"
        # Beside a run that lasted longer the slider goes on to that one's end.
        start, end_us = recording.period.start, recording.period.end.us
        last = Instant(max(end_us, start.us + self.sides.length_us) - 1)
        self._window.timeline.show_run((start, last), title)
        self._window.timeline.set_instant(self.shown.instant or Instant(end_us - 1))

    def leave(self) -> None:
        """Show no run."""
        self.shown.leave()
        self.forecast.stop()

    def show_on_slider(self) -> None:
        """Bring the slider to the run that is shown; beside another, to the longer of both."""
        if self.shown.recording is not None:
            self._opened(self.shown.recording)

    def _changed(self) -> None:
        window, shown = self._window, self.shown
        if shown.recording is None:
            window.live.session.show_run(None)
            if window.timeline.run_shown:
                window.timeline.show_run(None)
                window.scene.set_sun(window.timeline.instant or Instant.now())
        if not shown.run_id:
            self.legend.hide()
            self._see_inside()
        window.actions_registry.refresh()

    def _drawn(self, picture: Picture) -> None:
        info, one = self.shown.info, self.shown.underway
        title = one.scenario.title if one is not None else info.title if info is not None else ""
        if self.sides.active:
            title = QCoreApplication.translate("SimulationLegend", "Both runs")
        self.legend.show_picture(title, picture)
        self._see_inside()
        self._place_legends()

    def _see_inside(self) -> None:
        """See through buildings that people of the run, or of the difference, walk in."""
        picture, data, found = self.shown.picture, self.compared.data, self.compared.map
        layers = dict.fromkeys(() if picture is None else picture.walked)
        if data is not None and found is not None and found.indicator == CROWD:
            layers |= dict.fromkeys(data.walked)
        self.inside.show(list(layers))

    def _scenes(self) -> list[Scene]:
        """Return what draws layers now: one scene, or two side by side."""
        side = self.sides.side.scene
        return [self._window.scene, *([] if side is None else [side])]

    def _valued(self, instant: Instant) -> None:
        recording = self.shown.recording
        if recording is not None:
            self._window.live.session.show_run(recording.values, instant)

    def actions(self) -> list[ActionSpec]:
        """Return the actions of the Simulation menu."""
        window = self._window
        is_open = lambda: window.session.twin is not None  # noqa: E731
        return [
            ActionSpec("simulation.runs",
                       lambda: QCoreApplication.translate("Actions", "Scenarios and runs"),
                       lambda: window.docks.toggle("simulation"), "Ctrl+Shift+E", "flask", is_open),
            ActionSpec("simulation.editor",
                       lambda: QCoreApplication.translate("Actions", "Scenario editor"),
                       lambda: window.docks.toggle("scenario"), "", "pencil-simple", is_open),
            ActionSpec("simulation.compare",
                       lambda: QCoreApplication.translate("Actions", "Runs compared"),
                       lambda: window.docks.toggle("run_comparison"), "", "git-diff", is_open),
            ActionSpec("simulation.largest",
                       lambda: QCoreApplication.translate("Actions", "Go to largest difference"),
                       self.go_to_largest, "Ctrl+Alt+J", "crosshair",
                       lambda: self.compared.data is not None),
            ActionSpec("simulation.forecast",
                       lambda: QCoreApplication.translate("Actions", "Run beside the live picture"),
                       self.forecast.toggle, "Ctrl+Alt+B", "columns",
                       lambda: self.forecast.active or bool(self.forecast.candidate),
                       lambda: self.forecast.active),
            ActionSpec("simulation.leave",
                       lambda: QCoreApplication.translate("Actions", "Show no run in the scene"),
                       self.leave, "", "eye-slash",
                       lambda: bool(self.shown.run_id or self.forecast.run_id)),
        ]  # fmt: skip
