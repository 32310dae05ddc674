"""The catalogue of entity types as the window uses it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

if TYPE_CHECKING:
    from twin_model.schema.catalogue import Catalogue
    from twin_model.schema.types import EntityType

_lock = threading.Lock()
_loaded: list[Catalogue] = []
#: Types that plugins contribute.
_of_plugins: list[EntityType] = []
#: The built-in catalogue with the open project's types over it, and their ids.
_project: list[tuple[Catalogue, frozenset[str]]] = []


def catalogue() -> Catalogue:
    """Return the entity types of the open project, the built-in ones where it has none."""
    return _project[0][0] if _project else built_in()


def with_project(types: Sequence[EntityType]) -> tuple[Catalogue, frozenset[str]]:
    """Return the built-in catalogue with a project's types over it, and their ids; takes a while.

    Raises
    ------
    ValidationError
        If they contradict the built-in ones.
    """
    made = built_in().with_types(types) if types else built_in()
    return made, frozenset(kind.id for kind in types)


def set_project(made: tuple[Catalogue, frozenset[str]] | None) -> None:
    """Take what `with_project` made into use; None for no project."""
    _project.clear()
    if made is not None and made[1]:
        _project.append(made)


def project_ids() -> frozenset[str]:
    """Return the ids of the types that the open project adds or changes."""
    return _project[0][1] if _project else frozenset()


def built_in() -> Catalogue:
    """Return the built-in catalogue, read at the first call.

    Its library and the file take half a second, so the window asks for it in a thread when a
    project is opened.
    """
    with _lock:
        if not _loaded:
            from assets.catalogue import entity_types_text
            from twin_model.schema.catalogue import Catalogue

            made = Catalogue.load(entity_types_text())
            _loaded.append(made.with_types(_of_plugins) if _of_plugins else made)
        return _loaded[0]


def set_plugin_types(kinds: Sequence[EntityType]) -> None:
    """Have the types of plugins beside the built-in ones from now on; takes a while.

    Raises
    ------
    ValidationError
        If they contradict the built-in ones or each other; those of before stay.
    """
    from assets.catalogue import entity_types_text
    from twin_model.schema.catalogue import Catalogue

    made = Catalogue.load(entity_types_text()).with_types(kinds)
    with _lock:
        _of_plugins[:] = kinds
        _loaded[:] = [made]


def is_loaded() -> bool:
    """Return whether `catalogue` answers at once."""
    return bool(_loaded)


def known_type(type_id: str) -> str | None:
    """Return the catalogue's id of an entity's type; None where it has no such type.

    Readers write the words of some identifiers with hyphens.
    """
    key = type_id.lower().replace("-", "_")
    return key if key in catalogue() else None


def relation_name(kind: str, *, incoming: bool = False) -> str:
    """Return what the types call a kind of relation; the kind itself where none has it."""
    for declared in catalogue().types():
        for rule in declared.relations:
            if rule.kind == kind:
                name = (rule.inverse_name if incoming else rule.name).get(language())
                return sentence(name) if name else kind
    return kind


def language() -> str:
    """Return the catalogue's name of the language in use, ``zh`` or ``en``."""
    return "zh" if QLocale().name().startswith("zh") else "en"


def sentence(text: str) -> str:
    """Return a name of the catalogue with a capital, as labels have it."""
    return text[:1].upper() + text[1:]
