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
    from PySide6.QtCore import QLocale

    from app import messages

    QLocale.setDefault(QLocale(language))
    return messages.printed
