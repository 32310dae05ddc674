"""Imports of plugins in the window's process: each package from its own folder and no other."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Final

from plugins.host.discovery import Found, Source
from twin_model.errors import PluginError


class _PluginFinder:
    """Finds the packages of plugins that are no packages of the environment."""

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a plugin's package is; what is inside it Python finds by itself."""
        folder = self.folders.get(name)
        if folder is None or not (folder / "__init__.py").is_file():
            return None
        return importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )


_FINDER: Final = _PluginFinder()
#: What was put into ``sys.path`` for plugins.
_ADDED: Final[set[str]] = set()


def make_importable(found: Found) -> None:
    """Have a plugin's package imported from its folder, and what lies beside it after ours.

    Raises
    ------
    PluginError
        If its package has the name of a module that is somebody else's.
    """
    if found.source in {Source.BUILTIN, Source.INSTALLED}:
        return
    if _FINDER not in sys.meta_path:
        sys.meta_path.append(_FINDER)
    taken = _FINDER.folders.get(found.package)
    if taken is not None and taken != found.folder:
        raise _name_taken(found, f"the plugin in {taken}")
    if found.package in sys.stdlib_module_names:
        raise _name_taken(found, "Python itself")
    if taken is None and found.package not in sys.modules:
        other = _find_elsewhere(found.package)
        if other is not None and Path(str(other.origin)).parent != found.folder:
            raise _name_taken(found, str(other.origin or "a package of this environment"))
    elif taken is None:
        file = getattr(sys.modules[found.package], "__file__", None)
        if file is None or Path(file).parent != found.folder:
            raise _name_taken(found, str(file or "another module"))
    _FINDER.folders[found.package] = found.folder
    for path in found.paths:
        if str(path) not in sys.path:
            sys.path.append(str(path))
            _ADDED.add(str(path))


def _find_elsewhere(name: str) -> ModuleSpec | None:
    """Return where a package would be found without plugins.

    The folders of plugins are left out: a hundred plugins would look into a hundred folders each.
    """
    own = [path for path in sys.path if path not in _ADDED]
    for finder in sys.meta_path:
        if finder is _FINDER:
            continue
        try:
            spec = finder.find_spec(name, own if finder is PathFinder else None)
        except (ImportError, ValueError):
            continue
        if spec is not None:
            return spec
    return None


def _name_taken(found: Found, by: str) -> PluginError:
    return PluginError(
        found.id, f"its package {found.package} has the name of another: {by}",
        remedy="rename its package",
    )  # fmt: skip


def forget(found: Found) -> None:
    """Have a plugin imported anew the next time, from wherever it is then."""
    if found.source in {Source.BUILTIN}:
        return
    package = found.package
    if _FINDER.folders.get(package) == found.folder:
        del _FINDER.folders[package]
        for path in found.paths:
            if str(path) in sys.path:
                sys.path.remove(str(path))
                _ADDED.discard(str(path))
    file = getattr(sys.modules.get(package), "__file__", None)
    if file is not None and Path(file).parent == found.folder:
        for name in [m for m in sys.modules if m == package or m.startswith(package + ".")]:
            del sys.modules[name]
    importlib.invalidate_caches()
