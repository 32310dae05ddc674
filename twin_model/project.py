"""The project folder and its ``project.json``."""

from __future__ import annotations

import functools
import getpass
import json
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin_model.errors import StoreError
from twin_model.store.schema import FORMAT_VERSION

PROJECT_FILE: Final = "project.json"
STORE_FILE: Final = "twin.gpkg"
BASE: Final = "base"
STAGING_PREFIX: Final = ".staging-"


@dataclass(frozen=True)
class ProjectInfo:
    """What ``project.json`` says.

    Parameters
    ----------
    title : str
    format_version : int
    """

    title: str
    format_version: int = FORMAT_VERSION


def write_atomically(path: Path, text: str) -> None:
    """Replace *path* as a whole: a reader sees the old text or the new, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError:  # a full disk; what was written of it would fill it still more
        temporary.unlink(missing_ok=True)
        raise


def write_project(folder: Path, info: ProjectInfo, extra: dict[str, Any]) -> None:
    """Write ``project.json``; *extra* (frame…) is for other programs, the store rules."""
    document = {"format": "shapan", "version": info.format_version, "title": info.title} | extra
    text = json.dumps(document, ensure_ascii=False, indent=2)
    write_atomically(folder / PROJECT_FILE, text + "\n")


def sweep(base: Path, known: Collection[str]) -> None:
    """Remove what imports that were killed left behind: folders that no layer refers to."""
    base.mkdir(exist_ok=True)
    for entry in base.iterdir():
        if entry.is_dir() and not entry.is_symlink() and entry.name not in known:
            shutil.rmtree(entry, ignore_errors=True)


@functools.cache
def user_name() -> str:
    """Return the name under which this process runs; empty where nobody knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no account database on this system
        return ""


def read_project(folder: Path) -> ProjectInfo:
    """Read ``project.json``.

    Raises
    ------
    StoreError
        If the folder is no project, or its format is newer than this program.
    """
    path = folder / PROJECT_FILE
    if not folder.is_dir():
        raise StoreError(f"{folder}: no such folder", remedy="make it with shapan new")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        version = int(document["version"])
        title = str(document.get("title", ""))
        is_ours = document.get("format") == "shapan"
    except FileNotFoundError as error:
        raise StoreError(
            f"{folder} is not a Shapan project (no {PROJECT_FILE})",
            remedy="make one with shapan new",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path} is damaged ({error})", remedy="restore it from a copy") from error
    if not is_ours:
        raise StoreError(f"{path} does not belong to a Shapan project")
    if version > FORMAT_VERSION:
        raise StoreError(
            f"{folder} was written by a newer Shapan (format {version}, this one knows "
            f"{FORMAT_VERSION})",
            remedy="update Shapan",
        )
    return ProjectInfo(title, version)
