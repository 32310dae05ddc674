"""Who is told of alarms: the window in which it is said, tried and put into service."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import alarm_words, messages
from app.alarms.notifying import MAIL_SECRET, deliver
from app.alarms.rules_field import RulesField
from app.alarms.sending import Letter, SendError
from app.rules.editing import RuleEditing
from app.rules.fields import (
    ChoiceField,
    DurationField,
    FlagField,
    FormField,
    NumberField,
    TextField,
)
from app.rules.special import CalendarField
from app.theme import small_font
from app.workers import Background
from twin_model.alarms.model import PRIORITIES
from twin_model.alarms.notification import MailServer, NotifyRule
from twin_model.schema.types import Severity

if TYPE_CHECKING:
    from app.rules.listing import RuleBook

#: Of both forms, so that their fields stand below each other.
_CAPTION_PX: Final = 136
_SECURITY: Final = ("starttls", "tls", "none")
#: Reads and keeps a password by its name; makes a sound, or raises `SendError`.
Voices = tuple[Callable[[str], str], Callable[[str, str], None], Callable[[Severity], None]]


def via_name(via: str) -> str:
    """Return what a way of telling is called."""
    return {
        "email": QCoreApplication.translate("NotifyDialog", "E-mail"),
        "webhook": QCoreApplication.translate("NotifyDialog", "Webhook"),
        "sound": QCoreApplication.translate("NotifyDialog", "Sound"),
    }[via]


class NotifyDialog(QDialog):
    """See module.

    Parameters
    ----------
    parent : QWidget
    editing : RuleEditing
    background : Background
    voices : (callable, callable, callable)
        Reads a password by its name, keeps one, and makes the sound of a priority.
    book : RuleBook
        All rules as they are now.
    """

    def __init__(
        self,
        parent: QWidget,
        editing: RuleEditing,
        background: Background,
        voices: Voices,
        book: RuleBook,
    ) -> None:
        super().__init__(parent)
        rules = book.rules
        self._names = [(line.rule.id, f"{line.name}  ·  {line.applies}") for line in book.lines]
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._editing = editing
        self._background = background
        self._read, self._keep, self._sound = voices
        self._rules: list[dict[str, Any]] = [
            rule.model_dump(mode="json") for rule in rules.notifications
        ]
        self._tokens = {rule["id"]: self._read(rule["id"]) for rule in self._rules}
        self._at = -1
        self.list = QListWidget(self)
        self.list.setFixedWidth(200)
        self.list.setAccessibleName(self.tr("Who is told"))
        self.fields: dict[str, FormField] = {}
        self.server: dict[str, FormField] = {}
        self.form = QWidget(self)
        self.empty = QLabel(
            self.tr("Nobody is told yet. Somebody can be told by e-mail, a web service (webhook) "
                    "or sound: at once, or when nobody has acknowledged for some time. If nobody "
                    "answers, a second entry with more time tells somebody else."), self,
        )  # fmt: skip
        self.empty.setObjectName("dim")
        self.empty.setWordWrap(True)
        self.first = self._button(self.tr("Add who is told"), self.add_rule)
        self.first.setObjectName("primary")
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.add = self._button(self.tr("Add"), self.add_rule)
        self.remove = self._button(self.tr("Remove"), self._remove)
        self.test = self._button(self.tr("Send a test"), self.send_test)
        self.keep = self._button(self.tr("Put into service"), self.put_into_service)
        self.keep.setObjectName("primary")
        self._lay_out()
        self._show_server(rules.mail)
        self.list.currentRowChanged.connect(self._choose)
        self.setWindowTitle(self.tr("Notification of alarms"))
        self._list(0 if self._rules else -1)
        self.resize(820, 680)

    def _button(self, text: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: slot())
        return button

    def _lay_out(self) -> None:
        say = self.tr
        priorities = [(p, lambda p=p: alarm_words.priority(p)) for p in reversed(PRIORITIES)]
        ways = [(v, lambda v=v: via_name(v)) for v in ("email", "webhook", "sound")]
        hint = say("Addresses with commas between; for a webhook one address")
        parts: list[tuple[str, str, FormField]] = [
            ("name", say("Name"), TextField()),
            ("enabled", "", FlagField(lambda: say("In service"))),
            ("via", say("By"), ChoiceField(ways)),
            ("to", say("To"), TextField(1, lambda: hint)),
            ("token", say("Token"), TextField()),
            ("at_least", say("From priority"), ChoiceField(priorities)),
            ("after_s", say("Unacknowledged for"), DurationField()),
            ("again_s", say("Again every"), DurationField(optional=True)),
            ("roots_only", "", FlagField(lambda: say("Causes only, no consequences"))),
            ("returns", "", FlagField(lambda: say("Also when it is over"))),
            ("rules", say("Rules"), RulesField(self._names)),
            ("hours", say("Hours"), CalendarField()),
        ]
        form = self._form(self.form, parts, self.fields)
        token = self.fields["token"]
        assert isinstance(token, TextField) and isinstance(token.edit, QLineEdit)
        token.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._token_row = (form, token)
        for field in self.fields.values():
            field.changed.connect(self._edited)
        self._place(self._server_form())

    def _server_form(self) -> QWidget:
        say = self.tr
        secured = [(v, lambda v=v: self._security_name(v)) for v in _SECURITY]
        mail: list[tuple[str, str, FormField]] = [
            ("host", say("Mail server"), TextField()),
            ("port", say("Port"), NumberField(whole=True)),
            ("security", say("Encryption"), ChoiceField(secured)),
            ("user", say("User"), TextField()),
            ("secret", say("Password"), TextField()),
            ("sender", say("Sender"), TextField()),
        ]
        box = QWidget(self)
        self._form(box, mail, self.server)
        secret = self.server["secret"]
        assert isinstance(secret, TextField) and isinstance(secret.edit, QLineEdit)
        secret.edit.setEchoMode(QLineEdit.EchoMode.Password)
        return box

    def _place(self, box: QWidget) -> None:
        say = self.tr
        right = QVBoxLayout()
        right.addWidget(self.empty)
        right.addWidget(self.first, 0, Qt.AlignmentFlag.AlignLeft)
        right.addWidget(self.form)
        title = QLabel(say("Mail server of this project"), self)
        title.setObjectName("section")
        title.setFont(small_font(bold=True))
        right.addStretch(1)
        right.addWidget(title)
        right.addWidget(box)
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        left.addLayout(buttons)
        row = QHBoxLayout()
        row.addLayout(left)
        row.addSpacing(12)
        row.addLayout(right, 1)
        ends = QHBoxLayout()
        ends.addWidget(self.note, 1)
        for button in (self.test, self._button(say("Cancel"), self.reject), self.keep):
            ends.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.addLayout(row, 1)
        column.addLayout(ends)

    @staticmethod
    def _form(
        box: QWidget, parts: list[tuple[str, str, FormField]], into: dict[str, FormField]
    ) -> QFormLayout:
        form = QFormLayout(box)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for name, title, field in parts:
            caption = QLabel(title, box)
            caption.setMinimumWidth(_CAPTION_PX)
            form.addRow(caption, field)
            for child in field.findChildren(QWidget):
                child.setAccessibleName(child.accessibleName() or title)
            into[name] = field
        return form

    def _security_name(self, security: str) -> str:
        return {"starttls": "STARTTLS", "tls": "TLS"}.get(security, self.tr("none"))

    # -- rules ---------------------------------------------------------------------------

    def _list(self, row: int) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for rule in self._rules:
            self.list.addItem(rule["name"] or via_name(rule["via"]))
        self.list.blockSignals(False)
        self.form.setVisible(bool(self._rules))
        self.remove.setEnabled(bool(self._rules))
        self.test.setEnabled(bool(self._rules))
        for widget in (self.empty, self.first):
            widget.setVisible(not self._rules)
        self.list.setVisible(bool(self._rules))
        self.add.setVisible(bool(self._rules))
        self.remove.setVisible(bool(self._rules))
        self.list.setCurrentRow(row)
        self._choose(row)

    def add_rule(self) -> None:
        """Add somebody who is told."""
        taken = {rule["id"] for rule in self._rules}
        made = next(f"notify-{n}" for n in range(1, 1000) if f"notify-{n}" not in taken)
        rule = NotifyRule(id=made, via="sound").model_dump(mode="json")
        self._rules.append({**rule, "via": "email"})
        self._tokens[made] = ""
        self.say("")
        self._list(len(self._rules) - 1)

    def _remove(self) -> None:
        if 0 <= self._at < len(self._rules):
            del self._rules[self._at]
            self._list(min(self._at, len(self._rules) - 1))

    def _choose(self, row: int) -> None:
        self._at = -1
        if 0 <= row < len(self._rules):
            rule = self._rules[row]
            for name, field in self.fields.items():
                value = self._tokens[rule["id"]] if name == "token" else rule[name]
                field.set_value(", ".join(value) if name == "to" else value)
            self._at = row
            self._show_token(rule["via"])

    def _show_token(self, via: str) -> None:
        form, field = self._token_row
        form.setRowVisible(field, via == "webhook")
        form.setRowVisible(self.fields["to"], via != "sound")

    def _edited(self) -> None:
        if self._at < 0:
            return
        rule = self._rules[self._at]
        for name, field in self.fields.items():
            value = field.value()
            if name == "token":
                self._tokens[rule["id"]] = value
            elif name == "to":
                parts = value.replace("，", ",").split(",")
                rule[name] = [part.strip() for part in parts if part.strip()]
            else:
                rule[name] = value
        self._show_token(rule["via"])
        self.list.item(self._at).setText(rule["name"] or via_name(rule["via"]))

    # -- mail server ---------------------------------------------------------------------

    def _show_server(self, server: MailServer) -> None:
        for name, field in self.server.items():
            field.set_value(self._read(MAIL_SECRET) if name == "secret" else getattr(server, name))

    def _server(self) -> MailServer:
        values = {n: f.value() for n, f in self.server.items() if n != "secret"}
        return MailServer.model_validate(values)

    # -- trying and keeping --------------------------------------------------------------

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say something below."""
        self.note.setObjectName("error" if wrong else "dim")
        self.note.style().polish(self.note)
        self.note.setText(text)

    def _checked(self) -> tuple[list[NotifyRule], MailServer] | None:
        try:
            return [NotifyRule.model_validate(rule) for rule in self._rules], self._server()
        except ValueError as error:
            first = error.errors()[0] if hasattr(error, "errors") else {"msg": str(error)}
            text = str(first["msg"]).removeprefix("Value error, ")
            self.say(messages.shown(text), wrong=True)
            return None

    def send_test(self) -> None:
        """Send a message to whoever is chosen, as it is written now."""
        found = self._checked()
        if found is None or self._at < 0:
            return
        rule, server = found[0][self._at], found[1]
        passwords = {MAIL_SECRET: str(self.server["secret"].value()), **self._tokens}
        text = self.tr("A test of the notification of alarms.")
        letter = Letter(f"Shapan: {text}", text, {"subject": text, "test": True, "alarms": []})

        def work() -> str:
            try:
                if rule.via == "sound":
                    self._sound(rule.at_least)
                deliver(rule, server, lambda name: passwords.get(name, ""), letter)
            except SendError as error:
                return str(error)
            return ""

        def answer(problem: str) -> None:
            told = messages.shown(problem) or self.tr("The test was sent.")
            self.say(told, wrong=bool(problem))

        self.say(self.tr("Sending…"))
        self._background.ask("notify-test", work, answer)

    def put_into_service(self) -> None:
        """Keep it as it is written now."""
        found = self._checked()
        if found is None:
            return
        rules, server = found
        update = {"notifications": tuple(rules), "mail": server}
        title = self.tr("Notification of alarms")
        self._editing.apply(
            lambda known: known.model_copy(update=update), title, then=self._kept,
            refused=lambda why: self.say(why, wrong=True),
        )  # fmt: skip

    def _kept(self) -> None:
        """Keep the passwords too, now that who wrote them may."""
        for name, text in {MAIL_SECRET: str(self.server["secret"].value()), **self._tokens}.items():
            if text != self._read(name):
                self._keep(name, text)
        self.accept()
