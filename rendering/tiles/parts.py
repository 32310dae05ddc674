"""Decoded tiles to drawable data, in decoder threads."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.geometry import cells, feature_edges, flat_normals, image_data, poly_data
from rendering.light import Light
from rendering.symbology.palette import class_table, ramp
from rendering.tiles.placement import Placement
from twin_model.errors import SourceError
from twin_model.tiles.gltf_primitive import DecodedPrimitive
from twin_model.tiles.tileset import Tile

_MAX_BAKED_VERTICES: Final = 4_000_000
_MAX_EDGE_TRIANGLES: Final = 120_000
_MAX_TEXTURE: Final = 4096
_MAX_TEXTURE_PIXELS: Final = 16384 * 16384


@dataclass
class Part:
    """What becomes one actor.

    Parameters
    ----------
    data : vtkPolyData
    matrix : (4, 4) float64 array
        To local metres.
    mode : str
        ``points``, ``lines`` or ``triangles``.
    position : (n, 3) float32 array
    triangles : (m, 3) array or None
    feature : (n,) int64 array or None
    attributes : dict of arrays
        Point attributes that colours come from.
    colour : (n, 3) uint8 array or None
        As the source has it.
    base_colour : tuple of four floats
    edges : vtkPolyData or None
    image : vtkImageData or None
    is_cutout : bool
        Texture with transparent pixels that are either on or off.
    unlit, repeats : bool
    name : str
    nbytes : int
    tone, facing : (n, 3) arrays or None
        Colours before light and normals in local axes, of surfaces lit once a vertex.
    kept : array or None
        Triangles, or indices of points, that are drawn; None for all.
    """

    data: Any
    matrix: npt.NDArray[np.float64]
    mode: str
    position: npt.NDArray[np.float32]
    triangles: npt.NDArray[Any] | None = None
    feature: npt.NDArray[np.int64] | None = None
    attributes: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    colour: npt.NDArray[np.uint8] | None = None
    base_colour: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    edges: Any = None
    image: Any = None
    is_cutout: bool = False
    unlit: bool = False
    repeats: bool = True
    name: str = ""
    nbytes: int = 0
    tone: npt.NDArray[np.uint8] | None = None
    facing: npt.NDArray[np.float32] | None = None
    kept: npt.NDArray[Any] | None = None

    def leave_out(self, features: Collection[int]) -> None:
        """Draw everything but some features, or all again where none are given."""
        if self.feature is None:
            return
        out = np.isin(self.feature, list(features)) if features else None
        if out is not None and not out.any():
            out = None
        if out is None and self.kept is None:
            return
        if self.triangles is not None:
            faces = self.triangles
            self.kept = None if out is None else faces[~out[faces].all(axis=1)]
            drawn = faces if self.kept is None else self.kept
            self.data.SetPolys(cells(drawn, 3))
            if self.edges is not None:
                pairs = feature_edges(self.position, drawn)
                order = np.arange(len(pairs), dtype=np.uint32).reshape(-1, 2)
                self.edges.ShallowCopy(poly_data(pairs, lines=order))
        elif self.mode == "points":
            self.kept = None if out is None else np.flatnonzero(~out)
            drawn = np.arange(len(self.position)) if self.kept is None else self.kept
            self.data.SetVerts(cells(drawn, 1))
        self.data.Modified()


@dataclass(frozen=True)
class PartOptions:
    """How parts are made.

    Parameters
    ----------
    massing : bool
        Whether surfaces without texture are shaded as buildings: darker at the base, slightly
        different from one another.
    edges : bool
        Whether folds get lines.
    massing_colour : tuple of three floats
        For white surfaces.
    colour_by : str
        For points.
    height_range : tuple of two floats
        Local heights that the ramp spans.
    light : Light
        For massing.
    """

    massing: bool = False
    edges: bool = True
    massing_colour: tuple[float, float, float] = (0.93, 0.90, 0.86)
    colour_by: str = "rgb"
    height_range: tuple[float, float] = (0.0, 1.0)
    light: Light = field(default_factory=Light)


def build_parts(
    primitive: DecodedPrimitive, tile: Tile, placement: Placement, options: PartOptions
) -> Part | None:
    """Return one primitive, all its instances, ready to draw; None where it is empty."""
    if len(primitive.matrices) > 1:
        primitive = bake_instances(primitive)
    elif primitive.instance_feature is not None and primitive.feature is None:
        count = len(primitive.position)
        primitive.feature = np.full(count, int(primitive.instance_feature[0]), np.int64)
    position, matrix = placement.place(primitive, tile, 0)
    if primitive.mode == "triangles":
        return _surface(primitive, position, matrix, options)
    colour = None if primitive.colour is None else primitive.colour[:, :3]
    part = Part(
        None, matrix, primitive.mode, position, feature=primitive.feature, colour=colour,
        base_colour=primitive.material.base_colour, attributes=primitive.attributes,
        unlit=True, name=primitive.name,
    )  # fmt: skip
    if primitive.mode == "points":
        part.data = poly_data(position, colour=point_colours(part, options))
    else:
        if primitive.indices is None or len(primitive.indices) == 0:
            return None
        part.data = poly_data(position, lines=primitive.indices, colour=colour)
    # VTK keeps about 40 bytes a point beside the arrays (measured: 200 with its buffers).
    part.nbytes = primitive.nbytes + len(position) * 40
    return part


def bake_instances(primitive: DecodedPrimitive) -> DecodedPrimitive:
    """Return the same geometry once, with all instances in it, about their middle.

    Raises
    ------
    SourceError
        If that makes more vertices than a tile may have.
    """
    matrices = primitive.matrices
    k, n = len(matrices), len(primitive.position)
    if k * n > _MAX_BAKED_VERTICES:
        raise SourceError(
            primitive.name or "instances", f"{k} instances of {n} vertices are too many for a tile"
        )
    middle = matrices[:, :3, 3].mean(axis=0)
    shifted = matrices.copy()
    shifted[:, :3, 3] -= middle
    homogeneous = np.column_stack([primitive.position, np.ones(n)])
    position = np.einsum("kij,nj->kni", shifted[:, :3], homogeneous).reshape(-1, 3)
    place = np.eye(4)
    place[:3, 3] = middle
    out = primitive.placed(place[None])
    out.position = position.astype(np.float32)
    if primitive.indices is not None:
        width = primitive.indices.shape[1]
        offsets = (np.arange(k, dtype=np.uint32) * n)[:, None, None]
        out.indices = (primitive.indices[None] + offsets).reshape(-1, width)
    if primitive.normal is not None:
        turned = [primitive.normals(i) for i in range(k)]
        out.normal = np.concatenate([t for t in turned if t is not None])
    out.uv = None if primitive.uv is None else np.tile(primitive.uv, (k, 1))
    out.colour = None if primitive.colour is None else np.tile(primitive.colour, (k, 1))
    out.attributes = {}
    if primitive.instance_feature is not None:
        out.feature = np.repeat(primitive.instance_feature, n)
    elif primitive.feature is not None:
        out.feature = np.tile(primitive.feature, k)
    out.instance_feature = None
    return out


def _surface(
    primitive: DecodedPrimitive,
    position: npt.NDArray[np.float32],
    matrix: npt.NDArray[np.float64],
    options: PartOptions,
) -> Part | None:
    triangles = primitive.indices
    if triangles is None or len(triangles) == 0:
        return None
    material = primitive.material
    image, is_cutout = decode_texture(primitive) if primitive.uv is not None else (None, False)
    unlit = material.unlit and image is not None
    normal, uv, colour, feature = (
        primitive.normal,
        primitive.uv,
        primitive.colour,
        primitive.feature,
    )
    if normal is None and not unlit:
        position, index, normal = flat_normals(position, triangles)
        triangles = np.arange(len(index), dtype=np.uint32).reshape(-1, 3)
        uv = None if uv is None else uv[index]
        colour = None if colour is None else colour[index]
        feature = None if feature is None else feature[index]
    shade: npt.NDArray[np.uint8] | None = None if colour is None else colour[:, :3]
    tone = None
    if options.massing and normal is not None and not unlit:
        base = (1.0, 1.0, 1.0, 1.0) if image is not None else material.base_colour
        tone = _massing(position, normal, matrix, feature, shade, base, options, image is not None)
        facing = _outward(normal, matrix)
        normal = None
        shade = lit_colours(tone, facing, options.light)
    part = Part(
        poly_data(
            position,
            triangles=triangles,
            normal=normal,
            uv=_flipped(uv) if image is not None else None,
            colour=shade,
        ),
        matrix, "triangles", position, triangles, feature, colour=shade,
        base_colour=material.base_colour, image=image, is_cutout=is_cutout, unlit=unlit,
        repeats=material.repeats, name=primitive.name or material.name,
    )  # fmt: skip
    if tone is not None:
        part.unlit, part.tone, part.facing = True, tone, facing
    if options.edges and image is None and len(triangles) <= _MAX_EDGE_TRIANGLES:
        pairs = feature_edges(position, triangles)
        if len(pairs):
            order = np.arange(len(pairs), dtype=np.uint32).reshape(-1, 2)
            part.edges = poly_data(pairs, lines=order)
    pixels = 0 if image is None else int(np.prod(image.GetDimensions())) * 4
    part.nbytes = position.nbytes * 3 + triangles.nbytes + pixels
    return part


def _outward(
    normal: npt.NDArray[np.float32], matrix: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Return normals in local axes."""
    turned = normal @ matrix[:3, :3].T.astype(np.float32)
    length = np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
    return np.asarray(turned / length, np.float32)


def lit_colours(
    tone: npt.NDArray[np.uint8], facing: npt.NDArray[np.float32], light: Light
) -> npt.NDArray[np.uint8]:
    """Return the colours (n, 3) that surfaces of a tone have in a light."""
    return np.asarray(np.clip(tone * light.shade(facing), 0, 255), np.uint8)


def _flipped(uv: npt.NDArray[np.float32] | None) -> npt.NDArray[np.float32] | None:
    """Turn v down from the first row into v up from the last."""
    return None if uv is None else np.column_stack([uv[:, 0], 1.0 - uv[:, 1]]).astype(np.float32)


def _massing(
    position: npt.NDArray[np.float32],
    normal: npt.NDArray[np.float32],
    matrix: npt.NDArray[np.float64],
    feature: npt.NDArray[np.int64] | None,
    colour: npt.NDArray[np.uint8] | None,
    base: tuple[float, float, float, float],
    options: PartOptions,
    is_textured: bool,
) -> npt.NDArray[np.uint8]:
    """Return vertex colours that make white boxes read as buildings.

    Walls darken towards the ground (as ambient occlusion would), roofs are a little darker
    and warmer than walls, and each feature differs slightly from its neighbours.
    """
    n = len(position)
    up = matrix[2, :3]
    height = position @ up.astype(np.float32)
    facing = normal @ (up / max(float(np.linalg.norm(up)), 1e-12)).astype(np.float32)
    ids = np.zeros(n, np.int64) if feature is None else feature - feature.min()
    _, group = np.unique(ids, return_inverse=True)
    group = group.reshape(-1)
    count = int(group.max()) + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, group, height)
    np.maximum.at(high, group, height)
    share = (height - low[group]) / np.maximum(high - low, 0.5)[group]
    shade = 0.80 + 0.20 * np.sqrt(np.clip(share, 0.0, 1.0))
    shade[facing > 0.5] = 0.94
    shade[facing < -0.5] = 0.6
    if colour is None:
        is_white = not is_textured and min(base[:3]) > 0.75 and max(base[:3]) - min(base[:3]) < 0.06
        colour = np.tile(
            np.rint(np.array(options.massing_colour if is_white else base[:3]) * 255), (n, 1)
        ).astype(np.uint8)
    # A hash, so that a building keeps its tint whichever tile it comes in.
    ids64 = (feature if feature is not None else ids).astype(np.uint64)
    mixed = (ids64 * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
    tint = ((mixed & np.uint64(255)).astype(np.float32) / 255.0 - 0.5)[:, None]
    warm = (((mixed >> np.uint64(8)) & np.uint64(255)).astype(np.float32) / 255.0 - 0.5)[:, None]
    factor = shade[:, None] * (1.0 + 0.07 * tint + warm * np.array([0.03, 0.0, -0.04]))
    return np.asarray(np.clip(np.rint(colour[:, :3] * factor), 0, 255), np.uint8)


def point_colours(part: Part, options: PartOptions) -> npt.NDArray[np.uint8]:
    """Return the (n, 3) colours of points for ``colour_by``."""
    n = len(part.position)
    by = options.colour_by
    if by == "classification" and "_CLASSIFICATION" in part.attributes:
        classes = np.asarray(part.attributes["_CLASSIFICATION"]).astype(np.uint8)
        return np.asarray(class_table()[classes])
    if by == "intensity" and "_INTENSITY" in part.attributes:
        values = np.asarray(part.attributes["_INTENSITY"], dtype=np.float64)
        top = float(np.percentile(values, 98)) if len(values) else 1.0
        grey = np.clip(values / max(top, 1e-9), 0, 1) ** 0.6
        return np.repeat(np.rint(40 + grey * 210).astype(np.uint8)[:, None], 3, axis=1)
    if by == "none" or (by == "rgb" and part.colour is None and part.base_colour[:3] != (1, 1, 1)):
        flat = np.rint(np.array(part.base_colour[:3]) * 255).astype(np.uint8)
        return np.tile(flat, (n, 1))
    if by == "rgb" and part.colour is not None:
        return np.ascontiguousarray(part.colour[:, :3])
    low, high = options.height_range
    height = part.position @ part.matrix[2, :3].astype(np.float32) + part.matrix[2, 3]
    return ramp((height - low) / max(high - low, 1e-6))


def decode_texture(primitive: DecodedPrimitive) -> tuple[Any, bool]:
    """Return the texture as ``vtkImageData`` and whether it is a cut-out.

    Raises
    ------
    SourceError
        If the image cannot be decoded or is unreasonably large.
    """
    image = primitive.material.image
    if image is None:
        return None, False
    from PIL import Image  # 60 ms to import, and only textured tiles need it

    try:
        with Image.open(io.BytesIO(image.data)) as picture:
            if picture.width * picture.height > _MAX_TEXTURE_PIXELS:
                raise SourceError("texture", f"{picture.width} x {picture.height} is too large")
            if max(picture.size) > _MAX_TEXTURE:
                picture.draft("RGB", (_MAX_TEXTURE, _MAX_TEXTURE))
                picture.thumbnail((_MAX_TEXTURE, _MAX_TEXTURE))
            keeps_alpha = primitive.material.alpha_mode != "OPAQUE" and (
                "A" in picture.getbands() or "transparency" in picture.info
            )
            pixels = np.asarray(picture.convert("RGBA" if keeps_alpha else "RGB"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise SourceError("texture", f"cannot be decoded ({str(error)[:60]})") from error
    is_cutout = False
    if keeps_alpha and primitive.material.alpha_mode == "MASK":
        pixels = pixels.copy()
        cutoff = primitive.material.alpha_cutoff * 255
        pixels[..., 3] = np.where(pixels[..., 3] >= cutoff, 255, 0)
        is_cutout = True
    factor = primitive.material.base_colour
    if factor[:3] != (1.0, 1.0, 1.0):
        pixels = pixels.copy()
        pixels[..., :3] = np.rint(pixels[..., :3] * np.array(factor[:3]))
    return image_data(np.asarray(pixels, np.uint8)), is_cutout
