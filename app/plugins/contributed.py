"""Files that plugins contribute: themes, translations, entity types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QObject

from app.editing import schema
from app.language import TsTranslator
from twin_model.contributions import CONTRIBUTIONS, Contribution
from twin_model.errors import PluginError, ShapanError

if TYPE_CHECKING:
    from app.plugins.hub import PluginHub
    from twin_model.schema.types import EntityType

_MOST_BYTES: Final = 8 * 1024 * 1024


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
        self._theme: Contribution | None = None

    def sync(self) -> None:
        """Take what came and let go of what went."""
        self.translate()
        types = CONTRIBUTIONS.of("entity-type")
        if types != self._types:
            self._types = types
            self._window.services.background.ask(
                "plugin-types", lambda: self._read_types(types), self._take_types
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

    def _read_types(self, entries: list[Contribution]) -> list[tuple[Contribution, str]]:
        """Put the types into the catalogue one plugin after the other; return what is wrong."""
        kinds: list[EntityType] = []
        problems: list[tuple[Contribution, str]] = []
        for entry in entries:
            try:
                fresh = read_types(Path(str(entry.details["file"])))
                schema.set_plugin_types([*kinds, *fresh])
                kinds += fresh
            except (OSError, ValueError, ShapanError) as error:
                problems.append((entry, f"entity types {entry.details['file']}: {error}"))
        schema.set_plugin_types(kinds)
        return problems

    def _take_types(self, problems: list[tuple[Contribution, str]]) -> None:
        for entry, text in problems:
            self._problem(entry, text)
        self._window.project_types.read()

    def _problem(self, entry: Contribution, text: str) -> None:
        error = PluginError(entry.owner, text)
        self._hub.host.fail(entry.owner, entry.id, error)
        self._hub.notice(str(error))


def read_types(path: Path) -> list[EntityType]:
    """Read entity types in the form of the built-in catalogue: ``{"format": 1, "types": […]}``.

    Raises
    ------
    OSError, ValueError
        If it cannot be read or is no JSON of that form.
    ValidationError
        If a type is none.
    """
    from twin_model.schema.document import read_type

    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"larger than {_MOST_BYTES >> 20} MiB")
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or not isinstance(document.get("types"), list):
        raise ValueError("has no list of types")
    return [read_type(one) for one in document["types"]]
