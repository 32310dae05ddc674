"""Materials and images of glTF 2.0, reduced to what Shapan draws: colour, image, sides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.tiles.gltf_document import Document, Json, resolve_uri

_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xabKTX 20\xbb", "image/ktx2"),
)


@dataclass(frozen=True)
class DecodedImage:
    """An encoded image as it stands in the file.

    Parameters
    ----------
    data : bytes
    mime : str
        ``image/jpeg``, ``image/png`` or ``image/webp``, judged by the bytes themselves.
    """

    data: bytes
    mime: str


@dataclass(frozen=True)
class DecodedMaterial:
    """How a primitive looks.

    Parameters
    ----------
    base_colour : tuple of four floats
        sRGB and alpha, 0 to 1.
    image : DecodedImage or None
    uv_set : int
        Which TEXCOORD the image uses.
    uv_transform : (3, 3) array or None
        KHR_texture_transform, column-vector convention.
    repeats : bool
        Whether the image repeats outside 0..1.
    double_sided, unlit : bool
    alpha_mode : str
        ``OPAQUE``, ``MASK`` or ``BLEND``.
    alpha_cutoff : float
    name : str
    """

    base_colour: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    image: DecodedImage | None = None
    uv_set: int = 0
    uv_transform: npt.NDArray[np.float64] | None = None
    repeats: bool = True
    double_sided: bool = False
    unlit: bool = False
    alpha_mode: str = "OPAQUE"
    alpha_cutoff: float = 0.5
    name: str = ""


def linear_to_srgb(colour: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return sRGB values of linear ones, 0 to 1 (IEC 61966-2-1)."""
    c = np.clip(np.asarray(colour, dtype=np.float64), 0.0, 1.0)
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * c ** (1 / 2.4) - 0.055)


class Materials:
    """Decodes the materials of one document, each image once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._images: dict[int, DecodedImage | None] = {}
        self._materials: dict[int, DecodedMaterial] = {}

    def material(self, index: Any) -> DecodedMaterial:
        """Return a material; the default one for None."""
        if index is None:
            return DecodedMaterial()
        entry = self._document.item("materials", index)
        if index not in self._materials:
            self._materials[index] = self._decode(entry)
        return self._materials[index]

    def _decode(self, entry: Json) -> DecodedMaterial:
        document = self._document
        extensions = _object(entry.get("extensions"))
        pbr = _object(entry.get("pbrMetallicRoughness"))
        factor_key, texture = "baseColorFactor", pbr.get("baseColorTexture")
        gloss = _object(extensions.get("KHR_materials_pbrSpecularGlossiness"))
        if gloss and not pbr:
            pbr, factor_key, texture = gloss, "diffuseFactor", gloss.get("diffuseTexture")
        factor = document.numbers(pbr, factor_key, 4, [1.0, 1.0, 1.0, 1.0])
        srgb = linear_to_srgb(factor[:3])
        image, uv_set, transform, repeats = self._texture(texture)
        mode = entry.get("alphaMode", "OPAQUE")
        return DecodedMaterial(
            base_colour=(*(float(c) for c in srgb), min(max(factor[3], 0.0), 1.0)),  # type: ignore[arg-type]
            image=image,
            uv_set=uv_set,
            uv_transform=transform,
            repeats=repeats,
            double_sided=bool(entry.get("doubleSided", False)),
            unlit="KHR_materials_unlit" in extensions,
            alpha_mode=mode if mode in ("OPAQUE", "MASK", "BLEND") else "OPAQUE",
            alpha_cutoff=document.numbers({"c": [entry.get("alphaCutoff", 0.5)]}, "c", 1, [])[0],
            name=str(entry.get("name", ""))[:200],
        )

    def _texture(
        self, info: Any
    ) -> tuple[DecodedImage | None, int, npt.NDArray[np.float64] | None, bool]:
        if not isinstance(info, dict):
            return None, 0, None, True
        document = self._document
        texture = document.item("textures", info.get("index"))
        uv_set = document.whole(info, "texCoord", 0)
        transform = None
        extra = _object(_object(info.get("extensions")).get("KHR_texture_transform"))
        if extra:
            uv_set = document.whole(extra, "texCoord", uv_set)
            transform = self._uv_transform(extra)
        repeats = True
        if texture.get("sampler") is not None:
            sampler = document.item("samplers", texture["sampler"])
            repeats = not (sampler.get("wrapS") == 33071 and sampler.get("wrapT") == 33071)
        source = texture.get("source")
        extensions = _object(texture.get("extensions"))
        if source is None or "KHR_texture_basisu" in extensions:
            webp = _object(extensions.get("EXT_texture_webp")).get("source")
            source = webp if webp is not None else source
        if source is None:
            document.warn("a texture in a format that is not supported (KTX2) was left out")
            return None, uv_set, transform, repeats
        return self.image(source), uv_set, transform, repeats

    def _uv_transform(self, extra: Json) -> npt.NDArray[np.float64]:
        document = self._document
        offset = document.numbers(extra, "offset", 2, [0.0, 0.0])
        scale = document.numbers(extra, "scale", 2, [1.0, 1.0])
        (angle,) = document.numbers({"r": [extra.get("rotation", 0.0)]}, "r", 1, [])
        cos, sin = math.cos(angle), math.sin(angle)
        # KHR_texture_transform: translation * rotation * scale; positive angles turn clockwise
        # because v runs down.
        return np.array(
            [
                [cos * scale[0], sin * scale[1], offset[0]],
                [-sin * scale[0], cos * scale[1], offset[1]],
                [0.0, 0.0, 1.0],
            ]
        )

    def image(self, index: Any) -> DecodedImage | None:
        """Return an image's encoded bytes; None with a warning where it cannot be used."""
        document = self._document
        entry = document.item("images", index)
        if index in self._images:
            return self._images[index]
        if entry.get("bufferView") is not None:
            data = bytes(document.view(entry["bufferView"])[0])
        else:
            uri = entry.get("uri", "")
            is_file = isinstance(uri, str) and not uri.startswith("data:")
            if is_file and not resolve_uri(uri, document.path, document.root).is_file():
                document.warn(f"the texture {uri[:80]} is missing")
                self._images[index] = None
                return None
            data = document.fetch(uri)
        mime = next((name for magic, name in _MAGIC if data.startswith(magic)), "")
        if not mime and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            mime = "image/webp"
        if mime in ("image/ktx2", ""):
            what = "KTX2" if mime else "an unknown format"
            document.warn(f"a texture in {what} was left out")
            self._images[index] = None
        else:
            self._images[index] = DecodedImage(data, mime)
        return self._images[index]


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
