"""What operators do to alarms, with the questions that come before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.live.session import LiveSession
from twin_model.alarms.accounts import Role
from twin_model.alarms.model import STANDING, Alarm, State

_WAITING: Final = frozenset({State.UNACKNOWLEDGED, State.RETURNED})
#: Minutes to choose from, and those that only engineers may.
_TIMES_MIN: Final = (15, 30, 60, 120, 240, 480)
_LONG_MIN: Final = (1440, 3 * 1440, 7 * 1440, 30 * 1440)
#: Who may do what, where that is more than looking.
_NEEDED: Final = {
    **dict.fromkeys(("acknowledge", "shelve", "unshelve", "reset", "comment"), Role.OPERATOR),
    "service": Role.ENGINEER,
}


class AlarmActions:
    """Acknowledging, shelving and commenting for a panel.

    Parameters
    ----------
    live : LiveSession
    parent : QWidget
        Of the questions.
    """

    def __init__(self, live: LiveSession, parent: QWidget) -> None:
        self._live = live
        self._parent = parent

    def possible(self, alarms: Sequence[Alarm], *, historic: bool) -> set[str]:
        """Return the names of what can be done now."""
        if not alarms:
            return set()
        can = {"fly"} if len(alarms) == 1 else set()
        if historic:
            return can
        states = {alarm.state for alarm in alarms}
        can |= {"comment"}
        can |= {"acknowledge"} if states & _WAITING else set()
        can |= {"shelve"} if states & STANDING else set()
        can |= {"unshelve"} if State.SHELVED in states else set()
        can |= {"reset"} if State.LATCHED in states else set()
        can |= {"service"}
        return {name for name in can if self._live.allows(_NEEDED.get(name, Role.OBSERVER))}

    def acknowledge(self, alarms: Sequence[Alarm]) -> None:
        """Take note of those that wait for it."""
        points = [alarm.point.id for alarm in alarms if alarm.state in _WAITING]
        if points:
            self._live.act(lambda desk: desk.acknowledge(points))

    def shelve(self, alarms: Sequence[Alarm]) -> None:
        """Ask why and for how long, and put aside."""
        points = [alarm.point.id for alarm in alarms if alarm.state in STANDING]
        if not points:
            return
        dialog = ShelveDialog(self._parent, len(points), long=self._live.allows(Role.ENGINEER))
        if dialog.exec():
            reason, for_s, one_shot = dialog.reason, dialog.for_s, dialog.one_shot
            self._live.act(lambda desk: desk.shelve(points, reason, for_s, one_shot=one_shot))

    def unshelve(self, alarms: Sequence[Alarm]) -> None:
        """Bring back."""
        points = [alarm.point.id for alarm in alarms if alarm.state == State.SHELVED]
        if points:
            self._live.act(lambda desk: desk.unshelve(points))

    def reset(self, alarms: Sequence[Alarm]) -> None:
        """Let latched ones go."""
        points = [alarm.point.id for alarm in alarms if alarm.state == State.LATCHED]
        if points:
            self._live.act(lambda desk: desk.reset(points))

    def service(self, alarms: Sequence[Alarm]) -> None:
        """Put back those that are out of service; where none is, ask why and take them out."""
        away = [alarm.point.id for alarm in alarms if alarm.state == State.OUT_OF_SERVICE]
        if away:
            self._live.act(lambda desk: desk.put_in_service(away))
            return
        points = [alarm.point.id for alarm in alarms]
        if not points:
            return
        dialog = ServiceDialog(self._parent, len(points))
        if dialog.exec():
            reason = dialog.reason
            self._live.act(lambda desk: desk.take_out_of_service(points, reason))

    def comment(self, alarms: Sequence[Alarm]) -> None:
        """Ask for a text and note it."""
        points = [alarm.point.id for alarm in alarms]
        if not points:
            return
        dialog = CommentDialog(self._parent)
        if dialog.exec():
            text = dialog.text
            self._live.act(lambda desk: desk.comment(points, text))


class _Asking(QDialog):
    """A small form with one field that must be filled."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = QLineEdit(self)
        self.field.setMinimumWidth(320)
        self.form = QFormLayout()
        self.box = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self.box.accepted.connect(self.accept)
        self.box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self.form)
        column.addWidget(self.box)
        self.field.textChanged.connect(lambda _: self._allow())
        self._allow()

    def _allow(self) -> None:
        ok = self.box.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(bool(self.field.text().strip()))


class ShelveDialog(_Asking):
    """Why and for how long.

    Parameters
    ----------
    parent : QWidget
    count : int
        Of alarms.
    long : bool
        Offer the times that only engineers may.
    """

    def __init__(self, parent: QWidget, count: int, *, long: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shelve %n alarms", "", count))
        self.times = QComboBox(self)
        for minutes in (*_TIMES_MIN, *_LONG_MIN) if long else _TIMES_MIN:
            self.times.addItem(self._duration(minutes), minutes)
        self.times.setCurrentIndex(2)
        self.once = QCheckBox(self.tr("Back as soon as the condition is over"), self)
        self.form.addRow(self.tr("Reason"), self.field)
        self.form.addRow(self.tr("For"), self.times)
        self.form.addRow("", self.once)
        hint = QLabel(self.tr("The end is announced five minutes before."), self)
        hint.setObjectName("dim")
        self.form.addRow("", hint)
        self.box.button(QDialogButtonBox.StandardButton.Ok).setText(self.tr("Shelve"))
        self.field.setAccessibleName(self.tr("Reason"))

    def _duration(self, minutes: int) -> str:
        if minutes >= 1440:
            return self.tr("{0} d").format(minutes // 1440)
        if minutes >= 60:
            return self.tr("{0} h").format(minutes // 60)
        return self.tr("{0} min").format(minutes)

    @property
    def reason(self) -> str:
        """Why."""
        return self.field.text().strip()

    @property
    def for_s(self) -> float:
        """For how long."""
        return float(self.times.currentData()) * 60.0

    @property
    def one_shot(self) -> bool:
        """Whether it also comes back when the condition is over."""
        return self.once.isChecked()


class ServiceDialog(_Asking):
    """Why alarms are taken out of service.

    Parameters
    ----------
    parent : QWidget
    count : int
        Of alarms.
    """

    def __init__(self, parent: QWidget, count: int) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Take %n alarms out of service", "", count))
        self.form.addRow(self.tr("Reason"), self.field)
        hint = QLabel(self.tr("They stay silent until somebody puts them back."), self)
        hint.setObjectName("dim")
        self.form.addRow("", hint)
        self.box.button(QDialogButtonBox.StandardButton.Ok).setText(self.tr("Take out of service"))
        self.field.setAccessibleName(self.tr("Reason"))

    @property
    def reason(self) -> str:
        """Why."""
        return self.field.text().strip()


class CommentDialog(_Asking):
    """What to note."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Comment on the alarm"))
        self.form.addRow(self.tr("Comment"), self.field)
        self.box.button(QDialogButtonBox.StandardButton.Ok).setText(self.tr("Add comment"))

    @property
    def text(self) -> str:
        """What was written."""
        return self.field.text().strip()
