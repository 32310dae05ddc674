"""Products of a run come back into the project as anybody's files do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from ingest.importer import ImportOptions, ImportResult, add_source
from ingest.pipeline.job import Job
from ingest.reconstruction.run import ReconstructResult
from twin_model.commands import RemoveLayer, SetLayerStyle
from twin_model.project import write_atomically
from twin_model.twin import Twin

_FILE: Final = "layers.json"
#: What is shown at first: one of several that lie on top of each other.
_PARTS: Final = (
    ("dtm", "ground", False, None),
    ("dsm", "surface", False, None),
    ("orthophoto", "true orthophoto", False, None),
    ("points", "points", False, None),
    ("mesh", "mesh", True, "local"),
    ("contours", "contours", False, None),
)

#: Behind the name of what nobody should measure in.
_BENT: Final = " (bent)"


def add_products(twin: Twin, result: ReconstructResult, title: str, job: Job) -> list[ImportResult]:
    """Add a run's products as layers, each product once, however often this is called.

    Parameters
    ----------
    twin : Twin
    result : ReconstructResult
    title : str
        What the layers are called after.
    job : Job

    Raises
    ------
    ShapanError
        If one cannot be read back; those before it are kept.
    Cancelled
    """
    file = result.folder / _FILE
    key = next(step.key for step in result.steps if step.name == "products")
    alive = {layer.id for layer in twin.layers()}
    known = _known(file, key, twin, alive)
    out: list[ImportResult] = []
    is_bent = bool((result.accuracy.get("bending") or {}).get("is_bent"))
    for number, (product, words, visible, crs) in enumerate(_PARTS):
        path = result.products.get(product)
        if path is None or known.get(product) in alive:
            continue
        job.report("Adding layers", number, len(_PARTS), "layers")
        remark = (result.accuracy.get("heights") or {}).get("remark", "")
        above = remark if product != "orthophoto" else ""
        name = f"{title} – {words}{above}{_BENT if is_bent else ''}"
        options = ImportOptions(crs=crs, name=name, epoch=result.epoch)
        for added in add_source(twin, path, options, job):
            out.append(added)
            if added.layer is not None:
                known[product] = added.layer
                if not visible:
                    twin.execute(SetLayerStyle(added.layer, {"visible": False}))
        write_atomically(file, json.dumps({"key": key, "layers": known}))
    return out


def _known(file: Path, key: str, twin: Twin, alive: set[str]) -> dict[str, str]:
    """Return the layers that hold these very products; those of outdated ones are removed."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        layers, is_same = dict(document["layers"]), document["key"] == key
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if is_same:
        return layers
    for layer in layers.values():
        if layer in alive:
            twin.execute(RemoveLayer(layer))
    return {}
