"""What a change of types means, in few lines: the same step for many types is said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from twin_model.schema.catalogue import Catalogue
from twin_model.schema.migrate import PlannedStep, Step


@dataclass(frozen=True, slots=True)
class StepGroup:
    """One step that is the same for a type and types that extend it.

    Parameters
    ----------
    step : PlannedStep
        Of the type that the others extend.
    counts : mapping of str to int
        How many entities have each of the types, those with most first.
    """

    step: PlannedStep
    counts: Mapping[str, int]

    @property
    def entities(self) -> int:
        """How many entities it concerns."""
        return sum(self.counts.values())


def summed_up(
    steps: Iterable[PlannedStep], catalogue: Catalogue, counts: Mapping[str, int]
) -> list[StepGroup]:
    """Return steps with those of subtypes put to the same one of the type they extend.

    Parameters
    ----------
    steps : iterable of PlannedStep
    catalogue : Catalogue
        As before the change.
    counts : mapping of str to int
        Entities by type.

    Returns
    -------
    list of StepGroup
        Those that concern most entities first. A property that many types inherit changes with
        each of them: of one on the root, 304 steps become one.
    """
    same: dict[tuple[str, Step, str], dict[str, PlannedStep]] = {}
    for one in steps:
        same.setdefault((one.property, one.step, one.detail), {})[one.type] = one
    found = []
    for alike in same.values():
        below: dict[str, list[str]] = {}
        for name in alike:
            # Ancestors come nearest first: the last of them is the one that all share.
            head = [one for one in catalogue.ancestors(name) if one in alike][-1]
            below.setdefault(head, []).append(name)
        for head, names in below.items():
            numbers = {name: counts.get(name, 0) for name in names}
            ordered = sorted(numbers, key=lambda name: (-numbers[name], name))
            found.append(StepGroup(alike[head], {name: numbers[name] for name in ordered}))
    return sorted(found, key=lambda group: (-group.entities, group.step.type, group.step.property))
