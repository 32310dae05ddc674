"""Icons of one family (Phosphor, as shipped in qtawesome's wheel), tinted by the theme.

The glyphs are painted from the font at paint time with the theme's colour of that moment, so
a switch of theme needs only a repaint. qtawesome itself is not imported: its import and first
icon cost 0.3 s of the start and its icons keep their old colour.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

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
from twin_model.contributions import CONTRIBUTIONS, Contribution
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer

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
        self._drawings: dict[str, tuple[Contribution, QSvgRenderer]] = {}

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
        """Paint the glyph of an entity type, such as ``mdi6.pump``, or the drawing of a symbol.

        A symbol of a plugin is named by its id; a cube stands for what is not known.
        """
        drawing = self._drawing(name)
        if drawing is not None:
            drawing.render(painter, QRectF(rect))
            return
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

    def _drawing(self, name: str) -> QSvgRenderer | None:
        entry = CONTRIBUTIONS.get("symbol", name)
        file = drawing_of(entry) if entry is not None else ""
        if entry is None or not file:
            return None
        found = self._drawings.get(name)
        if found is None or found[0] is not entry:
            from PySide6.QtSvg import QSvgRenderer

            made = QSvgRenderer(file)
            made.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
            found = self._drawings[name] = (entry, made)
        return found[1] if found[1].isValid() else None

    def type_icon(self, name: str) -> QIcon:
        """Return the icon of an entity type; see `paint_type`."""
        return QIcon(_TypeEngine(self, name))

    def type_glyphs(self) -> list[str]:
        """Return the names of all glyphs and drawings that a type may have."""
        self._load_types()
        drawn = [one.id for one in CONTRIBUTIONS.of("symbol") if drawing_of(one)]
        return drawn + [_TYPE_PREFIX + name for name in self._type_codes]

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


def drawing_of(entry: Contribution) -> str:
    """Return the SVG file of a contributed symbol; empty where it has none."""
    file = str(entry.details.get("file", ""))
    return str(entry.details.get("icon") or (file if file.lower().endswith(".svg") else ""))


class _TypeEngine(QIconEngine):
    """Paints what an entity type has for an icon."""

    def __init__(self, icons: IconSet, name: str) -> None:
        super().__init__()
        self._icons = icons
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        self._icons.paint_type(painter, rect, self._name, self._icons.theme.colour("dim"))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _painted(self, size, mode, state)

    def clone(self) -> QIconEngine:
        return _TypeEngine(self._icons, self._name)


def _painted(engine: QIconEngine, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    engine.paint(painter, QRect(QPoint(0, 0), size), mode, state)
    painter.end()
    return pixmap


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
        return _painted(self, size, mode, state)

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._theme, self._family, self._glyph, self._token, self._checked)
