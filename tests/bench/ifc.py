"""First import and second opening of IFC models against ifcopenshell's own iterator.

Every line of the first import compares fresh processes from their start: the peer imports
ifcopenshell, opens the file and iterates with the same kernel, keeping nothing; ours, told as
the importer tells it that a model is to come, reads geometry, objects, properties and relations
and writes the tileset. The second opening loads
the tileset and its content as the renderer does, in a fresh process as well.

    uv run python tests/bench/ifc.py [folder of IFC files]
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
REPEATS = 3

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
import sys
from pathlib import Path
from ingest.readers.ifc import IfcReader
reader = IfcReader()
reader.prepare()
from ingest.pipeline.job import Job
from ingest.readers.contract import ReadOptions
from ingest.tiling.bim import convert_objects
from ingest.tiling.contract import Target
from twin_model.frame import Frame
path, folder, job = Path(sys.argv[1]), Path(sys.argv[2]), Job()
info = reader.inspect(path, job)
frame = Frame("EPSG:32632", (0.0, 0.0, 0.0))
target = Target(folder, "model", frame, frame.transform_from(None), job)
content = convert_objects(reader.read(path, ReadOptions(), job), target, info)
assert content.entities and (folder / content.content).is_file()
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


def seconds(code: str, *arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, cwd=ROOT, env=ENVIRONMENT)
    return time.perf_counter() - start


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    print("name, ours, peer, ratio")
    for name in NAMES:
        path = str(folder / f"{name}.ifc")
        ours, peer, opened = [], [], []
        for _ in range(1 + REPEATS):  # the first fills the bytecode cache
            with tempfile.TemporaryDirectory() as made:
                peer.append(seconds(PEER, path))
                ours.append(seconds(OURS, path, made))
                opened.append(seconds(OPEN, made))
        base = statistics.median(peer[1:])
        for label, times in (("first import", ours), ("second opening", opened)):
            value = statistics.median(times[1:])
            print(f"{name} {label}, {value:.2f} s, {base:.2f} s, {value / base:.2f}", flush=True)


if __name__ == "__main__":
    main()
