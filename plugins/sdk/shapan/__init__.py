"""The public API of Shapan: the only modules that plugins and scripts import.

Semantic versioning: what is marked *stable* changes incompatibly only with a new major version,
what is marked *provisional* with a new minor one (`shapan.stability`). The whole API stands in
`api.txt`, which a test compares with the code.

Names are imported when first used: a worker of a plugin starts without what it does not need.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from shapan.version import __version__

if TYPE_CHECKING:
    from ingest.pipeline.job import Job, Progress
    from ingest.readers.contract import (
        FeatureChunk,
        Material,
        MeshChunk,
        ObjectChunk,
        PointChunk,
        RasterSource,
        ReadOptions,
        RelationChunk,
        SourceInfo,
        Texture,
        TileChunk,
        TilesetSource,
    )
    from rendering.moving.style import MovingStyle
    from rendering.options import Label, Overlay, OverlayMesh
    from shapan.connecting import MappedPoint, PointMap, Reading, keep_connected
    from shapan.context import (
        Alarms,
        Context,
        Jobs,
        Samples,
        Scene,
        Signals,
        Storage,
        Subscription,
        TwinAccess,
        WorkerContext,
        WorkerHandle,
    )
    from shapan.contracts import (
        Analysis,
        CommandFunction,
        Connector,
        Exporter,
        OverlayPainter,
        Panel,
        PluginReader,
        RuleFunction,
        Simulator,
    )
    from shapan.results import Report, Series, Table
    from shapan.units import convert_unit
    from twin_model.commands import (
        AddEntities,
        AddRelations,
        EditEntities,
        EditRelations,
        RemoveEntities,
        RemoveRelations,
    )
    from twin_model.entity import Codes, Entity, Relation
    from twin_model.errors import (
        Cancelled,
        PluginError,
        ShapanError,
        SimulationError,
        SourceError,
        StoreError,
        ValidationError,
    )
    from twin_model.frame import Frame
    from twin_model.layer import Layer, LayerRole
    from twin_model.query import EntityQuery
    from twin_model.samples import Quality, SampleBatch, SampleIndex, SampleKeys
    from twin_model.store.transaction import Change
    from twin_model.time import Instant, Interval
    from twin_model.twin import Twin

_NAMES = {
    "ingest.pipeline.job": ("Job", "Progress"),
    "ingest.readers.contract": (
        "FeatureChunk", "Material", "MeshChunk", "ObjectChunk", "PointChunk", "RasterSource",
        "ReadOptions", "RelationChunk", "SourceInfo", "Texture", "TileChunk", "TilesetSource",
    ),
    "rendering.moving.style": ("MovingStyle",),
    "rendering.options": ("Label", "Overlay", "OverlayMesh"),
    "shapan.connecting": ("MappedPoint", "PointMap", "Reading", "keep_connected"),
    "shapan.context": (
        "Alarms", "Context", "Jobs", "Samples", "Scene", "Signals", "Storage", "Subscription",
        "TwinAccess", "WorkerContext", "WorkerHandle",
    ),
    "shapan.contracts": (
        "Analysis", "CommandFunction", "Connector", "Exporter", "OverlayPainter", "Panel",
        "PluginReader", "RuleFunction", "Simulator",
    ),
    "shapan.results": ("Report", "Series", "Table"),
    "shapan.units": ("convert_unit",),
    "twin_model.commands": (
        "AddEntities", "AddRelations", "EditEntities", "EditRelations", "RemoveEntities",
        "RemoveRelations",
    ),
    "twin_model.entity": ("Codes", "Entity", "Relation"),
    "twin_model.errors": (
        "Cancelled", "PluginError", "ShapanError", "SimulationError", "SourceError", "StoreError",
        "ValidationError",
    ),
    "twin_model.frame": ("Frame",),
    "twin_model.layer": ("Layer", "LayerRole"),
    "twin_model.query": ("EntityQuery",),
    "twin_model.samples": ("Quality", "SampleBatch", "SampleIndex", "SampleKeys"),
    "twin_model.store.transaction": ("Change",),
    "twin_model.time": ("Instant", "Interval"),
    "twin_model.twin": ("Twin",),
}  # fmt: skip
_WHERE = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [  # noqa: RUF022 - grouped as above
    "Job", "Progress",
    "FeatureChunk", "Material", "MeshChunk", "ObjectChunk", "PointChunk", "RasterSource",
    "ReadOptions", "RelationChunk", "SourceInfo", "Texture", "TileChunk", "TilesetSource",
    "Label", "MovingStyle", "Overlay", "OverlayMesh",
    "MappedPoint", "PointMap", "Reading", "keep_connected",
    "Alarms", "Context", "Jobs", "Samples", "Scene", "Signals", "Storage", "Subscription",
    "TwinAccess", "WorkerContext", "WorkerHandle",
    "Analysis", "CommandFunction", "Connector", "Exporter", "OverlayPainter", "Panel",
    "PluginReader", "RuleFunction", "Simulator",
    "Report", "Series", "Table", "convert_unit",
    "AddEntities", "AddRelations", "EditEntities", "EditRelations", "RemoveEntities",
    "RemoveRelations",
    "Codes", "Entity", "Relation",
    "Cancelled", "PluginError", "ShapanError", "SimulationError", "SourceError", "StoreError",
    "ValidationError",
    "Frame", "Layer", "LayerRole", "EntityQuery",
    "Quality", "SampleBatch", "SampleIndex", "SampleKeys",
    "Change", "Instant", "Interval", "Twin",
    "__version__",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    module = _WHERE.get(name)
    if module is None:
        raise AttributeError(f"module 'shapan' has no attribute {name!r}")
    found = getattr(importlib.import_module(module), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
