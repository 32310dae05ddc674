"""Light and dark: named colour tokens turned into one palette and one small style sheet."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

import assets

THEMES: Final = Path(assets.__file__).parent / "themes"

#: Base size of text, row height and the fixed measures of interface.md, in logical pixels.
TEXT_PX: Final = 13
SMALL_PX: Final = 11
ROW_PX: Final = 26
TOP_BAR_PX: Final = 40
STATUS_PX: Final = 26
TIMELINE_PX: Final = 62
LEFT_PANE_PX: Final = 288
RIGHT_PANE_PX: Final = 348

_LATIN: Final = ("Inter", "Noto Sans", "Segoe UI", ".AppleSystemUIFont", "Noto Sans CJK SC")
_CHINESE: Final = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
)


_COLOUR: Final = re.compile(r"^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$")


class Theme(QObject):
    """The colours in use; widgets that paint by themselves read them at paint time.

    Parameters
    ----------
    dark : bool
    parent : QObject, optional
    """

    changed = Signal()

    def __init__(self, dark: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens: dict[str, str] = {}
        #: Colours that take the place of ours, from a plugin; empty for none.
        self.file = ""
        self.dark = dark
        self._load()

    def _load(self) -> None:
        name = "dark" if self.dark else "light"
        self._tokens = json.loads((THEMES / f"{name}.json").read_text(encoding="utf-8"))
        if self.file:
            self._tokens |= read_tokens(Path(self.file), self._tokens)

    def set_file(self, file: str) -> None:
        """Put the colours of a file over those of the theme, live; an empty name ends it.

        The file may say ``"dark": true`` or false, and is shown over that theme.

        Raises
        ------
        OSError, ValueError
            If it cannot be read, or names a token or colour that is none.
        """
        if file:
            given = read_tokens(Path(file), self._tokens)
            self.dark = given.get("dark", str(self.dark)) == "True"
        self.file = file
        self.set_dark(self.dark)

    def text(self, token: str) -> str:
        """Return a colour as ``#rrggbb`` or ``#rrggbbaa``.

        Raises
        ------
        KeyError
            If the theme files have no such token.
        """
        return self._tokens[token]

    def colour(self, token: str) -> QColor:
        """Return a token as a colour; ``#rrggbbaa`` keeps its alpha."""
        text = self._tokens[token]
        colour = QColor(text[:7])
        if len(text) == 9:
            colour.setAlpha(int(text[7:], 16))
        return colour

    def set_dark(self, dark: bool) -> None:
        """Switch the whole application, live."""
        self.dark = dark
        self._load()
        self.apply()
        self.changed.emit()

    def apply(self) -> None:
        """Give the application its palette first, then the small sheet.

        A sheet under which the palette changes costs 20 times more than the palette alone, so
        both are set once a switch and never on single widgets.
        """
        application = QApplication.instance()
        if not isinstance(application, QApplication):
            return
        # Where it is the platform's own already, a second one would cost a tenth of the start.
        if application.style().name().casefold() != "fusion":
            application.setStyle("Fusion")
        application.setFont(base_font())
        application.setPalette(self.palette())
        application.setStyleSheet(self.style_sheet())

    def palette(self) -> QPalette:
        """Return the palette of the tokens."""
        roles = {
            QPalette.ColorRole.Window: "pane",
            QPalette.ColorRole.Base: "pane",
            QPalette.ColorRole.AlternateBase: "background",
            QPalette.ColorRole.Button: "pane",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.BrightText: "critical",
            QPalette.ColorRole.PlaceholderText: "dim",
            QPalette.ColorRole.Highlight: "selection",
            QPalette.ColorRole.HighlightedText: "text",
            QPalette.ColorRole.ToolTipBase: "raised",
            QPalette.ColorRole.ToolTipText: "text",
            QPalette.ColorRole.Link: "accent",
            QPalette.ColorRole.Mid: "line",
            QPalette.ColorRole.Dark: "line",
            QPalette.ColorRole.Light: "raised",
            QPalette.ColorRole.Midlight: "hover",
            QPalette.ColorRole.Shadow: "line",
            QPalette.ColorRole.Accent: "accent",
        }
        palette = QPalette()
        for role, token in roles.items():
            palette.setColor(role, self.colour(token))
        for role in (
            QPalette.ColorRole.WindowText,
            QPalette.ColorRole.Text,
            QPalette.ColorRole.ButtonText,
        ):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("faint"))
        return palette

    def style_sheet(self) -> str:
        """Return the sheet with this theme's tokens filled in."""
        template = string.Template((THEMES / "shapan.qss").read_text(encoding="utf-8"))
        tokens = {name.replace("-", "_"): _css(value) for name, value in self._tokens.items()}
        for sign in ("caret", "caret-up", "tick"):
            drawing = THEMES / f"{sign}-{'dark' if self.dark else 'light'}.svg"
            tokens[sign.replace("-", "_")] = drawing.as_posix()
        return template.substitute(tokens)


def read_tokens(path: Path, known: dict[str, str]) -> dict[str, str]:
    """Return the colours that a theme file gives, with ``dark`` as "True" or "False".

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or names a token or colour that is none.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise ValueError("is no object of tokens and colours")
    found: dict[str, str] = {}
    for token, value in document.items():
        if token == "dark":
            found[token] = str(bool(value))
        elif token != "name" and token not in known:
            raise ValueError(f"'{token}' is no colour of a theme; they are {', '.join(known)}")
        elif token != "name" and not _COLOUR.match(str(value)):
            raise ValueError(f"{token}: '{value}' is not #rrggbb or #rrggbbaa")
        elif token != "name":
            found[token] = str(value)
    return found


def _css(value: str) -> str:
    """Return a colour for a Qt style sheet, which wants alpha first or as rgba()."""
    if len(value) != 9:
        return value
    red, green, blue, alpha = (int(value[at : at + 2], 16) for at in (1, 3, 5, 7))
    return f"rgba({red}, {green}, {blue}, {alpha})"


def font_families() -> list[str]:
    """Return the installed families to use, always with one for Chinese where there is one.

    Named in full, because Qt left alone picks the Japanese shapes of Noto CJK.
    """
    installed = set(QFontDatabase.families())
    latin = [name for name in _LATIN if name in installed][:1]
    chinese = [name for name in _CHINESE if name in installed][:1]
    return (
        list(dict.fromkeys([*latin, "DejaVu Sans", *chinese]))
        if latin
        else [
            "DejaVu Sans",
            *chinese,
        ]
    )


def base_font() -> QFont:
    """Return the 13-pixel text font with figures of equal width."""
    font = QFont()
    font.setFamilies(font_families())
    font.setPixelSize(TEXT_PX)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def small_font(*, bold: bool = False) -> QFont:
    """Return the 11-pixel font of panel titles and notes."""
    font = base_font()
    font.setPixelSize(SMALL_PX)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font
