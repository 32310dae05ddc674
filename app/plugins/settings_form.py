"""A form made from the settings that a plugin's manifest names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from plugins.host.manifest import Setting

_MOST = 1e9


class SettingsForm(QWidget):
    """Shows settings and tells of changes.

    Parameters
    ----------
    settings : mapping of str to Setting
    values : mapping of str to value
    language : str
    parent : QWidget
    secrets_place : str
        Where secrets are kept: ``keyring``, or the path of a file, which is said.
    """

    changed = Signal(str, object)

    def __init__(
        self,
        settings: Mapping[str, Setting],
        values: Mapping[str, Any],
        language: str,
        parent: QWidget,
        secrets_place: str = "keyring",
    ) -> None:
        super().__init__(parent)
        self.fields: dict[str, QWidget] = {}
        self._secrets_place = secrets_place
        layout = QFormLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        for name, setting in settings.items():
            field = self._field(name, setting, values[name], language)
            tip = text(setting.help, language)
            if setting.type == "secret":
                tip = "\n".join(filter(None, (tip, self._where_secrets_are())))
            field.setToolTip(tip)
            title = text(setting.title, language) or name
            field.setAccessibleName(title)
            self.fields[name] = field
            layout.addRow(title, self._row(field, setting))
        if secrets_place != "keyring" and any(s.type == "secret" for s in settings.values()):
            note = QLabel(self._where_secrets_are(), self)
            note.setObjectName("dim")
            note.setWordWrap(True)
            layout.addRow(note)

    def _where_secrets_are(self) -> str:
        if self._secrets_place == "keyring":
            return self.tr("Kept in the keyring of the system.")
        return self.tr(
            "There is no keyring here: secrets are kept in {0}, which only your account can read."
        ).format(self._secrets_place)

    def _field(self, name: str, setting: Setting, value: Any, language: str) -> QWidget:
        def tell(new: Any) -> None:
            self.changed.emit(name, new)

        match setting.type:
            case "switch":
                box = QCheckBox(self)
                box.setChecked(bool(value))
                box.toggled.connect(tell)
                return box
            case "integer":
                whole = QSpinBox(self)
                whole.setRange(int(_least(setting)), int(_most(setting)))
                whole.setSuffix(f" {setting.unit}" if setting.unit else "")
                whole.setValue(int(value))
                whole.valueChanged.connect(tell)
                return whole
            case "number":
                number = QDoubleSpinBox(self)
                number.setDecimals(3)
                number.setRange(_least(setting), _most(setting))
                number.setSuffix(f" {setting.unit}" if setting.unit else "")
                number.setValue(float(value))
                number.valueChanged.connect(tell)
                return number
            case "choice":
                choice = QComboBox(self)
                for key, words in setting.choices.items():
                    choice.addItem(text(words, language) or key, key)
                choice.setCurrentIndex(max(0, choice.findData(value)))
                choice.currentIndexChanged.connect(lambda _: tell(choice.currentData()))
                return choice
        line = QLineEdit(str(value), self)
        if setting.type == "secret":
            line.setEchoMode(QLineEdit.EchoMode.Password)
        line.editingFinished.connect(lambda: tell(line.text()))
        return line

    def _row(self, field: QWidget, setting: Setting) -> QWidget:
        if setting.type not in {"file", "folder"} or not isinstance(field, QLineEdit):
            return field
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        browse = QPushButton(self.tr("Choose…"), row)

        def choose() -> None:
            if setting.type == "folder":
                chosen = QFileDialog.getExistingDirectory(self, "", field.text())
            else:
                chosen = QFileDialog.getOpenFileName(self, "", field.text())[0]
            if chosen:
                field.setText(chosen)
                field.editingFinished.emit()

        browse.clicked.connect(choose)
        layout.addWidget(field, 1)
        layout.addWidget(browse)
        return row


def _least(setting: Setting) -> float:
    return setting.minimum if setting.minimum is not None else -_MOST


def _most(setting: Setting) -> float:
    return setting.maximum if setting.maximum is not None else _MOST


def text(texts: Mapping[str, str], language: str) -> str:
    """Return a text of the manifest in a language."""
    for key in (language, language.partition("_")[0], "", "en"):
        if texts.get(key):
            return texts[key]
    return next(iter(texts.values()), "")
