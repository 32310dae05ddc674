"""How codes with height are made, as lines of the project's settings."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QWidget

from twin_model.codes.height import HeightProfile
from twin_model.space_heights import SpaceHeights


class SpaceHeightsForm:
    """Two lines of a form; they are off until what is stated is known.

    Parameters
    ----------
    parent : QWidget
    """

    def __init__(self, parent: QWidget) -> None:
        say = QCoreApplication.translate
        self.stated: SpaceHeights | None = None
        self.profile = QComboBox(parent)
        for profile, title in (
            (HeightProfile.STANDARD, say("ProjectSettings", "as the standard's clauses say")),
            (HeightProfile.LIBRARY, say("ProjectSettings", "as public libraries write them")),
        ):
            self.profile.addItem(f"{title} ({profile})", profile)
        self.profile.setAccessibleName(say("ProjectSettings", "Space codes with height"))
        self.as_they_are = QCheckBox(
            say("ProjectSettings", "Take heights to be above the ellipsoid already"), parent
        )
        self.note = QLabel(parent)
        self.note.setObjectName("dim")
        self.note.setWordWrap(True)
        self.note.setText(
            say(
                "ProjectSettings",
                "Codes with height need heights above the ellipsoid. Without this they are"
                " converted, and where that cannot be done there are none. Readings differ"
                " below the ellipsoid and from 1,839.5 m.",
            )
        )
        # The form gives a text that wraps too little height.
        self.note.setMinimumHeight(4 * self.note.fontMetrics().height())
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.show_stated(None, editable=False)

    def add_to(self, form: QFormLayout) -> None:
        """Put the lines at the end of a form."""
        form.addRow(self.profile.accessibleName(), self.profile)
        form.addRow("", self.as_they_are)
        form.addRow("", self.note)

    def show_stated(self, stated: SpaceHeights | None, *, editable: bool) -> None:
        """Show what a project states."""
        self.stated = stated
        shown = stated or SpaceHeights()
        self.profile.setCurrentIndex(self.profile.findData(shown.profile))
        self.as_they_are.setChecked(shown.as_they_are)
        for widget in (self.profile, self.as_they_are):
            widget.setEnabled(stated is not None and editable)

    def wanted(self) -> SpaceHeights | None:
        """Return what is chosen; None while it is what is stated, or nothing is known yet."""
        chosen = SpaceHeights(
            HeightProfile(self.profile.currentData()), self.as_they_are.isChecked()
        )
        return None if self.stated is None or chosen == self.stated else chosen
