"""Files that plugins contribute, read and checked without a window."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin_model.errors import PluginError, ShapanError

if TYPE_CHECKING:
    from plugins.host.manifest import Manifest
    from twin_model.codes.classification import ClassificationTable
    from twin_model.codes.joining import JoinedTables
    from twin_model.schema.catalogue import Catalogue
    from twin_model.schema.types import EntityType

_MOST_BYTES: Final = 8 * 1024 * 1024


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

    document = json.loads(_text(path))
    if not isinstance(document, dict) or not isinstance(document.get("types"), list):
        raise ValueError("has no list of types")
    return [read_type(one) for one in document["types"]]


def read_code_table(path: Path, edition: str) -> ClassificationTable:
    """Read classes in the form of the built-in table: CSV with the header of `ClassEntry`.

    Raises
    ------
    OSError, ValueError
        If it cannot be read or is no text in UTF-8.
    ValidationError
        If it is no such table.
    """
    from twin_model.codes.classification import ClassificationTable

    return ClassificationTable.load(_text(path), edition)


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"larger than {_MOST_BYTES >> 20} MiB")
    return path.read_text(encoding="utf-8")


def read_translation(path: Path) -> None:
    """Read texts for nothing but to know that they can be read.

    Raises
    ------
    OSError, ValueError, SyntaxError
        If it is no .ts file.
    """
    from defusedxml.ElementTree import parse

    if parse(path).getroot().tag != "TS":
        raise ValueError("is no .ts file")


def file_problems(
    manifest: Manifest,
    folder: Path,
    classes: JoinedTables | None = None,
    catalogue: Catalogue | None = None,
) -> list[PluginError]:
    """Return what is wrong with the files that a manifest names; nothing of the plugin is run.

    Parameters
    ----------
    manifest : Manifest
    folder : Path
        The plugin's package.
    classes : JoinedTables, optional
        The classes that there are, which its code tables may add to and not change.
    catalogue : Catalogue, optional
        The types that there are, which its own must fit.
    """
    from rendering.symbology.files import read_symbol

    found: list[PluginError] = []

    def attempt(kind: str, file: str, read: Any, *more: Any) -> None:
        try:
            read(folder / file, *more)
        except (OSError, ValueError, SyntaxError, ShapanError) as error:
            found.append(PluginError(manifest.id, f"{kind} {file}: {error}"))

    fitting, joined = catalogue, classes

    def fit(path: Path) -> None:
        nonlocal fitting
        kinds = read_types(path)
        fitting = fitting.with_types(kinds) if fitting is not None else None

    for types in manifest.entity_types:
        attempt("entity types", types.file, fit)

    def add(path: Path, edition: str) -> None:
        nonlocal joined
        table = read_code_table(path, edition)
        joined = joined.added(table) if joined is not None else None

    for table in manifest.code_tables:
        attempt("code table", table.file, add, table.edition)
    for symbol in manifest.symbols:
        for file in filter(None, (symbol.file, symbol.icon)):
            attempt("symbol", file, read_symbol)
    for texts in manifest.translations:
        attempt("translation", texts.file, read_translation)
    return found
