"""A reconstruction as a job of the window: its products become layers as they are finished."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.messages import layer_name
from ingest.reconstruction.options import ReconstructOptions
from twin_model.errors import Cancelled, ShapanError

if TYPE_CHECKING:
    from ingest.importer import ImportResult
    from ingest.pipeline.job import Job
    from twin_model.frame import Frame
    from twin_model.twin import Twin


class RunWork:
    """What the job does, in its thread.

    Parameters
    ----------
    twin : Twin
    options : ReconstructOptions
    frame : Frame
    folder : Path
        Of the run.
    on_preview : callable
        Told what can be looked at meanwhile, in the job's thread; see
        `ingest.reconstruction.tasks.reconstruct_in_process`.
    on_layer : callable
        Told of each product that has become a layer, likewise.
    """

    def __init__(
        self,
        twin: Twin,
        options: ReconstructOptions,
        frame: Frame,
        folder: Path,
        *,
        on_preview: Callable[[dict[str, Any]], object],
        on_layer: Callable[[str], object],
    ) -> None:
        self._twin = twin
        self._options = options
        self._frame = frame
        self._folder = folder
        self._on_preview = on_preview
        self._on_layer = on_layer
        self._key = ""

    def __call__(self, job: Job) -> list[ImportResult]:
        """Reconstruct; return what became of each product.

        Raises
        ------
        ShapanError
        Cancelled
        """
        from ingest.reconstruction.layers import add_products
        from ingest.reconstruction.made_products import remove_announced
        from ingest.reconstruction.options import require_modules
        from ingest.reconstruction.runs import load_result
        from ingest.reconstruction.tasks import reconstruct_in_process

        require_modules()
        added: list[ImportResult] = []
        news = partial(self._take, job, added)
        try:
            reconstruct_in_process(self._options, self._frame, self._folder, job, news)
        finally:
            remove_announced(self._folder)
        # Those of a step that was finished before, and whatever could not be added meanwhile.
        result = load_result(self._folder)
        return added + add_products(self._twin, result, self._options.title, job, layer_name)

    def _take(self, job: Job, added: list[ImportResult], news: dict[str, Any]) -> None:
        if "preview" in news:
            self._on_preview(news["preview"])
        elif news.get("step") == "products":
            self._key = str(news["key"])
        elif "product" in news:
            self._add(str(news["product"]), Path(news["path"]), job, added)

    def _add(self, product: str, path: Path, job: Job, added: list[ImportResult]) -> None:
        from ingest.reconstruction.layers import ProductLayers

        try:
            layers = ProductLayers(
                self._twin, self._folder, self._options.title, self._key, layer_name
            )
            added += layers.add(product, path, job.quiet())
        except Cancelled:
            raise
        except (ShapanError, OSError):
            return  # tried once more at the end, when what is wrong with it is said
        self._on_layer(product)
