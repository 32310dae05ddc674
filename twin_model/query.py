"""Questions to the twin: one object, and one small text form (docs/query.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from twin_model.time import Instant


@dataclass(frozen=True, slots=True)
class EntityQuery:
    """Which entities to give; conditions are joined by *and*.

    Parameters
    ----------
    type : str or None
        With its subtypes where the twin has a catalogue of types, and *exactly* is not set.
    layer : str or None
    bbox : (west, south, east, north) or None
        Local metres; the reference point must lie inside.
    near : (x, y, radius) or None
        Local metres, in plan; the nearest come first.
    where : str
        The text form: a condition, then optionally ``order by``, ``limit``, ``as of`` and
        ``known on``. The fields below win where both say something.
    text : str
        Part of the name or of the identifier in the source, or the beginning of a code or id.
    related_to : str or None
        Id of an entity; only those that relations lead to from it.
    relation : str or None
        Kind of relation to follow; None for every kind.
    hops : int
        How many relations to follow at most, 1 to 8.
    direction : str
        ``out`` from source to target, ``in`` against it, ``both``.
    at : Instant or None
        As of this instant in the world; None for now.
    known_on : Instant or None
        As it was recorded on that instant; None for what is known now.
    limit, offset : int
        0 for no limit.
    code : str
        Beginning of the management, space or time code.
    heights : (bottom, top) or None
        Local metres; with `bbox` a 3D box.
    polygon : tuple of (x, y) or None
        Corners in local metres; the last one needs not repeat the first.
    order_by : str
        As after ``order by`` in the text form, such as ``height desc, name``.
    exactly : bool
        Whether `type` is meant without its subtypes.
    """

    type: str | None = None
    layer: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    near: tuple[float, float, float] | None = None
    where: str = ""
    text: str = ""
    related_to: str | None = None
    relation: str | None = None
    hops: int = 1
    direction: str = "out"
    at: Instant | None = None
    known_on: Instant | None = None
    limit: int = 0
    offset: int = 0
    code: str = ""
    heights: tuple[float, float] | None = None
    polygon: tuple[tuple[float, float], ...] | None = None
    order_by: str = ""
    exactly: bool = False


# -- the text form, parsed -------------------------------------------------------------


#: What may stand after a place. Without one it is local metres, unless it looks like another.
SYSTEMS: Final = ("local", "grid", "degrees")


@dataclass(frozen=True, slots=True)
class Compare:
    """``property operator value``; the operators are = <> < <= > >= ~ ^ in."""

    name: str
    operator: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    """``property is null``."""

    name: str


@dataclass(frozen=True, slots=True)
class IsType:
    """``type is name``: of that type or of a subtype."""

    type: str


@dataclass(frozen=True, slots=True)
class InBox:
    """``within (w, s, e, n)`` or ``within (w, s, bottom, e, n, top)``.

    The system is one of `SYSTEMS`; empty for local metres that nobody said. With ``touches`` in
    place of ``within`` the outline counts and not the reference point.
    """

    plan: tuple[float, float, float, float]
    heights: tuple[float, float] | None = None
    system: str = ""
    touches: bool = False


@dataclass(frozen=True, slots=True)
class InPolygon:
    """``within polygon (x y, …)``; see `InBox`."""

    corners: tuple[tuple[float, float], ...]
    heights: tuple[float, float] | None = None
    system: str = ""
    touches: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """``within radius of (x, y[, z])`` or ``of entity``; the radius is in metres, see `InBox`.

    With ``touches`` the distance is between outlines, in plan.
    """

    radius: float
    centre: tuple[float, ...] | str
    system: str = ""
    touches: bool = False


@dataclass(frozen=True, slots=True)
class InCell:
    """``within cell code`` (the reference point) or ``touches cell code`` (the outline).

    The code is a space code in plan or with height.
    """

    code: str
    touches: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a relation path: up to *hops* relations of a kind (empty for any)."""

    kind: str = ""
    direction: str = "out"
    hops: int = 1


@dataclass(frozen=True, slots=True)
class Reached:
    """``reached from entity by step then step…``; named by id, code or name."""

    start: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``not part``."""

    part: Node


@dataclass(frozen=True, slots=True)
class All:
    """``part and part…``."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - `Any` is taken by typing
    """``part or part…``."""

    parts: tuple[Node, ...]


Node = Compare | IsNull | IsType | InBox | InPolygon | Near | InCell | Reached | Not | All | Any_


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says.

    Parameters
    ----------
    condition : Node or None
    order : tuple of (property, descending)
    limit, offset : int
    at, known_on : Instant or None
    """

    condition: Node | None = None
    order: tuple[tuple[str, bool], ...] = ()
    limit: int = 0
    offset: int = 0
    at: Instant | None = None
    known_on: Instant | None = None


def folded(name: str) -> str:
    """Return a name as it is compared: without case, with one blank for ``_``, ``-`` and blanks."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def compile_where(text: str, known: Iterable[str]) -> tuple[str, list[Any]]:
    """Turn a condition on attributes into SQL over `entity_version`.

    Parameters
    ----------
    text : str
        A condition of docs/query.md that asks for no places, paths or types.
    known : iterable of str
        Attribute names that occur; others are refused.

    Returns
    -------
    sql : str
    parameters : list

    Raises
    ------
    ValidationError
        If the text does not follow the grammar, or names a property that no entity has; the
        message gives the nearest names.
    """
    # The store's side of it, which knows this module.
    from twin_model.store.conditions import compile_condition

    return compile_condition(text, known)
