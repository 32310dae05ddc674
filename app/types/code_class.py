"""The class that a type's management codes have, found by number or by name."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from app.editing import classes, schema


class CodeClassField(QLineEdit):
    """A line that knows the classes of the tables in use, those of plugins too.

    Parameters
    ----------
    parent : QWidget
    """

    chosen = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._titles: dict[str, str] = {}
        self.textChanged.connect(lambda _: self.chosen.emit())

    @property
    def value(self) -> str:
        """The class; what was typed where it is none."""
        text = self.text().strip()
        return next((code for code, title in self._titles.items() if title == text), text)

    def show_class(self, code: str, inherited: str) -> None:
        """Show a class of the tables, and beneath it the one that the parent gives."""
        language = schema.language()
        joined = classes.tables()
        self._titles = {
            entry.code: f"{entry.code}  {entry.name(language)}"
            for entry in joined.search("") if not entry.retired
        }  # fmt: skip
        completer = QCompleter(list(self._titles.values()), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self.setText(self._titles.get(code, code))
        self.setPlaceholderText(self._titles.get(inherited, inherited))
