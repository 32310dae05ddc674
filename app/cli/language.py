"""Texts of the rooms without Qt in the language that a command was asked for."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], str]


def saying(language: str) -> Say:
    """Return what says messages in a language: ``en`` or ``zh_CN``.

    Qt, which knows of languages, is loaded only where another one than English is asked for.
    """
    if language == "en":
        return str
    _take(language)
    from app.messages import printed

    return printed


def naming(language: str) -> Say:
    """Return what says names of layers that a command makes; see `saying`."""
    if language == "en":
        return str
    _take(language)
    from app.messages import layer_name

    return layer_name


def _take(language: str) -> None:
    from PySide6.QtCore import QLocale

    QLocale.setDefault(QLocale(language))
