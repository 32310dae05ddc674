"""A field to choose a CRS: project's, local, or any that PROJ knows, by name or code."""

from __future__ import annotations

import functools
from typing import Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from app.panels.entity_fields import crs_text
from app.workers import Background
from twin_model.errors import FrameError

LOCAL: Final = "local"
_LONGEST_TEXT: Final = 24


@functools.lru_cache(maxsize=1)
def known_crs() -> list[str]:
    """Return ``EPSG:4549  CGCS2000 / 3-degree Gauss-Kruger CM 120E`` and the like, by code."""
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType

    kinds = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS, PJType.COMPOUND_CRS,
             PJType.GEOCENTRIC_CRS, PJType.GEOGRAPHIC_3D_CRS]  # fmt: skip
    found = query_crs_info(auth_name="EPSG", pj_types=kinds)
    found.sort(key=lambda info: int(info.code))
    return [f"EPSG:{info.code}  {info.name}" for info in found]


class CrsField(QComboBox):
    """An editable list; `value` is None until something usable is chosen.

    Parameters
    ----------
    background : Background
        Reads PROJ's list in a thread the first time.
    parent : QWidget
    allow_local : bool
        Offers metres at the project's origin.
    """

    chosen = Signal()

    def __init__(self, background: Background, parent: QWidget, *, allow_local: bool) -> None:
        super().__init__(parent)
        self._allow_local = allow_local
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(12)
        self.setCompleter(completer)
        line = self.lineEdit()
        if line is not None:
            line.setPlaceholderText(self.tr("EPSG code or name"))
        self.setAccessibleName(self.tr("Coordinate reference system"))
        self.currentTextChanged.connect(lambda _: self.chosen.emit())
        background.ask("crs-list", known_crs, self._names.setStringList)

    def offer(self, choices: list[tuple[str, str]]) -> None:
        """Offer choices as text and value ahead of PROJ's list; none is chosen."""
        self.blockSignals(True)
        self.clear()
        for text, value in choices:
            self.addItem(text, value)
        if self._allow_local:
            self.addItem(self.tr("Local metres at the project's origin"), LOCAL)
        self.setCurrentIndex(-1)
        self.setEditText("")
        self.blockSignals(False)

    def set_value(self, value: str | None) -> None:
        """Choose a CRS, or nothing."""
        self.blockSignals(True)
        index = self.findData(value) if value is not None else -1
        if index < 0 and value is not None and len(value) > _LONGEST_TEXT:
            # WKT is shown by its name.
            self.addItem(crs_text(value), value)
            index = self.count() - 1
        self.setCurrentIndex(index)
        if index < 0:
            self.setEditText(value or "")
        self.blockSignals(False)

    @property
    def value(self) -> str | None:
        """What is chosen: an authority code, WKT, ``local``; None where nothing usable is."""
        index = self.findText(self.currentText())
        if index >= 0:
            return str(self.itemData(index))
        text = self.currentText().split("  ")[0].strip()
        if not text:
            return None
        from twin_model.frame import parse_crs

        if text.isdigit():
            text = f"EPSG:{text}"
        try:
            parse_crs(text)
        except FrameError:
            return None
        return text
