"""The public API of Shapan.

Experimental until version 1: today it names the model's types for scripts (`shapan open P --script
S.py`); contributions of plugins come with the plugin host.
"""

from __future__ import annotations

from twin_model.commands import AddEntities, EditEntities, RemoveEntities
from twin_model.entity import Codes, Entity, Relation
from twin_model.errors import ShapanError, SourceError, StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.query import EntityQuery
from twin_model.time import Instant, Interval
from twin_model.twin import Change, Twin

__version__ = "0.1.0"

__all__ = [
    "AddEntities",
    "Change",
    "Codes",
    "EditEntities",
    "Entity",
    "EntityQuery",
    "Frame",
    "Instant",
    "Interval",
    "Layer",
    "LayerRole",
    "Relation",
    "RemoveEntities",
    "ShapanError",
    "SourceError",
    "StoreError",
    "Twin",
    "ValidationError",
    "__version__",
]
