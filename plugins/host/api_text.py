"""The public API as text, so that a change of it shows as a change of a file."""

from __future__ import annotations

import dataclasses
import enum
import inspect
from collections.abc import Iterator
from typing import Any

import shapan
from shapan.stability import stability


def api_text() -> str:
    """Return every exported name with its members, signatures and stability."""
    lines = [
        "# The public API of shapan: tests/plugins/test_api.py compares this with the code.",
        "# Write it anew: SHAPAN_WRITE_API=1 pytest tests/plugins/test_api.py",
        "",
    ]
    for name in sorted(shapan.__all__):
        thing = getattr(shapan, name)
        if isinstance(thing, str):
            lines.append(f"{name}: str")
            continue
        mark = stability(thing)
        told = f"  [{mark[0]} since {mark[1]}]" if mark else "  [unmarked]"
        lines.append(f"{_kind(thing)} {name}{_signature(thing)}{told}")
        lines += [f"    {member}" for member in _members(thing)]
    return "\n".join(lines) + "\n"


def _kind(thing: Any) -> str:
    if getattr(thing, "_is_protocol", False):
        return "protocol"
    if inspect.isclass(thing):
        return "enum" if issubclass(thing, enum.Enum) else "class"
    return "function"


def _signature(thing: Any) -> str:
    if getattr(thing, "_is_protocol", False):
        return ""
    if inspect.isclass(thing) and issubclass(thing, enum.Enum):
        return ""
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    parameters = [
        one.replace(annotation=_Bare(one.annotation)) if isinstance(one.annotation, str) else one
        for one in found.parameters.values()
    ]
    result = found.return_annotation
    if isinstance(result, str):
        result = _Bare(result)
    return str(found.replace(parameters=parameters, return_annotation=result))


class _Bare(str):
    """An annotation that is shown without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _members(thing: Any) -> Iterator[str]:
    if not inspect.isclass(thing):
        return
    if issubclass(thing, enum.Enum):
        yield from (f"{one.name} = {one.value!r}" for one in thing)
        return
    fields = (
        {f.name for f in dataclasses.fields(thing)} if dataclasses.is_dataclass(thing) else set()
    )
    for name in sorted(vars(thing)):
        if name in fields or (name.startswith("_") and name != "__call__"):
            continue
        member = inspect.getattr_static(thing, name)
        if isinstance(member, property):
            result = inspect.signature(member.fget).return_annotation if member.fget else ""
            yield f"{name}: {result}".replace("'", "")
        elif isinstance(member, (staticmethod, classmethod)):
            yield f"{name}{_signature(member.__func__)}"
        elif inspect.isfunction(member):
            yield f"{name}{_signature(member)}"
