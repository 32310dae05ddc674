"""Questions of simulation that stop the user."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.dialogs import documents

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


def ask_unit(parent: QWidget) -> Path | None:
    """Ask for a functional mock-up unit."""
    title = translate("SimulationDialogs", "Functional mock-up unit")
    place, _ = QFileDialog.getOpenFileName(parent, title, str(documents()), "FMU (*.fmu)")
    return Path(place) if place else None


def ask_report_place(parent: QWidget, kind: str) -> Path | None:
    """Ask where a report is to be written: ``html`` or ``pdf``."""
    title = translate("SimulationDialogs", "Report of the comparison")
    names = {"html": "HTML (*.html)", "pdf": "PDF (*.pdf)"}
    place, _ = QFileDialog.getSaveFileName(
        parent, title, str(documents() / f"comparison.{kind}"), names[kind]
    )
    return Path(place).with_suffix(f".{kind}") if place else None
