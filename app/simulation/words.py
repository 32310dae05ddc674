"""What simulation calls things, in the language in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from twin_model.simulation.evacuation import PEOPLE_IN

translate = QCoreApplication.translate

_INDICATORS: Final[dict[str, Callable[[], str]]] = {
    "vehicle": lambda: translate("Simulated", "Vehicle speed"),
    "speed": lambda: translate("Simulated", "Speed"),
    "flow": lambda: translate("Simulated", "Flow"),
    "queue": lambda: translate("Simulated", "Queue"),
    "density": lambda: translate("Simulated", "Density"),
    "vehicles_running": lambda: translate("Simulated", "Vehicles under way"),
    "vehicles_waiting": lambda: translate("Simulated", "Vehicles waiting to start"),
    "teleports": lambda: translate("Simulated", "Vehicles moved out of jams"),
    "trips_completed": lambda: translate("Simulated", "Trips completed"),
    "mean_trip_duration": lambda: translate("Simulated", "Mean duration of trips"),
    "mean_time_loss": lambda: translate("Simulated", "Mean time lost a trip"),
    "mean_waiting_time": lambda: translate("Simulated", "Mean waiting time a trip"),
    "mean_route_length": lambda: translate("Simulated", "Mean length of trips"),
    "depth": lambda: translate("Simulated", "Depth in node"),
    "head": lambda: translate("Simulated", "Head"),
    "overflow": lambda: translate("Simulated", "Overflow"),
    "inflow_total": lambda: translate("Simulated", "Inflow"),
    "flow_depth": lambda: translate("Simulated", "Depth in pipe"),
    "rainfall": lambda: translate("Simulated", "Rainfall"),
    "overflow_volume": lambda: translate("Simulated", "Volume of overflow"),
    "outflow_volume": lambda: translate("Simulated", "Volume of outflow"),
    "inlet_flow": lambda: translate("Simulated", "Flow into inlet"),
    "water_depth": lambda: translate("Simulated", "Water depth"),
    "water_level": lambda: translate("Simulated", "Water level"),
    "max_depth": lambda: translate("Simulated", "Greatest depth"),
    "flooded_area": lambda: translate("Simulated", "Flooded area (over 10 cm)"),
    "flood_extent": lambda: translate("Simulated", "Area flooded at some time (over 10 cm)"),
    "water_volume": lambda: translate("Simulated", "Water on the surface"),
    "rain_volume": lambda: translate("Simulated", "Volume of rain"),
    "inflow_volume": lambda: translate("Simulated", "Volume come up from pipes"),
    "inlet_volume": lambda: translate("Simulated", "Volume gone into inlets"),
    "runoff_volume": lambda: translate("Simulated", "Volume run off at the border"),
    "mass_error": lambda: translate("Simulated", "Error of mass"),
    "pressure": lambda: translate("Simulated", "Pressure"),
    "demand": lambda: translate("Simulated", "Demand"),
    "velocity": lambda: translate("Simulated", "Velocity"),
    "lowest_pressure": lambda: translate("Simulated", "Lowest pressure"),
    "supplied": lambda: translate("Simulated", "Supplied"),
    "person": lambda: translate("Simulated", "Walking speed"),
    "closed": lambda: translate("Simulated", "Closed"),
    "speed_limit": lambda: translate("Simulated", "Speed limit"),
    "program": lambda: translate("Simulated", "Signal program"),
    "inflow": lambda: translate("Simulated", "Inflow from outside"),
    "pipe_head": lambda: translate("Simulated", "Head in the pipe below"),
    "setting": lambda: translate("Simulated", "Setting"),
    "open": lambda: translate("Simulated", "Open"),
    "leak_area": lambda: translate("Simulated", "Area of the leak"),
    "base_demand": lambda: translate("Simulated", "Base demand"),
    "rain": lambda: translate("Simulated", "Rain"),
    "arriving": lambda: translate("Simulated", "People who arrive"),
    "passed": lambda: translate("Simulated", "People who left here"),
    "people_coming": lambda: translate("Simulated", "People waiting to come in"),
    "people_in_building": lambda: translate("Simulated", "People in the building"),
    "people_on_stairs": lambda: translate("Simulated", "People on stairs"),
    "building_empty_after": lambda: translate("Simulated", "Building empty after"),
    "peak_density": lambda: translate("Simulated", "Greatest density (2 m squares)"),
    "allowed": lambda: translate("Simulated", "People the stairs take in all"),
    "entered": lambda: translate("Simulated", "People who came in here"),
    "left_stairs": lambda: translate("Simulated", "People who left the stairs"),
    "on_stairs": lambda: translate("Simulated", "People on this staircase"),
    "storey_people": lambda: translate("Simulated", "People on storeys"),
    "people_inside": lambda: translate("Simulated", "People inside"),
    "people_out": lambda: translate("Simulated", "People out"),
    "evacuation_time": lambda: translate("Simulated", "Evacuation time"),
}
#: What parameters of engines are called; the SDK's documents have the names themselves.
_PARAMETERS: Final[dict[str, Callable[[], str]]] = {
    "step_s": lambda: translate("EngineParameter", "Step (s)"),
    "roads": lambda: translate("EngineParameter", "Roads"),
    "demand": lambda: translate("EngineParameter", "Traffic into the area"),
    "terrain": lambda: translate("EngineParameter", "Heights"),
    "rerouting": lambda: translate("EngineParameter", "Vehicles look for other ways"),
    "network": lambda: translate("EngineParameter", "Network file"),
    "routes": lambda: translate("EngineParameter", "Routes"),
    "pipes": lambda: translate("EngineParameter", "Pipes"),
    "area": lambda: translate("EngineParameter", "Where people walk"),
    "exits": lambda: translate("EngineParameter", "Exits"),
    "entries": lambda: translate("EngineParameter", "Entrances from other storeys"),
    "held": lambda: translate("EngineParameter", "Exits onto stairs"),
    "height_m": lambda: translate("EngineParameter", "Height of the floor (m)"),
    "stairs": lambda: translate("EngineParameter", "Stairs"),
    "storeys": lambda: translate("EngineParameter", "Storeys"),
    "entry_delay_s": lambda: translate("EngineParameter", "Way to the entrance (s)"),
    "openings": lambda: translate("EngineParameter", "Passages between rooms"),
    "people": lambda: translate("EngineParameter", "People"),
    "obstacles": lambda: translate("EngineParameter", "Obstacles"),
    "buildings": lambda: translate("EngineParameter", "Buildings that are walls"),
    "grid_every_s": lambda: translate("EngineParameter", "Depths kept every (s)"),
    "cell_m": lambda: translate("EngineParameter", "Cell size (m)"),
    "bounds_m": lambda: translate("EngineParameter", "Extent (m)"),
    "rain_mm_h": lambda: translate("EngineParameter", "Rain (mm/h)"),
    "rain": lambda: translate("EngineParameter", "Course of the rain"),
    "perimeter_m": lambda: translate("EngineParameter", "Edge of an inlet (m)"),
    "area_m2": lambda: translate("EngineParameter", "Area of an inlet (m²)"),
    "inlets": lambda: translate("EngineParameter", "Inlets"),
    "manning": lambda: translate("EngineParameter", "Roughness (Manning)"),
    "unit": lambda: translate("EngineParameter", "Unit (FMU)"),
    "scale": lambda: translate("EngineParameter", "Factor of the demand"),
    "roads_every_s": lambda: translate("EngineParameter", "Roads told every (s)"),
    "vehicles_every_s": lambda: translate("EngineParameter", "Vehicles told every (s)"),
    "reach_m": lambda: translate("EngineParameter", "Loose ends joined within (m)"),
    "begin_s": lambda: translate("EngineParameter", "Clock of the network at the beginning (s)"),
}
#: What templates call engines.
_ENGINES: Final[dict[str, Callable[[], str]]] = {
    "traffic": lambda: translate("Engine", "Traffic"),
    "flood": lambda: translate("Engine", "Surface water"),
    "sewer": lambda: translate("Engine", "Sewers"),
    "mains": lambda: translate("Engine", "Water mains"),
    "water": lambda: translate("Engine", "Water mains"),
    "people": lambda: translate("Engine", "People"),
    "building": lambda: translate("Engine", "Whole building"),
}
_STATES: Final[dict[str, Callable[[], str]]] = {
    "running": lambda: translate("Simulated", "running"),
    "finished": lambda: translate("Simulated", "finished"),
    "cancelled": lambda: translate("Simulated", "cancelled"),
    "failed": lambda: translate("Simulated", "failed"),
    "interrupted": lambda: translate("Simulated", "interrupted"),
}
_TEMPLATES: Final[dict[str, tuple[Callable[[], str], Callable[[], str]]]] = {
    "road-closure": (
        lambda: translate("Simulated", "Road closure"),
        lambda: translate("Simulated", "Where does traffic go when roads are closed?")),
    "signal-plan": (
        lambda: translate("Simulated", "Signal plan"),
        lambda: translate("Simulated", "What does another signal program change?")),
    "rainstorm": (
        lambda: translate("Simulated", "Rainstorm of a return period"),
        lambda: translate("Simulated", "Where does water stand after a storm, and how deep?")),
    "pump-failure": (
        lambda: translate("Simulated", "Pump failure"),
        lambda: translate("Simulated", "Who has no pressure when a pump fails?")),
    "pipe-burst": (
        lambda: translate("Simulated", "Pipe burst"),
        lambda: translate("Simulated", "What does a burst cost in pressure and water?")),
    "evacuation": (
        lambda: translate("Simulated", "Evacuation"),
        lambda: translate("Simulated", "How long until everybody is out?")),
    "event-day": (
        lambda: translate("Simulated", "Event day"),
        lambda: translate("Simulated", "What if there is more traffic than on other days?")),
}  # fmt: skip


#: What is seen of a difference or a whole run is the greatest there was at each place.
_GREATEST: Final[dict[str, Callable[[], str]]] = {
    "water_depth": lambda: translate("Simulated", "Greatest water depth"),
    "crowd_density": lambda: translate("Simulated", "Greatest density of people"),
}


def map_title(name: str) -> str:
    """Return what a difference map is of."""
    return _GREATEST[name]() if name in _GREATEST else simulated(name)


def is_greatest(name: str) -> bool:
    """Return whether a difference map is of the greatest values, not of means."""
    return name in _GREATEST


def simulated(indicator: str) -> str:
    """Return the name of what a simulator gives; itself where nobody named it."""
    name = _INDICATORS.get(indicator)
    return name() if name is not None else indicator


def engine_name(engine: str, title: str = "") -> str:
    """Return what people call an engine of a scenario; its id where nobody named it.

    Parameters
    ----------
    engine : str
        Its id.
    title : str
        What its scenario calls it.
    """
    if title:
        return title
    name = _ENGINES.get(engine)
    if name is not None:
        return name()
    storey = engine.removeprefix("level-")
    if storey != engine and storey.isdigit():
        return translate("Engine", "Level {0}").format(storey)
    return engine


def indicator_of(text: str, titles: Mapping[str, str]) -> str:
    """Return ``engine.indicator`` of a coupling with the names of both; titles of engines by id."""
    engine, dot, indicator = text.partition(".")
    if not (dot and indicator):
        return text
    return f"{engine_name(engine, titles.get(engine, ''))} · {simulated(indicator)}"


def yes_or_no(value: object) -> str:
    """Return what is true or false as a word."""
    return translate("Simulated", "yes") if value else translate("Simulated", "no")


def signals_off() -> str:
    """Return how the program of a traffic light that is out of order is called."""
    return translate("Simulated", "signals off")


def run_state(state: str) -> str:
    """Return how a run ended, or that it runs."""
    name = _STATES.get(state)
    return name() if name is not None else state


def template_words(template_id: str, title: str, asks: str) -> tuple[str, str]:
    """Return a template's title and what it answers."""
    names = _TEMPLATES.get(template_id)
    return (names[0](), names[1]()) if names is not None else (title, asks)


def simulator_title(simulator: str) -> str:
    """Return what a simulator is called; its id where no plugin names it."""
    from app.editing.schema import language
    from twin_model.contributions import CONTRIBUTIONS

    titles = {entry.id: entry.title(language()) for entry in CONTRIBUTIONS.of("simulator")}
    return titles.get(simulator, simulator)


def is_of_people(simulator: str) -> bool:
    """Return whether people walk in a simulator, who may all be out at some time."""
    return simulator.startswith("shapan.jupedsim.")


def engine_parameter(name: str) -> str:
    """Return what a parameter of an engine is called; itself where nobody named it."""
    found = _PARAMETERS.get(name)
    return found() if found is not None else name


def parameter_title(name: str) -> str:
    """Return what a parameter of a scenario is called; itself where its maker named it."""
    if name.startswith(PEOPLE_IN):
        storey = name.removeprefix(PEOPLE_IN)
        return translate("EngineParameter", "People, {0}").format(storey)
    return name
