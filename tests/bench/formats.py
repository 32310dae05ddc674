"""Inspects every real sample of the kinds that are read, and compares with the manifest.

uv run python tests/bench/formats.py            prints the table and what differs
uv run python tests/bench/formats.py --write    also writes it into docs/formats.md
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

from ingest.importer import inspect_source
from ingest.pipeline.job import Job
from ingest.readers.contract import SourceInfo

ROOT = Path(__file__).resolve().parents[2]
#: Folders of the samples, and suffixes in them, that this version reads.
KINDS: dict[str, tuple[str, ...]] = {
    "gis_vector": (".geojson", ".json", ".shp", ".gpkg", ".fgb", ".kml", ".gpx", ".gml",
                   ".topojson", ".osm.pbf", ".osm.gz", ".seq"),
    "gis_raster": (".tif", ".hgt.zip"),
    "bim": (".ifc",),
    "oblique_osgb": (".osgb",),
    "tiles3d": ("tileset.json", ".b3dm", ".i3dm", ".pnts", ".cmpt", ".glb", ".gltf"),
    "models3d": (".obj", ".ply", ".glb", ".gltf", ".xyz"),
    "pointcloud": (".las", ".laz", ".e57", ".pcd", ".ply", ".xyz", ".txt", ".pts", ".ptx"),
}  # fmt: skip
START, END = "<!-- table: tests/bench/formats.py -->", "<!-- end of table -->"


def expected(text: str) -> dict[str, int]:
    """Return the counts that a manifest row states, by our names for them."""
    found: dict[str, int] = {}
    if match := re.search(r"\b(\d+) points", text):
        found["points"] = int(match[1])
    if match := re.search(r"E57 scans=\d+ points=\[([\d, ]*)\]", text):
        found["points"] = sum(int(n) for n in match[1].split(",") if n.strip())
    if match := re.search(r"POINTS (\d+)", text):
        found["points"] = int(match[1])
    if match := re.match(r"GTiff (\d+)x(\d+)x\d+", text):
        found["pixels"] = int(match[1]) * int(match[2])
    if match := re.search(r"\b(\d+) products", text):
        found["objects"] = int(match[1])
    if match := re.match(r"GeoJSON features=(\d+)", text):
        found["features"] = int(match[1])
    elif tables := re.findall(r":(\d+) [A-Z][A-Za-z]*(?: Z)? fields=", text):
        found["features"] = sum(int(n) for n in tables)
    if match := re.match(r"obj .*faces=(\d+)", text):
        found["triangles"] = int(match[1])
    if match := re.match(r"glTF .*tris~(\d+)", text):
        found["triangles"] = int(match[1])
    if match := re.match(r"PLY .*vertex=(\d+)", text):
        found["vertices"] = int(match[1])
    if match := re.match(r"3D Tiles \S+ tileset tiles=(\d+) implicit=False", text):
        found["tiles"] = int(match[1])
    if match := re.match(r"OSGB .*PagedLOD=(\d+) Geometry=(\d+)", text):
        found["paged_lods"], found["geometries"] = int(match[1]), int(match[2])
    if match := re.match(r"OSM nodes=(\d+) ways=(\d+) relations=(\d+)", text):
        found.update(nodes=int(match[1]), ways=int(match[2]), relations=int(match[3]))
    return found


def judge(info: SourceInfo, text: str) -> str:
    """Return ``agrees``, ``read`` (nothing to compare), or what differs."""
    if info.error:
        return "error: " + re.sub(r"^\S*/", "", info.error)
    wanted = expected(text)
    counts = dict(info.counts)
    counts.setdefault("vertices", counts.get("points", 0))
    different = [
        f"{name} {counts.get(name)} (manifest {value})"
        for name, value in wanted.items()
        if counts.get(name, 0) != value
    ]
    return "; ".join(different) or ("agrees" if wanted else "read")


def rows(data: Path) -> list[tuple[str, SourceInfo, str, float]]:
    """Inspect every sample of the kinds and return what came of it."""
    with (data / "MANIFEST.csv").open(encoding="utf-8", newline="") as stream:
        manifest = list(csv.DictReader(stream))
    out = []
    for row in manifest:
        suffixes = KINDS.get(row["path"].split("/")[0])
        if not suffixes or not row["path"].lower().endswith(suffixes):
            continue
        if "/ept/" in row["path"] and row["path"].endswith(".json"):
            continue
        started = time.perf_counter()
        info = inspect_source(data / row["path"], Job())
        out.append((row["path"], info, judge(info, row["contents"]), time.perf_counter() - started))
    return out


def table(found: list[tuple[str, SourceInfo, str, float]]) -> str:
    """Return the Markdown table."""
    lines = ["| file | format | holds | counts of the manifest |", "|---|---|---|---|"]
    for path, info, verdict, _seconds in found:
        counts = ", ".join(f"{n:,} {what}".replace(",", " ") for what, n in info.counts.items())
        cells = (path, info.format or "-", counts or "-", verdict)
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines)


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    data = Path(os.environ.get("SHAPAN_REAL_DATA", ROOT.parent / "shared" / "data"))
    found = rows(data)
    text = table(found)
    verdicts = Counter(verdict if verdict in ("agrees", "read") else "differs or error"
                       for _path, _info, verdict, _seconds in found)  # fmt: skip
    print(text)
    summary = f"{len(found)} files: " + ", ".join(f"{n} {what}" for what, n in verdicts.items())
    print(summary)
    slowest = max(found, key=lambda row: row[3])
    print(f"slowest: {slowest[0]} {slowest[3]:.2f} s")
    for path, _info, verdict, _seconds in found:
        if verdict not in ("agrees", "read"):
            print(f"  {path}: {verdict}")
    if arguments.write:
        page = ROOT / "docs" / "formats.md"
        old = page.read_text(encoding="utf-8")
        head, tail = old.split(START)[0], old.split(END)[1]
        page.write_text(f"{head}{START}\n{summary}\n\n{text}\n{END}{tail}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
