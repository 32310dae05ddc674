"""Products of a run come back into the project as anybody's files do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ingest.importer import ImportOptions, ImportResult, add_source
from ingest.pipeline.job import Job
from ingest.reconstruction.photo_heights import ABOVE_ELLIPSOID, stated_heights
from ingest.reconstruction.run import ReconstructResult
from twin_model.commands import RemoveLayer, SetLayerStyle
from twin_model.project import write_atomically
from twin_model.twin import Twin

_FILE: Final = "layers.json"
#: The name of a layer after the run's title.
_NAMES: Final = {
    "dtm": "{0} – ground",
    "dsm": "{0} – surface",
    "orthophoto": "{0} – true orthophoto",
    "points": "{0} – points",
    "mesh": "{0} – mesh",
    "contours": "{0} – contours",
}
#: Files that do not state their CRS.
_CRS: Final = {"mesh": "local"}
#: What is shown at first, and what it is shown in place of: they lie on top of each other.
_SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "dsm": (),
    "orthophoto": (),
    "points": ("dsm", "orthophoto"),
    "mesh": ("dsm", "orthophoto", "points"),
}

#: The name of what nobody should measure in.
_BENT: Final = "{0} (bent)"
#: Every text that names of layers are made of.
LAYER_NAMES: Final = (*_NAMES.values(), _BENT, ABOVE_ELLIPSOID)

Say = Callable[[str], str]
"""Says the name of a layer, a template in English, in the reader's language."""


class ProductLayers:
    """Adds the products of one run as layers, each product once.

    Parameters
    ----------
    twin : Twin
    folder : Path
        Of the run, placed and with its photographs checked.
    title : str
        What the layers are called after.
    key : str
        Of the step that makes the products: layers of products with another one are outdated and
        are removed.
    say : callable
        Says names of layers in the reader's language; English by default.
    """

    def __init__(self, twin: Twin, folder: Path, title: str, key: str, say: Say = str) -> None:
        self._twin = twin
        self._folder = folder
        self._key = key
        photos, placed = _photos(folder), _placed(folder)
        self._title = title
        self._say = say
        self._is_bent = bool((placed.get("bending") or {}).get("is_bent"))
        #: Behind the name of what has heights, where nobody knows what they are above.
        self._above = stated_heights(placed, photos["heights"], twin.frame).remark
        self._epoch = photos["epoch"]
        self._file = folder / _FILE
        self._known = _known(self._file, key, twin)

    def has(self, product: str) -> bool:
        """Return whether a product is a layer of the project already."""
        return self._known.get(product) in {layer.id for layer in self._twin.layers()}

    def add(self, product: str, path: Path, job: Job) -> list[ImportResult]:
        """Add a product that is finished, and show it in place of what shows the same less well.

        Parameters
        ----------
        product : str
        path : Path
            Where it is now; the run's folder of products is recorded as its source.
        job : Job

        Raises
        ------
        ShapanError
            If it cannot be read back.
        Cancelled
        """
        if product not in _NAMES or self.has(product):
            return []
        origin = self._folder / "products" / path.name
        options = ImportOptions(
            crs=_CRS.get(product), name=self._name(product), epoch=self._epoch, origin=str(origin)
        )
        out = add_source(self._twin, path, options, job)
        for added in out:
            if added.layer is not None:
                self._known[product] = added.layer
        write_atomically(self._file, json.dumps({"key": self._key, "layers": self._known}))
        hidden = set(_SHOWN.get(product, (product,)))
        if any(product in others and self.has(better) for better, others in _SHOWN.items()):
            hidden.add(product)
        self._hide({layer for name in hidden if (layer := self._known.get(name))})
        return out

    def _name(self, product: str) -> str:
        name = self._say(_NAMES[product]).format(self._title)
        if self._above and product != "orthophoto":
            name = self._say(self._above).format(name)
        return self._say(_BENT).format(name) if self._is_bent else name

    def _hide(self, layers: set[str]) -> None:
        for layer in self._twin.layers():
            if layer.id in layers and layer.style.get("visible", True):
                self._twin.execute(SetLayerStyle(layer.id, {"visible": False}))


def add_products(
    twin: Twin, result: ReconstructResult, title: str, job: Job, say: Say = str
) -> list[ImportResult]:
    """Add a run's products as layers, each product once, however often this is called.

    Parameters
    ----------
    twin : Twin
    result : ReconstructResult
    title : str
        What the layers are called after.
    job : Job
    say : callable
        Says names of layers in the reader's language; English by default.

    Raises
    ------
    ShapanError
        If one cannot be read back; those before it are kept.
    Cancelled
    """
    key = next(step.key for step in result.steps if step.name == "products")
    layers = ProductLayers(twin, result.folder, title, key, say)
    out: list[ImportResult] = []
    for number, product in enumerate(_NAMES):
        path = result.products.get(product)
        if path is not None and not layers.has(product):
            job.report("Adding layers", number, len(_NAMES), "layers")
            out += layers.add(product, path, job)
    return out


def _placed(folder: Path) -> dict[str, Any]:
    text = (folder / "georeference" / "georeference.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _photos(folder: Path) -> dict[str, Any]:
    text = (folder / "photos" / "step.json").read_text(encoding="utf-8")
    return dict(json.loads(text)["values"])


def _known(file: Path, key: str, twin: Twin) -> dict[str, str]:
    """Return the layers that hold these very products; those of outdated ones are removed."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        layers, is_same = dict(document["layers"]), document["key"] == key
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if is_same:
        return layers
    alive = {layer.id for layer in twin.layers()}
    for layer in layers.values():
        if layer in alive:
            twin.execute(RemoveLayer(layer))
    return {}
