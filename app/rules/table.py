"""The list of rules: one line each, sorted and filtered, switched on and off in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QSortFilterProxyModel,
    Qt,
    Signal,
)

from app import alarm_words, messages
from app.item_models.lines import Index, LinesModel
from app.numbers import integer
from app.rules.listing import Origin, RuleBook, RuleLine
from app.theme import Theme
from twin_model.alarms.model import PRIORITIES

if TYPE_CHECKING:
    from twin_model.rules.model import Rule

ON, NAME, KIND, APPLIES, CONDITION, PRIORITY, WATCHED, STANDING, ORIGIN = range(9)
LINE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
SORT_ROLE: Final = Qt.ItemDataRole.UserRole + 2


class RulesModel(LinesModel):
    """Lines of a `RuleBook`.

    Parameters
    ----------
    theme : Theme
    """

    switched = Signal(object, bool)  # Rule, whether it shall be on

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.book = RuleBook()
        self.writable = True

    @property
    def lines(self) -> list[RuleLine]:
        """What is listed."""
        return self.book.lines

    def set_book(self, book: RuleBook) -> None:
        """List other rules; the same ones with other figures are only repainted."""
        same = [(line.rule.id, line.origin) for line in book.lines] == [
            (line.rule.id, line.origin) for line in self.book.lines
        ]
        self.take_lines(lambda: setattr(self, "book", book), same=same)

    def headings(self) -> list[str]:
        return [
            self.tr("On"), self.tr("Rule"), self.tr("Kind"), self.tr("Applies to"),
            self.tr("Alarm when"), self.tr("Priority"), self.tr("Watches"), self.tr("Alarms"),
            self.tr("From"),
        ]  # fmt: skip

    def line_count(self) -> int:
        return len(self.book.lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.column() == ON and self.writable:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not self.writable:
            return False
        on = Qt.CheckState(value) == Qt.CheckState.Checked
        self.switched.emit(self.book.lines[index.row()].rule, on)
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.book.lines):
            return None
        line, column = self.book.lines[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.CheckStateRole if column == ON:
                on = line.rule.enabled
                return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.DisplayRole:
                return self._text(line, column)
            case Qt.ItemDataRole.ToolTipRole:
                return messages.shown(line.problem) or self._text(line, column) or None
            case Qt.ItemDataRole.AccessibleTextRole if column == ON:
                return self.tr("on") if line.rule.enabled else self.tr("off")
            case Qt.ItemDataRole.ForegroundRole:
                if line.problem:
                    return self._theme.colour("critical")
                quiet = not line.rule.enabled or column in {KIND, ORIGIN}
                return self._theme.colour("dim") if quiet else None
            case Qt.ItemDataRole.TextAlignmentRole if column in {WATCHED, STANDING}:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case _ if role == LINE_ROLE:
                return line
            case _ if role == SORT_ROLE:
                return self._sorted_by(line, column)
        return None

    def _text(self, line: RuleLine, column: int) -> str:
        match column:
            case 1:
                return line.name
            case 2:
                return line.kind
            case 3:
                return line.applies
            case 4:
                return line.condition
            case 5:
                return alarm_words.priority(line.rule.priority)
            case 6:
                return integer(line.watched) if line.rule.enabled else ""
            case 7:
                return integer(line.standing) if line.standing else ""
            case 8:
                return origin_name(line.origin)
        return ""

    def _sorted_by(self, line: RuleLine, column: int) -> Any:
        if column == ON:
            return int(line.rule.enabled)
        if column == PRIORITY:
            return PRIORITIES.index(line.rule.priority)
        if column in {WATCHED, STANDING}:
            return line.watched if column == WATCHED else line.standing
        return self._text(line, column).casefold()

    def row_of(self, rule_id: str) -> int:
        """Return the row of a rule; -1 where it is not listed."""
        return next((n for n, line in enumerate(self.lines) if line.rule.id == rule_id), -1)


class RulesFilter(QSortFilterProxyModel):
    """Sorts, and leaves out what does not match all words."""

    def __init__(self, source: RulesModel) -> None:
        super().__init__()
        self._source = source
        self._words: list[str] = []
        self.setSourceModel(source)
        self.setSortRole(SORT_ROLE)

    def set_text(self, text: str) -> None:
        """Show only rules with all words of a text."""
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        line = self._source.lines[row]
        text = " ".join((
            line.name, line.rule.id, line.kind, line.applies, line.condition,
            alarm_words.priority(line.rule.priority), line.rule.guidance,
        )).casefold()  # fmt: skip
        return all(word in text for word in self._words)


def origin_name(origin: Origin) -> str:
    """Return where a rule comes from, in a word."""
    from PySide6.QtCore import QCoreApplication

    return {
        Origin.PROJECT: QCoreApplication.translate("Rules", "Project"),
        Origin.TYPE: QCoreApplication.translate("Rules", "Entity type"),
        Origin.ENTITY: QCoreApplication.translate("Rules", "Entity"),
    }[origin]


def editable(rule: Rule, book: RuleBook) -> bool:
    """Return whether a rule is the project's own."""
    return book.rules.rule(rule.id) is not None
