"""Interfaces of DTDL to entity types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from twin_model.errors import ValidationError
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.document import read_type
from twin_model.schema.dtdl.contents import ContentReader, Note, Scope, class_of, items, words
from twin_model.schema.types import EntityType

_MAX_BYTES: Final = 64 << 20
_MAX_DEPTH: Final = 64
_CONTEXT: Final = re.compile(r"dtmi:dtdl:context;(\d+)")
_DTMI: Final = re.compile(
    r"dtmi:[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?(?::[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?)*"
    r"(?:;[1-9]\d{0,8}(?:\.[1-9]\d{0,5})?)?"
)
_OURS: Final = re.compile(r"dtmi:shapan:([a-z][a-z0-9_]*);1")
_VERSIONS: Final = ("2", "3")


@dataclass(frozen=True, slots=True)
class DtdlImport:
    """What became of some interfaces.

    Parameters
    ----------
    types : tuple of EntityType
        To be added to the catalogue that was given to `read_dtdl` with `Catalogue.with_types`.
    notes : tuple of Note
        What has no counterpart here, such as commands, or was not among the files.
    """

    types: tuple[EntityType, ...]
    notes: tuple[Note, ...]


def read_dtdl(texts: Mapping[str, str], known: Catalogue) -> DtdlImport:
    """Read DTDL, version 2 or 3.

    Parameters
    ----------
    texts : mapping of str to str
        JSON texts by a name for messages, such as the file's. All at once: interfaces of one may
        extend those of another.
    known : Catalogue
        Interfaces may also extend its types: those that came from DTDL, and our own
        (``dtmi:shapan:road;1``).

    Raises
    ------
    ValidationError
        If a text is no DTDL of these versions, an interface extends itself or one that is not
        given, occurs twice with different contents, or declares again what it inherits; names
        text and interface.
    """
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for name, text in texts.items():
        for interface in _interfaces(_parsed(name, text), name):
            dtmi = interface["@id"]
            if dtmi in found and found[dtmi][1] != interface:
                rule = f"defined again, in {found[dtmi][0]}"
                raise ValidationError("dtdl", name, dtmi, rule)
            found[dtmi] = (name, interface)
    if not found:
        raise ValidationError("dtdl", "interfaces", ", ".join(texts)[:80], "holds no interface")
    ids = _type_ids(found, known)
    _check_extends(found, ids)
    notes: list[Note] = []
    types = [
        _entity_type(interface, Scope(dtmi, ids, _schemas(interface), notes), name)
        for dtmi, (name, interface) in found.items()
    ]
    known.with_types(types)  # says what contradicts itself or the catalogue
    return DtdlImport(tuple(types), tuple(notes))


def _parsed(name: str, text: str) -> list[Any]:
    if len(text) > _MAX_BYTES:
        raise ValidationError("dtdl", name, f"{len(text)} bytes", "larger than 64 MiB")
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ValidationError("dtdl", name, text[:40], f"not JSON ({error})") from None
    roots = document if isinstance(document, list) else [document]
    for root in roots:
        if not isinstance(root, dict):
            raise ValidationError("dtdl", name, type(root).__name__, "not an interface")
        contexts = [c for c in items(root.get("@context")) if isinstance(c, str)]
        versions = [m.group(1) for c in contexts if (m := _CONTEXT.match(c))]
        if not versions:
            rule = "no DTDL: there is no @context dtmi:dtdl:context;2 or ;3"
            raise ValidationError("dtdl", name, ", ".join(contexts)[:80], rule)
        if versions[0] not in _VERSIONS:
            rule = f"DTDL version {versions[0]}; versions 2 and 3 are read"
            raise ValidationError("dtdl", name, contexts[0][:80], rule)
        if class_of(root) != "Interface":
            rule = "not an Interface"
            raise ValidationError("dtdl", name, str(root.get("@type"))[:60], rule)
    return roots


def _interfaces(value: Any, name: str, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the interfaces in a JSON value, those defined inside others too."""
    if depth > _MAX_DEPTH:
        raise ValidationError("dtdl", name, depth, f"nested deeper than {_MAX_DEPTH}")
    if isinstance(value, list):
        for item in value:
            yield from _interfaces(item, name, depth + 1)
    elif isinstance(value, dict):
        if class_of(value) == "Interface":
            dtmi = value.get("@id")
            if not isinstance(dtmi, str) or not _DTMI.fullmatch(dtmi) or len(dtmi) > 2048:
                rule = "an interface needs an @id such as dtmi:com:example:Pump;1"
                raise ValidationError("dtdl", name, str(dtmi)[:80], rule)
            yield value
        for key, item in value.items():
            if key != "@context" and isinstance(item, list | dict):
                yield from _interfaces(item, name, depth + 1)


def _type_ids(found: Mapping[str, object], known: Catalogue) -> dict[str, str]:
    """Return our id for each interface that may be named, in *found* or in *known*."""
    ids = {kind.dtmi or f"dtmi:shapan:{kind.id};1": kind.id for kind in known.types()}
    taken = {kind.id for kind in known.types()}
    for dtmi in found:
        if dtmi in ids:
            continue
        ours = _OURS.fullmatch(dtmi)
        path, _, version = dtmi.removeprefix("dtmi:").partition(";")
        parts = [_snake(part) for part in path.split(":")]
        candidates = ["_".join(parts[-count:]) for count in range(1, len(parts) + 1)]
        candidates.append(f"{candidates[-1]}_v{version.replace('.', '_')}")
        if ours:
            candidates.insert(0, ours.group(1))
        short = (c[:64].rstrip("_") for c in candidates)
        free = next((c for c in short if c not in taken), None)
        number = 2
        while free is None:
            tried = f"{candidates[0][:56]}_{number}"
            free, number = (None if tried in taken else tried), number + 1
        ids[dtmi] = free
        taken.add(free)
    return ids


def _snake(text: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    return re.sub(r"_+", "_", spaced).strip("_").lower()


def _bases(interface: Mapping[str, Any]) -> list[str]:
    bases = (
        base.get("@id") if isinstance(base, dict) else base
        for base in items(interface.get("extends"))
    )
    return [base for base in bases if isinstance(base, str)]


def _check_extends(found: Mapping[str, tuple[str, dict[str, Any]]], ids: Mapping[str, str]) -> None:
    missing = {
        base: name
        for name, interface in found.values()
        for base in _bases(interface)
        if base not in ids
    }
    if missing:
        base, name = next(iter(missing.items()))
        rule = "is extended but not among the files; import the file that defines it with them"
        raise ValidationError("dtdl", name, ", ".join(missing)[:300] or base, rule)
    state: dict[str, int] = {}  # 1 while on the path, 2 when done
    for start in found:
        path: list[tuple[str, Iterator[str]]] = []
        pending: str | None = start if start not in state else None
        while pending is not None or path:
            if pending is not None:
                state[pending] = 1
                path.append((pending, iter(_bases(found[pending][1]))))
            pending = None
            for base in path[-1][1]:
                if state.get(base) == 1:
                    names = [one for one, _ in path]
                    circle = " > ".join([*names[names.index(base) :], base])
                    rule = f"extends itself: {circle}"
                    raise ValidationError("dtdl", found[base][0], base, rule)
                if base in found and base not in state:
                    pending = base
                    break
            else:
                state[path.pop()[0]] = 2


def _schemas(interface: Mapping[str, Any]) -> dict[str, Any]:
    return {
        schema["@id"]: schema
        for schema in items(interface.get("schemas"))
        if isinstance(schema, dict) and isinstance(schema.get("@id"), str)
    }


def _entity_type(interface: Mapping[str, Any], scope: Scope, name: str) -> EntityType:
    reader = ContentReader(scope, name)
    entry: dict[str, Any] = {
        "id": scope.ids[scope.dtmi],
        "dtmi": "" if _OURS.fullmatch(scope.dtmi) else scope.dtmi,
        "name": words(interface.get("displayName"), scope, "displayName"),
        "description": words(interface.get("description"), scope, "description"),
    }
    bases = list(dict.fromkeys(scope.ids[base] for base in _bases(interface)))
    if bases:
        entry |= {"parent": bases[0], "mixins": bases[1:]}
    entry |= reader.read(items(interface.get("contents")))
    extra = scope.extra(interface)
    rules = [*extra.pop("rules", ()), *entry.pop("rules", ())]
    return read_type(entry | extra | {"rules": rules})
