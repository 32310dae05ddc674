"""Our configuration as a method of nerfstudio's own command line (its way for plugins).

A box that is no cube and rays between two heights cannot be said by options of `ns-train
nerfacto`; everything else about the run is nerfstudio's own: its command, its trainer, its hash
grid.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ingest.reconstruction.field.worker import field_config


def specification() -> Any:
    """Return the method that the request named in SHAPAN_FIELD_REQUEST trains."""
    from nerfstudio.plugins.types import MethodSpecification

    request = json.loads(Path(os.environ["SHAPAN_FIELD_REQUEST"]).read_text(encoding="utf-8"))
    config = field_config(request, "cpu")
    config.method_name = "field-in-a-box"
    return MethodSpecification(config, "A small nerfacto in a box around a scene")
