"""A picture of layers without a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rendering.camera import CameraPose
from rendering.entities.shape import EntityShape
from rendering.options import StageOptions
from rendering.stage import Stage
from twin_model.errors import SourceError
from twin_model.frame import Frame
from twin_model.layer import Layer
from twin_model.placing import Placing
from twin_model.time import Instant


@dataclass(frozen=True)
class Picture:
    """How a picture is taken.

    Parameters
    ----------
    size : tuple of two int
        Width and height in pixels.
    pose : CameraPose or None
        None shows everything.
    timeout_s : float
        After which the picture is taken as it is.
    dark : bool
    instant : Instant or None
        Date and time for the sun.
    """

    size: tuple[int, int] = (1280, 720)
    pose: CameraPose | None = None
    timeout_s: float = 60.0
    dark: bool = False
    instant: Instant | None = None


def render_to_png(
    frame: Frame,
    layers: list[tuple[Layer, Path]],
    out: Path,
    picture: Picture = Picture(),
    *,
    entities: Sequence[EntityShape] = (),
    placing: Placing | None = None,
) -> bool:
    """Draw layers and entities into a PNG.

    Parameters
    ----------
    frame : Frame
    layers : list of (Layer, Path)
        Layers with their folders, bottom first.
    out : Path
    picture : Picture
    entities : sequence of EntityShape
        Those that no layer draws.
    placing : Placing, optional
        Features that are left out or stand elsewhere than their layers have them.

    Returns
    -------
    bool
        Whether every tile was in.

    Raises
    ------
    SourceError
        If a layer's files are broken or the PNG cannot be written.
    """
    stage = Stage(size=picture.size, options=StageOptions())
    try:
        stage.set_frame(frame)
        stage.set_theme(picture.dark)
        if placing is not None:
            stage.set_hidden(placing.hidden())
            stage.set_moved(placing.moved)
        for layer, folder in layers:
            stage.add_layer(layer, folder)
        stage.entities.replace(entities)
        if picture.instant is not None:
            stage.set_date(picture.instant)
        complete, pixels = _take_picture(stage, picture.pose, picture.timeout_s)
    finally:
        stage.close()
    _write_png(pixels, out)
    return complete


def _take_picture(
    stage: Stage, pose: CameraPose | None, timeout_s: float
) -> tuple[bool, npt.NDArray[np.uint8]]:
    stage.camera = pose or stage.fit()
    complete = stage.wait_complete(timeout_s)
    if pose is None:
        # Symbols and draped layers know their extent only once they are read.
        stage.camera = stage.fit()
        complete = stage.wait_complete(timeout_s) and complete
    # One frame teaches what the OpenGL can do; budgets may change by it.
    stage.render()
    complete = stage.wait_complete(timeout_s) and complete
    return complete, stage.screenshot()


def _write_png(pixels: npt.NDArray[np.uint8], out: Path) -> None:
    from PIL import Image  # only needed to write the file

    try:
        Image.fromarray(pixels).save(out)
    except (OSError, ValueError) as error:
        raise SourceError(out, f"cannot be written ({error})") from error
