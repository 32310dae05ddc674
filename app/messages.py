"""Messages of the rooms without Qt, in the language in use.

Readers, the twin and the views make their messages in English and know no language. The window
recognises them by the templates in ``assets/translations/messages_*.ts`` when it shows them. Where
a message names options of the command line, the context ``Window`` has the words of the window for
it, in English too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QLocale

from app.language import TRANSLATIONS, TsTranslator
from app.message_patterns import AS_THEY_ARE, CHINESE, MessagePatterns

#: Any table tells which templates there are.
_TABLE: Final = "zh_CN"


def shown(text: str) -> str:
    """Return an error, a warning or a note as users of the window read it."""
    known = _messages(QLocale().name(), in_window=True)
    return text if known is None else known.say(text)


def printed(text: str) -> str:
    """Return an error, a warning or a note as users of the command line read it."""
    known = _messages(QLocale().name(), in_window=False)
    return text if known is None else known.say(text)


def stage(text: str) -> str:
    """Return a stage of a job as users read it."""
    known = _stages(QLocale().name())
    return text if known is None else known.say(text)


def layer_name(template: str) -> str:
    """Return the name of a layer that is made here, a template, in the language in use."""
    return (_texts(QLocale().name(), "Layer") or {}).get(template) or template


def report(text: str) -> str:
    """Return a text of an accuracy report as users read it."""
    known = _reports(QLocale().name())
    return text if known is None else known.say(text)


def edit(label: str, value: Callable[[str], str]) -> str:
    """Return the label of a command as users read it.

    Parameters
    ----------
    label : str
        As the journal has it.
    value : callable
        Says a name or an identifier that the label holds.
    """
    return _edits(QLocale().name(), value).say(label)


@lru_cache
def _table(locale: str) -> TsTranslator | None:
    for name in (locale, locale.partition("_")[0]):
        path = TRANSLATIONS / f"messages_{name}.ts"
        if path.is_file():
            return TsTranslator(path)
    return None


def _texts(locale: str, context: str) -> dict[str, str] | None:
    """Return the templates of a context with their translations; None where there are none."""
    table = _table(locale)
    return None if table is None else table.texts(context) or None


@lru_cache
def _messages(locale: str, *, in_window: bool) -> MessagePatterns | None:
    texts = _texts(locale, "Message") or {}
    if in_window:
        texts = {**texts, **(_texts(locale, "Window") or {})}
    if not texts:
        return None
    # A value that breaks a rule is named by its dimension: "attributes.head = 'x': …".
    values = {
        f"{dimension}.{{0}} = {{1}}": f"{said} {{0}} = {{1}}"
        for dimension, said in (_texts(locale, "Dimension") or {}).items()
    }
    every = {**values, **texts, **(_texts(locale, "System") or {})}
    separators = AS_THEY_ARE if locale.startswith("en") else CHINESE
    return MessagePatterns(every, words=_texts(locale, "Word"), separators=separators)


@lru_cache
def _reports(locale: str) -> MessagePatterns | None:
    texts = _texts(locale, "Report")
    if texts is None:
        return None
    # Warnings of the run stand in it too.
    return MessagePatterns({**(_texts(locale, "Message") or {}), **texts})


@lru_cache
def _stages(locale: str) -> MessagePatterns | None:
    texts = _texts(locale, "Stage")
    return None if texts is None else MessagePatterns(texts, value=lambda name: name)


@lru_cache
def _edits(locale: str, value: Callable[[str], str]) -> MessagePatterns:
    texts = _texts(locale, "Edit")
    if texts is None:
        # English keeps its words, but values are identifiers in every language.
        texts = {text: text for text in _texts(_TABLE, "Edit") or {}}
    return MessagePatterns(texts, value=value)
