"""Is a tileset whole: does every tile's content exist and start as it should?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from twin_model.errors import SourceError
from twin_model.tiles.tileset import load_tileset

_MAGIC: Final = (b"glTF", b"b3dm", b"i3dm", b"pnts", b"cmpt")
_MAX_EXTERNAL: Final = 10_000


def check_tileset(path: Path) -> int:
    """Read every tileset file below *path* and look at each tile's content.

    Returns
    -------
    int
        Tiles looked at (those of implicit trees are not expanded).

    Raises
    ------
    SourceError
        For the first file that is missing or damaged.
    """
    stack = [load_tileset(path)]
    seen = 0
    for _ in range(_MAX_EXTERNAL):
        if not stack:
            break
        tileset = stack.pop()
        for tile in tileset.root.walk():
            seen += 1
            if tile.implicit is not None:
                continue
            for content in tile.contents:
                if content.suffix.lower() == ".json":
                    stack.append(load_tileset(content, parent=tile))
                else:
                    _check_content(content)
    return seen


def _check_content(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    is_json = head.lstrip()[:1] == b"{"
    if head not in _MAGIC and not is_json:
        raise SourceError(path, "is not tile content")
