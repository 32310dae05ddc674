"""Makes each of our own panels, as the table of contributions names them: window in, panel out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.connections.panel import ConnectionsPanel
    from app.panels.alarms import AlarmsPanel
    from app.panels.charts import ChartsPanel
    from app.panels.comparison import ComparisonPanel
    from app.panels.console import ConsolePanel
    from app.panels.entities import EntitiesPanel
    from app.panels.entity import EntityPanel
    from app.panels.jobs import JobsPanel
    from app.panels.layers import LayersPanel
    from app.panels.relations import RelationsPanel
    from app.panels.run_comparison import RunComparisonPanel
    from app.panels.scenario import ScenarioPanel
    from app.panels.simulation import SimulationPanel
    from app.panels.timeline import TimelinePanel
    from app.reconstruct.control_panel import ControlPanel
    from app.reconstruct.panel import ReconstructPanel
    from app.reconstruct.photos_panel import PhotosPanel
    from app.review.panel import ReviewPanel
    from app.rules.panel import RulesPanel
    from app.window import MainWindow


def layers(window: MainWindow) -> LayersPanel:
    """Make the Layers panel."""
    from app.panels.layers import LayersPanel

    s = window.services
    window.layers_panel = LayersPanel(s.session, window.scene, s.jobs, s.theme, s.icons)
    return window.layers_panel


def entities(window: MainWindow) -> EntitiesPanel:
    """Make the Entities panel."""
    from app.panels.entities import EntitiesPanel

    s = window.services
    window.entities_panel = EntitiesPanel(s.session, s.background, s.theme, s.icons)
    return window.entities_panel


def entity(window: MainWindow) -> EntityPanel:
    """Make the Entity panel."""
    from app.panels.entity import EntityPanel

    s = window.services
    window.entity_panel = EntityPanel(s.session, s.background, s.theme)
    return window.entity_panel


def relations(window: MainWindow) -> RelationsPanel:
    """Make the Relations panel."""
    from app.panels.relations import RelationsPanel

    s = window.services
    window.relations_panel = RelationsPanel(s.session, s.background, s.theme, s.icons)
    return window.relations_panel


def comparison(window: MainWindow) -> ComparisonPanel:
    """Make the Changes panel, and what keeps it together with scene and timeline."""
    from app.comparing import Comparing

    window.comparing = Comparing(window)
    return window.comparing.panel


def jobs(window: MainWindow) -> JobsPanel:
    """Make the Jobs panel."""
    from app.panels.jobs import JobsPanel

    window.jobs_panel = JobsPanel(window.services.jobs, window.services.icons)
    return window.jobs_panel


def timeline(window: MainWindow) -> TimelinePanel:
    """Make the Timeline."""
    from app.panels.timeline import TimelinePanel

    s = window.services
    window.timeline = TimelinePanel(s.session, s.background, s.theme, s.icons)
    return window.timeline


def console(window: MainWindow) -> ConsolePanel:
    """Make the Console."""
    from app.panels.console import ConsolePanel

    session = window.session
    window.console = ConsolePanel(
        {
            "window": window,
            "actions": window.actions_registry,
            "get_twin": lambda: session.twin,
        }
    )
    return window.console


def alarms(window: MainWindow) -> AlarmsPanel:
    """Make the Alarms panel."""
    return window.live.make_alarms()


def rules(window: MainWindow) -> RulesPanel:
    """Make the Rules panel."""
    return window.live.make_rules()


def connections(window: MainWindow) -> ConnectionsPanel:
    """Make the Connections panel."""
    return window.live.make_connections()


def charts(window: MainWindow) -> ChartsPanel:
    """Make the Charts panel."""
    return window.live.make_charts()


def simulation(window: MainWindow) -> SimulationPanel:
    """Make the Simulation panel."""
    return window.simulation.make_panel()


def run_comparison(window: MainWindow) -> RunComparisonPanel:
    """Make the comparison of runs."""
    return window.simulation.make_comparison()


def scenario(window: MainWindow) -> ScenarioPanel:
    """Make the editor of scenarios."""
    return window.simulation.make_editor()


def photos(window: MainWindow) -> PhotosPanel:
    """Make the Photos panel."""
    from app.reconstruct.docks import make_photos

    return make_photos(window)


def reconstruct(window: MainWindow) -> ReconstructPanel:
    """Make the Reconstruct panel."""
    from app.reconstruct.docks import make_reconstruct

    return make_reconstruct(window)


def review(window: MainWindow) -> ReviewPanel:
    """Make the Review panel, which flies to what it asks about and marks what waits."""
    from app.review.panel import ReviewPanel

    panel = ReviewPanel(window.session, window.services.background, window.jobs)
    panel.fly_wanted.connect(window.interaction.fly_to_entity)
    panel.correct_wanted.connect(window.interaction.select)
    panel.correct_wanted.connect(lambda _: window.docks.show("entity"))
    # The keyboard goes there too: the next press of Tab is in the first field.
    panel.correct_wanted.connect(lambda _: window.entity_panel.tabs.setFocus())
    panel.waiting_changed.connect(
        lambda entities: window.scene.set_marks(
            "review", [(window.theme.text("high")[:7], entities)] if entities else []
        )
    )
    return panel


def control(window: MainWindow) -> ControlPanel:
    """Make the Control points panel."""
    from app.reconstruct.docks import make_control

    return make_control(window)
