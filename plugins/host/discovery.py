"""Finding plugins without importing them."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from plugins.host.manifest import (
    KINDS,
    MANIFEST_FILE,
    Manifest,
    check_sdk,
    read_manifest,
)
from plugins.host.manifest_cache import ManifestCache
from shapan.version import __version__ as SDK_VERSION  # noqa: N812 - a constant here
from twin_model.errors import PluginError

GROUP: Final = "shapan.plugins"
#: How deep below a development folder a manifest may lie: project/src/package/shapan.toml.
_DEPTH: Final = 3
#: Returns the manifest in a folder.
ReadManifest = Callable[[Path], Manifest]
_SKIPPED: Final = {"__pycache__", "node_modules", "build", "dist", "tests", "docs"}


class Source(StrEnum):
    """Where a plugin was found; of two with one id the earlier source wins."""

    BUILTIN = "built-in"
    DEVELOPMENT = "development"
    USER = "user"
    INSTALLED = "installed"


@dataclass(frozen=True)
class Found:
    """A plugin that is there, whether it can be used or not.

    Parameters
    ----------
    id : str
        As its manifest states, else the name of its folder.
    source : Source
    folder : Path
        Its package, which holds the manifest.
    package : str
        Import name.
    paths : tuple of Path
        What ``sys.path`` needs for it.
    manifest : Manifest or None
    error : PluginError or None
        Why it cannot be used.
    distribution : str
        Name of the installed distribution, empty where there is none.
    """

    id: str
    source: Source
    folder: Path
    package: str
    paths: tuple[Path, ...] = ()
    manifest: Manifest | None = None
    error: PluginError | None = None
    distribution: str = ""


def discover(
    *,
    builtin: Path | None = None,
    user: Path | None = None,
    development: Iterable[Path] = (),
    installed: bool = True,
    cache: ManifestCache | None = None,
) -> list[Found]:
    """Return every plugin, those with an id that is taken marked as unusable.

    Parameters
    ----------
    builtin : Path, optional
        Folder of the packages that come with the application.
    user : Path, optional
        Folder in which each plugin that the Plugins dialog installed has a folder of its own.
    development : iterable of Path
        Folders that authors work in.
    installed : bool
        Whether to look at entry points of this environment.
    cache : ManifestCache, optional
        Saves reading what did not change; written anew where something did.
    """
    read = cache.read if cache is not None else _read
    found: list[Found] = []
    if builtin is not None:
        found += _builtin(builtin, read)
    for folder in development:
        found += _development(folder, read)
    if user is not None and user.is_dir():
        for place in sorted(user.iterdir()):
            if place.is_dir() and not place.name.startswith("."):
                found += installed_in(place, read)
    if installed:
        found += _distributions(distributions(), Source.INSTALLED, (), read)
    if cache is not None:
        cache.save()
    return _one_each(found)


def _read(folder: Path) -> Manifest:
    return read_manifest(folder / MANIFEST_FILE)


def installed_in(place: Path, read: ReadManifest = _read) -> list[Found]:
    """Return the plugins among the packages in a folder."""
    return list(_distributions(distributions(path=[str(place)]), Source.USER, (place,), read))


def _builtin(folder: Path, read: ReadManifest) -> Iterator[Found]:
    for manifest in sorted(folder.glob(f"*/{MANIFEST_FILE}")):
        package = f"plugins.builtin.{manifest.parent.name}"
        yield _found(manifest.parent, Source.BUILTIN, package, read)


def _development(folder: Path, read: ReadManifest) -> Iterator[Found]:
    if not folder.is_dir():
        error = PluginError(folder.name, f"the development folder {folder} is not there")
        yield Found(folder.name, Source.DEVELOPMENT, folder, folder.name, error=error)
        return
    for package in sorted(_packages(folder, 0)):
        yield _found(package, Source.DEVELOPMENT, package.name, read, (package.parent,))


def _packages(folder: Path, depth: int) -> Iterator[Path]:
    if (folder / MANIFEST_FILE).is_file():
        yield folder
        return
    if depth >= _DEPTH:
        return
    with os.scandir(folder) as entries:
        inner = [e.name for e in entries if e.is_dir() and not e.name.startswith(".")]
    for name in inner:
        if name not in _SKIPPED:
            yield from _packages(folder / name, depth + 1)


def _distributions(
    found: Iterable[Distribution], source: Source, paths: tuple[Path, ...], read: ReadManifest
) -> Iterator[Found]:
    for distribution in found:
        text = distribution.read_text("entry_points.txt")
        for package in _packages_named_in(text or ""):
            yield _from_distribution(distribution, package, source, paths, read)


def _packages_named_in(text: str) -> Iterator[str]:
    """Yield the packages that an ``entry_points.txt`` names in our group.

    The parsers of importlib.metadata take ten times as long, of every start.
    """
    if GROUP not in text:
        return
    within = False
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            within = line == f"[{GROUP}]"
        elif within and "=" in line and not line.startswith(("#", ";")):
            yield line.partition("=")[2].partition(":")[0].strip()


def _name_of(distribution: Distribution) -> str:
    for line in (distribution.read_text("METADATA") or "").splitlines():
        if line.startswith("Name:"):
            return line.removeprefix("Name:").strip()
        if not line:
            break
    return str(distribution.metadata["Name"])


def _from_distribution(
    distribution: Distribution,
    package: str,
    source: Source,
    paths: tuple[Path, ...],
    read: ReadManifest,
) -> Found:
    name = _name_of(distribution)
    folder = _package_folder(distribution, package)
    if folder is None:
        reason = f"its entry point names the package {package}, which is not there"
        return Found(
            name, source, Path(str(distribution.locate_file(package))), package,
            error=PluginError(name, reason, remedy="install it anew"), distribution=name,
        )  # fmt: skip
    return _found(folder, source, package, read, paths, name)


def _package_folder(distribution: Distribution, package: str) -> Path | None:
    folder = Path(str(distribution.locate_file(package.replace(".", "/"))))
    if (folder / MANIFEST_FILE).is_file():
        return folder
    if "." in package:  # finding it would import the packages above it
        return None
    try:
        spec = importlib.util.find_spec(package)  # an editable install
    except (ImportError, ValueError):
        return None
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    return Path(places[0]) if places else None


def _found(
    folder: Path,
    source: Source,
    package: str,
    read: ReadManifest,
    paths: tuple[Path, ...] = (),
    distribution: str = "",
) -> Found:
    try:
        manifest = read(folder)
    except PluginError as error:
        return Found(
            error.plugin, source, folder, package, paths, error=error, distribution=distribution
        )
    try:
        check_sdk(manifest, SDK_VERSION)
        _check_codes(manifest, package)
        _check_files(manifest, folder)
    except PluginError as error:
        return Found(manifest.id, source, folder, package, paths, manifest, error, distribution)
    return Found(manifest.id, source, folder, package, paths, manifest, None, distribution)


def _check_codes(manifest: Manifest, package: str) -> None:
    """A plugin contributes code of its own package only."""
    for kind in KINDS:
        for entry in manifest.entries(kind):
            module = getattr(entry, "code", "").partition(":")[0]
            if module and module != package and not module.startswith(package + "."):
                raise PluginError(
                    manifest.id,
                    f"{kind} {entry.id}: the module {module} is not in its package {package}",
                    remedy="correct its shapan.toml",
                )


def _check_files(manifest: Manifest, folder: Path) -> None:
    for kind in KINDS:
        for entry in manifest.entries(kind):
            for name in filter(None, (getattr(entry, "file", ""), getattr(entry, "icon", ""))):
                _check_file(manifest, kind, folder / name)
    for translation in manifest.translations:
        _check_file(manifest, "translation", folder / translation.file)


def _check_file(manifest: Manifest, kind: str, path: Path) -> None:
    if not path.is_file():
        raise PluginError(
            manifest.id, f"{kind}: {path} is not there", remedy="correct its shapan.toml"
        )


def _one_each(found: list[Found]) -> list[Found]:
    """Of several with one id, the first one is used and the others say why they are not."""
    places = {source: number for number, source in enumerate(Source)}
    chosen: dict[str, Found] = {}
    result: list[Found] = []
    for one in sorted(found, key=lambda one: places[one.source]):
        first = chosen.get(one.id)
        if first is None or one.error is not None:
            chosen.setdefault(one.id, one)
            result.append(one)
        elif one.folder.resolve() == first.folder.resolve():
            continue  # installed and in the development folder: the same plugin
        else:
            reason = f"has the id of another plugin, which is in {first.folder}"
            error = PluginError(one.id, f"{one.folder}: {reason}", remedy="remove one of them")
            result.append(
                Found(one.id, one.source, one.folder, one.package, one.paths, one.manifest, error,
                      one.distribution)
            )  # fmt: skip
    return result
