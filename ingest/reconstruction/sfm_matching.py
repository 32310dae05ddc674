"""Matching features within the process of pycolmap, and what one motion explains of them."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any

import numpy as np

from ingest.pipeline.job import Job
from ingest.pipeline.process import WorkerError
from ingest.reconstruction.matching import (
    RoughPose,
    allowed_matches,
    candidate_pairs,
    match_descriptors,
    near_epipolar_line,
)

_LEAST_MATCHES = 15
_EPIPOLAR_PX = 4.0


def match_photos(colmap: Any, request: dict[str, Any], path: Path, job: Job) -> None:
    """Match the features of likely pairs, then keep what one motion explains."""
    photos: list[dict[str, Any]] = request["photos"]
    poses = [rough_pose(photo) for photo in photos]
    pairs = candidate_pairs(poses)
    database = colmap.Database.open(path)
    try:
        ids = {image.name: image.image_id for image in database.read_all_images()}
        keypoints: dict[int, Any] = {}
        descriptors: dict[int, Any] = {}
        for number, photo in enumerate(photos):
            if photo["name"] in ids:
                image_id = ids[photo["name"]]
                keypoints[number] = database.read_keypoints(image_id)[:, :2].astype(np.float64)
                descriptors[number] = database.read_descriptors(image_id).data
        matched: list[tuple[int, int]] = []
        unguided: list[tuple[int, int]] = []
        for done, (i, j) in enumerate(pairs):
            job.report("Matching", done, len(pairs), "pairs")
            if i not in keypoints or j not in keypoints:
                continue
            a, b = poses[i], poses[j]
            allowed = None
            if a is not None and b is not None:
                allowed = allowed_matches(a, b, keypoints[i], keypoints[j])
            found = match_descriptors(descriptors[i], descriptors[j], allowed)
            if len(found) >= _LEAST_MATCHES:
                database.write_matches(ids[photos[i]["name"]], ids[photos[j]["name"]], found)
                matched.append((i, j))
                if allowed is None:
                    unguided.append((i, j))
    finally:
        database.close()
    if not matched:
        raise WorkerError(
            "no two photographs show the same thing",
            remedy="they must overlap by 60 % or more and be sharp",
        )
    names = [photo["name"] for photo in photos]
    _verify(colmap, request, path, [(names[i], names[j]) for i, j in matched], job)
    numbered = [(i, j, ids[names[i]], ids[names[j]]) for i, j in unguided]
    again = _match_again(colmap, path, numbered, (keypoints, descriptors), job)
    if again:
        _verify(colmap, request, path, [(names[i], names[j]) for i, j in again], job)


def _verify(
    colmap: Any, request: dict[str, Any], path: Path, pairs: list[tuple[str, str]], job: Job
) -> None:
    """Keep of the matches what one motion explains."""
    listed = Path(request["folder"]) / "pairs.txt"
    listed.write_text("".join(f"{a} {b}\n" for a, b in pairs), encoding="utf-8")
    with Watching(path, "two_view_geometries", "Verifying matches", len(pairs), job):
        options = colmap.TwoViewGeometryOptions()
        options.ransac.random_seed = 1
        colmap.verify_matches(path, listed, options)


def _match_again(
    colmap: Any,
    path: Path,
    pairs: list[tuple[int, int, int, int]],
    features: tuple[dict[int, Any], dict[int, Any]],
    job: Job,
) -> list[tuple[int, int]]:
    """Match pairs along the epipolar lines of the motion that was found between them.

    Where nothing else is known of poses, likeness alone loses most features that look like
    others nearby: cobbles, windows, leaves.

    Returns
    -------
    list of (int, int)
        Pairs with more matches than before, to be verified anew.
    """
    keypoints, descriptors = features
    again = []
    database = colmap.Database.open(path)
    try:
        for done, (i, j, a, b) in enumerate(pairs):
            job.report("Matching along epipolar lines", done, len(pairs), "pairs")
            found = database.read_two_view_geometry(a, b)
            if found.F is None or len(found.inlier_matches) < _LEAST_MATCHES:
                continue
            allowed = near_epipolar_line(
                np.array(found.F), keypoints[i], keypoints[j], _EPIPOLAR_PX
            )
            matches = match_descriptors(descriptors[i], descriptors[j], allowed)
            if len(matches) > len(found.inlier_matches):
                database.delete_matches(a, b)
                database.delete_two_view_geometry(a, b)
                database.write_matches(a, b, matches)
                again.append((i, j))
    finally:
        database.close()
    return again


def rough_pose(photo: dict[str, Any]) -> RoughPose | None:
    """Return what a photograph's metadata say about its pose; None where nothing."""
    if photo.get("centre_m") is None:
        return None
    rotation = photo.get("rotation")
    return RoughPose(
        np.array(photo["centre_m"], np.float64),
        None if rotation is None else np.array(rotation, np.float64),
        photo["focal_px"] or 1.2 * max(photo["width_px"], photo["height_px"]),
        photo["width_px"],
        photo["height_px"],
        photo.get("ground_m"),
        float(photo.get("sigma_m") or 5.0),
    )


class Watching:
    """Reports how many rows of a table there are while a library fills it."""

    def __init__(self, database: Path, table: str, stage: str, total: int, job: Job) -> None:
        self._arguments = (database, table, stage, total, job)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        import sqlite3

        database, table, stage, total, job = self._arguments
        while not self._over.wait(0.5):
            if not database.is_file():
                continue
            try:
                # Immutable: without any lock, which would end COLMAP while it makes the file.
                # What is in its log and not in the file yet is missing, so this lags a little.
                source = f"file:{database}?mode=ro&immutable=1"
                with contextlib.closing(sqlite3.connect(source, uri=True)) as found:
                    (rows,) = found.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
            except sqlite3.Error:
                continue
            job.report(stage, int(rows), total, "photos" if table == "keypoints" else "pairs")
