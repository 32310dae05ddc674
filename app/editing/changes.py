"""What becomes of an entity when one value of a form is changed, and what it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication

from app import messages
from app.editing import schema
from app.editing.attributes import problem_text
from app.editing.times import time_from
from app.error_words import broken_text
from app.item_models.entities import display_name
from twin_model import shaping
from twin_model.coding import at_new_place
from twin_model.entity import Entity, with_scale
from twin_model.errors import ValidationError
from twin_model.time import ALWAYS, FOREVER

if TYPE_CHECKING:
    from twin_model.frame import Frame
    from twin_model.validity import SetValidity

Change = Callable[[Entity], Entity]
Changes = Callable[[Sequence[Entity]], Sequence[Entity]]

#: Keys of the position's values begin so.
POSITION: Final = "position."
#: Keys of when a thing is there begin so; ``start`` or ``end`` follows.
VALID: Final = "valid."
_VALID_WORDS: Final = {"valid.start": "valid from", "valid.end": "valid until"}
#: Chosen in place of what heights are stated above: the project's datum, or to search for another.
PROJECT: Final = "project"
OTHER: Final = "other"
#: What users of the history read for keys whose last word says it badly.
_POSITION_WORDS: Final = {"stated": "height", "reference": "height reference"}
_AXES: Final = ("east", "north", "height")


def set_attribute(name: str, value: Any) -> Change:
    """Return the change that sets an attribute, or removes it where the value is None."""

    def change(entity: Entity) -> Entity:
        attributes = {key: old for key, old in entity.attributes.items() if key != name}
        if value is not None:
            attributes[name] = value
        return replace(entity, attributes=attributes)

    return change


def set_name(name: str) -> Change:
    """Return the change that renames."""
    return lambda entity: replace(entity, name=name)


def _signed(angle_deg: float) -> float:
    """Return an angle between -180° and 180°."""
    return (float(angle_deg) + 180.0) % 360.0 - 180.0


def set_position(key: str, value: float, frame: Frame) -> Change:
    """Return the change that moves along one axis, own geometry with it, or turns.

    Parameters
    ----------
    key : str
        ``position.east``, ``.north``, ``.height`` (project coordinates, metres), ``.heading``
        (degrees clockwise from grid north), ``.pitch`` or ``.roll`` (degrees), or ``.scale``
        (against its layer's picture).
    value : float
    frame : Frame
    """
    name = key.removeprefix(POSITION)
    if name == "heading":
        return lambda entity: replace(entity, heading_deg=float(value) % 360.0)
    if name == "pitch":
        return lambda entity: replace(entity, pitch_deg=_signed(value))
    if name == "roll":
        return lambda entity: replace(entity, roll_deg=_signed(value))
    if name == "scale":
        return lambda entity: replace(
            entity, attributes=with_scale(entity.attributes, float(value))
        )
    axis = _AXES.index(name)
    local = float(value) - float(frame.offset[axis])

    def change(entity: Entity) -> Entity:
        place = list(entity.position or (0.0, 0.0, 0.0))
        moved = local - place[axis]
        place[axis] = local
        geometry = entity.geometry
        if geometry is not None:
            offset = [0.0, 0.0, 0.0]
            offset[axis] = moved
            geometry = shaping.moved(entity, (offset[0], offset[1], offset[2])).geometry
        there = replace(entity, position=(place[0], place[1], place[2]), geometry=geometry)
        return at_new_place(there, frame)

    return change


def set_validity(entities: Sequence[Entity], key: str, text: str | None) -> SetValidity:
    """Return the command that says since when or until when things are there.

    Parameters
    ----------
    entities : sequence of Entity
    key : str
        ``valid.start`` or ``valid.end``.
    text : str or None
        ISO 8601; None for since always, or until further notice.

    Raises
    ------
    ValidationError
        If it is no time.
    """
    from twin_model.validity import SetValidity

    begins = key.removeprefix(VALID) == "start"
    instant = time_from(text or "", ALWAYS if begins else FOREVER)
    ids = [entity.id for entity in entities]
    title = edit_title(entities, title_of(key))
    if begins:
        return SetValidity(ids, start=instant, title=title)
    return SetValidity(ids, end=instant, title=title)


def check_type(entity: Entity, type_id: str) -> None:
    """Refuse a type that the entity's values do not fit.

    Raises
    ------
    ValidationError
        If a value breaks the new type; values that are missing may be filled in afterwards, and
        those that it does not declare are kept as they are.
    """
    from twin_model.schema.validation import grave, validate
    from twin_model.schema.values import Problem

    faults = grave(validate(replace(entity, type=type_id), schema.catalogue()))
    faults = [fault for fault in faults if fault.problem is not Problem.REQUIRED]
    if faults:
        raise faults[0]


def refusal(error: Exception, type_id: str) -> str:
    """Return why a type is refused, in the language in use."""
    from twin_model.schema.guard import BrokenRelationsError  # loaded with the catalogue

    catalogue, language = schema.catalogue(), schema.language()
    name = catalogue.name(type_id, language)
    if isinstance(error, BrokenRelationsError):
        text = QCoreApplication.translate("EntityPanel", "Not “{0}”: {1}")
        return text.format(name, broken_text(error.listed, error.count))
    kind = catalogue.properties(type_id).get(getattr(error, "name", ""))
    if not isinstance(error, ValidationError) or kind is None:
        return messages.shown(str(error))
    title = kind.name.get(language) or kind.id
    text = QCoreApplication.translate("EntityPanel", "Not “{0}”: its {1} is {2}. {3}")
    return text.format(name, title, error.value, problem_text(error, kind))


def title_of(key: str) -> str:
    """Return what users of the history read for a key: the English name of the property."""
    if key.startswith(POSITION):
        name = key.removeprefix(POSITION)
        return _POSITION_WORDS.get(name, name)
    if key in _VALID_WORDS:
        return _VALID_WORDS[key]
    for kind in schema.catalogue().types():
        for one in kind.properties:
            if one.id == key and one.name.en:
                return one.name.en
    return key


def edit_title(entities: Sequence[Entity], what: str) -> str:
    """Return the label of a command that changes one value, such as ``Edit P-07: head``."""
    if len(entities) == 1:
        return f"Edit {display_name(entities[0])}: {what}"
    return f"Edit {len(entities)} entities: {what}"


def since_title(entities: Sequence[Entity], what: str, since: str) -> str:
    """Return the label of a command that says since when a value has been so; see `edit_title`."""
    if len(entities) == 1:
        return f"Edit {display_name(entities[0])}: {what} since {since}"
    return f"Edit {len(entities)} entities: {what} since {since}"
