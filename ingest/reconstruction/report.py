"""The accuracy report: one HTML file that needs nothing else, and its figures as JSON."""

from __future__ import annotations

import html
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from ingest.pipeline.steps import StepResult
from ingest.provenance import program_version
from ingest.reconstruction.accuracy import Accuracy, accuracy_of
from ingest.reconstruction.field.reporting import field_rows
from ingest.reconstruction.georeference import PointResidual
from ingest.reconstruction.object_step import OBJECT
from ingest.reconstruction.options import ReconstructOptions
from ingest.reconstruction.photo_heights import stated_heights
from ingest.reconstruction.pose_step import residual_rows
from ingest.reconstruction.report_pictures import (
    cloud_views,
    data_address,
    footprint_map,
    ramped,
    shaded,
)
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.surface import FIELD, FILLED, STEREO, Surface
from ingest.reconstruction.volume import Cloud
from twin_model.frame import Frame
from twin_model.project import write_atomically

_LIBRARIES: Final = ("pycolmap", "opencv-python-headless", "numpy", "scipy",
                     "cloth-simulation-filter", "rasterio")  # fmt: skip

#: What `cloud_views` shows.
_SIDES: Final = (
    "Points, seen from where most photographs were taken, without perspective",
    "Points, seen from the side of that",
    "Points, seen from above",
)

_STYLE: Final = """
:root { color-scheme: light dark; --line: #d9dde3; --dim: #667080; --accent: #2563c9;
 --bad: #b42318 }
@media (prefers-color-scheme: dark) { :root { --line: #343b46; --dim: #98a2b3; --accent: #7aa7f0;
 --bad: #f97066 } }
body { font: 14px/1.5 system-ui, sans-serif; max-width: 920px; margin: 32px auto; padding: 0 20px }
h1 { font-size: 22px; margin: 0 } h2 { font-size: 16px; margin: 32px 0 8px }
p.dim, td.dim, figcaption { color: var(--dim) }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
td, th { border-bottom: 1px solid var(--line); padding: 4px 12px 4px 0; text-align: left;
 vertical-align: top } th { font-weight: 600 } td.n, th.n { text-align: right }
.notice { border-left: 3px solid var(--bad); padding: 8px 14px; margin: 16px 0; font-weight: 600 }
figure { margin: 12px 0 } img, svg { max-width: 100%; border: 1px solid var(--line) }
.footprint { fill: var(--accent); fill-opacity: .04; stroke: var(--accent); stroke-opacity: .35 }
.photo { fill: var(--accent) } .control { fill: #12805c } .check { fill: #c2410c }
.scale { stroke: currentColor; stroke-width: 2 } text { font-size: 12px; fill: currentColor }
"""


def write_report(
    path: Path,
    folder: Path,
    results: dict[str, StepResult],
    frame: Frame,
    options: ReconstructOptions,
    seconds: float,
) -> dict[str, Any]:
    """Write ``report.html`` and ``report.json`` of a run.

    Parameters
    ----------
    path : Path
        Of the HTML file.
    folder : Path
        Of the run.
    results : dict of str to StepResult
    frame : Frame
    options : ReconstructOptions
    seconds : float
        That this call took, finished steps left out.

    Returns
    -------
    dict
        The figures, as in ``report.json``.
    """
    figures = _figures(folder, results, frame, options, seconds)
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    write_atomically(path.with_suffix(".json"), text)
    write_atomically(path, _page(folder, figures))
    return figures


def _figures(
    folder: Path,
    results: dict[str, StepResult],
    frame: Frame,
    options: ReconstructOptions,
    seconds: float,
) -> dict[str, Any]:
    values = {name: result.values for name, result in results.items()}
    placed = json.loads((folder / "georeference" / "georeference.json").read_text("utf-8"))
    check = json.loads((folder / "photos" / "check.json").read_text("utf-8"))
    points = [PointResidual(**point) for point in placed["points"]]
    fitted, checked = accuracy_of(points, check=False), accuracy_of(points, check=True)
    cameras = np.array([c["residual_m"] for c in placed["cameras"]]).reshape(-1, 3)
    scene = SparseScene.load(folder / "georeference")
    gsd = float(values["stereo"]["ground_sample_distance_m"])
    heights = stated_heights(values["georeference"], values["photos"]["heights"], frame)
    return {
        "title": options.title,
        "crs": frame.crs,
        "crs_name": frame.horizontal.name,
        "vertical_datum": heights.datum,
        "heights": {"text": heights.text, "remark": heights.remark.format("").strip()},
        "epoch": values["photos"]["epoch"],
        "quality": options.quality,
        "photos": {"found": values["photos"]["found"], "used": values["photos"]["used"],
                   "registered": len(scene.photos)},
        "overlap": check["coverage"],
        "ground_sample_distance_m": gsd,
        "reprojection_error_px": values["poses"].get("reprojection_error_px"),
        "tie_points": len(scene.points_m),
        "georeference": placed["method"],
        "bending": placed.get("bending"),
        "control": fitted.to_json() if fitted else None,
        "check": checked.to_json() if checked else None,
        "points": [list(row) for row in residual_rows(points)],
        "camera_residual_rmse_m": (
            [float(v) for v in np.sqrt((cameras**2).mean(axis=0))] if len(cameras) else None
        ),
        "surface": values["surface"],
        "stereo": values["stereo"],
        "field": values.get("field"),
        "products": values["products"],
        "reference": values.get("comparison"),
        "estimate": values["photos"]["estimate"],
        "seconds": {name: result.seconds for name, result in results.items()},
        "seconds_this_time": round(seconds, 1),
        "warnings": list(dict.fromkeys(w for r in results.values() for w in r.warnings)),
        "versions": _versions(),
    }  # fmt: skip


def _versions() -> dict[str, str]:
    found = {"shapan": program_version(), "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True)
class ReportPicture:
    """A picture of the report.

    Parameters
    ----------
    caption : str
    pixels : (rows, columns, 3 or 4) uint8 array or None
    svg : str
        In place of pixels.
    """

    caption: str
    pixels: npt.NDArray[np.uint8] | None = None
    svg: str = ""


Say = Callable[[str], str]
"""Says one text of the report, made in English, in the reader's language."""


def page_parts(figures: dict[str, Any], say: Say = str) -> tuple[str, str]:
    """Return the report's HTML before and after its pictures, for other ways of showing it.

    Parameters
    ----------
    figures : dict
        As in ``report.json``.
    say : callable
        Says texts in the reader's language; English by default.
    """
    before = [
        _heading(figures, say), _bent(figures, say), _notice(figures, say),
        _summary(figures, say), _points(figures, say),
    ]  # fmt: skip
    return "\n".join(before), "\n".join([_warnings(figures, say), _timings(figures, say)])


def _heading(figures: dict[str, Any], say: Say) -> str:
    datum = figures["vertical_datum"]
    day = figures["epoch"]
    facts = [
        say("Accuracy report"),
        f"{figures['crs_name']} ({figures['crs'][:40]})",
        say(f"heights: {datum}" if datum else "heights: datum unknown"),
        say(f"photographed {day}" if day else "photographed at an unknown time"),
        say(f"quality {figures['quality']}"),
    ]
    return f"<h1>{_e(figures['title'])}</h1><p class=dim>{_e(' · '.join(facts))}</p>"


def write_page(folder: Path, say: Say, language: str) -> None:
    """Write ``report.html`` of a finished run again, in another language.

    Parameters
    ----------
    folder : Path
        Of the run.
    say : callable
        Says texts in that language.
    language : str
        For browsers, such as ``zh``.

    Raises
    ------
    OSError, ValueError, KeyError
        If the run is not finished, or its files are damaged.
    """
    figures = json.loads((folder / "report.json").read_text("utf-8"))
    write_atomically(folder / "report.html", _page(folder, figures, say, language))


def _page(folder: Path, figures: dict[str, Any], say: Say = str, language: str = "en") -> str:
    before, after = page_parts(figures, say)
    parts = [
        f"<!doctype html><html lang={language}><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'>",
        f"<title>{_e(figures['title'])}: {_e(say('Accuracy report'))}</title>"
        f"<style>{_STYLE}</style>",
        before,
        _maps(folder, say),
        after,
    ]
    return "\n".join(parts)


def _e(value: object) -> str:
    return html.escape(str(value))


def _bent(figures: dict[str, Any], say: Say = str) -> str:
    bending = figures.get("bending")
    if bending is None or not bending["is_bent"]:
        return ""
    sentences = [
        "The scene is bent.",
        "Its parts do not stand to each other as the photographs state: up to "
        f"{bending['off_m']:.1f} m after the best fit, over {bending['reach_m']:.0f} m.",
        "Do not measure in these products.",
        "More photographs between the parts, or control points, mend it.",
    ]
    return f"<p class=notice>{_e(' '.join(map(say, sentences)))}</p>"


def _bending_rows(figures: dict[str, Any]) -> list[tuple[str, str]]:
    bending = figures.get("bending")
    if bending is None:
        return []
    if bending["off_m"] is None:
        shape = "not known: fewer than seven photographs state where they were taken"
    else:
        shape = (
            f"neighbours lie up to {bending['off_m']:.2f} m alike from where they were taken, "
            f"over {bending['reach_m']:.0f} m"
        )
        if bending["turn_deg"] is not None:
            shape += f"; turned by up to {bending['turn_deg']:.2f}°"
    rows = [("Bending", shape)]
    if bending["joint"] is not None:
        joint = bending["joint"]
        rows.append(("Loosest part", f"{joint['photos']} photographs, held by "
                                     f"{joint['tie_points']} tie points between {joint['first']} "
                                     f"and {joint['second']}"))  # fmt: skip
    return rows


def _notice(figures: dict[str, Any], say: Say = str) -> str:
    if figures["check"] is not None:
        return ""
    how = {
        "control points": "They rest on the control points they were fitted to, which says little.",
        "positions": "They rest on the positions that the photographs state.",
        "positions and level cameras": "They rest on the positions that the photographs state, "
        "and on cameras having been held level.",
    }.get(figures["georeference"], "They rest on nothing.")
    sentences = [
        "No independent check points.", "The accuracy of these products has not been verified.", how
    ]  # fmt: skip
    return f"<p class=notice>{_e(' '.join(map(say, sentences)))}</p>"


def _summary(figures: dict[str, Any], say: Say) -> str:
    overlap, gsd = figures["overlap"], figures["ground_sample_distance_m"]
    photos = figures["photos"]
    rows: list[tuple[str, str]] = [
        ("Photographs", f"{photos['registered']} connected, {photos['used']} usable, "
                        f"{photos['found']} found"),
        ("Ground sample distance", f"{gsd:.3f} m"),
    ]  # fmt: skip
    if overlap:
        rows += [
            ("Overlap with the best neighbour", f"{overlap['mean_overlap']:.0%}"),
            ("Area seen", f"{overlap['area_m2'] / 10_000:.2f} ha, {overlap['share_by_3']:.0%} of "
                          f"it by three photographs and more"),
        ]  # fmt: skip
    if figures["reprojection_error_px"] is not None:
        rows.append(("Reprojection error", f"{figures['reprojection_error_px']:.2f} px, "
                                           f"{figures['tie_points']:,} tie points"))  # fmt: skip
    rows += [("Placed by", figures["georeference"])]
    if figures.get("heights"):
        rows.append(("Heights", figures["heights"]["text"]))
    for key, label in (("check", "Check points"), ("control", "Control points (fit)")):
        if figures[key] is not None:
            rows.append((label, _stated(figures[key], gsd)))
    if figures["camera_residual_rmse_m"]:
        east, north, up = figures["camera_residual_rmse_m"]
        rows.append(("Stated less found positions (RMSE)",
                     f"{east:.3f} m east, {north:.3f} m north, {up:.3f} m up"))  # fmt: skip
    rows += _bending_rows(figures)
    rows += _made_rows(figures)
    if figures.get("reference"):
        rows.append(("Against another survey", reference_text(figures["reference"])))
    rows += field_rows(figures)
    body = "".join(
        f"<tr><td class=dim>{_e(say(a))}</td><td>{_e(say(b))}</td></tr>" for a, b in rows
    )
    return f"<h2>{_e(say('Summary'))}</h2><table>{body}</table>"


def _made_rows(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what there is to say of the surface, or of the object."""
    surface = figures["surface"]
    if figures["stereo"].get("kind") == OBJECT:
        extent = " × ".join(f"{value:.3g}" for value in surface["extent_m"])
        return [
            ("Points", f"{surface['points']:,}, one in {surface['cell_m']:.3g} m; within "
                       f"{extent} m (east, north, up); {figures['stereo']['known']:.1%} of the "
                       "pixels have a depth that others confirm"),
            ("Uncertainty of points", f"median {surface['uncertainty_m']:.3g} m (one sigma, of "
                                      "matching only)"),
            ("Mesh", f"{surface['triangles']:,} triangles from cells of "
                     f"{surface['voxel_m']:.3g} m"),
            ("Heights, orthophoto", "none: the photographs were taken from the ground, and walls "
                                    "have no surface of heights"),
        ]  # fmt: skip
    return [
        ("Surface", f"cells of {surface['cell_m']:g} m, {surface['completeness']:.1%} measured, "
                    f"median uncertainty {surface['uncertainty_m']:.3f} m (one sigma, of matching "
                    "only)"),
        ("True orthophoto", f"{figures['products']['orthophoto_gsd_m']:g} m a pixel"),
    ]  # fmt: skip


def _stated(accuracy: dict[str, Any], gsd_m: float) -> str:
    found = Accuracy(**accuracy)
    east, north, up = found.rmse_m
    bias = ", ".join(f"{value:+.3f}" for value in found.bias_m)
    return (
        f"{found.count}: RMSE {east:.3f} / {north:.3f} / {up:.3f} m (east / north / up), bias "
        f"{bias} m, CE90 {found.ce90_m:.3f} m = {found.ce90_m / gsd_m:.1f} GSD, LE90 "
        f"{found.le90_m:.3f} m = {found.le90_m / gsd_m:.1f} GSD, largest {found.largest_m:.3f} m"
    )


def reference_text(found: dict[str, Any]) -> str:
    """Return how the points compare with another survey, in a few lines."""
    return (
        f"{found['reference']}: distance of points median {found['median_m']:.3f} m, RMSE "
        f"{found['rmse_m']:.3f} m, 95 % within {found['p95_m']:.3f} m; vertically bias "
        f"{found['bias_up_m']:+.3f} m, NMAD {found['nmad_up_m']:.3f} m; within "
        f"{found['near_m']:.2f} m: {found['completeness']:.1%} of theirs found (completeness), "
        f"{found['correctness']:.1%} of ours confirmed"
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], numbers_from: int) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=n' if n >= numbers_from else ''}>{_e(cell)}</{tag}>"
            for n, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><tr>{cells(header, 'th')}</tr>{body}</table>"


def _points(figures: dict[str, Any], say: Say) -> str:
    if not figures["points"]:
        return ""
    header = ["Point", "Use", "East (m)", "North (m)", "Up (m)", "Photos", "Marks (px)"]
    rows = sorted(figures["points"], key=lambda row: (row[1] != "check", row[0]))
    rows = [[row[0], say(row[1]), *row[2:]] for row in rows]
    note = "Photogrammetric minus surveyed. Check points were not used in the adjustment."
    return f"<h2>{_e(say('Surveyed points'))}</h2><p class=dim>{_e(say(note))}</p>" + _table(
        [say(title) for title in header], rows, 2
    )


def report_pictures(folder: Path) -> list[ReportPicture]:
    """Return the pictures of a run's report.

    Parameters
    ----------
    folder : Path
        Of the run.
    """
    check = json.loads((folder / "photos" / "check.json").read_text("utf-8"))
    placed = json.loads((folder / "georeference" / "georeference.json").read_text("utf-8"))
    scene = SparseScene.load(folder / "georeference")
    svg = footprint_map(
        check["footprints"],
        [(float(p.centre_m[0]), float(p.centre_m[1])) for p in scene.photos],
        [(p["name"], p["is_check"], *p["position_m"][:2]) for p in placed["points"]],
    )
    footprints = ReportPicture(
        "Footprints on level ground, where photographs were taken, surveyed points", svg=svg
    )
    if (folder / "surface" / "cloud.npz").is_file():
        cloud = Cloud.load(folder / "surface" / "cloud.npz")
        views = zip(_SIDES, cloud_views(cloud, scene), strict=True)
        return [footprints, *(ReportPicture(text, pixels) for text, pixels in views)]
    surface = Surface.load(folder / "surface" / "surface.npz")
    most = float(np.nanpercentile(surface.uncertainty_m, 95))
    method = np.select(
        [surface.source == STEREO, surface.source == FIELD, surface.source == FILLED],
        [0.15, 0.55, 1.0], np.nan,
    )  # fmt: skip
    found = [
        footprints,
        ReportPicture("True orthophoto", _orthophoto(folder)),
        ReportPicture("Surface, lit from the north-west", shaded(surface)),
        ReportPicture(f"Uncertainty, from 0 (light) to {most:.2f} m (dark)",
                      ramped(surface.uncertainty_m, 0.0, most)),
        ReportPicture(
            "How heights were found: stereo (light), radiance field (middle), filled (dark)",
            ramped(method, 0.0, 1.0),
        ),
    ]  # fmt: skip
    return [one for one in found if one.svg or one.pixels is not None]


def _maps(folder: Path, say: Say) -> str:
    shown = ""
    for one in report_pictures(folder):
        # Only the orthophoto has no transparency.
        inside = one.svg or (
            _img(one.pixels, jpeg=one.pixels.shape[2] == 3) if one.pixels is not None else ""
        )
        shown += f"<figure>{inside}<figcaption>{_e(say(one.caption))}</figcaption></figure>"
    return f"<h2>{_e(say('Pictures'))}</h2>{shown}"


def _img(pixels: np.ndarray, *, jpeg: bool = False) -> str:
    return f'<img alt="" src="{data_address(pixels, jpeg=jpeg)}">'


def _orthophoto(folder: Path) -> np.ndarray:
    with Image.open(folder / "products" / "orthophoto.tif") as image:
        image.thumbnail((1800, 1800))
        rgba = np.asarray(image.convert("RGBA"))
    alpha = rgba[:, :, 3:] / 255.0
    return (rgba[:, :, :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def _warnings(figures: dict[str, Any], say: Say) -> str:
    if not figures["warnings"]:
        return ""
    items = "".join(f"<li>{_e(say(text))}</li>" for text in figures["warnings"])
    return f"<h2>{_e(say('To know'))}</h2><ul>{items}</ul>"


def _timings(figures: dict[str, Any], say: Say) -> str:
    rows = [[say(name), f"{seconds:.1f}"] for name, seconds in figures["seconds"].items()]
    versions = ", ".join(f"{name} {number}" for name, number in figures["versions"].items())
    return (
        f"<h2>{_e(say('Steps'))}</h2>" + _table([say("Step"), say("Seconds")], rows, 1)
        + f"<p class=dim>{_e(versions)}</p>"
    )  # fmt: skip
