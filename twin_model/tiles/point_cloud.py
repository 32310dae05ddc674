"""pnts: the point clouds of 3D Tiles 1.0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError
from twin_model.tiles.gltf import Content
from twin_model.tiles.gltf_document import Document
from twin_model.tiles.gltf_material import DecodedMaterial
from twin_model.tiles.gltf_primitive import DecodedPrimitive, decode_draco, feature_ids
from twin_model.tiles.instances import instance_positions
from twin_model.tiles.metadata import json_values, read_batch_table
from twin_model.tiles.sections import Sections, unpack_octahedral


def decode_points(sections: Sections, path: Path) -> Content:
    """Return the points of a pnts tile.

    Raises
    ------
    SourceError
        If a table is shorter than the number of points demands.
    """
    count = sections.whole("POINTS_LENGTH", None)
    content = Content()
    if count == 0:
        return content
    json = sections.feature_json
    draco = _extension(json)
    if draco:
        primitive = _draco_points(sections, draco, count, path)
    else:
        primitive = _plain_points(sections, count, path)
    if not np.isfinite(primitive.position).all():
        raise SourceError(path, "a position is not finite")
    centre = sections.vector("RTC_CENTER", 3)
    if centre is not None:
        primitive.matrices[0, :3, 3] += centre
    if primitive.colour is None:
        primitive.colour = _colour(sections, count)
    constant = sections.vector("CONSTANT_RGBA", 4)
    base = tuple(c / 255 for c in constant) if constant else (1.0, 1.0, 1.0, 1.0)
    primitive.material = DecodedMaterial(base_colour=base, unlit=primitive.normal is None)  # type: ignore[arg-type]
    if "BATCH_ID" in json and primitive.feature is None:
        primitive.feature = _batch_ids(sections, count)
    if sections.batch_json and not _extension(sections.batch_json):
        features = sections.whole("BATCH_LENGTH", 0) if "BATCH_ID" in json else count
        table = read_batch_table(sections.batch_json, sections.batch_binary, features, path)
        if "BATCH_ID" in json:
            content.tables, primitive.property_table = [table], 0
        else:
            _as_attributes(primitive, table.columns)
    content.primitives = [primitive]
    return content


def _extension(json: dict[str, Any]) -> dict[str, Any]:
    extensions = json.get("extensions")
    value = (
        extensions.get("3DTILES_draco_point_compression") if isinstance(extensions, dict) else None
    )
    return value if isinstance(value, dict) else {}


def _plain_points(sections: Sections, count: int, path: Path) -> DecodedPrimitive:
    place = np.eye(4)
    if "POSITION" in sections.feature_json:
        position = sections.array("POSITION", "<f4", count, 3).astype(np.float32)
    else:
        full = instance_positions(sections, count, path)
        # Kept near zero so that float32 loses nothing of the quantised volume.
        middle = full.mean(axis=0)
        place[:3, 3] = middle
        position = (full - middle).astype(np.float32)
    out = DecodedPrimitive(position, place[None], mode="points")
    if "NORMAL" in sections.feature_json:
        out.normal = sections.array("NORMAL", "<f4", count, 3).astype(np.float32)
    elif "NORMAL_OCT16P" in sections.feature_json:
        packed = sections.array("NORMAL_OCT16P", "<u1", count, 2)
        out.normal = unpack_octahedral(packed).astype(np.float32)
    return out


def _colour(sections: Sections, count: int) -> npt.NDArray[np.uint8] | None:
    json = sections.feature_json
    out = np.full((count, 4), 255, np.uint8)
    if "RGBA" in json:
        out[:] = sections.array("RGBA", "<u1", count, 4)
    elif "RGB" in json:
        out[:, :3] = sections.array("RGB", "<u1", count, 3)
    elif "RGB565" in json:
        packed = sections.array("RGB565", "<u2", count, 1)[:, 0].astype(np.uint32)
        out[:, 0] = (packed >> 11) * 255 // 31
        out[:, 1] = (packed >> 5 & 63) * 255 // 63
        out[:, 2] = (packed & 31) * 255 // 31
    else:
        return None
    return out


def _batch_ids(sections: Sections, count: int) -> npt.NDArray[np.int64]:
    entry = sections.feature_json["BATCH_ID"]
    kinds = {"UNSIGNED_BYTE": "<u1", "UNSIGNED_SHORT": "<u2", "UNSIGNED_INT": "<u4"}
    kind = entry.get("componentType", "UNSIGNED_SHORT") if isinstance(entry, dict) else ""
    return feature_ids(sections.array("BATCH_ID", kinds.get(kind, "<u2"), count, 1))


def _as_attributes(primitive: DecodedPrimitive, columns: dict[str, list[Any]]) -> None:
    """Turn per-point properties into vertex attributes, such as ``_INTENSITY``."""
    for key, values in columns.items():
        if len(values) == len(primitive.position) and all(
            isinstance(v, int | float) for v in values[:100]
        ):
            numbers = np.array([v if v is not None else np.nan for v in values])
            primitive.attributes["_" + key.upper()] = numbers


def _draco_points(
    sections: Sections, draco: dict[str, Any], count: int, path: Path
) -> DecodedPrimitive:
    offset, length = int(draco["byteOffset"]), int(draco["byteLength"])
    if offset < 0 or length < 0 or offset + length > len(sections.feature_binary):
        raise SourceError(path, "the Draco data run past the feature table")
    if count > max(length, 1) * 4_000:
        raise SourceError(path, f"{count} points cannot lie in {length} Draco bytes")
    data = bytes(sections.feature_binary[offset : offset + length])
    mesh = decode_draco(Document({}, path, path.parent), data)
    ids = draco["properties"]

    def attribute(key: str) -> npt.NDArray[Any] | None:
        if key not in ids:
            return None
        values = np.asarray(mesh.get_attribute_by_unique_id(ids[key])["data"])
        if len(values) != count:
            raise SourceError(path, f"{key} has {len(values)} elements, not {count}")
        return values

    position = attribute("POSITION")
    if position is None:
        raise SourceError(path, "the Draco data have no POSITION")
    out = DecodedPrimitive(np.ascontiguousarray(position, np.float32), np.eye(4)[None], "points")
    colour = attribute("RGBA") if "RGBA" in ids else attribute("RGB")
    if colour is not None:
        out.colour = np.full((count, 4), 255, np.uint8)
        out.colour[:, : colour.shape[1]] = colour
    normal = attribute("NORMAL")
    if normal is not None:
        out.normal = np.ascontiguousarray(normal, np.float32)
    batch = attribute("BATCH_ID")
    if batch is not None:
        out.feature = feature_ids(batch)
    return out


__all__ = ["decode_points", "json_values"]
