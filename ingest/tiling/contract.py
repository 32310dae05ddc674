"""What every converter into the base promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from twin_model.entity import Entity, Relation
from twin_model.frame import Frame, ToLocal
from twin_model.layer import Bounds, LayerRole

GroundHeight = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Local (n, 2) metres -> (n,) terrain heights in local metres, NaN where there is none."""


@dataclass(frozen=True)
class Target:
    """Where and how a converter writes.

    Parameters
    ----------
    folder : Path
        Existing empty folder of the layer; nothing is written outside it.
    layer : str
        Id of the layer, for entities that refer to it.
    frame : Frame
        The project's, with its origin fixed.
    to_local : ToLocal
        From the source's coordinates to local metres.
    job : Job
    ground : GroundHeight or None
        The terrain that is already in the project; None where there is none.
    """

    folder: Path
    layer: str
    frame: Frame
    to_local: ToLocal
    job: Job
    ground: GroundHeight | None = None


@dataclass
class LayerContent:
    """What a converter made.

    Parameters
    ----------
    role : LayerRole
    content : str
        Main file relative to the folder.
    bounds_local : Bounds or None
        None for an empty layer.
    counts : dict of str to int
    name : str
        Name of the sub-layer within the source; empty where the source has only one.
    entities : list of Entity
        With ids; positions in local metres; `layer` and `feature` set where they apply.
    relations : list of Relation
    warnings : list of str
    style : dict
        Default style.
    layer : str
        Id of the `Target` it was written to; may be left empty where there was only one.
    """

    role: LayerRole
    content: str
    bounds_local: Bounds | None
    counts: dict[str, int]
    name: str = ""
    entities: list[Entity] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    style: dict[str, Any] = field(default_factory=dict)
    layer: str = ""
