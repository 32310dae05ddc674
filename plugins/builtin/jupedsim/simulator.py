"""Evacuation with JuPedSim: people in rooms, stations and squares walk to the exits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from plugins.builtin.engine import Engine, load_engine
from plugins.builtin.jupedsim.crowding import Crowding, write_walkable
from plugins.builtin.jupedsim.entries import Entries
from plugins.builtin.jupedsim.held import HeldExits
from shapan import Entity, Instant, SampleBatch, WorkerContext

_STEP_S: Final = 0.01
_MOST_PEOPLE: Final = 100_000
#: People come in every so many steps.
_ENTER_STEPS: Final = 25
#: And leave by stairs every so many.
_LEAVE_STEPS: Final = 10
#: Floors that differ by more are two storeys; ramps and steps within a room are less.
_STOREY_M: Final = 1.5
#: A door belongs to an area that is no farther, and is so wide where it does not say.
_DOOR_REACH_M: Final = 1.5
_DOOR_M: Final = 1.6
#: Splinters that obstacles leave are smaller.
_LEAST_M2: Final = 1.0
#: Whoever waits at the head of stairs stands so near to its middle.
_NEAR_M: Final = 0.2
#: Half of the least width that people fit through.
_BODY_M: Final = 0.25


class JupedsimSimulator(Engine):
    """People who leave an area.

    Parameters of a scenario: ``area`` (entities whose footprints are walkable, such as rooms of a
    building model, or a polygon as x, y in local metres), ``openings`` (likewise: walkable too,
    such as doors between rooms), ``obstacles`` and ``exits`` (polygons by name, or entities; a door
    without a footprint is the way out at the border of the area nearest to it), ``start``
    (a polygon, else the whole area), ``people``, ``speed_m_s`` and ``speed_spread_m_s``,
    ``height_m`` (of the floor; that of the rooms where not given), ``people_every_s``, ``system``,
    ``entries`` (polygons by name, or entities: where people come in who left another storey),
    ``entry_delay_s`` (what the way there takes, by entry or one for all) and ``held`` (names of
    exits that let as many through as ``allowed`` says, and none before).

    One engine is one storey. Of several, each has its own: ``passed`` of the upper one's exit at
    the head of the stairs goes to ``arriving`` of the lower one's entry at their foot, or with
    the stairs' width, length and capacity through `StairsSimulator`. All are totals since the
    beginning, so that nobody is lost between engines of different steps.
    """

    name = "jupedsim"
    inputs = {"closed": "", "arriving": "person", "allowed": "person"}  # noqa: RUF012
    outputs = {  # noqa: RUF012
        "person": "m/s", "people_inside": "person", "people_out": "person",
        "density": "person/m^2", "evacuation_time": "s", "flow": "person/min", "passed": "person",
        "people_coming": "person", "entered": "person", "peak_density": "person/m^2",
    }  # fmt: skip

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(context)
        self._simulation: Any = None
        self._floor_m = 0.0
        #: Height and name of the room that the floor's is of.
        self._floor_of: tuple[float, str] | None = None

    def capabilities(self) -> Mapping[str, Any]:
        """See `shapan.Simulator`."""
        jps = load_engine(self.name, "jupedsim", "jupedsim")
        return {
            "stepping": "time", "checkpoint": "exact", "seed": True, "inputs": self.inputs,
            "outputs": self.outputs, "exchange": True,
            "engine": f"JuPedSim {getattr(jps, '__version__', '')}".strip(),
            "realtime_factor": 5.0,
            "example": {
                "area": [[0, 0], [10, 0], [10, 8], [0, 8]], "people": 12,
                "exits": {"west": [[0, 3], [0.6, 3], [0.6, 5], [0, 5]],
                          "east": [[9.4, 3], [10, 3], [10, 5], [9.4, 5]]},
            },
            "example_step_s": 1.0,
        }  # fmt: skip

    def _begin(self, parameters: Mapping[str, Any], seed: int) -> None:
        jps = load_engine(self.name, "jupedsim", "jupedsim")
        import shapely

        self._jps = jps
        self._floor_of = None
        area = self._polygons(parameters.get("area"), "area")
        if not area:
            raise self.error("the parameter area is missing", "set area to entities or a polygon")
        openings = self._polygons(parameters.get("openings") or {}, "openings")
        walkable = shapely.union_all([*area.values(), *openings.values()], grid_size=1e-3)
        obstacles = self._polygons(parameters.get("obstacles") or {}, "obstacles")
        if obstacles:
            walkable = walkable.difference(shapely.union_all(list(obstacles.values())))
        parts = [part for part in shapely.get_parts(walkable) if part.area >= _LEAST_M2]
        if len(parts) == 1:
            walkable = parts[0]
        if walkable.geom_type != "Polygon":
            raise self.error(
                "the area falls into parts that do not touch",
                "add openings between them, or correct the area",
            )
        walkable = shapely.Polygon(shapely.force_2d(walkable))
        self._exits = self._polygons(parameters.get("exits"), "exits", walkable)
        if not self._exits:
            raise self.error("the parameter exits is missing", "set exits to entities or polygons")
        entries = self._polygons(parameters.get("entries"), "entries", walkable)
        self._entries = Entries(
            {name: shape.intersection(walkable) for name, shape in entries.items()},
            parameters.get("entry_delay_s", 0.0),
        )
        self._area_m2 = float(walkable.area)
        self._crowding = Crowding(walkable.bounds)
        self._held = HeldExits(self._held_shapes(parameters))
        try:
            self._simulation = jps.Simulation(
                model=jps.CollisionFreeSpeedModel(), geometry=walkable, dt=_STEP_S
            )
            self._stages = {name: self._stage(name, shape) for name, shape in self._exits.items()}
            self._routes = jps.RoutingEngine(walkable)
        except RuntimeError as error:
            raise self.error(f"the area cannot be walked on ({error})") from error
        self._journeys = {
            name: self._simulation.add_journey(jps.JourneyDescription([stage]))
            for name, stage in self._stages.items()
        }
        self._closed: set[str] = set()
        self._height_m = self.number(parameters, "height_m", self._floor_m)
        self._every_us = int(1e6 * self.number(parameters, "people_every_s", 0.5, 0.0))
        self._next_us = self.start.us
        self._settle(parameters, walkable, seed)
        write_walkable(walkable, self._height_m, self.context.storage.folder, self.system)

    def _held_shapes(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        names = [str(one) for one in parameters.get("held") or ()]
        unknown = [one for one in names if one not in self._exits]
        if unknown:
            raise self.error(f"held: there is no exit {unknown[0]}", "correct the scenario")
        return {name: self._exits[name] for name in names}

    def _stage(self, name: str, shape: Any) -> int:
        """Add what people walk to on their way out."""
        place = self._held.places.get(name)
        if place is None:
            return int(self._simulation.add_exit_stage(shape.convex_hull))
        return int(self._simulation.add_waypoint_stage((place.x, place.y), _NEAR_M))

    def _polygons(self, given: Any, name: str, walkable: Any = None) -> dict[str, Any]:
        """Return shapes by entity or name; with *walkable* also of doors that have none."""
        import shapely

        if given is None:
            return {}
        if isinstance(given, str) or (given and isinstance(given, Sequence)
                                      and isinstance(given[0], str)):  # fmt: skip
            twin = self.context.twin
            found = twin.query(given) if isinstance(given, str) else [twin.entity(e) for e in given]
            return {one.id: self._footprint(one, name, walkable) for one in found}
        shapes = dict(given) if isinstance(given, Mapping) else {name: given}
        try:
            made = {str(key): shapely.Polygon(points) for key, points in shapes.items()}
        except (ValueError, TypeError) as error:
            raise self.error(f"{name} is no polygon ({error})") from error
        wrong = [key for key, shape in made.items() if not shape.is_valid or shape.area <= 0.0]
        if wrong:
            raise self.error(f"{name}: the polygon {wrong[0]} crosses itself or has no area")
        return made

    def _footprint(self, entity: Entity, name: str, walkable: Any) -> Any:
        import shapely

        if entity.geometry is not None:
            shape = shapely.from_wkb(entity.geometry)
            if name == "area" and shapely.has_z(shape):
                self._stand_on(shape, entity)
            return shapely.force_2d(shape)
        if walkable is None or entity.position is None:
            raise self.error(
                f"{name}: the entity {entity.name or entity.id} has no footprint of its own"
            )
        door = shapely.Point(entity.position[:2])
        if walkable.distance(door) > _DOOR_REACH_M:
            raise self.error(
                f"{name}: {entity.name or entity.id} lies {walkable.distance(door):.1f} m outside "
                "the area", "choose doors of these rooms",
            )  # fmt: skip
        try:
            width_m = float(entity.attributes.get("OverallWidth") or _DOOR_M)
        except (TypeError, ValueError):
            width_m = _DOOR_M
        at = walkable.exterior.interpolate(walkable.exterior.project(door))
        return at.buffer(min(max(width_m, 0.8), 10.0) / 2).intersection(walkable).convex_hull

    def _stand_on(self, shape: Any, entity: Entity) -> None:
        """Take the height of a room's floor; all are of one storey."""
        import shapely

        floor_m = float(shapely.get_coordinates(shape, include_z=True)[:, 2].min())
        name = entity.name or entity.id
        known = self._floor_of = self._floor_of or (floor_m, name)
        if abs(floor_m - known[0]) > _STOREY_M:
            raise self.error(
                f"{name} lies at {floor_m:.1f} m and {known[1]} at {known[0]:.1f} m: these are two "
                "storeys", "give each storey an engine of its own, and couple passed and arriving",
            )  # fmt: skip
        self._floor_m = floor_m

    def _settle(self, parameters: Mapping[str, Any], walkable: Any, seed: int) -> None:
        """Put people where they begin, and send each to the nearest exit."""
        import shapely

        start = self._polygons(parameters.get("start"), "start")
        place = (
            shapely.union_all(list(start.values())).intersection(walkable) if start else walkable
        )
        place = place.difference(shapely.union_all(list(self._exits.values())))
        place = place.intersection(self._led_out(walkable))
        least = 0 if self._entries.names else 1
        count = int(self.number(parameters, "people", 100, least, _MOST_PEOPLE))
        points = self._spread(place, count, seed)
        self._speed = (
            self.number(parameters, "speed_m_s", 1.34, 0.1, 10.0),
            self.number(parameters, "speed_spread_m_s", 0.26, 0.0, 5.0),
        )
        self._chance = np.random.default_rng(seed)
        self._agents: dict[int, int] = {}
        #: By which exit each wants to leave.
        self._ways: dict[int, str] = {}
        self._count = self._out = 0
        self._last_out_s = 0.0
        self._passed = dict.fromkeys(self._exits, 0)
        for point, speed in zip(points, self._speeds(count)):
            self._add(point, float(speed))

    def _led_out(self, walkable: Any) -> Any:
        """Return the ground from which people fit through to an exit: no corner behind stairs."""
        import shapely

        parts = shapely.get_parts(walkable.buffer(-_BODY_M))
        exits = shapely.union_all(list(self._exits.values()))
        open_ = [one for one in parts if one.distance(exits) <= 2 * _BODY_M]
        return shapely.union_all(open_).buffer(1.01 * _BODY_M) if open_ else walkable

    def _spread(self, place: Any, count: int, seed: int) -> list[Any]:
        """Return where people begin; in each part of the place as many as its size says."""
        import shapely

        parts = [one for one in shapely.get_parts(place) if one.area >= _LEAST_M2]
        parts = parts or list(shapely.get_parts(place))
        ends = np.cumsum([one.area for one in parts]) / sum(one.area for one in parts) * count
        numbers = np.diff(np.round(np.concatenate([[0.0], ends]))).astype(int)
        points: list[Any] = []
        for one, number in zip(parts, numbers.tolist()):
            try:
                points += (number and self._jps.distribute_by_number(
                    polygon=one, number_of_agents=number, distance_to_agents=0.4,
                    distance_to_polygon=0.25, seed=seed,
                )) or []  # fmt: skip
            except Exception as error:
                raise self.error(
                    f"{count} people do not fit into {place.area:.0f} m²", "choose fewer people"
                ) from error
        return points

    def _speeds(self, count: int) -> Any:
        return np.clip(self._chance.normal(*self._speed, count), 0.3, None)

    def _add(self, point: Any, speed: float) -> None:
        exit_name = self._nearest(point)
        agent = self._simulation.add_agent(
            self._jps.CollisionFreeSpeedModelAgentParameters(
                position=point, desired_speed=speed, radius=0.15,
                journey_id=self._journeys[exit_name], stage_id=self._stages[exit_name],
            )
        )  # fmt: skip
        self._agents[agent], self._ways[agent] = self._count, exit_name
        self._count += 1

    def _nearest(self, point: Any) -> str:
        """Return the open exit to which the way on foot is shortest."""
        open_ = [name for name in self._exits if name not in self._closed]
        if len(open_) == 1:
            return open_[0]
        return min(open_, key=lambda name: self._way_m(point, name))

    def _way_m(self, point: Any, name: str) -> float:
        import shapely

        shape = self._exits[name]
        goal = shapely.Point(shapely.shortest_line(shape, shapely.Point(point)).coords[0])
        if not shape.covers(goal.buffer(1e-6)):  # on its border: a little inside
            middle = shape.representative_point()
            goal = shapely.LineString([goal, middle]).interpolate(0.02)
        try:
            way = self._routes.compute_waypoints(tuple(point), (goal.x, goal.y))
        except RuntimeError:
            return float(shape.distance(shapely.Point(point)))
        return float(np.linalg.norm(np.diff(np.array(way), axis=0), axis=1).sum())

    def _take(self, indicator: str, values: Mapping[str, float]) -> list[str]:
        if indicator == "arriving":
            return self._entries.take(values, self.now.us)
        if indicator == "allowed":
            return self._held.take(values)
        unknown = [entity for entity in values if entity not in self._exits]
        for entity, value in values.items():
            if entity in self._exits:
                (self._closed.add if value else self._closed.discard)(entity)
        if len(self._closed) == len(self._exits):
            raise self.error("all exits are closed", "leave one open")
        if len(unknown) < len(values):
            for agent in self._simulation.agents():
                name = self._ways[agent.id] = self._nearest(agent.position)
                self._simulation.switch_agent_journey(
                    agent.id, self._journeys[name], self._stages[name]
                )
        return unknown

    def _advance(self, instant: Instant) -> list[SampleBatch]:
        simulation, batches = self._simulation, []
        goal = round((instant.us - self.start.us) / 1e6 / _STEP_S)
        while simulation.iteration_count() < goal:
            waiting = self._entries.waiting
            if not simulation.agent_count() and not self._agents and not waiting:
                # Nobody is there; the clock goes on for those who come.
                simulation.iterate(goal - simulation.iteration_count())
                break
            if waiting and simulation.iteration_count() % _ENTER_STEPS == 0:
                self._let_in()
            gone = []
            if self._held and simulation.iteration_count() % _LEAVE_STEPS == 0:
                gone = self._held.leaving(simulation.agents(), self._ways, self._passed)
                for agent in gone:
                    simulation.mark_agent_for_removal(agent)
            simulation.iterate()
            now_us = self.start.us + round(simulation.iteration_count() * _STEP_S * 1e6)
            # The engine names those who reached an exit, not those who were told to go.
            self._count_out(now_us, {*gone, *simulation.removed_agents()})
            if self._every_us and now_us >= self._next_us:
                self._next_us = now_us + self._every_us
                batches.append(self._people(Instant(min(now_us, instant.us))))
        batches.append(self._whole(instant))
        return [batch for batch in batches if len(batch)]

    def _is_over(self) -> bool:
        return not self._simulation.agent_count() and not self._entries.waiting

    def _let_in(self) -> None:
        """Let those come in who are there by now, as far as there is room."""
        now_us = self.start.us + round(self._simulation.iteration_count() * _STEP_S * 1e6)
        others = np.array([agent.position for agent in self._simulation.agents()], np.float64)
        for point in self._entries.room(now_us, others.reshape(-1, 2)):
            self._add(point, float(self._speeds(1)[0]))

    def _count_out(self, now_us: int, gone: Collection[int]) -> None:
        for agent in gone:
            self._passed[self._ways.pop(agent)] += 1
        if gone:
            self._out += len(gone)
            self._last_out_s = (now_us - self.start.us) / 1e6

    def _people(self, now: Instant) -> SampleBatch:
        """Return where everybody is; those who left say so once, with a bad quality."""
        listed = list(self._simulation.agents())
        here = {agent.id for agent in listed}
        gone = [number for agent, number in self._agents.items() if agent not in here]
        self._agents = {a: n for a, n in self._agents.items() if a in here}
        places = [(*agent.position, self._height_m) for agent in listed]
        places += [(np.nan,) * 3] * len(gone)
        speeds = [float(getattr(agent.model, "desired_speed", np.nan)) for agent in listed]
        names = [self._agents[agent.id] for agent in listed] + gone
        position = np.array(places, np.float64).reshape(-1, 3)
        values = np.array(speeds + [np.nan] * len(gone))
        entities = [f"person:{self.system}:{number}" for number in names]
        batch = self.samples(now, entities, {"person": values}, position)
        if not gone:
            return batch
        quality = batch.quality.copy()
        quality[len(listed) :] = 2
        return replace(batch, quality=quality)

    def _whole(self, instant: Instant) -> SampleBatch:
        inside = float(self._simulation.agent_count())
        coming = self._entries.waiting
        # Once nobody is left, the flow is that until the last one was out.
        so_far_s = (instant.us - self.start.us) / 1e6 if inside or coming else self._last_out_s
        passed_min = max(so_far_s / 60.0, 1e-9)
        figures = {
            "people_inside": inside, "people_out": float(self._out),
            "density": inside / self._area_m2, "flow": self._out / passed_min,
        }  # fmt: skip
        figures["peak_density"] = self._crowding.peak(
            np.array([agent.position for agent in self._simulation.agents()], np.float64)
        )
        if self._entries.names:
            figures["people_coming"] = float(coming)
        if not inside and not coming:
            figures["evacuation_time"] = self._last_out_s
        passed = {"passed": np.array(list(self._passed.values()), np.float64)}
        return self.joined(
            self.samples(instant, [self.system], {n: [v] for n, v in figures.items()}),
            self.samples(instant, self._passed, passed),
            self.samples(
                instant, self._entries.names, {"entered": list(self._entries.entered.values())}
            ),
        )

    def get_values(self) -> SampleBatch:
        """See `shapan.Simulator`."""
        return self._whole(self.now)

    def close(self) -> None:
        """See `shapan.Simulator`."""
        self._simulation = None
