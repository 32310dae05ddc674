"""Looks through a folder of photographs before hours are spent on them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.footprints import Coverage, Footprint, coverage_of, footprints_of
from ingest.reconstruction.photo_heights import PhotoHeights, brought_to_datum
from ingest.reconstruction.photo_metadata import PHOTO_SUFFIXES, PhotoMetadata, read_metadata
from ingest.reconstruction.photo_quality import (
    DUPLICATE_BITS,
    PhotoQuality,
    different_bits,
    judge_photo,
)
from ingest.reconstruction.whereabouts import Misplacement, misplacement
from twin_model.errors import FrameError, SourceError
from twin_model.frame import Frame

FloatArray = npt.NDArray[np.float64]

_BLURRED: Final = 0.60
_BLURRED_BEYOND_OTHERS: Final = 0.15
_DARK: Final = 0.08
_BRIGHT: Final = 0.95
_CLIPPED: Final = 0.5
#: Photographs farther than this from the middle of the set, and ten times farther than the
#: others, are of another place.
_ELSEWHERE_M: Final = 2_000.0
MASK_FOLDER: Final = "masks"
LEAST_PHOTOS: Final = 3
#: What is to be done where there are fewer.
ENOUGH: Final = "at least three that overlap are needed"


@dataclass
class PhotoFinding:
    """What was found out about one file.

    Parameters
    ----------
    name : str
    metadata : PhotoMetadata or None
        None where the file is no picture.
    quality : PhotoQuality or None
    position_local_m : tuple of three floats or None
        Where it was taken, local metres, after its GPS.
    problems : list of str
        Why it is left out; empty where it is used.
    remarks : list of str
        What is worth knowing about one that is used.
    mask : str or None
        File, relative to the folder, whose black pixels are ignored.
    """

    name: str
    metadata: PhotoMetadata | None = None
    quality: PhotoQuality | None = None
    position_local_m: tuple[float, float, float] | None = None
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    mask: str | None = None

    @property
    def used(self) -> bool:
        """Whether it goes into the reconstruction."""
        return self.metadata is not None and not self.problems

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        quality = self.quality
        return {
            "name": self.name,
            "used": self.used,
            "metadata": self.metadata.to_json() if self.metadata else None,
            "blur": round(quality.blur, 4) if quality else None,
            "brightness": round(quality.brightness, 4) if quality else None,
            "digest": quality.digest if quality else None,
            "position_local_m": self.position_local_m,
            "problems": self.problems,
            "remarks": self.remarks,
            "mask": self.mask,
        }


@dataclass
class PhotoCheck:
    """What was found out about a folder of photographs.

    Parameters
    ----------
    folder : Path
    findings : list of PhotoFinding
        One a file, by name.
    warnings : list of str
        About the set as a whole.
    footprints : list of Footprint
        What each photograph with a position sees of level ground.
    coverage : Coverage or None
    heights : PhotoHeights
        What heights of their positions are above.
    misplaced : Misplacement or None
        Where they were taken far from what the project's CRS and origin are for.
    """

    folder: Path
    findings: list[PhotoFinding]
    warnings: list[str] = field(default_factory=list)
    footprints: list[Footprint] = field(default_factory=list)
    coverage: Coverage | None = None
    heights: PhotoHeights = field(default_factory=PhotoHeights)
    misplaced: Misplacement | None = None

    @property
    def used(self) -> list[PhotoFinding]:
        """The photographs that go into the reconstruction."""
        return [finding for finding in self.findings if finding.used]

    @property
    def sizes_px(self) -> list[tuple[int, int]]:
        """Width and height of those."""
        found = [finding.metadata for finding in self.used]
        return [(one.width_px, one.height_px) for one in found if one is not None]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "folder": str(self.folder),
            "photos": [finding.to_json() for finding in self.findings],
            "warnings": self.warnings,
            "footprints": [footprint.to_json() for footprint in self.footprints],
            "coverage": self.coverage.to_json() if self.coverage else None,
            "misplaced": self.misplaced.to_json() if self.misplaced else None,
        }


def list_photos(folder: Path) -> list[Path]:
    """Return the picture files below a folder, masks and hidden files apart.

    Raises
    ------
    SourceError
        If it is no folder or holds no picture.
    """
    if not folder.is_dir():
        raise SourceError(folder, "is no folder of photographs")
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in PHOTO_SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") or part == MASK_FOLDER
                    for part in path.relative_to(folder).parts)
    ]  # fmt: skip
    if not found:
        raise SourceError(folder, "holds no photographs (JPEG, PNG, TIFF)")
    return found


def gps_origin(metadata: list[PhotoMetadata]) -> tuple[float, float] | None:
    """Return longitude and latitude of the middle photograph, None where no GPS is there."""
    known = [m for m in metadata if m.has_position]
    if not known:
        return None
    return (
        float(np.median([m.longitude_deg or 0.0 for m in known])),
        float(np.median([m.latitude_deg or 0.0 for m in known])),
    )


def check_photos(folder: Path, frame: Frame, job: Job, geoid: Path | None = None) -> PhotoCheck:
    """Look at every photograph of a folder that is about to be reconstructed.

    Parameters
    ----------
    folder : Path
    frame : Frame
        The project's, with its origin fixed.
    job : Job
    geoid : Path or None
        Grid that brings heights above the ellipsoid to the project's datum.

    Returns
    -------
    PhotoCheck

    Raises
    ------
    SourceError
        If the folder holds no photograph, or fewer than three can be used.
    Cancelled
    """
    check = look_through(folder, frame, job, geoid)
    if len(check.used) < LEAST_PHOTOS:
        raise SourceError(folder, too_few(check), remedy=ENOUGH)
    return check


def look_through(folder: Path, frame: Frame, job: Job, geoid: Path | None = None) -> PhotoCheck:
    """Look at every photograph of a folder, however few of them can be used.

    Raises
    ------
    SourceError
        If the folder holds no photograph.
    Cancelled
    """
    paths = list_photos(folder)
    findings: list[PhotoFinding] = []
    for number, path in enumerate(paths):
        job.report("Looking at photographs", number, len(paths), "photos")
        findings.append(_look_at(path, folder))
    check = PhotoCheck(folder, findings)
    _mark_duplicates(findings)
    _mark_blurred(findings)
    _place(check, frame, geoid)
    _mark_elsewhere(check)
    _locate(check, frame)
    _describe_set(check)
    job.report("Looking at photographs", len(paths), len(paths), "photos")
    check.footprints = footprints_of(
        [(f.name, f.metadata, f.position_local_m) for f in check.used if f.metadata]
    )
    check.coverage = coverage_of(check.footprints)
    _describe_coverage(check)
    return check


def _look_at(path: Path, folder: Path) -> PhotoFinding:
    name = path.relative_to(folder).as_posix()
    finding = PhotoFinding(name)
    try:
        finding.metadata = read_metadata(path, name)
        finding.quality = judge_photo(path)
    except SourceError as error:
        finding.problems.append(error.reason)
        return finding
    quality = finding.quality
    if quality.brightness < _DARK:
        finding.remarks.append(f"is very dark (mean {quality.brightness:.0%})")
    elif quality.brightness > _BRIGHT:
        finding.remarks.append(f"is overexposed (mean {quality.brightness:.0%})")
    elif quality.clipped > _CLIPPED:
        finding.remarks.append(f"{quality.clipped:.0%} of it are pure black or white")
    if finding.metadata.orientation != 1:
        finding.remarks.append("is turned upright as its EXIF says")
    finding.mask = _mask_of(path, folder)
    return finding


def _mask_of(path: Path, folder: Path) -> str | None:
    relative = path.relative_to(folder)
    for name in (f"{relative.name}.png", f"{relative.stem}.png"):
        candidate = folder / MASK_FOLDER / relative.parent / name
        if candidate.is_file():
            return candidate.relative_to(folder).as_posix()
    return None


def _mark_duplicates(findings: list[PhotoFinding]) -> None:
    """Leave out all but the first of files with the same bytes, or the same look and place."""
    kept: list[PhotoFinding] = []
    by_digest: dict[str, str] = {}
    for finding in findings:
        quality, metadata = finding.quality, finding.metadata
        if quality is None or metadata is None:
            continue
        if quality.digest in by_digest:
            finding.problems.append(f"is the same file as {by_digest[quality.digest]}")
            continue
        by_digest[quality.digest] = finding.name
        for other in kept:
            if other.quality is None or other.metadata is None:
                continue
            bits = different_bits(quality.fingerprint, other.quality.fingerprint)
            if bits <= DUPLICATE_BITS and _same_place(metadata, other.metadata):
                finding.problems.append(f"shows the same as {other.name}")
                break
        else:
            kept.append(finding)


def _same_place(a: PhotoMetadata, b: PhotoMetadata) -> bool:
    """Return whether two photographs may have been taken from one spot (within about 1 m)."""
    if not (a.has_position and b.has_position):
        return True
    return (
        abs((a.latitude_deg or 0) - (b.latitude_deg or 0)) < 1e-5
        and abs((a.longitude_deg or 0) - (b.longitude_deg or 0)) < 1e-5
    )


def _mark_blurred(findings: list[PhotoFinding]) -> None:
    known = [f.quality.blur for f in findings if f.quality is not None]
    if not known:
        return
    usual = float(np.median(known))
    for finding in findings:
        quality = finding.quality
        if quality is None or finding.problems:
            continue
        if quality.blur > max(_BLURRED, usual + _BLURRED_BEYOND_OTHERS):
            finding.problems.append(f"is blurred ({quality.blur:.2f}; the set's is {usual:.2f})")
        elif quality.blur > usual + _BLURRED_BEYOND_OTHERS:
            finding.remarks.append(f"is softer than the others ({quality.blur:.2f})")


def _place(check: PhotoCheck, frame: Frame, geoid: Path | None) -> None:
    """Bring GPS positions into local metres; heights as stated where the datum is unknown."""
    placed = [f for f in check.findings if f.metadata and f.metadata.has_position]
    if not placed:
        return
    known = [f.metadata for f in placed if f.metadata]
    heights, check.heights = brought_to_datum(frame, known, geoid)
    rows = [
        (one.longitude_deg or 0.0, one.latitude_deg or 0.0, float(height))
        for one, height in zip(known, heights, strict=True)
    ]
    to_local = frame.transform_from("EPSG:4326")
    for finding, row in zip(placed, rows, strict=True):
        try:
            x, y, z = to_local([row])[0]
        except FrameError:
            finding.problems.append("was taken where the project's CRS has no place")
            continue
        finding.position_local_m = (float(x), float(y), float(z))


def _mark_elsewhere(check: PhotoCheck) -> None:
    placed = [f for f in check.used if f.position_local_m is not None]
    if len(placed) < LEAST_PHOTOS:
        return
    positions = np.array([f.position_local_m for f in placed])[:, :2]
    distance = np.linalg.norm(positions - np.median(positions, axis=0), axis=1)
    limit = max(_ELSEWHERE_M, 10.0 * float(np.median(distance)))
    for finding, metres in zip(placed, distance, strict=True):
        if metres > limit:
            finding.problems.append(f"was taken {metres / 1000:.1f} km from the others")


def _locate(check: PhotoCheck, frame: Frame) -> None:
    """Warn of photographs of another place, for which the project's CRS may be no good."""
    used = [f.metadata for f in check.used if f.metadata]
    middle = gps_origin(used or [f.metadata for f in check.findings if f.metadata])
    if middle is None:
        return
    check.misplaced = misplacement(frame, *middle)
    if check.misplaced is not None:
        check.warnings.append(str(check.misplaced))


def _describe_set(check: PhotoCheck) -> None:
    used = check.used
    cameras = Counter(f.metadata.camera_text for f in used if f.metadata)
    if len(cameras) > 1:
        listed = ", ".join(f"{count} × {text}" for text, count in cameras.most_common(6))
        check.warnings.append(f"mixed cameras, each is calibrated by itself: {listed}")
        _mark_odd_cameras(used, cameras)
    missing = [f for f in used if f.position_local_m is None]
    if used and len(missing) == len(used):
        check.warnings.append(
            "no photograph states where it was taken: without control points the scene has no "
            "scale, no place and no direction"
        )
    elif missing:
        check.warnings.append(f"{len(missing)} of {len(used)} photographs state no position")
        for finding in missing:
            finding.remarks.append("states no position: it is placed by what it shows")
    if LEAST_PHOTOS <= len(used) < 8:
        check.warnings.append(f"only {len(used)} photographs: expect gaps")


def _mark_odd_cameras(used: list[PhotoFinding], cameras: Counter[str]) -> None:
    """Remark on the photographs that are not of the camera that took most."""
    (most, count), *_ = cameras.most_common(1)
    if count <= len(used) / 2:
        return
    for finding in used:
        if finding.metadata is None or finding.metadata.camera_text == most:
            continue
        if finding.metadata.camera:
            finding.remarks.append("is of another camera or size than most")
        else:
            finding.remarks.append("does not state its camera, so its lens has to be found")


def _describe_coverage(check: PhotoCheck) -> None:
    coverage = check.coverage
    if coverage is None:
        return
    if coverage.mean_overlap < 0.6:
        check.warnings.append(
            f"neighbouring photographs overlap by {coverage.mean_overlap:.0%} only; 75 % and more "
            "are needed for a gapless surface"
        )
    for name in coverage.lonely:
        for finding in check.findings:
            if finding.name == name:
                finding.remarks.append("overlaps hardly with any other")


def too_few(check: PhotoCheck) -> str:
    """Return why a set cannot be reconstructed, with the first reasons."""
    left_out = [f"{f.name} {f.problems[0]}" for f in check.findings if f.problems]
    used, found = len(check.used), len(check.findings)
    if left_out:
        return f"only {used} of {found} photographs can be used ({'; '.join(left_out[:3])})"
    return f"only {used} of {found} photographs can be used"


def with_size(metadata: PhotoMetadata, width_px: int, height_px: int) -> PhotoMetadata:
    """Return the metadata of a resized copy."""
    share = width_px / metadata.width_px
    focal = None if metadata.focal_px is None else metadata.focal_px * share
    return replace(metadata, width_px=width_px, height_px=height_px, focal_px=focal)


def ground_sample_distance_m(metadata: PhotoMetadata, height_m: float) -> float | None:
    """Return metres on level ground that one pixel covers, straight below."""
    if metadata.focal_px is None or not math.isfinite(height_m):
        return None
    return height_m / metadata.focal_px
