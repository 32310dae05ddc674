"""Writes ``features.gpkg``: one table ``features`` in the project's CRS, and reads it back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from ingest.readers.gdal_vector import GdalError, guarded, load_pyogrio
from twin_model.errors import SourceError

TABLE: Final = "features"
FILE_NAME: Final = "features.gpkg"
#: Names that the table itself uses; a column of the source of that name gets an underscore.
_OWN: Final = frozenset({"fid", "geom"})


class FeatureTable:
    """A GeoPackage that grows by chunks. Column types follow from the first chunk.

    Parameters
    ----------
    path : Path
        Does not exist yet.
    crs : str
        The project's.
    """

    def __init__(self, path: Path, crs: str) -> None:
        self.path = path
        self.count = 0
        #: How many values did not fit the type that their column had in the first chunk.
        self.misfits = 0
        self._crs = crs
        self._types: dict[str, type] = {}
        self._names: dict[str, str] = {}

    def append(self, shapes: npt.NDArray[Any], columns: dict[str, list[Any]]) -> int:
        """Add rows and return the ``fid`` of the first; the others follow by one.

        Parameters
        ----------
        shapes : (n,) array of shapely geometries and None
            Project CRS.
        columns : dict of str to list
            JSON-compatible values. A column that the first chunk did not have is left out.

        Raises
        ------
        SourceError
            If the file cannot be written, for want of disk space for instance.
        """
        if not self._names:
            self._decide(columns)
        data, masks = [], []
        for name in self._names:
            values, mask = self._array(columns.get(name, [None] * len(shapes)), self._types[name])
            data.append(values)
            masks.append(mask)
        pyogrio = load_pyogrio()
        first = self.count + 1
        try:
            guarded(
                lambda: pyogrio.raw.write(
                    str(self.path),
                    shapely.to_wkb(shapes, flavor="iso"),
                    data,
                    list(self._names.values()),
                    field_mask=masks,
                    layer=TABLE,
                    driver="GPKG",
                    geometry_type="Unknown",
                    crs=self._crs,
                    append=self.count > 0,
                    layer_options={"FID": "fid", "GEOMETRY_NAME": "geom"} if not self.count else {},
                ),
                [],
            )
        except GdalError as error:
            raise SourceError(self.path, f"cannot be written ({error})") from error
        self.count += len(shapes)
        return first

    def _decide(self, columns: dict[str, list[Any]]) -> None:
        used: set[str] = set(_OWN)
        for name, values in columns.items():
            self._types[name] = _common_type(values)
            written = name or "column"
            # SQLite tells columns apart without case.
            while written.lower() in used:
                written += "_"
            used.add(written.lower())
            self._names[name] = written

    def _array(self, values: list[Any], kind: type) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        mask = np.array([v is None for v in values], dtype=bool)
        if kind is str:
            texts = [None if v is None else _text(v) for v in values]
            return np.array(texts, dtype=object), mask
        out: npt.NDArray[Any] = np.zeros(
            len(values), {bool: np.bool_, int: np.int64, float: np.float64}[kind]
        )
        for index, value in enumerate(values):
            if mask[index]:
                continue
            if isinstance(value, int | float) and (kind is float or float(value).is_integer()):
                out[index] = value
            else:
                mask[index] = True
                self.misfits += 1
        return out, mask


def read_chunks(
    path: Path, names: list[str], limit: int, where: str = ""
) -> Iterator[tuple[Any, Any, list[Any]]]:
    """Yield (fid, shape, columns) of a features.gpkg, *limit* rows at a time.

    Parameters
    ----------
    path : Path
    names : list of str
        Columns.
    limit : int
    where : str
        SQL condition that rows must also fulfil.

    Raises
    ------
    SourceError
        If the file is damaged.
    """
    pyogrio = load_pyogrio()
    extra = f" AND ({where})" if where else ""
    last = 0
    while True:
        try:
            meta, fids, geometry, values = guarded(
                lambda last=last: pyogrio.raw.read(  # type: ignore[misc]
                    str(path), layer=TABLE, columns=names, return_fids=True,
                    max_features=limit, where=f"fid > {last}{extra}",
                ),
                [],
            )  # fmt: skip
        except GdalError as error:
            raise SourceError(path, f"cannot be read ({error})") from error
        if len(fids) == 0:
            return
        order = [list(meta["fields"]).index(name) for name in names]
        yield fids, shapely.from_wkb(geometry), [values[i] for i in order]
        last = int(fids[-1])


def _common_type(values: list[Any]) -> type:
    kinds = {type(v) for v in values if v is not None}
    if kinds == {bool}:
        return bool
    if kinds == {int} and all(abs(v) < 2**63 for v in values if v is not None):
        return int
    return float if kinds and kinds <= {int, float} else str


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
