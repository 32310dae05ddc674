"""Questions of simulation that stop the user."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

translate = QCoreApplication.translate


def may_remove(parent: QWidget, runs: Sequence[str], scenarios: Sequence[str]) -> bool:
    """Ask whether runs and scenarios are to be removed for good."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setText(
        translate("SimulationDialogs", "Remove {0}?").format(", ".join([*scenarios, *runs]))
    )
    parts = []
    if scenarios:
        parts.append(translate("SimulationDialogs", "Runs of a removed scenario stay."))
    if runs:
        parts.append(
            translate("SimulationDialogs", "What a removed run computed cannot be brought back.")
        )
    box.setInformativeText(" ".join(parts))
    remove = box.addButton(
        translate("SimulationDialogs", "Remove"), QMessageBox.ButtonRole.DestructiveRole
    )
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    return box.clickedButton() is remove
