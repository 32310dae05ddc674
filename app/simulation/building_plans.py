"""Reads, for the template of an evacuation, how storeys, doors and stairs hang together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from app.simulation.typed_entities import meant
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery
from twin_model.simulation.evacuation import building_plan, chosen_of, takes_plan

if TYPE_CHECKING:
    from app.workers import Background
    from twin_model.twin import Twin

translate = QCoreApplication.translate
_MOST_NAMES = 12
_KEY = "evacuation-plan"


class BuildingPlans:
    """Plans of buildings, made in a thread.

    Parameters
    ----------
    twin : Twin
    background : Background
    """

    def __init__(self, twin: Twin, background: Background) -> None:
        self._twin = twin
        self._background = background

    def ask(
        self, given: Mapping[str, Any], answer: Callable[[dict[str, Any] | str | None], object]
    ) -> None:
        """Answer with the plan of what a form was given, what is wrong, or None where none fits."""
        twin, area = self._twin, given.get("area")
        exits = given.get("exits") or []

        def work() -> dict[str, Any] | str | None:
            try:
                chosen, problem = _meant(twin, area)
                leaving, other = _meant(twin, exits)
                if problem or other:
                    return problem or other
                if not takes_plan(twin, chosen):
                    return None
                return building_plan(twin, chosen, leaving)
            except ShapanError as error:
                return str(error)

        self._background.ask(_KEY, work, answer)

    def drop(self) -> None:
        """Answer no more."""
        self._background.drop(_KEY)


def _meant(twin: Twin, given: Any) -> tuple[list[str], str]:
    """Return ids of what was selected or typed, by name too, and what is wrong with it."""
    if isinstance(given, str) or not given or not all(isinstance(one, str) for one in given):
        return chosen_of(twin, given), ""
    quoted = ", ".join("'" + str(one).replace("'", "''") + "'" for one in given)
    known = {one.id for one in twin.entities(EntityQuery(where=f"id in ({quoted})"))}
    ids: list[str] = []
    for one in given:
        found, problem = ([one], "") if one in known else meant(twin, one)
        if problem:
            return [], problem
        ids += found
    return ids, ""


def plan_words(plan: Mapping[str, Any]) -> str:
    """Return what a plan holds, and what it leaves out."""
    stairs = {link["stairs"] for link in plan["links"]}
    outer = {
        name
        for storey in plan["storeys"]
        for name in storey["parameters"]["exits"]
        if name not in stairs
    }
    said = translate(
        "Asked", "Storeys: {0} · ways out: {1} · stairs: {2} · to walk on: {3} m²"
    ).format(
        "; ".join(one["name"] for one in plan["storeys"]), len(outer), len(stairs),
        f"{sum(one['area_m2'] for one in plan['storeys']):,.0f}",
    )  # fmt: skip
    left_out = plan["left_out"]
    if left_out:
        names = ", ".join(left_out[:_MOST_NAMES]) + ("…" if len(left_out) > _MOST_NAMES else "")
        said += "\n" + translate(
            "Asked", "Left out, as no way leads out of them ({0}): {1}"
        ).format(len(left_out), names)
    return said
