"""IFC 2x3, 4 and 4x3 as STEP files: geometry, objects, properties, relations, place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import (
    Chunk,
    Material,
    MeshChunk,
    ObjectChunk,
    ReadOptions,
    RelationChunk,
    SourceInfo,
)
from ingest.readers.ifc_georeference import Georeference, georeference
from ingest.readers.ifc_placement import Placement, degrees, place_by_sets
from ingest.readers.ifc_process import messages
from ingest.readers.ifc_step import (
    HEADER_BYTES,
    MAGIC,
    Argument,
    StepSummary,
    schema_of,
    summarise,
    typed_value,
)
from ingest.readers.ifc_types import is_product
from ingest.readers.ifc_workers import prepare_worker
from ingest.readers.ifc_zip import SUFFIX, ZIP_MAGIC, step_file
from twin_model.errors import SourceError

#: Schemas that ifcopenshell opens; drafts differ from them in ways it refuses.
_SUPPORTED: Final = frozenset({"IFC2X3", "IFC4", "IFC4X3", "IFC4X3_ADD2"})
_UNDRAWN_NOTE: Final = "could not be built from its representation"


class IfcReader:
    """Building information models. Geometry is built in a process of its own."""

    name = "ifc"
    suffixes: tuple[str, ...] = (SUFFIX, ".ifc")

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether it is a STEP file with an IFC schema, or a zip archive named .ifczip."""
        if path.suffix.lower() == SUFFIX:
            return head.startswith(ZIP_MAGIC)
        if MAGIC not in head[:256]:
            return False
        schema = schema_of(head)
        if not schema:
            # Long descriptions push the schema beyond the first bytes; other STEP files
            # (AP203, AP214) must not be taken for IFC.
            try:
                schema = schema_of(_head(path))
            except SourceError:
                return False
        return schema.startswith("IFC") or (not schema and path.suffix.lower() == ".ifc")

    def prepare(self, path: Path) -> None:
        """Start the process that builds shapes: loading its library takes as long as a model."""
        prepare_worker(None if path.suffix.lower() == SUFFIX else path)

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Describe the model by one pass over its text, without building anything.

        Raises
        ------
        SourceError
            If it is no IFC file, or of a schema that cannot be read.
        Cancelled
        """
        with step_file(path, job) as step:
            summary = _summary(step, job)
        counts = summary.counts
        info = SourceInfo(str(path), format=summary.schema, kind="bim")
        info.counts = {
            "objects": sum(n for name, n in counts.items() if is_product(name)),
            "storeys": counts["IFCBUILDINGSTOREY"],
            "spaces": counts["IFCSPACE"],
            "instances": counts.total(),
        }
        place = georeference(_placement_of_text(summary))
        info.crs, info.vertical_crs, info.warnings = place.crs, place.vertical_crs, place.warnings
        if place.crs is not None:
            # Where the model's origin lies; how far it reaches shows when it is built.
            east, north, height = place.matrix[:3, 3].tolist()
            info.bounds = [east, north, height, east, north, height]
        info.attributes = {
            "bounds": "the model's origin only",
            "schema": summary.schema,
            "producer": summary.producer,
            "classes": {n: c for n, c in counts.most_common() if is_product(n)},
        }
        if not summary.complete:
            info.warnings.append("the file ends early (no END-ISO-10303-21); what is there is read")
        if place.crs is None:
            info.warnings.append("the model states no place on the globe")
        return info

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[Chunk]:
        """Yield meshes by colour, then objects, then relations.

        Coordinates are metres in the CRS that `inspect` names. A different CRS in *options*
        means that the model's coordinates already are in that one.

        Raises
        ------
        SourceError
            If it cannot be opened, or nothing is left of it.
        Cancelled
        """
        job.check()
        with step_file(path, job) as step:
            head = _head(step)
            _refuse_unsupported(step, schema_of(head), head)
            reading = _Reading(step, options, job)
            for message, arrays in messages(step, job):
                yield from reading.chunks(message, arrays)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(HEADER_BYTES)
    except OSError as error:
        raise SourceError(path, f"cannot be opened ({error.strerror})") from error


def _refuse_unsupported(path: Path, schema: str, head: bytes) -> None:
    if not head:
        raise SourceError(path, "the file is empty", remedy="fetch it again")
    if MAGIC not in head[:256]:
        raise SourceError(path, "not a STEP file (ISO-10303-21 is missing)", offset=0)
    if not schema:
        raise SourceError(path, "the STEP header names no schema (FILE_SCHEMA)")
    if schema not in _SUPPORTED:
        raise SourceError(
            path,
            f"its schema {schema[:40]} is not one that can be read (IFC2X3, IFC4, IFC4X3)",
            remedy="export it again as IFC4 or IFC4X3_ADD2",
        )


def _summary(path: Path, job: Job) -> StepSummary:
    summary = summarise(path, job)
    _refuse_unsupported(path, summary.schema, MAGIC)
    if not summary.counts:
        raise SourceError(path, "the file ends before its first object", remedy="fetch it again")
    return summary


def _placement_of_text(summary: StepSummary) -> Placement:
    """Return the parts of the placement that decide on the CRS."""
    out = Placement()
    if summary.schema == "IFC2X3":
        place_by_sets(out, summary.sets)
    else:
        for name in ("IFCMAPCONVERSION", "IFCMAPCONVERSIONSCALED"):
            for arguments in summary.kept.get(name, [])[:1]:
                numbers = map(_number, arguments[2:5])
                out.conversion = dict(zip(("Eastings", "Northings", "OrthogonalHeight"), numbers))
        for arguments in summary.kept.get("IFCRIGIDOPERATION", [])[:1]:
            if out.conversion is None:
                out.conversion, out.rigid = _moved(arguments), True
        for arguments in summary.kept.get("IFCPROJECTEDCRS", [])[:1]:
            texts = [a if isinstance(a, str) else "" for a in arguments] + [""] * 4
            # Only a conversion points to it; a CRS alone places nothing.
            out.crs_name = texts[0] if out.conversion is not None else ""
            out.vertical = texts[3]
    for arguments in summary.kept.get("IFCSITE", []):
        latitude, longitude = (
            degrees(a) if isinstance(a, list) else None for a in (arguments + [None] * 11)[9:11]
        )
        if latitude is not None and longitude is not None:
            out.latitude_deg, out.longitude_deg = latitude, longitude
            break
    return out


def _moved(arguments: list[Argument]) -> dict[str, float] | None:
    """Return an IfcRigidOperation as a conversion; None where it is in degrees."""
    first, second = typed_value(arguments[2:]), typed_value(arguments[4:])
    if not isinstance(first, float) or not isinstance(second, float):
        return None
    if "ANGLE" in str(arguments[2]).upper():
        return None
    height = _number(arguments[6]) if len(arguments) > 6 else 0.0
    return {"Eastings": first, "Northings": second, "OrthogonalHeight": height}


def _number(argument: object) -> float:
    try:
        value = float(argument) if isinstance(argument, str) else 0.0
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0


class _Reading:
    """State of one `IfcReader.read`: the place, and the boxes of what has been built."""

    def __init__(self, path: Path, options: ReadOptions, job: Job) -> None:
        self._path = path
        self._options = options
        self._job = job
        self._place = Georeference()
        self._with_shape: set[int] = set()
        self._objects = 0
        self._done = 0
        self._sent = 0
        self._centre: dict[int, tuple[npt.NDArray[np.float64], bool]] = {}
        self._outline: dict[int, list[list[float]]] = {}

    def chunks(self, head: dict[str, Any], arrays: list[npt.NDArray[Any]]) -> Iterator[Chunk]:
        kind = head.get("kind")
        if kind == "start":
            self._start(head)
        elif kind == "mesh":
            yield self._mesh(head, arrays)
        elif kind == "built":
            self._done += head["count"]
            self._job.report("building shapes", self._done, len(self._with_shape), "objects")
        elif kind == "done":
            self._note(head)
        elif kind == "geometry-done":
            self._job.report("building shapes", self._done, self._done, "objects")
            # Says that no mesh follows, so that tiles can be written before properties are read.
            yield ObjectChunk([], [], [], [], [])
        elif kind == "objects":
            yield self._object_chunk(head["records"])
        elif kind == "relations":
            yield RelationChunk(head["kinds"], head["sources"], head["targets"])

    def _start(self, head: dict[str, Any]) -> None:
        placement = Placement(**head["placement"])
        placement.site_origin_m = tuple(placement.site_origin_m)  # type: ignore[assignment]
        placement.true_north = tuple(placement.true_north)  # type: ignore[assignment]
        place = georeference(placement)
        chosen = self._options.crs
        if chosen is not None and chosen != place.crs and placement.conversion is None:
            place = Georeference(chosen)
        self._place = place
        self._with_shape = set(head["with_shape"])
        self._objects = head["objects"]

    def _mesh(self, head: dict[str, Any], arrays: list[npt.NDArray[Any]]) -> MeshChunk:
        position, triangles, feature = arrays
        if len(triangles) and int(triangles.max()) >= len(position):
            raise SourceError(self._path, "the geometry kernel made indices out of range")
        red, green, blue, alpha = (float(v) for v in head["colour"])
        return MeshChunk(
            self._to_source(position),
            triangles.astype(np.uint32, copy=False),
            Material((red, green, blue, alpha)),
            feature=feature.astype(np.uint32, copy=False),
        )

    def _note(self, head: dict[str, Any]) -> None:
        for feature, drawn, *box in head["boxes"]:
            middle = (np.array(box[:3]) + np.array(box[3:])) / 2
            self._centre[int(feature)] = (middle, bool(drawn))
        self._outline |= {int(feature): corners for feature, corners in head["outlines"]}

    def _object_chunk(self, records: list[dict[str, Any]]) -> ObjectChunk:
        chunk = ObjectChunk([], [], [], [], [])
        middles: list[npt.NDArray[np.float64] | None] = []
        for record in records:
            middle, drawn = self._centre.get(self._sent, (None, False))
            attributes = record["attributes"]
            number = record["id"]
            if middle is None and number in self._with_shape:
                attributes["Geometry"] = _UNDRAWN_NOTE
            chunk.feature.append(self._sent if drawn else -1)
            chunk.guid.append(record["guid"] or f"#{number}")
            chunk.type.append(record["type"])
            chunk.name.append(record["name"])
            chunk.attributes.append(attributes)
            middles.append(middle)
            corners = self._outline.get(self._sent)
            chunk.outline.append(
                None if corners is None else self._to_source(np.array(corners, np.float64))
            )
            self._sent += 1
        chunk.position = self._places(middles)
        self._job.report("reading properties", self._sent, self._objects, "objects")
        return chunk

    def _places(
        self, middles: list[npt.NDArray[np.float64] | None]
    ) -> list[tuple[float, float, float] | None]:
        known = [middle for middle in middles if middle is not None]
        placed = iter(self._to_source(np.array(known)).tolist() if known else [])
        return [None if middle is None else tuple(next(placed)) for middle in middles]

    def _to_source(self, position: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        matrix = self._place.matrix
        return position @ matrix[:3, :3].T + matrix[:3, 3]
