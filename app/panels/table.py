"""The application's own docks, in the table in which those of plugins stand too."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

from twin_model.contributions import CONTRIBUTIONS, Contribution

#: Id, title, area, neighbour, and what is shown there, in the order in which they are placed.
_OWN: Final = (
    ("layers", QT_TRANSLATE_NOOP("MainWindow", "Layers"), "left", "",
     "app.panels.layers:LayersPanel"),
    ("entity", QT_TRANSLATE_NOOP("MainWindow", "Entity"), "right", "",
     "app.panels.entity:EntityPanel"),
    ("entities", QT_TRANSLATE_NOOP("MainWindow", "Entities"), "bottom", "layers",
     "app.panels.entities:EntitiesPanel"),
    ("relations", QT_TRANSLATE_NOOP("MainWindow", "Relations"), "bottom", "entity",
     "app.panels.relations:RelationsPanel"),
    ("comparison", QT_TRANSLATE_NOOP("MainWindow", "Changes"), "tab", "entities",
     "app.panels.comparison:ComparisonPanel"),
    ("timeline", QT_TRANSLATE_NOOP("MainWindow", "Timeline"), "bottom", "",
     "app.panels.timeline:TimelinePanel"),
    ("jobs", QT_TRANSLATE_NOOP("MainWindow", "Jobs"), "bottom", "", "app.panels.jobs:JobsPanel"),
    ("alarms", QT_TRANSLATE_NOOP("MainWindow", "Alarms"), "tab", "jobs",
     "app.panels.alarms:AlarmsPanel"),
    ("rules", QT_TRANSLATE_NOOP("MainWindow", "Rules"), "tab", "jobs",
     "app.rules.panel:RulesPanel"),
    ("console", QT_TRANSLATE_NOOP("MainWindow", "Console"), "tab", "jobs",
     "app.panels.console:ConsolePanel"),
)  # fmt: skip

KIND: Final = "panel"

for _id, _title, _area, _beside, _target in _OWN:
    CONTRIBUTIONS.add(
        Contribution(
            KIND,
            _id,
            _target,
            titles={"": str(_title)},
            details={"area": _area, "beside": _beside},
        )
    )


def own_docks() -> list[Contribution]:
    """Return the docks that come with the application, in their order."""
    ids = {name for name, *_ in _OWN}
    return [entry for entry in CONTRIBUTIONS.of(KIND) if entry.id in ids]
