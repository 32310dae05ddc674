"""What the check found out about a folder of photographs, as the window shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ingest.reconstruction.footprints import camera_rotation
from ingest.reconstruction.photo_metadata import PhotoMetadata
from ingest.reconstruction.placing import frame_from
from twin_model.frame import Frame

Point = tuple[float, float, float]

#: Corners of a frustum, one and the next, and its middle to each of them.
_EDGES = ((0, 1), (1, 2), (2, 3), (3, 0), (4, 0), (4, 1), (4, 2), (4, 3))


@dataclass(frozen=True)
class PhotoRow:
    """One photograph.

    Parameters
    ----------
    name : str
        Relative to the folder.
    thumbnail : Path
        May be missing.
    used : bool
    metadata : PhotoMetadata or None
        None where the file is no picture.
    blur, brightness : float or None
        0 to 1.
    position_m : (x, y, z) or None
        Local metres, after its GPS.
    overlap : float or None
        Share that its best neighbour sees too.
    problems, remarks : sequence of str
        In the words of the pipeline.
    ring_m : sequence of (x, y)
        What it sees of level ground; empty where that is not known.
    """

    name: str
    thumbnail: Path
    used: bool
    metadata: PhotoMetadata | None = None
    blur: float | None = None
    brightness: float | None = None
    position_m: Point | None = None
    overlap: float | None = None
    problems: Sequence[str] = ()
    remarks: Sequence[str] = ()
    ring_m: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class Needs:
    """What a run of one quality needs on this machine."""

    minutes: float
    memory_mb: float
    disk_mb: float
    from_ground: bool = False


@dataclass(frozen=True)
class PhotoSet:
    """A checked folder.

    Parameters
    ----------
    folder : Path
    frame : Frame
        Of `position_m`: the project's, with an origin.
    rows : list of PhotoRow
    warnings : list of str
        About the set as a whole.
    refused : str
        Why it cannot be reconstructed; empty where it can.
    coverage : dict
        As the pipeline states it; empty where nothing is known.
    needs : dict of str to Needs
        By quality.
    """

    folder: Path
    frame: Frame
    rows: list[PhotoRow]
    warnings: list[str] = field(default_factory=list)
    refused: str = ""
    coverage: dict[str, Any] = field(default_factory=dict)
    needs: dict[str, Needs] = field(default_factory=dict)

    @property
    def used(self) -> list[PhotoRow]:
        """The photographs that go into a reconstruction."""
        return [row for row in self.rows if row.used]

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> PhotoSet:
        """Return what `ingest.reconstruction.tasks.check_in_process` found."""
        coverage = document["coverage"] or {}
        rings = {f["name"]: [(x, y) for x, y in f["ring_m"]] for f in document["footprints"]}
        overlaps = coverage.get("best_overlap", {})
        thumbnails = Path(document["thumbnails"])
        rows = [
            PhotoRow(
                name=one["name"],
                thumbnail=thumbnails / f"{number:05d}.jpg",
                used=one["used"],
                metadata=PhotoMetadata(**one["metadata"]) if one["metadata"] else None,
                blur=one["blur"],
                brightness=one["brightness"],
                position_m=_point(one["position_local_m"]),
                overlap=overlaps.get(one["name"]),
                problems=one["problems"],
                remarks=one["remarks"],
                ring_m=rings.get(one["name"], ()),
            )
            for number, one in enumerate(document["photos"])
        ]
        needs = {
            name: Needs(one["minutes"], one["memory_mb"], one["disk_mb"], bool(one["from_ground"]))
            for name, one in document["estimates"].items()
        }
        return cls(
            Path(document["folder"]), frame_from(document["frame"]), rows,
            list(document["warnings"]), str(document["refused"]), coverage, needs,
        )  # fmt: skip

    def bounds(self) -> tuple[float, float, float, float, float, float] | None:
        """Return the box of positions and footprints; None where nothing has a place.

        Of those that are used where there are any: one of another place would leave the rest a dot.
        """
        rows = [row for row in self.used if row.position_m] or self.rows
        places = np.array([row.position_m for row in rows if row.position_m], float)
        if len(places) == 0:
            return None
        plan = [places[:, :2], *(np.array(row.ring_m) for row in rows if len(row.ring_m))]
        west, south = np.concatenate(plan).min(axis=0)
        east, north = np.concatenate(plan).max(axis=0)
        top = float(places[:, 2].max())
        low = min(float(places[:, 2].min()), top - 0.5 * float(east - west))
        return (float(west), float(south), low, float(east), float(north), top)

    def frustums(self, rows: Sequence[PhotoRow], depth_m: float) -> list[tuple[Point, Point]]:
        """Return the edges of pyramids that open where photographs look.

        Photographs that do not state a direction are taken to look down, northwards.

        Parameters
        ----------
        rows : sequence of PhotoRow
        depth_m : float
            Of a pyramid.
        """
        found: list[tuple[Point, Point]] = []
        for row in rows:
            if row.position_m is None or row.metadata is None:
                continue
            corners = _corners(row.metadata, row.position_m, depth_m)
            found += [(corners[a], corners[b]) for a, b in _EDGES]
        return found


def _corners(metadata: PhotoMetadata, position: Point, depth_m: float) -> list[Point]:
    """Return the four corners of a picture that far before the camera, and the camera."""
    focal = metadata.focal_px or 0.85 * max(metadata.width_px, metadata.height_px)
    half_w, half_h = metadata.width_px / 2 / focal, metadata.height_px / 2 / focal
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    rays = np.array([[u * half_w, v * half_h, 1.0] for u, v in signs])
    pitch = -90.0 if metadata.pitch_deg is None else metadata.pitch_deg
    rotation = camera_rotation(metadata.yaw_deg or 0.0, pitch, metadata.roll_deg or 0.0)
    places = np.array(position) + depth_m * rays @ rotation
    found = [(float(x), float(y), float(z)) for x, y, z in places]
    return [*found, position]


def _point(values: Sequence[float] | None) -> Point | None:
    return None if values is None else (float(values[0]), float(values[1]), float(values[2]))
