"""The application's own docks, in the table in which those of plugins stand too."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

from twin_model.contributions import CONTRIBUTIONS, Contribution

#: Id, title, area and neighbour, in the order in which they are placed; `app.panels.making` has a
#: function for each.
_OWN: Final = (
    ("layers", QT_TRANSLATE_NOOP("MainWindow", "Layers"), "left", ""),
    ("entity", QT_TRANSLATE_NOOP("MainWindow", "Entity"), "right", ""),
    ("entities", QT_TRANSLATE_NOOP("MainWindow", "Entities"), "bottom", "layers"),
    ("relations", QT_TRANSLATE_NOOP("MainWindow", "Relations"), "bottom", "entity"),
    ("comparison", QT_TRANSLATE_NOOP("MainWindow", "Changes"), "tab", "entities"),
    ("timeline", QT_TRANSLATE_NOOP("MainWindow", "Timeline"), "bottom", ""),
    ("jobs", QT_TRANSLATE_NOOP("MainWindow", "Jobs"), "bottom", ""),
    ("alarms", QT_TRANSLATE_NOOP("MainWindow", "Alarms"), "tab", "jobs"),
    ("rules", QT_TRANSLATE_NOOP("MainWindow", "Rules"), "tab", "jobs"),
    ("connections", QT_TRANSLATE_NOOP("MainWindow", "Connections"), "tab", "jobs"),
    ("console", QT_TRANSLATE_NOOP("MainWindow", "Console"), "tab", "jobs"),
    ("photos", QT_TRANSLATE_NOOP("MainWindow", "Photos"), "tab", "jobs"),
    ("control", QT_TRANSLATE_NOOP("MainWindow", "Control points"), "tab", "jobs"),
    ("review", QT_TRANSLATE_NOOP("MainWindow", "Review"), "tab", "jobs"),
    ("reconstruct", QT_TRANSLATE_NOOP("MainWindow", "Reconstruct"), "right", "entity"),
    ("charts", QT_TRANSLATE_NOOP("MainWindow", "Charts"), "bottom", "jobs"),
    ("simulation", QT_TRANSLATE_NOOP("MainWindow", "Simulation"), "bottom", "jobs"),
    ("run_comparison", QT_TRANSLATE_NOOP("MainWindow", "Runs compared"), "bottom", "jobs"),
    ("scenario", QT_TRANSLATE_NOOP("MainWindow", "Scenario"), "right", "entity"),
)
#: Made when they are first opened, as those of plugins are.
_OFFERED: Final = frozenset(
    {
        "charts",
        "simulation",
        "scenario",
        "run_comparison",
        "photos",
        "reconstruct",
        "review",
        "control",
    }
)

KIND: Final = "panel"

for _id, _title, _area, _beside in _OWN:
    CONTRIBUTIONS.add(
        Contribution(
            KIND,
            _id,
            f"app.panels.making:{_id}",
            titles={"": str(_title)},
            details={"area": _area, "beside": _beside, "offered": _id in _OFFERED},
        )
    )


def own_docks() -> list[Contribution]:
    """Return the docks that come with the application, in their order."""
    ids = {name for name, *_ in _OWN}
    return [entry for entry in CONTRIBUTIONS.of(KIND) if entry.id in ids]
