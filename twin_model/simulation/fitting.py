"""Whether what a template is given is of the kind that it is about, such as a pump that fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from twin_model.entity import Entity
    from twin_model.twin import Twin

#: Examples of what would do, at most.
_MOST_CHOICES: Final = 5


@dataclass(frozen=True)
class Kinds:
    """What a template takes in one field.

    Parameters
    ----------
    types : tuple of str
        Types of entities; those that extend them are as good.
    sections : tuple of str
        Sections of an input file of EPANET, where one is named in place of the twin's pipes.
    other : str
        Parameter that says where the engine takes entities from instead; then any type may do.
    """

    types: tuple[str, ...]
    sections: tuple[str, ...] = ()
    other: str = "pipes"


KINDS: Final[dict[tuple[str, str], Kinds]] = {
    ("pump-failure", "pump"): Kinds(("pump", "pumping_station"), ("PUMPS",)),
    ("pipe-burst", "node"): Kinds(
        ("water_pipe", "valve", "hydrant", "water_meter"), ("PIPES", "JUNCTIONS")
    ),
    ("pipe-burst", "valve"): Kinds(("valve", "water_pipe"), ("VALVES", "PIPES")),
    ("road-closure", "roads"): Kinds(("road",), other="streets"),
}  # fmt: skip


@dataclass(frozen=True)
class Unfit:
    """What was given and cannot be taken.

    Parameters
    ----------
    field : str
        What the template calls it.
    called : str
        Name of the entity, or of the element of the file.
    is_a : str
        Its type, or its section of the file; empty where the file has nothing of that name.
    kinds : tuple of str
        Types, or sections, that are expected.
    choices : tuple of str
        Some that would do.
    file : str
        Name of the file; empty for the twin.
    """

    field: str
    called: str
    is_a: str
    kinds: tuple[str, ...]
    choices: tuple[str, ...]
    file: str = ""


def unfit(twin: Twin, template_id: str, given: Mapping[str, Any]) -> Unfit | None:
    """Return the first thing that is not of the kind its template is about; None where all are.

    Entities that the twin does not have, and queries, are left to whoever looks them up.

    Raises
    ------
    ShapanError
        If the twin cannot be read.
    """
    for (template, name), kinds in KINDS.items():
        if template != template_id or name not in given or kinds.other in given:
            continue
        listed = [given[name]] if isinstance(given[name], str) else list(given[name])
        found = {one.id: one for one in _entities(twin, "id", listed)}
        file = twin.path / str(given["network"]) if given.get("network") else None
        # A file of EPANET names its elements itself, of others' files nothing is known here.
        sections = _sections(file) if file is not None and kinds.sections else {}
        for one in listed:
            if sections:
                problem = _unfit_element(one, name, kinds, sections, given, str(file))
            elif file is None and one in found and not _is_of(twin, found[one].type, kinds.types):
                entity = found[one]
                problem = Unfit(name, entity.name or entity.id, entity.type, kinds.types,
                                _choices(twin, kinds.types))  # fmt: skip
            else:
                problem = None
            if problem is not None:
                return problem
    return None


def _unfit_element(
    given_name: str, field: str, kinds: Kinds, sections: Mapping[str, list[str]],
    given: Mapping[str, Any], file: str,
) -> Unfit | None:  # fmt: skip
    names = {entity: name for name, entity in dict(given.get("entities", {})).items()}
    name = names.get(given_name, given_name)
    fitting = [one for section in kinds.sections for one in sections.get(section, ())]
    if name in fitting:
        return None
    is_a = next((key for key, known in sections.items() if name in known), "")
    return Unfit(field, name, is_a, kinds.sections, tuple(fitting[:_MOST_CHOICES]),
                 Path(file).name)  # fmt: skip


def _entities(twin: Twin, name: str, values: list[str]) -> list[Entity]:
    quoted = ", ".join("'" + one.replace("'", "''") + "'" for one in values)
    return list(twin.entities(EntityQuery(where=f"{name} in ({quoted})"))) if values else []


def _is_of(twin: Twin, type_id: str, types: tuple[str, ...]) -> bool:
    tree = twin.catalogue
    if type_id in types or tree is None:
        return type_id in types
    return any(type_id in tree.descendants(one) for one in types if one in tree)


def _choices(twin: Twin, types: tuple[str, ...]) -> tuple[str, ...]:
    found = _entities(twin, "type", list(types))
    return tuple(one.name or one.id for one in found[:_MOST_CHOICES])


def _sections(file: Path) -> dict[str, list[str]]:
    """Return the names in each section of an input file; nothing where it cannot be read."""
    found: dict[str, list[str]] = {}
    wanted = ("JUNCTIONS", "RESERVOIRS", "TANKS", "PIPES", "PUMPS", "VALVES")
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}  # the engine says what is wrong with it
    current: list[str] = []
    for line in lines:
        words = line.partition(";")[0].split()
        if words and words[0].startswith("["):
            title = words[0].strip("[]").upper()
            current = found.setdefault(title, []) if title in wanted else []
        elif words:
            current.append(words[0])
    return found
