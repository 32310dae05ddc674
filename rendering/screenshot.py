"""The window's pixels as an array."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from vtkmodules.util import numpy_support
from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter


def read_pixels(window: Any, scale: int = 1) -> npt.NDArray[np.uint8]:
    """Return the window's picture, (h, w, 3), first row on top.

    Parameters
    ----------
    window : vtkRenderWindow
    scale : int
        Above 1 the picture is drawn anew in as many tiles a side, so that no side exceeds
        what OpenGL can hold.
    """
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.SetInputBufferTypeToRGB()
    grab.ReadFrontBufferOff()
    grab.SetScale(scale)
    grab.SetShouldRerender(1 if scale > 1 else 0)
    grab.Update()
    image = grab.GetOutput()
    width, height, _ = image.GetDimensions()
    convert: Any = numpy_support.vtk_to_numpy
    pixels = convert(image.GetPointData().GetScalars()).reshape(height, width, -1)
    return np.ascontiguousarray(pixels[::-1, :, :3])
