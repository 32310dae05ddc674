"""Words for what the model names by identifiers: kinds, entity types, relations, stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app import entity_words, messages
from app.editing import schema

_KINDS: Final = {
    "points": QT_TRANSLATE_NOOP("Kind", "Point cloud"),
    "mesh": QT_TRANSLATE_NOOP("Kind", "Mesh"),
    "tileset": QT_TRANSLATE_NOOP("Kind", "3D Tiles"),
    "bim": QT_TRANSLATE_NOOP("Kind", "Building model"),
    "vector": QT_TRANSLATE_NOOP("Kind", "Vector"),
    "raster": QT_TRANSLATE_NOOP("Kind", "Raster"),
    "city": QT_TRANSLATE_NOOP("Kind", "City model"),
    "road-network": QT_TRANSLATE_NOOP("Kind", "Road network"),
    "drawing": QT_TRANSLATE_NOOP("Kind", "Drawing"),
    "photos": QT_TRANSLATE_NOOP("Kind", "Photographs"),
    "table": QT_TRANSLATE_NOOP("Kind", "Table"),
    "model": QT_TRANSLATE_NOOP("Kind", "Model"),
    "network": QT_TRANSLATE_NOOP("Kind", "Network"),
}
_ROLES: Final = {
    "points": QT_TRANSLATE_NOOP("Role", "Points"),
    "mesh": QT_TRANSLATE_NOOP("Role", "Surfaces"),
    "terrain": QT_TRANSLATE_NOOP("Role", "Terrain"),
    "imagery": QT_TRANSLATE_NOOP("Role", "Imagery"),
    "drape": QT_TRANSLATE_NOOP("Role", "Draped on terrain"),
    "symbols": QT_TRANSLATE_NOOP("Role", "Symbols"),
    "table": QT_TRANSLATE_NOOP("Role", "Table, not drawn"),
}
_UNITS: Final = {
    "points": QT_TRANSLATE_NOOP("Unit", "points"),
    "triangles": QT_TRANSLATE_NOOP("Unit", "triangles"),
    "vertices": QT_TRANSLATE_NOOP("Unit", "vertices"),
    "features": QT_TRANSLATE_NOOP("Unit", "features"),
    "objects": QT_TRANSLATE_NOOP("Unit", "objects"),
    "entities": QT_TRANSLATE_NOOP("Unit", "entities"),
    "relations": QT_TRANSLATE_NOOP("Unit", "relations"),
    "tiles": QT_TRANSLATE_NOOP("Unit", "tiles"),
    "images": QT_TRANSLATE_NOOP("Unit", "images"),
    "pixels": QT_TRANSLATE_NOOP("Unit", "pixels"),
    "lanes": QT_TRANSLATE_NOOP("Unit", "lanes"),
    "rows": QT_TRANSLATE_NOOP("Unit", "rows"),
    "bytes": QT_TRANSLATE_NOOP("Unit", "bytes"),
    "files": QT_TRANSLATE_NOOP("Unit", "files"),
    "shapes": QT_TRANSLATE_NOOP("Unit", "shapes"),
    "nodes": QT_TRANSLATE_NOOP("Unit", "nodes"),
    "ways": QT_TRANSLATE_NOOP("Unit", "ways"),
    "buildings": QT_TRANSLATE_NOOP("Unit", "buildings"),
    "layers": QT_TRANSLATE_NOOP("Unit", "layers"),
    "steps": QT_TRANSLATE_NOOP("Unit", "steps"),
    "simulated seconds": QT_TRANSLATE_NOOP("Unit", "simulated seconds"),
    "products": QT_TRANSLATE_NOOP("Unit", "products"),
    "sources": QT_TRANSLATE_NOOP("Unit", "sources"),
    "tables": QT_TRANSLATE_NOOP("Unit", "tables"),
    "pairs": QT_TRANSLATE_NOOP("Unit", "pairs"),
    "candidates": QT_TRANSLATE_NOOP("Unit", "candidates"),
    "photos": QT_TRANSLATE_NOOP("Unit", "photos"),
    "rounds": QT_TRANSLATE_NOOP("Unit", "rounds"),
    "storeys": QT_TRANSLATE_NOOP("Unit", "storeys"),
    "spaces": QT_TRANSLATE_NOOP("Unit", "spaces"),
    "instances": QT_TRANSLATE_NOOP("Unit", "instances"),
    "blocks": QT_TRANSLATE_NOOP("Unit", "blocks"),
}
_RELATIONS: Final = {
    "contains": QT_TRANSLATE_NOOP("Relation", "Contains"),
    "aggregates": QT_TRANSLATE_NOOP("Relation", "Is made of"),
    "connects": QT_TRANSLATE_NOOP("Relation", "Connects to"),
    "feeds": QT_TRANSLATE_NOOP("Relation", "Feeds"),
    "adjacent": QT_TRANSLATE_NOOP("Relation", "Lies next to"),
    "voids": QT_TRANSLATE_NOOP("Relation", "Is an opening of"),
    "fills": QT_TRANSLATE_NOOP("Relation", "Fills"),
    "bounds": QT_TRANSLATE_NOOP("Relation", "Bounds"),
    "serves": QT_TRANSLATE_NOOP("Relation", "Serves"),
}
_INCOMING: Final = {
    "contains": QT_TRANSLATE_NOOP("Relation", "Lies in"),
    "aggregates": QT_TRANSLATE_NOOP("Relation", "Is part of"),
    "connects": QT_TRANSLATE_NOOP("Relation", "Connects to"),
    "feeds": QT_TRANSLATE_NOOP("Relation", "Is fed by"),
    "adjacent": QT_TRANSLATE_NOOP("Relation", "Lies next to"),
    "voids": QT_TRANSLATE_NOOP("Relation", "Has an opening"),
    "fills": QT_TRANSLATE_NOOP("Relation", "Is filled by"),
    "bounds": QT_TRANSLATE_NOOP("Relation", "Is bounded by"),
    "serves": QT_TRANSLATE_NOOP("Relation", "Is served by"),
}
_COLOURS: Final = {
    "rgb": QT_TRANSLATE_NOOP("ColourBy", "Own colours"),
    "classification": QT_TRANSLATE_NOOP("ColourBy", "Class"),
    "height": QT_TRANSLATE_NOOP("ColourBy", "Height"),
    "intensity": QT_TRANSLATE_NOOP("ColourBy", "Intensity"),
    "none": QT_TRANSLATE_NOOP("ColourBy", "One colour"),
}
_STATES: Final = {
    "waiting": QT_TRANSLATE_NOOP("JobState", "Waiting"),
    "running": QT_TRANSLATE_NOOP("JobState", "Running"),
    "done": QT_TRANSLATE_NOOP("JobState", "Done"),
    "partly": QT_TRANSLATE_NOOP("JobState", "Partly done"),
    "failed": QT_TRANSLATE_NOOP("JobState", "Failed"),
    "cancelled": QT_TRANSLATE_NOOP("JobState", "Cancelled"),
}
_QUALITY: Final = {
    "Software OpenGL: anti-aliasing, shadows and eye-dome lighting are off": QT_TRANSLATE_NOOP(
        "Quality", "Software OpenGL: anti-aliasing, shadows and eye-dome lighting are off"
    ),
    "Detail is reduced to keep the frame within its budget": QT_TRANSLATE_NOOP(
        "Quality", "Detail is reduced to keep the frame within its budget"
    ),
}
COLOUR_MODES: Final = tuple(_COLOURS)


def _word(context: str, table: Mapping[str, object], name: str) -> str:
    return QCoreApplication.translate(context, str(table[name])) if name in table else name


def kind(name: str) -> str:
    """Return the word for a kind of source."""
    return _word("Kind", _KINDS, name)


def role(name: str) -> str:
    """Return the word for how a layer is drawn."""
    return _word("Role", _ROLES, name)


def unit(name: str) -> str:
    """Return the word for a unit of counts."""
    return _word("Unit", _UNITS, name)


def known_units() -> frozenset[str]:
    """Return the units that counts may be in."""
    return frozenset(_UNITS)


def relation(name: str, *, incoming: bool = False) -> str:
    """Return the words for a relation, seen from its source or its target."""
    if name not in _RELATIONS and schema.is_loaded():
        return schema.relation_name(name, incoming=incoming)
    return _word("Relation", _INCOMING if incoming else _RELATIONS, name)


def colour_mode(name: str) -> str:
    """Return the word for a way of colouring."""
    return _word("ColourBy", _COLOURS, name)


def job_state(name: str) -> str:
    """Return the word for where a job stands."""
    return _word("JobState", _STATES, name)


def stage(name: str) -> str:
    """Return the words for a stage of a job."""
    said = messages.stage(name)
    return said[:1].upper() + said[1:]


def quality(note: str) -> str:
    """Return a note of the stage about what it draws in a simpler way."""
    return _word("Quality", _QUALITY, note)


#: Height datums whose own name is another one.
_DATUMS: Final = {
    "EPSG:5737": QT_TRANSLATE_NOOP("Datum", "Yellow Sea 1985"),
    "EPSG:5736": QT_TRANSLATE_NOOP("Datum", "Yellow Sea 1956"),
}


def datum(vertical_crs: str | None) -> str:
    """Return what heights are counted from; says so where nobody knows."""
    if vertical_crs is None:
        return QCoreApplication.translate("Numbers", "datum unknown")
    from twin_model.errors import FrameError
    from twin_model.frame import parse_crs

    if vertical_crs in _DATUMS:
        return QCoreApplication.translate("Datum", str(_DATUMS[vertical_crs]))
    try:
        return str(parse_crs(vertical_crs).name).removesuffix(" height")
    except FrameError:
        return vertical_crs[:16]


def surveyed(epoch: str) -> str:
    """Return the words for when a source was surveyed."""
    return QCoreApplication.translate("Placement", "Surveyed {0}").format(epoch)


def accuracy(length: str) -> str:
    """Return the words for a source's stated accuracy."""
    return QCoreApplication.translate("Placement", "Accuracy {0}").format(length)


def stopping() -> str:
    """Return the words for a job that was asked to stop."""
    return QCoreApplication.translate("JobState", "Stopping")


def time_left(duration: str) -> str:
    """Return the words for the time that a job still takes."""
    return QCoreApplication.translate("JobState", "{0} left").format(duration)


def time_left_in_all(duration: str) -> str:
    """Return the words for the time that all stages of a job together still take."""
    return QCoreApplication.translate("JobState", "{0} left in all").format(duration)


def edit(label: str) -> str:
    """Return a command's label in the language in use."""
    return messages.edit(label, _edited)


def _edited(name: str) -> str:
    """Return the word for what a label names; a thing's own name as it is."""
    if name in _RELATIONS or (name.islower() and relation(name) != name):
        return relation(name)
    return entity_words.edited(name)
