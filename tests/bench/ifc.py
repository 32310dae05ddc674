"""First import and second opening of IFC models against ifcopenshell's own iterator.

The peer is a fresh process that imports ifcopenshell, opens the file and iterates with the same
kernel, keeping nothing. Ours reads geometry, objects, properties and relations and writes the
tileset; it is shown twice: as users meet it, from the moment a file is dropped on the open
program (whose process for the geometry is not yet started), and from the start of a fresh
process that loads all of Shapan it needs, as `shapan add` does. The second opening loads the
tileset and its content as the renderer does, in a fresh process as well. Medians; files larger
than the samples can be given as a folder.

    uv run python tests/bench/ifc.py [folder of other IFC files]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared/data/bim/webifc/tests/ifcfiles/public"
NAMES = ("AC20-FZK-Haus", "Office_A_20110811")
REPEATS = 5

#: Compiled modules are cached as on users' machines, also where the environment forbids it.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {
    "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "shapan-bench-pycache")
}

PEER = """
import sys, ifcopenshell, ifcopenshell.geom
model = ifcopenshell.open(sys.argv[1])
iterator = ifcopenshell.geom.iterator(
    ifcopenshell.geom.settings(), model, 1,
    geometry_library="hybrid-manifold-opencascade", exclude=["IfcOpeningElement"])
working, vertices = iterator.initialize(), 0
while working:
    vertices += len(iterator.get().geometry.verts_buffer)
    working = iterator.next()
"""

OURS = """
import sys, time
from pathlib import Path
from ingest.readers.ifc import IfcReader
from ingest.pipeline.job import Job
from ingest.readers.contract import ReadOptions
from ingest.tiling.bim import convert_objects
from ingest.tiling.contract import Target
from twin_model.frame import Frame
path, folder, job = Path(sys.argv[1]), Path(sys.argv[2]), Job()
dropped = time.perf_counter()
reader = IfcReader()
reader.prepare(path)
info = reader.inspect(path, job)
frame = Frame("EPSG:32632", (0.0, 0.0, 0.0))
target = Target(folder, "model", frame, frame.transform_from(None), job)
content = convert_objects(reader.read(path, ReadOptions(), job), target, info)
assert content.entities and (folder / content.content).is_file()
print(time.perf_counter() - dropped)
"""

#: As `shapan add` begins: the library and the model load while the rest of Shapan does.
FIRST = """
import sys
from app.head_start import head_start
head_start([sys.argv[1]])
"""

OPEN = """
import json, sys
from pathlib import Path
folder, stack, size = Path(sys.argv[1]), [], 0
stack.append(json.loads((folder / "tileset.json").read_text())["root"])
while stack:
    tile = stack.pop()
    stack += tile.get("children", [])
    if "content" in tile:
        size += len((folder / tile["content"]["uri"]).read_bytes())
assert size
"""


def run(code: str, *arguments: str) -> tuple[float, str]:
    """Return the seconds of a fresh process, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True,
    )  # fmt: skip
    return time.perf_counter() - start, done.stdout


def main() -> None:
    paths = sorted(Path(sys.argv[1]).glob("*.ifc")) if len(sys.argv) > 1 else [
        FOLDER / f"{name}.ifc" for name in NAMES
    ]  # fmt: skip
    print("name, ours, peer, ratio")
    for path in paths:
        times: dict[str, list[float]] = {}
        for _ in range(1 + REPEATS):  # the first fills the bytecode cache
            with tempfile.TemporaryDirectory() as made:
                peer, _ = run(PEER, str(path))
                _, printed = run(OURS, str(path), made)
                opened, _ = run(OPEN, made)
            with tempfile.TemporaryDirectory() as made:
                whole, _ = run(FIRST + OURS, str(path), made)
            for label, value in (
                ("peer", peer), ("first import, program open", float(printed)),
                ("first import, fresh process", whole), ("second opening", opened),
            ):  # fmt: skip
                times.setdefault(label, []).append(value)
        base = statistics.median(times.pop("peer")[1:])
        for label, values in times.items():
            value = statistics.median(values[1:])
            print(f"{path.stem} {label}, {value:.2f} s, {base:.2f} s, {value / base:.2f}")


if __name__ == "__main__":
    main()
