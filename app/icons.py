"""Icons of one family (Phosphor, as shipped in qtawesome's wheel), tinted by the theme.

The glyphs are painted from the font at paint time with the theme's colour of that moment, so
a switch of theme needs only a repaint. qtawesome itself is not imported: its import and first
icon cost 0.3 s of the start and its icons keep their old colour.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QIconEngine,
    QPainter,
    QPixmap,
)

from app.theme import Theme
from twin_model.errors import ShapanError

_FONT_GLOB: Final = "phosphor-[0-9]*.ttf"
_CHARMAP_GLOB: Final = "phosphor-charmap-*.json"
#: Entity types name their glyphs in the Material Design Icons; loaded when first painted.
_TYPE_PREFIX: Final = "mdi6."
_TYPE_FONT_GLOB: Final = "materialdesignicons6-webfont-[0-9]*.ttf"
_TYPE_CHARMAP_GLOB: Final = "materialdesignicons6-webfont-charmap-*.json"


class IconSet:
    """Makes icons by name, such as ``eye`` or ``folder-open``.

    Parameters
    ----------
    theme : Theme

    Raises
    ------
    ShapanError
        If the icon font is not installed.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        spec = importlib.util.find_spec("qtawesome")
        folder = Path(spec.origin).parent / "fonts" if spec and spec.origin else None
        fonts = sorted(folder.glob(_FONT_GLOB)) if folder else []
        charmaps = sorted(folder.glob(_CHARMAP_GLOB)) if folder else []
        if not fonts or not charmaps:
            raise ShapanError(
                "the icon font of qtawesome is missing", remedy="install shapan again"
            )
        self._codes: dict[str, str] = json.loads(charmaps[-1].read_text(encoding="utf-8"))
        number = QFontDatabase.addApplicationFont(str(fonts[-1]))
        self._family = QFontDatabase.applicationFontFamilies(number)[0]
        self._folder = folder
        self._type_family = ""
        self._type_codes: dict[str, str] = {}

    def icon(self, name: str, token: str = "text", *, checked: str = "accent") -> QIcon:
        """Return an icon that follows the theme.

        Parameters
        ----------
        name : str
            Name of the glyph in the Phosphor family.
        token : str
            Theme colour to paint it in.
        checked : str
            Theme colour while the button that shows it is checked.

        Raises
        ------
        KeyError
            If the family has no such glyph.
        """
        return QIcon(_GlyphEngine(self.theme, self._family, self.glyph(name), token, checked))

    def glyph(self, name: str) -> str:
        """Return the character of a glyph.

        Raises
        ------
        KeyError
            If the family has no such glyph.
        """
        return chr(int(self._codes[name], 16))

    def _load_types(self) -> None:
        folder = self._folder
        if self._type_codes or folder is None:
            return
        fonts, charmaps = (
            sorted(folder.glob(_TYPE_FONT_GLOB)),
            sorted(folder.glob(_TYPE_CHARMAP_GLOB)),
        )
        if fonts and charmaps:
            self._type_codes = json.loads(charmaps[-1].read_text(encoding="utf-8"))
            number = QFontDatabase.addApplicationFont(str(fonts[-1]))
            self._type_family = QFontDatabase.applicationFontFamilies(number)[0]

    def paint_type(
        self, painter: QPainter, rect: QRect | QRectF, name: str, colour: QColor
    ) -> None:
        """Paint the glyph of an entity type, such as ``mdi6.pump``; a cube for one unknown."""
        self._load_types()
        code = self._type_codes.get(name.removeprefix(_TYPE_PREFIX))
        if code is None:
            self.paint(painter, rect, "cube", colour)
            return
        font = QFont(self._type_family)
        area = QRectF(rect)
        font.setPixelSize(max(1, round(min(area.width(), area.height()))))
        painter.save()
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, chr(int(code, 16)))
        painter.restore()

    def type_glyphs(self) -> list[str]:
        """Return the names of all glyphs that a type may have."""
        self._load_types()
        return [_TYPE_PREFIX + name for name in self._type_codes]

    def paint(self, painter: QPainter, rect: QRect | QRectF, name: str, colour: QColor) -> None:
        """Paint one glyph centred in a rectangle, as large as its shorter side."""
        font = QFont(self._family)
        area = QRectF(rect)
        font.setPixelSize(max(1, round(min(area.width(), area.height()))))
        painter.save()
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.glyph(name))
        painter.restore()


class _GlyphEngine(QIconEngine):
    """Paints one glyph of the icon font."""

    def __init__(self, theme: Theme, family: str, glyph: str, token: str, checked: str) -> None:
        super().__init__()
        self._theme = theme
        self._family = family
        self._glyph = glyph
        self._token = token
        self._checked = checked

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        token = self._checked if state == QIcon.State.On else self._token
        if mode == QIcon.Mode.Disabled:
            token = "faint"
        font = QFont(self._family)
        font.setPixelSize(max(1, min(rect.width(), rect.height())))
        painter.save()
        painter.setFont(font)
        painter.setPen(self._theme.colour(token))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._theme, self._family, self._glyph, self._token, self._checked)
