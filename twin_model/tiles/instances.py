"""i3dm: instances of a glTF model as matrices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError
from twin_model.tiles.gltf import Content
from twin_model.tiles.gltf_primitive import feature_ids
from twin_model.tiles.metadata import read_batch_table
from twin_model.tiles.sections import Sections, unpack_octahedral

_MAX_PLACES: Final = 4_000_000
_RADII_M: Final = np.array([6378137.0, 6378137.0, 6356752.3142451793])


def decode_instances(sections: Sections, model: Content, path: Path) -> Content:
    """Return *model* placed at the instances of an i3dm tile.

    Raises
    ------
    SourceError
        If the instance table is shorter than it says.
    """
    count = sections.whole("INSTANCES_LENGTH", None)
    position = instance_positions(sections, count, path)
    centre = sections.vector("RTC_CENTER", 3)
    if centre is not None:
        position = position + centre
    turn = _rotations(sections, position, count)
    scale = np.ones((count, 3))
    if "SCALE" in sections.feature_json:
        scale = scale * sections.array("SCALE", "<f4", count, 1).astype(np.float64)
    if "SCALE_NON_UNIFORM" in sections.feature_json:
        scale = scale * sections.array("SCALE_NON_UNIFORM", "<f4", count, 3)
    matrices = np.zeros((count, 4, 4))
    matrices[:, :3, :3] = turn * scale[:, None, :]
    matrices[:, :3, 3] = position
    matrices[:, 3, 3] = 1.0
    if not np.isfinite(matrices).all():
        raise SourceError(path, "the place of an instance is not finite")
    feature = _features(sections, count)
    out = Content(tables=list(model.tables), warnings=list(model.warnings))
    for primitive in model.primitives:
        own = primitive.matrices
        if len(own) * count > _MAX_PLACES:
            raise SourceError(path, f"places more than {_MAX_PLACES} instances")
        placed = (matrices[:, None] @ own[None]).reshape(-1, 4, 4)
        if len(placed) == 0:
            continue
        ids = np.repeat(feature, len(own))
        out.primitives.append(
            replace(primitive, matrices=placed, instance_feature=ids, property_table=0)
        )
    if sections.batch_json:
        table = read_batch_table(
            sections.batch_json, sections.batch_binary, int(feature.max(initial=-1)) + 1, path
        )
        out.tables = [table]
    return out


def instance_positions(sections: Sections, count: int, path: Path) -> npt.NDArray[np.float64]:
    """Return POSITION or dequantised POSITION_QUANTIZED, shape (count, 3).

    Raises
    ------
    SourceError
        If neither is there.
    """
    if "POSITION" in sections.feature_json:
        return sections.array("POSITION", "<f4", count, 3).astype(np.float64)
    if "POSITION_QUANTIZED" not in sections.feature_json:
        raise SourceError(path, "has neither POSITION nor POSITION_QUANTIZED")
    offset = sections.vector("QUANTIZED_VOLUME_OFFSET", 3)
    scale = sections.vector("QUANTIZED_VOLUME_SCALE", 3)
    if offset is None or scale is None:
        raise SourceError(path, "quantised positions lack their volume")
    packed = sections.array("POSITION_QUANTIZED", "<u2", count, 3).astype(np.float64)
    return packed / 65535.0 * np.array(scale) + np.array(offset)  # type: ignore[no-any-return]


def _features(sections: Sections, count: int) -> npt.NDArray[np.int64]:
    if "BATCH_ID" not in sections.feature_json:
        return np.arange(count, dtype=np.int64)
    entry = sections.feature_json["BATCH_ID"]
    kinds = {"UNSIGNED_BYTE": "<u1", "UNSIGNED_SHORT": "<u2", "UNSIGNED_INT": "<u4"}
    kind = entry.get("componentType", "UNSIGNED_SHORT") if isinstance(entry, dict) else ""
    return feature_ids(sections.array("BATCH_ID", kinds.get(kind, "<u2"), count, 1))


def _rotations(
    sections: Sections, position: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.float64]:
    json = sections.feature_json
    up = right = None
    if "NORMAL_UP" in json and "NORMAL_RIGHT" in json:
        up = sections.array("NORMAL_UP", "<f4", count, 3).astype(np.float64)
        right = sections.array("NORMAL_RIGHT", "<f4", count, 3).astype(np.float64)
    elif "NORMAL_UP_OCT32P" in json and "NORMAL_RIGHT_OCT32P" in json:
        up = unpack_octahedral(sections.array("NORMAL_UP_OCT32P", "<u2", count, 2))
        right = unpack_octahedral(sections.array("NORMAL_RIGHT_OCT32P", "<u2", count, 2))
    elif json.get("EAST_NORTH_UP"):
        normal = position / _RADII_M**2
        up_z = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
        east = np.column_stack([-position[:, 1], position[:, 0], np.zeros(count)])
        right = east / np.maximum(np.linalg.norm(east, axis=1, keepdims=True), 1e-30)
        # Columns are east, north, up; "up" of the other branches is the model's y axis.
        up = np.cross(up_z, right)
    if up is None or right is None:
        return np.tile(np.eye(3), (count, 1, 1))
    out = np.empty((count, 3, 3))
    out[:, :, 0], out[:, :, 1], out[:, :, 2] = right, up, np.cross(right, up)
    return out
