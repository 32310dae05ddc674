"""Photographs as later steps want them: upright, RGB, of a workable size, with plain names."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from ingest.pipeline.job import Job
from ingest.reconstruction.photo_check import PhotoCheck, PhotoFinding
from ingest.reconstruction.photo_quality import load_upright

_LIST: Final = "prepared.json"
_KEPT_BYTES: Final = 1 << 30


@dataclass(frozen=True)
class Prepared:
    """A photograph that was made ready.

    Parameters
    ----------
    name : str
        Of the prepared file.
    source : str
        Of the original, relative to its folder.
    camera : str
        What photographs of one camera share.
    width_px, height_px : int
    scale : float
        Prepared pixels a pixel of the upright original.
    focal_px : float or None
        Of the prepared one.
    taken : str or None
    centre_m : list of three floats or None
        Local metres, after GPS.
    sigma_m : float or None
        Of it, where the receiver states it.
    direction_deg : list of three floats or None
        Yaw, pitch, roll.
    above_ground_m : float or None
    mask : bool
        Whether there is one.
    """

    name: str
    source: str
    camera: str
    width_px: int
    height_px: int
    scale: float
    focal_px: float | None
    taken: str | None
    centre_m: list[float] | None
    sigma_m: float | None
    direction_deg: list[float] | None
    above_ground_m: float | None
    mask: bool


def prepare_photos(
    check: PhotoCheck, folder: Path, max_side_px: int | None, job: Job
) -> list[Prepared]:
    """Write the usable photographs into ``photos/`` and their masks into ``masks/``.

    Parameters
    ----------
    check : PhotoCheck
    folder : Path
        Where both are made.
    max_side_px : int or None
        Larger ones are reduced.
    job : Job
    """
    pictures, masks = folder / "photos", folder / "masks"
    pictures.mkdir()
    out: list[Prepared] = []
    used = check.used
    for number, finding in enumerate(used):
        job.report("Preparing photographs", number, len(used), "photos")
        out.append(_prepare(check.folder, finding, number, (pictures, masks), max_side_px))
    text = json.dumps([asdict(photo) for photo in out], ensure_ascii=False, indent=1)
    (folder / _LIST).write_text(text, encoding="utf-8")
    return out


def load_prepared(folder: Path) -> list[Prepared]:
    """Read what `prepare_photos` wrote."""
    rows: list[dict[str, Any]] = json.loads((folder / _LIST).read_text(encoding="utf-8"))
    return [Prepared(**row) for row in rows]


def _prepare(
    source: Path,
    finding: PhotoFinding,
    number: int,
    folders: tuple[Path, Path],
    max_side_px: int | None,
) -> Prepared:
    metadata = finding.metadata
    assert metadata is not None
    stem = re.sub(r"[^A-Za-z0-9]+", "-", Path(finding.name).stem).strip("-")[:40]
    name = f"{number + 1:05d}{'-' if stem else ''}{stem}.jpg"
    image = load_upright(source / finding.name, max_side_px)
    image.save(folders[0] / name, "JPEG", quality=96, subsampling=0)
    if finding.mask is not None:
        folders[1].mkdir(exist_ok=True)
        mask = load_upright(source / finding.mask).convert("L")
        mask = mask.resize(image.size, Image.Resampling.NEAREST).point(lambda v: 255 * (v > 127))
        mask.save(folders[1] / f"{name}.png")
    scale = image.width / metadata.width_px
    direction = None
    if metadata.yaw_deg is not None and metadata.pitch_deg is not None:
        direction = [metadata.yaw_deg, metadata.pitch_deg, metadata.roll_deg or 0.0]
    position = finding.position_local_m
    return Prepared(
        name=name,
        source=finding.name,
        camera=metadata.camera_key,
        width_px=image.width,
        height_px=image.height,
        scale=scale,
        focal_px=None if metadata.focal_px is None else metadata.focal_px * scale,
        taken=metadata.taken,
        centre_m=None if position is None else list(position),
        sigma_m=metadata.position_accuracy_m,
        direction_deg=direction,
        above_ground_m=metadata.above_ground_m,
        mask=finding.mask is not None,
    )


class Pictures:
    """Decoded photographs, the last ones used kept.

    Parameters
    ----------
    folder : Path
        That `prepare_photos` wrote.
    names : list of str
        Of the photographs, in the scene's order.
    """

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._folder = folder
        self._names = names
        self._kept: OrderedDict[int, npt.NDArray[np.uint8]] = OrderedDict()
        self._bytes = 0

    def __call__(self, number: int) -> npt.NDArray[np.uint8]:
        """Return the pixels of one, (h, w, 3)."""
        found = self._kept.pop(number, None)
        if found is None:
            with Image.open(self._folder / "photos" / self._names[number]) as image:
                found = np.asarray(image.convert("RGB"))
            self._bytes += found.nbytes
        self._kept[number] = found
        while self._bytes > _KEPT_BYTES and len(self._kept) > 2:
            _, old = self._kept.popitem(last=False)
            self._bytes -= old.nbytes
        return found

    def mask(self, number: int) -> npt.NDArray[np.bool_] | None:
        """Return where pixels of one count; None where all do."""
        path = self._folder / "masks" / f"{self._names[number]}.png"
        if not path.is_file():
            return None
        with Image.open(path) as image:
            return np.asarray(image.convert("L")) > 127
