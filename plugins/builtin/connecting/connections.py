"""What a user states about a connection, kept with the project as ``connections.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from plugins.builtin.connecting.templates import Template
from shapan import SourceError

CONNECTIONS_FILE: Final = "connections.json"
FORMAT: Final = "shapan-connections"
VERSION: Final = 1
_MAX_BYTES: Final = 8 << 20


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PositionFields(_Strict):
    """Where in a record the place of a moving thing stands.

    Parameters
    ----------
    x, y, z : str
        Paths of local metres, or with *geographic* of longitude, latitude (degrees, WGS 84) and
        height (metres).
    geographic : bool
    """

    x: str
    y: str
    z: str = ""
    geographic: bool = True


class Mapping(_Strict):
    """Which samples become of what a source sends.

    Parameters
    ----------
    source : str
        Template of topics, nodes or columns, such as ``city/{code}/{indicator}``.
    entity : str
        What names the entity: text with variables of the template, or of the record.
    match : str
        By what the entity is found: ``auto`` tries id, management code and name, in this order.
    indicator : str
    records : str
        Path of the list of records in a JSON document; empty where it is one itself.
    value : str
        Path of the value; empty for the usual names, or the payload itself; ``*`` for every number
        of the record, each an indicator named as its field.
    time : str
        Path of the source's time; empty for the usual names, else the time of arrival.
    quality : str
        Path of the quality.
    unit : str
        Unit of the values that come; empty where it is the one of the entity's type.
    scale, shift : float
        Applied before the unit: ``value * scale + shift``.
    payload : str
        ``auto``: JSON, number or words, whatever it is.
    position : PositionFields, optional
    """

    source: str
    entity: str = "{entity}"
    match: Literal["auto", "id", "management", "name"] = "auto"
    indicator: str = "{indicator}"
    records: str = ""
    value: str = ""
    time: str = ""
    quality: str = ""
    unit: str = ""
    scale: float = 1.0
    shift: float = 0.0
    payload: Literal["auto", "json", "text", "sparkplug"] = "auto"
    position: PositionFields | None = None

    @field_validator("source")
    @classmethod
    def _template(cls, value: str) -> str:
        Template(value)
        return value


class Connection(_Strict):
    """One connection.

    Parameters
    ----------
    id : str
    name : str
    enabled : bool
    address : str
        ``host:port``, a URL, or the name of a file in the plugin's storage.
    options : dict
        What only this kind of connector knows; see docs/connectors.md.
    mappings : tuple of Mapping
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    name: str = ""
    enabled: bool = True
    address: str = Field(min_length=1, max_length=2000)
    options: dict[str, Any] = Field(default_factory=dict)
    mappings: tuple[Mapping, ...] = ()

    def option(self, name: str, default: Any) -> Any:
        """Return an option; *default* where it is not stated.

        Raises
        ------
        SourceError
            If it is of another type than *default*.
        """
        value = self.options.get(name, default)
        wanted = (int, float) if isinstance(default, float) else type(default)
        if default is not None and not isinstance(value, wanted):
            raise SourceError(
                self.name or self.id, f"the option {name} is {value!r}",
                remedy=f"give one like {default!r}",
            )  # fmt: skip
        return value

    def file(self, name: str) -> str:
        """Return the path that an option states, ``~`` replaced; empty where it states none."""
        stated = str(self.option(name, ""))
        return str(Path(stated).expanduser()) if stated else ""


def read_connections(content: bytes | None, where: str) -> list[Connection]:
    """Read a ``connections.json``; nothing is no connection.

    Raises
    ------
    SourceError
        If it is not one, or says something that cannot be.
    """
    if content is None:
        return []
    if len(content) > _MAX_BYTES:
        raise SourceError(where, "is larger than 8 MiB")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceError(where, f"is not JSON ({error})") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise SourceError(where, f"does not state the format {FORMAT}")
    if document.get("version") != VERSION:
        raise SourceError(
            where, f"has version {document.get('version')}, this Shapan reads {VERSION}",
            remedy="update Shapan",
        )  # fmt: skip
    found = [_connection(one, where) for one in document.get("connections") or []]
    ids = [one.id for one in found]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise SourceError(where, f"the connection {twice[0]} is there twice")
    return found


def _connection(stated: Any, where: str) -> Connection:
    try:
        return Connection.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        name = stated.get("id", "?") if isinstance(stated, dict) else "?"
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise SourceError(where, f"connection {name}: {place}: {reason}") from error


def connections_document(connections: list[Connection]) -> bytes:
    """Return what `read_connections` reads."""
    body = {
        "format": FORMAT,
        "version": VERSION,
        "connections": [one.model_dump(exclude_defaults=True) for one in connections],
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode()
