"""A font file that has Chinese."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import Final

_CANDIDATES: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Medium.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
    "C:/Windows/Fonts/simsun.ttc",
)
_FALLBACKS: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/System/Library/Fonts/Helvetica.ttc",
    "C:/Windows/Fonts/arial.ttf",
)


@functools.cache
def font_file() -> Path | None:
    """Return a font file for labels: one with Chinese where there is one.

    VTK's own font silently draws nothing for Chinese.
    """
    own = Path.home() / ".local/share/fonts"
    local = sorted(own.glob("**/*CJK*")) if own.is_dir() else []
    found = next((p for p in [*map(Path, _CANDIDATES), *local] if p.is_file()), None)
    if found is not None:
        return found
    if sys.platform.startswith("linux"):
        for folder in (Path("/usr/share/fonts"), Path("/usr/local/share/fonts")):
            for pattern in ("**/*CJK*.ttc", "**/*CJK*.otf", "**/wqy*.ttc", "**/*HeiSC*.ttf"):
                found = next(iter(sorted(folder.glob(pattern))), None)
                if found is not None:
                    return found
    return next((p for p in map(Path, _FALLBACKS) if p.is_file()), None)


def has_chinese() -> bool:
    """Return whether labels can show Chinese."""
    found = font_file()
    return found is not None and str(found) not in _FALLBACKS
