"""Device pixels and the pixels that sizes are stated in."""

from __future__ import annotations

from typing import Any, Final

#: Dots per inch at which one of our pixels is one of the device, as in Qt and CSS.
BASE_DPI: Final = 96


def pixel_ratio(renderer: Any) -> float:
    """Return how many device pixels one of ours has in the window that a renderer draws into.

    At least 1: windows whose resolution was never set say 72 dots per inch.
    """
    window = renderer.GetRenderWindow()
    return max(1.0, window.GetDPI() / BASE_DPI) if window is not None else 1.0
