"""What a project says of itself: its place, the division of management codes, space codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QRegularExpression, Qt
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.editing import schema
from app.project import ProjectSession
from app.space_heights_form import SpaceHeightsForm
from app.workers import Background
from twin_model.codes.management import NO_DIVISION, check_division
from twin_model.codes.provinces import province_name
from twin_model.errors import ShapanError, ValidationError

if TYPE_CHECKING:
    from twin_model.space_heights import SpaceHeights
    from twin_model.twin import Twin


#: Room for a value beside its title; of a longer one the middle is left out.
_VALUE_PX: Final = 340


def division_text(division: str) -> str:
    """Return a division with the province it lies in, or that none is stated."""
    if division == NO_DIVISION:
        return QCoreApplication.translate("ProjectSettings", "not stated")
    return f"{division} {province_name(division, schema.language())}".rstrip()


class ProjectSettings(QDialog):
    """Shows the open project's settings; some can be changed, which can be undone.

    Parameters
    ----------
    parent : QWidget
    session : ProjectSession
        With an open project.
    background : Background
    """

    def __init__(self, parent: QWidget, session: ProjectSession, background: Background) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._background = background
        self._stated: str | None = None
        #: Commands that were given and are not done yet.
        self._saving = 0
        self.heights = SpaceHeightsForm(self)
        self.heights.profile.currentIndexChanged.connect(lambda _: self._check())
        self.heights.as_they_are.toggled.connect(lambda _: self._check())
        self.setWindowTitle(self.tr("Project settings"))
        self.division = QLineEdit(self)
        self.division.setValidator(
            QRegularExpressionValidator(QRegularExpression("[0-9]{0,6}"), self)
        )
        self.division.setPlaceholderText(self.tr("such as 330206"))
        self.division.setAccessibleName(self.tr("Administrative division"))
        self.division.setEnabled(False)  # until it is read
        self.division.textEdited.connect(lambda _: self._check())
        self.note, self.problem = self._text("dim"), self._text("error")
        buttons = QDialogButtonBox(self)
        self.save = buttons.addButton(self.tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.save.setObjectName("primary")
        self.save.style().polish(self.save)  # the button box has polished it already
        buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        self._lay_out(buttons)
        self._check()
        session.changed.connect(self._follow)
        session.failed.connect(self._failed)
        session.closed.connect(self.reject)
        self._read()

    def _text(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        twin = self._session.required
        form = QFormLayout()
        form.setVerticalSpacing(10)
        for title, value in _facts(twin):
            label = QLabel(self)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            middle = Qt.TextElideMode.ElideMiddle
            label.setText(label.fontMetrics().elidedText(value, middle, _VALUE_PX))
            label.setToolTip(value)
            form.addRow(title, label)
        form.addRow(self.tr("Administrative division"), self.division)
        form.addRow("", self.note)
        form.addRow("", self.problem)
        self.heights.add_to(form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(buttons)
        # Room for two lines below the field, so that it stays where it is.
        self.note.setMinimumHeight(2 * self.note.fontMetrics().height())
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.resize(520, 0)

    # -- the division --------------------------------------------------------------------

    def _read(self) -> None:
        from twin_model.division import division_of
        from twin_model.space_heights import space_heights_of

        twin = self._session.required
        self._background.ask(
            "project-settings", lambda: (division_of(twin), space_heights_of(twin)), self._show
        )

    def _show(self, found: tuple[str, SpaceHeights]) -> None:
        division, heights = found
        self._stated = division
        self.heights.show_stated(heights, editable=self._session.writable)
        self.division.setText("" if division == NO_DIVISION else division)
        self.division.setEnabled(self._session.writable)
        if self._session.writable:
            self.division.setFocus()
        self._check()

    def wanted(self) -> str | None:
        """Return the division that is typed; None while it is none."""
        text = self.division.text() or NO_DIVISION
        try:
            check_division(text)
        except ValidationError:
            return None
        return text

    def _check(self) -> None:
        text, wanted = self.division.text(), self.wanted()
        self.problem.setText("")
        if text and wanted is None and len(text) == 6:
            try:
                check_division(text)
            except ValidationError as error:
                self.problem.setText(messages.shown(error.rule))
        self.problem.setVisible(bool(self.problem.text()))
        if wanted is None:
            said = self.tr("Six digits of GB/T 2260, of the district or county.")
        elif wanted == NO_DIVISION:
            said = self.tr("Not stated: new management codes begin with {0}.").format(NO_DIVISION)
        else:
            said = self.tr("{0}: new management codes begin with {1}.").format(
                province_name(wanted, schema.language()), wanted
            )
        kept = self.tr("Codes that were given before stay as they are.")
        self.note.setText(f"{said}\n{kept}")
        changed = self._stated is not None and wanted not in (None, self._stated)
        if wanted is not None:  # a division that is none yet is not passed over
            changed = changed or self.heights.wanted() is not None
        self.save.setEnabled(changed and self._session.writable and not self._saving)

    def _save(self) -> None:
        from twin_model.division import SetDivision
        from twin_model.space_heights import SetSpaceHeights

        wanted, heights = self.wanted(), self.heights.wanted()
        if wanted is None:
            return
        commands: list[SetDivision | SetSpaceHeights] = []
        if wanted != self._stated:
            commands.append(SetDivision(wanted))
        if heights is not None:
            commands.append(SetSpaceHeights(heights))
        self._saving = len(commands)
        self._check()
        for command in commands:
            self._session.execute(command)

    def _follow(self, change: Any) -> None:
        if "setting" not in change.definitions:
            return
        if self._saving:
            self._saving -= 1
            if self._saving == 0:
                self.accept()
        else:
            self._read()  # somebody undid it meanwhile

    def _failed(self, error: ShapanError) -> None:
        if self._saving:
            self._saving = 0
            self._check()
            self.problem.setText(messages.shown(str(error)))
            self.problem.show()


def _facts(twin: Twin) -> list[tuple[str, str]]:
    """Return what is said of a project and cannot be changed: titles and values."""
    from twin_model.frame import parse_crs

    say = QCoreApplication.translate
    heights = parse_crs(twin.frame.vertical_crs).name if twin.frame.vertical_crs else ""
    crs = f"{twin.frame.horizontal.name} ({twin.frame.crs[:16]})"
    return [
        (say("ProjectSettings", "Project"), twin.title),
        (say("ProjectSettings", "Folder"), str(twin.path)),
        (say("ProjectSettings", "Project CRS"), crs),
        (say("ProjectSettings", "Height above"), heights or say("EntityPanel", "datum unknown")),
    ]
