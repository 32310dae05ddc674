"""What the check found out about a folder of photographs, as the window shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.footprints import camera_rotation
from ingest.reconstruction.photo_metadata import PhotoMetadata
from ingest.reconstruction.placing import frame_from
from ingest.reconstruction.whereabouts import Misplacement
from twin_model.frame import Frame

Point = tuple[float, float, float]
FloatArray = npt.NDArray[np.float64]

#: Corners of a frustum, one and the next, and its middle to each of them.
_EDGES = ((0, 1), (1, 2), (2, 3), (3, 0), (4, 0), (4, 1), (4, 2), (4, 3))
#: Radius of the ring around a camera of unknown direction, times the depth of a pyramid.
_RING = 0.3
_RING_SIDES = 16


@dataclass(frozen=True)
class Pose:
    """Where a run found that a photograph was taken.

    Parameters
    ----------
    centre_m : (x, y, z)
        Local metres.
    rotation : (3, 3) float64 array
        Local axes to the camera's: x right, y down, z forward.
    """

    centre_m: Point
    rotation: FloatArray


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
    """What a run of one quality needs on this machine; the time for a field comes on top."""

    minutes: float
    memory_mb: float
    disk_mb: float
    from_ground: bool = False
    field_minutes: float = 0.0
    field_memory_mb: float = 0.0


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
    misplaced : Misplacement or None
        Where they are of another place than the project.
    """

    folder: Path
    frame: Frame
    rows: list[PhotoRow]
    warnings: list[str] = field(default_factory=list)
    refused: str = ""
    coverage: dict[str, Any] = field(default_factory=dict)
    needs: dict[str, Needs] = field(default_factory=dict)
    misplaced: Misplacement | None = None

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
                position_m=_point(one["position_local_m"]) if one["position_local_m"] else None,
                overlap=overlaps.get(one["name"]),
                problems=one["problems"],
                remarks=one["remarks"],
                ring_m=rings.get(one["name"], ()),
            )
            for number, one in enumerate(document["photos"])
        ]
        needs = {
            name: Needs(
                one["minutes"], one["memory_mb"], one["disk_mb"], bool(one["from_ground"]),
                one["field"]["minutes"], one["field"]["memory_mb"],
            )
            for name, one in document["estimates"].items()
        }  # fmt: skip
        return cls(
            Path(document["folder"]), frame_from(document["frame"]), rows,
            list(document["warnings"]), str(document["refused"]), coverage, needs,
            Misplacement(**document["misplaced"]) if document["misplaced"] else None,
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
        reach = 0.0 if self.from_ground else 0.5 * float(east - west)
        low = min(float(places[:, 2].min()), top - reach)
        return (float(west), float(south), low, float(east), float(north), top)

    @property
    def from_ground(self) -> bool:
        """Whether they are taken for photographs from the ground."""
        return any(one.from_ground for one in self.needs.values())

    def place_of(self, row: PhotoRow, poses: Mapping[str, Pose]) -> Point | None:
        """Return where a photograph was taken: after its pose, else after its GPS."""
        return poses[row.name].centre_m if row.name in poses else row.position_m

    def frustums(
        self, rows: Sequence[PhotoRow], depth_m: float, poses: Mapping[str, Pose]
    ) -> list[tuple[Point, Point]]:
        """Return the edges of pyramids that open where photographs look.

        Of those that do not say how far down they look, drones are taken to look straight down;
        cameras on the ground get a level ring, or a level pyramid where their heading is known.

        Parameters
        ----------
        rows : sequence of PhotoRow
        depth_m : float
            Of a pyramid.
        poses : mapping of str to Pose
            Of photographs that were found in a run.
        """
        found: list[tuple[Point, Point]] = []
        for row in rows:
            place, metadata = self.place_of(row, poses), row.metadata
            if place is None or metadata is None:
                continue
            rotation = poses[row.name].rotation if row.name in poses else self._rotation(metadata)
            if rotation is None:
                found += _ring(place, _RING * depth_m)
                continue
            corners = _corners(metadata, place, rotation, depth_m)
            found += [(corners[a], corners[b]) for a, b in _EDGES]
        return found

    def _rotation(self, metadata: PhotoMetadata) -> FloatArray | None:
        """Return where a photograph states that it looks; None where that is open."""
        yaw, pitch, roll = metadata.yaw_deg, metadata.pitch_deg, metadata.roll_deg or 0.0
        if pitch is None and self.from_ground:
            return None if yaw is None else camera_rotation(yaw, 0.0, roll)
        return camera_rotation(yaw or 0.0, -90.0 if pitch is None else pitch, roll)


def _corners(
    metadata: PhotoMetadata, position: Point, rotation: FloatArray, depth_m: float
) -> list[Point]:
    """Return the four corners of a picture that far before the camera, and the camera."""
    focal = metadata.focal_px or 0.85 * max(metadata.width_px, metadata.height_px)
    half_w, half_h = metadata.width_px / 2 / focal, metadata.height_px / 2 / focal
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    rays = np.array([[u * half_w, v * half_h, 1.0] for u, v in signs])
    places = np.array(position) + depth_m * rays @ rotation
    found = [(float(x), float(y), float(z)) for x, y, z in places]
    return [*found, position]


def _ring(middle: Point, radius_m: float) -> list[tuple[Point, Point]]:
    """Return a level ring: a camera that may look anywhere."""
    angles = np.linspace(0.0, 2 * np.pi, _RING_SIDES + 1)
    x, y, z = middle
    corners = [
        (x + radius_m * float(np.sin(a)), y + radius_m * float(np.cos(a)), z) for a in angles
    ]
    return list(pairwise(corners))


def poses_of_runs(runs: Sequence[Path]) -> dict[str, Pose]:
    """Return the poses that the first of some runs found that is that far; read from its folder."""
    from ingest.reconstruction.sightings import eyes_of_run

    for run in runs:
        try:
            eyes = eyes_of_run(run)
        except (OSError, ValueError, KeyError):
            continue  # it is being written, or damaged
        if eyes:
            return {
                eye.name: Pose(_point(eye.photo.centre_m), np.asarray(eye.photo.rotation))
                for eye in eyes
            }
    return {}


def _point(values: Sequence[float] | FloatArray) -> Point:
    return (float(values[0]), float(values[1]), float(values[2]))
