"""An off-screen window of the kind that this machine can make."""

from __future__ import annotations

import os
import sys
from typing import Any

from vtkmodules import vtkRenderingOpenGL2  # also registers the OpenGL factories
from vtkmodules.vtkRenderingCore import vtkRenderWindow


def make_window(size: tuple[int, int]) -> Any:
    """Return an off-screen ``vtkRenderWindow``.

    Left to itself, VTK tries X first and complains on stderr where there is no X server; EGL
    needs none.

    Parameters
    ----------
    size : tuple of two int
        Width and height in pixels.
    """
    without_x = sys.platform.startswith("linux") and not os.environ.get("DISPLAY")
    egl = getattr(vtkRenderingOpenGL2, "vtkEGLRenderWindow", None) if without_x else None
    window = vtkRenderWindow() if egl is None else egl()
    window.SetOffScreenRendering(1)
    window.SetSize(*size)
    return window
