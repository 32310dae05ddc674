"""Chinese and English, switched live. Reads the .ts files themselves, so nothing is compiled."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

import assets

TRANSLATIONS: Final = Path(assets.__file__).parent / "translations"
LANGUAGES: Final = {"zh_CN": "简体中文", "en": "English"}


class TsTranslator(QTranslator):
    """A translator that reads Qt Linguist's XML.

    Parameters
    ----------
    path : Path
        A ``.ts`` file; its language decides between its numerus forms.
    parent : QObject, optional
    """

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from defusedxml.ElementTree import parse

        root: Element = parse(path).getroot()
        self._singular_first = str(root.get("language", "")).startswith("en")
        self._texts: dict[tuple[str, str], str | list[str]] = {}
        for context in root.iter("context"):
            name = context.findtext("name", "")
            for message in context.iter("message"):
                self._add(name, message)

    def _add(self, context: str, message: Element) -> None:
        source = message.findtext("source", "")
        translation = message.find("translation")
        if translation is None or translation.get("type") in {"unfinished", "vanished", "obsolete"}:
            return
        if message.get("numerus") == "yes":
            self._texts[context, source] = [f.text or "" for f in translation.iter("numerusform")]
        elif translation.text:
            self._texts[context, source] = translation.text

    def texts(self, context: str) -> dict[str, str]:
        """Return source texts of a context and their translations, without those that count."""
        return {
            source: said
            for (name, source), said in self._texts.items()
            if name == context and isinstance(said, str)
        }

    def __len__(self) -> int:
        return len(self._texts)

    def isEmpty(self) -> bool:
        return not self._texts

    def translate(
        self,
        context: str,
        sourceText: str,  # noqa: N803 - Qt passes it by this name
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        """Return the translation, or a null string, after which Qt shows the source text."""
        found = self._texts.get((context, sourceText))
        if isinstance(found, list):
            return found[0 if n == 1 or len(found) == 1 else 1]
        # None becomes a null QString, which means "not found"; "" would show an empty label.
        return found  # type: ignore[return-value]


class Language:
    """The language in use.

    Parameters
    ----------
    code : str
        ``zh_CN``, ``en``, or empty for the system's.
    """

    def __init__(self, code: str = "") -> None:
        self.code = ""
        self._installed: list[QTranslator] = []
        self.set(code)

    def set(self, code: str) -> None:
        """Switch; every widget gets a LanguageChange event."""
        code = code if code in LANGUAGES else system_language()
        if code == self.code:
            return
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed.clear()
        self.code = code
        QLocale.setDefault(QLocale(code))
        qt_texts = QTranslator()
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if qt_texts.load(f"qtbase_{code}", folder):
            self._install(qt_texts)
        own = TRANSLATIONS / f"shapan_{code}.ts"
        if own.is_file():
            self._install(TsTranslator(own))

    def leave(self) -> None:
        """Take back the translations; another window may have another language."""
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed.clear()
        self.code = ""

    def _install(self, translator: QTranslator) -> None:
        self._installed.append(translator)
        QCoreApplication.installTranslator(translator)


def system_language() -> str:
    """Return the language of the system among ours: Chinese where it says so, else English."""
    return "zh_CN" if QLocale.system().name().startswith("zh") else "en"
