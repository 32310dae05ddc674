"""Material libraries (MTL) of Wavefront OBJ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ingest.readers.contract import Material
from ingest.readers.textures import inside, read_texture
from twin_model.errors import SourceError

_MAX_BYTES: Final = 16 * 2**20
#: Options of map statements and how many values follow each.
_OPTIONS: Final = {
    "-blendu": 1, "-blendv": 1, "-boost": 1, "-mm": 2, "-texres": 1, "-clamp": 1, "-bm": 1,
    "-imfchan": 1, "-type": 1, "-cc": 1,
}  # fmt: skip
#: Options followed by up to three numbers.
_VECTORS: Final = ("-o", "-s", "-t")


def read_materials(
    path: Path, libraries: list[str], warn: Callable[[str], None]
) -> dict[str, Material]:
    """Return the materials of every library that lies inside the OBJ's folder.

    Parameters
    ----------
    path : Path
        The OBJ.
    libraries : list of str
        As written after ``mtllib``.
    warn : callable
        Gets one sentence for each library or texture left out.
    """
    root = path.parent.resolve()
    found: dict[str, Material] = {}
    for written in dict.fromkeys(libraries):
        for name in _names(path, written, root):
            target = inside(path, name, root)
            if target is None:
                warn(f"the material library '{name[:60]}' lies outside the folder; not read")
                continue
            target = _any_case(target)
            if not target.is_file() or target.stat().st_size > _MAX_BYTES:
                warn(f"the material library '{name[:60]}' is not there; materials are grey")
                continue
            text = target.read_bytes().decode("utf-8", errors="replace")
            for material in _parse(target, root, text, warn):
                found.setdefault(material.name, material)
    return found


def _names(path: Path, written: str, root: Path) -> list[str]:
    """Return the file names of one statement: a name with spaces, or several names."""
    whole = inside(path, written, root)
    if whole is not None and _any_case(whole).is_file():
        return [written]
    words = written.split()
    several = [word for word in words if word.lower().endswith(".mtl")]
    return several if len(words) > 1 and len(several) == len(words) else [written]


def _any_case(target: Path) -> Path:
    """Return the file of that name in any case: libraries come from Windows."""
    if target.exists() or not target.parent.is_dir():
        return target
    lower = target.name.lower()
    return next((p for p in target.parent.iterdir() if p.name.lower() == lower), target)


def _parse(path: Path, root: Path, text: str, warn: Callable[[str], None]) -> list[Material]:
    materials: list[Material] = []
    for line in text.splitlines():
        words = line.split(None, 1)
        if len(words) < 2:
            continue
        keyword, rest = words[0].lower(), words[1].strip()
        if keyword == "newmtl":
            materials.append(Material(name=rest))
        if not materials:
            continue
        material = materials[-1]
        if keyword == "kd":
            _colour(material, rest)
        elif keyword in ("d", "tr"):
            _opacity(material, rest, transparency=keyword == "tr")
        elif keyword in ("map_kd", "map_ka") and (keyword == "map_kd" or not material.texture):
            name = _texture_name(rest)
            resolved = inside(path, name, root)
            if resolved is not None:
                name = str(_any_case(resolved))
            try:
                material.texture = read_texture(path, _relative(name, path), root)
            except SourceError as error:
                warn(f"{error.reason}; the surface has no picture")
    for material in materials:
        if material.texture is not None:
            material.colour = (1.0, 1.0, 1.0, material.colour[3])
    return materials


def _relative(name: str, path: Path) -> str:
    """Return an absolute name below the library's folder as a relative one."""
    given = Path(name)
    folder = path.parent.resolve()
    return str(given.relative_to(folder)) if given.is_relative_to(folder) else name


def _colour(material: Material, rest: str) -> None:
    try:
        red, green, blue = (min(max(float(word), 0.0), 1.0) for word in (rest.split() * 3)[:3])
    except ValueError:
        return
    material.colour = (red, green, blue, material.colour[3])


def _opacity(material: Material, rest: str, *, transparency: bool) -> None:
    try:
        value = min(max(float(rest.rsplit(maxsplit=1)[-1]), 0.0), 1.0)
    except ValueError:
        return
    # Some programs write d 0 for everything; a surface that cannot be seen is not meant.
    alpha = 1.0 - value if transparency else value
    material.colour = (*material.colour[:3], alpha if alpha > 0.0 else 1.0)


def _texture_name(rest: str) -> str:
    """Return the file name of a map statement, which may have options before and spaces inside."""
    words = rest.split()
    position = 0
    while position < len(words) and words[position].startswith("-"):
        option = words[position].lower()
        position += 1
        if option in _VECTORS:
            taken = 0
            while taken < 3 and position < len(words) and _is_number(words[position]):
                position += 1
                taken += 1
        else:
            position += _OPTIONS.get(option, 0)
    return rest if position == 0 else " ".join(words[position:])


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
