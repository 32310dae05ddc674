"""Makes the file of parts of every building model of a project that has none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin_model.errors import SourceError
from twin_model.layer import Layer, LayerRole
from twin_model.parts.containers import Member, grouped, rooms, storeys_and_buildings
from twin_model.parts.file import LayerParts, read_parts, write_parts
from twin_model.parts.outline import Report, parts_of_tileset
from twin_model.store.rows import decode_point
from twin_model.tiles.tileset import load_tileset

if TYPE_CHECKING:
    from twin_model.twin import Twin

#: Kinds of layer whose things are bodies with outlines.
KINDS: Final = frozenset({"bim"})
_MEMBERS: Final = (
    "SELECT v.id, v.type, v.feature, v.geom FROM entity_version v JOIN"
    " (SELECT entity, min(fid) AS first FROM entity_version WHERE layer = ? GROUP BY entity) f"
    " ON v.fid = f.first"
)
_INSIDE: Final = (
    "SELECT DISTINCT s.id, t.id FROM relation_version r JOIN entity_key s ON s.key = r.source"
    " JOIN entity_key t ON t.key = r.target"
    " WHERE r.kind IN ('contains', 'aggregates') AND r.computed = 0 AND r.revision_to IS NULL"
    " AND r.source IN (SELECT entity FROM entity_version WHERE layer = ?)"
)


def has_parts(layer: Layer) -> bool:
    """Return whether the things of a layer are bodies whose outlines can be read of its tiles."""
    return layer.role is LayerRole.MESH and layer.kind in KINDS


def keep_parts(twin: Twin, report: Report = lambda _done, _all: None) -> list[str]:
    """Make the files of parts that are missing; return what is said of layers that have none.

    Parameters
    ----------
    twin : Twin
    report : callable
        Told of tiles; may raise to end the work.

    Returns
    -------
    list of str
        One sentence for each layer whose tiles are damaged.

    Raises
    ------
    StoreError
        If a file cannot be written.
    """
    problems = []
    for layer in twin.layers():
        if not has_parts(layer):
            continue
        folder = twin.layer_folder(layer.id)
        if read_parts(folder, twin.frame) is not None:
            continue
        try:
            parts = parts_of_layer(twin, layer, report)
        except SourceError as error:
            problems.append(str(error))
            continue
        if parts is not None:
            write_parts(folder, parts, twin.frame)
    return problems


def parts_of_layer(
    twin: Twin, layer: Layer, report: Report = lambda _done, _all: None
) -> LayerParts | None:
    """Return the parts of a layer, read from its tiles; None where these are somebody else's.

    Parameters
    ----------
    twin : Twin
    layer : Layer
    report : callable
        Told of tiles.

    Raises
    ------
    SourceError
        If a tile is missing or damaged.
    """
    folder = twin.layer_folder(layer.id)
    path = folder / layer.content
    if not load_tileset(path).is_local:
        return None
    frame = twin.frame
    reader = twin.reader()
    members = [
        Member(row[0], row[1], row[2], decode_point(row[3], frame))
        for row in reader.execute(_MEMBERS, (layer.id,))
    ]
    features = parts_of_tileset(path, report)
    undrawn = rooms(folder, [one for one in members if one.feature is None])
    known = {
        one.id: part
        for one in members
        if (part := features.get(-1 if one.feature is None else one.feature)) is not None
    }
    inside = grouped((row[0], row[1]) for row in reader.execute(_INSIDE, (layer.id,)))
    undrawn |= storeys_and_buildings(members, known | undrawn, inside)
    return LayerParts(features, undrawn)
