"""The stage: layers and camera in, pixels out. Knows VTK, knows no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import vtkmodules.vtkInteractionStyle
import vtkmodules.vtkRenderingFreeType
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  registers the OpenGL factories
from psygnal import Signal
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

from rendering.camera import CameraPose, Point, look_at
from rendering.look import Look, make_look
from rendering.options import Overlay, Pick, StageOptions, StageStatistics
from rendering.overlays import Overlays
from rendering.picking import Picker
from rendering.quality import Quality
from rendering.screenshot import read_pixels
from rendering.sky import Sky, sun_direction
from rendering.symbology.palette import DARK, LIGHT
from rendering.tiles.engine import Cache
from rendering.tiles.loader import Loader
from rendering.views.table import make_view
from rendering.views.view import Scene, View
from twin_model.errors import FrameError
from twin_model.frame import Frame
from twin_model.layer import Bounds, Layer
from twin_model.time import Instant

_WAIT_S: Final = 0.05


class Stage:
    """Draws the layers of one project.

    All methods but the signal belong to the thread that owns the window.

    Parameters
    ----------
    window : vtkRenderWindow or None
        None makes an off-screen window of its own.
    size : tuple of two int
        Width and height in pixels of that window.
    options : StageOptions
    """

    #: Emitted from decoder threads when something arrived: call `update` and `render` then.
    needs_frame = Signal()

    def __init__(
        self,
        window: Any | None = None,
        *,
        size: tuple[int, int] = (1280, 720),
        options: StageOptions = StageOptions(),  # noqa: B008  frozen
    ) -> None:
        self._own_window = window is None
        if window is None:
            window = vtkRenderWindow()
            window.SetOffScreenRendering(1)
            window.SetSize(*size)
        # Multisampling costs two to four times the frame on software OpenGL.
        window.SetMultiSamples(0)
        self.window = window
        self.renderer = vtkRenderer()
        window.AddRenderer(self.renderer)
        self._options = options
        self._closed = False
        self._layers: dict[str, View] = {}
        self._order: list[str] = []
        self._pose = CameraPose((0.0, -100.0, 60.0), (0.0, 0.0, 0.0))
        self._moving = False
        self._frame_count = 0
        self._dark = False
        self._pending = False
        self._instant: Instant | None = None
        self._sky = Sky(self.renderer, LIGHT)
        self._quality = Quality(options)
        self._scene = Scene(
            self.renderer,
            Loader(options.decoder_threads, self._arrived),
            Cache(options.cache_bytes),
            Frame("EPSG:3857"),
            LIGHT,
        )
        self._ground = make_ground(self._scene)
        self._overlays = Overlays(self.renderer, LIGHT)
        self._picker = Picker(self.renderer)
        self._selected: list[tuple[str, int]] = []
        self._hovered: tuple[str, int] | None = None
        self._apply_camera()
