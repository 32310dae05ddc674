"""What a plugin says about itself, read from its `shapan.toml` without importing it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from twin_model.errors import PluginError

MANIFEST_FILE: Final = "shapan.toml"
_MAX_BYTES: Final = 256 * 1024

_PLUGIN_ID: Final = r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*$"
_LOCAL_ID: Final = r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$"
_CODE: Final = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"
_HOST: Final = re.compile(
    r"^((\*\.)?[A-Za-z0-9_.\-]+|\*|\[[0-9a-fA-F:]+\])(:\d{1,5})?$"  # name, any, IPv6; port
)


def _texts(value: Any) -> Any:
    return {"": value} if isinstance(value, str) else value


def _version(value: str) -> str:
    try:
        Version(value)
    except InvalidVersion as error:
        raise ValueError("not a version such as 1.2.0") from error
    return value


def _specifier(value: str) -> str:
    try:
        SpecifierSet(value)
    except InvalidSpecifier as error:
        raise ValueError("not a range of versions such as >=0.2,<1") from error
    return value


def _hosts(value: list[str]) -> list[str]:
    for one in value:
        if not _HOST.match(one):
            raise ValueError(f"'{one}' is not host, host:port, *.domain or *")
    return value


def _inside(value: str) -> str:
    path = Path(value)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("must be a file inside the plugin's own folder")
    return value


Texts = Annotated[dict[str, str], BeforeValidator(_texts)]
"""A text, or texts by language code with "" or "en" for every other language."""
Code = Annotated[str, Field(pattern=_CODE)]
LocalId = Annotated[str, Field(pattern=_LOCAL_ID, max_length=64)]
InnerFile = Annotated[str, AfterValidator(_inside)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class About(_Strict):
    """The table ``[plugin]``."""

    id: str = Field(pattern=_PLUGIN_ID, max_length=128)
    name: Texts
    version: Annotated[str, AfterValidator(_version)]
    sdk: Annotated[str, AfterValidator(_specifier)]
    summary: Texts = Field(default_factory=dict)
    author: str = ""
    licence: str = ""
    homepage: str = ""


class Permissions(_Strict):
    """The table ``[permissions]``: what the user is asked for, once."""

    read: list[str] = []
    write: list[str] = []
    network: Annotated[list[str], AfterValidator(_hosts)] = []
    twin: bool = False
    alarms: bool = False
    programs: list[str] = []

    def is_empty(self) -> bool:
        """Return whether nothing is asked for."""
        return not any(self.model_dump().values())


class Limits(_Strict):
    """The table ``[limits]`` for each of its workers."""

    memory_mb: int = Field(1024, ge=64, le=1_048_576)
    storage_mb: int = Field(1024, ge=1, le=1_048_576)


class Environment(_Strict):
    """The table ``[environment]``: where its workers run."""

    packages: list[str] = []
    own: Literal["when-needed", "always"] = "when-needed"


class Setting(_Strict):
    """One setting; a form is made of them."""

    type: Literal["text", "number", "integer", "switch", "choice", "file", "folder", "secret"]
    title: Texts
    default: str | bool | int | float | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    choices: dict[str, Texts] = Field(default_factory=dict)
    help: Texts = Field(default_factory=dict)

    @model_validator(mode="after")
    def _default_fits(self) -> Setting:
        if self.type == "choice" and not self.choices:
            raise ValueError("a choice needs choices")
        if self.default is not None:
            self.check(self.default)
        return self

    def check(self, value: Any) -> Any:
        """Return a value that may stand for this setting.

        Raises
        ------
        ValueError
            If it is of another type or out of range.
        """
        if self.type == "switch":
            if not isinstance(value, bool):
                raise ValueError("wants true or false")
        elif self.type in {"number", "integer"}:
            whole = self.type == "integer"
            if isinstance(value, bool) or not isinstance(value, (int,) if whole else (int, float)):
                raise ValueError("wants a whole number" if whole else "wants a number")
            if self.minimum is not None and value < self.minimum:
                raise ValueError(f"wants at least {self.minimum:g}")
            if self.maximum is not None and value > self.maximum:
                raise ValueError(f"wants at most {self.maximum:g}")
        elif not isinstance(value, str):
            raise ValueError("wants text")
        elif self.type == "choice" and value not in self.choices:
            raise ValueError(f"wants one of {', '.join(self.choices)}")
        return value

    def initial(self) -> Any:
        """Return the value before anybody chose one."""
        if self.default is not None:
            return self.default
        return {"switch": False, "number": 0.0, "integer": 0}.get(self.type, "")


class _Entry(_Strict):
    id: LocalId
    title: Texts = Field(default_factory=dict)


class PanelEntry(_Entry):
    """``[[panels]]``: a dock, in the window's process."""

    code: Code
    area: Literal["left", "right", "bottom"] = "right"
    open: bool = True


class CommandEntry(_Entry):
    """``[[commands]]``: something to do, with a place in a menu and perhaps a shortcut."""

    code: Code
    menu: Literal["file", "edit", "view", "measure", "tools", "help"] = "tools"
    shortcut: str = ""


class WorkerEntry(_Entry):
    """``[[workers]]``, ``[[simulators]]`` and others that run in a process of their own."""

    code: Code


class ConnectorEntry(WorkerEntry):
    """``[[connectors]]``: live data."""

    autostart: bool = True


class ReaderEntry(WorkerEntry):
    """``[[readers]]``: one format of files."""

    suffixes: list[Annotated[str, Field(pattern=r"^\.[a-z0-9.]+$")]] = Field(min_length=1)
    magic: str = ""
    magic_offset: int = Field(0, ge=0, le=480)
    #: Files that the contract kit tries, from the plugin's project folder; see docs/plugins.md.
    samples: list[InnerFile] = []


class ExporterEntry(WorkerEntry):
    """``[[exporters]]``: one format to write."""

    suffix: Annotated[str, Field(pattern=r"^\.[a-z0-9.]+$")]
    #: Whether everything that a query finds is in the file; the contract kit counts.
    complete: bool = True


class AnalysisEntry(WorkerEntry):
    """``[[analyses]]``: a computation over the twin with parameters and a result."""

    parameters: dict[str, Setting] = Field(default_factory=dict)


class RuleEntry(_Entry):
    """``[[rules]]``: a function that conditions of rules may call by its id, over arrays."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]

    code: Code


class FileEntry(_Entry):
    """``[[themes]]`` and ``[[entity_types]]``: a file of a format of ours."""

    file: InnerFile


def _symbol_file(value: str) -> str:
    if not value.lower().endswith((".glb", ".json", ".svg")):
        raise ValueError("is .glb, .json (bodies) or .svg")
    return _inside(value)


def _drawing_file(value: str) -> str:
    if value and not value.lower().endswith(".svg"):
        raise ValueError("is .svg")
    return _inside(value)


class SymbolEntry(_Entry):
    """``[[symbols]]``: what stands for entities in the scene, and for their types in lists."""

    file: Annotated[str, AfterValidator(_symbol_file)]
    icon: Annotated[str, AfterValidator(_drawing_file)] = ""


class CodeTableEntry(FileEntry):
    """``[[code_tables]]``: classes for management codes, beside those that there are."""

    edition: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*$", max_length=64)


class TranslationEntry(_Strict):
    """``[[translations]]``: texts of its panels in a language, as Qt's .ts."""

    language: str = Field(pattern=r"^[a-z]{2}(_[A-Z]{2})?$")
    file: InnerFile


class Manifest(_Strict):
    """The whole file."""

    plugin: About
    permissions: Permissions = Permissions()
    limits: Limits = Limits()  # type: ignore[call-arg]  # pydantic's defaults
    environment: Environment = Environment()
    settings: dict[LocalId, Setting] = Field(default_factory=dict)
    panels: list[PanelEntry] = []
    commands: list[CommandEntry] = []
    connectors: list[ConnectorEntry] = []
    readers: list[ReaderEntry] = []
    exporters: list[ExporterEntry] = []
    simulators: list[WorkerEntry] = []
    analyses: list[AnalysisEntry] = []
    overlays: list[WorkerEntry] = []
    workers: list[WorkerEntry] = []
    rules: list[RuleEntry] = []
    entity_types: list[FileEntry] = []
    symbols: list[SymbolEntry] = []
    code_tables: list[CodeTableEntry] = []
    themes: list[FileEntry] = []
    translations: list[TranslationEntry] = []

    @model_validator(mode="after")
    def _ids_differ(self) -> Manifest:
        for kind in KINDS:
            ids = [one.id for one in self.entries(kind)]
            twice = {one for one in ids if ids.count(one) > 1}
            if twice:
                raise ValueError(f"{KINDS[kind]}: the id '{sorted(twice)[0]}' is there twice")
        return self

    @property
    def id(self) -> str:
        """The plugin's id."""
        return self.plugin.id

    def entries(self, kind: str) -> list[Any]:
        """Return the entries of a kind, named in the singular as in the table of contributions."""
        found: list[Any] = getattr(self, KINDS[kind])
        return found

    def name(self, language: str = "") -> str:
        """Return its name in a language."""
        names = self.plugin.name
        for key in (language, language.partition("_")[0], "", "en"):
            if names.get(key):
                return names[key]
        return next(iter(names.values()), self.id)


#: Kinds of contributions, and the table of the manifest in which each stands.
KINDS: Final = {
    "reader": "readers", "exporter": "exporters", "panel": "panels", "command": "commands",
    "connector": "connectors", "simulator": "simulators", "rule": "rules",
    "analysis": "analyses", "overlay": "overlays", "worker": "workers",
    "entity-type": "entity_types", "symbol": "symbols", "code-table": "code_tables",
    "theme": "themes",
}  # fmt: skip

#: Kinds whose code runs in a process of its own.
WORKER_KINDS: Final = frozenset(
    {"reader", "exporter", "connector", "simulator", "analysis", "overlay", "worker"}
)


def read_manifest(path: Path) -> Manifest:
    """Read and check a `shapan.toml`.

    Raises
    ------
    PluginError
        If it cannot be read, is no TOML, or says something that a manifest cannot say. The
        plugin is named by its id where that much is legible, else by its folder.
    """
    return parse_manifest(read_document(path), path)


def read_document(path: Path) -> dict[str, Any]:
    """Read a `shapan.toml` without checking what it says.

    Raises
    ------
    PluginError
        If it cannot be read or is no TOML.
    """
    name = path.parent.name
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PluginError(name, f"{path} is larger than {_MAX_BYTES // 1024} KiB")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PluginError(name, f"its manifest {path} cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginError(name, f"{path} is not TOML ({error})") from error


def parse_manifest(document: dict[str, Any], path: Path) -> Manifest:
    """Check a manifest that is read already.

    Raises
    ------
    PluginError
        As `read_manifest`.
    """
    about = document.get("plugin")
    stated = about.get("id") if isinstance(about, dict) else None
    name = stated if isinstance(stated, str) and stated else path.parent.name
    try:
        return Manifest.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        reason = str(first["msg"]).removeprefix("Value error, ")
        more = error.error_count() - 1
        also = f" (and {more} more)" if more else ""
        raise PluginError(
            name, f"{path}: {where}: {reason}{also}",
            traceback=str(error), remedy="see docs/plugins.md for what a manifest may say",
        ) from error  # fmt: skip


def check_sdk(manifest: Manifest, sdk_version: str) -> None:
    """Check that the plugin was made for this SDK.

    Raises
    ------
    PluginError
        If it wants an earlier or a later one.
    """
    if _fits(manifest.plugin.sdk, sdk_version):
        return
    wanted = SpecifierSet(manifest.plugin.sdk)
    ours = Version(sdk_version)
    later = any(
        one.operator in {">=", ">", "==", "~="} and Version(one.version.rstrip(".*")) > ours
        for one in wanted
    )
    remedy = "update Shapan" if later else "ask its author for a version made for this Shapan"
    raise PluginError(
        manifest.id, f"wants the SDK {manifest.plugin.sdk}, this Shapan has {sdk_version}",
        remedy=remedy,
    )  # fmt: skip


@cache
def _fits(wanted: str, sdk_version: str) -> bool:
    return SpecifierSet(wanted).contains(sdk_version, prereleases=True)
