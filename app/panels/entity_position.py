"""The Position tab: where things are, how high above what, which way they face, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QCoreApplication

from app import heights, messages, numbers
from app.editing import changes, schema
from app.editing.attributes import SEVERAL
from app.editing.times import time_text
from app.panels.entity_form import FormField
from app.panels.fields import Field
from twin_model.entity import Entity, Position, scale_of
from twin_model.errors import ShapanError
from twin_model.heights import DATUM, GROUND, by_reference, is_same, stated_m

if TYPE_CHECKING:
    from twin_model.frame import Frame
    from twin_model.time import Interval
    from twin_model.twin import Twin
    from twin_model.view import TwinView

_ANGLE: Final = ("deg", -360.0, 360.0, "°", 1)
#: Unit, lowest and highest value, what stands behind it, and decimals.
_KINDS: Final[dict[str, tuple[str, float | None, float | None, str, int]]] = {
    "heading": _ANGLE, "pitch": _ANGLE, "roll": _ANGLE, "scale": ("", 0.01, 100.0, "", 3),
}  # fmt: skip
#: Of what is selected, so many have their heights converted; more would be read for minutes.
MOST_CONVERTED: Final = 20_000

Stated = dict[tuple[str, Position], float | str]
"""By reference and place: the height above the reference in metres, or why it is not known."""


def needs_conversion(entities: Sequence[Entity], frame: Frame) -> bool:
    """Return whether heights of some of them have to be worked out, which takes a worker."""
    references = {one.height_reference for one in entities if one.position is not None}
    return not all(is_same(frame, reference) for reference in references)


def read_heights(twin: Twin, view: Twin | TwinView, entities: Sequence[Entity]) -> Stated:
    """Return the heights of entities above what they are stated above; for a worker."""
    found: Stated = {}
    for reference, members in by_reference(entities[:MOST_CONVERTED]).items():
        places = [one.position for one in members if one.position is not None]
        try:
            ground = heights.ground_of(twin, view) if reference == GROUND else None
            values = stated_m(twin.frame, reference, np.array(places, np.float64), ground)
        except ShapanError as error:
            found.update({(reference, place): str(error) for place in places})
            continue
        missing = QCoreApplication.translate("EntityPanel", "There is no terrain here")
        for place, value in zip(places, values, strict=True):
            found[reference, place] = float(value) if np.isfinite(value) else missing
    return found


def position_fields(entities: Sequence[Entity], twin: Twin, stated: Stated) -> list[Field]:
    """Return the lines of the Position tab.

    Parameters
    ----------
    entities : sequence of Entity
        At least one; of several, what can be changed in all of them at once.
    twin : Twin
    stated : Stated
        Heights that have been worked out.
    """
    from twin_model.validity import life_of

    if len(entities) > 1:
        return _of_several(entities, twin.frame, stated)
    (entity,) = entities
    frame, life = twin.frame, life_of(twin, entity)
    if entity.position is None:
        return _validity(life)
    say = QCoreApplication.translate
    longitude, latitude, _ = (float(v) for v in frame.to_wgs84(entity.position)[0])
    east, north, height = (float(v) for v in frame.offset + entity.position)
    lines: list[Field] = [
        Field(say("EntityPanel", "Latitude"), f"{latitude:.6f}°", "WGS 84"),
        Field(say("EntityPanel", "Longitude"), f"{longitude:.6f}°", "WGS 84"),
        _place_field(say("EntityPanel", "Easting"), "east", east),
        _place_field(say("EntityPanel", "Northing"), "north", north),
    ]
    if entity.height_reference == DATUM:
        lines.append(_place_field(say("EntityPanel", "Height"), "height", height))
        lines.append(_reference_field(entities, frame))
    else:
        lines.append(_stated_field(entities, frame, stated))
        lines.append(_reference_field(entities, frame))
        lines.append(_place_field(say("EntityPanel", "In the project"), "height", height))
    return [
        *lines,
        *_angle_fields(entities),
        *_in_the_scene(entities),
        Field(say("EntityPanel", "Project CRS"), frame.horizontal.name, frame.crs[:16]),
        *_validity(life),
    ]


def _of_several(entities: Sequence[Entity], frame: Frame, stated: Stated) -> list[Field]:
    placed = [one for one in entities if one.position is not None]
    if len(placed) < len(entities):
        return []
    return [
        _stated_field(placed, frame, stated),
        _reference_field(placed, frame),
        *_angle_fields(placed),
        *_in_the_scene(placed),
    ]


def _angle_fields(entities: Sequence[Entity]) -> list[Field]:
    say = QCoreApplication.translate
    titles = {
        "heading": say("EntityPanel", "Heading"),
        "pitch": say("EntityPanel", "Pitch"),
        "roll": say("EntityPanel", "Roll"),
    }
    return [
        _place_field(title, key, _common([getattr(one, f"{key}_deg") for one in entities]))
        for key, title in titles.items()
    ]


def _in_the_scene(entities: Sequence[Entity]) -> list[Field]:
    """Return how large their layers' pictures of them are drawn, and what has no picture."""
    parts = [one for one in entities if one.layer is not None]
    alone = [one for one in parts if one.feature is not None]
    found: list[Field] = []
    if len(alone) == len(entities):
        scales = [scale_of(one.attributes) for one in alone]
        title = QCoreApplication.translate("EntityPanel", "Scale")
        found.append(_place_field(title, "scale", _common(scales)))
    if len(alone) < len(parts):
        # Otherwise a place that is entered would seem to do nothing.
        text = QCoreApplication.translate("EntityPanel", "has no picture of its own")
        if len(entities) > 1:
            text = QCoreApplication.translate("EntityPanel", "{0} have no picture of their own")
            text = text.format(numbers.integer(len(parts) - len(alone)))
        found.append(Field(QCoreApplication.translate("EntityPanel", "In the scene"), text))
    return found


def _common(values: Sequence[Any]) -> Any:
    """Return the value that all have, to a tenth of a millimetre; else that there are several."""
    first = values[0]
    alike = all(
        abs(one - first) < 1e-4 if isinstance(one, float) else one == first for one in values
    )
    return first if alike else SEVERAL


def _stated_field(entities: Sequence[Entity], frame: Frame, stated: Stated) -> FormField:
    """Return the line of the height above what it is stated above."""
    title = QCoreApplication.translate("EntityPanel", "Height")
    found: list[float | str | None] = []
    for one in entities:
        place = one.position or (0.0, 0.0, 0.0)
        if is_same(frame, one.height_reference):
            found.append(float(place[2] + frame.offset[2]))
        else:
            found.append(stated.get((one.height_reference, place)))
    problem = next((one for one in found if isinstance(one, str)), "")
    if problem:
        return FormField(
            title,
            "",
            hint=numbers.unknown(),
            problem=schema.sentence(messages.shown(problem)),
            note="m",
        )
    if any(one is None for one in found):
        return FormField(title, "", hint="…", note="m")
    return _place_field(title, "stated", _common(found))


def _reference_field(entities: Sequence[Entity], frame: Frame) -> FormField:
    """Return the line that says what the height is stated above."""
    from twin_model.schema.types import Choice, Kind, PropertyType, Words

    common = _common([one.height_reference for one in entities])
    others = {one.height_reference for one in entities} - set(heights.OFFERED)
    titles = {reference: heights.reference_title(reference) for reference in
              (*heights.OFFERED, *sorted(others))}  # fmt: skip
    titles[DATUM] = f"{titles[DATUM]}: {heights.datum_title(frame.vertical_crs)}"
    titles[changes.OTHER] = QCoreApplication.translate("EntityPanel", "Another vertical datum…")
    words = {key or changes.PROJECT: Words(en=title, zh=title) for key, title in titles.items()}
    kind = PropertyType(
        id="height_reference",
        kind=Kind.ENUM,
        choices=tuple(Choice(value=key, name=name) for key, name in words.items()),
        required=True,
    )
    several = common is SEVERAL
    return FormField(
        QCoreApplication.translate("EntityPanel", "Height above"),
        "" if several else titles[common],
        key=changes.POSITION + "reference",
        kind=kind,
        stored=SEVERAL if several else common or changes.PROJECT,
        hint=QCoreApplication.translate("EntityPanel", "several values"),
    )


def _place_field(name: str, key: str, value: Any) -> FormField:
    """Return a line for one of the position's values; metres unless `_KINDS` says otherwise."""
    from twin_model.schema.types import Kind, PropertyType

    unit, low, high, sign, decimals = _KINDS.get(key, ("m", None, None, "m", 2))
    kind = PropertyType(
        id=key, kind=Kind.NUMBER, unit=unit, minimum=low, maximum=high, required=True
    )
    several = value is SEVERAL
    return FormField(
        name,
        "" if several else numbers.fixed(value, decimals),
        sign,
        key=changes.POSITION + key,
        kind=kind,
        stored=SEVERAL if several else round(value, 6),
        hint=QCoreApplication.translate("EntityPanel", "several values") if several else "",
    )


def _validity(life: Interval) -> list[Field]:
    """Return since when and until when it is there, to be said or corrected."""
    from twin_model.schema.types import Kind, PropertyType

    say = QCoreApplication.translate
    lines = (
        (
            "start",
            say("EntityPanel", "Valid from"),
            say("EntityPanel", "always"),
            life.start,
        ),
        ("end", say("EntityPanel", "Valid until"), say("EntityPanel", "no end"), life.end),
    )
    return [
        FormField(
            title,
            time_text(instant),
            key=changes.VALID + key,
            kind=PropertyType(id=key, kind=Kind.DATETIME),
            stored=time_text(instant) or None,
            hint=hint,
        )
        for key, title, hint, instant in lines
    ]
