"""Files that plugins contribute: themes, translations, entity types, symbols, code tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

from app.editing import schema
from app.language import TsTranslator
from app.plugins.data import read_symbols, take_code_tables, take_types
from twin_model.contributions import CONTRIBUTIONS, Contribution
from twin_model.errors import PluginError

if TYPE_CHECKING:
    from app.plugins.hub import PluginHub
    from rendering.symbology.models import Model


class ContributedFiles(QObject):
    """Keeps the window in line with the files in the table of contributions.

    Parameters
    ----------
    hub : PluginHub
    """

    def __init__(self, hub: PluginHub) -> None:
        super().__init__(hub)
        self._hub = hub
        self._window = hub.window_
        self._translators: dict[Contribution, TsTranslator] = {}
        self._types: list[Contribution] = []
        self._symbols: list[Contribution] = []
        self._code_tables: list[Contribution] | None = None
        self._theme: Contribution | None = None

    def sync(self) -> None:
        """Take what came and let go of what went."""
        self.translate()
        self._sync_symbols()
        self._sync_code_tables()
        types = CONTRIBUTIONS.of("entity-type")
        if types != self._types:
            self._types = types
            self._window.services.background.ask(
                "plugin-types", lambda: take_types(types, schema.set_plugin_types), self._take_types
            )
        if self._theme is not None and self._theme not in CONTRIBUTIONS.of("theme"):
            self._theme = None
            self._window.theme.set_file("")

    # -- translations --------------------------------------------------------------------

    def translate(self) -> None:
        """Install the texts of the language in use, and no others."""
        code = self._window.language.code
        wanted = [
            one for one in CONTRIBUTIONS.of("translation")
            if code in {one.details["language"], str(one.details["language"]).partition("_")[0]}
        ]  # fmt: skip
        for entry in [known for known in self._translators if known not in wanted]:
            QCoreApplication.removeTranslator(self._translators.pop(entry))
        for entry in wanted:
            if entry in self._translators:
                continue
            try:
                made = TsTranslator(Path(str(entry.details["file"])), self)
            except (OSError, ValueError, SyntaxError) as error:
                self._problem(entry, f"{entry.details['file']} is no .ts file ({error})")
                continue
            self._translators[entry] = made
            QCoreApplication.installTranslator(made)

    # -- themes --------------------------------------------------------------------------

    def toggle_theme(self, entry: Contribution) -> None:
        """Use the colours of a plugin, or ours again."""
        file = str(entry.details["file"])
        if self._window.theme.file == file:
            self._theme = None
            self._window.theme.set_file("")
            return
        try:
            self._window.theme.set_file(file)
            self._theme = entry
        except (OSError, ValueError, TypeError) as error:
            self._problem(entry, f"theme {file}: {error}")
            self._window.theme.set_file("")

    # -- entity types --------------------------------------------------------------------

    def _take_types(self, problems: list[tuple[Contribution, str]]) -> None:
        for entry, text in problems:
            self._problem(entry, text)
        self._window.project_types.read()

    # -- symbols -------------------------------------------------------------------------

    def _sync_symbols(self) -> None:
        symbols = CONTRIBUTIONS.of("symbol")
        if symbols != self._symbols:
            self._symbols = symbols
            self._window.services.background.ask(
                "plugin-symbols", lambda: read_symbols(symbols), self._take_symbols
            )

    def _take_symbols(self, found: tuple[dict[str, Model], list[tuple[Contribution, str]]]) -> None:
        from rendering.symbology.models import bring_models

        models, problems = found
        bring_models(models)
        for entry, text in problems:
            self._problem(entry, text)
        self._window.drawn.draw_anew()

    # -- code tables ---------------------------------------------------------------------

    def _sync_code_tables(self) -> None:
        tables = CONTRIBUTIONS.of("code-table")
        if tables != self._code_tables:
            self._code_tables = tables
            self._window.services.background.ask(
                "plugin-codes", lambda: take_code_tables(tables), self._take_code_problems
            )

    def _take_code_problems(self, problems: list[tuple[Contribution, str]]) -> None:
        for entry, text in problems:
            self._problem(entry, text)
        self._window.entity_panel.types_changed()

    def _problem(self, entry: Contribution, text: str) -> None:
        error = PluginError(entry.owner, text)
        self._hub.host.fail(entry.owner, entry.id, error)
        self._hub.notice(str(error))
