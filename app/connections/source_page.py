"""First page of the wizard: which kind of source, where it is, and who we are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.connections.kinds import KINDS, Option, SourceKind

_KINDS_PX: Final = 190


class OptionField(QWidget):
    """A field for an option.

    Parameters
    ----------
    option : Option
    """

    def __init__(self, option: Option) -> None:
        super().__init__()
        self.option = option
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.edit: QWidget
        match option.kind:
            case "flag":
                self.edit = QCheckBox(option.title(), self)
            case "choice":
                box = QComboBox(self)
                for value, text in option.choices:
                    box.addItem(text, value)
                self.edit = box
            case "lines":
                block = QPlainTextEdit(self)
                block.setTabChangesFocus(True)
                block.setFixedHeight(52)
                block.setPlaceholderText(self.tr("one a line"))
                self.edit = block
            case _:
                self.edit = QLineEdit(self)
        self.edit.setAccessibleName(option.title())
        row.addWidget(self.edit, 1)
        if option.kind == "file":
            choose = QPushButton(self.tr("Choose…"), self)
            choose.setAutoDefault(False)
            choose.clicked.connect(self._choose)
            row.addWidget(choose)
        self.set_value(option.default)

    def _choose(self) -> None:
        place, _ = QFileDialog.getOpenFileName(self, self.option.title())
        if place and isinstance(self.edit, QLineEdit):
            self.edit.setText(place)

    def value(self) -> Any:
        """Return what the connection gets."""
        edit = self.edit
        if isinstance(edit, QCheckBox):
            return edit.isChecked()
        if isinstance(edit, QComboBox):
            return edit.currentData()
        if isinstance(edit, QPlainTextEdit):
            return [line.strip() for line in edit.toPlainText().splitlines() if line.strip()]
        assert isinstance(edit, QLineEdit)
        if self.option.kind == "number":
            number, ok = QLocale().toDouble(edit.text())
            return number if ok else self.option.default
        return edit.text().strip()

    def set_value(self, value: Any) -> None:
        """Show a value."""
        edit = self.edit
        if isinstance(edit, QCheckBox):
            edit.setChecked(bool(value))
        elif isinstance(edit, QComboBox):
            edit.setCurrentIndex(max(0, edit.findData(value)))
        elif isinstance(edit, QPlainTextEdit):
            edit.setPlainText("\n".join(value or []))
        elif isinstance(edit, QLineEdit):
            number = self.option.kind == "number"
            edit.setText(QLocale().toString(float(value), "g", 6) if number else str(value or ""))

    @property
    def is_default(self) -> bool:
        """Whether nothing was chosen."""
        return bool(self.value() == self.option.default or self.value() in ("", [], None))


class SourcePage(QWidget):
    """See module.

    Parameters
    ----------
    place : str
        Where passwords are kept: ``keyring`` or a file.
    """

    changed = Signal()

    def __init__(self, place: str) -> None:
        super().__init__()
        self.kinds = QListWidget(self)
        self.kinds.setFixedWidth(_KINDS_PX)
        self.kinds.setAccessibleName(self.tr("Kind of source"))
        for kind in KINDS:
            item = QListWidgetItem(kind.title())
            item.setToolTip(kind.hint())
            self.kinds.addItem(item)
        self.hint = QLabel(self)
        self.hint.setObjectName("dim")
        self.hint.setWordWrap(True)
        self.address = QLineEdit(self)
        self.choose = QPushButton(self.tr("Choose…"), self)
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._choose)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText(self.tr("As it shall be called here"))
        self.user, self.secret = QLineEdit(self), QLineEdit(self)
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        kept = (
            self.tr("Kept in the key store of this desktop, never in the project.")
            if place == "keyring"
            else self.tr("This desktop has no key store: kept in {0}, readable by you alone.")
        )
        self.kept = QLabel(kept.format(place), self)
        self.kept.setObjectName("dim")
        self.kept.setWordWrap(True)
        self.more = QToolButton(self)
        self.more.setText(self.tr("More"))
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.options: dict[str, OptionField] = {}
        self._rest = QWidget(self)
        self._form = QFormLayout()
        self._lay_out()
        self.kinds.currentRowChanged.connect(lambda _: self._show_kind())
        self.more.toggled.connect(self._unfold)
        for edit in (self.address, self.name, self.user, self.secret):
            edit.textChanged.connect(lambda _: self.changed.emit())
        self.kinds.setCurrentRow(0)

    def _lay_out(self) -> None:
        place = QHBoxLayout()
        place.addWidget(self.address, 1)
        place.addWidget(self.choose)
        form = self._form
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(self.hint)
        form.addRow(self.tr("Address"), place)
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("User"), self.user)
        form.addRow(self.tr("Password"), self.secret)
        form.addRow("", self.kept)
        self.address.setAccessibleName(self.tr("Address"))
        self.name.setAccessibleName(self.tr("Name"))
        self.user.setAccessibleName(self.tr("User"))
        self.secret.setAccessibleName(self.tr("Password"))
        right = QWidget(self)
        self._column = column = QVBoxLayout(right)
        column.setContentsMargins(16, 12, 16, 12)
        column.addLayout(form)
        column.addWidget(self.more)
        column.addWidget(self._rest)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(right)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.kinds)
        row.addWidget(area, 1)

    @property
    def kind(self) -> SourceKind:
        """The kind that is chosen."""
        return KINDS[max(0, self.kinds.currentRow())]

    def set_kind(self, plugin: str) -> None:
        """Choose a kind by its plugin."""
        self.kinds.setCurrentRow(next(n for n, k in enumerate(KINDS) if k.plugin == plugin))

    def _show_kind(self) -> None:
        kind = self.kind
        self.hint.setText(kind.hint())
        self.address.setPlaceholderText(kind.example)
        self.choose.setVisible(not kind.example)
        for shown, edit in ((kind.user, self.user), (kind.secret, self.secret),
                            (kind.secret, self.kept)):  # fmt: skip
            self._form.setRowVisible(edit, shown)
        self._rest.deleteLater()
        self._rest = QWidget(self)
        form = QFormLayout(self._rest)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        self.options = {option.name: OptionField(option) for option in kind.options()}
        for field in self.options.values():
            flag = field.option.kind == "flag"
            form.addRow("" if flag else field.option.title(), field)
        column = self._column
        column.insertWidget(column.indexOf(self.more) + 1, self._rest)
        self._rest.setVisible(self.more.isChecked())
        self.changed.emit()

    def _unfold(self, on: bool) -> None:
        self._rest.setVisible(on)
        self.more.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)

    def _choose(self) -> None:
        place, _ = QFileDialog.getOpenFileName(
            self, self.tr("Choose a file"), "", "CSV, Parquet (*.csv *.parquet *.pq)"
        )
        if place:
            self.address.setText(place)
            self.name.setText(self.name.text() or Path(place).stem)

    # -- what is in it -------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether there is an address to look at."""
        return bool(self.address.text().strip())

    def stated_options(self) -> dict[str, Any]:
        """Return the options that differ from what holds anyway."""
        found = {n: field.value() for n, field in self.options.items() if not field.is_default}
        user = self.user.text().strip()
        if self.kind.user and user:
            found["user"] = user
        return found

    def show_connection(self, plugin: str, stated: Any, secret: str) -> None:
        """Show a connection that there is; its kind stays."""
        self.set_kind(plugin)
        self.kinds.setEnabled(False)
        self.address.setText(stated.address)
        self.name.setText(stated.name)
        self.user.setText(str(stated.options.get("user", "")))
        self.secret.setText(secret)
        for name, field in self.options.items():
            if name in stated.options:
                field.set_value(stated.options[name])
        self.more.setChecked(any(not field.is_default for field in self.options.values()))
