"""How far building outlines and roof edges of a run are off, in ground sample distances.

    xvfb-run -a uv run python tests/bench/reconstruction_edges.py RUN DEMO TRUTH

RUN is the folder of a run of photographs that `virtual_drone.fly` took of the project DEMO, TRUTH
the folder with what was really there. Outlines are where the surface rises above 2.5 m, compared
with the same of the true surface. The lean of roof edges is how far pieces of the true orthophoto
around them are shifted against the city seen from straight above, by correlation; ground is
measured the same way, so that what is left over is lean and not the placing of the whole.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from ingest.reconstruction.surface import Surface
from rendering.camera import CameraPose
from rendering.options import StageOptions
from rendering.stage import Stage
from twin_model.twin import Twin
from virtual_drone import true_heights

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_ABOVE_M: Final = 2.5
#: Smaller patches above the ground are trees and cars.
_LEAST_M2: Final = 30.0
#: Half the size of a piece of the orthophoto, and how far it is looked for.
_PIECE_M, _REACH_M = 3.0, 1.5
_SEEN_PX: Final = 1400
_EYE_M: Final = 6000.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("run", "demo", "truth"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    with Twin.open(arguments.demo, read_only=True) as twin:
        demo = np.array(twin.frame.offset)
        layers = [(layer, twin.layer_folder(layer.id)) for layer in twin.layers()]
        frame = twin.frame
    document = json.loads((arguments.run / "run.json").read_text(encoding="utf-8"))
    figures = json.loads((arguments.run / "report.json").read_text(encoding="utf-8"))
    shift = np.array(document["origin"]) - demo
    gsd = float(figures["ground_sample_distance_m"])
    surface = Surface.load(arguments.run / "surface" / "surface.npz")
    x, y = surface.grid.middles()
    places = np.stack(np.meshgrid(x + shift[0], y + shift[1]), axis=-1).reshape(-1, 2)
    truth = true_heights(arguments.truth, places).reshape(surface.grid.shape) - shift[2]
    ours, theirs = buildings(surface.height_m, truth, surface.grid.cell_m)
    print_outlines(ours, theirs, surface.grid.cell_m, gsd)
    stage = Stage(size=(_SEEN_PX, _SEEN_PX), options=StageOptions())
    stage.set_frame(frame)
    for layer, folder in layers:
        stage.add_layer(layer, folder)
    try:
        print_lean(arguments.run, stage, (surface, theirs, truth), shift, gsd)
    finally:
        stage.close()
    return 0


def buildings(ours_m: FloatArray, truth_m: FloatArray, cell_m: float) -> tuple[Mask, Mask]:
    """Return where both surfaces stand above the true ground, in patches as large as houses."""
    known = np.isfinite(truth_m) & np.isfinite(ours_m)
    filled = np.where(np.isfinite(truth_m), truth_m, np.nanmin(truth_m))
    ground = ndimage.percentile_filter(filled[::4, ::4], 5, size=max(3, round(40 / cell_m / 4)))
    ground = np.kron(ground, np.ones((4, 4)))[: filled.shape[0], : filled.shape[1]]
    found = []
    for heights in (ours_m, truth_m):
        above = known & (np.nan_to_num(heights, nan=-1e3) - ground > _ABOVE_M)
        label, count = ndimage.label(above)
        area = ndimage.sum_labels(above, label, np.arange(count + 1)) * cell_m**2
        found.append((area >= _LEAST_M2)[label] & above)
    whole = ndimage.binary_fill_holes(known)
    inner = ndimage.binary_erosion(whole, iterations=round(3 / cell_m))
    return found[0] & inner, found[1] & inner


def print_outlines(ours: Mask, theirs: Mask, cell_m: float, gsd_m: float) -> None:
    """Print how far our outlines are from the nearest true one."""
    edge, true_edge = (mask & ~ndimage.binary_erosion(mask) for mask in (ours, theirs))
    apart = ndimage.distance_transform_edt(~true_edge) * cell_m
    label, _ = ndimage.label(ours)
    real = np.unique(label[ours & theirs])
    distance = apart[edge & np.isin(label, real)]
    signed = np.where(theirs, -apart, apart)[edge & np.isin(label, real)]
    overlap = (ours & theirs).sum() / (ours | theirs).sum()
    print(f"outlines: {len(distance)} edge cells of {cell_m:g} m, GSD {gsd_m:.3f} m")
    for name, value in (
        ("median", np.median(distance)), ("68 %", np.percentile(distance, 68)),
        ("90 %", np.percentile(distance, 90)), ("RMS", np.sqrt((distance**2).mean())),
        ("outwards (median)", np.median(signed)),
    ):  # fmt: skip
        print(f"  {name:18} {value:6.3f} m  {value / gsd_m:5.2f} GSD")
    print(f"  within 2 GSD       {(distance <= 2 * gsd_m).mean():.1%}; overlap {overlap:.1%}")


def print_lean(
    run: Path,
    stage: Stage,
    ground: tuple[Surface, Mask, FloatArray],
    shift: FloatArray,
    gsd_m: float,
) -> None:
    """Print how far the orthophoto is shifted at roof edges, and on the ground."""
    import cv2
    import rasterio

    surface, theirs, truth = ground
    with rasterio.open(run / "products" / "orthophoto.tif") as dataset:
        ortho = dataset.read([1, 2, 3, 4]).transpose(1, 2, 0)
        cell = dataset.transform.a
    west, north = surface.grid.west_m, surface.grid.north_m
    seen = seen_from_above(stage, (west, north, cell, *ortho.shape[:2]), shift)
    grey, true_grey = (cv2.cvtColor(p[:, :, :3].copy(), cv2.COLOR_RGB2GRAY) for p in (ortho, seen))
    edge = theirs & ~ndimage.binary_erosion(theirs)
    flat = ~theirs & (ndimage.distance_transform_edt(~theirs) * surface.grid.cell_m > 4.0)
    flat &= np.isfinite(truth)
    found = {}
    for name, mask in (("roof edges", edge), ("ground", flat)):
        rows, columns = np.nonzero(mask)
        chosen = np.random.default_rng(5).permutation(len(rows))[:3000]
        scale = surface.grid.cell_m / cell
        at = np.column_stack([rows[chosen], columns[chosen]]) * scale
        found[name] = np.array([
            moved for row, column in at.astype(int)
            if (moved := _shift(grey, true_grey, ortho[:, :, 3], row, column, cell)) is not None
        ])  # fmt: skip
    whole = np.median(found["ground"], axis=0)
    print(f"orthophoto: ground is shifted as a whole by {whole.round(3).tolist()} m")
    for name, moved in found.items():
        off = np.linalg.norm(moved - whole, axis=1)
        print(f"  {name:11} {len(off):5} pieces: median {np.median(off):.3f} m "
              f"{np.median(off) / gsd_m:.2f} GSD, 90 % {np.percentile(off, 90) / gsd_m:.2f} GSD, "
              f"within 2 GSD {(off <= 2 * gsd_m).mean():.1%}")  # fmt: skip


def _shift(
    ours: npt.NDArray[np.uint8],
    theirs: npt.NDArray[np.uint8],
    alpha: npt.NDArray[np.uint8],
    row: int,
    column: int,
    cell_m: float,
) -> FloatArray | None:
    """Return how far a piece is shifted, metres right and down; None where nobody can tell."""
    import cv2

    half, reach = round(_PIECE_M / cell_m), round(_REACH_M / cell_m)
    rows = slice(row - half - reach, row + half + reach + 1)
    columns = slice(column - half - reach, column + half + reach + 1)
    area = ours[rows, columns]
    if area.shape != (2 * (half + reach) + 1,) * 2 or (alpha[rows, columns] == 0).any():
        return None
    piece = theirs[row - half : row + half + 1, column - half : column + half + 1]
    if piece.shape != (2 * half + 1,) * 2 or piece.std() < 8.0:
        return None
    score = cv2.matchTemplate(area, piece, cv2.TM_CCOEFF_NORMED)
    _, best, _, (u, v) = cv2.minMaxLoc(score)
    if best < 0.6 or not (0 < u < 2 * reach and 0 < v < 2 * reach):
        return None

    def peak(a: float, b: float, c: float) -> float:
        return 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c < 0 else 0.0

    du = peak(score[v, u - 1], score[v, u], score[v, u + 1])
    dv = peak(score[v - 1, u], score[v, u], score[v + 1, u])
    return np.array([u + du - reach, v + dv - reach]) * cell_m


def seen_from_above(
    stage: Stage, grid: tuple[float, float, float, int, int], shift: FloatArray
) -> npt.NDArray[np.uint8]:
    """Return the city seen from so far above that nothing leans, on the orthophoto's grid."""
    west, north, cell, rows, columns = grid
    wide = max(rows, columns) * cell * 1.06
    middle = np.array([west + columns * cell / 2, north - rows * cell / 2]) + shift[:2]
    angle = max(2 * np.degrees(np.arctan(wide / 2 / _EYE_M)), 1.0)
    eye = (float(middle[0]), float(middle[1]), _EYE_M)
    stage.camera = CameraPose(eye, (eye[0], eye[1], 0.0), float(angle))
    for _ in range(2):  # the first frame may change what there is to load
        assert stage.wait_complete(120.0)
        stage.render()
    pixels = stage.screenshot()
    # The level that the picture is true to scale at: the ground of the old town.
    metres = 2 * (_EYE_M - 6.0) * np.tan(np.radians(angle / 2)) / _SEEN_PX
    size = round(_SEEN_PX * metres / cell)
    image = np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.LANCZOS))
    top, left = (size - rows) // 2, (size - columns) // 2
    return np.ascontiguousarray(image[top : top + rows, left : left + columns])


if __name__ == "__main__":
    sys.exit(main())
