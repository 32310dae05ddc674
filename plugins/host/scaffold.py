"""A new plugin project made from the template."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import Final

from packaging.version import Version

from shapan.version import __version__ as SDK_VERSION  # noqa: N812 - a constant here
from twin_model.errors import PluginError

_TEMPLATE: Final = Path(__file__).parent / "template"


def new_plugin(folder: Path, *, plugin_id: str = "", name: str = "") -> list[Path]:
    """Make a plugin project; return the files made.

    Parameters
    ----------
    folder : Path
        Must be empty or not there; its name becomes the package's.
    plugin_id : str, optional
        ``org.example.<package>`` where not given.
    name : str, optional
        What users read; made of the folder's name where not given.

    Raises
    ------
    PluginError
        If the folder is taken, or its name cannot be that of a package.
    """
    package = re.sub(r"\W+", "_", folder.name.lower()).strip("_")
    if not package.isidentifier() or keyword.iskeyword(package):
        raise PluginError(
            folder.name, f"'{folder.name}' cannot be the name of a Python package",
            remedy="choose a name of letters, digits and hyphens that begins with a letter",
        )  # fmt: skip
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PluginError(package, f"{folder} is not empty", remedy="choose another folder")
    version = Version(SDK_VERSION)
    values = {
        "PACKAGE": package,
        "DISTRIBUTION": package.replace("_", "-"),
        "ID": plugin_id or f"org.example.{package.replace('_', '-')}",
        "NAME": name or folder.name.replace("-", " ").replace("_", " ").capitalize(),
        "SDK": f"{version.major}.{version.minor}",
        "SDK_NEXT": str(version.major + 1),
    }
    made: list[Path] = []
    for source in sorted(_TEMPLATE.rglob("*.in")):
        inner = str(source.relative_to(_TEMPLATE)).removesuffix(".in").replace("PACKAGE", package)
        text = source.read_text(encoding="utf-8")
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        path = folder / inner
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        made.append(path)
    return made
