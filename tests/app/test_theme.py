"""Both themes name the same colours, with enough contrast, and the sheet uses only those."""

from __future__ import annotations

import json
import re

import pytest
from PySide6.QtGui import QColor

from app.theme import THEMES, Theme


def luminance(colour: QColor) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: QColor, second: QColor) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("text", "pane"), ("text", "background"), ("text", "selection"), ("text", "raised"),
        ("dim", "pane"), ("dim", "background"), ("on-accent", "accent"), ("critical", "pane"),
    ],
)  # fmt: skip
def test_text_has_the_contrast_of_wcag_aa(dark: bool, text: str, background: str) -> None:
    theme = Theme(dark)
    assert contrast(theme.colour(text), theme.colour(background)) >= 4.5


def test_both_themes_name_the_same_tokens() -> None:
    light, dark = (
        json.loads((THEMES / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("light", "dark")
    )
    assert set(light) == set(dark)


@pytest.mark.parametrize("dark", [False, True])
def test_the_style_sheet_has_no_colour_of_its_own(dark: bool) -> None:
    template = (THEMES / "shapan.qss").read_text(encoding="utf-8")
    assert not re.search(r":[^;{]*#[0-9a-fA-F]{3,8}", template)
    assert "$" not in Theme(dark).style_sheet()


def test_a_token_with_alpha_keeps_it() -> None:
    theme = Theme(False)
    assert 0 < theme.colour("chip").alpha() < 255
    assert "rgba(" in theme.style_sheet()
