"""Signing in where a project demands it, and who has an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.alarms.accounts import AccountsDialog
from app.alarms.idle import IdleSignOut
from app.live.session import LiveSession
from app.workers import Background
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from app.window import MainWindow


class People(QObject):
    """Opens the right dialog: signing in where that is demanded, else the accounts.

    Parameters
    ----------
    window : MainWindow
    live : LiveSession
    background : Background
    """

    def __init__(self, window: MainWindow, live: LiveSession, background: Background) -> None:
        super().__init__()
        self._window = window
        self._live = live
        self._background = background
        self.dialog: QDialog | None = None
        self._asking = False
        self.idle = IdleSignOut(live, background)
        self.idle.setParent(self)
        self.idle.ending.connect(self._announce)
        self.idle.stayed.connect(self._take_back)
        self.idle.ended.connect(self._say_ended)
        self._said = ""
        live.sign_in_wanted.connect(self.sign_in)
        live.changed.connect(self._follow)

    def show(self) -> None:
        """Sign in, or look at accounts."""
        operations = self._live.operations
        if operations is None:
            self._live.begin(self.show)
        elif operations.accounts.demanded and self._live.desk_of is None:
            self.sign_in()
        else:
            self.accounts()

    def sign_in(self) -> None:
        """Ask for name and password."""
        if self._asking and self.dialog is not None:
            self.dialog.activateWindow()
            return
        # Over the form that somebody is in, not behind it.
        above = QApplication.activeWindow() or self._window
        self.dialog = SignInDialog(above, self._live, self._background)
        self.dialog.finished.connect(self._asked)
        self.dialog.destroyed.connect(self._gone)
        self._asking = True
        self.dialog.open()

    def _gone(self) -> None:
        self._asking = False

    def _asked(self, outcome: int) -> None:
        self._asking = False
        if outcome != QDialog.DialogCode.Accepted:
            self._live.want_nothing()

    def accounts(self) -> None:
        """Show who has an account."""
        self.dialog = AccountsDialog(self._window, self._live, self._background)
        self.dialog.sign_in_wanted.connect(self.sign_in)
        self.dialog.saved.connect(self.idle.read)
        self.dialog.show()

    # -- without input -------------------------------------------------------------------

    def _announce(self, name: str, left_s: int) -> None:
        """Say that somebody is signed out soon, unless they touch something."""
        text = self.tr("No input: {0} is signed out in {1} s. Any key or move of the mouse keeps "
                       "you signed in.")  # fmt: skip
        self._said = text.format(name, left_s)
        self._window.overlays.notice.show_question(
            self._said, self.tr("Stay signed in"), lambda: None
        )

    def _follow(self) -> None:
        if self._live.desk_of is not None:
            self._take_back()

    def _take_back(self) -> None:
        notice = self._window.overlays.notice
        if self._said and notice.text == self._said:
            notice.hide()

    def _say_ended(self, name: str, minutes: int) -> None:
        """Say who was signed out, and close what only they could use."""
        if isinstance(self.dialog, AccountsDialog) and shiboken6.isValid(self.dialog):
            self.dialog.close()
        text = self.tr("{0} was signed out after {1} min without input. Alarms can be looked at; "
                       "acting on them asks for a name.")  # fmt: skip
        self._said = text.format(name, minutes)
        self._window.overlays.notice.show_question(self._said, self.tr("Sign in…"), self.sign_in)


class SignInDialog(QDialog):
    """Name and password; checked in a thread, as argon2 takes its time.

    Parameters
    ----------
    parent : QWidget
    live : LiveSession
    background : Background
    """

    def __init__(self, parent: QWidget, live: LiveSession, background: Background) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._live = live
        self._background = background
        self.setWindowTitle(self.tr("Sign in"))
        self.name, self.password = QLineEdit(self), QLineEdit(self)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.enter = QPushButton(self.tr("Sign in"), self)
        self.enter.setObjectName("primary")
        self.enter.setDefault(True)
        self.enter.clicked.connect(lambda _=False: self.sign_in())
        form = QFormLayout()
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Password"), self.password)
        self.name.setAccessibleName(self.tr("Name"))
        self.password.setAccessibleName(self.tr("Password"))
        hint = QLabel(self.tr("This project asks who acts on its alarms and rules."), self)
        hint.setObjectName("dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.addWidget(hint)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(self.enter, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(360)

    def sign_in(self) -> None:
        """Check name and password."""
        operations = self._live.operations
        if operations is None:
            return
        name, password = self.name.text().strip(), self.password.text()
        self.enter.setEnabled(False)

        def work() -> Any:
            try:
                return operations.desk(name, password)
            except ShapanError as error:
                return error

        def answer(found: Any) -> None:
            self.enter.setEnabled(True)
            if isinstance(found, ShapanError):
                self.problem.setText(messages.shown(str(found)))
                self.password.clear()
                return
            self.accept()
            self._live.sign_in(found)

        self._background.ask("sign-in", work, answer)
