"""Buildings that people of a run walk in are seen through while the run is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from app.scene import Scene
    from twin_model.twin import Twin

#: So much of a building is left that one sees where walls and stairs are.
_OPACITY: Final = 0.12


def walked_layers(scenario: Mapping[str, Any], twin: Twin) -> tuple[str, ...]:
    """Return the layers of the rooms that engines of a scenario have people walk in.

    Parameters
    ----------
    scenario : dict
        Its document, as runs keep it.
    twin : Twin
    """
    found: dict[str, None] = {}
    for engine in scenario.get("engines", ()):
        area = engine.get("parameters", {}).get("area")
        if not isinstance(area, list):
            continue
        for room in area:
            try:
                layer = twin.entity(room).layer if isinstance(room, str) else None
            except ShapanError:  # removed since the run
                continue
            if layer:
                found[layer] = None
    return tuple(found)


class SeenInside(QObject):
    """Makes layers of the scenes transparent, and as they were again.

    Parameters
    ----------
    parent : QObject
    scenes : callable
        Returns the scenes there are now: a second one while two runs are seen side by side.
    """

    def __init__(self, parent: QObject, scenes: Callable[[], Iterable[Scene]]) -> None:
        super().__init__(parent)
        self._scenes = scenes
        #: Whether buildings are seen through where there are people in them.
        self.wanted = True
        self.layers: tuple[str, ...] = ()
        #: Layers that each scene has been told to show so; a scene that goes takes its own along.
        self._told: dict[Scene, tuple[str, ...]] = {}

    def show(self, layers: Collection[str]) -> None:
        """See through these layers, and no others."""
        self.layers = tuple(layers)
        self._apply()

    def set_wanted(self, on: bool) -> None:
        """See through buildings, or not."""
        self.wanted = on
        self._apply()

    def _apply(self) -> None:
        layers = self.layers if self.wanted else ()
        scenes = list(self._scenes())
        self._told = {scene: told for scene, told in self._told.items() if scene in scenes}
        for scene in scenes:
            told = self._told.get(scene, ())
            for layer in set(told) - set(layers):
                scene.preview_style(layer)
            for layer in set(layers) - set(told):
                scene.preview_style(layer, opacity=_OPACITY)
            self._told[scene] = layers
